"""The unit's desk, through the browser's eyes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from baodao.acts.models import Event
from baodao.orders import services as s
from baodao.orders.models import Order, Service
from baodao.orders.tests.make import order_in, place
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
WORDS = "烟道两年没清"


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def unit(w: World) -> Client:
    return w.client("unit_secretary")


def page(order: Order) -> str:
    return reverse("orders:unit_order", args=[order.id])


def act(order: Order, event: str) -> str:
    return reverse("orders:unit_act", args=[order.id, event])


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


# --- the list -----------------------------------------------------------------------


@pytest.mark.req("A13")
def test_the_head_says_how_much_waits_and_how_soon(w: World, unit: Client) -> None:
    now = datetime.now(UTC)
    order_in("dispatched", w, at=now)
    order_in("unit_accepted", w, at=now - timedelta(days=12))
    order_in("in_service", w, at=now)
    html = text(unit, reverse("orders:unit"))
    assert "有 2 单在等您单位，其中 1 单已超时" in html
    assert "轮到您：接单" in html


def test_every_tab_lists_its_orders_and_no_others(w: World, unit: Client) -> None:
    tabs = {
        "wait": "dispatched", "assign": "unit_accepted", "doing": "in_service",
        "resident": "confirmed", "closed": "closed", "pool": "published",
    }  # fmt: skip
    now = datetime.now(UTC)
    orders = {
        t: order_in(state, w, at=now - timedelta(hours=3 * i))
        for i, (t, state) in enumerate(tabs.items())
    }
    for tab in tabs:
        html = text(unit, f"{reverse('orders:unit')}?tab={tab}")
        shown = {t for t, o in orders.items() if f"单 {o.no} " in html}
        assert shown == {tab}


def test_the_list_is_the_unit_s_own(w: World) -> None:
    order = order_in("dispatched", w)
    html = text(w.client("other_unit_secretary"), reverse("orders:unit"))
    assert order.no not in html and "没有在等您单位的单" in html


def test_the_pool_is_that_of_the_contact_points(w: World, unit: Client) -> None:
    near = order_in("published", w)
    far = place(
        w, place_id=w.places.other_grid.id, actor=w.actors["other_community_worker"]
    )
    Order.objects.filter(id=far.id).update(state="published")
    html = text(unit, f"{reverse('orders:unit')}?tab=pool")
    assert act(near, "unit_claim") in html and act(far, "unit_claim") not in html


def test_filters_live_in_the_address(w: World, unit: Client) -> None:
    order_in("dispatched", w)
    url = f"{reverse('orders:unit')}?tab=wait&category=law"
    assert "没有符合条件的单" in text(unit, url)
    assert "去掉全部条件" in text(unit, url)


def test_filters_go_along_from_tab_to_tab_and_the_numbers_with_them(
    w: World, unit: Client
) -> None:
    law, repair = order_in("dispatched", w), order_in("unit_accepted", w)
    Order.objects.filter(id=law.id).update(category="law")
    url = f"{reverse('orders:unit')}?category=law&q=1"
    answer = unit.get(url)
    counts = answer.context["desk"].counts
    assert (counts["wait"], counts["assign"]) == (1, 0)
    html = answer.content.decode()
    assert (
        "?category=law&amp;q=1&amp;tab=assign" in html and 'name="q" value="1"' in html
    )
    assert "有 2 单在等您单位" in html
    assert repair.no not in text(unit, f"{url}&tab=assign")


def test_the_figure_of_the_year_opens_exactly_its_orders(
    w: World, unit: Client
) -> None:
    now = datetime.now(UTC)
    for i, state in enumerate(("closed", "confirmed", "done_reported", "dispatched")):
        order_in(state, w, at=now - timedelta(hours=2 * i))
    claimed = order_in("claimed", w, at=now - timedelta(days=2))
    assert claimed.unit_id is None
    page = unit.get(reverse("orders:unit"))
    n = page.context["year"]["orders"]
    listed = unit.get(f"{reverse('orders:unit')}?tab=year")
    assert n == listed.context["desk"].page.paginator.count == 2
    assert "今年居民确认的" in listed.content.decode()


def test_other_roles_are_sent_to_their_own_pages(w: World) -> None:
    url = reverse("orders:unit")
    assert w.client("member").get(url).status_code == 403
    assert w.client("community_worker").get(url).status_code == 403
    assert w.client("anonymous").get(url).status_code == 404
    assert w.client("unit_secretary").post(url).status_code == 405


def test_no_page_asks_too_many_questions(
    w: World, unit: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = datetime.now(UTC)
    for i in range(8):
        order = order_in("unit_accepted", w, at=now - timedelta(hours=i))
    with django_assert_max_num_queries(26):
        unit.get(reverse("orders:unit"))
    with django_assert_max_num_queries(22):
        unit.get(page(order))


# --- one order ------------------------------------------------------------------------


@pytest.mark.req("A13", "L38")
def test_the_resident_s_words_come_with_the_order_taken_and_the_contact_never(
    w: World, unit: Client
) -> None:
    order = order_in("dispatched", w)
    html = text(unit, page(order))
    assert WORDS not in html and "接单" in html
    s.unit_accept_order(actor=w.actors["unit_secretary"], order_id=order.id)
    html = text(unit, page(order))
    assert WORDS in html
    for private in ("13800000000", "138 ****", "3 栋", "阿佳"):
        assert private not in html
    closed = order_in("closed", w)
    assert WORDS not in text(unit, page(closed))


def test_another_unit_finds_nothing(w: World) -> None:
    order = order_in("dispatched", w)
    other = w.client("other_unit_secretary")
    assert other.get(page(order)).status_code == 404
    assert other.post(act(order, "unit_accept")).status_code == 404
    assert Order.objects.get(pk=order.pk).state == "dispatched"


def test_acts_are_posted(w: World, unit: Client) -> None:
    order = order_in("dispatched", w)
    assert unit.get(act(order, "unit_accept")).status_code == 405
    assert unit.post(act(order, "verify")).status_code == 404


@pytest.mark.req("A13")
def test_taking_an_order_twice_takes_it_once(w: World, unit: Client) -> None:
    order = order_in("dispatched", w)
    for _ in range(2):
        response = unit.post(act(order, "unit_accept"), {"client_id": "x1"})
        assert response.status_code == 302
    assert Order.objects.get(pk=order.pk).state == "unit_accepted"
    assert (
        Event.objects.filter(object_id=order.id, action="orders.unit_accept").count()
        == 1
    )


@pytest.mark.req("A13")
def test_a_return_needs_reason_and_words_and_keeps_what_was_typed(
    w: World, unit: Client
) -> None:
    order = order_in("dispatched", w)
    response = unit.post(act(order, "return"), {"note": "建议找住建或消防"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "建议找住建或消防</textarea>" in html and "请选一项" in html
    done = {"reason": "not_our_function", "note": "建议找住建或消防", "client_id": "r"}
    assert unit.post(act(order, "return"), done).url == reverse("orders:unit")  # type: ignore[attr-defined]
    order.refresh_from_db()
    assert (order.state, order.unit_id, order.returned_by) == (
        "verified",
        None,
        "地区住建局",
    )
    assert unit.post(act(order, "return"), done).status_code == 302


@pytest.mark.req("A13", "A15")
def test_members_are_suggested_with_reasons_and_one_is_chosen(
    w: World, unit: Client
) -> None:
    order = order_in("unit_accepted", w)
    html = text(unit, page(order))
    assert html.index("张伟") < html.index("刘洋") and "会家电维修" in html
    assert "杨帆" not in html
    response = unit.post(act(order, "assign"), {"note": "带上梯子"})
    assert response.status_code == 422 and "请选一位党员" in response.content.decode()
    unit.post(act(order, "assign"), {"member": w.members.member.id, "note": "带上梯子"})
    order.refresh_from_db()
    assert (order.state, order.member_id) == ("assigned", w.members.member.id)


def test_somebody_else_s_member_cannot_be_named(w: World, unit: Client) -> None:
    order = order_in("unit_accepted", w)
    response = unit.post(act(order, "assign"), {"member": w.members.neighbour.id})
    assert response.status_code == 422
    assert "请从本单位在职党员里选" in response.content.decode()
    assert Order.objects.get(pk=order.pk).state == "unit_accepted"


@pytest.mark.req("A16")
def test_the_unit_reports_done_for_its_member(w: World, unit: Client) -> None:
    order = order_in("in_service", w, at=datetime.now(UTC) - timedelta(days=2))
    done = {
        "day": "yesterday", "start": "10:00", "end": "11:30", "break_minutes": "30",
        "note": "清好了，试过火。", "client_id": "d",
    }  # fmt: skip
    assert unit.post(act(order, "report_done"), done).status_code == 302
    service = Service.objects.get(order=order)
    assert (service.member_id, service.minutes) == (w.members.member.id, 60)
    assert "还没有答复" in text(unit, page(order))


def test_an_extension_is_asked_once(w: World, unit: Client) -> None:
    order = order_in("in_service", w)
    assert "申请延期…" in text(unit, page(order))
    unit.post(act(order, "ask_extension"), {"hours": "72", "note": "等零件"})
    order.refresh_from_db()
    assert order.extension_hours == 72
    html = text(unit, page(order))
    assert "申请延 3 天，等社区答复" in html and "申请延期…" not in html


def test_a_note_is_kept_for_community_and_unit(w: World, unit: Client) -> None:
    order = order_in("in_service", w)
    unit.post(act(order, "note"), {"text": "联系过网格员", "client_id": "n"})
    unit.post(act(order, "note"), {"text": "联系过网格员", "client_id": "n"})
    assert text(unit, page(order)).count("联系过网格员") == 1


@pytest.mark.req("A12")
def test_a_unit_takes_one_from_the_pool_before_another_does(
    w: World, unit: Client
) -> None:
    order = order_in("published", w)
    unit.post(act(order, "unit_claim"))
    order.refresh_from_db()
    assert (order.state, order.unit_id) == ("unit_accepted", w.units.unit.id)
    late = w.client("other_unit_secretary").post(act(order, "unit_claim"), follow=True)
    assert "现在是“待派党员”" in late.content.decode()
    order.refresh_from_db()
    assert order.unit_id == w.units.unit.id


def test_a_stale_button_says_what_is_the_case_now(w: World, unit: Client) -> None:
    order = order_in("unit_accepted", w)
    response = unit.post(act(order, "unit_accept"))
    assert response.status_code == 409
    assert "现在是“待派党员”" in response.content.decode()
