"""Merits 成绩: commendations, disputes settled, posts held, roles in an estate, shifts in
an emergency, good rates of a year (domain 7.1, 7.2). A worker registers, or the system
what it counted; the secretary confirms."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MEMBER, MOVERS, SYSTEM, UNIT
from baodao.scoring.rules_rates import RATES

KINDS = {
    "commendation": "表扬表彰",
    "mediation": "化解纠纷",
    "post_held": "认岗满半年",
    "role": "小区任职",
    "emergency": "应急值守",
    **RATES,
}
BY_HAND = ("commendation", "mediation", "post_held", "emergency")
OF_UNITS = ("commendation", "emergency")
LEVELS = {1: "社区", 2: "街道（乡镇）", 3: "县（区）", 4: "县（区）以上"}
MEDIATION_DAYS = "scoring.mediation_days"  # without coming back
POST_DAYS = "scoring.post_days"
ROLES = {
    "compound_branch_secretary": "小区党支部书记",
    "building_group_leader": "楼栋党小组长",
    "instructor": "党建工作指导员",
    "center_household": "党员中心户",
}

STATES: Mapping[str, State] = {
    "registered": State("待书记确认", "community", "确认", "soon", "clock"),
    "confirmed": State("记入了", "", "", "ok", "circle-check"),
    "refused": State("没有确认", "", "", "idle", "x"),
    "superseded": State("由更高的代替", "", "", "idle", "history"),
}
FLOW = Flow.of(
    "merits",
    STATES,
    [
        ("", "register", "registered"),
        ("registered", "confirm", "confirmed"),
        ("registered", "refuse", "refused"),
        ("confirmed", "supersede", "superseded"),
    ],
)
_SECRETARY = {"community_secretary": Scope.PLACE}
MERITS = {
    "view": ("查看成绩", {**COMMUNITY, **MEMBER, **UNIT}),
    "register": ("登记成绩", {**COMMUNITY, **SYSTEM}),
    "confirm": ("确认成绩", _SECRETARY),
    "refuse": ("不确认", _SECRETARY),
    "supersede": ("由更高的代替", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}
# Another person confirms, and nobody their own (domain 5).
_OTHERS = {"registered_by": "person_id", "about_person": "person_id"}
CONFLICTS = {"confirm": _OTHERS, "refuse": {"about_person": "person_id"}}
MESSAGES = {
    "confirm": "由社区党组织书记确认；自己登记的、自己的，要由别人来确认。",
    "refuse": "由社区党组织书记来定；自己的要由别人来定。",
}


def wrong_merit(
    kind: str, subject: str, level: int | None, deed: str, document: str, on: date,
    today: date, quiet: int = 30,
) -> dict[str, str]:  # fmt: skip
    """What is wrong with a merit to be registered, by field. `quiet`: for how many days
    a settled dispute has not come back."""
    found = {}
    if kind not in BY_HAND or (subject == "unit" and kind not in OF_UNITS):
        found["kind"] = "请选一种；单位只登记表扬表彰和应急值守。"
    if on > today:
        found["on"] = "日期还没有到。"
    if not deed.strip():
        found["deed"] = "请写是哪件事，同一件事请写一样的名称。"
    if kind == "commendation":
        if level not in LEVELS:
            found["level"] = "请选哪一级。"
        if not document.strip():
            found["document"] = "请写文件名称和文号。"
    if kind == "mediation" and today < on + timedelta(days=quiet):
        ready = on + timedelta(days=quiet)
        found["on"] = f"要满{quiet}天没有反复，{ready.month}月{ready.day}日以后再登记。"
    return found


def wrong_shift(
    span: tuple[datetime, datetime] | None, least: int | None, now: datetime
) -> dict[str, str]:
    """What is wrong with a shift in an emergency. `least`: the minutes from which the
    rules count it, None where they do not."""
    if least is None:
        return {"kind": "那一天执行的规则不记应急值守。"}
    if span is None:
        return {"begun": "请填几点到岗、几点离岗。"}
    if span[1] > now:
        return {"ended": "这一班还没有结束，结束以后再登记。"}
    if span[1] - span[0] < timedelta(minutes=least):
        return {"ended": f"不满{least / 60:g}小时，不记。"}
    return {}


def halves(today: date) -> tuple[str, date, date]:
    """The half-year that ended last: its key, [first, after last)."""
    if today.month >= 7:
        return f"{today.year}H1", date(today.year, 1, 1), date(today.year, 7, 1)
    return f"{today.year - 1}H2", date(today.year - 1, 7, 1), date(today.year, 1, 1)


def months_in(first: date, after: date, begun: date, ended: date | None) -> int:
    """The whole months of [begun, ended) that lie in [first, after)."""
    a, b = max(first, begun), min(after, ended or after)
    n = 0
    while True:
        month = a.month - 1 + n + 1
        end = date(a.year + month // 12, month % 12 + 1, min(a.day, 28))
        if end > b:
            return n
        n += 1
