"""Time in working minutes, forwards and backwards, so that simulated staff act in
office hours and residents and members outside the night."""

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from baodao.core.clock import at_local, local
from baodao.places.calendars import Calendar

DAWN, DUSK = time(8, 30), time(20, 45)


@dataclass(frozen=True)
class WorkClock:
    """Working spans from `starts` on, with the minutes worked before each."""

    starts: tuple[datetime, ...]
    lengths: tuple[int, ...]
    before: tuple[int, ...]

    @classmethod
    def around(cls, calendar: Calendar, now: datetime, days: int = 800) -> "WorkClock":
        """The spans of the `days` days up to a month after `now`."""
        last = local(now).date() + timedelta(days=31)
        starts: list[datetime] = []
        lengths: list[int] = []
        for n in range(days, -1, -1):
            day = last - timedelta(days=n)
            if calendar.is_workday(day):
                for begin, end in calendar.hours:
                    starts.append(at_local(day, begin))
                    span = datetime.combine(day, end) - datetime.combine(day, begin)
                    lengths.append(int(span.total_seconds()) // 60)
        before = [0, *accumulate(lengths)][:-1]
        return cls(tuple(starts), tuple(lengths), tuple(before))

    def add(self, at: datetime, minutes: int) -> datetime:
        """`minutes` of working time later, or earlier when negative."""
        i = max(bisect_right(self.starts, at) - 1, 0)
        # After hours counts as the last minute, so that nothing moves on by itself.
        inside = int((at - self.starts[i]).total_seconds()) // 60
        inside = min(inside, self.lengths[i] - 1)
        total = self.before[i] + max(inside, 0) + minutes
        j = max(bisect_right(self.before, total) - 1, 0)
        extra = timedelta(seconds=at.second, microseconds=at.microsecond)
        return (
            self.starts[j]
            + timedelta(minutes=min(total - self.before[j], self.lengths[j] - 1))
            + extra
        )


def awake(rng: random.Random, at: datetime) -> datetime:
    """`at`, moved back into the day when it is night."""
    here = local(at)
    if DAWN <= here.time() <= DUSK:
        return at
    day: date = here.date() if here.time() > DUSK else here.date() - timedelta(days=1)
    return at_local(
        day, time(rng.randrange(14, 20), rng.randrange(60), rng.randrange(60))
    )


@dataclass(frozen=True)
class Gap:
    """Time between the step before and this one: working minutes, plain minutes or
    days."""

    unit: str
    low: float
    high: float

    def before(self, rng: random.Random, clock: WorkClock, at: datetime) -> datetime:
        """An instant for the step before, given this step's."""
        size = rng.uniform(self.low, self.high)
        if self.unit == "work":
            found = clock.add(at, -max(int(size), 1))
        elif self.unit == "minutes":
            found = at - timedelta(minutes=size)
        else:
            found = awake(rng, at - timedelta(days=size))
        found = found.replace(microsecond=0) - timedelta(seconds=rng.randrange(50))
        return min(found, at - timedelta(minutes=1))
