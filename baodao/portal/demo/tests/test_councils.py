"""Councils in the Ali demo: 35 leaders and more than 70 sessions out of rows, meetings
with resolutions in all states, and nobody who confirms their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import F

from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.councils import queries, queries_people
from baodao.councils.models import (
    Deliberation,
    EstateNote,
    JointMeeting,
    LeaderVisit,
    MeetingSeat,
    PartTimeMember,
    Resolution,
)
from baodao.councils.queries import Wanted
from baodao.councils.services import owed
from baodao.duties.models import Duty
from baodao.people.models import RoleTie
from baodao.portal.demo.tests.loading import NOW, loaded
from baodao.portal.demo.world import World
from baodao.records.models import Record

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def ali(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from loaded("ali", django_db_blocker)


def _prefecture(ali: World) -> Actor:
    return ali.organiser()


@pytest.mark.req("A26", "A27")
def test_35_leaders_with_more_than_70_sessions(ali: World) -> None:
    found = queries_people.totals(_prefecture(ali), Wanted(year="2026"))
    assert found.leaders == 35 and found.points == 35
    assert 70 < found.visits == LeaderVisit.objects.filter(state="confirmed").count()
    listed = queries_people.leaders(_prefecture(ali), Wanted(year="2026"))
    assert sum(c.n for c in listed) == found.visits


@pytest.mark.req("L21")
def test_meetings_have_resolutions_in_all_states(ali: World) -> None:
    assert set(Resolution.objects.values_list("state", flat=True)) == {
        "draft", "open", "done", "confirmed", "dropped",
    }  # fmt: skip
    assert {"collecting", "called", "held", "closed"} == set(
        JointMeeting.objects.values_list("state", flat=True)
    )
    came = MeetingSeat.objects.filter(meeting__state="closed")
    came = came.filter(attendance__in=("self", "substitute"))
    assert Record.objects.filter(source_kind="meeting_seat").count() == came.count() > 0
    ahead = JointMeeting.objects.get(state="collecting")
    assert queries.last_time(ahead)


def test_duties_say_what_the_rows_say(ali: World) -> None:
    for r in Resolution.objects.exclude(state="draft"):
        duty = Duty.objects.get(source_id=r.pk)
        same = {"confirmed": {"confirmed"}, "done": {"done"}, "dropped": {"cancelled"}}
        assert duty.state in same.get(r.state, {"due", "missed", "lapsed"})
    # The night's run finds nothing that the demo has left out.
    assert owed.plan_meetings(NOW) == 0


def test_nobody_confirms_their_own(ali: World) -> None:
    assert not EstateNote.objects.filter(
        state="confirmed", made_by__in=_who("estate_notes.confirm")
    ).exists()
    for v in LeaderVisit.objects.filter(state="confirmed"):
        event = Event.objects.get(object_id=v.pk, action="leader_visits.confirm")
        assert event.actor_person != v.made_by
    assert not Resolution.objects.filter(done_by=F("unit_id")).exists()


def _who(action: str) -> list[Any]:
    found = Event.objects.filter(action=action)
    return list(found.values_list("actor_person", flat=True).distinct())


@pytest.mark.req("L20", "L22")
def test_committees_and_a_few_vacancies(ali: World) -> None:
    appointed = PartTimeMember.objects.filter(state="appointed")
    ties = RoleTie.objects.filter(role="part_time_member")
    assert appointed.count() == ties.count() > 20
    actor = _prefecture(ali)
    vacant = queries_people.estates(actor, Wanted(state="any")).count()
    assert vacant > 0
    assert RoleTie.objects.filter(role="instructor").exists()


@pytest.mark.req("L11")
def test_topics_are_in_all_states_and_no_evening_is_counted_twice(ali: World) -> None:
    states = set(Deliberation.objects.values_list("state", flat=True))
    assert states == {
        "proposed", "taken", "arranged", "held", "decided", "closed", "declined",
    }  # fmt: skip
    rows = Record.objects.filter(source_kind="deliberation_seat", minutes__gt=0)
    times = list(rows.values_list("member_id", "start_at"))
    assert len(times) == len(set(times)) > 10
    assert Record.objects.filter(source_class="suggestion_adopted").exists()
