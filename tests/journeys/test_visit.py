"""Journey: a visit on a telephone, from 今天 to the household's word by link."""

import pytest
from playwright.sync_api import expect

from baodao.core.clock import now
from baodao.duties.models import Duty
from baodao.orders.models import Order
from baodao.pairings.models import Visit
from baodao.pairings.tests.visiting import bond
from baodao.pairings.visits_around import ask_visit
from baodao.people.tests.make import World
from baodao.records.models import Record
from tests.conftest import Open

pytestmark = pytest.mark.journey


@pytest.mark.req("L39", "L40", "L41")
def test_a_visit_from_today_to_the_household_s_word_by_link(
    open_as: Open, w: World
) -> None:
    # Somebody of the household has asked, so that there is a visit to make on any day.
    it = bond(w, at=now())
    ask_visit(actor=w.actors["community_worker"], pairing_id=it.pk)
    member = open_as("member", "/me/", size="phone")
    card = member.locator("section.due")
    expect(card).to_contain_text("走访 户 0312")
    expect(member.get_by_role("main")).not_to_contain_text("赵阿姨")
    card.get_by_role("link", name="记走访").click()
    # Everything usual is chosen already: a need, and one tap.
    expect(member.get_by_label("今天")).to_be_checked()
    expect(member.get_by_label("上门见面")).to_be_checked()
    member.get_by_label("有事要办？顺手转成一单").fill("想配一副老花镜")
    expect(member.get_by_text("草稿已存在本机")).to_be_visible()
    member.get_by_role("button", name="记好了").click()
    expect(member.get_by_role("heading", name="记好了")).to_be_visible()
    order = Order.objects.get()
    expect(member.get_by_text(f"单 {order.no}")).to_be_visible()
    expect(member.get_by_text("等住户或社区确认").first).to_be_visible()
    member.get_by_text("链接", exact=True).click()
    shown = member.get_by_text("/pairings/visits/c/").inner_text()
    link = shown.strip()
    assert link

    resident = open_as("anonymous", link, size="phone", scripts=False)
    expect(resident.get_by_role("heading", name="张伟来看过您吗")).to_be_visible()
    resident.get_by_role("button", name="来过", exact=False).first.click()
    expect(resident.get_by_text("已经确认")).to_be_visible()

    visit = Visit.objects.get()
    assert (visit.state, visit.confirmed_how, visit.order_id) == (
        "confirmed",
        "link",
        order.pk,
    )
    done = Duty.objects.filter(done_id=visit.pk, state="confirmed")
    assert done.filter(kind="visit_need").exists()
    assert Record.objects.get(kind="visit").member_id == w.members.member.id
    member.goto("/pairings/visits/mine/")
    expect(member.get_by_text("已确认").first).to_be_visible()
