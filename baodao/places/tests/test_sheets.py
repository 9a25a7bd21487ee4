"""Places and households as tables (domain 3.1, 9.1)."""

from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.people.tests.make import World, world
from baodao.places import services
from baodao.places.models import Estate, Household, Place
from baodao.places.sheets import HOUSEHOLDS, PLACES, refs
from baodao.sheets import blank, exports
from baodao.sheets.cells import Unclear
from baodao.sheets.frames import read
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.runs import checked, fixed, found, outcome, said, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _run(w: World, sheet: str, rows: Any, by: str) -> ImportRun:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    table = [heads, *([row.get(h, "") for h in heads] for row in rows)]
    return checked(w.actors[by], sheet, table)


def places(w: World, *rows: dict[str, Any], by: str = "county_org") -> ImportRun:
    return _run(w, "places", rows, by)


def homes(w: World, *rows: dict[str, Any], by: str = "community_worker") -> ImportRun:
    return _run(w, "households", rows, by)


# --- how a cell names a place -------------------------------------------------------


def test_a_place_is_named_by_code_by_name_or_with_what_lies_above(w: World) -> None:
    actor, grid = w.actors["county_org"], w.places.grid
    words = [
        "542523100001",
        "542523100001-g3",
        "森格社区",
        "狮泉河镇 森格社区",
        "昆莎乡·噶尔新村",
    ]
    spots = refs.look_up(actor, words, [5, 6])
    found_ids = [spots.find(word).id for word in words]
    here, there = w.places.community.id, w.places.other_community.id
    assert found_ids == [here, grid.id, here, here, there]


def test_namesakes_are_named_with_their_parents_to_choose_from(w: World) -> None:
    spots = refs.look_up(w.actors["county_org"], ["第一网格"], [6])
    with pytest.raises(Unclear) as unclear:
        spots.find("第一网格")
    assert "2个“第一网格”" in unclear.value.message
    assert ("542523100001-G001", "森格社区 第一网格") in unclear.value.options
    assert (
        refs.look_up(w.actors["county_org"], ["噶尔新村 第一网格"], [6])
        .find("噶尔新村 第一网格")
        .id
        == w.places.other_grid.id
    )


def test_places_out_of_sight_are_not_found(w: World) -> None:
    for word in ("542524100201", "日土村"):
        spots = refs.look_up(w.actors["county_org"], [word], [5])
        with pytest.raises(Unclear, match="可能不在您负责的范围"):
            spots.find(word)


# --- places ---------------------------------------------------------------------------


@pytest.mark.req("A08", "L29")
def test_a_county_comes_in_with_all_that_lies_below_it_in_any_order(w: World) -> None:
    rows: list[dict[str, Any]] = [
        {
            "代码": 542523101001.0,
            "名称": "新一社区居委会",
            "人口": "1,200",
            "联系点": "是",
        },
        {"上级代码": "542523101001", "层级": "网格", "名称": "第一网格"},
        {"上级代码": "542523101001", "层级": "网格", "名称": "第二网格", "联系点": "√"},
        {"代码": "542523101", "名称": "新镇"},
        {"代码": "542523101001-E7", "名称": "象雄花园"},
        {"上级代码": "542523101001-E007", "层级": "楼栋", "名称": "3号楼"},
    ]
    run = places(w, *rows)
    assert outcome(run) == (6, 0, 0, 0), said(run)
    written(w.actors["county_org"], run)
    community = Place.objects.get(code="542523101001")
    assert (community.name, community.official_name) == ("新一社区", "新一社区居委会")
    assert community.population == 1200 and community.is_contact_point
    assert community.kind == "neighbourhood" and community.parent == Place.objects.get(
        name="新镇"
    )
    grids = Place.objects.filter(parent=community, level=6).order_by("code")
    assert [(g.code, g.is_contact_point) for g in grids] == [
        ("542523101001-G001", False), ("542523101001-G002", True),
    ]  # fmt: skip
    estate = Place.objects.get(code="542523101001-E007")
    assert Estate.objects.filter(place=estate, path=estate.path).exists()
    assert Place.objects.get(name="3号楼").code == "542523101001-E007-B01"
    assert [e.action for e in events_of(community.pk)] == ["places.add", "places.point"]
    # Once more: everything is there already.
    assert outcome(places(w, *rows)) == (0, 0, 6, 0)


