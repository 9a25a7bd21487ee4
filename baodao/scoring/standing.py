"""Which rules hold where and when. Kept in memory: sets are few and change seldom."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from baodao.core.memory import Kept, epoch
from baodao.scoring import rules
from baodao.scoring.models import RuleSet, rule_rows
from baodao.scoring.rules_counting import Frame, Rule


class Standing(NamedTuple):
    """A rule set that holds, or held, in [since, until) at `path` and below."""

    id: str
    path: str
    since: date
    until: date
    frame: Frame
    rules: tuple[Rule, ...]


_KEPT: Kept[str, tuple[Standing, ...]] = Kept()


def all_sets() -> tuple[Standing, ...]:
    """Every set that was ever in force, nearest places and latest first."""
    return _KEPT.get("all", epoch(), _read)


def _read() -> tuple[Standing, ...]:
    found = [
        Standing(
            str(s.pk), s.path, s.effective_from or date.min, s.effective_to or date.max,
            s.frame, tuple(rule_rows(s)),
        )
        for s in in_force().prefetch_related("rules")
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda s: (len(s.path), s.since), reverse=True))


def in_force() -> QuerySet[RuleSet]:
    return RuleSet.objects.filter(state__in=rules.IN_FORCE)


def set_at(path: str, day: date, sets: Sequence[Standing] | None = None) -> Standing:
    """The rules at a place on a day: of the nearest place above that had some."""
    for s in all_sets() if sets is None else sets:
        if path.startswith(s.path) and s.since <= day < s.until:
            return s
    raise LookupError(f"no rules at {path} on {day}")


def rule_of(rule_id: str) -> Rule:
    """A rule of any version."""
    return next(r for s in all_sets() for r in s.rules if r.id == rule_id)
