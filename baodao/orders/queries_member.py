"""What a member sees: the orders in hand, those done, and the published ones nearby."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.errors import NotFound
from baodao.orders import rules
from baodao.orders.filters import SEALED
from baodao.orders.models import Order
from baodao.orders.queries_unit import published_in, turn, where
from baodao.orders.services import context
from baodao.orders.shapes import clock_of
from baodao.orders.suggestions import community_of
from baodao.people.models import Member, Unit
from baodao.records.models import services
from baodao.ui.clock import Clock

PAGE = 20
IN_HAND = ("assigned", "claimed", "accepted", "in_service")
WAITING = ("done_reported", "confirmed")
CLOSED = ("closed", "mark_check")
# How near, in words: the same grid or estate says nothing a stranger could not read.
AT_HOME, AT_POINT, IN_TOWN = "就在您住的社区", "在单位联系点", "同一个街道（乡镇）"


@dataclass(frozen=True)
class Card:
    """One order as a card. `from_whom`: who gave it, in a few words."""

    order: Order
    clock: Clock | None
    where: str
    from_whom: str
    distance: str = ""


def member_of(actor: Actor) -> Member:
    """The acting member. Raises NotFound."""
    rows = Member.objects.select_related("person", "unit", "residence", "point")
    member = rows.filter(id=actor.member_id).first() if actor.member_id else None
    if member is None:
        raise NotFound
    return member


def _cards(
    orders: Iterable[Order], now: datetime, member: Member | None = None
) -> list[Card]:
    return [
        Card(
            o, clock_of(o, now, turn(o, IN_HAND)), where(o),
            from_whom(o), distance(o, member) if member else "",
        )
        for o in orders
    ]  # fmt: skip


def from_whom(order: Order) -> str:
    """单位派给您, 您认领的."""
    return "单位派给您" if order.unit_id else "您认领的"


def distance(order: Order, member: Member) -> str:
    """How near to where the member lives, else to the unit's contact point."""
    community = community_of(order.path)
    if (member.residence_path or "").startswith(community):
        return AT_HOME
    if member.point_path and community_of(member.point_path) == community:
        return AT_POINT
    return IN_TOWN


def _rows(found: QuerySet[Order]) -> QuerySet[Order]:
    """Without the sealed columns, with all that a card shows."""
    return found.defer(*SEALED).select_related(
        "category", "place__parent__parent__parent", "unit"
    )


def _mine(actor: Actor, states: Sequence[str]) -> QuerySet[Order]:
    return _rows(visible(Order.objects.filter(state__in=states), actor, "orders.view"))


def in_hand(actor: Actor, now: datetime) -> list[Card]:
    """All orders that wait for the member, the first due first. One query."""
    soonest = (F("paused_at").asc(nulls_first=True), F("due_at").asc(nulls_last=True))
    return _cards(_mine(actor, IN_HAND).order_by(*soonest, "placed_at")[:50], now)


def waiting(actor: Actor, now: datetime) -> list[Card]:
    """Done by the member; the resident has the word. One query."""
    rows = _mine(actor, WAITING).order_by(F("done_at").desc(nulls_last=True), "id")
    return _cards(rows[:50], now)


def finished(actor: Actor, page: str, now: datetime) -> tuple[Page[Any], list[Card]]:
    """Closed orders, the newest first. Two queries."""
    rows = _mine(actor, CLOSED).order_by(F("closed_at").desc(nulls_last=True), "id")
    found = Paginator(rows, PAGE).get_page(page)
    return found, _cards(found, now)


def all_of(actor: Actor) -> QuerySet[Order]:
    """All orders of the member, the newest first."""
    mine = visible(Order.objects.all(), actor, "orders.view")
    return _rows(mine).order_by("-placed_at", "id")


def counts(actor: Actor) -> dict[str, int]:
    """In hand, waiting for residents, closed; asked for oneself. Two queries."""
    mine = visible(Order.objects.all(), actor, "orders.view")
    found = mine.aggregate(
        open=Count("id", filter=Q(state__in=(*IN_HAND, *WAITING))),
        closed=Count("id", filter=Q(state__in=CLOSED)),
    )
    return found | {"asked": asked_by(actor).count()}


def asked_by(actor: Actor) -> QuerySet[Order]:
    """What the member has asked for as a resident, the newest first."""
    mine = visible(Order.objects.all(), actor, "orders.follow_own")
    return _rows(mine).order_by("-placed_at", "id")


def asked(actor: Actor, page: str, now: datetime) -> tuple[Page[Any], list[Card]]:
    """One page of these. Two queries."""
    found = Paginator(asked_by(actor), PAGE).get_page(page)
    return found, _cards(found, now)


