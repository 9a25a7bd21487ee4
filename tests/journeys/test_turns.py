"""Journeys of orders that do not go straight: reopened by the resident, returned by
a unit. Built up to the turn by the real services, from there on in the browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from baodao.acts.models import Event
from baodao.core.clock import now
from baodao.orders.tests.make import TITLE, order_in, place
from baodao.orders.tests.test_jobs import work
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A15", "A16")
def test_a_problem_not_solved_goes_back_and_the_second_time_upwards(
    open_as: Open, w: World
) -> None:
    yesterday = now() - timedelta(days=1)
    order = order_in("done_reported", w, kind="problem", at=yesterday)
    resident = open_as("anonymous", f"/orders/t/{order.token}/", size="phone")
    say_not_solved(resident, "烟还是往屋里倒。", "也告诉了社区")

    work()
    # The unit is told, and sees the same order in service again.
    unit = open_as("unit_secretary", "/orders/unit/")
    unit.get_by_role("link", name="消息").click()
    expect(unit.get_by_text("没办好").first).to_be_visible()
    member = open_as("member", "/me/", size="phone")
    expect(member.get_by_role("link", name=TITLE)).to_be_visible()
    steps.report_done(member, "烟道加高了一节。")

    resident.reload()
    say_not_solved(resident, "刮风时还倒烟。", "同时告诉了上级")
    order.refresh_from_db()
    assert (order.state, order.reopened) == ("in_service", 2)

    township = open_as("township_party", "/orders/")
    expect(township.get_by_role("link", name=TITLE)).to_be_visible()
    township.get_by_role("link", name=TITLE).click()
    expect(township.get_by_text("刮风时还倒烟。").first).to_be_visible()


def say_not_solved(resident: Page, what: str, told: str) -> None:
    """One tap, written at once; then who is told, and room for words."""
    resident.get_by_role("button", name="没办好").click()
    expect(resident.get_by_role("heading", name="记下了：没办好")).to_be_visible()
    expect(resident.get_by_text(told)).to_be_visible()
    resident.get_by_label("想说清楚一点也行").fill(what)
    resident.get_by_role("button", name="好的").click()


@pytest.mark.req("A11", "A12", "A13")
def test_a_unit_returns_an_order_and_another_takes_it(open_as: Open, w: World) -> None:
    order = order_in("dispatched", w)
    unit = open_as("unit_secretary", "/orders/unit/")
    unit.get_by_role("link", name=TITLE).click()
    unit.get_by_text("退回…").click()
    unit.get_by_role("radio", name="不在职能范围").check()
    unit.get_by_label("为什么接不了，建议找谁").fill("烟道归消防检查，建议找供电公司。")
    unit.get_by_role("button", name="退回社区").click()

    desk = open_as("community_worker", "/orders/")
    steps.open_order(desk, TITLE)
    expect(desk.get_by_text("建议找供电公司").first).to_be_visible()
    desk.get_by_label("按名字找别的单位").fill("卫健委")
    desk.get_by_role("button", name="找", exact=True).click()
    steps.dispatch(desk, "县卫健委")

    other = open_as("other_unit_secretary", "/orders/unit/")
    other.get_by_role("link", name=TITLE).click()
    story = other.get_by_role("region", name="经过").or_(other.get_by_role("main"))
    expect(story.first).to_contain_text("不在职能范围")
    other.get_by_role("button", name="接单", exact=True).click()
    order.refresh_from_db()
    assert (order.state, order.unit_id) == ("unit_accepted", w.units.other.id)
    returned = Event.objects.get(object_id=order.id, action="orders.return")
    assert returned.reason == "not_our_function"


@pytest.mark.req("A12")
def test_many_are_dispatched_with_the_keyboard_and_one_choice(
    open_as: Open, w: World
) -> None:
    orders = [order_in("verified", w) for _ in range(2)]
    place(w)  # waits to be verified: not chosen, stays where it is
    desk = open_as("community_worker", "/orders/")
    desk.keyboard.press("/")
    expect(desk.get_by_role("searchbox", name="找单号、单位、党员")).to_be_focused()
    desk.keyboard.type(orders[0].no)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text(f"单 {orders[0].no}")).to_be_visible()

    steps.open_menu(desk, "点单")
    titles = desk.get_by_role("link", name=TITLE)
    expect(titles).to_have_count(3)
    for key in ("j", "j", "j", "k"):
        desk.keyboard.press(key)
    expect(titles.nth(1)).to_be_focused()
    for order in orders:
        walk_to(desk, order.no)
        desk.keyboard.press("x")
    desk.get_by_role("button", name="一起派单").click()
    expect(
        desk.get_by_role("heading", name="把这 2 单派给同一家单位？")
    ).to_be_visible()
    desk.get_by_role("radio", name=steps.UNIT).check()
    desk.get_by_role("button", name=f"派给{steps.UNIT}").click()
    expect(desk.get_by_text(f"2 单已派给{steps.UNIT}")).to_be_visible()
    for order in orders:
        order.refresh_from_db()
        assert (order.state, order.unit_id) == ("dispatched", w.units.unit.id)

    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="核实属实")).to_be_visible()


def walk_to(desk: Page, no: str) -> None:
    """k to the top, then j until the row of this number has the focus."""
    for key in ("k", "k", "j", "j"):
        row = desk.get_by_role("row").filter(has=desk.locator(":focus"))
        if no in row.inner_text():
            return
        desk.keyboard.press(key)
    expect(desk.get_by_role("row").filter(has=desk.locator(":focus"))).to_contain_text(
        no
    )
