"""Journey: a joint meeting from a unit's topic to a resolution that is done and seen in
the next meeting (L21)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from baodao.core.clock import local, now
from baodao.councils.models import JointMeeting
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


def _when(days: int, minutes: int = 0) -> str:
    at = local(now() + timedelta(days=days, minutes=minutes))
    return at.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.req("L21")
def test_a_topic_becomes_a_resolution_that_is_done_and_looked_at(
    open_as: Open, w: World
) -> None:
    worker = open_as("community_worker", "/home/")
    steps.open_menu(worker, "共建", "会议、议事和组织")
    worker.get_by_role("link", name="安排会议").first.click()
    worker.get_by_label("会议名称").fill("第四次联席会议")
    worker.get_by_label("时间").fill(_when(5))
    worker.get_by_label("地点").fill("社区会议室")
    worker.get_by_role("button", name="安排").click()
    expect(worker.get_by_role("heading", level=1)).to_contain_text("第四次联席会议")

    unit = open_as("unit_secretary", "/home/")
    steps.open_menu(unit, "共建", "联席会议和议事")
    unit.get_by_role("link", name="森格社区第四次联席会议").click()
    unit.get_by_label("议题", exact=True).fill("东门停车难")
    unit.get_by_role("button", name="交议题").click()
    expect(unit.get_by_text("待社区列入")).to_be_visible()

    worker.reload()
    worker.get_by_role("button", name="列入议程").click()
    worker.get_by_role("button", name="发通知").click()
    expect(worker.get_by_text("已发通知").first).to_be_visible()
    unit.reload()
    unit.get_by_role("radio", name="委托代会").check()
    unit.get_by_label("参加人").fill("刘洋")
    unit.get_by_role("button", name="回复").click()

    # The day has come: it is held two hours earlier than now.
    worker.get_by_role("link", name="改时间或地点").click()
    worker.get_by_label("改到").fill(_when(0, 1))
    worker.get_by_role("button", name="改好了").click()
    worker.get_by_role("link", name="记会议").click()
    row = worker.get_by_role("row", name="阿里地区住房和城乡建设局")
    expect(row.get_by_role("radio", name="代会")).to_be_checked()
    worker.get_by_label("纪要").fill("商定在东门划停车位。")
    worker.get_by_role("button", name="记好了").click()
    worker.get_by_label("议定的事").fill("东门划12个停车位")
    worker.get_by_label("承办单位").select_option(label=w.units.unit.name)
    worker.get_by_role("button", name="记一件").click()
    expect(worker.get_by_text("东门划12个停车位").first).to_be_visible()

    m = JointMeeting.objects.get()
    secretary = open_as("community_secretary", f"/councils/{m.pk}/")
    secretary.get_by_role("link", name="定下纪要…").click()
    secretary.get_by_role("button", name="定下纪要").click()
    expect(secretary.get_by_text("已定纪要").first).to_be_visible()

    unit.goto("/councils/unit/")
    unit.get_by_role("link", name="东门划12个停车位").click()
    unit.get_by_label("办得怎么样").fill("划好了12个。")
    unit.get_by_role("button", name="报办结").click()
    expect(unit.get_by_text("报了办结，待确认").first).to_be_visible()

    worker.goto("/councils/resolutions/")
    worker.get_by_role("link", name="去确认").click()
    worker.get_by_role("button", name="确认办成").click()
    worker.goto("/councils/new/")
    worker.get_by_label("时间").fill(_when(9))
    worker.get_by_role("button", name="安排").click()
    last = worker.locator("#last")
    expect(last).to_contain_text("东门划12个停车位")
    expect(last).to_contain_text("已办成")
