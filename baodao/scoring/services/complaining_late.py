"""Checks that are late: who has to check and who stands above are told, once (L45)."""

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.acts.engine import act
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.notifications.services import message, send
from baodao.scoring import rules_complaints as rules
from baodao.scoring.models import Complaint
from baodao.scoring.services.complaining import check_end, desk_at
from baodao.scoring.services.concerning import DISTRICT, TOWN, cut
from baodao.scoring.services.one_by_one import one_by_one

LIMIT = 1_000
_ABOVE = {"community": ("township_party", TOWN), "township": ("county_org", DISTRICT)}


def tell_late(now: datetime | None = None) -> int:
    """Nothing is decided because it is late."""
    at = now or clock_now()
    late = Complaint.objects.filter(state__in=rules.OPEN, late_at=None, due_at__lt=at)
    rows = late.select_related("place").order_by("due_at").iterator(LIMIT)
    found = list(islice((c for c in rows if check_end(c, at) < at), LIMIT))
    return len(one_by_one(found, lambda c: _tell(c, at)))


def _tell(c: Complaint, at: datetime) -> None:
    """Who stands above hears that it is late, not what it is about."""
    told = [(*who, reverse("scoring:complaint", args=[c.pk])) for who in desk_at(c)]
    if c.desk in _ABOVE:
        role, parts = _ABOVE[c.desk]
        told.append((role, cut(c.path, parts), ""))
    with transaction.atomic():
        done = act(
            SYSTEM, "complaints.escalate", c.pk,
            lambda row: Write(set={"late_at": at}), version=c.version, now=at,
        )  # fmt: skip
        send([
            message(
                event_id=done.event_id, role=role, path=path, url=url,
                title="有一件差评超过时限没有查完", text=f"{c.place.name}，编号 {c.no}",
            )
            for role, path, url in told
        ])  # fmt: skip
