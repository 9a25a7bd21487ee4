"""Merits read back under one's own access."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.scoring.models import Merit

TABS = {
    "open": ("待确认", ("registered",)),
    "confirmed": ("记入的", ("confirmed",)),
    "over": ("没有记的", ("refused", "superseded")),
}


def merits(actor: Actor, text: str = "", kind: str = "") -> QuerySet[Merit]:
    """Of all tabs, by the filters of the list."""
    found = visible(Merit.objects.all(), actor, "merits.view")
    if kind:
        found = found.filter(kind=kind)
    for part in text.split():
        found = found.filter(
            Q(deed__icontains=part)
            | Q(member__person__name__icontains=part)
            | Q(unit__name__icontains=part)
            | Q(unit__short_name__icontains=part)
        )
    return found.select_related("place", "member__person", "member__unit", "unit")


def in_tab(found: QuerySet[Merit], tab: str) -> QuerySet[Merit]:
    return found.filter(state__in=TABS[tab][1]).order_by("-occurred_on", "pk")


def tab_counts(found: QuerySet[Merit]) -> dict[str, int]:
    asked = {t: Count("pk", filter=Q(state__in=s)) for t, (_, s) in TABS.items()}
    counted: dict[str, int] = found.order_by().aggregate(**asked)
    return counted


def merit(actor: Actor, pk: UUID) -> Merit:
    """Raises NotFound."""
    row = merits(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
