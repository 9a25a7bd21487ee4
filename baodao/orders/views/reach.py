"""One order within the reader's scope, with what its pages name."""

from uuid import UUID

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.orders.models import Order

JOINED = (
    "category", "place__parent__parent__parent", "unit", "member__person", "merged_into",
    "household",
)  # fmt: skip


def order_of(actor: Actor, order_id: UUID) -> Order:
    """The order, for staff, unit and member pages. Raises NotFound outside the
    scope."""
    rows = visible(Order.objects.all(), actor, "orders.view").select_related(*JOINED)
    order = rows.filter(id=order_id).first()
    if order is None:
        raise NotFound
    return order
