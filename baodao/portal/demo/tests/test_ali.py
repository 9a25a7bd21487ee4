"""The Ali demo: the numbers of the source text come out of real rows by the
product's own definitions, and nobody did what the rules forbid."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Q, Sum

from baodao.activities.models import Activity, Participation
from baodao.acts.access import ACTIONS, path_range
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import local
from baodao.core.errors import Conflict
from baodao.core.models import next_number
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
from baodao.orders import rules
from baodao.orders.models import Order, Service
from baodao.orders.services import order_number
from baodao.people.checks import unit_keys
from baodao.people.models import Account, ContactTie, Member, RoleTie, Unit
from baodao.people.services.members import volunteer_no
from baodao.places.areas import NOW as TODAY
from baodao.places.areas import THEN
from baodao.places.models import Household, LocalDay, Place
from baodao.places.tests.changing import carried_out
from baodao.portal.demo.accounts import USERNAMES
from baodao.portal.demo.load import load
from baodao.portal.demo.tests.loading import NOW, SEED, loaded
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.reporting import coverage
from baodao.reporting.models import ReportIn
from baodao.reporting.services import receipt_number
from baodao.scoring.tests.whole import agree
from baodao.stats.activities import figures
from baodao.stats.periods import Period
from baodao.stats.scope import Scope
from baodao.stats.tests.counting import counted

YEAR = Q(confirmed_at__year=2026, result="solved")
# One process loads it once; each test is a savepoint inside.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def ali(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from loaded("ali", django_db_blocker)


def _solved(kinds: tuple[str, ...], channel: str = "") -> int:
    found = Order.objects.filter(YEAR, kind__in=kinds)
    return (found.filter(channel=channel) if channel else found).count()


def test_ali_has_the_real_tree_and_81_contact_points(ali: World) -> None:
    levels = Counter(Place.objects.values_list("level", flat=True))
    assert (levels[3], levels[4], levels[5]) == (7, 37, 145)
    points = Place.objects.filter(is_contact_point=True)
    assert points.count() == 81
    assert points.filter(kind="neighbourhood").count() == 12
    assert not points.exclude(level__in=[5, 6]).exists()
    assert LocalDay.objects.filter(name="藏历新年").exists()
    assert Household.objects.count() > 1100
    assert Household.objects.first().call_name  # type: ignore[union-attr]


def test_ali_has_374_units_with_9500_members_and_none_without_a_point(
    ali: World,
) -> None:
    assert Unit.objects.count() == 374
    assert sum(Unit.objects.values_list("head_count", flat=True)) == 9500
    assert Member.objects.count() == 9500
    of_unit = Unit.objects.annotate(n=Count("members"))
    assert not of_unit.exclude(n=F("head_count")).exists()
    assert set(Unit.objects.values_list("affiliation", flat=True)) == {
        "local", "regional", "central", "central_soe_branch",
    }  # fmt: skip
    ties = Counter(ContactTie.objects.values_list("unit_id", flat=True))
    assert len(ties) == 374 and set(ties.values()) == {1, 2}
    assert len(set(ContactTie.objects.values_list("point_id", flat=True))) == 81
    assert not ContactTie.objects.filter(point__is_contact_point=False).exists()


@pytest.mark.req("A13", "A16", "A17")
def test_ali_gives_the_figures_of_the_source_by_plain_counts(ali: World) -> None:
    assert _solved(rules.WISH_KINDS) == 660
    assert _solved(rules.WISH_KINDS, "unit") == 450
    assert _solved(rules.WISH_KINDS, "residence") == 210
    assert _solved(("problem",)) == 380


def test_about_97_percent_are_reported_in_at_both_places(ali: World) -> None:
    active = ReportIn.objects.filter(state="active", member__isnull=False)
    for channel in ("unit", "residence"):
        share = active.filter(channel=channel).count() / 9500
        assert 0.955 < share < 0.985
    assert set(ReportIn.objects.values_list("state", flat=True)) >= {
        "active", "submitted", "returned",
    }  # fmt: skip
    # What the community accepted is what the member's row says.
    wrong = active.filter(channel="residence").exclude(member__residence=F("point"))
    assert not wrong.exists()


def test_nobody_did_what_the_access_table_forbids(ali: World) -> None:
    done = Event.objects.values_list("action", "actor_role").distinct()
    assert [d for d in done if d[1] not in ACTIONS[d[0]].grants] == []


def test_every_story_is_in_order_and_without_gaps(ali: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (
                 SELECT from_state, lag(to_state) OVER w AS before, at,
                        lag(at) OVER w AS earlier
                 FROM acts_event WHERE kind = 'orders.order'
                 WINDOW w AS (PARTITION BY object_id ORDER BY at, id)) e
               WHERE before IS NOT NULL AND (before <> from_state OR at <= earlier)
                  OR at > %s""",
            [NOW],
        )
        assert cursor.fetchone() == (0,)
    assert not Order.objects.filter(placed_at__year__lt=2026).exists()
    numbers = Counter(
        (o.path.split("/")[4], o.path[:16], o.placed_at.date(), o.no)
        for o in Order.objects.all()
    )
    assert max(numbers.values()) == 1


def test_the_next_number_of_each_series_is_free(ali: World) -> None:
    assert volunteer_no(ali.places[ali.preset.root].path) == "5425-009501"
    community = ali.community(ali.places[ali.preset.main])
    here = ReportIn.objects.filter(path__startswith=community.path)
    assert receipt_number(community.path) == f"{here.count() + 1:04d}"
    today = local(NOW).date()
    orders = Order.objects.filter(path__startswith=community.path)
    taken = set(
        orders.filter(no__startswith=f"{today:%m%d}-").values_list("no", flat=True)
    )
    number = order_number(community.path, NOW)
    assert taken and f"{number.prefix}{next_number(number.series):02d}" not in taken


