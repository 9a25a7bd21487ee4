"""The flow of a visit, who may take which step, and the words (L39, L40; domain 6.10,
7.3)."""

from collections.abc import Mapping

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, GRID, MEMBER, REQUESTER, SYSTEM, UNIT

KINDS = {"monthly": "每月走访", "holiday": "节日走访", "on_demand": "有事走访"}
METHODS = {"in_person": "上门见面", "phone": "电话", "video": "视频"}
# Refused at the door is a visit that was made; nobody at home is an attempt.
OUTCOMES = {"met": "见到了", "declined": "对方说不用", "nobody_home": "没人在家"}
TOPICS = {
    "policy": "惠民政策宣传",
    "notice": "重要事项传达",
    "mediation": "矛盾化解",
    "needs": "需求收集",
    "care": "问候陪伴",
    "errand": "帮忙做事",
}
# By whose hand it came in: the member's own, or a worker's for the member.
ENTRIES = {"self": "党员自己记", "paper": "纸质补录", "phone": "电话里说的"}
# Entered after seven days, or after thirty or when the quarter is closed (8.23).
LATE = {"late": "晚记", "backfill": "补录"}
REFUSED = {
    "nobody_came": "住户说没人来过",
    "wrong_household": "不是这一户",
    "wrong_day": "日子不对",
    "twice": "记了两次",
}
CONFIRMED_HOW = {
    "link": "住户在手机上确认",
    "code": "住户报确认码",
    "call": "社区电话核实",
    "spoken": "社区当面核实",
    "sample": "社区抽查",
    "paper": "纸上签字",
}
BY_STAFF = ("call", "spoken", "paper", "sample")

STATES: Mapping[str, State] = {
    "done": State("走访了，待确认", "resident", "确认", "go", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "refused": State("没有确认", "", "", "idle", "x"),
    "attempted": State("没人在家", "member", "再去一次", "soon", "door-exit"),
}
FLOW = Flow.of(
    "visits",
    STATES,
    [
        ("", "record", "done"),
        ("", "attempt", "attempted"),
        ("done", "amend", "done"),
        ("done", "confirm", "confirmed"),
        ("done", "refuse", "refused"),
        ("confirmed", "void", "refused"),
    ],
)


ACTIONS = {
    "view": (
        "查看走访",
        {**MEMBER, **UNIT, **COMMUNITY, **GRID, **REQUESTER},
    ),
    # By the system: the other member's half of a visit that two made together.
    "record": ("记走访", {**MEMBER, **COMMUNITY, **GRID, **SYSTEM}),
    "attempt": ("没人在家", {**MEMBER, **COMMUNITY, **GRID}),
    # Who wrote it down, for some hours; the service looks who that was.
    "amend": ("改走访", {**MEMBER, **COMMUNITY, **GRID}),
    # The link that a household confirms by.
    "link": ("给住户确认链接", {**MEMBER, **COMMUNITY, **GRID}),
    "confirm": ("确认走访", {**COMMUNITY, **GRID, **REQUESTER}),
    "refuse": ("没有来过", {**COMMUNITY, **REQUESTER}),
    # Confirmed, and found false afterwards.
    "void": ("查明不实，收回确认", {"community_secretary": Scope.PLACE}),
    "follow_place": (
        "随区划调整",
        {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
         "system_admin": Scope.ALL, "system": Scope.ALL},
    ),
}  # fmt: skip
_OWN = {"member_id": "member_id", "stand_in_id": "member_id"}
# Nobody confirms their own visit (domain 5).
CONFLICTS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("confirm", "refuse"), _OWN),
    "void": {**_OWN, "confirmed_by": "person_id"},
}
MESSAGES = {
    "confirm": "自己的走访要由住户或社区的同事确认。",
    "refuse": "自己的走访要由住户或社区的同事来说。",
    "void": "收回确认由社区书记来办，自己走访的、自己确认的要由另一位来办。",
}

# What happens around visits on the bond itself.
AROUND = {
    "ask_visit": ("请人走访", {**MEMBER, **COMMUNITY, **GRID, **REQUESTER}),
    "cannot_go": ("这次去不了", MEMBER),
    "remind_visit": ("提醒走访", {**COMMUNITY, **GRID}),
}
# Kinds of duties; each is one of the visit's own kinds.
DUTIES = {
    "visit_need": "on_demand",
    "visit_festival": "holiday",
    "visit_month": "monthly",
}
