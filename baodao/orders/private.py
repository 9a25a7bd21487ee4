"""Who reads a resident's own words and contact, and for how long (domain 9.1, 9.5).
Units and members read the words once they have taken the order; only the member who
serves may reveal the contact, and only while serving. Units never learn who and
where."""

from datetime import datetime
from uuid import UUID

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.acts.engine import note_event
from baodao.acts.writing import Write
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.orders import rules
from baodao.orders.models import Order

TAKEN_BY_UNIT = (
    "unit_accepted", "assigned", "accepted", "in_service", "done_reported", "confirmed",
)  # fmt: skip
TAKEN_BY_MEMBER = (*rules.CONTACT_STATES, "confirmed")


def may_read_words(actor: Actor, order: Order) -> bool:
    """Whether the resident's own words are shown to this actor now."""
    if not can(actor, "orders.view_private", order):
        return False
    if actor.role == "member":
        return order.state in TAKEN_BY_MEMBER
    if actor.role.startswith("unit_"):
        return order.state in TAKEN_BY_UNIT
    return True


def may_contact(actor: Actor, order: Order) -> bool:
    """Whether telephone and address can be revealed by this actor now."""
    if actor.role == "member" and order.state not in rules.CONTACT_STATES:
        return False
    return can(actor, "orders.reveal", order)


def look_at(
    *,
    actor: Actor,
    order_id: UUID,
    field: str,
    purpose: str,
    now: datetime | None = None,
) -> str:
    """Show one sealed field of an order; the look is an event anybody concerned may
    ask about (domain 9.1, 9.5)."""
    if field not in ("phone", "address", "call_name"):
        raise NotFound
    if not purpose.strip():
        raise Invalid(fields={"purpose": "请选看它做什么。"})
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise NotFound
    require(actor, "orders.reveal", order)
    if actor.role == "member" and order.state not in rules.CONTACT_STATES:
        raise Conflict("接单以后、办结以前才能看联系信息。")
    note_event(
        actor, "orders.reveal", order,
        Write(data={"field": field, "purpose": purpose.strip()}), now=now,
    )  # fmt: skip
    return str(getattr(order, field))