def test_units_are_found_by_the_short_name_people_say(ali: World) -> None:
    rows = Unit.objects.values_list("name", "short_name", "pinyin")
    assert all(keys == unit_keys(name, short) for name, short, keys in rows)


def test_nobody_serves_at_two_places_at_one_time(ali: World) -> None:
    spans = Service.objects.order_by("member_id", "start_at")
    before = None
    for span in spans:
        if before and before.member_id == span.member_id:
            assert before.end_at <= span.start_at
        before = span
    assert Record.objects.filter(reversal_of=None).count() > 1000


def test_most_answers_came_in_time(ali: World) -> None:
    answers = Event.objects.filter(action="orders.unit_accept")
    share = answers.filter(data__in_time=True).count() / answers.count()
    assert 0.9 < share < 0.99


def test_the_demo_desks_have_work_in_every_state(ali: World) -> None:
    main = ali.places[ali.preset.main]
    here = Order.objects.filter(path__startswith=main.path)
    states = set(here.values_list("state", flat=True))
    assert states >= set(rules.OPEN) - {"expired"}
    late = here.filter(state__in=rules.OPEN, due_at__lt=NOW, paused_at=None)
    assert 2 <= late.count() <= 25
    assert here.filter(paused_at__isnull=False).exists()
    assert here.filter(state__in=rules.OPEN).count() >= 60
    mine = Order.objects.filter(member=ali.demo_member, state__in=rules.OPEN)
    assert mine.count() >= 4


def test_demo_accounts_have_their_role_and_no_password(ali: World) -> None:
    accounts = {a.username: a for a in Account.objects.all()}
    assert set(accounts) == set(USERNAMES)
    assert not any(a.has_usable_password() for a in accounts.values())
    roles = dict(RoleTie.objects.values_list("person__account__username", "role"))
    assert roles["demo-worker"] == "community_worker"
    assert roles["demo-unit"] == "unit_secretary"
    assert accounts["demo-member"].person.name == "格桑"


def test_a_database_in_use_is_left_alone(ali: World) -> None:
    before = Place.objects.count()
    with pytest.raises(Conflict, match="已经有数据"):
        load("luzhou", seed=SEED, now=NOW)
    call_command("demo", preset="luzhou", if_empty=True)
    assert Place.objects.count() == before


def _figures(path: str, regions: str) -> dict[str, int]:
    """All figures of the demo's year; each is the length of its list."""
    return counted(path, Period.year(2026), NOW, regions)


def test_edge_case_22_a_county_merged_into_another_leaves_last_year_as_it_was(
    ali: World,
) -> None:
    """措勤县 goes into 改则县 in January: the figures of the year before stay, for
    both as recorded, and are their sum in today's regions."""
    gone, kept, all_of_it = "54/25/27/", "54/25/26/", "54/25/"
    before = {p: _figures(p, THEN) for p in (gone, kept, all_of_it)}
    assert before[gone]["solved"] > 50 and before[kept]["solved"] > 50
    records = Record.objects.aggregate(n=Count("id"), minutes=Sum("minutes"))
    people = {p: coverage.count(coverage.Scope(p), "unit") for p in (gone, kept)}
    eligible = {p: coverage.total(x).unit.eligible for p, x in people.items()}
    january = datetime(2027, 1, 15, 2, 0, tzinfo=UTC)
    carried_out(ali.organiser(), "merge", "542527", into="542526", now=january)

    assert {p: _figures(p, THEN) for p in before} == before
    both = {k: before[gone][k] + before[kept][k] for k in before[gone]}
    merged = _figures(kept, TODAY)
    # Somebody may have served in both: persons do not add up.
    assert merged.pop("helpers") <= both.pop("helpers") and merged == both
    assert _figures(all_of_it, TODAY) == before[all_of_it]
    assert not any(_figures(gone, TODAY).values())
    assert Record.objects.aggregate(n=Count("id"), minutes=Sum("minutes")) == records
    there = coverage.total(coverage.count(coverage.Scope(kept), "place")).unit
    assert there.eligible == eligible[gone] + eligible[kept]
    listed = coverage.member_ids(coverage.Scope(kept), "unit", "eligible")
    assert len(listed) == there.eligible
    # Nothing alive is left behind under the old county.
    lo, hi = path_range(gone)
    for rows in (
        Unit.objects.filter(valid_to=None, path__gte=lo, path__lt=hi),
        Member.objects.filter(residence_path__gte=lo, residence_path__lt=hi),
        ReportIn.objects.exclude(state="ended").filter(path__gte=lo, path__lt=hi),
        Household.objects.filter(path__gte=lo, path__lt=hi),
        RoleTie.objects.filter(path__gte=lo, path__lt=hi, valid_to__gt=january),
    ):
        assert not rows.exists(), rows.model
    assert Place.objects.filter(is_contact_point=True, valid_to=None).count() == 81


# --- activities ----------------------------------------------------------------------------


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


# --- councils ------------------------------------------------------------------------------


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


@pytest.mark.req("L44")
def test_all_cards_of_the_year_come_to_the_same_in_four_ways(ali: World) -> None:
    """DuckDB, PostgreSQL, what stands on the cards, and the plain calculation."""
    assert agree(2026) > 500
