"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities import lists
from baodao.activities.models import Activity, Carrier, Venue
from baodao.activities.tests.make import (
    confirmed,
    finished,
    planned,
    published,
    signed,
    soon,
)
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"activities:{name}", args=args), query)


def see(w: World, key: str, name: str, *args: Any, **query: str) -> str:
    answer = get(w, key, name, *args, **query)
    assert answer.status_code == 200, (key, name, answer.status_code)
    return str(answer.content.decode())


def post(w: World, key: str, route: str, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"activities:{route}", args=args), data)


def form(w: World, **more: Any) -> dict[str, Any]:
    """The planning form as a browser sends it."""
    start = local(soon())
    return {
        "title": "清扫象雄小区", "place": w.places.community.pk, "channel": "residence",
        "start_at": f"{start:%Y-%m-%dT09:00}", "end_at": f"{start:%Y-%m-%dT11:00}",
        "joint_type": "environment", "occasion": "daily", "carriers": ["party_day"],
        **more,
    }  # fmt: skip


# --- works ----------------------------------------------------------------------------


@pytest.mark.req("A16", "L27")
def test_a_worker_plans_an_activity_and_a_paper_sheet_becomes_records(w: World) -> None:
    assert "计划一场活动" in see(w, "community_worker", "new")
    done = post(w, "community_worker", "new", **form(w, publish="1"))
    it = Activity.objects.get()
    assert done["Location"] == reverse("activities:detail", args=[it.pk])
    assert it.state == "published" and it.carriers == ["party_day"]
    page = see(w, "community_worker", "detail", it.pk)
    assert "清扫象雄小区" in page and "主题党日" in page and "还没有人报名" in page
    signed(w, it, "member")
    paper = see(w, "community_worker", "sheet", it.pk)
    assert "活动签到表" in paper and "张伟" in paper and "1380000" not in paper
    Activity.objects.filter(pk=it.pk).update(
        start_at=it.start_at - timedelta(days=4), end_at=it.end_at - timedelta(days=4)
    )
    it.refresh_from_db()
    assert "记名单" in see(w, "community_worker", "list", tab="due")
    part = it.parts.get()
    data = {
        "start_at": f"{local(it.start_at):%Y-%m-%dT%H:%M}",
        "end_at": f"{local(it.end_at):%Y-%m-%dT%H:%M}",
        f"p-{part.pk}-state": "attended", "names": "杨帆", "residents": "6",
        "on_paper": "on", "result": "扫了两条巷子。",
    }  # fmt: skip
    wrong = post(
        w, "community_worker", "attendance", it.pk, **data | {"names": "无此人"}
    )
    assert wrong.status_code == 422 and "没有找到“无此人”" in wrong.content.decode()
    assert post(w, "community_worker", "attendance", it.pk, **data).status_code == 302
    page = see(w, "community_worker", "detail", it.pk)
    assert "等别人确认" in page and ">确认名单<" not in page
    assert ">确认名单<" in see(w, "community_secretary", "detail", it.pk)
    post(w, "community_secretary", "act", it.pk, "confirm", reason="")
    assert sorted(Record.objects.values_list("minutes", flat=True)) == [120, 120]
    page = see(w, "community_secretary", "detail", it.pk)
    assert "2条服务记录" in page and "按纸质签到表补录" in page


def test_what_has_taken_place_is_planned_and_goes_on_to_its_list(w: World) -> None:
    day = f"{local(clock_now() - timedelta(days=2)):%Y-%m-%d}"
    done = post(w, "community_worker", "new", **form(
        w, start_at=f"{day}T09:00", end_at=f"{day}T11:00"
    ))  # fmt: skip
    it = Activity.objects.get()
    assert done["Location"] == reverse("activities:attendance", args=[it.pk])


def test_the_list_stands_by_what_has_to_be_done_and_filters_live_in_the_address(
    w: World,
) -> None:
    coming = published(w, title="读书会", joint_type="culture")
    waiting = finished(w, title="除雪")
    page = see(w, "community_secretary", "list")
    assert "读书会" in page and "除雪" not in page
    assert "除雪" in see(w, "community_secretary", "list", tab="waiting")
    assert "读书会" in see(w, "community_secretary", "list", joint="culture", q="读书")
    assert "没有找到合条件的活动" in see(
        w, "community_secretary", "list", joint="party"
    )
    for tab in ("due", "done", "cancelled"):
        assert "这一栏现在是空的" in see(w, "community_secretary", "list", tab=tab)
    assert f"a-{waiting.pk}" not in see(w, "community_secretary", "list")
    assert f"a-{coming.pk}" in see(
        w, "community_secretary", "list", q=f"活 {coming.no}"
    )


