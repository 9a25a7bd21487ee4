"""The flow of a deduction from the proposal to what stays of it, and of the record it
leaves: notice first, then a person's decision (domain 6.11, 9.6; state_machines.csv:
point_entry)."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MEMBER, MOVERS, ORG, SYSTEM, TOWN, UNIT

# Working days, by the settings that say how many.
ANSWER_DAYS = "scoring.answer_days"
DECIDE_DAYS = "scoring.decide_days"  # from then on, for who decides
APPEAL_DAYS = "scoring.appeal_days"  # from the notice of the decision

STATES: Mapping[str, State] = {
    "proposed": State("等本人说明", "member", "说明", "soon", "message-circle"),
    "answered": State("说明了，待决定", "community", "决定", "soon", "edit"),
    "posted": State("扣了", "", "", "late", "x"),
    "suspended": State("申诉中，暂不计", "superior", "复核", "go", "clock"),
    "dropped": State("没有扣", "", "", "ok", "circle-check"),
    "reversed": State("撤销了", "", "", "ok", "arrow-back-up"),
}
OPEN = ("proposed", "answered")  # nobody has decided
OBJECTED = (*OPEN, "suspended")  # no card may be issued with one of these
GONE = ("dropped", "reversed")
FLOW = Flow.of(
    "deductions",
    STATES,
    [
        ("", "propose", "proposed"),
        ("proposed", "answer", "answered"),
        ("answered", "answer", "answered"),
        *((s, "decide_post", "posted") for s in OPEN),
        *((s, "drop", "dropped") for s in OPEN),
        *((s, "hand_up", s) for s in OPEN),
        ("posted", "suspend", "suspended"),
        ("suspended", "restore", "posted"),
        ("suspended", "mend", "posted"),
        ("suspended", "reverse", "reversed"),
        ("posted", "reverse", "reversed"),
    ],
)

DESKS = {
    "community": "社区党组织书记",
    "township": "乡镇（街道）党委",
    "county": "县（区）委组织部",
}
DECIDER = {
    "community": "community_secretary",
    "township": "township_party",
    "county": "county_org",
}
# Who may not decide gives it to the next level.
ABOVE = {"community": "township", "township": "county"}


def desk_of(role: str) -> str:
    """At which desk a role decides, and takes back what was decided there."""
    found = {"township_party": "township", "county_org": "county"}
    return found.get(role, "community")


_SECRETARY = {"community_secretary": Scope.PLACE}
_DECIDERS = {**_SECRETARY, **TOWN, "county_org": Scope.PLACE}
DEDUCTIONS = {
    "view": ("查看扣分", {**MEMBER, **UNIT, **COMMUNITY, **TOWN, **ORG}),
    "propose": ("提出扣分", {**COMMUNITY, **SYSTEM}),
    "answer": ("说明情况", {**MEMBER, "unit_secretary": Scope.UNIT, **COMMUNITY}),
    "decide_post": ("决定扣", _DECIDERS),
    "drop": ("决定不扣", _DECIDERS),
    "hand_up": ("请上一级来定", {**COMMUNITY, **TOWN}),
    "suspend": ("申诉期间暂不计", SYSTEM),
    "restore": ("恢复计入", SYSTEM),
    "mend": ("改为轻一些的", SYSTEM),
    "reverse": ("撤销扣分", {**_DECIDERS, **SYSTEM}),
    "escalate": ("超时报上级", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}
# Who proposed it, and whom it is about, do not decide (domain 5).
_OTHERS = {"proposed_by": "person_id", "about_person": "person_id"}
CONFLICTS = {
    "decide_post": _OTHERS,
    "drop": {"about_person": "person_id"},
    "reverse": {"about_person": "person_id"},
}
MESSAGES = {
    "decide_post": "扣不扣由社区党组织书记定；自己提的、关于自己的，要由别人来定，没有别人的请上一级来定。",
    "drop": "关于自己的，要由别人来定。",
    "answer": "说明由本人写，单位的由单位书记写；不会用系统的，社区可以代记。",
}


def may_post(state: str, answer_until: datetime, said_all: bool, now: datetime) -> bool:
    """Whether the days to answer are over: by the calendar, or because who is concerned
    has said that there is nothing more to say. Silence before that decides nothing."""
    return state in OPEN and (said_all or now > answer_until)


def months_after(since: date, today: date) -> Iterator[date]:
    """The days on which another whole month is over, by the calendar: of the 31st the
    last day of a shorter month."""
    n = since.month
    while True:
        year, month = since.year + n // 12, n % 12 + 1
        day = date(year, month, min(since.day, monthrange(year, month)[1]))
        if day > today:
            return
        yield day
        n += 1
