"""What a record counts for under a rule, what a card's entries come to, and the grade
that a score suggests (domain 7). Points are tenths, durations minutes, rates per mille.

The card:

    score = 80 + min(adds after their caps, 20) − deductions after their caps,
            within 0 and 100

One entry is one record under one rule: so many minutes, times, months, levels. A line of
the card is one code: the rule's measure on the sum of its entries, then the cap. Entries
keep the version of the rule they were posted under; where several versions of a code are
in one year, each counts its own entries, and of their caps the one that favours the
subject holds (domain 8.39)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

SUBJECTS = {"member": "党员", "unit": "单位"}
ADD, DEDUCT = 1, -1


class Measure(NamedTuple):
    """`title`: how a rule of this measure is read aloud; {per} and {threshold} are its
    own."""

    title: str
    text: str


MEASURES: Mapping[str, Measure] = {
    "minutes": Measure("按时长", "每满 {per} 分钟"),
    "each": Measure("按次", "每次"),
    "months": Measure("按月折算", "每满一年，不满的按月折算"),
    "level": Measure("按级别", "每一级"),
    "shortfall": Measure("按差距", "比 {threshold}% 每低 {step} 个百分点"),
}
PERIODS = {
    "year": "不限",
    "month": "每月一次",
    "quarter": "每季度一次",
    "once": "一年一次",
}
GRADES = {
    "excellent": "优秀",
    "good": "良好",
    "fair": "一般",
    "poor": "差",
    "none": "不定等次",
}
ORDER = ("excellent", "good", "fair", "poor")


@dataclass(frozen=True)
class Rule:
    """A row of a rule set. `selects`: what it counts, as "kind" or "kind:class" of the
    record book; `per`: how much of the measure is one award (minutes, per mille);
    `threshold`: per mille below which a shortfall begins; `at_least`: the least quantity
    a record must have (a mark, a rate); `min_minutes`: its least duration; `first_free`:
    how many of a year are free; `cap`: tenths a year at most, 0 is none; rules with the
    same `cap_group` share it; `ceiling`: the best grade that an entry leaves; `channel`:
    only records of this one; `own`: only what the unit did itself, not its members."""

    id: str
    code: str
    subject: str
    sign: int
    tenths: int
    measure: str
    selects: tuple[str, ...]
    per: int = 1
    threshold: int = 0
    at_least: int = 0
    min_minutes: int = 0
    channel: str = ""
    own: bool = False
    period: str = "year"
    first_free: int = 0
    cap: int = 0
    cap_group: str = ""
    ceiling: str = ""
    title: str = ""

    @property
    def group(self) -> str:
        return self.cap_group or self.code


@dataclass(frozen=True)
class Fact:
    """The part of a record that rules look at. A unit's own record has no member."""

    kind: str
    class_: str
    channel: str
    minutes: int
    quantity: int
    member: bool
    unit: bool


def selected(rule: Rule, fact: Fact) -> bool:
    """Whether the rule counts such a record at all."""
    whose = fact.member if rule.subject == "member" else fact.unit
    return (
        whose
        and not (rule.own and fact.member)
        and rule.channel in ("", fact.channel)
        and (fact.kind in rule.selects or f"{fact.kind}:{fact.class_}" in rule.selects)
        and fact.minutes >= rule.min_minutes
        and fact.quantity >= rule.at_least
    )


