"""Rule sets as pages show them, and what a draft would have changed last year."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import can, path_range
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.records.models import CHANNELS
from baodao.scoring import rules
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card, Rule, RuleSet, rule_rows
from baodao.scoring.services.counting_all import Key, Sum, Sums, count_all
from baodao.scoring.standing import Book, Standing, book

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


def groups(it: RuleSet, but: Rule | None = None) -> list[tuple[str, str]]:
    """With what a rule of the set may share a cap: what is capped together → its titles."""
    found: dict[str, list[str]] = {}
    for r in it.rules.all():
        alike = but is None or (r.subject, r.sign) == (but.subject, but.sign)
        if alike and (but is None or r.pk != but.pk):
            side = "" if but else f"{r.get_subject_display()}，{r.get_sign_display()}："
            found.setdefault(r.plain.group, []).append(f"{side}{r.title}")
    if but and but.cap_group:
        found.setdefault(but.cap_group, []).append("现在的一组")
    return [(group, "、".join(titles)) for group, titles in found.items()]


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
    if rule.channel:
        parts.append(f"只数{CHANNELS[rule.channel]}的")
    if rule.own:
        parts.append("只数单位自己的")
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


class Scored(NamedTuple):
    """A card under one book of rules: its score and the grade that it suggests."""

    score: int
    grade: str


def what_if(it: RuleSet, year: int) -> WhatIf:
    """Two runs of the same expression over the same records: under the rules as they
    held, and as if the draft had held all year. Every card of the year counts, those
    without an entry, too. Numbers only, no names."""
    held = book()
    tried = as_if(it, year, held)
    sums = count_all(it.path, year, held.sets, tried.sets)
    keys = _there(it.path, year) | sums[0].keys() | sums[1].keys()
    before, after = (
        _scored(keys, found, known, year)
        for found, known in zip(sums, (held, tried), strict=True)
    )
    moves = [(k[0], after[k].score - before[k].score) for k in keys]
    bands = [
        (title, sum(s == "member" and lo <= m < hi for s, m in moves),
         sum(s == "unit" and lo <= m < hi for s, m in moves))
        for lo, hi, title in BANDS
    ]  # fmt: skip
    pairs = Counter((before[k].grade, after[k].grade) for k in keys)
    return WhatIf(year, len(keys), bands, _grades(pairs), _moved(pairs))


def as_if(it: RuleSet, year: int, held: Book) -> Book:
    """What held, but the draft over the whole year in place of its own place's sets. A
    nearer place's rules go on deciding there."""
    first, after = held.year_days(it.path, year)
    month = timedelta(days=40)
    draft = Standing(
        str(it.pk),
        it.path,
        first - month,
        after + month,
        it.frame,
        tuple(rule_rows(it)),
    )
    return held.having([draft, *(s for s in held.sets if s.path != it.path)])


def _there(path: str, year: int) -> set[Key]:
    """The cards of a place and year."""
    lo, hi = path_range(path)
    rows = Card.objects.filter(path__gte=lo, path__lt=hi, year=year).values_list(
        "subject", "member_id", "unit_id", "path"
    )
    return {(s, member if s == "member" else unit, at) for s, member, unit, at in rows}


def _scored(
    keys: Collection[Key], sums: Sums, known: Book, year: int
) -> dict[Key, Scored]:
    frames = {path: known.frame(path, year) for path in {k[2] for k in keys}}
    found = {}
    for key in keys:
        frame = frames[key[2]]
        it = sums.get(key) or Sum(0, 0, frame.base, "")
        grade = counting.grade(it.score, frame, it.ceiling)
        found[key] = Scored(it.score, grade)
    return found


# (before, after) → how many cards.
Pairs = Counter[tuple[str, str]]


def _grades(pairs: Pairs) -> list[tuple[str, int, int]]:
    return [
        (
            counting.GRADES[g],
            sum(n for (a, _), n in pairs.items() if a == g),
            sum(n for (_, b), n in pairs.items() if b == g),
        )
        for g in counting.ORDER
    ]


def _moved(pairs: Pairs) -> list[tuple[str, str, int]]:
    """(from, to, how many) of cards whose suggested grade would be another."""
    return [
        (counting.GRADES[a], counting.GRADES[b], n)
        for (a, b), n in sorted(pairs.items())
        if a != b
    ]
