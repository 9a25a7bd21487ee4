"""The Luzhou demo, and that a seed gives the same content."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from baodao.acts.bulk import Batch
from baodao.acts.models import Event
from baodao.duties.models import Duty
from baodao.orders.models import Order
from baodao.pairings.models import Visit
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.portal.demo.load import build
from baodao.portal.demo.presets import LUZHOU
from baodao.portal.demo.tests.loading import NOW, SEED, loaded
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.reporting.models import ReportIn
from baodao.reporting.rules import LIVE
from baodao.scoring.models import Appeal, Deduction, Merit
from baodao.surveys import coverage, results
from baodao.surveys.models import Survey

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def luzhou(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from loaded("luzhou", django_db_blocker)


def test_luzhou_has_213_units_and_2153_members(luzhou: World) -> None:
    assert Unit.objects.count() == 213
    assert Member.objects.count() == 2153
    assert Place.objects.filter(level=5).count() == 215
    assert not Place.objects.filter(kind="virtual", is_contact_point=True).exists()
    assert not Unit.objects.filter(point_path=None).exists()
    assert 550 < Order.objects.count() < 700


@pytest.mark.req("L16")
def test_2153_members_have_reported_in(luzhou: World) -> None:
    """2153名在职党员到社区报到: each is accepted in one channel at least."""
    accepted = ReportIn.objects.filter(state__in=LIVE, member__isnull=False)
    assert accepted.values("member").distinct().count() == 2153


@pytest.mark.req("L12", "L44")
def test_deductions_are_in_all_states_and_count_only_while_posted(
    luzhou: World,
) -> None:
    states = set(Deduction.objects.values_list("state", flat=True))
    assert states >= {"proposed", "answered", "dropped", "posted", "suspended"}
    standing = Record.objects.filter(
        kind="breach", reversal_of=None, reversals=None
    ).count()
    assert standing == Deduction.objects.filter(state="posted", kind="breach").count()
    assert Appeal.objects.exists() and Merit.objects.filter(state="confirmed").exists()


class Dry(Batch):
    """Writes nothing."""

    def flush(self) -> int:
        self.rows.clear()
        return 0


def _digest(world: World) -> str:
    lines = [f"{u.name}|{u.head_count}|{u.point_path}" for u in world.units]
    lines += [f"{m.person.name}|{m.skills}|{m.residence_path}" for m in world.members]
    lines += [
        f"{o.no}|{o.code}|{o.title}|{o.state}|{o.result}|{o.due_at}"
        for o in world.orders
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_same_seed_gives_the_same_content(luzhou: World) -> None:
    again = World(LUZHOU, SEED, NOW, lambda line: None, batch=Dry())
    build(again)
    assert _digest(again) == _digest(luzhou)
    assert len(again.orders) == Order.objects.count()


@pytest.mark.req("L39")
def test_a_year_of_visits_tells_one_story(luzhou: World) -> None:
    """Every duty that was done names its visit, every confirmed visit has its record,
    and a few months were missed."""
    kinds = ("visit_month", "visit_festival")
    duties = Duty.objects.filter(kind__in=kinds)
    done = duties.filter(state__in=("done", "confirmed"))
    visits = Visit.objects.exclude(state="attempted")
    assert set(done.values_list("done_id", flat=True)) == set(
        visits.values_list("id", flat=True)
    )
    confirmed = visits.filter(state="confirmed")
    recorded = Record.objects.filter(kind="visit").values_list("source_id", flat=True)
    assert set(confirmed.values_list("id", flat=True)) == set(recorded)
    told = Event.objects.filter(action="visits.confirm").count()
    assert told == confirmed.count() == len(recorded) > 10_000
    assert (
        duties.filter(state="lapsed").exists() and duties.filter(made_up=True).exists()
    )
    assert not duties.filter(state="due", due_on__lt=NOW.date()).exists()
    last = visits.filter(state="done").order_by("visited_on").first()
    assert last and (NOW.date() - last.visited_on).days < 15


@pytest.mark.req("A06", "A10")
def test_the_demo_community_is_asked_again_at_83_percent(luzhou: World) -> None:
    main = luzhou.places[LUZHOU.main]
    first = Survey.objects.get(path=main.path, state="closed")
    again = Survey.objects.get(path=main.path, previous=first)
    assert round(coverage.total(again).percent) == 83
    assert (
        first.sums
        and first.sums["answered"]
        == results.sheets_in(first).filter(outcome="answered").count()
    )
    kinds = {c.kind for c in results.home_changes(again, first, main.path)}
    assert {"changed", "same", "new", "left"} <= kinds
    found = results.found_orders(again)
    assert found.count() >= 5 and {o.source for o in found} == {"survey"}
    sent = Survey.objects.get(path=luzhou.above(main, 4).path)
    lines = coverage.by_area(sent)
    assert sent.parts.count() == len(lines) > 5
    assert len({round(x.tally.percent) for x in lines}) > 3
