"""The services of an order, each with the minutes that its person has on record for
the same days already: a local day counts at most so many over all of them."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from baodao.orders import rules
from baodao.orders.models import Service
from baodao.records.models import Record

DAY = timedelta(days=1)


def services_of(order_id: UUID) -> list[Service]:
    """All rounds, with their members and `taken` (local day → minutes). One query."""
    near = Record.objects.filter(
        member_id=OuterRef("member_id"), reversal_of=None, reversals=None,
        start_at__gt=OuterRef("start_at") - 2 * DAY, start_at__lt=OuterRef("end_at") + DAY,
    ).values(found=JSONObject(start="start_at", end="end_at", minutes="minutes"))  # fmt: skip
    rows = Service.objects.filter(order_id=order_id).select_related("member")
    found: list[Service] = []
    for service in rows.annotate(on_record=ArraySubquery(near)):
        service.taken = _by_day(service.on_record)  # type: ignore[attr-defined]
        found.append(service)
    return found


def _by_day(records: list[dict[str, Any]]) -> dict[date, int]:
    """What was counted, laid on the days from the first on."""
    found: Counter[date] = Counter()
    for r in records:
        left = int(r["minutes"])
        start, end = (datetime.fromisoformat(r[k]) for k in ("start", "end"))
        for day, share in rules.day_shares(start, end).items():
            part = min(share, left)
            found[day] += part
            left -= part
    return found
