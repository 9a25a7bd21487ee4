"""Merged orders: every requester is answered, by their own order or by the one it follows."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from baodao.acts.actor import link_holder
from baodao.core.errors import Invalid
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import fresh, order_in, place, place_online
from baodao.orders.tests.test_jobs import told, work
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
WHY = "一直没有回音。"


@pytest.fixture
def w() -> World:
    return world()


# --- merged -----------------------------------------------------------------------------


def merged(w: World, into: Order) -> Order:
    order = place_online(w)
    s.merge_order(actor=w.actors["community_worker"], order_id=order.id, into=into.id)
    return fresh(order)


def test_whoever_follows_an_order_follows_it_into_another(w: World) -> None:
    last, middle = order_in("in_service", w), place(w)
    first = merged(w, middle)
    s.merge_order(actor=w.actors["community_worker"], order_id=middle.id, into=last.id)
    assert fresh(first).merged_into_id == last.id
    page = w.client().get(reverse("orders:follow", args=[first.token])).content.decode()
    assert f"和单 {last.no} 是同一件" in page and "来之前会先给您打电话" in page


@pytest.mark.parametrize("way", ["withdraw", "reject"])
def test_who_followed_an_order_without_an_answer_is_on_their_own_again(
    w: World, way: str
) -> None:
    target = place_online(w)
    one, two = merged(w, target), merged(w, target)
    if way == "withdraw":
        s.withdraw_order(actor=link_holder(target.id), order_id=target.id)
    else:
        s.reject_order(
            actor=w.actors["community_worker"], order_id=target.id, reason="not_real",
            note="没有这回事",
        )  # fmt: skip
    work()
    for order in (one, two):
        got = fresh(order)
        assert (got.state, got.merged_into_id) == ("submitted", None)
        work()
        assert ("unmerge", "community_worker@community") in told(w, order)


def test_a_merger_can_be_undone_by_staff_and_by_the_resident(w: World) -> None:
    target = order_in("in_service", w)
    one, two = merged(w, target), merged(w, target)
    s.unmerge_order(
        actor=w.actors["community_worker"], order_id=one.id, note="不是同一盏灯"
    )
    w.client().post(reverse("orders:resident_act", args=[two.token, "unmerge"]), {})
    assert fresh(one).state == fresh(two).state == "submitted"


def test_only_open_orders_of_the_same_community_can_be_followed(w: World) -> None:
    worker, town = w.actors["community_worker"], w.actors["township_party"]
    closed, mine = order_in("closed", w), place(w)
    neighbour = place(
        w, place_id=w.places.second_community.id,
        actor=w.actors["second_community_worker"],
    )  # fmt: skip
    for actor, target in ((worker, closed), (town, neighbour), (worker, mine)):
        with pytest.raises(Invalid):
            s.merge_order(actor=actor, order_id=mine.id, into=target.id)
    # Numbers repeat from community to community: the number means the own one.
    Order.objects.filter(pk=neighbour.pk).update(no="1125-01")
    same = place(w)
    Order.objects.filter(pk=same.pk).update(no="1125-01")
    asked = w.client("township_party").post(
        reverse("orders:act", args=[mine.id, "merge"]), {"number": "1125-01"}
    )
    text = asked.content.decode()
    assert str(same.id) in text and str(neighbour.id) not in text
    assert fresh(mine).state == "submitted"
