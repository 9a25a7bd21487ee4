"""Working days of a place (domain 3.9): the holidays package gives the national
days with their make-up workdays, a table of local days overrides it. Pure rules;
`calendar_for` and `ground` alone read the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import holidays

from baodao.core.clock import at_local, local
from baodao.core.memory import Kept
from baodao.places.models import LocalDay
from baodao.places.settings import ancestors, values

Interval = tuple[datetime, datetime]


@lru_cache(maxsize=32)
def _national(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up workdays) of a year as the package knows them."""
    public = holidays.country_holidays("CN", years=year, categories="public")
    known = holidays.country_holidays("CN", years=year, categories="half_day")
    off = frozenset(d for d in public if d.year == year and d not in known)
    return off, frozenset(d for d in public.weekend_workdays if d.year == year)


def known_year(year: int) -> bool:
    """Whether the package has the year's notice with its make-up workdays; before
    that the days must be entered by hand (domain 3.9)."""
    return bool(_national(year)[1])


def last_day_off(first: date) -> date:
    """The end of the national holiday that `first` is a day of, with its weekends;
    `first` itself when it is none."""
    if first not in _national(first.year)[0]:
        return first
    country, last = Calendar(), first
    while not country.is_workday(last + timedelta(days=1)):
        last += timedelta(days=1)
    return last


@dataclass(frozen=True)
class Calendar:
    """`days`: local exceptions (True is a working day). `hours`: spans of a working
    day. `weekdays`: 0 is Monday."""

    hours: tuple[tuple[time, time], ...] = (
        (time(9), time(12, 30)),
        (time(15), time(18)),
    )
    weekdays: frozenset[int] = frozenset(range(5))
    days: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day` here."""
        if day in self.days:
            return self.days[day]
        off, makeup = _national(day.year)
        if day in makeup:
            return True
        return day.weekday() in self.weekdays and day not in off

    def is_work_time(self, at: datetime) -> bool:
        """Whether an instant lies inside working hours (八小时外 is the opposite)."""
        here = local(at)
        return self.is_workday(here.date()) and any(
            start <= here.time() < end for start, end in self.hours
        )

    @property
    def closing(self) -> time:
        return self.hours[-1][1]

    def add_workdays(self, start: datetime, n: int) -> datetime:
        """Closing time of the n-th working day after the local day of `start`; the
        day of the start itself does not count. n ≥ 1."""
        day = local(start).date()
        while n > 0:
            day += timedelta(days=1)
            n -= self.is_workday(day)
        return at_local(day, self.closing)


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def calendar_for(path: str) -> Calendar:
    """The calendar of a place: settings and local days inherited down the tree."""
    return _calendar(path, values(path, ["calendar.hours", "calendar.weekdays"]))


def _calendar(path: str, chosen: Mapping[str, Any]) -> Calendar:
    rows = LocalDay.objects.filter(path__in=ancestors(path), removed=False)
    days = {
        day: kind == "workday"
        for day, kind in rows.order_by("path").values_list("day", "kind")
    }
    hours = tuple((_clock(a), _clock(b)) for a, b in chosen["calendar.hours"])
    return Calendar(hours, frozenset(chosen["calendar.weekdays"]), days)


class Ground(NamedTuple):
    """What the deadlines of a place are reckoned with."""

    calendar: Calendar
    settings: Mapping[str, Any]


_KEPT: Kept[str, Ground] = Kept()


def ground(path: str, epoch: int | None = None) -> Ground:
    """Calendar and settings of a place, two queries; with the `epoch` that was read
    with a row of the place none, as long as nothing has changed."""
    if epoch is None:
        return _read_ground(path)
    return _KEPT.get(path, epoch, lambda: _read_ground(path))


def _read_ground(path: str) -> Ground:
    settings = values(path)
    return Ground(_calendar(path, settings), settings)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Overlapping or touching intervals joined, in order."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif start < end:
            joined.append((start, end))
    return joined


def shift(start: datetime, due: datetime, pauses: Iterable[Interval]) -> datetime:
    """`due` moved on by every pause after `start`: the time left before a pause is
    the time left after it. Pauses are counted as a union, never twice."""
    for begin, end in union(pauses):
        begin = max(begin, start)
        if begin < due and begin < end:
            due += end - begin
    return due
