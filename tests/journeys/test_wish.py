"""Journey: a wish from the public board to the rating, four people in four windows."""

import pytest
from playwright.sync_api import Page, expect

from baodao.orders.models import Order
from baodao.orders.tests.make import advance
from baodao.people.tests.make import World
from baodao.records.models import Record
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey
WORDS = "我八十岁了，家里的水龙头一直漏水。"
TITLE = "一户居民家的水龙头漏水"


@pytest.mark.req("A10", "A11", "A12", "A13", "A14", "A15", "A16")
def test_a_wish_from_the_board_to_the_rating_with_four_people(
    open_as: Open, w: World
) -> None:
    resident = open_as("anonymous", "/", size="phone")
    place_wish(resident)
    desk = open_as("community_worker", "/orders/")
    steps.open_order(desk, TITLE)
    steps.verify(desk)
    steps.dispatch(desk)
    unit = open_as("unit_secretary", "/orders/unit/")
    steps.accept_and_assign(unit, TITLE)
    member = open_as("member", "/me/", size="phone")
    steps.accept_and_start(member)
    look_up_the_telephone(member)
    steps.report_done(member, "换了水龙头，不漏了。")
    confirm_and_rate(resident)

    order = Order.objects.get()
    assert (order.state, order.result, order.rating) == ("closed", "solved", 5)
    record = Record.objects.get(source_id=order.id, kind="order_served")
    assert (record.member_id, record.channel) == (w.members.member.id, "unit")
    assert record.minutes > 0
    resident.goto(f"/?place={w.places.community.code}")
    card = resident.get_by_role("article").filter(has_text=TITLE)
    expect(card).to_contain_text("居民确认解决")
    expect(resident.get_by_role("main")).not_to_contain_text("八十岁")


@pytest.mark.req("A10", "A15", "A16")
def test_a_resident_places_confirms_and_rates_without_scripts(
    open_as: Open, w: World
) -> None:
    resident = open_as("anonymous", "/", size="phone", scripts=False)
    place_wish(resident)
    order = advance(w, Order.objects.get(), "done_reported")
    confirm_and_rate(resident)
    order.refresh_from_db()
    assert (order.state, order.result, order.rating) == ("closed", "solved", 5)


def place_wish(resident: Page) -> None:
    """Choose the community once, say it, look at what will be public, send."""
    resident.get_by_role("link", name="提一个心愿").first.click()
    choose_place(resident, "噶尔县", "狮泉河镇", "森格社区")
    resident.get_by_label("您有什么事要办？").fill(WORDS)
    resident.get_by_role("radio", name="修家里的东西").check()
    resident.get_by_label("怎么联系您？").fill("13889970312")
    resident.get_by_role("button", name="下一步").click()
    expect(resident.get_by_role("heading", name="这样写，行吗？")).to_be_visible()
    resident.get_by_label("墙上只写这一句").fill(TITLE)
    resident.get_by_role("button", name="提交").click()
    expect(resident.get_by_role("heading", name="提交好了")).to_be_visible()
    code = Order.objects.get().code
    expect(resident.get_by_text(f"{code[:4]} {code[4:]}")).to_be_visible()
    resident.get_by_role("link", name="看办到哪一步").click()


def choose_place(resident: Page, *names: str) -> None:
    for name in names:
        resident.get_by_role("link", name=name, exact=True).click()


def look_up_the_telephone(member: Page) -> None:
    """The contact is covered until a purpose is given; the look is on record."""
    member.get_by_role("link", name=TITLE).click()
    expect(member.get_by_text("138 **** 0312")).to_be_visible()
    phone = member.get_by_text("电话", exact=True).locator(
        "xpath=following-sibling::dd"
    )
    phone.get_by_text("显示").click()
    phone.get_by_role("button", name="上门找路").click()
    expect(member.get_by_role("link", name="13889970312")).to_be_visible()


def confirm_and_rate(resident: Page) -> None:
    """On the page that was open all the time: 办好了, then 5."""
    resident.reload()
    resident.get_by_role("button", name="办好了").first.click()
    expect(resident.get_by_role("heading", name="您打几分？")).to_be_visible()
    resident.get_by_label("想说一句也行").fill("来得很快，谢谢。")
    resident.get_by_role("button", name="5 分").click()
    expect(resident.get_by_text("谢谢您的打分")).to_be_visible()
