"""Journeys: the allocation of the prefecture is computed, changed by a person and
committed, and the unit sees its new contact point (A07, A08); a unit merges."""

import pytest
from playwright.sync_api import expect

from baodao.people.models import ContactTie
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A07", "A08", "A35")
def test_the_prefecture_is_allocated_and_the_unit_sees_its_new_point(
    open_as: Open, w: World
) -> None:
    desk = open_as("prefecture_org", "/home/")
    steps.open_menu(desk, "联系点分配")
    desk.get_by_role("link", name="试算一个方案").click()
    desk.get_by_label("方案名称").fill("2027 年度")
    desk.get_by_label("每点最少").fill("1")
    desk.get_by_role("button", name="试算").click()
    expect(desk.get_by_text("预览，尚未生效")).to_be_visible()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(
        "4 家单位，分到 4 个联系点"
    )
    # What the computer wants, one unit at a time, with its reasons.
    desk.get_by_role("link", name="按单位").click()
    row = desk.get_by_role("row").filter(has_text="噶尔县卫生健康委员会")
    expect(row).to_contain_text("第三网格")
    row.get_by_role("link").click()
    expect(desk.get_by_text("1 个小区老年人多，原来没有这类单位")).to_be_visible()
    desk.get_by_role("link", name="换一个联系点").click()
    desk.get_by_role("radio", name="森格社区").check()
    desk.get_by_label("为什么换").fill("县卫健委已经和森格社区对接好")
    desk.get_by_role("button", name="换到这里并固定").click()
    expect(desk.get_by_text("丹增人工固定在这里")).to_be_visible()
    # Computed again, what the person decided stays and somebody else fills the grid.
    desk.get_by_role("link", name="改后重算").click()
    desk.get_by_role("button", name="重新试算").click()
    expect(desk.get_by_text("1 家人工固定")).to_be_visible()
    assert ContactTie.objects.filter(valid_to=None).count() == 3
    desk.get_by_role("link", name="审定，让方案生效").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("今天生效？")
    desk.get_by_role("button", name="审定，今天生效").click()
    expect(desk.get_by_text("已生效", exact=True)).to_be_visible()

    unit = open_as("other_unit_secretary", "/home/")
    unit.goto("/report-ins/my/")
    expect(unit.get_by_role("main")).to_contain_text("单位到森格社区报到")
    unit.goto("/messages/")
    expect(unit.get_by_role("main")).to_contain_text("本单位的联系点是森格社区")
    community = open_as("community_worker", "/messages/")
    expect(community.get_by_role("main")).to_contain_text("联系本社区的单位有调整")
    desk.get_by_role("link", name="布局表").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("4 家单位联系 4 个点")


@pytest.mark.req("A08")
def test_a_merger_is_seen_beforehand_and_the_old_unit_still_stands_in_its_records(
    open_as: Open, w: World
) -> None:
    desk = open_as("county_org", f"/people/units/{w.units.unit.pk}/")
    desk.get_by_role("link", name="单位合并或撤销").click()
    desk.get_by_role("searchbox", name="查找", exact=True).last.fill("卫健委")
    desk.get_by_role("button", name="找", exact=True).click()
    desk.get_by_role("link", name="并入这家：噶尔县卫生健康委员会").click()
    expect(desk.get_by_text("都转到县卫健委，居住地的报到不变")).to_be_visible()
    desk.get_by_label("依据或理由").fill("机构改革方案")
    desk.get_by_role("button", name="并入县卫健委").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("噶尔县卫生健康委员会")
    desk.get_by_role("link", name=w.units.unit.name).click()
    expect(desk.get_by_text("并入县卫健委").first).to_be_visible()
