"""Orders over the API: place, list, read. The acts on one order: `api_acts`."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.api.answers import Page, Paging, answer, page
from baodao.api.calls import actor_of
from baodao.api.shapes import Code, Input, Instant, Line, Once, Words, one_of
from baodao.core.errors import NotFound
from baodao.orders import rules, services
from baodao.orders.filters import SEALED
from baodao.orders.models import Order
from baodao.orders.plans import row_of
from baodao.orders.private import may_read_words
from baodao.people.api import Named
from baodao.places.api import PlaceRef, path_of, place_id, ref
from baodao.tokens.auth import ONE_ACT

router = Router(tags=["点单"])


class OrderOut(Schema):
    """An order as staff, unit and member see it; no sealed field."""

    id: UUID
    no: str
    title: str
    kind: str
    category: str
    urgency: str
    source: str
    state: str
    state_title: str
    version: int
    place: PlaceRef
    unit: Named | None
    member: Named | None
    channel: str
    placed_at: Instant
    due_at: Instant | None
    paused_until: str | None
    result: str
    rating: int | None
    reopened: int


class OrderDetail(OrderOut):
    """`detail`: the resident's own words, for those who may read them now."""

    detail: str | None
    acts: list[str]


class Placed(Schema):
    """`code` and `link` are the requester's: hand them on, the API never shows them
    again."""

    id: UUID
    no: str
    state: str
    version: int
    due_at: Instant | None
    code: str
    link: str


class OrderIn(Input):
    """`place`: the id or the code of a community, village, grid, estate or building."""

    place: Code
    kind: one_of(rules.KINDS) = "wish"  # type: ignore[valid-type]
    category: Code
    detail: Words
    title: Line = ""
    urgency: one_of(rules.URGENCIES) = "normal"  # type: ignore[valid-type]
    source: one_of(rules.SOURCES) = "online"  # type: ignore[valid-type]
    call_name: Line = ""
    phone: Code = ""
    address: Line = ""
    consent_public: bool = False
    keep_numbers: bool = False


class OrderFilter(Paging):
    """Conditions, all of which must hold. `place`: a code, that place and below."""

    state: Code = ""
    kind: Code = ""
    category: Code = ""
    place: Code = ""
    no: Code = ""


@router.post("", response={201: Placed}, auth=ONE_ACT, summary="登记一单")
def place_order(request: HttpRequest, body: OrderIn, once: Once = "") -> Any:
    """Place an order, for oneself (member) or for a resident (staff: `source` desk,
    phone or visit)."""
    words = body.model_dump(exclude={"place"})
    order = services.place_order(
        actor=actor_of(request), place_id=place_id(body.place), client_id=once, **words
    )
    return answer(
        {
            "id": order.id, "no": order.no, "state": order.state,
            "version": order.version, "due_at": order.due_at, "code": order.code,
            "link": f"/orders/t/{order.token}/",
        },
        status=201,
    )  # fmt: skip


@router.get("", response=Page[OrderOut], summary="点单列表")
def list_orders(request: HttpRequest, filters: Query[OrderFilter]) -> Any:
    """The orders in one's scope, newest first."""
    found = visible(Order.objects.all(), actor_of(request), "orders.view")
    for name in ("state", "kind", "category", "no"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.place:
        path = path_of(filters.place)
        low, high = path_range(path)
        found = found.filter(path__gte=low, path__lt=high)
    return page(_joined(found), filters, _shape)


@router.get("/{uuid:order_id}", response=OrderDetail, summary="一单")
def one_order(request: HttpRequest, order_id: UUID) -> Any:
    """One order with what may happen next."""
    actor = actor_of(request)
    found = visible(Order.objects.all(), actor, "orders.view").filter(pk=order_id)
    order = found.select_related("place", "unit", "member__person").first()
    if order is None:
        raise NotFound("没有找到这一单。可能不在您负责的范围。")
    words = order.detail if may_read_words(actor, order) else None
    return {**_shape(order), "detail": words, "acts": _possible(actor, order)}


def _possible(actor: Actor, order: Order) -> list[str]:
    row = row_of(order)
    return [
        event
        for event in rules.FLOW.events(order.state)
        if rules.fits(event, row) and can(actor, f"orders.{event}", order)
    ]


def _joined(found: Any) -> Any:
    return found.defer(*SEALED).select_related("place", "unit", "member__person")


def _shape(order: Order) -> dict[str, Any]:
    place, unit, member = order.place, order.unit, order.member
    return {
        "id": order.id, "no": order.no, "title": order.title, "kind": order.kind,
        "category": order.category_id, "urgency": order.urgency, "source": order.source,
        "state": order.state, "state_title": rules.STATES[order.state].title,
        "version": order.version,
        "place": ref(place),
        "unit": {"id": unit.id, "name": unit.name} if unit else None,
        "member": {"id": member.id, "name": member.person.name} if member else None,
        "channel": order.channel, "placed_at": order.placed_at, "due_at": order.due_at,
        "paused_until": order.paused_until.isoformat() if order.paused_until else None,
        "result": order.result, "rating": order.rating, "reopened": order.reopened,
    }  # fmt: skip
