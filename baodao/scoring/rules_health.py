"""The health check of points 积分体检 (A22): what the last twelve months of a card look
like, in the words a person would say. Nothing here counts for or against anybody: a
check looks, says why with numbers, and suggests what to do next. Only the subject and
who is responsible for it read it; how often the same hand has confirmed the same person
is for the township alone (domain 8.32)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import cos, pi, sin
from typing import NamedTuple

from baodao.acts.grants import COMMUNITY, MEMBER, TOWN, UNIT

DAY = timedelta(days=1)
MONTHS = 12
# Good first; "none": too little to judge by, or not to be judged now.
COLOURS = ("green", "none", "amber", "red")
WORDS = {"green": "正常", "amber": "留意", "red": "需要关心", "none": "先不看"}
TONES = {"green": "ok", "amber": "soon", "red": "late", "none": "idle"}
ICONS = {
    "green": "circle-check",
    "amber": "eye",
    "red": "alert-circle",
    "none": "hourglass",
}
CHECKS = {
    "activity": "参与", "balance": "均衡", "rhythm": "节奏", "ageing": "积压",
    "jumps": "突增", "duties": "应办", "breaches": "扣分", "idle": "停了多久",
}  # fmt: skip
# Too few services to say anything about them.
UNSAID = (("balance", "none"), ("jumps", "none"))
UNDONE = ("missed", "lapsed")
OPEN = ("due", "missed")
FEW = 4  # fewer services say nothing about their kinds
SAME_MOST = 10  # by one hand for one subject in a quarter

CHECKUPS = {"view": ("查看积分体检", {**MEMBER, **UNIT, **COMMUNITY})}
PATTERNS = {"look": ("查看同一确认人的情况", TOWN)}


class Deed(NamedTuple):
    """A confirmed service that stands. `source`: what it came from; what several
    members of a unit did together is one deed of the unit."""

    on: date
    kind: str
    minutes: int = 0
    source: str = ""


class Owed(NamedTuple):
    """A duty that began within the time looked at."""

    title: str
    due_on: date
    state: str


@dataclass(frozen=True)
class Facts:
    """What is looked at. `since`: when the subject reported in here; `paused`: why it
    is not to be judged now (a time of exemption), in words; `kinds`: names of the
    kinds of service; `breaches`: the days of what was deducted."""

    day: date
    since: date
    deeds: Sequence[Deed] = ()
    owed: Sequence[Owed] = ()
    paused: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    breaches: Sequence[date] = ()

    @property
    def start(self) -> date:
        return max(self.since, first_month(self.day))

    @property
    def months(self) -> list[date]:
        """First days of the months looked at, the oldest first."""
        return [m for m in months_back(self.day) if m >= self.start.replace(day=1)]


@dataclass(frozen=True)
class Check:
    """One check. `share`: 0 to 100, how far it is as one would wish, for the drawing
    only; `advice`: what a person would suggest, "" when all is well."""

    code: str
    title: str
    colour: str
    reason: str
    advice: str = ""
    share: int = 100

    @property
    def word(self) -> str:
        return WORDS[self.colour]

    @property
    def tone(self) -> str:
        return TONES[self.colour]

    @property
    def icon(self) -> str:
        return ICONS[self.colour]


def months_back(day: date, n: int = MONTHS) -> list[date]:
    """The first days of the last `n` months, this one included, the oldest first."""
    found = [day.replace(day=1)]
    while len(found) < n:
        found.append((found[-1] - DAY).replace(day=1))
    return found[::-1]


def first_month(day: date) -> date:
    return months_back(day)[0]


def once(deeds: Iterable[Deed]) -> list[Deed]:
    """Deeds of a unit: each source once, with the minutes of all who took part."""
    found: dict[tuple[str, str], Deed] = {}
    for d in deeds:
        key = (d.kind, d.source)
        had = found.get(key)
        found[key] = d._replace(minutes=d.minutes + had.minutes) if had else d
    return list(found.values())


def checkup(facts: Facts) -> list[Check]:
    """All checks that the subject and who is responsible for it may read."""
    looks = (
        _activity, _balance, _rhythm, _ageing, _jumps, _duties, _breaches, _idle,
    )  # fmt: skip
    found = [look(facts) for look in looks]
    if not facts.paused:
        return found
    return [
        c if c.code in ("ageing", "balance", "jumps") and c.colour == "green"
        else Check(c.code, c.title, "none", f"{facts.paused}，这一项先不看。", "", c.share)
        for c in found
    ]  # fmt: skip


def worst(checks: Iterable[Check]) -> str:
    """The colour of the whole: its worst check; that something cannot be told yet is
    none."""
    told = [c.colour for c in checks if (c.code, c.colour) not in UNSAID]
    return max(told, key=COLOURS.index, default="none")


def _made(code: str, colour: str, reason: str, share: float, advice: str = "") -> Check:
    n = max(0, min(100, round(share)))
    said = advice if colour in ("amber", "red") else ""
    return Check(code, CHECKS[code], colour, reason, said, n)


def _new(facts: Facts) -> bool:
    """Reported in less than three months ago: too early to say anything."""
    return (facts.day - facts.since).days < 90


def _activity(facts: Facts) -> Check:
    n, months = len(facts.deeds), max(1, len(facts.months))
    wanted = max(1, round(6 * months / MONTHS))
    minutes = sum(d.minutes for d in facts.deeds)
    time = f"、共 {minutes // 60} 小时" if minutes >= 60 else ""
    reason = f"最近 {months} 个月参加服务 {n} 次{time}。"
    if n >= wanted:
        colour = "green"
    elif n or _new(facts):
        colour = "amber"
    else:
        colour = "red"
    advice = (
        "来报到还不久，可以先从附近的一次活动、一个微心愿开始。" if _new(facts)
        else "有别的事忙不过来，跟社区说一声就行；想参加的，从就近的活动选一次。"
    )  # fmt: skip
    return _made("activity", colour, reason, 100 * n / wanted, advice)


def _balance(facts: Facts) -> Check:
    n = len(facts.deeds)
    if n < FEW:
        reason = f"一共 {n} 次，次数还少，看不出偏不偏。"
        return _made("balance", "none", reason, 50)
    by = Counter(d.kind for d in facts.deeds)
    kind, most = by.most_common(1)[0]
    share = most / n
    title = facts.kinds.get(kind, kind)
    reason = f"{n} 次里有 {len(by)} 类服务，最多的是“{title}”，{most} 次。"
    if share <= 0.8:
        colour = "green"
    else:
        colour = "red" if len(by) == 1 and n >= 3 * FEW else "amber"
    advice = f"“{title}”做得多，别的还没怎么碰到，下次可以换一类试试。"
    return _made("balance", colour, reason, 100 * min(1, len(by) / 3), advice)


def _rhythm(facts: Facts) -> Check:
    months = facts.months
    done = {d.on.replace(day=1) for d in facts.deeds}
    active = sum(m in done for m in months)
    gap = longest = 0
    # The present month is not over yet: nothing in it is no gap.
    for m in months[:-1] if months and months[-1] not in done else months:
        gap = 0 if m in done else gap + 1
        longest = max(longest, gap)
    reason = (
        f"{len(months)} 个月里有 {active} 个月参加过，最长连着 {longest} 个月没有。"
    )
    colour = "green" if longest <= 2 else "amber" if longest <= 4 else "red"
    if colour == "red" and _new(facts):
        colour = "amber"
    share = 100 * (1 - longest / max(3, len(months)))
    advice = "服务集中在几个月里。可以跟社区约好时间，比如每两个月一次。"
    return _made("rhythm", colour, reason, share, advice)


def _ageing(facts: Facts) -> Check:
    late = [o for o in facts.owed if o.state in OPEN and o.due_on < facts.day]
    if not late:
        return _made("ageing", "green", "没有过了期还放着的事。", 100)
    oldest = min(late, key=lambda o: o.due_on)
    days = (facts.day - oldest.due_on).days
    reason = f"有 {len(late)} 件过了期还没办，最早的“{oldest.title}”过了 {days} 天。"
    colour = "amber" if days <= 15 else "red"
    advice = "先办最早的一件；办不了的，请社区免办或请人代办，不要一直放着。"
    return _made("ageing", colour, reason, 100 - 100 * days / 60, advice)


def _jumps(facts: Facts) -> Check:
    by = Counter(d.on.replace(day=1) for d in facts.deeds)
    months = facts.months
    if len(months) < 4 or len(facts.deeds) < FEW:
        return _made("jumps", "none", "记录还少，看不出有没有突增。", 50)
    top = max(months, key=lambda m: by[m])
    rest = [by[m] for m in months if m != top]
    usual = sum(rest) / len(rest)
    reason = f"最多的是 {top.month} 月，{by[top]} 次；别的月平均 {usual:.1f} 次。"
    times = by[top] / max(usual, 0.5)
    colour = "green"
    if by[top] >= 8 and times > 3:
        colour = "red" if times > 6 and by[top] >= 15 else "amber"
    advice = (
        "一下子多出来的，请核对是不是补录的、集中确认的。没有错就不用管，也不影响得分。"
    )
    return _made("jumps", colour, reason, 100 - 12 * max(0, times - 2), advice)


def _duties(facts: Facts) -> Check:
    """Those whose day has come: settled or not."""
    whole = [o for o in facts.owed if o.state != "cancelled" and o.due_on < facts.day]
    if not whole:
        return _made("duties", "green", "还没有到期的应办事项。", 100)
    undone = [o for o in whole if o.state in UNDONE]
    reason = f"到期的应办 {len(whole)} 件，没有办的 {len(undone)} 件。"
    if not undone:
        return _made("duties", "green", reason, 100)
    bad = len(undone) >= 3 or 3 * len(undone) > len(whole)
    colour = "red" if bad and len(undone) > 1 else "amber"
    named = "、".join(dict.fromkeys(o.title for o in undone[:3]))
    advice = f"没办的有：{named}。能补的先补；有缘故的说明一下，社区可以记为免办。"
    share = 100 * (1 - len(undone) / len(whole))
    return _made("duties", colour, reason, share, advice)


def _breaches(facts: Facts) -> Check:
    """What somebody has decided after notice and answer; a proposal is nothing yet."""
    n = len(facts.breaches)
    if not n:
        return _made("breaches", "green", "没有定下来的扣分。", 100)
    last = max(facts.breaches)
    reason = f"最近 12 个月定下来的扣分 {n} 条，最近一条是 {last.month} 月 {last.day} 日的事。"
    advice = "先看清是哪一件、为什么；不服的可以申诉，以后有难处早一点说。"
    return _made("breaches", "amber" if n < 3 else "red", reason, 100 - 30 * n, advice)


def _idle(facts: Facts) -> Check:
    last = max((d.on for d in facts.deeds), default=None)
    days = (facts.day - (last or facts.start)).days
    if last:
        reason = f"上一次服务是 {last.month} 月 {last.day} 日，过了 {days} 天。"
    else:
        reason = f"从 {facts.start.month} 月 {facts.start.day} 日起还没有服务记录。"
    colour = "green" if days <= 60 else "amber" if days <= 120 else "red"
    advice = "好一阵没有见到了。社区可以先打个电话问问近况，不是催，也不用写情况。"
    return _made("idle", colour, reason, 100 - 100 * (days - 30) / 150, advice)


# --- what is drawn -------------------------------------------------------------------


class Spoke(NamedTuple):
    """A check in the radar: its point, the end of its spoke, where its name stands."""

    check: Check
    x: float
    y: float
    end_x: float
    end_y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Radar:
    """`ring`: polygons of the grid, `shape`: that of the checks."""

    spokes: Sequence[Spoke]
    rings: Sequence[str]
    shape: str
    width: int = 320
    height: int = 250


def radar(checks: Sequence[Check]) -> Radar:
    """Where everything is drawn, in pixels from the top left."""
    n, (cx, cy), size = len(checks), (160.0, 122.0), 84.0

    def at(i: int, r: float) -> tuple[float, float]:
        angle = 2 * pi * i / n - pi / 2
        return round(cx + r * cos(angle), 1), round(cy + r * sin(angle), 1)

    spokes = []
    for i, c in enumerate(checks):
        text_x, text_y = at(i, size + 16)
        anchor = "middle" if abs(text_x - cx) < 5 else "start" if text_x > cx else "end"
        spokes.append(
            Spoke(
                c, *at(i, size * (0.08 + 0.92 * c.share / 100)), *at(i, size), text_x,
                text_y + 4, anchor,
            )
        )  # fmt: skip
    rings = [_points(at(i, size * k / 4) for i in range(n)) for k in range(1, 5)]
    return Radar(spokes, rings, _points((s.x, s.y) for s in spokes))


def _points(found: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in found)


class Bar(NamedTuple):
    """A month: where its bar stands, in pixels."""

    month: date
    n: int
    minutes: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Bars:
    bars: Sequence[Bar]
    most: int
    width: int = 520
    height: int = 190
    axis: int = 160
    bar: int = 26


def bars(facts: Facts) -> Bars:
    """How often in each of the last twelve months."""
    by: dict[date, list[int]] = {m: [0, 0] for m in months_back(facts.day)}
    for d in facts.deeds:
        if (m := d.on.replace(day=1)) in by:
            by[m][0] += 1
            by[m][1] += d.minutes
    most = max(4, *(n for n, _ in by.values()))
    step = 40
    return Bars(
        [
            Bar(m, n, minutes, 34 + i * step, 160 - n * 136 // most, n * 136 // most)
            for i, (m, (n, minutes)) in enumerate(by.items())
        ],
        most,
    )