def quantity(rule: Rule, minutes: int, quantity: int) -> int:
    """How much of the rule's measure a record of so many minutes, and of that quantity,
    has; 0 leaves no entry."""
    if rule.measure == "minutes":
        return minutes
    if rule.measure == "shortfall":
        return max(0, (rule.threshold - quantity) // rule.per)
    return quantity if rule.measure in ("months", "level") else 1


def award(rule: Rule, quantity: int) -> int:
    """Tenths for so much of the measure, before the cap."""
    if rule.measure == "minutes":
        return quantity // rule.per * rule.tenths
    if rule.measure == "months":
        return quantity * rule.tenths // 12
    return quantity * rule.tenths


class Counted(NamedTuple):
    """An entry as the card counts it; a reversal's quantity is negative. `source`: what
    the record came from."""

    rule: str
    quantity: int
    occurred_on: date
    source: str


@dataclass(frozen=True)
class Line:
    """One code on a card: how much, what it comes to, what is left under the cap (which
    the codes of a group share, in the order of the set)."""

    code: str
    group: str
    subject: str
    sign: int
    quantity: int
    earned: int
    points: int
    cap: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """A card: `adds` after caps and after the limit of all adds together."""

    base: int
    adds: int
    deducts: int
    score: int
    ceiling: str
    lines: tuple[Line, ...] = field(default=())


class Frame(NamedTuple):
    """What a rule set says beside its rules: tenths."""

    base: int = 800
    adds_most: int = 200
    excellent: int = 900
    good: int = 800
    fair: int = 600


DEFAULT = Frame()


def once_in(rule: Rule, day: date, source: str) -> str:
    """Within which the rule counts once; "" where it counts every time. What several
    members of a unit did together is one for the unit."""
    if rule.period == "month":
        return f"{day.year}-{day.month:02}"
    if rule.period == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if rule.period == "once":
        return "once"
    return source if rule.subject == "unit" and rule.measure == "each" else ""


def total(
    entries: Iterable[Counted], rules: Sequence[Rule], frame: Frame = DEFAULT
) -> Total:
    """The card of these entries. `rules`: every version that an entry names, in the
    order of the set."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    known = {r.id: r for r in rules}
    for e in entries:
        sums[e.rule, once_in(known[e.rule], e.occurred_on, e.source)] += e.quantity
    parts = [p for rule in known.values() if (p := _part(rule, sums))]
    found = _lines(parts)
    adds = sum(line.points for line in found if line.sign == ADD)
    deducts = sum(line.points for line in found if line.sign == DEDUCT)
    adds = min(adds, frame.adds_most)
    score = max(0, min(1000, frame.base + adds - deducts))
    ceiling = worst(p.rule.ceiling for p in parts if p.earned)
    return Total(frame.base, adds, deducts, score, ceiling, tuple(found))


class _Part(NamedTuple):
    """What one version of a rule comes to on a card, before the cap."""

    rule: Rule
    quantity: int
    earned: int


def _part(rule: Rule, sums: Mapping[tuple[str, str], int]) -> _Part | None:
    """None where nothing of it is left."""
    each = [(p, n) for (r, p), n in sums.items() if r == rule.id]
    n = sum(max(0, min(n, 1)) if p else n for p, n in each)
    earned = award(rule, max(0, n - rule.first_free))
    return _Part(rule, n, earned) if n or earned else None


def _lines(parts: Sequence[_Part]) -> list[Line]:
    """A line for each code. What is left under a cap goes to the codes that share it
    in the order of the set."""
    by_code: dict[tuple[str, str], list[_Part]] = defaultdict(list)
    by_group: dict[str, list[Rule]] = defaultdict(list)
    for p in parts:
        by_code[p.rule.subject, p.rule.code].append(p)
        by_group[p.rule.group].append(p.rule)
    caps = {g: _cap(versions) for g, versions in by_group.items()}
    room = dict(caps)
    found = []
    for (subject, code), versions in by_code.items():
        group = versions[-1].rule.group
        earned = sum(p.earned for p in versions)
        points = min(earned, room[group]) if caps[group] else earned
        room[group] -= points
        found.append(
            Line(
                code, group, subject, versions[-1].rule.sign,
                sum(p.quantity for p in versions), earned, points, caps[group],
                tuple(p.rule.id for p in versions),
            )
        )  # fmt: skip
    return found


def _cap(versions: Sequence[Rule]) -> int:
    """Of several versions the cap that favours the subject; none favours adds."""
    caps = [r.cap for r in versions]
    if versions[-1].sign == ADD:
        return 0 if 0 in caps else max(caps)
    return min((c for c in caps if c), default=0)


def worst(grades: Iterable[str]) -> str:
    """The lowest of the grades that are named; "" when none is."""
    named = [g for g in grades if g]
    return max(named, key=ORDER.index) if named else ""


def grade(score: int, frame: Frame, ceiling: str = "", *, gates: bool = True) -> str:
    """The grade that a score suggests (7.5). `gates`: whether what 优秀 needs beside the
    score is there. It is a suggestion: people decide, and 差 never without a hearing."""
    found = (
        "excellent" if score >= frame.excellent
        else "good" if score >= frame.good
        else "fair" if score >= frame.fair
        else "poor"
    )  # fmt: skip
    if found == "excellent" and not gates:
        found = "good"
    return worst((found, ceiling))


def year_of(day: date, first_month: int = 1) -> int:
    """The evaluation year of a day: with `first_month` 12 it runs from December."""
    return day.year + (first_month > 1 and day.month >= first_month)


def year_days(year: int, first_month: int = 1) -> tuple[date, date]:
    """[first, after last) of an evaluation year."""
    if first_month == 1:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year - 1, first_month, 1), date(year, first_month, 1)
