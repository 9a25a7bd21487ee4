"""What the product promises of yearly projects and key problems."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.exchange.models import CoProject, KeyProblem
from baodao.exchange.projects import quotas, rules
from baodao.exchange.projects import services as s
from baodao.exchange.tests.make import AT
from baodao.people import services as people
from baodao.people.models import ContactTie
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
DAY = AT.date()


@pytest.fixture
def w() -> World:
    return world()


def _project(w: World, **fields: Any) -> CoProject:
    chosen: dict[str, Any] = {
        "actor": w.actors["unit_secretary"], "place_id": w.places.community.id,
        "tasks": {w.units.unit.id: "出人出料"}, "title": "楼道亮灯", "now": AT,
        "joint_type": "welfare", "mechanism": "urgent",
        "milestones": [("查灯", date(2026, 11, 25)), ("换灯", date(2026, 12, 10))],
    }  # fmt: skip
    return s.propose(**{**chosen, **fields})


def _accepted(w: World, project: CoProject) -> CoProject:
    unit, head = w.actors["unit_secretary"], w.actors["community_secretary"]
    words: dict[str, Any] = {"now": AT, "pk": project.id}
    s.negotiate(actor=head, record="谈好了", negotiated_on=DAY, **words)
    s.approve(actor=head, **words)
    s.start(actor=unit, **words)
    s.complete(actor=unit, result="换了 40 盏灯", **words)
    s.accept(actor=head, **words)
    project.refresh_from_db()
    return project


def _problem(w: World, **fields: Any) -> KeyProblem:
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "place_id": w.places.community.id,
        "title": "小区下水堵塞", "kind": "facility", "estate_id": w.places.estate.id,
        "unit_id": w.units.unit.id, "now": AT,
    }  # fmt: skip
    return s.register(**{**chosen, **fields})


def _closed(w: World, problem: KeyProblem, content: int = 3) -> KeyProblem:
    unit, head = w.actors["unit_secretary"], w.actors["community_secretary"]
    words: dict[str, Any] = {"now": AT, "pk": problem.id}
    s.claim(actor=unit, **words)
    s.begin(actor=unit, **words)
    s.report(actor=unit, result="换了管道", **words)
    s.confirm(actor=head, **words)
    s.follow_up(
        actor=w.actors["community_worker"], asked=3, content=content, note="", **words
    )
    s.close(actor=head, **words)
    problem.refresh_from_db()
    return problem


def _quota(w: World, kind: str, unit: str = "unit") -> Duty:
    return Duty.objects.get(kind=kind, unit_id=getattr(w.units, unit).id)


def _people(w: World) -> set[UUID | None]:
    return {w.actors[f"community_{r}"].person_id for r in ("worker", "secretary")}


@pytest.mark.req("L09")
def test_a_project_goes_from_talks_to_acceptance_and_counts_for_the_year(
    w: World,
) -> None:
    quotas.owe(AT)
    project = _accepted(w, _project(w))
    assert project.state == "accepted"
    record = Record.objects.get(source_id=project.id)
    assert (record.kind, record.unit_id) == ("project", w.units.unit.id)
    assert record.confirmed_by in _people(w)
    quota = _quota(w, rules.PROJECT_QUOTA)
    assert (quota.state, quota.done_id) == ("confirmed", project.id)
    assert _quota(w, rules.PROBLEM_QUOTA).state == "due"


@pytest.mark.req("L09")
def test_a_second_project_in_a_year_is_more_than_enough(w: World) -> None:
    quotas.owe(AT)
    first = _accepted(w, _project(w))
    _accepted(w, _project(w))
    assert _quota(w, rules.PROJECT_QUOTA).done_id == first.id
    assert Record.objects.filter(kind="project").count() == 2


@pytest.mark.req("L09")
def test_of_several_units_only_those_with_a_task_are_counted(w: World) -> None:
    ContactTie.objects.bulk_create(
        [ContactTie(unit=w.units.other, point=w.places.grid, path=w.places.grid.path,
                    valid_from=date(2026, 1, 1))]
    )  # fmt: skip
    project = _project(w, tasks={w.units.unit.id: "出人", w.units.other.id: ""})
    _accepted(w, project)
    assert list(Record.objects.values_list("unit_id", flat=True)) == [w.units.unit.id]


@pytest.mark.req("L09")
def test_milestones_are_reached_one_by_one_and_talks_leave_a_record(w: World) -> None:
    project = _project(w)
    head, unit = w.actors["community_secretary"], w.actors["unit_secretary"]
    with pytest.raises(Invalid):
        s.negotiate(actor=head, pk=project.id, record="", negotiated_on=DAY, now=AT)
    s.negotiate(actor=head, pk=project.id, record="谈好", negotiated_on=DAY, now=AT)
    with pytest.raises(Forbidden):
        s.approve(actor=unit, pk=project.id, now=AT)
    s.approve(actor=head, pk=project.id, now=AT)
    s.start(actor=unit, pk=project.id, now=AT)
    s.reach(actor=unit, pk=project.id, nth=0, note="", now=AT)
    with pytest.raises(Invalid):
        s.reach(actor=unit, pk=project.id, nth=0, note="", now=AT)
    project.refresh_from_db()
    assert [m["done"] for m in project.milestones] == ["2026-11-23", ""]
    with pytest.raises(NotFound):
        s.start(actor=w.actors["far_unit_secretary"], pk=project.id, now=AT)


def test_milestones_out_of_order_and_units_of_elsewhere_are_refused(w: World) -> None:
    late, early = ("b", date(2026, 12, 1)), ("a", date(2026, 11, 25))
    with pytest.raises(Invalid):
        _project(w, milestones=[late, early])
    with pytest.raises(Invalid):
        _project(w, tasks={w.units.far.id: ""})


@pytest.mark.req("L10", "L36")
def test_a_key_problem_is_closed_after_residents_were_asked(w: World) -> None:
    quotas.owe(AT)
    problem = _closed(w, _problem(w))
    assert (problem.state, problem.asked, problem.content) == ("closed", 3, 3)
    record = Record.objects.get(source_id=problem.id)
    assert record.source_class == "facility" and record.confirmed_by in _people(w)
    assert _quota(w, rules.PROBLEM_QUOTA).state == "confirmed"


@pytest.mark.req("L10")
def test_what_most_residents_do_not_agree_to_is_not_closed(w: World) -> None:
    with pytest.raises(Conflict):
        _closed(w, _problem(w), content=1)


@pytest.mark.req("L10")
def test_a_problem_that_comes_back_takes_its_credit_back(w: World) -> None:
    quotas.owe(AT)
    problem = _closed(w, _problem(w))
    s.reopen(
        actor=w.actors["community_secretary"], pk=problem.id, note="又堵了",
        now=AT + timedelta(days=20),
    )  # fmt: skip
    problem.refresh_from_db()
    assert (problem.state, problem.round) == ("in_progress", 1)
    assert _quota(w, rules.PROBLEM_QUOTA).state == "due"
    assert Record.objects.exclude(reversal_of=None).count() == 1


def test_after_ninety_days_it_is_a_new_problem(w: World) -> None:
    problem = _closed(w, _problem(w))
    with pytest.raises(Conflict):
        s.reopen(
            actor=w.actors["community_secretary"], pk=problem.id, note="又堵了",
            now=AT + timedelta(days=91),
        )  # fmt: skip


@pytest.mark.req("L10")
def test_a_unit_that_cannot_gives_it_back_and_another_is_asked(w: World) -> None:
    problem = _problem(w)
    unit = w.actors["unit_secretary"]
    s.claim(actor=unit, pk=problem.id, now=AT)
    s.release(actor=unit, pk=problem.id, note="没有这个专业", now=AT)
    problem.refresh_from_db()
    assert (problem.state, problem.unit_id) == ("registered", None)
    with pytest.raises(NotFound):
        s.claim(actor=unit, pk=problem.id, now=AT)
    with pytest.raises(Invalid):
        s.ask(
            actor=w.actors["community_worker"],
            pk=problem.id,
            unit=w.units.far.id,
            now=AT,
        )
    s.ask(
        actor=w.actors["community_worker"], pk=problem.id, unit=w.units.unit.id, now=AT
    )
    s.claim(actor=unit, pk=problem.id, now=AT)


@pytest.mark.req("L09", "L10")
def test_the_year_asks_each_unit_for_one_of_each_however_many_points_it_has(
    w: World,
) -> None:
    """Domain 8.36, and 7.4: one set per unit."""
    ContactTie.objects.bulk_create(
        [ContactTie(unit=w.units.unit, point=w.places.other_community,
                    path=w.places.other_community.path, valid_from=date(2026, 2, 1))]
    )  # fmt: skip
    assert quotas.owe(AT) == 6
    assert quotas.owe(AT) == 0


def test_a_unit_assigned_after_the_first_of_july_owes_from_the_next_year(
    w: World,
) -> None:
    ContactTie.objects.filter(unit=w.units.other).update(valid_from=date(2026, 7, 2))
    assert quotas.owe(AT) == 4
    assert quotas.owe(AT + timedelta(days=60)) == 6


@pytest.mark.req("L09", "L10")
def test_where_the_year_begins_in_december_the_quotas_are_those_of_that_year(
    w: World,
) -> None:
    """They fall into the evaluation that they are counted in (domain 6.11)."""
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path,
        key="scoring.year_from_month", value="12", reason="好赶上年度考核",
    )  # fmt: skip
    december = datetime(AT.year, 12, 1, 2, tzinfo=UTC)
    quotas.owe(AT), quotas.owe(december)
    found = Duty.objects.filter(kind="project_quota", unit_id=w.units.unit.id)
    assert sorted(found.values_list("due_on", flat=True)) == [
        date(AT.year, 11, 30), date(AT.year + 1, 11, 30),
    ]  # fmt: skip
    problem = _closed(w, _problem(w))
    done = Duty.objects.get(kind=rules.PROBLEM_QUOTA, state="confirmed")
    assert done.due_on == date(AT.year, 11, 30)
    s.reopen(
        actor=w.actors["community_secretary"],
        pk=problem.id,
        note="又堵了",
        now=december,
    )
    done.refresh_from_db()
    assert done.state == "confirmed", "that year is over"


def test_case_7_the_successor_owes_one_set_not_two(w: World) -> None:
    """Domain 8.7."""
    quotas.owe(AT)
    project, problem = _project(w), _problem(w)
    departures.end_unit(
        actor=w.actors["county_org"],
        decided=people.Succession(
            unit_id=w.units.unit.id, successor_id=w.units.other.id, reason="机构改革"
        ),
        now=AT,
    )  # fmt: skip
    owed = Duty.objects.filter(state="due").exclude(kind="reconfirm")
    assert {d.kind: d.unit_id for d in owed if d.unit_id == w.units.unit.id} == {}
    assert owed.filter(unit_id=w.units.other.id).count() == 2
    project.refresh_from_db()
    problem.refresh_from_db()
    assert project.unit_ids == [w.units.other.id] == [problem.unit_id]
