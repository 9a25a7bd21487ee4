"""Members and units as tables: whom a row means, what it changes, who may."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import RequestFactory

from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.people import services
from baodao.people.models import Member, PartyOrg, Person, Unit
from baodao.people.sheets import MEMBERS, UNITS
from baodao.people.tests.make import World, world
from baodao.sheets import blank, exports
from baodao.sheets.fixes import Fix
from baodao.sheets.frames import read
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.files import text
from baodao.sheets.tests.runs import checked, fixed, found, outcome, said, written

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
CODE = "11540000MB00001A9Y"


@pytest.fixture
def w() -> World:
    return world()


def members(w: World, *rows: dict[str, Any], by: str = "unit_secretary") -> ImportRun:
    """A checked run of rows given by heading."""
    return _run(w, "members", rows, by)


def units(w: World, *rows: dict[str, Any], by: str = "county_org") -> ImportRun:
    return _run(w, "units", rows, by)


def _run(w: World, sheet: str, rows: Any, by: str) -> ImportRun:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    table = [heads, *([row.get(h, "") for h in heads] for row in rows)]
    return checked(w.actors[by], sheet, table)


NEW = {"姓名": "王小明", "手机号": "13811110001", "单位": "地区住建局"}


# --- members: new -----------------------------------------------------------------


@pytest.mark.req("A09")
def test_a_row_writes_what_the_form_writes(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    row = {**NEW, "特长": "藏语、家电维修", "服务类别": "助老", "可服务时间": "周末白天",
           "到本单位日期": "2019.7.1", "党组织": "地区住建局党支部"}  # fmt: skip
    written(secretary, members(w, row))
    done = services.add_member(
        actor=secretary, name="王小明", phone="13811110001", unit_id=w.units.unit.id,
        party_org_id=w.orgs["unit"].id, skills=["tibetan", "repair"], service_classes=["elder"],
        availability=["weekend_day"], joined_on=date(2019, 7, 1),
    )  # fmt: skip
    by_row, by_form = (
        _columns(m)
        for m in Member.objects.filter(person__name="王小明").order_by("volunteer_no")
    )
    assert by_row == by_form
    mine, theirs = (
        events_of(m.pk) for m in Member.objects.filter(person__name="王小明")
    )
    assert [(e.action, e.actor_role, e.path) for e in mine] == [
        (e.action, e.actor_role, e.path) for e in theirs
    ]
    assert done.id


def _columns(m: Member) -> dict[str, Any]:
    skip = {"id", "created_at", "volunteer_no", "person_id"}
    return {
        f.attname: getattr(row, f.attname)
        for row in (m, m.person) for f in row._meta.fields if f.attname not in skip
    }  # fmt: skip


def test_numbers_run_on_per_prefecture(w: World) -> None:
    services.add_member(
        actor=w.actors["unit_secretary"], name="先来", unit_id=w.units.unit.id
    )
    rows = [{**NEW, "手机号": f"1381111000{i}", "姓名": f"新人{i}"} for i in range(3)]
    written(w.actors["unit_secretary"], members(w, *rows))
    numbers = Member.objects.filter(person__name__startswith="新人")
    assert sorted(numbers.values_list("volunteer_no", flat=True)) == [
        "5425-000002", "5425-000003", "5425-000004",
    ]  # fmt: skip


def test_a_member_belongs_somewhere(w: World) -> None:
    run = members(
        w,
        {"姓名": "没单位", "类别": "在职党员"},
        {"姓名": "没社区", "类别": "社区党员"},
        {"姓名": "住这里", "类别": "社区党员", "居住社区": "森格社区"},
        by="community_worker",
    )
    assert outcome(run) == (1, 0, 0, 2)
    assert "在职党员要写单位" in said(run, "unit")
    assert "没有单位的要写居住社区" in said(run, "residence")
    written(w.actors["community_worker"], run, partly=True)
    member = Member.objects.get(person__name="住这里")
    assert member.residence == w.places.community and member.unit is None
    assert member.person.path == w.places.community.path


def test_each_row_is_judged_by_the_access_table(w: World) -> None:
    """A worker may import only what she might enter by hand."""
    rows = [
        {"姓名": "甲", "单位": "地区住建局"},
        {"姓名": "乙", "单位": "县卫健委"},
        {"姓名": "丙", "单位": "日土县教育局"},
    ]
    run = members(w, *rows)
    assert outcome(run) == (1, 0, 0, 2) and "可能不在您负责的范围" in said(run, "unit")
    # The worker sees both units of her community, by seat or by contact point.
    assert outcome(members(w, *rows, by="community_worker"))[0] == 2
    community = {"姓名": "丁", "类别": "社区党员", "居住社区": "噶尔新村"}
    run = members(w, community, by="community_worker")
    assert "不在您负责的范围" in said(run, "residence")


def test_similar_units_are_offered_for_one_that_is_not_known(w: World) -> None:
    run = members(w, {"姓名": "甲", "单位": "阿里地区住房城乡建设局"})
    (finding,) = found(run, "unit")
    assert [v for v, _ in finding.options] == ["阿里地区住房和城乡建设局"]


def test_namesakes_among_units_are_told_apart_by_their_seat(w: World) -> None:
    for seat in (w.places.community, w.places.other_community):
        services.add_unit(
            actor=w.actors["county_org"], name="派出所", kind="organ", seat_id=seat.id
        )
    run = members(w, {"姓名": "甲", "单位": "派出所"}, by="county_org")
    (finding,) = found(run, "unit")
    assert {v for v, _ in finding.options} == {
        "派出所（森格社区）",
        "派出所（噶尔新村）",
    }
    run = fixed(w.actors["county_org"], run, finding.fix(choice="派出所（噶尔新村）"))
    written(w.actors["county_org"], run)
    unit = Member.objects.get(person__name="甲").unit
    assert unit and unit.seat == w.places.other_community


def test_two_rows_of_one_person_are_an_error_and_a_shared_telephone_a_remark(
    w: World,
) -> None:
    run = members(w, NEW, NEW, {**NEW, "姓名": "李红"})
    assert outcome(run) == (2, 0, 0, 1)
    assert "和第2行是同一个人" in said(run, "name")
    assert "两个人都会登记" in said(run, "phone")


# --- members: which one is meant ---------------------------------------------------


def test_by_number_then_by_telephone_then_by_name_in_the_unit(w: World) -> None:
    newcomer, colleague = w.members.newcomer, w.members.colleague
    rows = [
        {"志愿者编号": newcomer.volunteer_no, "特长": "调解"},
        {"姓名": "刘洋", "手机号": colleague.person.phone, "特长": "调解"},
        {"姓名": "张伟", "单位": "地区住建局", "特长": "调解"},
    ]
    run = members(w, *rows)
    assert outcome(run) == (0, 3, 0, 0)
    written(w.actors["unit_secretary"], run)
    for member in (newcomer, colleague, w.members.member):
        member.refresh_from_db()
        assert member.skills == ["mediation"]
        assert events_of(member.pk)[-1].data["fields"] == ["skills"]


def test_only_what_differs_is_touched(w: World) -> None:
    """Blank cells and missing columns leave what is there."""
    member = w.members.member
    row = {"志愿者编号": member.volunteer_no, "姓名": "张伟", "特长": "水暖管道、家电维修",
           "可服务时间": "", "单位": "地区住建局", "手机号": member.person.phone}  # fmt: skip
    before = Event.objects.exclude(kind="sheets.importrun").count()
    run = members(w, row)
    assert outcome(run) == (0, 0, 1, 0)
    assert Event.objects.exclude(kind="sheets.importrun").count() == before
    run = members(w, {**row, "可服务时间": "中午"})
    assert [tuple(c) for c in _changes(run)] == [("可服务时间", "周末白天", "中午")]


def _changes(run: ImportRun) -> Any:
    from baodao.sheets.findings import Findings

    return Findings.parse(run.findings).changed[0].changes


def test_a_new_telephone_is_sealed_and_not_read_out(w: World) -> None:
    member = w.members.member
    run = members(w, {"志愿者编号": member.volunteer_no, "手机号": "13822220000"})
    assert _changes(run) == [["手机号", "有", "按表里的改"]]
    written(w.actors["unit_secretary"], run)
    person = Person.objects.get(pk=member.person_id)
    assert person.phone == "13822220000"
    assert person.phone_hash != member.person.phone_hash
    assert "13822220000" not in str(Event.objects.filter(object_id=person.pk).values())


def test_another_name_for_a_known_telephone_is_asked(w: World) -> None:
    phone = w.members.member.person.phone
    run = members(w, {**NEW, "手机号": phone})
    (finding,) = found(run, "name")
    assert finding.tone == "ask" and "张伟" in finding.message
    answers = [value for value, _ in finding.options]
    assert answers == [str(w.members.member.pk), "new"]
    secretary = w.actors["unit_secretary"]
    same = fixed(secretary, run, finding.fix(choice=answers[0]))
    assert outcome(same) == (0, 1, 0, 0) and _changes(same)[0] == [
        "姓名",
        "张伟",
        "王小明",
    ]
    other = fixed(secretary, same, finding.fix(choice="new"))
    assert outcome(other) == (1, 0, 0, 0)


def test_a_namesake_with_another_telephone_is_asked(w: World) -> None:
    run = members(w, {"姓名": "张伟", "手机号": "13833330000", "单位": "地区住建局"})
    (finding,) = found(run, "name")
    assert finding.tone == "ask" and "电话不一样" in finding.message
    secretary = w.actors["unit_secretary"]
    run = fixed(secretary, run, finding.fix(choice="new"))
    written(secretary, run)
    assert Member.objects.filter(person__name="张伟", unit=w.units.unit).count() == 2
    # With the telephone it is clear from now on; without it, it is asked again.
    again = members(w, {"姓名": "张伟", "手机号": "13833330000", "单位": "地区住建局"})
    assert outcome(again) == (0, 0, 1, 0)
    assert "2位张伟" in said(members(w, {"姓名": "张伟", "单位": "地区住建局"}), "name")


def test_somebody_out_of_sight_is_not_named_and_not_entered_twice(w: World) -> None:
    far = w.members.far.person
    run = members(w, {**NEW, "手机号": far.phone})
    assert "范围以外" in said(run, "phone") and far.name not in said(run)


def test_a_change_of_unit_is_asked_and_takes_the_person_along(w: World) -> None:
    org, member = w.actors["county_org"], w.members.neighbour
    row = {
        "志愿者编号": member.volunteer_no,
        "单位": "地区住建局",
        "到本单位日期": "2026-11-01",
    }
    run = members(w, row, by="county_org")
    (finding,) = found(run, "unit")
    assert [v for v, _ in finding.options] == ["move", "keep"]
    kept = fixed(org, run, finding.fix(choice="keep"))
    assert outcome(kept) == (0, 1, 0, 0)
    moved = written(org, fixed(org, kept, finding.fix(choice="move")))
    assert moved.state == "loaded"
    member.refresh_from_db()
    assert member.unit == w.units.unit and member.joined_on == date(2026, 11, 1)
    assert member.person.unit_id == w.units.unit.id
    actions = [e.action for e in events_of(member.pk)]
    assert actions == ["members.transfer"]


def test_a_worker_does_not_transfer(w: World) -> None:
    member = w.members.neighbour
    run = members(
        w,
        {"志愿者编号": member.volunteer_no, "单位": "地区住建局"},
        by="community_worker",
    )
    run = fixed(w.actors["community_worker"], run, Fix("unit", "2", choice="move"))
    assert "由原单位或组织部门" in said(run, "unit")


def test_where_somebody_lives_comes_from_the_report_in(w: World) -> None:
    row = {"志愿者编号": w.members.member.volunteer_no, "居住社区": "藏布社区"}
    run = members(w, row)
    assert outcome(run) == (0, 0, 1, 0) and "随报到更新" in said(run, "residence")


# --- a thousand rows ------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_the_rows(
    w: World, django_assert_max_num_queries: Any
) -> None:
    def rows(n: int, tag: str) -> list[dict[str, Any]]:
        return [
            {"姓名": f"{tag}{i}", "手机号": f"138{ord(tag) % 10}{i:07d}", "单位": "地区住建局",
             "党组织": "地区住建局党支部"} for i in range(n)
        ]  # fmt: skip

    with django_assert_max_num_queries(40):
        few = written(w.actors["unit_secretary"], members(w, *rows(2, "甲")))
    with django_assert_max_num_queries(40):
        many = written(w.actors["unit_secretary"], members(w, *rows(300, "乙")))
    assert (few.state, many.state) == ("loaded", "loaded")


# --- units ------------------------------------------------------------------------------


UNIT = {"单位名称": "阿里地区审计局", "性质": "机关", "隶属": "区直", "驻地": "森格社区",
        "职能": "财税金融", "在职党员数": "12", "统一社会信用代码": CODE}  # fmt: skip


@pytest.mark.req("A05")
def test_a_unit_by_row_is_a_unit_by_form(w: World) -> None:
    org = w.actors["county_org"]
    written(org, units(w, UNIT))
    unit = Unit.objects.get(name="阿里地区审计局")
    assert (unit.kind, unit.affiliation, unit.functions) == (
        "organ",
        "regional",
        ["finance"],
    )
    assert (unit.seat, unit.path) == (w.places.community, w.places.community.path)
    assert unit.uscc == CODE and unit.head_count == 12 and "shen ji" in unit.pinyin
    assert [e.action for e in events_of(unit.pk)] == ["units.add"]
    assert outcome(units(w, UNIT)) == (0, 0, 1, 0)


def test_a_unit_is_found_by_its_code_or_by_name_in_the_county(w: World) -> None:
    org = w.actors["county_org"]
    written(org, units(w, UNIT))
    renamed = {**UNIT, "单位名称": "阿里地区审计厅", "在职党员数": "15"}
    run = units(w, renamed)
    assert outcome(run) == (0, 1, 0, 0)
    written(org, run)
    unit = Unit.objects.get(uscc=CODE)
    assert (unit.name, unit.head_count) == (
        "阿里地区审计厅",
        15,
    ) and "ting" in unit.pinyin
    by_name = {
        "单位名称": "噶尔县卫生健康委员会",
        "驻地": "狮泉河镇 藏布社区",
        "性质": "机关",
    }
    run = units(w, by_name)
    assert outcome(run) == (0, 1, 0, 0)
    # The same name in another county is another unit.
    run = units(w, {**by_name, "驻地": "日土村"}, by="prefecture_org")
    assert outcome(run) == (1, 0, 0, 0)


def test_a_new_seat_takes_the_people_along(w: World) -> None:
    org, unit = w.actors["county_org"], w.units.other
    row = {"单位名称": unit.name, "驻地": "狮泉河镇 藏布社区", "性质": "机关"}
    written(org, units(w, row))
    path = w.places.second_community.path
    assert Unit.objects.get(pk=unit.pk).path == path
    assert Member.objects.get(pk=w.members.neighbour.pk).unit_path == path
    assert PartyOrg.objects.get(pk=w.orgs["other"].pk).path == path


def test_codes_are_checked_and_branches_told_apart(w: World) -> None:
    wrong = units(w, {**UNIT, "统一社会信用代码": CODE[:-1] + "X"})
    assert "最后一位应是" in said(wrong, "uscc")
    twice = units(w, UNIT, {**UNIT, "单位名称": "分局"})
    assert "分支机构请填分支号" in said(twice)
    branch = units(w, UNIT, {**UNIT, "单位名称": "分局", "分支号": "01"})
    assert outcome(branch) == (2, 0, 0, 0)


def test_a_secretary_changes_her_own_unit_and_adds_none(w: World) -> None:
    own = {"单位名称": w.units.unit.name, "在职党员数": "33"}
    run = units(w, own, UNIT, by="unit_secretary")
    assert outcome(run) == (0, 1, 0, 1) and "组织部门" in said(run, "seat")
    written(w.actors["unit_secretary"], run, partly=True)
    assert Unit.objects.get(pk=w.units.unit.pk).head_count == 33


def test_what_a_new_unit_lacks_is_said_by_column(w: World) -> None:
    run = units(w, {"单位名称": "新单位", "简称": "新"})
    assert {f.column for f in found(run)} == {"kind", "seat"}


# --- round trips -------------------------------------------------------------------------


def _exported(w: World, code: str, by: str) -> bytes:
    request = RequestFactory().post("/")
    request.actor = w.actors[by]  # type: ignore[attr-defined]
    answer = exports.answer(request, code, "csv")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("sheet", ["members", "units"])
def test_what_was_exported_reads_back_without_a_change(w: World, sheet: str) -> None:
    by = "prefecture_org"
    run = checked(w.actors[by], sheet, _exported(w, sheet, by), "导出.csv")
    new, update, same, bad = outcome(run)
    assert (new, update, bad) == (0, 0, 0), said(run)
    assert same == (5 if sheet == "members" else 4)


@pytest.mark.parametrize("sheet", [MEMBERS, UNITS])
def test_the_blank_sheet_reads_back_as_a_table_without_rows(
    w: World, sheet: Any
) -> None:
    actor: Actor = w.actors["county_org"]
    frame = read(sheet, blank.workbook(sheet, actor), "空表.xlsx")
    assert len(frame) == 0 and not frame.layout.left_out
    assert set(frame.layout.at) == {c.name for c in sheet.columns}


def test_a_csv_in_gb18030_with_formulas_from_an_export_is_read(w: World) -> None:
    rows = [["姓名", "单位", "手机号"], ["'=卓玛", "地区住建局", "'13811110009"]]
    data = text(rows, "gb18030")
    run = checked(w.actors["unit_secretary"], "members", data, "名册.csv")
    written(w.actors["unit_secretary"], run)
    assert Person.objects.get(name="=卓玛").phone == "13811110009"


def test_zero_characters_of_a_broken_export_do_no_harm(w: World) -> None:
    rows = [["姓名", "单位\0", "特长"], ["王\0小明", "地区住建局\0", "藏\0语"],
            ["李红", "地区住建局", "会修\0灯"]]  # fmt: skip
    run = checked(
        w.actors["unit_secretary"], "members", text(rows, "utf-8"), "名册.csv"
    )
    assert outcome(run) == (1, 0, 0, 1)
    written(w.actors["unit_secretary"], run, partly=True)
    assert Person.objects.filter(name="王小明").count() == 1
