"""Decisions that are late: who has to decide and who stands above are told, once."""

from datetime import datetime
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

LIMIT = 1_000
TOWN, DISTRICT = 4, 3  # parts of a path


def tell_late(now: datetime | None = None) -> int:
    """Of a community the township is told, of a township the county. Nothing decides
    itself because it is late (domain 9.8)."""
    at = now or clock_now()
    late = Deduction.objects.filter(
        state__in=rules.OPEN, late_at=None, decide_until__lt=at
    )
    found = list(late.select_related("place").order_by("decide_until")[:LIMIT])
    for d in found:
        with transaction.atomic():
            done = act(
                SYSTEM, "deductions.escalate", d.pk,
                lambda row: Write(set={"late_at": at}), version=d.version, now=at,
            )  # fmt: skip
            send(_told(d, done.event_id))
    return len(found)


def _told(d: Deduction, event_id: UUID) -> list[Message]:
    desks = [("community_secretary", 5), ("township_party", TOWN)]
    if d.desk == "township":
        desks = [("township_party", TOWN), ("county_org", DISTRICT)]
    url = reverse("scoring:deductions")
    parts = d.path.split("/")
    return [
        message(
            event_id=event_id, role=role, path="/".join(parts[:depth]) + "/",
            title="有一条扣分超过时限没有定", text=d.place.name, url=url,
        )
        for role, depth in desks
    ]  # fmt: skip
