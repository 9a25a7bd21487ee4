"""What a record counts for under a rule, what a card's entries come to, and the grade
that a score suggests (domain 7). Points are tenths, durations minutes, rates per mille.

The card:

    score = 80 + min(adds after their caps, 20) − deductions after their caps,
            within 0 and 100

One entry is one record under one rule: so many minutes, times, months, levels. A line of
the card is one code: the rule's measure on the sum of its entries, then the cap. Entries
keep the version of the rule they were posted under. Where a code has several versions in
one year, the year goes on through them: how many are free, what is once a month, half an
hour that is left over. Each award is worth what the version says that completes it, and
of the caps the one that favours the subject holds (domain 8.39)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import NamedTuple

from baodao.core.clock import year_days as year_days  # noqa: PLC0414
from baodao.core.clock import year_of as year_of  # noqa: PLC0414

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


def pace(rule: Rule) -> tuple[Fraction, int]:
    """How far one of the measure goes, and the tenths of every whole that is reached."""
    if rule.measure == "minutes":
        return Fraction(1, rule.per), rule.tenths
    if rule.measure == "months":
        return Fraction(rule.tenths, 12), 1
    return Fraction(1), rule.tenths


def award(rule: Rule, quantity: int) -> int:
    """Tenths for so much of the measure, before the cap."""
    step, each = pace(rule)
    return floor(step * quantity) * each


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
    """The card of these entries. `rules`: every version that an entry names, older ones
    first, those of a set in its order."""
    known = {r.id: r for r in rules}
    sums: dict[str, dict[str, int]] = {r: defaultdict(int) for r in known}
    for e in entries:
        sums[e.rule][once_in(known[e.rule], e.occurred_on, e.source)] += e.quantity
    parts = _parts(known, sums)
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


def _parts(
    rules: Mapping[str, Rule], sums: Mapping[str, Mapping[str, int]]
) -> list[_Part]:
    """Of every version of which something is left, in the order of `rules`."""
    series: dict[tuple[str, str, int, str], list[Rule]] = defaultdict(list)
    for r in rules.values():
        series[r.subject, r.code, r.sign, r.measure].append(r)
    found = {
        p.rule.id: p for versions in series.values() for p in _through(versions, sums)
    }
    return [found[r] for r in rules if r in found]


def _through(
    versions: Sequence[Rule], sums: Mapping[str, Mapping[str, int]]
) -> Iterator[_Part]:
    """The versions of a code, one after the other. What counts once belongs to the first
    of them under which it happened; the free ones are the first of the year; what is left
    over of an award goes on."""
    taken: set[str] = set()
    before, share = 0, Fraction(0)
    for rule in versions:
        once = {p for p, n in sums[rule.id].items() if p and n > 0} - taken
        taken |= once
        n = max(0, sums[rule.id].get("", 0)) + len(once)
        step, each = pace(rule)
        begun = share
        share += step * max(0, n - max(0, rule.first_free - before))
        before += n
        if n:
            yield _Part(rule, n, (floor(share) - floor(begun)) * each)


def _lines(parts: Sequence[_Part]) -> list[Line]:
    """A line for each code, capped with those that share its cap now: of all their
    versions the cap that favours the subject. What is left under it goes to them in the
    order of the set."""
    by_code: dict[tuple[str, str, int], list[_Part]] = defaultdict(list)
    for p in parts:
        by_code[p.rule.subject, p.rule.code, p.rule.sign].append(p)
    by_group: dict[tuple[str, str, int], list[Rule]] = defaultdict(list)
    for (subject, _, sign), versions in by_code.items():
        group = subject, versions[-1].rule.group, sign
        by_group[group] += [p.rule for p in versions]
    caps = {g: _cap(rules) for g, rules in by_group.items()}
    room = dict(caps)
    found = []
    for (subject, code, sign), versions in by_code.items():
        group = subject, versions[-1].rule.group, sign
        earned = sum(p.earned for p in versions)
        points = min(earned, room[group]) if caps[group] else earned
        room[group] -= points
        found.append(
            Line(
                code, group[1], subject, sign, sum(p.quantity for p in versions),
                earned, points, caps[group], tuple(p.rule.id for p in versions),
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
