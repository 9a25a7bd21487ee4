"""Journey: a topic from a member's phone to a public result (L11)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from baodao.core.clock import local, now
from baodao.councils.models import Deliberation
from baodao.councils.tests import talking
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


def _at(hours: float) -> str:
    return local(now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.req("L11", "T23")
def test_a_topic_from_a_members_phone_to_its_result(open_as: Open, w: World) -> None:
    talking.settle_in(w)
    member = open_as("member", "/councils/talks/new/")
    member.get_by_label("要商量什么").fill("东门停车难")
    member.get_by_role("button", name="提出来").click()
    expect(member.get_by_text("待社区答复")).to_be_visible()

    worker = open_as("community_worker", "/home/")
    steps.open_menu(worker, "共建", "会议、议事和组织")
    worker.get_by_role("link", name="协商议事", exact=True).click()
    worker.get_by_role("link", name="待答复").click()
    worker.get_by_role("link", name="东门停车难").click()
    worker.get_by_role("button", name="列入协商").click()
    worker.get_by_role("link", name="定时间地点").click()
    worker.get_by_label("时间", exact=True).fill(_at(-2))
    worker.get_by_role("button", name="定下来").click()
    worker.get_by_role("checkbox", name="请张伟").check()
    worker.get_by_role("button", name="请这些人").click()
    # The next link stands on this page, too: not before the answer is here, which says
    # so itself. That a box is gone is true between two pages as well.
    expect(worker.get_by_text("请了1位")).to_be_visible()
    worker.get_by_role("link", name="记到会和情况").click()
    worker.get_by_role("radio", name="到会", exact=True).check()
    worker.get_by_label("实际结束").fill(_at(-1))
    worker.get_by_role("button", name="记好了").click()
    worker.get_by_label("要办什么").fill("东门划12个车位")
    worker.get_by_role("button", name="记一件").click()
    expect(worker.get_by_text("东门划12个车位").first).to_be_visible()

    d = Deliberation.objects.get()
    secretary = open_as("community_secretary", f"/councils/talks/{d.pk}/conclude/")
    secretary.get_by_role("radio", name="采纳", exact=True).check()
    secretary.get_by_label("商量的结果").fill("东门划12个车位")
    secretary.get_by_label("公开的结果").fill("东门划车位。")
    secretary.get_by_role("button", name="定下来").click()
    expect(secretary.get_by_text("结果：采纳")).to_be_visible()

    member.reload()
    expect(member.get_by_text("定了结果", exact=True)).to_be_visible()
    anybody = open_as("anonymous", f"/councils/talks/public/{d.pk}/")
    expect(anybody.get_by_text("东门划车位。")).to_be_visible()
