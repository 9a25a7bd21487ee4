"""The services of an order, each with the minutes that its person has on record for
the same days already: a local day counts at most so many over all of them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Max, Min, OuterRef, Sum, TextField, When
from django.db.models.functions import Cast, JSONObject, TruncDate
from django.db.models.lookups import Exact

from baodao.core.clock import ZONE
from baodao.core.fixed import Fixed
from baodao.orders.models import Service
from baodao.records.models import Record
from baodao.records.rules import by_day

DAY = timedelta(days=1)


class Served(NamedTuple):
    """A service as the confirmation needs it; `taken`: local day → minutes on record."""

    person_id: UUID
    round: int
    member_id: UUID
    unit_id: UUID | None
    start_at: datetime
    end_at: datetime
    break_minutes: int
    minutes: int
    work_time: bool
    taken: Mapping[date, int]


def _day(column: str) -> TruncDate:
    return TruncDate(column, tzinfo=ZONE)


# What counted no minutes takes none; and a record is of the local day on which it began
# (domain 8.24), by which its person's are found.
_ON_RECORD = Record.objects.filter(
    member_id=OuterRef("member_id"), reversal_of=None, reversals=None, minutes__gt=0,
    start_at__gt=OuterRef("start_at") - 2 * DAY, start_at__lt=OuterRef("end_at") + DAY,
    occurred_on__gte=OuterRef("start_at") - 4 * DAY,
    occurred_on__lte=OuterRef("end_at") + 3 * DAY,
)  # fmt: skip
# A day's services as one; those over midnight each by itself.
_NEAR = (
    _ON_RECORD.annotate(
        together=Case(
            When(
                Exact(_day("start_at"), _day("end_at")),
                then=Cast(_day("start_at"), TextField()),
            ),
            default=Cast("id", TextField()),
        )
    )
    .order_by()
    .values("together")
    .annotate(
        found=JSONObject(
            start=Min("start_at"), end=Max("end_at"), minutes=Sum("minutes")
        )
    )
    .values("found")
)
_SERVICES = Fixed(
    lambda pk: (
        Service.objects.filter(order_id=pk)
        .annotate(on_record=ArraySubquery(_NEAR))
        .values_list("member__person_id", *Served._fields[1:-1], "on_record")
    )
)


def services_of(order_id: UUID) -> list[Served]:
    """All rounds. One query."""
    rows = _SERVICES(order_id)
    return [Served._make([*row[:-1], by_day(row[-1])]) for row in rows]
