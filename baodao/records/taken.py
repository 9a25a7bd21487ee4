"""What is on record already for some people around a time: the minutes of each local
day, for the daily cap, and the stretches that a new one must not overlap."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from baodao.core.clock import today
from baodao.records.models import Record
from baodao.records.rules import day_shares

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """A standing record of one person."""

    member_id: UUID
    start_at: datetime
    end_at: datetime
    kind: str


def near(members: Collection[UUID], start: datetime, end: datetime) -> QuerySet[Record]:
    """Standing records of these people that may share a local day with [start, end).
    Found by the local day on which a record began (domain 8.24), not among years."""
    return Record.objects.filter(
        member_id__in=members, reversal_of=None, reversals=None,
        start_at__gt=start - 4 * DAY, start_at__lt=end + DAY, end_at__isnull=False,
        occurred_on__range=(today(start - 5 * DAY), today(end + 2 * DAY)),
    )  # fmt: skip


def minutes_taken(
    members: Collection[UUID], start: datetime, end: datetime
) -> Mapping[UUID, Mapping[date, int]]:
    """Member → local day → minutes that are counted already. One query."""
    found: dict[UUID, Counter[date]] = defaultdict(Counter)
    rows = near(members, start, end).values_list(
        "member_id", "start_at", "end_at", "minutes"
    )
    for member_id, begun, ended, minutes in rows:
        if member_id is None or begun is None or ended is None:
            continue
        left = minutes
        for day, share in day_shares(begun, ended).items():
            part = min(share, left)
            found[member_id][day] += part
            left -= part
    return found


def overlapping(
    members: Collection[UUID], start: datetime, end: datetime
) -> list[Stretch]:
    """Records of these people within [start, end) (domain 8.25). One query."""
    rows = near(members, start, end).filter(start_at__lt=end, end_at__gt=start)
    return [
        Stretch(r.member_id, r.start_at, r.end_at, r.kind)
        for r in rows
        if r.member_id and r.start_at and r.end_at
    ]
