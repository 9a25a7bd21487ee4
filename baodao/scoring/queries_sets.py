"""Rule sets as pages show them, and what a draft would have changed last year."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.scoring import rules
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Rule, RuleSet, rule_rows
from baodao.scoring.services.counting_all import Sum, Sums, count_all
from baodao.scoring.standing import Standing, all_sets

SECTIONS = (
    ("member", 1, "党员加分"), ("member", -1, "党员减分"),
    ("unit", 1, "单位加分"), ("unit", -1, "单位减分"),
)  # fmt: skip
# How far a score moves, in points.
BANDS = (
    (-1000, -50, "少 5 分以上"), (-50, 0, "少 5 分以内"), (0, 1, "不变"),
    (1, 51, "多 5 分以内"), (51, 1001, "多 5 分以上"),
)  # fmt: skip


def sets(actor: Actor) -> QuerySet[RuleSet]:
    """What may be read: public ones and those open for comment everywhere; drafts only by
    the desk that makes them."""
    public = Q(state__in=("published", "superseded", "comment"))
    own = (
        Q(path=actor.path)
        if can(actor, "rule_sets.draft") and actor.path
        else Q(pk=None)
    )
    found = RuleSet.objects.filter(public | own).select_related("place")
    return found.order_by("path", "-effective_from", "-created_at", "pk")


def rule_set(actor: Actor, pk: UUID) -> RuleSet:
    """Raises NotFound."""
    found = sets(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def events(actor: Actor, it: RuleSet) -> list[str]:
    """What this desk may do with it now: its own only."""
    if it.path != actor.path or not it.path:
        return []
    return [
        e for e in rules.SET_FLOW.events(it.state) if can(actor, f"rule_sets.{e}", it)
    ]


def sections(it: RuleSet) -> list[tuple[str, list[Rule]]]:
    """Rules by subject and side, in their order."""
    rows = list(it.rules.all())
    return [
        (title, [r for r in rows if (r.subject, r.sign) == (subject, sign)])
        for subject, sign, title in SECTIONS
    ]


def said(rule: Rule) -> str:
    """How a rule is read aloud."""
    each = counting.MEASURES[rule.measure].text.format(
        per=rule.per, threshold=f"{rule.threshold / 10:g}", step=f"{rule.per / 10:g}"
    )
    parts = [each]
    if rule.period != "year":
        parts.append(counting.PERIODS[rule.period])
    if rule.at_least:
        parts.append(f"至少 {rule.at_least / 10:g}%" if rule.selects[0].startswith("rate") else f"至少 {rule.at_least}")  # fmt: skip
    if rule.min_minutes:
        parts.append(f"至少 {rule.min_minutes / 60:g} 小时")
    if rule.first_free:
        parts.append(f"前 {rule.first_free} 次不计")
    return "，".join(parts)


# --- what if --------------------------------------------------------------------------


@dataclass(frozen=True)
class WhatIf:
    """What the draft would have changed on the records of `year`: how many cards move how
    far, and how many would change their suggested grade."""

    year: int
    cards: int
    bands: list[tuple[str, int, int]]
    grades: list[tuple[str, int, int]]
    moved: list[tuple[str, str, int]]


def what_if(it: RuleSet, year: int) -> WhatIf:
    """Two runs of the same expression over the same records: under the rules as they
    held, and as if the draft had held all year. Numbers only, no names."""
    held = all_sets()
    before, after = count_all(it.path, year, held, (as_if(it, year), *held))
    base = Sum(0, 0, it.base, "")
    old = Sum(0, 0, held_frame(it, held).base, "")
    keys = before.keys() | after.keys()
    moves = [(k[0], after.get(k, base).score - before.get(k, old).score) for k in keys]
    bands = [
        (title, sum(s == "member" and lo <= m < hi for s, m in moves),
         sum(s == "unit" and lo <= m < hi for s, m in moves))
        for lo, hi, title in BANDS
    ]  # fmt: skip
    frames = held_frame(it, held), it.frame
    return WhatIf(
        year, len(keys), bands, _grades(before, after, frames),
        _moved(before, after, frames),
    )  # fmt: skip


def as_if(it: RuleSet, year: int) -> Standing:
    """The draft as a set that held over the whole year."""
    first, after = counting.year_days(year)
    since = date.fromordinal(first.toordinal() - 40)
    until = date.fromordinal(after.toordinal() + 40)
    return Standing(str(it.pk), it.path, since, until, it.frame, tuple(rule_rows(it)))


def held_frame(it: RuleSet, held: tuple[Standing, ...]) -> counting.Frame:
    day = today()
    return next(
        s.frame for s in held if it.path.startswith(s.path) and s.since <= day < s.until
    )


def _grade(found: Sum | None, frame: counting.Frame) -> str:
    if found is None:
        return counting.grade(frame.base, frame)
    return counting.grade(found.score, frame, found.ceiling)


def _grades(
    before: Sums, after: Sums, frames: tuple[counting.Frame, counting.Frame]
) -> list[tuple[str, int, int]]:
    keys = before.keys() | after.keys()
    old = Counter(_grade(before.get(k), frames[0]) for k in keys)
    new = Counter(_grade(after.get(k), frames[1]) for k in keys)
    return [(counting.GRADES[g], old[g], new[g]) for g in counting.ORDER]


def _moved(
    before: Sums, after: Sums, frames: tuple[counting.Frame, counting.Frame]
) -> list[tuple[str, str, int]]:
    """(from, to, how many) of cards whose suggested grade would be another."""
    keys = before.keys() | after.keys()
    pairs = Counter(
        (_grade(before.get(k), frames[0]), _grade(after.get(k), frames[1]))
        for k in keys
    )
    return [
        (counting.GRADES[a], counting.GRADES[b], n)
        for (a, b), n in sorted(pairs.items())
        if a != b
    ]
