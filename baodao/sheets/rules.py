"""The flow of an import run, who may do what with it, and for how long it is kept."""

from datetime import timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import SYSTEM

STATES = {
    "checking": State("核对中", "", "", "go", "refresh"),
    "checked": State("等您写入", "", "写入", "soon", "clock"),
    "refused": State("读不了", "", "", "late", "alert-circle"),
    "loading": State("写入中", "", "", "go", "refresh"),
    "loaded": State("已写入", "", "", "ok", "circle-check"),
    "dropped": State("没有写入", "", "", "idle", "x"),
}
BUSY = ("checking", "loading")
OPEN = ("checking", "checked", "refused")  # a person may still drop it
FLOW = Flow.of(
    "imports",
    STATES,
    [
        ("", "start", "checking"),
        ("checking", "found", "checked"),
        ("checking", "refuse", "refused"),
        ("checked", "fix", "checking"),
        ("checked", "load", "loading"),
        ("loading", "loaded", "loaded"),
        ("loading", "back", "checked"),
        *((state, "drop", "dropped") for state in OPEN),
    ],
)
# A file with people's telephone numbers does not lie about (domain 9.3).
KEEP = timedelta(days=14)

# Those who enter units, members, places, households or report-ins by hand. What each
# may import, and each row, is judged by the table of that subject.
IMPORTERS = (
    "prefecture_org", "county_org", "county_social_work", "township_party",
    "community_secretary", "community_worker", "grid_worker",
    "unit_secretary", "unit_liaison", "system_admin",
)  # fmt: skip
_OWN = dict.fromkeys(IMPORTERS, Scope.OWN)

IMPORT_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": ("查看自己的导入", {**_OWN, **SYSTEM}),
    "start": ("上传表格", {**_OWN, **SYSTEM}),
    "fix": ("在页面上改表格", _OWN),
    "load": ("写入", {**_OWN, **SYSTEM}),
    "drop": ("不导入了", {**_OWN, **SYSTEM}),
    "marked": ("下载带批注的表格", _OWN),
    "found": ("核对完", SYSTEM),
    "refuse": ("读不了", SYSTEM),
    "loaded": ("写完", SYSTEM),
    "back": ("没有写成，退回核对", SYSTEM),
}

# Everybody who sees a list may take it along; what stands in it is the list's matter.
EXPORTERS = (
    *IMPORTERS, "practice_center", "inspector", "security_admin", "member",
    "privacy_officer", "audit_admin", "compound_branch_secretary",
    "building_group_leader", "center_household", "instructor", "part_time_member",
)  # fmt: skip
EXPORT_ACTIONS = {
    # Visitors: the public lists alone, which ask nobody who they are.
    "make": (
        "导出列表",
        {**dict.fromkeys(EXPORTERS, Scope.OWN), "anonymous": Scope.ALL},
    ),
    "view": (
        "查看导出记录",
        {"privacy_officer": Scope.PLACE, "audit_admin": Scope.ALL},
    ),
}