def test_a_place_by_row_is_a_place_by_form(w: World) -> None:
    org = w.actors["county_org"]
    written(
        org, places(w, {"代码": "542523100003", "名称": "甲社区居委会", "人口": 10})
    )
    services.add_official_place(
        actor=org, code="542523100004", name="乙社区居委会", population=10
    )
    rows: list[dict[str, Any]] = [
        {f.attname: getattr(p, f.attname) for f in Place._meta.fields}
        for p in Place.objects.filter(code__in=["542523100003", "542523100004"])
    ]
    for row in rows:
        for name in (
            "id",
            "created_at",
            "code",
            "path",
            "official_name",
            "name",
            "pinyin",
        ):
            del row[name]
    assert rows[0] == rows[1]


def test_facts_change_and_names_are_compared_as_people_say_them(w: World) -> None:
    community, org = w.places.community, w.actors["county_org"]
    same = {"代码": community.code, "名称": "森格社区居委会", "人口": 4200}
    assert outcome(places(w, same)) == (0, 0, 1, 0)
    written(org, places(w, {**same, "人口": 4300, "公开电话": "0897-2820000"}))
    community.refresh_from_db()
    assert (community.population, community.phone) == (4300, "08972820000")
    assert community.name == "森格社区"


def test_what_is_wrong_with_a_place_is_said(w: World) -> None:
    rows: list[dict[str, Any]] = [
        {"代码": "5425231", "名称": "错码"},
        {"代码": "542523105001", "名称": "没有上级"},
        {"代码": "542524100202", "名称": "别的县"},
        {"代码": "542523100001-H0001", "名称": "住户"},
        {"代码": "542523100001-G003", "名称": "第三网格", "联系点": "否"},
        {"名称": "没代码"},
        {"代码": "542523100005", "名称": "新社区"},
        {"代码": "542523100005", "名称": "又一个"},
        {"代码": "542523100009", "名称": ""},
    ]
    run = places(w, *rows)
    assert outcome(run) == (1, 0, 0, 8)
    sentences = said(run)
    for part in (
        "代码应为", "还没有上级542523105", "不在您负责的范围", "住户请用住户表", "取消联系点",
        "没写代码", "和第8行是同一个地方", "没写名称",
    ):  # fmt: skip
        assert part in sentences, part


def test_a_worker_adds_grids_of_her_own_community_and_no_contact_points(
    w: World,
) -> None:
    row = {"上级代码": w.places.community.code, "层级": "网格", "名称": "第九网格"}
    assert outcome(places(w, row, by="community_worker")) == (1, 0, 0, 0)
    run = places(w, {**row, "联系点": "是"}, by="community_worker")
    assert "由组织部门来定" in said(run, "point")
    other = {**row, "上级代码": w.places.other_community.code}
    assert "不在您负责的范围" in said(places(w, other, by="community_worker"))


def test_a_closed_code_is_not_used_again(w: World) -> None:
    grid = w.places.second_grid
    services.close_place(actor=w.actors["county_org"], place_id=grid.id, reason="并入")
    run = places(w, {"代码": grid.code, "名称": grid.name})
    assert "以前用过" in said(run, "code")


# --- households ---------------------------------------------------------------------------


HOME = {"所在地": "象雄小区 1号楼", "户号": 313.0, "称呼": "德吉", "住处": "2单元302",
        "电话": 13889970313.0, "重点人群": "老人、残疾", "语言": "藏语", "牧区": "否"}  # fmt: skip


def test_a_household_by_row_is_sealed_like_one_by_form(w: World) -> None:
    worker = w.actors["community_worker"]
    run = homes(w, HOME)
    assert outcome(run) == (1, 0, 0, 0)
    written(worker, run)
    home = Household.objects.get(number="0313")
    assert home.place.code == f"{w.places.building.code}-H0313"
    assert (home.call_name, home.address, home.phone) == (
        "德吉",
        "2单元302",
        "13889970313",
    )
    assert (home.focus, home.language, home.remote) == (
        ["elder", "disabled"],
        "bo",
        False,
    )
    assert home.place.name == "户0313" and home.place.parent == w.places.building
    assert [e.action for e in events_of(home.pk)] == ["households.add"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT call_name, phone FROM places_household WHERE number = '0313'"
        )
        assert all("德吉".encode() not in bytes(c) for c in cursor.fetchone())
    assert outcome(homes(w, HOME)) == (0, 0, 1, 0)


