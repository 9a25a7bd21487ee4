"""Journey: an old resident without a telephone has a wish fulfilled. Everything
that she would do on a page, the community worker does for her and says so."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from baodao.acts.models import Event
from baodao.orders.models import Order
from baodao.people.tests.make import World
from baodao.records.models import Record
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey
WORDS = "我家窗户关不严，夜里漏风，睡不好。"
TITLE = "一位老人家的窗户关不严"


@pytest.mark.req("L50", "A10", "A12", "A14")
def test_an_old_resident_without_a_telephone_is_served_through_the_desk(
    open_as: Open, w: World, tmp_path: Path
) -> None:
    desk = open_as("community_worker", "/orders/")
    register_for_her(desk)
    print_the_slip(desk, tmp_path / "slip.pdf")
    desk.get_by_role("link", name="返回").click()
    # The wording was read to her at the desk: nothing is left to ask.
    desk.get_by_role("button", name="核实属实").click()
    steps.dispatch(desk)

    unit = open_as("unit_secretary", "/orders/unit/")
    steps.accept_and_assign(unit, TITLE)
    member = open_as("member", "/me/", size="phone")
    steps.accept_and_start(member)
    steps.report_done(member, "换了密封条，窗户关严了。")

    call_back(desk)
    expect(desk.get_by_role("heading", name="这一单已办结")).to_be_visible()
    expect(desk.get_by_text("代居民").first).to_be_visible()
    order = Order.objects.get()
    assert (order.state, order.result, order.rating) == ("closed", "solved", 4)
    assert order.confirmed_how == "desk"
    assert Record.objects.filter(source_id=order.id, kind="order_served").count() == 1
    # She never touched a page: what is said in her name, staff said for her.
    acts = Event.objects.filter(object_id=order.id)
    roles = set(acts.values_list("actor_role", flat=True))
    assert roles == {"community_worker", "unit_secretary", "member"}


def register_for_her(desk: Page) -> None:
    """Her words at the desk; the wording for the wall is read aloud to her."""
    desk.get_by_role("link", name="登记一单").click()
    desk.get_by_role("radio", name="居民来访").check()
    desk.get_by_label("在哪里").select_option("森格社区 · 第三网格")
    desk.get_by_label("类别").select_option("家政维修")
    desk.get_by_label("居民原话").fill(WORDS)
    desk.get_by_role("textbox", name="对外文字").fill(TITLE)
    desk.get_by_role("radio", name="念给居民听过").check()
    desk.get_by_label("怎么称呼").fill("曲珍奶奶")
    desk.get_by_label("住处").fill("2号楼101")
    desk.get_by_role("button", name="登记这一单").click()
    expect(desk.get_by_role("heading", name="登记好了")).to_be_visible()


def print_the_slip(desk: Page, file: Path) -> None:
    """Number, code, QR and the community's telephone on one sheet of A4."""
    order = Order.objects.get()
    desk.get_by_role("button", name="打印给居民的小条").click()
    expect(desk.get_by_role("heading", name="您的心愿已登记")).to_be_visible()
    expect(desk.get_by_text(order.no, exact=True)).to_be_visible()
    expect(desk.get_by_text(f"{order.code[:4]} {order.code[4:]}")).to_be_visible()
    expect(desk.get_by_text("0897-2821234")).to_be_visible()
    expect(desk.locator(".qr svg")).to_be_visible()
    printed = desk.pdf(path=file, prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") == 1


def call_back(desk: Page) -> None:
    """The worker asks her and writes down what she says, then her rating."""
    steps.open_order(desk, TITLE)
    desk.get_by_role("radio", name="解决了", exact=True).check()
    desk.get_by_role("radio", name="当面问的").check()
    desk.get_by_label("居民的话").fill("不漏风了，谢谢。")
    desk.get_by_role("button", name="记下居民的话").click()
    desk.get_by_role("radio", name="4 好").check()
    desk.get_by_role("radio", name="当面问的").check()
    desk.get_by_role("button", name="记下评价").click()