@pytest.mark.req("A18")
def test_the_month_shows_days_off_and_turns_its_pages(w: World) -> None:
    it = published(w, title="读书会")
    month = f"{local(it.start_at):%Y-%m}"
    assert "读书会" in see(w, "community_worker", "month", month=month)
    page = see(w, "community_worker", "month", month="2026-02")
    assert ">休<" in page and ">班<" in page and "这个月还没有活动" in page
    assert "month=2026-01" in page and "month=2026-03" in page
    assert see(w, "community_worker", "month", month="nonsense")


def test_a_member_signs_up_and_cancels_with_one_tap(w: World) -> None:
    it = published(w, slots=1)
    assert "有 1 场活动可以报名" in see(w, "member", "mine")
    for _ in range(2):
        post(w, "member", "act", it.pk, "sign_up", client_id="m1")
    assert it.parts.get().state == "signed_up"
    assert "您已报名" in see(w, "member", "detail", it.pk)
    assert "您报了 1 场活动" in see(w, "member", "mine", tab="mine")
    assert "报满了，排候补" in see(w, "neighbour", "mine")
    post(w, "neighbour", "act", it.pk, "sign_up")
    post(w, "member", "act", it.pk, "withdraw")
    assert it.parts.get(member=w.members.neighbour).state == "signed_up"
    page = see(w, "member", "detail", it.pk)
    assert "杨帆" not in page


@pytest.mark.req("L28")
def test_a_unit_signs_up_a_group_from_one_page(w: World) -> None:
    it = published(w)
    page = see(w, "unit_secretary", "group", it.pk)
    assert "张伟" in page and "杨帆" not in page
    assert post(w, "unit_secretary", "group", it.pk).status_code == 422
    team = [str(w.members.member.pk), str(w.members.colleague.pk)]
    post(w, "unit_secretary", "group", it.pk, members=team)
    assert it.parts.filter(state="signed_up", by_unit=True).count() == 2
    assert "陈静" in see(w, "unit_secretary", "group", it.pk, q="cj")
    # A unit sees its own people on somebody else's list, no others.
    lists.sign_up(
        actor=w.actors["neighbour"], activity_id=it.pk,
        member_id=w.members.neighbour.pk,
    )  # fmt: skip
    seen = see(w, "unit_secretary", "detail", it.pk)
    assert "张伟" in seen and "杨帆" not in seen


def test_a_unit_plans_at_its_contact_point_and_the_community_confirms(w: World) -> None:
    page = see(w, "unit_secretary", "new")
    assert "森格社区" in page and "噶尔新村" not in page
    elsewhere = form(w, place=w.places.other_community.pk)
    assert post(w, "unit_secretary", "new", **elsewhere).status_code == 422
    post(w, "unit_secretary", "new", **form(w, channel="unit"))
    it = Activity.objects.get()
    assert it.state == "draft" and it.unit == w.units.unit
    assert get(w, "member", "detail", it.pk).status_code == 404
    assert get(w, "other_unit_secretary", "detail", it.pk).status_code == 404
    assert "还没有发布" in see(w, "unit_secretary", "detail", it.pk)
    post(w, "unit_secretary", "edit", it.pk, **form(w, title="改了名字"))
    post(w, "unit_secretary", "act", it.pk, "publish")
    assert "改了名字" in see(w, "member", "mine")


def test_steps_with_a_reason_say_what_is_missing(w: World) -> None:
    it = published(w)
    answer = post(w, "community_worker", "act", it.pk, "cancel")
    assert answer.status_code == 422 and "这里还没有填" in answer.content.decode()
    post(w, "community_worker", "act", it.pk, "cancel", reason="大雪封路")
    assert "大雪封路" in see(w, "community_worker", "detail", it.pk)
    done = confirmed(w)
    post(w, "community_secretary", "act", done.pk, "correct", reason="记错了")
    done.refresh_from_db()
    assert done.state == "finished"
    post(w, "community_secretary", "act", done.pk, "send_back", reason="再看看")
    done.refresh_from_db()
    assert done.state == "published"


