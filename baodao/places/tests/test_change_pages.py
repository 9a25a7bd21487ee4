"""The pages of a change: draft, preview, correct, carry out; who may, what is hidden."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from baodao.core.clock import today
from baodao.core.ids import uuid7
from baodao.core.progress import telling
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World, world
from baodao.places.changes import services
from baodao.places.models import Place, PlaceChange
from baodao.places.tests.changing import REASON, carried_out, drafted, merge_counties

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def post(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, data, follow=True)


def text(page: Any) -> str:
    return re.sub(r"<[^>]+>|\s+", "", page.content.decode())


def seen(page: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    return found.group(1) if found else ""


def test_a_county_is_merged_from_the_pages_without_scripts(w: World) -> None:
    client = w.client("prefecture_org")
    far = w.places.other_district
    assert "区划调整" in text(client.get(f"/places/{far.pk}/"))
    page = post(client, f"/places/changes/new/?place={far.pk}", kind="merge")
    assert "预览，还没有执行" in text(page) and "请选并到哪里" in text(page)
    row = PlaceChange.objects.get()
    url = f"/places/changes/{row.pk}/"
    page = post(client, url, into="542523", on=today().isoformat(), reason="")
    assert "日土县并入噶尔县" in text(page) and "542523101" in page.content.decode()
    assert "1个单位的驻地或联系点" in text(page) and "还没有写依据" in text(page)
    assert not seen(page)
    page = post(client, url, into="542523", on=today().isoformat(), reason=REASON)
    page = post(client, f"{url}codes/", **{
        "code-542524100": "542523150", "was-542524100": "542523101",
    })  # fmt: skip
    assert "代码改好了" in text(page) and "542523150201" in page.content.decode()
    page = post(client, f"{url}start/", seen=seen(page))
    assert "已执行" in text(page) and "跟着走了的" in text(page)
    assert Place.objects.get(code="542523150").name == "日土镇"
    assert "日土县并入噶尔县" in text(client.get("/places/changes/?state=done"))
    assert "还没有区划调整" in text(client.get("/places/changes/?state=draft"))
    old = text(client.get(f"/places/{far.pk}/"))
    assert "已停用" in old and "现在是噶尔县" in old
    assert "噶尔县并入的日土县" in text(client.get("/places/search/?q=rtx"))
    assert "从哪里来日土县" in text(client.get(f"/places/{w.places.district.pk}/"))


def test_a_new_place_a_split_a_name_and_a_code_are_decided_on_the_page(
    w: World,
) -> None:
    client, day = w.client("county_org"), today().isoformat()
    street = w.places.street

    def begin(kind: str, place: Place) -> str:
        post(client, f"/places/changes/new/?place={place.pk}", kind=kind)
        newest = PlaceChange.objects.order_by("-created_at").first()
        assert newest
        return f"/places/changes/{newest.pk}/"

    url = begin("merge", street)
    page = post(
        client, url, into="new", also=["542523200"], code="542523101", name="狮昆镇",
        on=day, reason=REASON,
    )  # fmt: skip
    assert "狮泉河镇、昆莎乡合并为狮昆镇" in text(page)
    url = begin("split", street)
    page = post(
        client, url, code0="542523101", name0="藏布镇", keep="on", on=day, reason=REASON
    )
    assert "狮泉河镇析出藏布镇" in text(page) and "下级归哪一部分" in text(page)
    page = post(client, f"{url}assign/", **{"part-542523100002": "1"})
    assert "542523101002" in page.content.decode()
    page = post(client, f"{url}start/", seen=seen(page))
    assert Place.objects.get(code="542523101002").name == "藏布社区"
    url = begin("rename", w.places.other_street)
    page = post(client, url, name="昆莎镇", on=day, reason=REASON)
    assert "昆莎乡更名为昆莎镇，代码不变" in text(page)
    post(client, f"{url}start/", seen=seen(page))
    assert "原名昆莎乡" in text(client.get(f"/places/{w.places.other_street.pk}/"))
    assert "昆莎镇原名昆莎乡" in text(client.get("/places/search/?q=昆莎乡"))
    url = begin("recode", w.places.other_community)
    page = post(
        client,
        url,
        code="542523200001",
        name="噶尔新村社区居委会",
        on=day,
        reason=REASON,
    )
    assert "噶尔新村改为噶尔新村社区，代码变更" in text(page)


def test_what_does_not_fit_is_said_and_nothing_is_kept(w: World) -> None:
    client = w.client("county_org")
    row = drafted(w.actors["county_org"], "merge", "542523200", into="542523100")
    url, day = f"/places/changes/{row.pk}/", today().isoformat()
    page = client.post(url, {"into_code": "5425241", "on": day, "reason": REASON})
    assert page.status_code == 422 and "不是区划代码" in text(page)
    page = client.post(url, {"into_code": "542524100", "on": day, "reason": REASON})
    assert page.status_code == 422 and "管着双方的上级" in text(page)
    page = client.post(url, {"into": "542523100", "on": "", "reason": REASON})
    assert page.status_code == 422
    row.refresh_from_db()
    assert row.plan["into"] == "542523100"
    page = post(client, f"{url}codes/", **{
        "code-542523200202": "542523100001", "was-542523200202": "542523100202",
    })  # fmt: skip
    assert "已经用过" in text(page)
    page = post(client, f"{url}start/", seen="somethingelse")
    assert "再看一遍预览" in text(page) and not Place.objects.exclude(valid_to=None)
    late = drafted(
        w.actors["county_org"], "merge", "542523200", into="542523100",
        on=today() + timedelta(days=40),
    )  # fmt: skip
    assert "才生效，到了那一天再来执行" in text(
        client.get(f"/places/changes/{late.pk}/")
    )
    page = post(client, f"/places/changes/{late.pk}/drop/")
    assert "放弃了" in text(page)
    assert "这份草稿放弃了" in text(client.get(f"/places/changes/{late.pk}/"))


def test_changes_are_the_organisation_departments_and_hidden_elsewhere(
    w: World,
) -> None:
    row = drafted(w.actors["prefecture_org"], "merge", "542524", into="542523")
    own = drafted(w.actors["county_org"], "merge", "542523200", into="542523100")
    url = f"/places/changes/{row.pk}/"
    assert w.client("county_org").get(url).status_code == 404
    assert (
        w.client("far_county_org").get(f"/places/changes/{own.pk}/").status_code == 404
    )
    assert w.client("community_worker").get("/places/changes/").status_code == 403
    assert w.client("anonymous").get("/places/changes/").status_code == 404
    county = w.client("county_org")
    assert "昆莎乡并入狮泉河镇" in text(county.get("/places/changes/"))
    assert "日土县并入" not in text(county.get("/places/changes/"))
    grid = w.places.grid
    assert county.get(f"/places/changes/new/?place={grid.pk}").status_code == 200
    estate = w.places.estate
    assert county.get(f"/places/changes/new/?place={estate.pk}").status_code == 404
    assert county.get(f"/places/changes/{uuid7()}/").status_code == 404
    whole = w.places.district
    assert county.get(f"/places/changes/new/?place={whole.pk}").status_code in (
        403,
        404,
    )


def test_the_table_names_no_households(w: World) -> None:
    row = drafted(w.actors["county_org"], "merge", "542523100001", into="542523100002")
    page = w.client("county_org").get(f"/places/changes/{row.pk}/")
    assert "第三网格" in text(page) and "户0312" not in text(page)
    assert "1个住户" in text(page)
    done = carried_out(
        w.actors["county_org"], "merge", "542523100001", into="542523100002"
    )
    page = w.client("county_org").get(f"/places/changes/{done.pk}/")
    assert "第三网格" in text(page) and "户0312" not in text(page)


def test_a_big_change_says_how_far_it_has_come(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 1)
    client = w.client("prefecture_org")
    row = drafted(w.actors["prefecture_org"], "merge", "542524", into="542523")
    url = f"/places/changes/{row.pk}/"
    page = post(client, f"{url}start/", seen=seen(client.get(url)))
    assert "正在执行" in text(page)
    with telling(str(row.pk)) as tell:
        tell("个单位的驻地或联系点", 3, 14)
        assert "第3步，共14步：个单位的驻地或联系点" in text(client.get(url))
    services.give_up(
        actor=w.actors["system"], change_id=row.pk, why="这些地方刚刚有人改过。"
    )
    page = client.get(url)
    assert "上次没有执行成：这些地方刚刚有人改过。" in text(page) and seen(page)


def test_the_board_counts_in_todays_regions_or_as_recorded(w: World) -> None:
    order_in("closed", w)
    client = w.client()
    assert "按当时的" not in text(client.get("/?place=542523"))
    merge_counties(w)
    now = text(client.get("/?place=542523"))
    assert "区划：按现在的、按当时的" in now
    then = text(client.get("/?place=542523&regions=then"))
    assert "后来并入的：日土县" in then
    old = text(client.get("/?place=542524&regions=then&year=2025"))
    assert "日土县到" in old and "2025年提出的心愿" in old
    # An old address leads to what has taken the place over.
    assert "噶尔县" in text(client.get("/?place=542524"))


def test_coverage_offers_both_ways_and_stays_the_length_of_its_lists(w: World) -> None:
    client = w.client("prefecture_org")
    before = text(client.get("/report-ins/coverage/?place=542524"))
    assert "日土县应报到1人" in before
    merge_counties(w)
    page = text(client.get("/report-ins/coverage/?place=542523"))
    assert "噶尔县应报到5人" in page and "按当时的区划" in page
    listed = client.get(
        "/report-ins/coverage/?place=542523&channel=unit&reason=eligible"
    )
    assert "应报到5人" in text(listed)
    then = client.get("/report-ins/coverage/?place=542524&regions=then")
    assert "日土县应报到0人" in text(then)
    assert client.get("/report-ins/coverage/?place=542524").status_code == 404
    county = w.client("county_org")
    assert (
        county.get("/report-ins/coverage/?place=542524&regions=then").status_code == 200
    )
    assert (
        w.client("community_worker")
        .get("/report-ins/coverage/?place=542524&regions=then")
        .status_code
        == 404
    )


def test_an_order_that_is_over_names_the_place_as_it_was_called(w: World) -> None:
    closed = order_in("closed", w, at=datetime(2026, 6, 1, 2, tzinfo=UTC))
    still_open = order_in("submitted", w)
    county, code = w.actors["county_org"], w.places.grid.code
    carried_out(county, "rename", code, parts=[("", "红旗网格")])
    client = w.client("community_worker")
    assert "第三网格（现名红旗网格）" in text(client.get(f"/orders/{closed.pk}/"))
    page = text(client.get(f"/orders/{still_open.pk}/"))
    assert "红旗网格" in page and "现名" not in page
