"""What the product promises of the three lists."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.exchange import jobs
from baodao.exchange.lists import duties as quarterly
from baodao.exchange.lists import projects, queries, rules
from baodao.exchange.lists import services as s
from baodao.exchange.lists.plans import Said
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.exchange.tests.make import AT, published, resource
from baodao.notifications.models import Message
from baodao.people import services as people
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.reporting.tests.make import accepted, of_unit

pytestmark = pytest.mark.django_db
DAY = AT.date()


@pytest.fixture
def w() -> World:
    return world()


def _matched(w: World) -> ListProject:
    need, given = published(w), resource(w)
    return projects.match(
        actor=w.actors["community_worker"], needs=[need.id], resources=[given.id],
        title="周末课业辅导", due_on=DAY + timedelta(days=60), reason="类别相同", now=AT,
    )  # fmt: skip


@pytest.mark.req("L05", "L24")
def test_what_a_unit_wrote_at_report_in_goes_on_the_lists_once(w: World) -> None:
    accepted(w, of_unit(w))
    worker = w.actors["community_worker"]
    lines = list(queries.to_take_over(w.places.community.path))
    assert [i.title for i in lines] == ["党员活动场地", "会议室", "工程师"]
    need, room = (s.take_over(actor=worker, item_id=i.id, now=AT) for i in lines[:2])
    assert isinstance(need, Need) and isinstance(room, Resource)
    assert (need.state, need.unit_id) == ("confirmed", w.units.unit.id)
    assert (room.kind, room.state, room.quantity) == ("venue", "available", "1 间")
    with pytest.raises(Conflict), transaction.atomic():
        s.take_over(actor=worker, item_id=lines[0].id, now=AT)
    assert queries.to_take_over(w.places.community.path).count() == 1
    with pytest.raises(NotFound):
        s.take_over(actor=w.actors["outsider"], item_id=lines[2].id, now=AT)


@pytest.mark.req("L24")
def test_needs_come_from_both_sides_and_a_units_is_looked_at_first(w: World) -> None:
    said = Said("给年轻干部锻炼岗位", "party")
    place = w.places.community.id
    own = s.add_need(
        actor=w.actors["unit_secretary"], place_id=place, said=said,
        unit_id=w.units.unit.id, now=AT,
    )  # fmt: skip
    theirs = s.add_need(
        actor=w.actors["community_worker"], place_id=place, said=said, now=AT
    )
    assert (own.state, theirs.state) == ("draft", "confirmed")
    with pytest.raises(Forbidden):
        s.confirm_need(actor=w.actors["unit_secretary"], pk=own.id, now=AT)
    with pytest.raises(Invalid):
        s.add_need(
            actor=w.actors["community_worker"], place_id=place, now=AT,
            said=Said("找张三 13900000000", "party"),
        )  # fmt: skip


@pytest.mark.req("L26")
def test_a_project_is_made_of_a_need_and_a_resource_with_its_reasons(w: World) -> None:
    need, given = published(w), resource(w)
    found = queries.suggestions(need)
    assert found[0].resource.id == given.id
    assert "类别相同" in found[0].reasons and "辅导" in found[0].reasons
    project = _matched(w)
    row = Need.objects.get(id=project.needs[0])
    assert (row.state, project.unit_ids) == ("matched", [w.units.unit.id])
    with pytest.raises(Conflict):
        projects.match(
            actor=w.actors["community_worker"], needs=[row.id], resources=[given.id],
            title="再来一次", due_on=DAY + timedelta(days=9), now=AT,
        )  # fmt: skip


@pytest.mark.req("L26")
def test_a_project_runs_to_acceptance_and_the_unit_gets_its_record(w: World) -> None:
    project = _matched(w)
    unit, worker = w.actors["unit_liaison"], w.actors["community_worker"]
    projects.start(actor=unit, pk=project.id, now=AT)
    projects.finish(actor=unit, pk=project.id, result="辅导了 8 次", now=AT)
    with pytest.raises(Forbidden):
        projects.accept(actor=unit, pk=project.id, now=AT)
    projects.send_back(actor=worker, pk=project.id, note="还差两次", now=AT)
    assert Need.objects.get(id=project.needs[0]).state == "in_progress"
    projects.finish(actor=unit, pk=project.id, result="辅导了 10 次", now=AT)
    projects.accept(actor=worker, pk=project.id, now=AT)
    assert Need.objects.get(id=project.needs[0]).state == "closed"
    record = Record.objects.get(source_id=project.id)
    assert (record.kind, record.unit_id) == ("resource", w.units.unit.id)
    assert record.confirmed_by == worker.person_id


def test_a_project_that_comes_to_nothing_puts_its_need_back_on_the_list(
    w: World,
) -> None:
    """Domain 8.13: what was withdrawn or cancelled counts for nobody."""
    project = _matched(w)
    projects.cancel(
        actor=w.actors["unit_secretary"], pk=project.id, note="人手不够", now=AT
    )
    assert Need.objects.get(id=project.needs[0]).state == "published"
    assert not Record.objects.exists()


@pytest.mark.req("L25")
def test_a_resource_is_never_booked_twice_for_one_time(w: World) -> None:
    given = resource(w)
    worker = w.actors["community_worker"]
    start, end = AT + timedelta(days=2), AT + timedelta(days=2, hours=3)
    one = s.book(
        actor=worker, resource_id=given.id, start_at=start, end_at=end, purpose="辅导",
        now=AT,
    )  # fmt: skip
    with pytest.raises(Conflict):
        s.book(
            actor=worker, resource_id=given.id, start_at=start + timedelta(hours=1),
            end_at=end, purpose="开会", now=AT,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.bulk_create(
            [Booking(resource=given, unit_id=one.unit_id, place_id=one.place_id,
                     path=one.path, purpose="x", start_at=start, end_at=end)]
        )  # fmt: skip
    after = s.book(
        actor=worker, resource_id=given.id, start_at=end, end_at=end + timedelta(hours=1),
        purpose="紧接着", now=AT,
    )  # fmt: skip
    assert after.nth == 1
    s.reserve(actor=w.actors["unit_liaison"], pk=one.id, now=AT)
    with pytest.raises(Conflict):
        s.use(actor=worker, pk=one.id, now=AT)
    s.use(actor=worker, pk=one.id, now=end)
    record = Record.objects.get(source_id=one.id)
    assert (record.kind, record.confirmed_by) == ("resource", worker.person_id)


def test_two_of_a_kind_can_be_booked_at_the_same_time(w: World) -> None:
    given = resource(w, count=2)
    words: dict[str, Any] = {
        "start_at": AT + timedelta(days=1),
        "end_at": AT + timedelta(days=2),
    }
    worker = w.actors["community_worker"]
    nths = [
        s.book(actor=worker, resource_id=given.id, purpose="用", now=AT, **words).nth
        for _ in range(2)
    ]
    assert nths == [1, 2]
    with pytest.raises(Conflict):
        s.book(actor=worker, resource_id=given.id, purpose="用", now=AT, **words)


@pytest.mark.req("L26")
def test_what_nothing_is_found_for_grows_old_and_leaves_the_list(w: World) -> None:
    need = published(w)
    assert queries.waited(need, DAY + timedelta(days=40)) == "公布 40 天还没有对接"
    assert s.sweep(AT + timedelta(days=179)) == 0
    assert s.sweep(AT + timedelta(days=181)) == 1
    need.refresh_from_db()
    assert need.state == "expired"
    s.renew_need(
        actor=w.actors["community_worker"], pk=need.id, now=AT + timedelta(days=182)
    )


@pytest.mark.req("L24")
def test_a_quarter_is_frozen_once_and_stays_as_it_was(w: World) -> None:
    need = published(w)
    worker = w.actors["community_worker"]
    edition = projects.freeze(actor=worker, place_id=w.places.community.id, now=AT)
    assert edition.quarter == "2026-Q4"
    assert edition.rows["needs"][0][1] == need.title
    with pytest.raises(Conflict):
        projects.freeze(actor=worker, place_id=w.places.community.id, now=AT)
    s.withdraw_need(actor=worker, pk=need.id, now=AT)
    edition.refresh_from_db()
    assert len(edition.rows["needs"]) == 1


@pytest.mark.req("L24")
def test_every_unit_hands_its_lists_in_once_a_quarter(w: World) -> None:
    assert quarterly.owe(AT - timedelta(days=40)) == 3
    assert quarterly.owe(AT) == 0
    duty = Duty.objects.get(kind="lists", unit_id=w.units.unit.id)
    assert duty.title == "2026年第四季度的需求和资源清单"
    on = AT - timedelta(days=39)
    with pytest.raises(NotFound):
        quarterly.hand_in(actor=w.actors["far_unit_secretary"], duty_id=duty.id, now=on)
    quarterly.hand_in(actor=w.actors["unit_liaison"], duty_id=duty.id, now=on)
    duty.refresh_from_db()
    assert duty.state == "confirmed"


@pytest.mark.req("L24")
def test_units_are_told_once_what_is_needed_next_month(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (jobs,):
        monkeypatch.setattr(module, "today", lambda: DAY)
    published(w)
    published(w, wanted_on=DAY + timedelta(days=200))
    assert jobs.needed_ahead() == {w.places.community.path: 1}
    assert (jobs.ahead(0), jobs.ahead(0)) == (1, 0)
    assert Message.objects.get().unit_id == w.units.unit.id


def test_case_7_what_stands_on_the_lists_goes_to_the_successor(w: World) -> None:
    """Domain 8.7."""
    project = _matched(w)
    departures.end_unit(
        actor=w.actors["county_org"],
        decided=people.Succession(
            unit_id=w.units.unit.id, successor_id=w.units.loose.id, reason="机构改革"
        ),
        now=AT,
    )  # fmt: skip
    project.refresh_from_db()
    assert project.unit_ids == [w.units.loose.id]
    assert Resource.objects.get().unit_id == w.units.loose.id


def test_case_36_a_unit_sees_the_needs_of_all_its_communities(w: World) -> None:
    """Domain 8.36: several contact points are allowed."""
    published(w)
    paths = [w.places.community.path, w.places.other_community.path]
    assert queries.ahead(paths, DAY).count() == 1
    assert queries.ahead(paths[1:], DAY).count() == 0


def test_quarters_and_months_turn_with_the_year() -> None:
    assert rules.quarter_days("2026-Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    assert rules.next_month(date(2026, 12, 3)) == (date(2027, 1, 1), date(2027, 1, 31))
