"""The flow of a duty, who may take which step, and what kinds of duties there are
(state_machines.csv: visit_obligation; domain 7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, GRID, MEMBER, ORG, SYSTEM, TOWN, UNIT

STATES: Mapping[str, State] = {
    "due": State("待办", "member", "去做", "soon", "clock"),
    "done": State("做了，待确认", "community", "确认", "go", "hourglass"),
    "confirmed": State("已完成", "", "", "ok", "circle-check"),
    "missed": State("没做，还能补", "member", "补上", "late", "alert-triangle"),
    "excused": State("免办", "", "", "idle", "check"),
    "lapsed": State("没做", "", "", "idle", "x"),
    "cancelled": State("不用做了", "", "", "idle", "circle-x"),
}
OPEN = ("due", "missed")  # somebody still has to do it
LIVE = (*OPEN, "done")  # somebody still has something to do with it
SETTLED = ("confirmed", "excused", "lapsed", "cancelled")

FLOW = Flow.of(
    "duties",
    STATES,
    [
        ("", "generate", "due"),
        ("due", "fulfil", "done"),
        ("missed", "fulfil", "done"),
        ("done", "confirm", "confirmed"),
        ("done", "refuse", "due"),
        ("due", "miss", "missed"),
        ("missed", "lapse", "lapsed"),
        *((s, "settle", "confirmed") for s in OPEN),
        *((s, "excuse", "excused") for s in OPEN),
        *((s, "cancel", "cancelled") for s in OPEN),
        *((s, "attempt", s) for s in OPEN),
        *((s, "stand_in", s) for s in OPEN),
        ("due", "shift", "due"),
        ("due", "remind", "due"),
        ("excused", "restore", "due"),
        ("confirmed", "reopen", "due"),
    ],
)

# Why somebody need not do it (domain 7.3).
EXCUSES = {
    "leave": "请假、生病",
    "trip": "出差超过半个月",
    "household_away": "住户不在家",
    "road_closed": "道路不通",
    "emergency": "应急期间",
    "declined": "对方不需要",
    "other": "其他",
}


@dataclass(frozen=True)
class Kind:
    """One row per kind of duty. `debtor`: one of `DEBTORS`. `verb` is what
    the button says. `make_up_days`: how long after the window it still counts as made
    up. `confirms`: whether somebody else has to say that it was done. `url`: a named
    route that takes the id of the duty and leads to where one does it. `remind`: days
    before the window's end on which the debtor is reminded, `opening`: also on its
    first day (7.4). `meets`: somebody has to be met, so that an attempt counts and
    another member may go."""

    code: str
    title: str
    debtor: str
    verb: str
    make_up_days: int = 15
    confirms: bool = True
    url: str = ""
    remind: tuple[int, ...] = (20, 3)
    opening: bool = False
    meets: bool = False


KINDS: dict[str, Kind] = {}
# Who owes, and the role that is told where it is neither a member nor a unit.
DEBTORS = {
    "member": "党员", "unit": "单位", "community": "社区", "leader": "领导",
    "township": "乡镇（街道）", "county": "县（区）",
}  # fmt: skip
TOLD = {
    "community": "community_secretary", "leader": "county_org",
    "township": "township_party", "county": "county_org",
}  # fmt: skip


def register(*kinds: Kind) -> None:
    """Add kinds of duties; called by the `ready` of the subject that owns them. Raises
    ValueError for a debtor that nobody could be told apart by."""
    for kind in kinds:
        if kind.debtor not in DEBTORS:
            raise ValueError(f"duty kind {kind.code}: nobody is called {kind.debtor}")
    KINDS.update({kind.code: kind for kind in kinds})


def titles() -> dict[str, str]:
    """What each kind is called, with who owes it where one word is used of several."""
    names = [k.title for k in KINDS.values()]
    return {
        k.code: k.title
        if names.count(k.title) == 1
        else f"{k.title}（{DEBTORS[k.debtor]}）"
        for k in KINDS.values()
    }


def make_up_until(kind: str, due_on: date) -> date:
    """The last day on which a missed duty can be made up."""
    return due_on + timedelta(days=KINDS[kind].make_up_days)


ACTIONS = {
    "view": (
        "查看应办",
        {**MEMBER, **UNIT, **COMMUNITY, **GRID, **TOWN, **ORG,
         "inspector": Scope.PLACE},
    ),
    "generate": ("列出应办", SYSTEM),
    "fulfil": ("记为做了", {**MEMBER, **UNIT, **COMMUNITY, **GRID, **SYSTEM}),
    # Done and confirmed at once: by what is confirmed already.
    "settle": ("记为完成", {**COMMUNITY, **GRID, **SYSTEM}),
    "confirm": ("确认", {**COMMUNITY, **GRID, **SYSTEM}),
    "refuse": ("不认可", {**COMMUNITY, **SYSTEM}),
    "attempt": ("记下没见到", {**MEMBER, **UNIT, **COMMUNITY, **GRID, **SYSTEM}),
    "excuse": ("免办", {**COMMUNITY, **SYSTEM}),
    "restore": ("撤回免办", {**COMMUNITY, **SYSTEM}),
    "stand_in": ("请人代办", {**COMMUNITY, "unit_secretary": Scope.UNIT, **SYSTEM}),
    "miss": ("到期没做", SYSTEM),
    "lapse": ("补办期已过", SYSTEM),
    "cancel": ("不用做了", {**COMMUNITY, **SYSTEM}),
    "shift": ("顺延", SYSTEM),
    "remind": ("提醒", SYSTEM),
    "hand_over": ("交给别人", SYSTEM),
    "reopen": ("重新列为应办", SYSTEM),
}  # fmt: skip
_OWN = {"member_id": "member_id", "stand_in_id": "member_id", "done_by_id": "member_id"}
# Nobody confirms or excuses what they owe themselves (domain 5).
CONFLICTS = dict.fromkeys(("confirm", "settle", "refuse", "excuse"), _OWN)
MESSAGES = {
    "confirm": "自己做的要由别人确认。请社区的同事来办。",
    "excuse": "自己的免办要由别人决定。请社区的同事来办。",
    "stand_in": "请人代办由社区或单位书记来定。",
}
RUN_ACTIONS = {"add": ("列出应办", SYSTEM)}
