"""Decisions that are late: who has to decide and who stands above are told, once."""

from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.acts.engine import act
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.scoring import rules_deductions as rules
from baodao.scoring.models import Deduction
from baodao.scoring.services.concerning import (
    COMMUNITY,
    DISTRICT,
    PREFECTURE,
    TOWN,
    cut,
)
from baodao.scoring.services.deducting import decide_end
from baodao.scoring.services.one_by_one import one_by_one

LIMIT = 1_000


def tell_late(now: datetime | None = None) -> int:
    """Of a community the township is told, of a township the county, and so on. Nothing decides
    itself because it is late (domain 9.8)."""
    at = now or clock_now()
    late = Deduction.objects.filter(
        state__in=rules.OPEN, late_at=None, decide_until__lt=at
    )
    rows = late.select_related("place").order_by("decide_until").iterator(LIMIT)
    found = list(islice((d for d in rows if decide_end(d, at) < at), LIMIT))
    return len(one_by_one(found, lambda d: _tell(d, at)))


def _tell(d: Deduction, at: datetime) -> None:
    with transaction.atomic():
        done = act(
            SYSTEM, "deductions.escalate", d.pk,
            lambda row: Write(set={"late_at": at}), version=d.version, now=at,
        )  # fmt: skip
        send(_told(d, done.event_id))


def _told(d: Deduction, event_id: UUID) -> list[Message]:
    """The county, of its own the prefecture, hears that it is late; what it is about is
    seen there on appeal only (9.5)."""
    desks = {
        "community": [("community_secretary", COMMUNITY), ("township_party", TOWN)],
        "township": [("township_party", TOWN), ("county_org", DISTRICT)],
        "county": [("county_org", DISTRICT), ("prefecture_org", PREFECTURE)],
    }[d.desk]
    url = reverse("scoring:deductions")
    unseen = {"township": "county_org", "county": "prefecture_org"}.get(d.desk)
    return [
        message(
            event_id=event_id, role=role, path=cut(d.path, parts),
            title="有一条扣分超过时限没有定", text=d.place.name,
            url="" if role == unseen else url,
        )
        for role, parts in desks
    ]  # fmt: skip
