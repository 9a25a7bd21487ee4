"""Four questions per page: works, refuses the wrong role, hides other places,
refuses the wrong method. And how many queries it takes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import local, now
from baodao.orders.tests.make import order_in
from baodao.orders.tests.make import place as place_order
from baodao.people.tests.make import World, world
from baodao.places import services
from baodao.places.models import Household, LocalDay, Pause, Place, Setting

pytestmark = pytest.mark.django_db
MOST = 16


@pytest.fixture
def w() -> World:
    return world()


# page → (route arguments from the world, who opens it, who is refused and how)
PAGES = {
    "places:browse": ((), "community_worker", {"anonymous": 404, "audit_admin": 404}),
    "places:detail": (("estate",), "grid_worker", {"outsider": 404, "other_grid_worker": 404}),
    "places:search": ((), "community_worker", {}),
    "places:add": (("community",), "community_worker", {"grid_worker": 404, "outsider": 404, "member": 403}),
    "places:add_official": (("street",), "township_party", {"practice_center": 403, "outsider": 404}),
    "places:edit": (("grid",), "community_secretary", {"grid_worker": 403, "outsider": 404}),
    "places:estate": (("estate",), "community_worker", {"grid_worker": 403, "outsider": 404}),
    "places:close": (("second_grid",), "community_worker", {"unit_secretary": 403, "outsider": 404}),
    "places:household_add": (("building",), "grid_worker", {"county_org": 404, "outsider": 404, "member": 404}),
    "places:household": (("household",), "grid_worker", {"county_org": 404, "township_party": 404, "outsider": 404, "member": 404}),
    "places:household_edit": (("household",), "community_worker", {"county_org": 404, "other_grid_worker": 404}),
    "places:settings": ((), "community_worker", {"member": 404, "unit_secretary": 404}),
    "places:setting": (("orders.verify_days",), "county_org", {"community_worker": 403}),
    "places:calendar": ((), "community_worker", {"member": 404}),
    "places:pauses": ((), "community_worker", {"member": 404}),
}  # fmt: skip


def address(w: World, name: str) -> str:
    args = PAGES[name][0]
    return reverse(
        name, args=[getattr(w.places, a).pk if "." not in a else a for a in args]
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_page_opens_with_few_queries(
    w: World, name: str, django_assert_max_num_queries: Any
) -> None:
    client = w.client(PAGES[name][1])
    with django_assert_max_num_queries(MOST):
        answer = client.get(address(w, name))
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_refuses_who_has_no_business_there(w: World, name: str) -> None:
    for key, status in PAGES[name][2].items():
        answer = w.client(key).get(address(w, name))
        assert answer.status_code == status, key


@pytest.mark.parametrize("name", PAGES)
def test_the_page_refuses_a_wrong_method(w: World, name: str) -> None:
    assert w.client(PAGES[name][1]).delete(address(w, name)).status_code == 405


POSTS = {
    "places:point": "second_grid",
    "places:household_reveal": "household",
    "places:setting_remove": "orders.verify_days",
}


@pytest.mark.parametrize("name", POSTS)
def test_an_act_is_posted(w: World, name: str) -> None:
    arg = POSTS[name]
    arg = getattr(w.places, arg).pk if hasattr(w.places, arg) else arg
    assert w.client("county_org").get(reverse(name, args=[arg])).status_code == 405


def test_browsing_starts_at_ones_own_place_and_shows_no_other(w: World) -> None:
    page = w.client("township_party").get(reverse("places:browse")).content.decode()
    assert "森格社区" in page and "噶尔新村" not in page
    top = w.client("prefecture_org").get(reverse("places:browse")).content.decode()
    assert "噶尔县" in top and "日土县" in top


def test_an_empty_deployment_asks_for_its_province(w: World) -> None:
    # As if nothing were there: the tree itself cannot be deleted.
    Place.objects.update(valid_to=date(2026, 1, 1))
    url, admin = reverse("places:first"), w.client("system_admin")
    assert admin.get(reverse("places:browse"))["Location"] == url
    assert "还没有登记地方" in admin.get(url).content.decode()
    refused = admin.post(url, {"code": "1404", "name": "长治市"})
    assert refused.status_code == 422 and "请先加上级" in refused.content.decode()
    done = admin.post(url, {"code": "14", "name": "山西省"})
    assert done["Location"] == reverse(
        "places:detail", args=[Place.objects.get(code="14").pk]
    )
    assert w.client("county_org").get(url).status_code == 404
    assert admin.get(url).status_code == 404


def test_a_code_of_elsewhere_is_not_added_below_this_place(w: World) -> None:
    url = reverse("places:add_official", args=[w.places.street.pk])
    client = w.client("county_org")
    for code, sentence in (
        ("542524100009", "不是狮泉河镇的下一级"),
        ("12x", "代码应为"),
    ):
        page = client.post(url, {"code": code, "name": "新村"})
        assert page.status_code == 422 and sentence in page.content.decode()


def test_ones_own_place_is_closed_by_the_level_above(w: World) -> None:
    grid, community = w.places.second_grid, w.places.community
    client = w.client("community_worker")
    for place, may in ((grid, True), (community, False)):
        page = client.get(reverse("places:detail", args=[place.pk]))
        assert ("停用这个地方" in page.content.decode()) is may
    answer = client.post(
        reverse("places:close", args=[community.pk]), {"reason": "不要了"}
    )
    assert answer.status_code == 403


def test_household_numbers_are_for_the_community_only(w: World) -> None:
    url = reverse("places:detail", args=[w.places.building.pk])
    assert "户0312" in w.client("grid_worker").get(url).content.decode()
    assert "户0312" not in w.client("county_org").get(url).content.decode()
    assert "户0312" not in w.client("member").get(url).content.decode()


@pytest.mark.parametrize("text", ["森格", "sgsq", "senge", "542523100001"])
def test_search_finds_by_name_letters_and_code(w: World, text: str) -> None:
    page = w.client("county_org").get(reverse("places:search"), {"q": text})
    assert "森格社区" in page.content.decode()
    hidden = w.client("outsider").get(reverse("places:search"), {"q": text})
    assert "森格社区" not in hidden.content.decode()


def test_a_grid_is_added_from_the_page(w: World) -> None:
    client, url = (
        w.client("community_worker"),
        reverse("places:add", args=[w.places.community.pk]),
    )
    answer = client.post(url, {"level": "6", "name": "第五网格", "number": "5"})
    assert answer.status_code == 302
    assert Place.objects.get(name="第五网格").code == "542523100001-G005"
    again = client.post(url, {"level": "6", "name": "第五网格", "number": "5"})
    assert again.status_code == 422
    assert "已经有了" in again.content.decode() or "用过" in again.content.decode()


def test_official_places_estates_edits_and_closing_from_the_pages(w: World) -> None:
    street, estate, grid = (
        w.places.street.pk,
        w.places.estate.pk,
        w.places.second_grid.pk,
    )
    made = w.client("township_party").post(
        reverse("places:add_official", args=[street]),
        {"code": "542523100201", "name": "加木村"},
    )
    assert made.status_code == 302
    worker = w.client("community_worker")
    profile = {
        "built_year": "1990",
        "homes": "90",
        "elder_share": "44",
        "risks": ["fire_lane"],
    }
    assert (
        worker.post(reverse("places:estate", args=[estate]), profile).status_code == 302
    )
    profile["built_year"] = "1890"
    assert (
        worker.post(reverse("places:estate", args=[estate]), profile).status_code == 422
    )
    facts = {"name": "北网格", "population": "300", "households": "90"}
    assert worker.post(reverse("places:edit", args=[grid]), facts).status_code == 302
    close = reverse("places:close", args=[w.places.grid.pk])
    assert worker.post(close, {"reason": "并入"}).status_code == 422
    close = reverse("places:close", args=[grid])
    assert worker.post(close, {"reason": "并入"}).status_code == 302
    assert not Place.objects.filter(pk=grid, valid_to=None).exists()


@pytest.mark.req("A08")
def test_the_county_flags_a_contact_point_from_the_page(w: World) -> None:
    url = reverse("places:point", args=[w.places.second_grid.pk])
    w.client("county_org").post(url, {"on": "1"})
    assert Place.objects.get(pk=w.places.second_grid.pk).is_contact_point
    tied = w.client("county_org").post(
        reverse("places:point", args=[w.places.community.pk]), {"on": "0"}, follow=True
    )
    assert "1个单位联系森格社区" in tied.content.decode()
    assert w.client("community_worker").post(url, {"on": "0"}).status_code == 403


def test_a_household_is_masked_until_a_purpose_is_chosen(w: World) -> None:
    client = w.client("grid_worker")
    url = reverse("places:household", args=[w.places.household.pk])
    page = client.get(url).content.decode()
    for private in ("13889970312", "赵阿姨", "301"):
        assert private not in page
    reveal = reverse("places:household_reveal", args=[w.places.household.pk])
    assert client.post(reveal, {}).status_code == 302
    assert not Event.objects.filter(action="households.reveal").exists()
    shown = client.post(reveal, {"purpose": "visit"})
    assert "13889970312" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    after = client.get(url).content.decode()
    assert "13889970312" not in after and "上门走访" in after and "次仁" in after
    assert w.client("county_org").post(reveal, {"purpose": "visit"}).status_code == 404


def test_a_household_is_registered_and_changed_from_the_pages(w: World) -> None:
    client = w.client("grid_worker")
    url = reverse("places:household_add", args=[w.places.building.pk])
    data = {
        "number": "",
        "call_name": "李大爷",
        "phone": "13900000009",
        "language": "bo",
    }
    made = client.post(url, data)
    row = Household.objects.get(number="0313")
    assert made["Location"] == reverse("places:household", args=[row.place_id])
    edit = reverse("places:household_edit", args=[row.place_id])
    client.post(edit, {"language": "zh", "focus": ["elder"], "phone": ""})
    row.refresh_from_db()
    assert (row.language, row.phone, row.focus) == ("zh", "13900000009", ["elder"])
    assert client.post(url, {**data, "number": "312"}).status_code == 422


def test_settings_are_set_and_handed_back_with_a_reason(w: World) -> None:
    client = w.client("county_org")
    url = reverse("places:setting", args=["orders.verify_days"])
    assert client.post(url, {"value": "0", "reason": "x"}).status_code == 422
    assert client.post(url, {"value": "1", "reason": ""}).status_code == 422
    assert client.post(url, {"value": "1", "reason": "本县从严"}).status_code == 302
    page = w.client("community_worker").get(reverse("places:settings")).content.decode()
    assert "1个工作日" in page and "本县从严" in page and "噶尔县" in page
    remove = reverse("places:setting_remove", args=["orders.verify_days"])
    client.post(remove, {"reason": "按地区办"})
    assert Setting.objects.get().removed
    days = reverse("places:setting", args=["calendar.weekdays"])
    assert (
        client.post(days, {"value": ["0", "1", "2"], "reason": "牧忙"}).status_code
        == 302
    )
    far = f"{url}?place={w.places.far_community.pk}"
    assert client.post(far, {"value": "1", "reason": "x"}).status_code == 404


def test_the_calendar_shows_make_up_days_and_takes_local_ones(w: World) -> None:
    client = w.client("county_org")
    url = reverse("places:calendar") + "?year=2026"
    page = client.get(url).content.decode()
    assert page.count("<small>班</small>") >= 4
    data = {"day": "2026-08-10", "kind": "holiday", "name": "望果节"}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 422
    assert "望果节" in w.client("community_worker").get(url).content.decode()
    day = LocalDay.objects.get()
    remove = reverse("places:day_remove", args=[day.pk])
    assert w.client("community_worker").post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert w.client("community_worker").post(url, data).status_code in (403, 404)


def test_a_pause_is_opened_and_ended_from_the_page(w: World) -> None:
    client, url = w.client("township_party"), reverse("places:pauses")
    start = f"{local(now()):%Y-%m-%dT%H:%M}"
    bad = {"start": start, "end": "2026-11-22T10:00", "reason": "大雪封路"}
    assert client.post(url, bad).status_code == 422
    good = {"start": start, "end": "", "reason": "大雪封路"}
    asked = client.post(url, good)
    assert asked.status_code == 200 and "先不暂停" in asked.content.decode()
    assert not Pause.objects.exists()
    assert client.post(url, {**good, "sure": "1"}).status_code == 302
    below = w.client("community_secretary").get(url).content.decode()
    assert "大雪封路" in below and "正在暂停" in below
    pause = Pause.objects.get()
    end = reverse("places:pause_end", args=[pause.pk])
    assert w.client("community_secretary").post(end).status_code == 404
    assert client.post(end).status_code == 302
    assert Pause.objects.get().end is not None


def test_a_pause_says_how_many_orders_stop_before_anybody_stops_them(w: World) -> None:
    order_in("dispatched", w, at=now() - timedelta(days=30))
    place_order(w)
    client, url = w.client("county_org"), reverse("places:pauses")
    url += f"?place={w.places.street.pk}"
    begin = now() - timedelta(hours=20)
    good = {"start": f"{local(begin):%Y-%m-%dT%H:%M}", "end": "", "reason": "大雪封路"}
    page = client.post(url, good).content.decode()
    assert "2 单在计时" in page and "其中 1 单已经超时，超时照常算" in page
    old = {**good, "start": f"{local(now() - timedelta(days=30)):%Y-%m-%dT%H:%M}"}
    refused = client.post(url, {**old, "sure": "1"})
    assert refused.status_code == 422 and "24小时以前" in refused.content.decode()
    assert not Pause.objects.exists()


def test_a_long_list_is_paged(w: World) -> None:
    for n in range(30):
        services.add_place(
            actor=w.actors["community_worker"], parent_id=w.places.community.id,
            level=6, name=f"第{n}组", number=100 + n,
        )  # fmt: skip
    url = reverse("places:detail", args=[w.places.community.pk])
    page = w.client("community_worker").get(url, {"page": "2"}).content.decode()
    assert "26–32，共 32" in page
