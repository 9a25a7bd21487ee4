"""Journey: a whole community gets its members for households on the desk, from the
suggestion to a bond the household has agreed to (L08, L34, L37; A15)."""

import pytest
from playwright.sync_api import expect

from baodao.pairings.models import HouseholdPairing
from baodao.pairings.tests.make import another_home
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A15", "L08", "L34", "L37")
def test_a_whole_community_from_the_suggestion_to_the_households_word(
    open_as: Open, w: World
) -> None:
    another_home(w)
    another_home(w, 314)
    desk = open_as("community_worker", "/home/")
    steps.open_menu(desk, "走访", "包联")
    desk.get_by_role("link", name="给全社区配联系户").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("3 户重点户没有人联系")
    desk.get_by_role("button", name="给 3 户配党员").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(
        "给 3 户各配了一名党员"
    )
    assert not HouseholdPairing.objects.exists()
    # One is left out with a reason, so that its member is free for another household.
    rows = desk.get_by_role("row").filter(has_text="调整")
    expect(rows).to_have_count(3)
    out = rows.nth(0).get_by_role("link").first.inner_text()
    rows.nth(0).get_by_role("link", name="调整").click()
    desk.get_by_label("为什么去掉").select_option(label="住户情况有变，要先核实")
    desk.get_by_role("button", name="去掉", exact=True).click()
    expect(desk.get_by_text(f"{out}去掉了")).to_be_visible()
    changed = rows.nth(0).get_by_role("link").first.inner_text()
    rows.nth(0).get_by_role("link", name="调整").click()
    desk.locator("#beside").get_by_role("radio").first.check()
    desk.get_by_label("为什么换").fill("两家早就认识")
    desk.get_by_role("button", name="换成这一位").click()
    expect(desk.get_by_text(f"{changed}换人了")).to_be_visible()
    expect(desk.get_by_text("卓玛换的：两家早就认识")).to_be_visible()
    desk.get_by_role("link", name="没配上的户").click()
    expect(desk.get_by_role("main")).to_contain_text(
        "从方案里去掉了：住户情况有变，要先核实"
    )
    desk.get_by_role("link", name="确认 2 对").click()
    desk.get_by_role("button", name="确认，提出结对").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("2 户已经提出结对")
    desk.get_by_role("button", name="2 户都开始征求同意").click()
    expect(desk.get_by_text("2 户记为正在征求同意")).to_be_visible()
    desk.get_by_role("definition").get_by_role("link", name="2").click()
    desk.get_by_role("row").filter(has_text=changed).get_by_role(
        "link", name="记下答复"
    ).click()
    desk.get_by_role("button", name="住户同意", exact=True).click()
    expect(desk.get_by_text("在联系").first).to_be_visible()
    bond = HouseholdPairing.objects.get(state="active")
    assert bond.why == "两家早就认识"
    assert HouseholdPairing.objects.count() == 2
