"""Journeys: a unit and a member report in, each sees at once what comes next (A02);
the community accepts, the receipt is printed."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from baodao.people.tests.make import World
from baodao.reporting.models import ReportIn
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A02", "A05", "A09", "L04")
def test_a_unit_reports_in_and_is_accepted(
    open_as: Open, w: World, tmp_path: Path
) -> None:
    unit = open_as("unit_secretary", "/home/")
    steps.open_menu(unit, "报到")
    unit.get_by_role("link", name="单位自己的报到").click()
    unit.get_by_role("link", name="单位报到").first.click()
    unit.get_by_role("radio", name="森格社区").check()
    unit.get_by_label("党组织负责人").fill("王建国")
    unit.get_by_label("联络员").fill("李秀英")
    unit.get_by_label("在职党员数").fill("20")
    needs = unit.get_by_role("row").filter(has=unit.get_by_label("名称"))
    needs.nth(0).get_by_label("名称").fill("党日活动场地")
    needs.nth(3).get_by_label("名称").fill("水电维修队")
    unit.get_by_role("button", name="报到", exact=True).last.click()
    what_next = unit.get_by_role("main")
    expect(what_next).to_contain_text("已报到森格社区，等社区接收")
    expect(what_next).to_contain_text("本单位党员到两处报到")
    expect(what_next).to_contain_text("接单，派给本单位党员")

    accept(open_as("community_secretary", "/home/"), steps.UNIT)
    unit.reload()
    expect(unit.get_by_text("社区已接收").first).to_be_visible()
    it = ReportIn.objects.get()
    assert it.state == "active"
    unit.goto(f"/report-ins/{it.id}/")
    unit.get_by_role("link", name="打印报到单").click()
    sheet = unit.get_by_role("main")
    expect(sheet).to_contain_text(f"报 {it.receipt_no}")
    expect(sheet).to_contain_text("社区党组织已接收")
    expect(sheet).to_contain_text("水电维修队")
    pages = unit.pdf(path=tmp_path / "receipt.pdf", prefer_css_page_size=True)
    assert pages.count(b"/Type /Page\n") == 1


@pytest.mark.req("A02", "A05", "A09", "L05")
def test_a_member_reports_in_on_a_phone_and_is_accepted(
    open_as: Open, w: World
) -> None:
    member = open_as("newcomer", "/home/", size="phone")
    # Nothing is done yet: the first thing on the page is to report in.
    member.get_by_role("link", name="去报到").first.click()
    member.get_by_role("link", name="森格社区").click()
    member.get_by_role("checkbox", name="家电维修").check()
    member.get_by_role("checkbox", name="周末白天").check()
    member.get_by_role("button", name="报到", exact=True).click()
    expect(member.get_by_role("heading", name="报到好了")).to_be_visible()
    next_steps = member.get_by_role("list").filter(has_text="报到")
    expect(next_steps.first).to_contain_text("等社区接收")
    expect(next_steps.first).to_contain_text("到居住地报到")

    accept(open_as("community_worker", "/home/"), "陈静")
    member.reload()
    expect(member.get_by_text("森格社区已接收")).to_be_visible()
    member.get_by_role("link", name="去报到").click()
    expect(member.get_by_role("heading", name="您住在哪个村（社区）")).to_be_visible()
    member.get_by_label("社区（村）的名字").fill("sg")
    member.get_by_role("button", name="找").click()
    member.get_by_role("link", name="森格社区").click()
    member.get_by_role("button", name="报到", exact=True).click()
    expect(member.get_by_role("heading", name="报到好了")).to_be_visible()
    found = ReportIn.objects.filter(member=w.members.newcomer)
    assert dict(found.values_list("channel", "state")) == {
        "unit": "active",
        "residence": "submitted",
    }


def accept(desk: Page, name: str) -> None:
    """The community's desk: the name in the list, then 接收."""
    steps.open_menu(desk, "单位与党员", "报到")
    desk.get_by_role("link", name=name).click()
    desk.get_by_role("button", name="接收").click()
    expect(desk.get_by_role("heading", name=name)).to_contain_text("在岗")
