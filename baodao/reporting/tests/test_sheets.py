"""Report-ins as tables: the member is found, the place judged, the community's word
taken from the community alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.people import services as people
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.reporting import services
from baodao.reporting.models import ReportIn
from baodao.reporting.sheets import REPORT_INS
from baodao.reporting.tests.make import accepted, home
from baodao.sheets import blank, exports
from baodao.sheets.frames import read
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.runs import checked, fixed, found, outcome, said, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def rows(w: World, *given: dict[str, Any], by: str = "community_worker") -> ImportRun:
    """A checked run of rows given by heading."""
    heads = list(dict.fromkeys(key for row in given for key in row))
    table = [heads, *([row.get(h, "") for h in heads] for row in given)]
    return checked(w.actors[by], "report_ins", table)


HOME = {"姓名": "陈静", "单位": "地区住建局", "渠道": "居住地", "报到地": "森格社区",
        "报到日期": "2026.3.1", "意向岗位": "助老助残岗", "可服务时间": "周末白天"}  # fmt: skip


@pytest.mark.req("A09", "L06")
def test_a_row_reports_in_what_the_form_reports_in(w: World) -> None:
    worker = w.actors["community_worker"]
    run = rows(w, HOME)
    assert outcome(run) == (1, 0, 0, 0), said(run)
    written(worker, run)
    by_row = ReportIn.objects.get(member=w.members.newcomer)
    by_form = home(
        w, "colleague", actor=worker, method="import", now=by_row.clock_from,
        reported_on=by_row.reported_on, channel="residence",
    )  # fmt: skip
    assert _columns(by_row)["state"] == "submitted"
    skip = (
        "member_id",
        "receipt_no",
        "skills",
        "posts",
        "service_classes",
        "availability",
    )
    mine, theirs = _columns(by_row), _columns(by_form)
    assert {k: v for k, v in mine.items() if k not in skip} == {
        k: v for k, v in theirs.items() if k not in skip
    }
    assert by_row.posts == ["care"] and by_row.availability == ["weekend_day"]
    assert int(by_form.receipt_no) == int(by_row.receipt_no) + 1
    (event,) = events_of(by_row.pk)
    assert (event.action, event.on_behalf_of) == ("reporting.submit", "党员本人")


def _columns(it: ReportIn) -> dict[str, Any]:
    skip = {"id", "created_at", "version"}
    return {
        f.attname: getattr(it, f.attname)
        for f in it._meta.fields
        if f.attname not in skip
    }


def test_the_community_takes_in_by_the_table_what_it_takes_in_by_hand(w: World) -> None:
    worker = w.actors["community_worker"]
    run = written(worker, rows(w, {**HOME, "社区已接收": "是", "特长": "驾驶"}))
    assert run.state == "loaded"
    it = ReportIn.objects.get(member=w.members.newcomer)
    assert (it.state, it.confirmed_on, it.due_at) == ("active", today(), None)
    assert it.reconfirm_due and it.reconfirm_due > today()
    member = Member.objects.get(pk=w.members.newcomer.pk)
    assert member.residence == w.places.community and member.skills == ["driving"]
    assert [e.action for e in events_of(it.pk)] == [
        "reporting.submit",
        "reporting.accept",
    ]
    assert [e.action for e in events_of(member.pk)] == ["members.set_place"]
    # What was handed in before is taken in by the same table.
    assert outcome(rows(w, {**HOME, "社区已接收": "是"})) == (0, 0, 1, 0)


def test_a_table_takes_in_what_waits(w: World) -> None:
    it = home(w)
    assert outcome(rows(w, HOME)) == (0, 0, 1, 0)
    run = rows(w, {**HOME, "社区已接收": "是"})
    assert outcome(run) == (0, 1, 0, 0)
    written(w.actors["community_worker"], run)
    it.refresh_from_db()
    assert it.state == "active"


def test_nobody_but_the_community_takes_in(w: World) -> None:
    run = rows(w, {**HOME, "社区已接收": "是"}, by="unit_secretary")
    assert "由那里的社区来做" in said(run, "accept")
    other = {**HOME, "报到地": "噶尔新村"}
    assert "不在您负责的范围" in said(rows(w, other), "place")


def test_the_units_point_is_taken_when_there_is_only_one(w: World) -> None:
    row = {"志愿者编号": w.members.newcomer.volunteer_no, "渠道": "单位联系点"}
    run = written(w.actors["unit_secretary"], rows(w, row, by="unit_secretary"))
    assert run.state == "loaded"
    it = ReportIn.objects.get(member=w.members.newcomer)
    assert (it.channel, it.point) == ("unit", w.places.community)


def test_a_place_that_is_no_point_of_the_unit_is_refused(w: World) -> None:
    row = {
        "志愿者编号": w.members.neighbour.volunteer_no,
        "渠道": "单位联系点",
        "报到地": "森格社区",
    }
    assert "不是您单位的联系点" in said(rows(w, row), "place")


def test_a_newcomer_is_found_in_the_whole_county_and_a_stranger_is_not(
    w: World,
) -> None:
    neighbour = {
        "姓名": "杨帆",
        "单位": "噶尔县卫生健康委员会",
        "渠道": "居住地",
        "报到地": "森格社区",
    }
    phone = {"姓名": "杨帆", "手机号": w.members.neighbour.person.phone, "渠道": "居住地",
             "报到地": "森格社区"}  # fmt: skip
    far = {
        "姓名": "黄磊",
        "手机号": w.members.far.person.phone,
        "渠道": "居住地",
        "报到地": "森格社区",
    }
    run = rows(w, neighbour, far)
    assert outcome(run) == (1, 0, 0, 1) and "没有找到这名党员" in said(run, "name")
    assert outcome(rows(w, phone)) == (1, 0, 0, 0)


def test_two_of_one_name_are_asked(w: World) -> None:
    people.add_member(
        actor=w.actors["unit_secretary"], name="陈静", unit_id=w.units.unit.id
    )
    run = rows(w, HOME)
    (finding,) = found(run, "name")
    assert finding.tone == "ask"
    answer = str(w.members.newcomer.pk)
    run = fixed(w.actors["community_worker"], run, finding.fix(choice=answer))
    assert outcome(run) == (1, 0, 0, 0)


def test_who_reported_elsewhere_moves_by_a_transfer_not_by_a_table(w: World) -> None:
    accepted(w, home(w))
    run = rows(w, {**HOME, "报到地": "藏布社区"}, by="second_community_worker")
    assert "已在森格社区" in said(run, "place") and "转出" in said(run, "place")


def test_what_is_wrong_with_a_row_is_said(w: World) -> None:
    tomorrow = today() + timedelta(days=1)
    run = rows(
        w, {**HOME, "渠道": ""}, {**HOME, "报到日期": tomorrow}, {**HOME, "报到地": ""},
        {"渠道": "居住地", "报到地": "森格社区"}, {**HOME, "单位": "没有的单位"}, HOME, HOME,
        {**HOME, "渠道": "网上"},
    )  # fmt: skip
    sentences = said(run)
    for part in (
        "没写渠道", "不能在今天以后", "没写报到地", "没写是谁", "没有找到这个单位",
        "同一个人、同一个渠道", "没有这一项",
    ):  # fmt: skip
        assert part in sentences, part


def test_retired_members_report_at_home_only(w: World) -> None:
    Member.objects.filter(pk=w.members.newcomer.pk).update(duty_status="retired")
    unit = {**HOME, "渠道": "单位联系点"}
    assert "已退休" in said(rows(w, unit), "channel")
    assert outcome(rows(w, HOME)) == (1, 0, 0, 0)


def test_exported_report_ins_of_members_read_back_without_a_change(w: World) -> None:
    accepted(w, home(w))
    services.submit_member(
        actor=w.actors["member"], member_id=w.members.member.id, channel="residence",
        place_id=w.places.community.id,
    )  # fmt: skip
    for tab, n in (("active", 1), ("waiting", 1)):
        request = RequestFactory().post(f"/?tab={tab}&subject=member")
        request.actor = w.actors["community_worker"]  # type: ignore[attr-defined]
        answer = exports.answer(request, "report_ins", "csv")
        data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        run = checked(w.actors["community_worker"], "report_ins", data, "导出.csv")
        assert outcome(run) == (0, 0, n, 0), said(run)


def test_the_blank_sheet_reads_back_as_a_table_without_rows(w: World) -> None:
    data = blank.workbook(REPORT_INS, w.actors["community_worker"])
    frame = read(REPORT_INS, data, "空表.xlsx")
    assert len(frame) == 0 and set(frame.layout.at) == {
        c.name for c in REPORT_INS.columns
    }


def test_queries_do_not_grow_with_the_rows(
    w: World, django_assert_max_num_queries: Any
) -> None:
    secretary, worker = w.actors["unit_secretary"], w.actors["community_worker"]
    names = [f"新人{i}" for i in range(60)]
    roster = [["姓名", "单位"], *([n, "地区住建局"] for n in names)]
    written(secretary, checked(secretary, "members", roster))
    with django_assert_max_num_queries(45):
        run = rows(w, *({**HOME, "姓名": n, "社区已接收": "是"} for n in names))
        written(worker, run)
    assert ReportIn.objects.filter(state="active").count() == 60
