"""Orders for tests, brought to a state by the real services."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from baodao.acts.actor import ANONYMOUS, link_holder
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.orders import services as s
from baodao.orders.categories import seed
from baodao.orders.models import Category, Order
from baodao.orders.plans import Stretch
from baodao.people.tests.make import World

TITLE = "一户居民需要清理取暖炉烟道"


def categories() -> None:
    """Those of the first migration; a test with real transactions empties all tables."""
    if not Category.objects.exists():
        seed(Category)


def place(w: World, *, at: datetime | None = None, **fields: Any) -> Order:
    """A wish from the community's desk, or with `actor=` from anybody."""
    categories()
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "place_id": w.places.grid.id,
        "kind": "wish", "category": "repair", "detail": "烟道两年没清，最近生火倒烟。",
        "title": TITLE, "urgency": "normal", "source": "desk", "call_name": "阿佳",
        "phone": "13800000000", "address": "3 栋 2 单元", "seen_how": "desk",
        "consent_public": True,
    }  # fmt: skip
    return s.place_order(**{**chosen, **fields}, now=at)


def fresh(order: Order) -> Order:
    """The order as it is in the database now."""
    return Order.objects.get(pk=order.pk)


def place_online(w: World, **fields: Any) -> Order:
    """A wish from a resident without an account."""
    return place(w, actor=ANONYMOUS, source="online", seen_how="online", **fields)


def stretch(w: World, at: datetime, minutes: int = 60) -> Stretch:
    """Service of the world's member that ended a minute before `at`, on that day."""
    end = at - timedelta(minutes=1)
    midnight = at_local(today(at), time.min)
    start = max(end - timedelta(minutes=minutes), midnight)
    if start >= end:  # the first minute of a day
        start, end = midnight, midnight + timedelta(seconds=30)
    return Stretch(w.members.member.id, w.units.unit.id, start, end)


# What it takes to get from one state to the next, along the dispatch route.
_NEXT: dict[str, tuple[str, Callable[[World, Order, datetime], Any]]] = {
    "verified": ("submitted", lambda w, o, at: s.verify_order(
        actor=w.actors["community_worker"], order_id=o.id, title=TITLE,
        urgency=o.urgency, category="repair", seen_how="phone", now=at)),
    "published": ("verified", lambda w, o, at: s.publish_order(
        actor=w.actors["community_worker"], order_id=o.id, now=at)),
    "claimed": ("published", lambda w, o, at: s.claim_order(
        actor=w.actors["member"], order_id=o.id, now=at)),
    "dispatched": ("verified", lambda w, o, at: s.dispatch_order(
        actor=w.actors["community_worker"], order_id=o.id, unit_id=w.units.unit.id, now=at)),
    "unit_accepted": ("dispatched", lambda w, o, at: s.unit_accept_order(
        actor=w.actors["unit_secretary"], order_id=o.id, now=at)),
    "assigned": ("unit_accepted", lambda w, o, at: s.assign_order(
        actor=w.actors["unit_secretary"], order_id=o.id, member_id=w.members.member.id, now=at)),
    "accepted": ("assigned", lambda w, o, at: s.accept_order(
        actor=w.actors["member"], order_id=o.id, now=at)),
    "in_service": ("accepted", lambda w, o, at: s.start_order(
        actor=w.actors["member"], order_id=o.id, now=at)),
    "done_reported": ("in_service", lambda w, o, at: s.report_done(
        actor=w.actors["member"], order_id=o.id, stretches=[stretch(w, at)],
        note="烟道清好了，试过火。", now=at)),
    "confirmed": ("done_reported", lambda w, o, at: s.confirm_order(
        actor=link_holder(o.id), order_id=o.id, result="solved", how="requester", now=at)),
    "closed": ("confirmed", lambda w, o, at: s.rate_order(
        actor=link_holder(o.id), order_id=o.id, rating=5, text="谢谢", how="requester", now=at)),
}  # fmt: skip


def advance(w: World, order: Order, state: str, at: datetime | None = None) -> Order:
    """Take `order` on to `state` by the real acts, all at the instant `at`."""
    todo = []
    while state != order.state and state in _NEXT:
        before, step = _NEXT[state]
        todo.append(step)
        state = before
    if state != order.state:
        raise ValueError(f"no way from {order.state}")
    for step in reversed(todo):
        step(w, order, at or clock_now())
    order.refresh_from_db()
    return order


def order_in(
    state: str, w: World, *, at: datetime | None = None, **fields: Any
) -> Order:
    """A new order in `state`."""
    return advance(w, place(w, at=at, **fields), state, at)


def never_reached(w: World, order: Order) -> None:
    """Calls on three days that reach nobody, and the end after the resident's days."""
    worker, start = w.actors["community_worker"], order.done_at or clock_now()
    for days in (1, 2, 3):
        s.log_call(actor=worker, order_id=order.id, now=start + timedelta(days=days))
    s.close_unreachable(actor=worker, order_id=order.id, now=start + timedelta(days=8))
