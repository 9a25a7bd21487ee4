"""What orders leave behind that a deduction is proposed for: by the acts of orders
themselves (domain 7.1 M_DED_ABANDON, 7.2 U_DED_ORDER)."""

from datetime import UTC, datetime, timedelta

import pytest

from baodao.orders import services as orders
from baodao.orders.models import Order
from baodao.orders.sweeps import sweep
from baodao.orders.tests import make
from baodao.people.tests.make import World, world
from baodao.scoring.models import Deduction
from baodao.scoring.services import proposing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
HOUR = timedelta(hours=1)


@pytest.fixture
def w() -> World:
    return world()


def run_out(order: Order) -> datetime:
    """The sweep of the minute in which the limit of the present state is over."""
    order.refresh_from_db()
    assert order.due_at
    sweep(order.due_at + HOUR)
    return order.due_at + HOUR


def recall(w: World, order: Order, at: datetime, reason: str = "silent") -> None:
    orders.recall_order(
        actor=w.actors["community_worker"], order_id=order.pk, reason=reason,
        note="打过两次电话", now=at,
    )  # fmt: skip


def found(code: str, at: datetime) -> list[Deduction]:
    proposing.propose_found(at + timedelta(days=1))
    return list(Deduction.objects.filter(code=code).order_by("occurred_on"))


# --- M_DED_ABANDON ----------------------------------------------------------------------


@pytest.mark.req("L12", "L44")
def test_a_claim_that_ran_out_without_a_word_is_proposed_once(w: World) -> None:
    order = make.order_in("claimed", w, at=NOW)
    at = run_out(order)
    recall(w, order, at)
    d = found("M_DED_ABANDON", at)[0]
    assert d.member == w.members.member and order.title in d.words
    assert len(found("M_DED_ABANDON", at + timedelta(days=1))) == 1


@pytest.mark.req("L44")
@pytest.mark.parametrize("how", ["released", "early", "other", "said", "unit"])
def test_who_says_a_word_or_was_not_late_has_abandoned_nothing(
    w: World, how: str
) -> None:
    order = make.order_in("assigned" if how == "unit" else "claimed", w, at=NOW)
    member = {"actor": w.actors["member"], "order_id": order.pk, "now": NOW + HOUR}
    if how == "said":
        orders.add_note(text="孩子住院，明天去", audience="staff", **member)
    at = NOW + HOUR if how == "early" else run_out(order)
    if how == "released":
        orders.release_order(reason="other", note="去不了了", **{**member, "now": at})
    else:
        recall(w, order, at, "wrong" if how == "other" else "silent")
    assert found("M_DED_ABANDON", at) == []