def test_a_household_is_found_by_its_number_in_the_community(w: World) -> None:
    run = homes(w, {"所在地": "森格社区", "户号": "0312", "语言": "汉语、藏语都可以"})
    assert outcome(run) == (0, 1, 0, 0)
    assert "所在地不在这里改" in said(run, "place")
    written(w.actors["community_worker"], run)
    assert Household.objects.get(number="0312").language == "zh_bo"
    # The same number in the next community is another household.
    other = {"所在地": "噶尔新村", "户号": "0312"}
    assert outcome(homes(w, other, by="other_community_worker")) == (1, 0, 0, 0)


def test_what_is_sealed_is_not_read_out_by_a_check(w: World) -> None:
    run = homes(w, {"所在地": "象雄小区 1号楼", "户号": "0312", "电话": "13800009999"})
    assert outcome(run) == (0, 1, 0, 0)
    assert "13889970312" not in run.findings and "13800009999" not in run.findings


def test_only_the_own_community_enters_households(w: World) -> None:
    run = homes(w, {"所在地": "542523200202", "户号": "1"})
    assert "可能不在您负责的范围" in said(run, "place")
    with pytest.raises(Exception, match="没有找到"):
        homes(w, HOME, by="county_org")


def test_numbers_names_and_ambiguous_places_of_households_are_checked(w: World) -> None:
    run = homes(
        w, {**HOME, "户号": ""}, {**HOME, "户号": "12345"}, HOME, HOME, {**HOME, "户号": "²"},
        {**HOME, "户号": "20", "称呼": "德吉 540102199001011239"},
    )  # fmt: skip
    sentences = said(run)
    for part in ("没写户号", "4位以内", "和第4行是同一户", "身份证号"):
        assert part in sentences, part
    assert outcome(run) == (2, 0, 0, 4)


def test_a_place_chosen_on_the_page_mends_all_equal_rows(w: World) -> None:
    for n in (1, 2):
        services.add_place(
            actor=w.actors["community_worker"], parent_id=w.places.grid.id, level=7,
            name=f"小区{n}",
        )  # fmt: skip
    estates = Place.objects.filter(level=7, name__startswith="小区")
    for estate in estates:
        services.add_place(
            actor=w.actors["community_worker"],
            parent_id=estate.pk,
            level=8,
            name="5号楼",
        )
    run = homes(w, *({"所在地": "5号楼", "户号": n} for n in (41, 42, 43)))
    (finding,) = found(run, "place")
    assert finding.n == 3 and len(finding.options) == 2
    code = finding.options[0][0]
    run = fixed(w.actors["community_worker"], run, finding.fix(choice=code))
    assert outcome(run) == (3, 0, 0, 0)


# --- out again ------------------------------------------------------------------------------


def _exported(w: World, code: str, by: str, query: str) -> str:
    request = RequestFactory().post(f"/?{query}")
    request.actor = w.actors[by]  # type: ignore[attr-defined]
    answer = exports.answer(request, code, "csv")
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_households_leave_by_number_area_and_language_only(w: World) -> None:
    query = f"place={w.places.building.pk}&level=9"
    text = _exported(w, "places", "community_worker", query)
    assert text.splitlines()[1:] == ["户号,所在地,语言", "0312,1号楼,汉语"]
    for private in ("赵阿姨", "13889970312", "301", "老年人"):
        assert private not in text


def test_exported_places_read_back_without_a_change(w: World) -> None:
    text = _exported(w, "places", "county_org", f"place={w.places.community.pk}")
    run = checked(w.actors["county_org"], "places", text.encode(), "导出.csv")
    new, update, same, bad = outcome(run)
    assert (new, update, bad) == (0, 0, 0) and same == 2, said(run)


@pytest.mark.parametrize("sheet", [PLACES, HOUSEHOLDS])
def test_the_blank_sheet_reads_back_as_a_table_without_rows(
    w: World, sheet: Any
) -> None:
    frame = read(
        sheet, blank.workbook(sheet, w.actors["community_worker"]), "空表.xlsx"
    )
    assert len(frame) == 0 and set(frame.layout.at) == {c.name for c in sheet.columns}


def test_queries_do_not_grow_with_the_rows(
    w: World, django_assert_max_num_queries: Any
) -> None:
    def rows(n: int, first: int) -> list[dict[str, Any]]:
        return [{**HOME, "户号": first + i} for i in range(n)]

    with django_assert_max_num_queries(30):
        written(w.actors["community_worker"], homes(w, *rows(2, 400)))
    with django_assert_max_num_queries(30):
        written(w.actors["community_worker"], homes(w, *rows(200, 1000)))
    assert Event.objects.filter(action="households.add").count() == 202
