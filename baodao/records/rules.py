"""How service is measured (domain 6.8, 8.24): minutes by local day, in full steps, at
most so many a day over all of a person's records. The same for orders, activities,
posts and visits."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from baodao.core.clock import at_local, local


def day_shares(start: datetime, end: datetime) -> dict[date, int]:
    """Minutes of a stretch by local day (domain 8.24); together they are its whole
    minutes, so that nothing is lost to a midnight in the middle of one."""
    found: dict[date, int] = {}
    at, before = start, 0
    while at < end:
        day = local(at).date()
        at = min(end, at_local(day + timedelta(days=1), time.min))
        until = int((at - start).total_seconds()) // 60
        found[day], before = until - before, until
    return found


def counted_minutes(
    start: datetime,
    end: datetime,
    break_minutes: int,
    settings: Mapping[str, Any],
    taken: Mapping[date, int] | None = None,
) -> int:
    """Minutes of service that count (domain 6.8): without the break, at most so many
    a local day over all of the person's services (`taken`: counted already), in full
    steps. Less than a step is a service of 0 minutes."""
    cap: int = settings["service.day_cap_minutes"]
    step: int = settings["service.step_minutes"]
    shares, already = day_shares(start, end), taken or {}
    room = sum(min(n, max(0, cap - already.get(d, 0))) for d, n in shares.items())
    counted = min(sum(shares.values()) - break_minutes, room)
    return max(0, counted - counted % step)


def by_day(records: Iterable[str]) -> dict[date, int]:
    """What was counted, laid on the days from the first on. `records`: JSON texts of
    start, end and minutes."""
    found: Counter[date] = Counter()
    for r in map(json.loads, records):
        left = int(r["minutes"])
        start, end = (datetime.fromisoformat(r[k]) for k in ("start", "end"))
        for day, share in day_shares(start, end).items():
            part = min(share, left)
            found[day] += part
            left -= part
    return found
