"""The flow of a visit, who may take which step, and the words (L39, L40; domain 6.10,
7.3)."""

from collections.abc import Mapping

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State

KINDS = {"monthly": "每月走访", "holiday": "节日走访", "on_demand": "有事走访"}
METHODS = {"in_person": "上门", "phone": "电话", "video": "视频"}
TOPICS = {
    "policy": "惠民政策宣传",
    "notice": "重要事项传达",
    "mediation": "矛盾化解",
    "needs": "需求收集",
}
CONFIRMED_HOW = {
    "link": "住户在手机上确认",
    "code": "住户报确认码",
    "call": "社区电话核实",
    "spoken": "社区当面核实",
    "sample": "社区抽查",
}

STATES: Mapping[str, State] = {
    "done": State("走访了，待确认", "resident", "确认", "go", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "refused": State("没有确认", "", "", "idle", "x"),
}
FLOW = Flow.of(
    "visits",
    STATES,
    [
        ("", "record", "done"),
        ("done", "confirm", "confirmed"),
        ("done", "refuse", "refused"),
    ],
)

_COMMUNITY = {"community_worker": Scope.PLACE, "community_secretary": Scope.PLACE}
_GRID = {"grid_worker": Scope.PLACE}
_UNIT = {"unit_secretary": Scope.UNIT, "unit_liaison": Scope.UNIT}
_MEMBER = {"member": Scope.OWN}
_HOUSEHOLD = {"requester": Scope.OWN}

ACTIONS = {
    "view": (
        "查看走访",
        {**_MEMBER, **_UNIT, **_COMMUNITY, **_GRID, **_HOUSEHOLD},
    ),
    "record": ("记走访", {**_MEMBER, **_COMMUNITY, **_GRID}),
    "confirm": ("确认走访", {**_COMMUNITY, **_GRID, **_HOUSEHOLD}),
    "refuse": ("没有来过", {**_COMMUNITY, **_HOUSEHOLD}),
    "follow_place": (
        "随区划调整",
        {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
         "system_admin": Scope.ALL, "system": Scope.ALL},
    ),
}  # fmt: skip
_OWN = {"member_id": "member_id", "stand_in_id": "member_id"}
# Nobody confirms their own visit (domain 5).
CONFLICTS = dict.fromkeys(("confirm", "refuse"), _OWN)
MESSAGES = {"confirm": "自己的走访要由住户或社区的同事确认。"}
