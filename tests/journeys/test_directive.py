"""Journey: what a county asks for is passed on by a township, done by a community, and
seen as done above (A28, A34)."""

import pytest
from playwright.sync_api import Page, expect

from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey
TITLE = "冬季走访重点户"


def _publish(page: Page) -> None:
    page.get_by_role("button", name="存草稿").click()
    page.get_by_role("link", name="发布…").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("发布了", exact=True)).to_be_visible()


def _report(page: Page, text: str) -> None:
    page.get_by_label("做了什么、结果怎么样").fill(text)
    page.get_by_role("button", name="报完成").click()
    expect(page.get_by_text("报了完成，待确认")).to_be_visible()


@pytest.mark.req("A28", "A34")
def test_a_directive_goes_down_two_levels_and_its_outcome_comes_up(
    open_as: Open, w: World
) -> None:
    county = open_as("county_org", "/directives/new/")
    county.get_by_label("标题").fill(TITLE)
    county.get_by_label("要做什么").fill("逐户走访，建好台账。")
    county.get_by_role("radio", name="乡镇（街道）").check()
    _publish(county)

    town = open_as("township_party", "/home/")
    steps.open_menu(town, "点单和要求", "工作要求")
    town.get_by_role("link", name="收到的").click()
    town.get_by_role("link", name=TITLE).click()
    town.get_by_role("link", name="转办").click()
    town.get_by_role("radio", name="社区（村）").check()
    _publish(town)

    worker = open_as("community_worker", "/home/")
    steps.open_menu(worker, "走访", "工作要求")
    worker.get_by_role("link", name=TITLE).click()
    _report(worker, "走访42户，登记点单3件。")

    town.reload()
    town.get_by_role("link", name="去确认").click()
    town.get_by_role("button", name="确认完成").click()
    expect(town.get_by_text("已完成").first).to_be_visible()
    steps.open_menu(town, "点单和要求", "工作要求")
    town.get_by_role("link", name="收到的").click()
    town.get_by_role("link", name=TITLE).click()
    _report(town, "两个社区都走访了。")

    county.reload()
    expect(county.get_by_text("1 / 2 家")).to_be_visible()
    county.get_by_role("link", name="去确认").click()
    county.get_by_role("button", name="确认完成").click()
    expect(county.get_by_text("已完成").first).to_be_visible()
