"""Report-ins that silence ends (domain 8.1): a returned one that nobody mends, a
transfer that nobody accepts. Asked once, with time left; then over, and said so.
Nothing is ever accepted here."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import SYSTEM
from baodao.core.clock import now as clock_now
from baodao.reporting import plans, rules
from baodao.reporting.models import ReportIn
from baodao.reporting.services import SWEEP_LIMIT, close, do, keep_old, once


def sweep(now: datetime | None = None) -> dict[str, int]:
    """The worker, every ten minutes. Returns how many were chased and how many
    ended."""
    at = now or clock_now()
    fresh, told = Q(chased_at=None), Q(chased_at__isnull=False)
    soon = Q(state="returned", due_at__lte=at) | Q(
        state="transfer_pending", due_at__lte=at + rules.REMIND_BEFORE
    )
    over = _found(told & Q(state__in=rules.TIMED, due_at__lte=at))
    chased = _found(fresh & soon)
    for pk, _ in chased:
        do(SYSTEM, "chase", pk, plans.chase, now=at)
    for pk, state in over:
        _lapse(pk, state, at)
    return {"chased": len(chased), "lapsed": len(over)}


def _found(which: Q) -> list[tuple[UUID, str]]:
    found = ReportIn.objects.filter(which).order_by("due_at", "id")
    return list(found.values_list("id", "state")[:SWEEP_LIMIT])


def _lapse(pk: UUID, state: str, at: datetime) -> None:
    """The place of a member goes with the report-in that gave it; a returned one gave
    none, but ends the move that it was for."""
    if state == "transfer_pending":
        close(SYSTEM, "lapse", pk, plans.lapse, at)
        return
    with once():
        do(SYSTEM, "lapse", pk, plans.lapse, now=at)
        keep_old(SYSTEM, pk, at)
