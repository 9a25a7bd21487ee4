"""What orders and agreements leave behind that a deduction is proposed for, by their own
acts (domain 7.1 M_DED_ABANDON, 7.2 U_DED_ORDER, U_DED_AGREEMENT)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from baodao.exchange.models import Agreement, Signature
from baodao.exchange.tests import make as exchange
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


# --- U_DED_ORDER ------------------------------------------------------------------------


@pytest.mark.req("L44")
def test_a_unit_that_says_yes_too_late_was_late_all_the_same(w: World) -> None:
    order = make.order_in("dispatched", w, at=NOW)
    at = run_out(order)
    make.advance(w, order, "unit_accepted", at)
    d = found("U_DED_ORDER", at)
    assert [(x.unit, x.source_id) for x in d] == [(w.units.unit, order.pk)]
    recall(w, order, at + HOUR)
    orders.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.pk, unit_id=w.units.other.pk,
        now=at + HOUR,
    )  # fmt: skip
    later = run_out(order)
    units = {x.unit for x in found("U_DED_ORDER", later)}
    assert units == {w.units.unit, w.units.other}, "the second one was late too"


@pytest.mark.req("L44")
def test_an_order_that_a_unit_took_on_and_did_not_do_is_late_a_working_day_after(
    w: World,
) -> None:
    order = make.order_in("in_service", w, at=NOW)
    at = run_out(order)
    assert found("U_DED_ORDER", at) == []
    sweep(at + timedelta(days=4))  # over a weekend, at the most
    assert [d.unit for d in found("U_DED_ORDER", at + timedelta(days=4))] == [
        w.units.unit
    ]


@pytest.mark.req("L44")
def test_what_a_member_claimed_is_no_matter_of_the_unit_that_gave_it_back(
    w: World,
) -> None:
    order = make.order_in("unit_accepted", w, at=NOW)
    orders.return_order(
        actor=w.actors["unit_secretary"], order_id=order.pk, reason="no_capacity",
        note="人都下乡了", now=NOW,
    )  # fmt: skip
    worker = w.actors["community_worker"]
    orders.publish_order(actor=worker, order_id=order.pk, now=NOW)
    orders.claim_order(actor=w.actors["member"], order_id=order.pk, now=NOW)
    orders.start_order(actor=w.actors["member"], order_id=order.pk, now=NOW)
    at = run_out(order)
    sweep(at + timedelta(days=4))
    assert found("U_DED_ORDER", at + timedelta(days=4)) == []


# --- U_DED_AGREEMENT --------------------------------------------------------------------


@pytest.mark.req("L44")
@pytest.mark.parametrize(
    ("given", "owed"),
    [
        ({}, False),
        ({"valid_to": date(2026, 3, 30)}, True),
        ({"valid_from": date(2026, 5, 1), "valid_to": date(2027, 5, 1)}, False),
        (None, True),
    ],
)
def test_an_agreement_with_this_community_is_there_on_the_day(
    w: World, given: dict[str, date] | None, owed: bool
) -> None:
    signed = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)
    term = {"valid_from": date(2025, 4, 5), "valid_to": date(2026, 4, 5)}
    text = exchange.text(w, items=(exchange.SHOW,), **{**term, **(given or {})})
    it = exchange.drafted(w, text=text, now=signed)
    where = w.places.second_community if given is None else w.places.community
    Agreement.objects.filter(pk=it.pk).update(
        state="expired",
        filed_on=signed.date(),
        ended_on=text.valid_to,
        place=where,
        path=where.path,
    )
    Signature.objects.create(
        agreement=it, edition=1, party="社区", signer="达瓦", at=signed
    )
    proposing.propose_found(datetime(2026, 4, 7, 2, 0, tzinfo=UTC))
    mine = Deduction.objects.filter(code="U_DED_AGREEMENT", unit=w.units.unit)
    assert mine.exists() is owed
