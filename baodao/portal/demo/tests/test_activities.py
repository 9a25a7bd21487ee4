"""The demo's activities: the figures of the source by the product's own definitions."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count, F

from baodao.activities.models import Activity, Participation
from baodao.portal.demo.tests.loading import NOW, loaded
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.stats.activities import figures
from baodao.stats.periods import Period
from baodao.stats.scope import Scope

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def ali(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from loaded("ali", django_db_blocker)


@pytest.mark.req("A19", "A24")
def test_ali_gives_the_sessions_and_person_times_of_the_source(ali: World) -> None:
    n = figures(Scope(), Period.year(2026), now=NOW).total.n
    assert (n("sessions", "unit"), n("person_times", "unit")) == (9100, 19650)
    assert (n("sessions", "residence"), n("person_times", "residence")) == (7100, 16900)
    assert n("people", "unit") > 5000
    # All of them are rows: every unit has a session of its own.
    held = Activity.objects.filter(state="confirmed", channel="unit")
    assert held.values("unit").distinct().count() == 374
    attended = Participation.objects.filter(activity__state="confirmed")
    # Last year's, taken over from paper, are beside them.
    on_record = Record.objects.filter(kind="activity", occurred_on__year=2026)
    assert attended.count() == 36550 == on_record.count()


def test_nobody_was_at_two_activities_on_one_day_and_none_lies_ahead(
    ali: World,
) -> None:
    twice = Record.objects.filter(kind="activity").values("member_id", "occurred_on")
    assert not twice.annotate(n=Count("pk")).filter(n__gt=1).exists()
    done = Activity.objects.filter(state="confirmed")
    assert not done.filter(confirmed_at__gt=NOW).exists()
    assert not done.filter(confirmed_at__lt=F("end_at")).exists()


def test_the_desk_of_the_demo_community_has_something_of_everything(ali: World) -> None:
    here = Activity.objects.filter(place=ali.places[ali.preset.main])
    found = set(here.values_list("state", flat=True))
    assert found == {"draft", "published", "finished", "confirmed"}
    assert here.filter(state="published", end_at__lt=NOW).exists()
    waiting = Participation.objects.filter(state="waitlisted")
    assert waiting.exists()
