"""Before the monthly deletion (domain 9.3) whoever protects personal data is told how
much would go, and may hold something."""

from datetime import datetime

from django.urls import reverse

from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.notifications.services import message, send
from baodao.people import retention
from baodao.people.models import RoleTie


def tell(now: datetime | None = None) -> int:
    """Announce the run of this month; returns how many were told."""
    at = now or clock_now()
    told = retention.announce(at)
    if told is None:
        return 0
    event = retention.event_of(told)
    ties = RoleTie.objects.filter(
        role="privacy_officer", valid_from__lte=today(at), valid_to__gt=today(at)
    )
    paths = sorted({p or "" for p in ties.values_list("path", flat=True)})
    sent = []
    for path in paths:
        n = sum(it.due(told.on, path).count() for it in retention.REGISTRY.values())
        if n:
            sent.append(
                message(
                    event_id=event, role="privacy_officer", path=path,
                    title=f"{told.on.month}月{told.on.day}日要删除到期的{n}条",
                    text="请看一遍。有申诉的，可以先标“先不删”。",
                    url=reverse("people:retention"),
                )
            )  # fmt: skip
    return send(sent) if today(at) <= told.on else 0
