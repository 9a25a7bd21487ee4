"""Journey: an activity from the plan to confirmed records, the list taken from paper
(A16, A18; domain 8.35)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from baodao.activities.models import Activity
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.people.tests.make import World
from baodao.records.models import Record
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A16", "L27", "L35")
def test_an_activity_is_planned_and_its_paper_list_becomes_records(
    open_as: Open, w: World
) -> None:
    desk = open_as("community_worker", "/home/")
    steps.open_menu(desk, "活动")
    desk.get_by_role("link", name="计划活动").first.click()
    day = local(clock_now() + timedelta(days=1))
    desk.get_by_label("活动名称").fill("清扫象雄小区")
    desk.get_by_label("开始").fill(f"{day:%Y-%m-%dT09:00}")
    desk.get_by_label("结束").fill(f"{day:%Y-%m-%dT11:00}")
    desk.get_by_label("五联类别").select_option(label="环境卫生联保")
    desk.get_by_role("checkbox", name="三会一课").check()
    desk.get_by_role("button", name="发布", exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("还没有人报名")

    member = open_as("member", "/activities/my/", size="phone")
    member.get_by_role("button", name="我要报名").click()
    expect(member.get_by_role("heading", name="您报了 1 场活动")).to_be_visible()

    # The day has passed.
    it = Activity.objects.get()
    back = timedelta(days=2)
    Activity.objects.filter(pk=it.pk).update(
        start_at=it.start_at - back, end_at=it.end_at - back
    )
    desk.reload()
    desk.get_by_role("link", name="打印签到表").click()
    expect(desk.get_by_role("main")).to_contain_text("张伟")
    desk.goto(f"/activities/{it.pk}/")
    desk.get_by_role("link", name="记名单").click()
    desk.get_by_label("补上没报名就来的党员").fill("杨帆\n5425-900002")
    desk.get_by_label("按纸质签到表补录").check()
    desk.get_by_role("button", name="交名单").click()
    expect(desk.get_by_role("main")).to_contain_text("等别人确认")
    assert not Record.objects.exists()

    secretary = open_as("community_secretary", "/home/")
    steps.open_menu(secretary, "活动")
    secretary.get_by_role("link", name="待确认").click()
    secretary.get_by_role("link", name="确认名单").click()
    secretary.get_by_role("button", name="确认名单").click()
    expect(secretary.get_by_role("main")).to_contain_text("3条服务记录")
    minutes = Record.objects.filter(kind="activity").values_list("minutes", flat=True)
    assert list(minutes) == [120, 120, 120]
