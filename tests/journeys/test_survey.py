"""Journey: a survey on a telephone, from the list of households to the order."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from baodao.core.clock import now
from baodao.orders.models import Order
from baodao.people.tests.make import World
from baodao.surveys.models import Sheet
from baodao.surveys.tests.make import home, published
from tests.conftest import Open
from tests.journeys.steps import open_menu

pytestmark = pytest.mark.journey


@pytest.mark.req("A06", "A10", "L52")
def test_a_worker_asks_a_household_finds_a_need_and_the_coverage_rises(
    open_as: Open, w: World
) -> None:
    it = published(w, now=now() - timedelta(days=2))
    home(w, 313)
    page = open_as("community_worker", "/orders/", size="phone")
    open_menu(page, "点单", "摸底")
    expect(page.get_by_text("0 / 2 户")).to_be_visible()
    page.get_by_role("link", name="去登记").click()
    page.get_by_role("link", name="从户 0312 开始").click()
    expect(page.get_by_role("main")).not_to_contain_text("赵阿姨")
    # What follows from another answer is shown with it, and only then.
    unhappy = page.get_by_label("哪里不满意")
    expect(unhappy).to_be_hidden()
    page.get_by_role("radio", name="不满意", exact=True).check()
    expect(unhappy).to_be_visible()
    page.get_by_role("radio", name="满意", exact=True).check()
    expect(unhappy).to_be_hidden()
    page.get_by_label("家里常住几口人").fill("2")
    page.get_by_role("checkbox", name="看病配药", exact=True).check()
    page.get_by_label("有事要办？顺手转成一单").fill("想配一副老花镜")
    page.get_by_role("button", name="记好了，下一户").click()
    expect(page.get_by_role("heading", name="户 0313")).to_be_visible()
    expect(page.get_by_text("户 0312 记好了")).to_be_visible()
    page.get_by_role("radio", name="没人在家", exact=True).check()
    expect(page.get_by_label("家里常住几口人")).to_be_hidden()
    page.get_by_role("button", name="记好了", exact=True).click()
    expect(page.get_by_role("heading", name="户 0313：没人在家")).to_be_visible()

    order = Order.objects.get()
    assert (order.source, order.household_id) == ("survey", w.household.pk)
    assert Sheet.objects.get(outcome="answered").answers["q1"] == 2
    page.goto(f"/surveys/{it.pk}/")
    expect(page.get_by_role("heading", name="问到 50.0 %")).to_be_visible()
    page.get_by_role("link", name="发现的需求").click()
    expect(page.get_by_text(f"单 {order.no}")).to_be_visible()
