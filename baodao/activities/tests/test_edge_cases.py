"""Edge cases of domain.md 8 about units and places that touch activities, each with its
number; those about time and lists stand in test_services."""

from datetime import date

import pytest

from baodao.activities import party_days, services
from baodao.activities.models import Activity
from baodao.activities.telling import messages_for
from baodao.activities.tests.make import confirmed, finished, published, signed
from baodao.acts.models import Event
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.people import services as people
from baodao.people.models import ContactTie, Member
from baodao.people.tests.make import World, world
from baodao.places.tests.changing import carried_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _end_unit(w: World, successor: bool) -> None:
    if not successor:
        Member.objects.filter(unit=w.units.unit).update(duty_status="left")
    departures.end_unit(
        actor=w.actors["county_org"],
        decided=people.Succession(
            unit_id=w.units.unit.id, reason="机构改革",
            successor_id=w.units.other.id if successor else None,
        ),
    )  # fmt: skip


def test_edge_case_06_a_renamed_unit_still_hosts_its_activities(w: World) -> None:
    it = published(w, by="unit_secretary", channel="unit")
    people.rename_unit(
        actor=w.actors["county_org"], unit_id=w.units.unit.id, name="阿里地区住建委",
        short_name="地区住建委",
    )  # fmt: skip
    it = Activity.objects.select_related("unit").get(pk=it.pk)
    assert (it.state, str(it.unit)) == ("published", "地区住建委")


def test_edge_case_07_what_is_still_to_come_is_the_successors(w: World) -> None:
    it = published(w, by="unit_secretary", channel="unit")
    signed(w, it, "member")
    done = confirmed(w, by="unit_secretary", channel="unit")
    party_days.generate()
    _end_unit(w, successor=True)
    it.refresh_from_db()
    done.refresh_from_db()
    assert (it.unit_id, done.unit_id) == (w.units.other.id, w.units.unit.id)
    assert it.parts.get().host_unit_id == w.units.other.id
    owed = Duty.objects.filter(kind="party_day", state="due")
    assert not owed.filter(unit_id=w.units.unit.id).exists()


def test_edge_case_07_without_a_successor_it_is_cancelled_with_notice(w: World) -> None:
    it = published(w, by="unit_secretary", channel="unit")
    signed(w, it, "member")
    waiting = finished(w, by="unit_secretary", channel="unit")
    _end_unit(w, successor=False)
    it.refresh_from_db()
    waiting.refresh_from_db()
    assert (it.state, waiting.state) == ("cancelled", "finished")
    event = Event.objects.get(action="activities.cancel")
    told = messages_for(event)
    assert [m.person_id for m in told] == [w.members.member.person_id]
    assert "撤销" in told[0].text


def test_edge_case_22_what_is_to_come_goes_with_its_community(w: World) -> None:
    it, done = published(w), confirmed(w)
    carried_out(
        w.actors["county_org"], "merge", w.places.community.code,
        into=w.places.other_community.code,
    )  # fmt: skip
    it.refresh_from_db()
    done.refresh_from_db()
    assert it.path == w.places.other_community.path
    assert done.path == w.places.community.path


def test_edge_case_36_a_unit_hosts_at_every_one_of_its_points(w: World) -> None:
    tie = ContactTie(
        unit=w.units.unit, point=w.places.other_community,
        path=w.places.other_community.path, valid_from=date(2026, 2, 1),
    )  # fmt: skip
    ContactTie.objects.bulk_create([tie])
    places = services.communities_of_unit(w.units.unit.id)
    assert {p.path for p in places} == {
        w.places.community.path, w.places.other_community.path,
    }  # fmt: skip
