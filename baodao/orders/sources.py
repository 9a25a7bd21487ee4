"""How a record names the order it came from."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.orders.models import Order
from baodao.records.sources import Source

_PAGES = {
    "member": "orders:my_order",
    "unit_secretary": "orders:unit_order",
    "unit_liaison": "orders:unit_order",
}


def describe(actor: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """Number and public words; a link for whoever may see the order."""
    rows = Order.objects.filter(pk__in=list(ids))
    seen = set(visible(rows, actor, "orders.view").values_list("pk", flat=True))
    page = _PAGES.get(actor.role, "orders:detail")
    return {
        pk: Source(f"单 {no} {title}".strip(), reverse(page, args=[pk]) if pk in seen else "")
        for pk, no, title in rows.values_list("pk", "no", "title")
    }  # fmt: skip
