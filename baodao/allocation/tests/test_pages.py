"""The pages: works, refuses the wrong role, hides other places, refuses the wrong
method; and they say in words what the plan would do."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.allocation.models import AllocationPlan
from baodao.allocation.tests.make import pair_of, plan
from baodao.people import services as people
from baodao.people.models import ContactTie
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
MOST = 20


@pytest.fixture
def w() -> World:
    return world()


def see(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"allocation:{name}", args=args), query)
    assert answer.status_code == 200, name
    return str(answer.content.decode())


PAGES = ("index", "new", "layout", "plan", "units", "recompute", "commit", "drop", "print",
         "override")  # fmt: skip
POST_ONLY = ("undo", "lock", "unlock")


def address(name: str, it: AllocationPlan, w: World) -> str:
    if name in ("index", "new", "layout"):
        return reverse(f"allocation:{name}")
    pk = pair_of(it, w.units.loose).pk
    of_pair = name == "override" or name in POST_ONLY
    return reverse(f"allocation:{name}", args=[pk if of_pair else it.pk])


@pytest.mark.parametrize("name", PAGES)
def test_the_page_opens_with_few_queries_and_only_for_its_desk(
    w: World, name: str, django_assert_max_num_queries: Any
) -> None:
    url = address(name, plan(w, "county_org"), w)
    client = w.client("county_org")
    with django_assert_max_num_queries(MOST):
        assert client.get(url).status_code == 200
    assert w.client("prefecture_org").get(url).status_code == 200
    for key in ("community_secretary", "unit_secretary", "member", "anonymous"):
        assert w.client(key).get(url).status_code == 404, key
    if name not in ("index", "new", "layout"):
        assert w.client("far_county_org").get(url).status_code == 404
        assert w.client("far_county_org").post(url).status_code in (404, 405)
    assert client.put(url).status_code == 405


@pytest.mark.parametrize("name", POST_ONLY)
def test_small_acts_take_a_post_of_the_right_desk(w: World, name: str) -> None:
    url = address(name, plan(w, "county_org"), w)
    assert w.client("county_org").get(url).status_code == 405
    for key in ("far_county_org", "community_secretary", "anonymous"):
        assert w.client(key).post(url).status_code == 404, key


@pytest.mark.req("A07", "A08")
def test_from_the_draft_to_the_committed_plan_without_scripts(w: World) -> None:
    client = w.client("county_org")
    assert "还没有试算过" in see(client, "index")
    new = reverse("allocation:new")
    data = {"name": "2027 年度", "place": w.places.district.pk, "least": 1, "most": 4,
            "function": 40, "near": 25, "load": 15, "living": 10, "stay": 15,
            "by_need": 30}  # fmt: skip
    assert client.post(new, {**data, "most": 0}).status_code == 422
    assert (
        client.post(new, {**data, "place": w.places.far_street.pk}).status_code == 422
    )
    assert client.post(new, data).status_code == 302
    it = AllocationPlan.objects.get()
    page = see(client, "plan", it.pk)
    assert "预览，尚未生效" in page and "1 家不动" in page and "2 家调整" in page
    assert "为什么把县卫健委分到这里" in page and "职能补缺" in page
    shown = see(client, "plan", it.pk, at=w.places.other_community.pk)
    assert "供电公司" in shown and "转走" in shown
    pair = pair_of(it, w.units.loose)
    override = reverse("allocation:override", args=[pair.pk])
    ask = see(client, "override", pair.pk)
    assert "第三网格" in ask and "森格社区" in ask and "为什么换" in ask
    assert client.post(override, {"point": "x", "reason": "要"}).status_code == 422
    chosen = {"point": str(w.places.community.pk), "reason": "已经对接好"}
    assert client.post(override, {**chosen, "reason": ""}).status_code == 422
    assert client.post(override, {"point": "other", "reason": "要"}).status_code == 422
    assert client.post(override, chosen).status_code == 302
    assert "人工固定在这里：已经对接好" in see(client, "plan", it.pk, pair=pair.pk)
    assert "已经对接好" in see(client, "units", it.pk, show="fixed")
    recompute = reverse("allocation:recompute", args=[it.pk])
    assert client.post(recompute, {**data, "stay": 5}).status_code == 302
    assert "扣 5" in see(client, "plan", it.pk)
    ask = see(client, "commit", it.pk)
    assert "家单位换联系点，今天生效？" in ask
    commit = reverse("allocation:commit", args=[it.pk])
    it.refresh_from_db()
    assert client.post(commit, {"version": 1}).status_code == 409
    assert client.post(commit, {"version": it.version}).status_code == 302
    assert ContactTie.objects.get(unit=w.units.loose).point == w.places.community
    assert "已生效" in see(client, "plan", it.pk)
    assert client.get(override).status_code == 409
    assert client.get(commit).status_code == 200
    assert client.post(commit).status_code == 409


def test_an_old_plan_says_what_changed_and_what_to_do(w: World) -> None:
    client, it = w.client("county_org"), plan(w, "county_org")
    people.add_unit(
        actor=w.actors["county_org"], name="噶尔县水利局", kind="organ",
        seat_id=w.places.community.id,
    )  # fmt: skip
    for name in ("plan", "units", "commit"):
        page = see(client, name, it.pk)
        assert "试算以后新增了1个单位" in page and "重新试算" in page
    refused = client.post(reverse("allocation:commit", args=[it.pk]))
    assert refused.status_code == 409
    assert "试算以后新增了1个单位" in refused.content.decode()


def test_lists_are_filtered_by_the_address(w: World) -> None:
    client, it = w.client("prefecture_org"), plan(w)
    everything = see(client, "units", it.pk)
    assert "日土县教育局" in everything and "噶尔县卫生健康委员会" in everything
    moved = see(client, "units", it.pk, show="moved")
    assert "噶尔县卫生健康委员会" in moved and "日土县教育局" not in moved
    county = see(client, "units", it.pk, county=w.places.other_district.path)
    assert "日土县教育局" in county and "国网阿里供电公司" not in county
    assert "国网阿里供电公司" in see(client, "units", it.pk, q="gwal")
    nofit = see(client, "units", it.pk, show="nofit")
    assert "日土县教育局" in nofit and "噶尔县卫生健康委员会" not in nofit
    assert "没有符合条件的单位" in see(client, "units", it.pk, show="none")
    points = see(client, "plan", it.pk, show="moved")
    assert "第三网格" in points and "日土村" not in points
    assert "没有符合条件的联系点" in see(client, "plan", it.pk, show="empty")
    assert "日土村" in see(client, "plan", it.pk, q="rtc")


def test_a_draft_is_dropped_and_only_read_from_then_on(w: World) -> None:
    client, it = w.client("county_org"), plan(w, "county_org")
    assert client.post(reverse("allocation:drop", args=[it.pk])).status_code == 302
    assert "已放弃" in see(client, "index")
    page = see(client, "plan", it.pk)
    assert "换一个联系点" not in page and "让方案生效" not in page


@pytest.mark.req("A35")
def test_the_layout_shows_what_is_covered_and_what_is_missing_in_code_order(
    w: World,
) -> None:
    client = w.client("prefecture_org")
    page = see(client, "layout")
    assert "3 家单位联系 4 个点，1 个点没有单位" in page
    assert page.index("狮泉河镇") < page.index("昆莎乡") < page.index("日土镇")
    street = see(client, "layout", at=w.places.street.code)
    assert "狮泉河镇的联系点" in street and "没有单位" in street
    assert "缺医疗、民政、消防" in street
    paper = see(client, "layout", print=1)
    assert "双报到布局表" in paper and "县教育局" in paper
    only = see(client, "layout", county=w.places.other_district.path)
    assert "日土镇" in only and "狮泉河镇" not in only
    it = plan(w)
    planned = see(client, "layout", plan=it.pk)
    assert "4 家单位联系 4 个点" in planned and "预览，尚未生效" in planned
    mine = see(w.client("county_org"), "layout")
    assert "噶尔县" in mine and "日土县" not in mine
    far = reverse("allocation:layout")
    assert w.client("county_org").get(far, {"plan": str(it.pk)}).status_code == 404
    elsewhere = {"county": w.places.other_district.path}
    assert w.client("county_org").get(far, elsewhere).status_code == 404


@pytest.mark.req("A08")
def test_units_without_point_and_points_without_unit_are_counted_and_linked(
    w: World,
) -> None:
    page = see(w.client("county_org"), "index")
    assert "没有联系点的单位" in page and "1 家" in page
    assert "没有单位的联系点" in page and "1 个" in page
    assert reverse("people:units") + "?tie=none" in page


def test_the_paper_says_that_it_is_a_draft(w: World) -> None:
    it = plan(w)
    paper = see(w.client("prefecture_org"), "print", it.pk)
    assert "【预览，尚未生效】" in paper and "<u>供电公司</u>" in paper
