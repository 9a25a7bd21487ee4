"""Open orders follow what happens to units and members (domain 8.2–8.4, 8.7): to the
successor, back to the community, back to the unit, back to the pool. Closed orders
and records stay what they were. A few orders each time, so each is an act of its own
with its calendar and its message."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from baodao.acts.actor import SYSTEM
from baodao.acts.engine import act
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.orders import plans, rules
from baodao.orders.models import Order
from baodao.orders.services import Plan, context
from baodao.people.models import Unit

LIMIT = 500  # of one run of the sweep
# The resident has the word: whoever takes over answers if it comes back.
WITH_RESIDENT = ("done_reported", "confirmed")
BY_MEMBER = ("assigned", "accepted", "claimed", "in_service")


def of_unit(unit_id: UUID) -> QuerySet[Order]:
    """Open orders that a unit has to do with."""
    states = (*rules.WITH_UNIT, *WITH_RESIDENT)
    return Order.objects.filter(unit_id=unit_id, state__in=states).order_by("id")


def of_member(member_id: UUID) -> QuerySet[Order]:
    """Orders that wait for a member's hands."""
    found = Order.objects.filter(member_id=member_id, state__in=BY_MEMBER)
    return found.order_by("id")


def follow_unit(unit_id: UUID, *, now: datetime | None = None) -> int:
    """The open orders of a unit that has ended: all to its successor; without one,
    what is at the unit goes back to the community. Returns how many moved."""
    unit = Unit.objects.select_related("successor").get(pk=unit_id)
    to = unit.successor
    found = of_unit(unit_id)
    if to is None:
        gone = found.filter(state__in=rules.WITH_UNIT)
        return _each(
            gone,
            "unit_gone",
            lambda r, c: plans.unit_gone(r, c, unit_name=str(unit)),
            now,
        )
    heir, name = to.pk, str(to)
    return _each(
        found, "hand_on",
        lambda r, c: plans.hand_on(r, c, unit_id=heir, unit_name=name), now,
    )  # fmt: skip


def follow_units(now: datetime | None = None) -> int:
    """Whatever is still, or again, with a unit that has ended: an order that was
    closed may be reopened (worker, every ten minutes)."""
    late = Q(state__in=rules.WITH_UNIT, unit__valid_to__isnull=False)
    units = Order.objects.filter(late).values("unit_id").distinct()[:LIMIT]
    return sum(follow_unit(row["unit_id"], now=now) for row in list(units))


def follow_members(now: datetime | None = None) -> int:
    """Whatever is still, or again, in the hands of a member who is no longer there.
    Who has retired may go on with what they claimed at home (worker, every ten
    minutes)."""
    retired = Q(member__duty_status="retired", unit__isnull=False)
    found = Order.objects.filter(
        Q(member__duty_status="left") | retired, state__in=BY_MEMBER
    ).values_list("member_id", "member__duty_status")
    who = dict(found[:LIMIT])
    return sum(
        free_member(pk, of_unit_only=status == "retired", now=now)
        for pk, status in who.items()
    )


def free_member(
    member_id: UUID, *, of_unit_only: bool = False, begun_too: bool = True,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Orders leave the hands of a member: to the unit they came from, or to the pool.
    `of_unit_only`: own claims stay; `begun_too`: also what is in service. Returns how
    many moved."""
    found = of_member(member_id)
    if not begun_too:
        found = found.exclude(state="in_service")
    n = _each(found.exclude(unit=None), "to_unit", plans.to_unit, now)
    if of_unit_only:
        return n
    return n + _each(found.filter(unit=None), "to_pool", plans.to_pool, now)


def _each(found: Iterable[Order], event: str, plan: Plan, now: datetime | None) -> int:
    at = now or clock_now()
    ids = [order.pk for order in found]

    def decide(row: plans.Row) -> Write:
        return plan(row, context(str(row["path"]), at))

    with transaction.atomic():
        for pk in ids:
            act(SYSTEM, f"orders.{event}", pk, decide, reads=plans.READS, now=at)
    return len(ids)
