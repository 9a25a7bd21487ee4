"""Which rules hold where and when. Kept in memory: sets are few and change seldom."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from baodao.core.clock import year_days
from baodao.core.memory import Kept, epoch
from baodao.places.settings import decided, nearest
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


class Book:
    """All sets, nearest places and latest first, and every rule of them by its id. Take
    it once for many cards: asking whether it still holds is a query."""

    def __init__(
        self, sets: Iterable[Standing], months: Mapping[str, int] | None = None
    ) -> None:
        self.sets = tuple(
            sorted(sets, key=lambda s: (len(s.path), s.since), reverse=True)
        )
        self.rules = {r.id: r for s in self.sets for r in s.rules}
        self.order = {
            r.id: (s.since, i) for s in self.sets for i, r in enumerate(s.rules)
        }
        self._months = months or {}
        self._of_kind: dict[tuple[str, str], Sequence[Rule]] = {}

    def at(self, path: str, day: date) -> Standing:
        """The rules at a place on a day: of the nearest place above that had some."""
        return set_at(path, day, self.sets)

    def looking_at(self, path: str, day: date, kind: str) -> Sequence[Rule]:
        """Of the rules that hold there then, those that look at records of a kind."""
        here = self.at(path, day)
        key = (here.id, kind)
        if key not in self._of_kind:
            self._of_kind[key] = [
                r for r in here.rules if any(s.split(":")[0] == kind for s in r.selects)
            ]
        return self._of_kind[key]

    def having(self, sets: Iterable[Standing]) -> "Book":
        """These sets in place of its own."""
        return Book(sets, self._months)

    def frame(self, path: str, year: int) -> Frame:
        """Base, limit and grade lines of a year: what held on its first day, so that no
        set that comes later moves what was said of the year (domain 6.11)."""
        return self.at(path, self.year_days(path, year)[0]).frame

    def year_days(self, path: str, year: int) -> tuple[date, date]:
        """[first, after last) of an evaluation year at a place."""
        first = nearest(self._months, path, "scoring.year_from_month")
        return year_days(year, first)


_KEPT: Kept[str, Book] = Kept()


def book() -> Book:
    """Every set that was ever in force."""
    return _KEPT.get("all", epoch(), _read)


def all_sets() -> tuple[Standing, ...]:
    return book().sets


def _read() -> Book:
    sets = [
        Standing(
            str(s.pk), s.path, s.effective_from or date.min, s.effective_to or date.max,
            s.frame, tuple(rule_rows(s)),
        )
        for s in in_force().prefetch_related("rules")
    ]  # fmt: skip
    return Book(sets, decided("scoring.year_from_month"))


def in_force() -> QuerySet[RuleSet]:
    return RuleSet.objects.filter(state__in=rules.IN_FORCE)


def set_at(path: str, day: date, sets: Sequence[Standing] | None = None) -> Standing:
    """The rules at a place on a day: of the nearest place above that had some."""
    for s in book().sets if sets is None else sets:
        if path.startswith(s.path) and s.since <= day < s.until:
            return s
    raise LookupError(f"no rules at {path} on {day}")


def rule_of(rule_id: str) -> Rule:
    """A rule of any version."""
    return book().rules[rule_id]
