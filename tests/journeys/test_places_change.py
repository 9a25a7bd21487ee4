"""Journey: a county is merged into another. Last year's figures stay what they were,
its people go on working, and nobody loses sight of what was done before."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from baodao.orders.models import Order
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World
from baodao.places.models import Place
from baodao.places.tests.changing import far_order
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey
LAST_YEAR = datetime(2025, 9, 1, 2, 0, tzinfo=UTC)
REASON = "藏政函〔2026〕18号"


def test_edge_case_22_a_county_is_merged_and_last_years_figures_stay(
    open_as: Open, w: World
) -> None:
    far_order(w, "closed", LAST_YEAR)
    order_in("closed", w, at=datetime(2025, 9, 3, 2, 0, tzinfo=UTC))
    order_in("closed", w, at=datetime(2025, 9, 5, 2, 0, tzinfo=UTC))
    board = open_as("anonymous", "/?place=542524&year=2025")
    assert solved(board) == 1
    board.goto("/?place=542523&year=2025")
    assert solved(board) == 2

    office = open_as("prefecture_org", "/places/")
    draft(office)
    preview(office)
    office.get_by_role("button", name="执行这项调整").click()
    expect(office.get_by_text("已执行")).to_be_visible()
    expect(office.get_by_role("heading", name="跟着走了的")).to_be_visible()

    look_back(board)
    worker = open_as("outsider", "/orders/")
    still_sees_the_old_order(worker)
    assert Place.objects.get(code="542523120").name == "日土镇"
    assert not Order.objects.exclude(placed_path=None).exists()


def draft(office: Page) -> None:
    """From the tree to the place, from the place to a draft."""
    office.get_by_role("link", name="日土县").click()
    office.get_by_role("link", name="区划调整").click()
    office.get_by_role("radio", name="撤并").check()
    office.get_by_role("button", name="起草").click()
    expect(office.get_by_text("预览，还没有执行")).to_be_visible()
    office.get_by_label("并到哪里").select_option(label="噶尔县")
    office.get_by_label("依据").fill(REASON)
    office.get_by_role("button", name="保存，看预览").click()


def preview(office: Page) -> None:
    """What will happen is said; one code is corrected, what is below follows."""
    expect(
        office.get_by_role("heading", name="日土县并入噶尔县", exact=True)
    ).to_be_visible()
    expect(office.get_by_text("1 个单位的驻地或联系点")).to_be_visible()
    code = office.get_by_label("日土镇的新代码")
    expect(code).to_have_value("542523101")
    code.fill("542523120")
    office.get_by_role("button", name="保存改过的代码").click()
    expect(office.get_by_label("日土村的新代码")).to_have_value("542523120201")


def look_back(board: Page) -> None:
    """In today's regions the sum; as recorded each its own, as before."""
    board.goto("/?place=542523&year=2025")
    assert solved(board) == 3
    board.get_by_role("link", name="按当时的").click()
    assert solved(board) == 2
    board.get_by_role("link", name="日土县").click()
    assert solved(board) == 1
    expect(board.get_by_text("2025年提出的心愿")).to_be_visible()


def solved(board: Page) -> int:
    """居民确认解决, as it stands on the board."""
    box = board.locator(".nums > div").filter(has_text="居民确认解决")
    found = re.search(r"(\d+)", box.locator(".f-num").inner_text())
    assert found
    return int(found.group(1))


def still_sees_the_old_order(worker: Page) -> None:
    """The worker of 日土村, which has another code now, opens last year's order."""
    worker.goto("/orders/?tab=closed")
    worker.get_by_role("link", name="一户居民需要清理取暖炉烟道").click()
    expect(worker.get_by_role("heading", name="这一单已办结")).to_be_visible()
    steps.open_menu(worker, "单位与党员", "地方与住户")
    expect(worker.get_by_role("heading", name="日土村")).to_be_visible()
    expect(worker.get_by_text("542523120201").first).to_be_visible()
