"""The flows of a policy document 文件, of a receipt and of a link, who may take which
step, and when a document holds (A04, L03)."""

from collections.abc import Mapping
from datetime import date

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, GRID, MEMBER, ORG, SYSTEM, TOWN, UNIT
from baodao.oversight.rules import ISSUERS

MOST = 5_000  # receipts of one document
MOST_CLAUSES = 60
MOST_BYTES = 4 * 1024 * 1024
KINDS = {"notice": "通知", "plan": "方案", "system": "制度", "guide": "说明"}

STATES: Mapping[str, State] = {
    "draft": State("草稿", "superior", "发布", "note", "edit"),
    "published": State("现行", "", "", "ok", "circle-check"),
    "superseded": State("已被新版代替", "", "", "idle", "refresh"),
    "repealed": State("已废止", "", "", "idle", "circle-x"),
    "dropped": State("不发了", "", "", "idle", "x"),
}
ISSUED = ("published", "superseded", "repealed")  # it was published once
FLOW = Flow.of(
    "policies",
    STATES,
    [
        ("", "draft", "draft"),
        ("draft", "edit", "draft"),
        ("draft", "publish", "published"),
        ("draft", "drop", "dropped"),
        ("published", "supersede", "superseded"),
        ("published", "repeal", "repealed"),
        ("published", "remind", "published"),
    ],
)
RECEIPT_STATES: Mapping[str, State] = {
    "waiting": State("没签收", "unit", "签收", "soon", "bell"),
    "read": State("已阅", "", "", "ok", "circle-check"),
    "released": State("不用签了", "", "", "idle", "x"),
}
RECEIPT_FLOW = Flow.of(
    "policy_receipts",
    RECEIPT_STATES,
    [
        ("", "send", "waiting"),
        ("waiting", "sign", "read"),
        ("waiting", "release", "released"),
    ],
)
LINK_STATES: Mapping[str, State] = {
    "linked": State("依据这一条", "", "", "ok", "link"),
    "unlinked": State("不再依据", "", "", "idle", "x"),
}
LINK_FLOW = Flow.of(
    "policy_links",
    LINK_STATES,
    [("", "link", "linked"), ("linked", "unlink", "unlinked")],
)

_ISSUER = dict.fromkeys(ISSUERS, Scope.PLACE)
_WATCH = {"county_social_work": Scope.PLACE, "inspector": Scope.PLACE}
_FOLLOW = (
    "随区划调整",
    {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
     "system_admin": Scope.ALL, **SYSTEM},
)  # fmt: skip
# Who signs for a place or a unit.
_SIGNS = {"county_org": Scope.PLACE, **TOWN, **COMMUNITY, **UNIT}
# A published document is for everybody it is for: which those are is asked of its scope
# (`queries.readable`), since it stands above its readers in the tree.
_READERS = dict.fromkeys(
    (*ORG, *TOWN, *COMMUNITY, *GRID, *UNIT, *MEMBER, "practice_center", "inspector"),
    Scope.ALL,
)
Rows = Mapping[str, tuple[str, Mapping[str, Scope]]]

POLICIES: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看发出的文件", {**_ISSUER, **_WATCH}),
    "read": ("看文件", _READERS),
    "open_file": ("打开文件原件", _READERS),
    "draft": ("起草文件", _ISSUER),
    "edit": ("改文件草稿", _ISSUER),
    "publish": ("发布文件", _ISSUER),
    "drop": ("不发了", _ISSUER),
    "supersede": ("由新版代替", {**_ISSUER, **SYSTEM}),
    "repeal": ("废止", _ISSUER),
    "remind": ("提醒没签收的", _ISSUER),
    "attach": ("存原件", _ISSUER),
}
RECEIPTS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看签收情况", {**_ISSUER, **_WATCH, **_SIGNS}),
    "send": ("发给", {**_ISSUER, **SYSTEM}),
    "sign": ("签收", _SIGNS),
    "release": ("不用签了", {**_ISSUER, **SYSTEM}),
}
LINKS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看依据", {**_ISSUER, **_WATCH}),
    "link": ("连到条款", {**_ISSUER, **SYSTEM}),
    "unlink": ("去掉依据", {**_ISSUER, **SYSTEM}),
}
FIGURES = {"all": "发给", "waiting": "没签收", "read": "已签收", "released": "不用签"}

_DIGITS = "零一二三四五六七八九"


def ordinal(n: int) -> str:
    """第三条, 第十二条, 第二十条: up to ninety-nine."""
    tens, ones = divmod(n, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return f"第{ten}{_DIGITS[ones] if ones or not tens else ''}条"


def holds(state: str, effective_on: date, valid_to: date | None, day: date) -> bool:
    """Whether it is in force on a day: [effective_on, valid_to)."""
    return (
        state in ISSUED and effective_on <= day and (valid_to is None or day < valid_to)
    )


def standing(
    state: str, effective_on: date, valid_to: date | None, day: date
) -> tuple[str, str, str]:
    """(tone, word, icon): what it is worth on a day. A version that a later one takes
    over from holds until that day."""
    known = STATES[state]
    if state in ISSUED and valid_to is not None and valid_to <= effective_on:
        return "", known.title, known.icon  # ended before it began: it never held
    if state in ISSUED and (valid_to is None or day < valid_to):
        if effective_on > day:
            return "soon", "待生效", "hourglass"
        if valid_to:
            last = f"{valid_to.month}月{valid_to.day}日"
            return "soon", f"现行，{last}起{known.title.removeprefix('已')}", known.icon
        return "ok", "现行", "circle-check"
    return "" if known.tone == "idle" else known.tone, known.title, known.icon


def check_effective(effective_on: date, previous: date | None) -> str:
    """What is wrong with the first day of a version; `previous`: that of the one it
    takes over from."""
    if effective_on.year < 2000:
        return "生效日期不对。请核对年份。"
    if previous and effective_on < previous:
        return f"上一版{previous.month}月{previous.day}日生效，新版不能更早。"
    return ""


def may_remind(reminded_on: date | None, today: date) -> bool:
    """At most once a day."""
    return reminded_on is None or reminded_on < today


def sums(counted: Mapping[str, int]) -> dict[str, int]:
    """The numbers of a document's receipts, of how many there are in each state: each is
    the length of the list it opens."""
    return {**dict.fromkeys(FIGURES, 0), **counted, "all": sum(counted.values())}


def moved(keys: list[str], key: str, event: str) -> list[str]:
    """The order of clauses after one went up, down or away."""
    at = keys.index(key)
    rest = keys[:at] + keys[at + 1 :]
    if event == "remove":
        return rest
    to = max(at - 1, 0) if event == "up" else at + 1
    return [*rest[:to], key, *rest[to:]]