@pytest.mark.req("A14")
def test_a_venue_is_open_when_it_says_and_takes_one_activity_at_a_time(
    w: World,
) -> None:
    assert "还没有登记场地" in see(w, "community_worker", "venues")
    hours = {
        "opens": "09:00",
        "closes": "12:00",
        "weekdays": [str(n) for n in range(7)],
    }
    words = {"name": "森格实践站", "kind": "station", "capacity": "30"}
    wrong = hours | {"closes": "08:00"}
    assert post(w, "community_worker", "venue_new", **words, **wrong).status_code == 422
    post(w, "community_worker", "venue_new", **words, **hours)
    venue = Venue.objects.get()
    again = post(w, "community_worker", "venue_new", **words, **hours)
    assert again.status_code == 422 and "已经有这个名称" in again.content.decode()
    assert "每天 09:00–12:00" in see(w, "community_worker", "venues", q="实践站")
    at = {"venue_id": str(venue.pk)}
    post(w, "community_worker", "new", **form(w, **at))
    late = post(w, "community_worker", "new", **form(
        w, **at, start_at=form(w)["end_at"].replace("11:00", "12:30"),
        end_at=form(w)["end_at"].replace("11:00", "13:30"),
    ))  # fmt: skip
    assert "开放。请换个时间" in late.content.decode()
    post(w, "community_worker", "act", Activity.objects.get().pk, "publish")
    second = post(w, "community_worker", "new", **form(w, **at, title="另一场"))
    other = Activity.objects.get(title="另一场") if second.status_code == 302 else None
    clash = post(w, "community_worker", "act", other.pk, "publish") if other else second
    assert "场地已有别的活动" in clash.content.decode()
    full = post(w, "community_worker", "new", **form(w, **at, slots="31"))
    assert "能容纳30人" in full.content.decode()
    post(w, "community_worker", "venue", venue.pk, **words, **hours, retired="on")
    assert "停用" in see(w, "community_worker", "venues")
    assert get(w, "outsider", "venue", venue.pk).status_code == 404


@pytest.mark.req("L35")
def test_a_local_carrier_is_offered_below_and_an_activity_counts_once_in_each(
    w: World,
) -> None:
    post(w, "county_org", "carrier_new", name="新晋邻", note="党建品牌")
    brand = Carrier.objects.get()
    assert "新晋邻" in see(w, "community_worker", "new")
    assert "新晋邻" not in see(w, "outsider", "new")
    confirmed(w, carriers=["party_day", brand.code])
    page = see(w, "community_worker", "carriers")
    assert page.count("1 场") == 2
    done = see(w, "community_secretary", "list", tab="done", carrier=brand.code)
    assert "办过 1 场活动" in done
    post(w, "county_org", "carrier", brand.pk, name="新晋邻", retired="on")
    assert "新晋邻" not in see(w, "community_worker", "new")
    assert get(w, "far_county_org", "carrier", brand.pk).status_code == 404


def test_lists_can_be_taken_along(w: World) -> None:
    published(w, title="读书会")
    for code, key in (("activities", "community_worker"), ("venues", "community_worker"),
                      ("activities_month", "county_org"), ("activities_mine", "member")):  # fmt: skip
        url = reverse("sheets:export", args=[code])
        answer: Any = w.client(key).post(url, {"kind": "csv"})
        assert answer.status_code == 200
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert code == "venues" or "读书会" in text, code


# --- refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "status"), [
    ("outsider", 404), ("other_community_worker", 404), ("member", 403),
    ("grid_worker", 403), ("county_org", 403), ("anonymous", 404),
    ("system_admin", 403),
])  # fmt: skip
def test_only_the_host_and_the_place_keep_the_list(
    w: World, key: str, status: int
) -> None:
    it = published(w)
    for name in ("attendance", "sheet", "edit"):
        assert get(w, key, name, it.pk).status_code == status, name
    assert post(w, key, "act", it.pk, "cancel", reason="x").status_code == status


def test_methods_and_unknown_steps_are_refused(w: World) -> None:
    it = planned(w)
    assert get(w, "community_worker", "act", it.pk, "publish").status_code == 405
    assert post(w, "community_worker", "act", it.pk, "archive").status_code == 404
    assert post(w, "community_worker", "list").status_code == 405
    assert get(w, "member", "list").status_code == 302
    assert get(w, "community_worker", "mine").status_code == 403
    assert get(w, "community_worker", "group", it.pk).status_code == 403


def test_a_grid_worker_sees_what_is_on_in_the_community(w: World) -> None:
    it = published(w)
    assert it.title in see(w, "grid_worker", "list")
    assert it.title not in see(w, "other_grid_worker", "list")


def test_residents_read_what_they_may_come_to_without_an_account(w: World) -> None:
    published(w, title="义诊", public=True, phone="0897-2821234")
    published(w, title="支部大会")
    url = reverse("portal:whats_on")
    page = w.client().get(url, {"place": w.places.community.code}).content.decode()
    assert "义诊" in page and "0897-2821234" in page and "支部大会" not in page
    far = w.client().get(url, {"place": w.places.far_community.code})
    assert "近期没有公开的活动" in far.content.decode()
    assert w.client().post(url).status_code == 405


@pytest.mark.req("A18")
def test_the_month_names_the_festivals_that_are_kept_here(w: World) -> None:
    page = see(w, "community_worker", "month", month="2026-02")
    assert "藏历新年" in page and "春节" in page
