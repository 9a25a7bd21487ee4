"""Coverage, next steps and lists against real rows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from baodao.acts.access import can
from baodao.people.models import Exemption, Member
from baodao.people.tests.make import World, world
from baodao.reporting import coverage, queries, rules
from baodao.reporting import services as s
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import AT, accepted, at_point, home, of_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _titles(w: World, key: str, days: int = 0) -> dict[str, queries.NextStep]:
    found = queries.next_steps(w.actors[key], AT + timedelta(days=days))
    return {step.title: step for step in found}


@pytest.mark.req("A02")
def test_what_comes_next_follows_the_state(w: World) -> None:
    steps = _titles(w, "newcomer")
    first = steps["到居住地报到"]
    assert (first.done, first.due) == (False, date(2026, 1, 31))
    it = home(w)
    waiting = _titles(w, "newcomer")["到居住地报到"]
    assert (waiting.waits, waiting.due) == (True, it.due_at)
    assert "已超过时限" in _titles(w, "newcomer", days=9)["到居住地报到"].text
    accepted(w, it)
    steps = _titles(w, "newcomer")
    assert steps["到居住地报到"].done
    assert steps["填好特长和空闲时间"].done
    assert (steps["确认还在这里"].waits, steps["确认还在这里"].later) == (False, True)
    assert not _titles(w, "newcomer", days=180)["确认还在这里"].later


@pytest.mark.req("A02", "L04")
def test_a_unit_is_told_its_points_its_members_and_its_orders(w: World) -> None:
    steps = _titles(w, "unit_secretary")
    assert list(steps) == [
        "单位到森格社区报到",
        "本单位党员到两处报到",
        "接单，派给本单位党员",
    ]
    assert "还差 1 人" in steps["本单位党员到两处报到"].text
    it = of_unit(w)
    assert _titles(w, "unit_secretary")["单位到森格社区报到"].waits
    accepted(w, it)
    assert _titles(w, "unit_liaison")["单位到森格社区报到"].done
    loose = replace(w.actors["unit_secretary"], unit_id=w.units.loose.id)
    assert queries.next_steps(loose)[0].waits
    assert queries.next_steps(w.actors["community_worker"]) == []


def test_a_retired_member_has_no_unit_point(w: World) -> None:
    Member.objects.filter(id=w.members.newcomer.id).update(duty_status="retired")
    assert "到单位联系点报到" not in _titles(w, "newcomer")


def test_a_returned_report_in_is_the_next_thing_to_do(w: World) -> None:
    it = home(w)
    s.return_report_in(
        actor=w.actors["community_worker"], report_in_id=it.id, reason="needs_info",
        note="请写住处", now=AT,
    )  # fmt: skip
    step = _titles(w, "newcomer")["到居住地报到"]
    assert (step.label, step.waits) == ("去改", False)


@pytest.mark.req("A05", "A09")
def test_coverage_says_why_somebody_is_missing(w: World) -> None:
    accepted(w, home(w))
    at_point(w)
    returned = home(w, "neighbour")
    s.return_report_in(
        actor=w.actors["community_worker"], report_in_id=returned.id,
        reason="needs_info", note="x", now=AT,
    )  # fmt: skip
    Exemption.objects.create(
        member=w.members.colleague, unit_id=w.units.unit.id, kind="maternity",
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    scope = coverage.scope_of(w.actors["county_org"])
    whole = coverage.total({line.key: line for line in coverage.by_place(scope)})
    assert whole.residence.by_reason == {
        "reported": 1, "waiting": 0, "returned": 1, "exempt": 1, "none": 1,
    }  # fmt: skip
    assert whole.residence.exempt_kinds == {"孕产": 1}
    assert whole.unit.by_reason["waiting"] == 1
    assert whole.unit.eligible == whole.residence.eligible == 4


@pytest.mark.req("A05")
@pytest.mark.parametrize(
    "key", ["prefecture_org", "county_org", "township_party", "unit_secretary"]
)
def test_a_figure_is_as_long_as_its_list_in_every_scope(w: World, key: str) -> None:
    accepted(w, home(w))
    at_point(w, "colleague")
    scope = coverage.scope_of(w.actors[key])
    for by in ("place", "unit"):
        lines = coverage.count(scope, by)
        whole = coverage.total(lines)
        for channel in rules.CHANNELS:
            figures = whole.channel(channel)
            for reason, n in figures.by_reason.items():
                assert len(coverage.member_ids(scope, channel, reason)) == n
            assert (
                len(coverage.member_ids(scope, channel, "missing")) == figures.missing
            )
            assert (
                len(coverage.member_ids(scope, channel, "eligible")) == figures.eligible
            )
    for unit_id, line in coverage.count(scope, "unit").items():
        assert (
            len(coverage.member_ids(scope, "unit", "eligible", key=unit_id))
            == line.unit.eligible
        )


def test_rows_by_place_go_down_one_level_in_code_order(w: World) -> None:
    accepted(w, home(w))
    rows = coverage.by_place(coverage.scope_of(w.actors["county_org"]))
    assert [(r.title, r.unit.eligible, r.living_here) for r in rows] == [
        ("狮泉河镇", 3, 1), ("昆莎乡", 1, 0),
    ]  # fmt: skip
    top = coverage.by_place(coverage.scope_of(w.actors["prefecture_org"]))
    assert [r.title for r in top] == ["噶尔县", "日土县"]


def test_the_retired_and_those_who_left_are_not_eligible(w: World) -> None:
    scope = coverage.scope_of(w.actors["prefecture_org"])
    before = coverage.total(coverage.count(scope, "place")).unit.eligible
    Member.objects.filter(id=w.members.newcomer.id).update(duty_status="retired")
    Member.objects.filter(id=w.members.colleague.id).update(kind="community")
    assert coverage.total(coverage.count(scope, "place")).unit.eligible == before - 2


@pytest.mark.req("A05", "L04")
def test_units_are_covered_once_for_each_point(w: World) -> None:
    of_unit(w)
    scope = coverage.scope_of(w.actors["prefecture_org"])
    counted = coverage.units(scope)
    assert counted == {
        "reported": 0,
        "waiting": 1,
        "returned": 0,
        "none": 2,
        "untied": 1,
    }
    for reason, n in counted.items():
        assert len(coverage.unit_rows(scope, reason)) == n


def test_visible_rows_are_just_those_one_may_see(w: World) -> None:
    rows = [
        accepted(w, home(w)),
        at_point(w, "colleague"),
        of_unit(w),
        home(w, "neighbour"),
    ]
    for actor in w.actors.values():
        seen = set(queries.listed(actor).values_list("id", flat=True))
        for it in ReportIn.objects.all():
            assert (it.id in seen) == can(actor, "reporting.view", it)
    assert len(rows) == ReportIn.objects.count()
