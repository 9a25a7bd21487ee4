"""Quarterly summaries 季度汇总, and the letters that go out with them (L12, L45, T7): a
statement to everybody, a private reminder where the result is poor, an urging notice in
the course of the quarter. A letter is words; it takes no points (domain 0.1, 10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MEMBER, MOVERS, ORG, SYSTEM, TOWN, UNIT
from baodao.core.errors import Invalid

DAY = timedelta(days=1)
DUTY = "points_summary"
CLOSE_DAYS = 5  # working days after the quarter's end (domain 7.4)
OBJECT_DAYS = 15  # working days to object (domain 9.6)
IMPROVE_DAYS = 30
NEW_DAYS = 90
TEXT_MOST = 500

KINDS = {"statement": "积分明细通知", "urge": "督促", "remind": "差评提醒"}
TITLES = {
    "statement": "积分明细通知",
    "urge": "服务提醒",
    "remind": "积分情况提醒",
}
HOWS = {
    "self": "本人看过",
    "phone": "电话告诉",
    "person": "当面告诉",
    "paper": "纸质送达",
}
ON_BEHALF = ("phone", "person", "paper")
STATES: Mapping[str, State] = {
    "sent": State("已发，没看", "member", "看过点“看到了”", "soon", "mail"),
    "read": State("看到了", "", "", "ok", "eye"),
    "answered": State("有回复", "community", "看回复", "go", "message"),
}
FLOW = Flow.of(
    "letters",
    STATES,
    [
        ("", "send", "sent"),
        ("sent", "read", "read"),
        ("sent", "hand", "read"),
        ("sent", "reply", "answered"),
        ("read", "reply", "answered"),
    ],
)

_SECRETARY = {"community_secretary": Scope.PLACE}
QUARTERS = {
    "view": ("查看季度汇总", {**COMMUNITY, **TOWN, **ORG}),
    "close": ("季度结账", _SECRETARY),
}
# A member's letter is between the member and the community; a unit's, the unit's.
LETTERS = {
    "view": ("查看积分通知", {**MEMBER, **UNIT, **COMMUNITY}),
    "send": ("发积分通知", {**COMMUNITY, **SYSTEM}),
    "read": ("看到了", {**MEMBER, **UNIT}),
    "hand": ("代为签收", COMMUNITY),
    "reply": ("回复", {**MEMBER, **UNIT, **COMMUNITY}),
    "follow_place": ("随区划调整", MOVERS),
}
LETTER_CONFLICTS = {"hand": {"member_id": "member_id"}}
LETTER_MESSAGES = {
    "read": "请用“代为签收”，写明是怎么告诉本人的。",
    "hand": "自己的通知，请用党员的身份点“看到了”。",
}


# --- the quarter --------------------------------------------------------------------------


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def days_of(key: str) -> tuple[date, date]:
    """[first, after last). Raises ValueError for what is no quarter."""
    year, _, n = key.partition("-Q")
    if len(year) != 4 or not year.isdigit() or n not in ("1", "2", "3", "4"):
        raise ValueError(key)
    y, q = int(year), int(n)
    first = date(y, 3 * q - 2, 1)
    return first, date(y + 1, 1, 1) if q == 4 else date(y, 3 * q + 1, 1)


def is_quarter(key: str) -> bool:
    try:
        return bool(days_of(key))
    except ValueError:
        return False


def words(key: str) -> str:
    """2026年三季度."""
    return f"{key[:4]}年{'一二三四'[int(key[-1]) - 1]}季度"


def before(key: str) -> str:
    return quarter_of(days_of(key)[0] - DAY)


def back(day: date, n: int) -> list[str]:
    """The last `n` quarters, the present one first."""
    found = [quarter_of(day)]
    while len(found) < n:
        found.append(before(found[-1]))
    return found


def check_close(key: str, today: date) -> None:
    """Raises Invalid for a quarter that is not over."""
    after = days_of(key)[1]
    if today < after:
        raise Invalid(
            f"{words(key)}还没有结束。请在{after.month}月{after.day}日以后来结账。"
        )


# --- its figures --------------------------------------------------------------------------


class Scored(NamedTuple):
    """A card as of the quarter's end. `gained`: (code, title, sign, tenths) of what the
    quarter brought."""

    subject: str
    score: int
    gained: Sequence[tuple[str, str, int, int]] = ()


BANDS = {
    "excellent": "优秀线以上",
    "good": "良好线以上",
    "fair": "一般线以上",
    "poor": "一般线以下",
}


def band(score: int, excellent: int, good: int, fair: int) -> str:
    if score >= excellent:
        return "excellent"
    return "good" if score >= good else "fair" if score >= fair else "poor"


def summary(
    cards: Iterable[Scored], lines: tuple[int, int, int]
) -> dict[str, dict[str, Any]]:
    """Subject → how many cards, in which bands, and what each rule gave or took: the
    number of cards it touched and the tenths. Names nobody."""
    found: dict[str, dict[str, Any]] = {}
    for c in cards:
        s = found.setdefault(
            c.subject, {"n": 0, "bands": dict.fromkeys(BANDS, 0), "rules": {}}
        )
        s["n"] += 1
        s["bands"][band(c.score, *lines)] += 1
        for code, title, sign, tenths in c.gained:
            rule = s["rules"].setdefault(
                code, {"title": title, "sign": sign, "cards": 0, "points": 0}
            )
            rule["cards"] += 1
            rule["points"] += tenths
    return found


def added(
    summaries: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """The summaries of several places as one; people count once in each."""
    total: dict[str, Any] = {"minutes": 0, "services": 0, "late": 0}
    for one in summaries:
        for name in ("minutes", "services", "late"):
            total[name] += one.get(name, 0)
        for subject in ("member", "unit"):
            part = one.get(subject)
            if not part:
                continue
            s = total.setdefault(
                subject, {"n": 0, "bands": dict.fromkeys(BANDS, 0), "rules": {}}
            )
            s["n"] += part["n"]
            for code, n in part["bands"].items():
                s["bands"][code] += n
            for code, rule in part["rules"].items():
                had = s["rules"].setdefault(code, {**rule, "cards": 0, "points": 0})
                had["cards"] += rule["cards"]
                had["points"] += rule["points"]
    return total


def counted(figures: Mapping[str, Any], subject: str) -> list[int]:
    """Cards of a subject by band from the best down, and all of them."""
    part = figures.get(subject, {})
    bands = part.get("bands", {})
    return [*(bands.get(b, 0) for b in BANDS), part.get("n", 0)]


# --- letters ------------------------------------------------------------------------------


def points(tenths: int) -> str:
    whole, tenth = divmod(abs(tenths), 10)
    return f"{whole}.{tenth}" if tenth else f"{whole}"


class Standing(NamedTuple):
    """What a letter looks at: the score at the quarter's end (tenths), the line of 良好,
    how many services the quarter had, since when the subject is here, why it is not to
    be asked now."""

    score: int
    good: int
    services: int
    since: date
    paused: str = ""
    subject: str = "member"


def why_remind(s: Standing, key: str) -> list[str]:
    """The facts of a private reminder; none when there is nothing to remind of: poor
    results are those below the line of 良好, or a quarter without any service. Who is
    exempt or came less than three months ago is left alone."""
    after = days_of(key)[1]
    if s.paused or (after - s.since).days < NEW_DAYS:
        return []
    found = []
    if s.score < s.good:
        found.append(
            f"{words(key)}末的积分是 {points(s.score)} 分，良好线是 {points(s.good)} 分。"
        )
    if not s.services:
        # A member's services are looked for everywhere, a unit's where the card is.
        where = "在本社区" if s.subject == "unit" else ""
        found.append(f"{words(key)}{where}没有确认过的服务记录。")
    return found


def advice(s: Standing) -> str:
    """What to do next, as a person would say it."""
    if not s.services:
        return (
            "有缘故的（生病、学习、外派），跟社区说明，可以记为免责期；能参加的，"
            "从就近的一次活动、一个微心愿或一次走访开始。"
        )
    return "看一下明细里是哪一项减的分：没做的能补就补，记得不对的请提出异议。"


RULE = (
    "依据社区公布的积分规则：基准分 80 分，加分减分都来自别人确认过的事；"
    "低于良好线或者一季度没有服务的，由社区私下提醒。这不是扣分，也不公布。"
)
URGE_FACT = "从季度开始到今天，还没有看到您确认过的服务记录。"
URGE_ADVICE = "附近有活动和微心愿可以选；忙不开或身体不便的，回一句就行，社区记下来。"


def check_text(text: str) -> str:
    """A reply, trimmed. Raises Invalid(text)."""
    text = text.strip()
    if not text:
        raise Invalid(fields={"text": "请写一句话。"})
    if len(text) > TEXT_MOST:
        raise Invalid(fields={"text": f"最多{TEXT_MOST}字，请写要紧的。"})
    return text
