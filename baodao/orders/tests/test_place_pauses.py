"""Orders follow the pauses of their place, to the second, however late the sweep is."""

from datetime import UTC, datetime, timedelta

import pytest

from baodao.acts.models import Event
from baodao.acts.timeline import by_side, events_of, moments, waits
from baodao.core.errors import Conflict
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.sweeps import sweep
from baodao.orders.tests.make import advance, order_in
from baodao.people.tests.make import World, world
from baodao.places.models import Place
from baodao.places.services import end_pause, open_pause

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def hours(n: float) -> datetime:
    return AT + timedelta(hours=n)


@pytest.fixture
def w() -> World:
    return world()


def _pause(w: World, place: Place, start: float, end: float | None = None) -> object:
    return open_pause(
        actor=w.actors["county_org"], path=place.path, start=hours(start),
        end=hours(end) if end else None, reason="大雪封路", now=AT,
    ).id  # fmt: skip


def test_a_pause_of_the_place_stops_its_orders_and_gives_the_time_back(
    w: World,
) -> None:
    here = order_in("in_service", w, at=AT)
    elsewhere = order_in(
        "submitted", w, at=AT, place_id=w.places.other_grid.id,
        actor=w.actors["other_community_worker"],
    )  # fmt: skip
    due = here.due_at
    pause = _pause(w, w.places.street, 1)
    sweep(now=hours(3))
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.paused_at, here.pause_reason) == (hours(1), "大雪封路")
    assert elsewhere.paused_at is None
    with pytest.raises(Conflict, match="全地方"):
        s.resume_order(actor=w.actors["community_worker"], order_id=here.id)
    end_pause(actor=w.actors["county_org"], pause_id=pause, now=hours(11))  # type: ignore[arg-type]
    sweep(now=hours(14))
    here.refresh_from_db()
    assert due and here.paused_at is None and here.due_at == due + timedelta(hours=10)
    found = by_side(waits(moments(events_of(here.id)), Order.FLOW, hours(14)))
    assert found["pause"] == timedelta(hours=10)


def test_nested_pauses_count_once(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    due = order.due_at
    _pause(w, w.places.street, 1, 6)
    _pause(w, w.places.community, 4, 9)
    for n in (2, 5, 7, 10, 12):
        sweep(now=hours(n))
    order.refresh_from_db()
    assert due and order.due_at == due + timedelta(hours=8) and order.paused_at is None


def test_one_pause_after_another_counts_both_and_the_hours_between_run(
    w: World,
) -> None:
    order = order_in("in_service", w, at=AT)
    due = order.due_at
    _pause(w, w.places.street, 1, 3)
    _pause(w, w.places.street, 5, 8)
    sweep(now=hours(2))
    sweep(now=hours(7))
    sweep(now=hours(9))
    order.refresh_from_db()
    assert due and order.due_at == due + timedelta(hours=5)


def test_who_moves_during_a_pause_gets_a_clock_that_waits(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    pause = _pause(w, w.places.street, 1)
    sweep(now=hours(2))
    advance(w, order, "unit_accepted", hours(4))
    sweep(now=hours(5))
    order.refresh_from_db()
    assert order.paused_at == hours(4)
    due = order.due_at
    end_pause(actor=w.actors["county_org"], pause_id=pause, now=hours(10))  # type: ignore[arg-type]
    sweep(now=hours(10))
    order.refresh_from_db()
    assert due and order.due_at == due + timedelta(hours=6)


def test_nobody_is_reminded_or_reported_while_the_place_pauses(w: World) -> None:
    order_in("dispatched", w, at=AT)
    _pause(w, w.places.street, 1)
    sweep(now=hours(24 * 20))
    sweep(now=hours(24 * 21))
    assert not Event.objects.filter(
        action__in=["orders.remind", "orders.escalate"]
    ).exists()


def test_a_sweep_done_twice_changes_nothing(w: World) -> None:
    order_in("in_service", w, at=AT)
    _pause(w, w.places.street, 1)
    assert sweep(now=hours(2))["paused"] == 1
    assert sweep(now=hours(2))["paused"] == 0
