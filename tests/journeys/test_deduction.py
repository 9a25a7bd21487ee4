"""Journey: a deduction is proposed, answered on a phone, and dropped (L12, L44)."""

import pytest
from playwright.sync_api import expect

from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("L12", "L44")
def test_a_deduction_is_proposed_answered_and_dropped(open_as: Open, w: World) -> None:
    worker = open_as("community_worker", "/home/")
    steps.open_menu(worker, "积分与评价", "扣分")
    worker.get_by_role("link", name="提出扣分").click()
    worker.get_by_role("link", name="选张伟").click()
    worker.get_by_label("哪一条规则").select_option(label="差评核实（减3分）")
    worker.get_by_label("发生了什么").fill("答应周三修水管，没有去")
    worker.get_by_role("button", name="提出来").click()
    expect(worker.get_by_text("没有说明不等于同意")).to_be_visible()

    member = open_as("member", "/me/")
    member.get_by_role("link", name="看一看，说明情况").click()
    expect(member.get_by_text("现在还没有扣分")).to_be_visible()
    member.get_by_label("我的说明").fill("住户改到了周四")
    member.get_by_role("button", name="交说明").click()
    expect(member.get_by_text("住户改到了周四")).to_be_visible()

    secretary = open_as("community_secretary", "/scores/deductions/?tab=answer")
    secretary.get_by_role("link", name="张伟").click()
    expect(secretary.get_by_text("住户改到了周四")).to_be_visible()
    secretary.get_by_text("不扣…").click()
    secretary.get_by_label("理由").first.fill("住户说是自己改的时间")
    secretary.get_by_role("button", name="不扣", exact=True).click()
    expect(secretary.get_by_text("没有扣", exact=True).first).to_be_visible()

    member.reload()
    expect(member.get_by_text("住户说是自己改的时间")).to_be_visible()
