"""Changes of divisions in tests, in one call: drafted, decided, looked at, done."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World
from baodao.places.changes import services
from baodao.places.changes.plan import Part, Spec
from baodao.places.changes.preview import preview_of
from baodao.places.models import Place, PlaceChange

REASON = "藏政函〔2026〕18号"


def drafted(
    actor: Actor, kind: str, *olds: str, on: date | None = None, now: datetime | None = None,
    **decided: Any,
) -> PlaceChange:  # fmt: skip
    """A draft with everything decided. `parts` are (code, name) pairs."""
    at = now or clock_now()
    first = Place.objects.get(code=olds[0], valid_to=None)
    done = services.draft_change(actor=actor, kind=kind, place_id=first.pk, now=at)
    parts = tuple(Part(*p) for p in decided.pop("parts", ()))
    services.edit_change(
        actor=actor, change_id=done.id, spec=Spec(kind, olds, parts=parts, **decided),
        on=on or today(at), reason=REASON, now=at,
    )  # fmt: skip
    return PlaceChange.objects.get(pk=done.id)


def carried_out(actor: Actor, kind: str, *olds: str, **decided: Any) -> PlaceChange:
    """The same, carried out."""
    row = drafted(actor, kind, *olds, **decided)
    return go(actor, row.pk, decided.get("now"))


def go(actor: Actor, change_id: UUID, now: datetime | None = None) -> PlaceChange:
    """Carry a draft out as it stands."""
    at = now or clock_now()
    row = PlaceChange.objects.get(pk=change_id)
    shown = preview_of(row, at)
    if shown.problem:
        raise shown.problem
    services.start_change(actor=actor, change_id=row.pk, seen=shown.digest, now=at)
    return PlaceChange.objects.get(pk=change_id)


def merge_counties(w: World, **more: Any) -> PlaceChange:
    """日土县 goes into 噶尔县."""
    return carried_out(
        w.actors["prefecture_org"], "merge", "542524", into="542523", **more
    )


def far_order(w: World, state: str, at: datetime) -> Order:
    """An order of 日土村, in the given state."""
    order = order_in(state, w, at=at)
    grid = w.places.far_grid
    Order.objects.filter(pk=order.pk).update(place=grid, path=grid.path)
    order.refresh_from_db()
    return order
