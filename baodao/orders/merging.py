"""One need said twice (domain 8.14): an order follows another one of its community,
and comes back on its own when that one ends without an answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baodao.acts.access import path_range, visible
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_many
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.orders import plans, rules
from baodao.orders.doing import do
from baodao.orders.models import Order

# Ends of a target that answer nobody who follows it.
UNANSWERED = ("withdrawn", "rejected")


def targets(actor: Actor, order: Order) -> QuerySet[Order]:
    """The open orders of the order's own community that it may follow: numbers run
    per community, so nothing else can be meant."""
    low, high = path_range("/".join(order.path.split("/")[:5]) + "/")
    rows = Order.objects.filter(path__gte=low, path__lt=high, state__in=rules.OPEN)
    return visible(rows, actor, "orders.merge").exclude(id=order.id)


def merge_order(
    *, actor: Actor, order_id: UUID, into: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Follow another open order of the same community. Whoever followed this one
    follows the other from now on."""
    order = Order.objects.filter(id=order_id).only("id", "path").first()
    if order is None:
        raise NotFound
    target = targets(actor, order).filter(id=into).only("id", "no").first()
    if target is None:
        raise Invalid(fields={"into": "只能并到本社区还在办的一单。请核对单号。"})
    with transaction.atomic():
        done = do(
            actor, "merge", order_id, lambda r, c: plans.merge(r, c, into=target.id, into_no=target.no),
            now=now, client_id=client_id,
        )  # fmt: skip
        followers = Order.objects.filter(merged_into=order_id, state="merged")
        ids = list(followers.values_list("id", flat=True))
        if ids:
            write = plans.follow(into=target.id, into_no=target.no)
            act_many(actor, "orders.follow", ids, write, now=now)
    return done


def unmerge_order(
    *, actor: Actor, order_id: UUID, note: str = "", now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """On its own again, to be verified from the start."""
    return do(
        actor, "unmerge", order_id, lambda r, c: plans.unmerge(r, c, note=note),
        now=now, client_id=client_id,
    )  # fmt: skip


SETTLES = ("orders.merge", "orders.withdraw", "orders.reject")


def settle(event_ids: Sequence[UUID]) -> int:
    """After acts: whoever follows an order that was withdrawn or not taken on is on
    their own again; also when it was merged at the same moment. Returns how many."""
    found = Event.objects.filter(id__in=event_ids, action__in=SETTLES)
    return sum(_settle(event) for event in found.order_by("at", "id"))


def _settle(event: Event) -> int:
    if event.action == "orders.merge":
        found = Order.objects.filter(id=event.object_id, state="merged")
        alone = found.filter(merged_into__state__in=UNANSWERED)
    else:
        alone = Order.objects.filter(merged_into=event.object_id, state="merged")
    return sum(_alone(pk) for pk in alone.values_list("id", flat=True))


def _alone(order_id: UUID) -> bool:
    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        return plans.unmerge(row, ctx, reason="target_ended")

    try:
        do(SYSTEM, "unmerge", order_id, plan, now=None)
    except Conflict:
        return False
    return True
