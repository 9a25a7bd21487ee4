"""Journey: an agreement is drafted, signed by both, filed; its monthly show becomes a
duty of the unit, is done, and confirmed by the community (L15, L18)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from baodao.core.clock import today
from baodao.exchange.models import Agreement, Deed
from baodao.people.tests.make import World
from baodao.records.models import Record
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey
TITLE = "共驻共建协议"


def _open(page: Page, tab: str) -> None:
    """The agreement in a tab of the list, from the menu."""
    steps.open_menu(page, "共建")
    page.get_by_role("navigation", name="到了哪一步").get_by_role(
        "link", name=tab
    ).click()
    page.get_by_role("link", name=TITLE).click()


@pytest.mark.req("L15", "L18")
def test_an_agreement_is_signed_and_its_show_is_done_and_confirmed(
    open_as: Open, w: World
) -> None:
    desk = open_as("community_worker", "/home/")
    steps.open_menu(desk, "共建")
    desk.get_by_role("link", name="起草协议").click()
    desk.get_by_role("checkbox", name="阿里地区住房和城乡建设局").check()
    desk.get_by_label("从哪天起").fill((today() - timedelta(days=40)).isoformat())
    desk.get_by_label("到哪天止").fill((today() + timedelta(days=300)).isoformat())
    show = desk.get_by_role("group", name="第 1 项")
    show.get_by_label("内容").fill("戏曲下小区演出一场")
    show.get_by_label("五联").select_option("文体活动联谊")
    show.get_by_label("多久一次").select_option("每月一次")
    show.get_by_label("在哪个小区").select_option("象雄小区")
    desk.get_by_role("button", name="起草好了").click()

    unit = open_as("unit_secretary", "/home/")
    _open(unit, "签署中")
    unit.get_by_role("button", name="单位签署").click()
    head = open_as("community_secretary", "/home/")
    _open(head, "签署中")
    head.get_by_role("button", name="社区签署").click()
    town = open_as("township_party", "/home/")
    _open(town, "待备案")
    town.get_by_role("button", name="备案", exact=True).click()
    expect(town.get_by_text("共备〔").first).to_be_visible()
    assert Agreement.objects.get().state == "effective"

    _open(unit, "履行中")
    unit.get_by_role("link", name="下一次").first.click()
    unit.get_by_label("哪天做的").fill(
        (today().replace(day=1) - timedelta(days=1)).isoformat()
    )
    unit.get_by_label("做了什么").fill("在小区广场演了一场")
    unit.get_by_role("button", name="记好了").click()
    expect(unit.get_by_text("轮到社区：确认").first).to_be_visible()

    steps.open_menu(desk, "共建")
    desk.get_by_role("link", name="协议履行").click()
    desk.get_by_role("link", name="戏曲下小区演出一场").click()
    desk.get_by_role("radio", name="居民说看到了").check()
    desk.get_by_role("button", name="确认", exact=True).click()
    expect(desk.get_by_text("已确认").first).to_be_visible()
    assert Deed.objects.get().state == "confirmed"
    assert Record.objects.get(kind="agreement_item").unit_id == w.units.unit.id
