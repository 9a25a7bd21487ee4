"""The flows of directives 工作要求 and of what each addressee does about one, who may
take which step, and their sums (A28, A34)."""

from collections.abc import Iterable, Mapping
from datetime import date

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, SYSTEM, UNIT

MOST = 2_000  # addressees of one directive
ISSUERS = ("prefecture_org", "county_org", "township_party")
# Levels of places below each issuer's: what may be addressed.
TO = {
    "county": "县（区）",
    "township": "乡镇（街道）",
    "community": "社区（村）",
    "unit": "单位",
}
LEVEL_OF = {"county": 3, "township": 4, "community": 5}
BELOW = {
    "prefecture_org": ("county", "township", "community", "unit"),
    "county_org": ("township", "community", "unit"),
    "township_party": ("community", "unit"),
}
# The kind of duty that each sort of addressee has (duties.rules.DEBTORS).
DUTY = {
    "county": "directive_county", "township": "directive_township",
    "community": "directive", "unit": "directive_unit",
}  # fmt: skip

STATES: Mapping[str, State] = {
    "draft": State("草稿", "superior", "发布", "note", "edit"),
    "published": State("已发布", "superior", "看办得怎么样", "go", "send"),
    "closed": State("已结束", "", "", "ok", "circle-check"),
    "withdrawn": State("已撤回", "", "", "idle", "arrow-back-up"),
    "dropped": State("不发了", "", "", "idle", "x"),
}
FLOW = Flow.of(
    "directives",
    STATES,
    [
        ("", "draft", "draft"),
        ("draft", "edit", "draft"),
        ("draft", "publish", "published"),
        ("draft", "drop", "dropped"),
        ("published", "withdraw", "withdrawn"),
        ("published", "close", "closed"),
    ],
)
ITEM_STATES: Mapping[str, State] = {
    "sent": State("待签收", "unit", "签收", "soon", "bell"),
    "received": State("在办", "unit", "办好后报完成", "go", "clock"),
    "reported": State("报了完成，待确认", "superior", "确认", "soon", "hourglass"),
    "accepted": State("已完成", "", "", "ok", "circle-check"),
    "released": State("不用办了", "", "", "idle", "x"),
}
RUNNING = ("sent", "received")  # it is the addressee's turn
UNSETTLED = (*RUNNING, "reported")
ITEM_FLOW = Flow.of(
    "directive_items",
    ITEM_STATES,
    [
        ("", "send", "sent"),
        ("sent", "receive", "received"),
        *((s, "report", "reported") for s in RUNNING),
        *((s, "ask_time", s) for s in RUNNING),
        *((s, "give_time", s) for s in RUNNING),
        *((s, "refuse_time", s) for s in RUNNING),
        ("reported", "accept", "accepted"),
        ("reported", "send_back", "received"),
        *((s, "release", "released") for s in UNSETTLED),
    ],
)

_ISSUER = dict.fromkeys(ISSUERS, Scope.PLACE)
_WATCH = {"county_social_work": Scope.PLACE, "inspector": Scope.PLACE}
_FOLLOW = (
    "随区划调整",
    {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
     "system_admin": Scope.ALL, **SYSTEM},
)  # fmt: skip
# Who may have an item: places by their desks, units by theirs.
_ADDRESSEE = {
    "county_org": Scope.PLACE, "township_party": Scope.PLACE, **COMMUNITY, **UNIT,
}  # fmt: skip
Rows = Mapping[str, tuple[str, Mapping[str, Scope]]]

DIRECTIVES: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看工作要求", {**_ISSUER, **_WATCH}),
    "draft": ("起草工作要求", _ISSUER),
    "edit": ("改工作要求", _ISSUER),
    "publish": ("发布工作要求", _ISSUER),
    "drop": ("不发了", _ISSUER),
    "withdraw": ("撤回工作要求", {**_ISSUER, **SYSTEM}),
    "close": ("结束工作要求", _ISSUER),
}
ITEMS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看收到的工作要求", {**_ISSUER, **_WATCH, **COMMUNITY, **UNIT}),
    "send": ("发给", {**_ISSUER, **SYSTEM}),
    "receive": ("签收", _ADDRESSEE),
    "report": ("报完成", _ADDRESSEE),
    "ask_time": ("要更多时间", _ADDRESSEE),
    "give_time": ("同意延期", _ISSUER),
    "refuse_time": ("不同意延期", _ISSUER),
    "accept": ("确认完成", _ISSUER),
    "send_back": ("退回再办", _ISSUER),
    "release": ("不用办了", {**_ISSUER, **SYSTEM}),
    "follow_unit": ("随单位转出", SYSTEM),
}
# Nobody accepts what they reported themselves (domain 5).
CONFLICTS = {"accept": {"reported_by": "person_id"}}
MESSAGES = {"accept": "自己报的完成要由别人确认。请同事来办。"}


def issuer_name(role: str, place: str) -> str:
    """噶尔县委组织部, 阿里地委组织部, 狮泉河镇党委, 莲花池街道党工委."""
    if role == "township_party":
        return f"{place}{'党工委' if place.endswith('街道') else '党委'}"
    return f"{place.removesuffix('地区') + '地' if place.endswith('地区') else place}委组织部"


def check_due(due_on: date, today: date, until: date | None = None) -> str:
    """What is wrong with a deadline; `until`: that of the directive it passes on."""
    if due_on <= today:
        return "完成时限要在今天以后。"
    if until and due_on > until:
        return f"上级要求{until.month}月{until.day}日前完成，时限不能更晚。"
    return ""


def overdue(state: str, due_on: date, today: date) -> bool:
    """Still to be done after its day; what is reported waits for the issuer."""
    return state in RUNNING and due_on < today


def sums(rows: Iterable[tuple[str, date]], today: date) -> dict[str, int]:
    """The numbers of a directive, of (state, deadline): every one is the length of the
    list it opens."""
    found = dict.fromkeys(FIGURES, 0)
    for state, due_on in rows:
        for k in found:
            found[k] += counts(k, state, due_on, today)
    return found


FIGURES = {
    "all": "发给", "unreceived": "没签收", "doing": "在办", "late": "超过时限",
    "reported": "待确认", "accepted": "已完成", "released": "不用办",
}  # fmt: skip


def counts(figure: str, state: str, due_on: date, today: date) -> bool:
    """Whether an item is one of a figure's."""
    if figure == "late":
        return overdue(state, due_on, today)
    states = {"unreceived": "sent", "doing": "received"}
    return figure == "all" or states.get(figure, figure) == state
