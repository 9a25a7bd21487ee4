"""A doubted mark counts nowhere while it is checked (domain 8.16)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.sweeps import sweep
from baodao.orders.telling import tell_all
from baodao.orders.tests.make import fresh, order_in
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = [pytest.mark.django_db, pytest.mark.req("A17")]
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def order(w: World) -> Order:
    found = order_in("closed", w, at=AT)
    s.question_mark(
        actor=w.actors["member"], order_id=found.id, reason="not_ours",
        note="说的是上一家。", now=AT,
    )  # fmt: skip
    return fresh(found)


def marks(order: Order) -> int:
    return Record.objects.filter(
        source_id=order.id, kind="rating", reversal_of=None, reversals=None
    ).count()


def test_it_is_set_aside_and_waits_for_the_community(order: Order) -> None:
    assert (order.state, order.rating, order.mark_aside) == ("mark_check", None, 5)
    assert marks(order) == 0 and order.result == "solved"
    assert order.due_at is not None and order.due_at > AT + timedelta(days=13)


def test_it_may_be_found_right(w: World, order: Order) -> None:
    s.keep_mark(
        actor=w.actors["community_worker"], order_id=order.id, note="问过，属实。"
    )
    order = fresh(order)
    assert (order.state, order.rating, order.mark_aside) == ("closed", 5, None)
    assert marks(order) == 1
    with pytest.raises(Conflict, match="核对过一次"):
        s.question_mark(
            actor=w.actors["member"], order_id=order.id, reason="typed", now=AT
        )


def test_it_may_be_found_not_to_count(w: World, order: Order) -> None:
    s.strike_mark(
        actor=w.actors["community_worker"], order_id=order.id, note="说的是别的单。"
    )
    order = fresh(order)
    assert (order.state, order.rating, order.mark_aside) == ("closed", None, 5)
    assert marks(order) == 0 and order.result == "solved", "the service stays"


def test_nobody_who_took_part_decides(w: World, order: Order) -> None:
    worker, secretary = w.actors["community_worker"], w.actors["community_secretary"]
    helper = replace(worker, person_id=order.served_by_person)
    for actor, error in ((helper, Forbidden), (w.actors["unit_secretary"], Forbidden)):
        with pytest.raises(error):
            s.keep_mark(actor=actor, order_id=order.id, note="属实。")
    with pytest.raises(NotFound):
        s.keep_mark(actor=w.actors["outsider"], order_id=order.id, note="属实。")
    s.strike_mark(actor=secretary, order_id=order.id, note="不是这一单。")
    by_call = order_in("confirmed", w, at=AT + timedelta(hours=3))
    s.rate_order(actor=worker, order_id=by_call.id, rating=2, how="call", now=AT)
    s.question_mark(
        actor=w.actors["unit_secretary"], order_id=by_call.id, reason="typed", now=AT
    )
    with pytest.raises(Forbidden, match="您记的"):
        s.keep_mark(actor=worker, order_id=by_call.id, note="属实。")


def test_the_decision_has_reasons_and_the_question_a_limit(
    w: World, order: Order
) -> None:
    with pytest.raises(Invalid):
        s.strike_mark(actor=w.actors["community_worker"], order_id=order.id, note=" ")
    old = order_in("closed", w, at=AT - timedelta(days=40))
    with pytest.raises(Conflict, match="15个工作日"):
        s.question_mark(
            actor=w.actors["member"], order_id=old.id, reason="typed", now=AT
        )
    unrated = order_in("confirmed", w, at=AT - timedelta(days=50))
    sweep(AT - timedelta(days=20))
    assert fresh(unrated).state == "closed"
    with pytest.raises(Conflict):
        s.question_mark(
            actor=w.actors["member"], order_id=unrated.id, reason="typed", now=AT
        )


def test_an_undecided_one_reaches_the_township(w: World, order: Order) -> None:
    sweep(AT + timedelta(days=30))
    tell_all(
        list(Event.objects.filter(object_id=order.id).values_list("id", flat=True))
    )
    street = Message.objects.filter(role="township_party")
    assert street.filter(title__contains="到期没有核对评价").exists()
    told = Message.objects.filter(person_id=w.members.member.person_id)
    assert not told.filter(title__contains="在核对").exists(), "who asked knows"


def test_pages_say_that_it_does_not_count_and_offer_the_decision(
    w: World, order: Order
) -> None:
    page = w.client("community_worker").get(f"/orders/{order.id}/").content.decode()
    assert "核对评价" in page and "不算数" in page
    member = w.client("member").get(f"/orders/mine/{order.id}/").content.decode()
    assert "5 分（核对中，先不算）" in member
    resident = w.client().get(f"/orders/t/{order.token}/").content.decode()
    assert "5 分（核对中，先不算）" in resident
    done = w.client("community_worker").post(
        f"/orders/{order.id}/act/decide_mark/",
        {"outcome": "strike", "note": "是别的单。"},
    )
    assert done.status_code == 302 and fresh(order).state == "closed"
    page = w.client("unit_secretary").get(f"/orders/unit/{order.id}/").content.decode()
    assert "5 分（核对后不算数）" in page


def test_who_served_and_their_unit_ask_for_it_on_their_pages(w: World) -> None:
    one = order_in("closed", w, at=datetime.now(UTC))
    url = f"/orders/mine/{one.id}/question_mark/"
    assert (
        "这个评价请核对"
        in w.client("member").get(f"/orders/mine/{one.id}/").content.decode()
    )
    assert "请社区核对" in w.client("member").get(url).content.decode()
    w.client("member").post(url, {"reason": "typed"})
    assert fresh(one).state == "mark_check"


@pytest.mark.req("A17", "L44")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"phone": ""}, {"phone": ""}),
        ({"phone": ""}, {"phone": "13900000001"}),
    ],
)
def test_the_best_mark_of_one_resident_counts_once_a_quarter(
    w: World, first: dict[str, str], second: dict[str, str]
) -> None:
    """7.1 M_ADD_PRAISE. Who left nothing cannot be told from another who did not."""
    order_in("closed", w, at=AT - timedelta(days=2), **first)
    order_in("closed", w, at=AT, **second)
    found = Record.objects.filter(kind="rating").order_by("confirmed_at")
    same = first == second
    assert [r.source_class for r in found] == ["first", "again" if same else "first"]