def _paths(member: Member) -> tuple[list[str], list[str]]:
    """(own communities, their streets): where the member has reported in."""
    near = [community_of(p) for p in (member.residence_path, member.point_path) if p]
    return near, ["/".join(p.split("/")[:4]) + "/" for p in near]


def nearby(
    actor: Actor, member: Member, now: datetime, *, category: str = "", page: str = "1",
    size: int = PAGE,
) -> tuple[Page[Any], list[Card]]:  # fmt: skip
    """Published orders where the member lives, then at the contact point, then in
    the same street. Three queries."""
    rows = claimable(actor, member, category)
    found = Paginator(rows, size).get_page(page)
    return found, _cards(found, now, member)


def claimable(actor: Actor, member: Member, category: str = "") -> QuerySet[Order]:
    """Published orders a member may claim, the nearest first."""
    near, streets = _paths(member)
    rows = _rows(published_in(actor, "orders.claim", streets))
    if category:
        rows = rows.filter(category_id=category)
    home = near[0] if member.residence_path else "-"
    rows = rows.annotate(first=_rank(home, near[-1] if near else "-"))
    return rows.order_by("first", "clock_from", "id")


def _rank(home: str, point: str) -> Case:
    return Case(
        When(path__startswith=home, then=Value(0)),
        When(path__startswith=point, then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip


def year_of(member: Member, year: int) -> dict[str, int | float]:
    """What was confirmed of the member's service in a year: hours, wishes and
    problems, and how often in each channel. One query."""
    found = services().filter(
        member_id=member.id,
        occurred_on__gte=date(year, 1, 1), occurred_on__lt=date(year + 1, 1, 1),
    )  # fmt: skip
    sums = found.aggregate(
        minutes=Sum("minutes"),
        wishes=Count("id", filter=Q(source_class__in=rules.WISH_KINDS)),
        problems=Count("id", filter=Q(source_class="problem")),
        unit=Count("id", filter=Q(channel="unit")),
        residence=Count("id", filter=Q(channel="residence")),
    )
    found_sums: dict[str, int | float] = {name: n or 0 for name, n in sums.items()}
    hours = round(found_sums["minutes"] / 60, 1)
    return {**found_sums, "hours": int(hours) if hours == int(hours) else hours}


# --- of one order -------------------------------------------------------------------


def started_at(order: Order) -> datetime | None:
    """When 开始服务 was tapped last, or the resident sent it back after that."""
    begun = ("orders.start", "orders.reopen")
    found = Event.objects.filter(object_id=order.id, action__in=begun)
    return found.order_by("-at").values_list("at", flat=True).first()


def span_of(order: Order) -> int:
    """The longest extension, in hours: the original span."""
    span = rules.service_span(order.urgency, context(order.path).settings)
    return int(span.total_seconds()) // 3600


def may_question(order: Order, now: datetime) -> bool:
    """Whether the mark is there and young enough to be questioned."""
    if order.rating is None or order.closed_at is None:
        return False
    if now - order.closed_at < timedelta(days=rules.MARK_DAYS):
        return True  # so many working days are at least as many days: no calendar asked
    return now <= rules.mark_until(order.closed_at, context(order.path, now).calendar)


def may_extend(order: Order, now: datetime) -> bool:
    """Once, before the limit, while serving."""
    return (
        order.state == "in_service"
        and not order.extended
        and not order.extension_hours
        and order.paused_at is None
        and order.due_at is not None
        and now <= order.due_at
    )


def unit_names(events: Sequence[Event], order: Order) -> Mapping[str, str]:
    """Names of the units that acted on an order."""
    ids = {e.actor_unit for e in events if e.actor_unit} - {order.unit_id}
    names = {str(u.id): str(u) for u in Unit.objects.filter(id__in=ids)} if ids else {}
    if order.unit_id and order.unit:
        names[str(order.unit_id)] = str(order.unit)
    return names


def my_event(actor: Actor, order_id: UUID, event_id: str) -> Event:
    """An act of the actor's own on an order, for its receipt. Raises NotFound."""
    try:
        wanted = UUID(event_id)
    except ValueError:
        raise NotFound from None
    found = Event.objects.filter(
        id=wanted, object_id=order_id, actor_person=actor.person_id
    ).first()
    if found is None or actor.person_id is None:
        raise NotFound
    return found


def last_own(actor: Actor, order_id: UUID, event: str) -> Event | None:
    """The actor's own latest act of a kind on an order."""
    if actor.person_id is None:
        return None
    mine = Event.objects.filter(object_id=order_id, actor_person=actor.person_id)
    return mine.filter(action=f"orders.{event}").order_by("-at").first()
