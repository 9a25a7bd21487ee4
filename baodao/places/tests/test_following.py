"""Places are merged: what lives there follows, what is over stays as it was recorded
(domain 8.22)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps

from baodao.acts.access import ACTIONS, can, path_range, visible
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.ids import uuid7
from baodao.notifications.services import inbox, message, send
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in
from baodao.people.middleware import actors_of
from baodao.people.models import (
    Account,
    ContactTie,
    Member,
    Person,
    Resident,
    RoleTie,
    Unit,
)
from baodao.people.services import add_contact_tie
from baodao.people.tests.make import SINCE, World, world
from baodao.places import areas, queries
from baodao.places import services as place_services
from baodao.places.calendars import calendar_for
from baodao.places.changes.preview import origins, successors
from baodao.places.models import (
    Household,
    LocalDay,
    Pause,
    Place,
    PlaceName,
    Setting,
)
from baodao.places.settings import values
from baodao.places.tests.changing import (
    carried_out,
    far_order,
    merge_counties,
)
from baodao.records.models import Record
from baodao.reporting import services as report_in_services
from baodao.reporting.models import ReportIn
from baodao.reporting.queries import narrowed as reports_at
from baodao.reporting.tests.make import accepted, home, of_unit
from baodao.stats.periods import Period
from baodao.stats.tests.counting import counted

pytestmark = pytest.mark.django_db
LAST_YEAR = datetime(2025, 9, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ON = today(NOW)
DAYS_AGO = NOW - timedelta(days=2)
A, B = "54/25/24/", "54/25/23/"


@pytest.fixture
def w() -> World:
    return world()


def _counts(path: str, year: int, regions: str) -> dict[str, int]:
    return counted(path, Period.year(year), NOW, regions)


# --- merging ------------------------------------------------------------------------


def test_edge_case_22_region_merge_mid_year_changes_nothing_of_what_was_recorded(
    w: World,
) -> None:
    closed = far_order(w, "closed", LAST_YEAR)
    still_open = far_order(w, "in_service", LAST_YEAR + timedelta(days=1))
    own = order_in("closed", w, at=LAST_YEAR + timedelta(days=2))
    records = list(Record.objects.order_by("id").values())
    before = {p: _counts(p, 2025, areas.THEN) for p in (A, B, "54/25/")}
    row = merge_counties(w, now=NOW)
    assert row.state == "done" and row.title == "日土县并入噶尔县"

    assert {p: _counts(p, 2025, areas.THEN) for p in before} == before
    both = {k: before[A][k] + before[B][k] for k in before[A]}
    assert _counts(B, 2025, areas.NOW) == both == before["54/25/"]
    assert not any(_counts(A, 2025, areas.NOW).values())
    town = Place.objects.get(path=f"{B}101/")
    assert _counts(town.path, 2025, areas.NOW) == before[A]
    assert list(Record.objects.order_by("id").values()) == records

    for order in (closed, own, still_open):
        order.refresh_from_db()
    assert (closed.path, closed.place_id) == (
        w.places.far_grid.path,
        w.places.far_grid.id,
    )
    assert own.path == w.places.grid.path
    assert still_open.path == f"{B}101/201/G001/"
    assert still_open.placed_path == w.places.far_grid.path
    assert Place.objects.get(pk=still_open.place_id).path == still_open.path


def test_places_close_with_their_successor_and_new_ones_begin_that_day(
    w: World,
) -> None:
    merge_counties(w, now=NOW)
    old = Place.objects.get(path=A)
    assert old.valid_to == ON and [s.new.code for s in successors(old)] == ["542523"]
    town = Place.objects.get(code="542523101")
    assert (town.name, town.valid_from, town.parent_id) == (
        "日土镇", ON, w.places.district.id,
    )  # fmt: skip
    assert [s.old.name for s in origins(town)] == ["日土镇"]
    assert Place.objects.filter(path__startswith=A, valid_to=None).count() == 0
    point = Place.objects.get(path=f"{B}101/201/")
    assert point.is_contact_point and point.kind == "village"
    actions = Event.objects.filter(data__change__isnull=False)
    assert set(actions.values_list("action", flat=True)) >= {
        "places.add", "places.succeed", "places.absorb", "units.follow_place",
        "roles.follow_place", "members.follow_place",
    }  # fmt: skip


def test_what_lives_there_goes_along_and_what_is_over_stays(w: World) -> None:
    merge_counties(w, now=NOW)
    point = f"{B}101/201/"
    unit = Unit.objects.select_related("seat").get(pk=w.units.far.pk)
    assert unit.path == unit.point_path == unit.seat.path == point
    ties = ContactTie.objects.filter(unit=unit).order_by("valid_from")
    assert [(t.path, t.valid_from, t.valid_to) for t in ties] == [
        (w.places.far_community.path, SINCE, ON), (point, ON, None),
    ]  # fmt: skip
    member = Member.objects.get(pk=w.members.far.pk)
    assert member.residence_path == member.point_path == member.unit_path == point
    assert member.residence and member.residence.path == point
    roles = RoleTie.objects.filter(person=w.people["outsider"]).order_by("valid_from")
    assert [(r.path, r.valid_to) for r in roles] == [
        (w.places.far_community.path, ON), (point, date(2031, 1, 1)),
    ]  # fmt: skip
    assert Person.objects.get(pk=w.people["outsider"].pk).path == point
    assert Account.objects.get(pk=w.accounts["outsider"].pk).path == point
    assert Unit.objects.get(pk=w.units.unit.pk).path == w.places.community.path


def test_nobody_loses_sight_of_what_was_recorded_under_the_old_place(w: World) -> None:
    closed = far_order(w, "closed", LAST_YEAR)
    assert not can(w.actors["county_org"], "orders.view", closed)
    merge_counties(w, now=NOW)
    closed.refresh_from_db()
    for key in ("county_org", "far_county_org", "outsider", "far_community_secretary"):
        actor = actors_of(w.accounts[key])[0]
        assert can(actor, "orders.view", closed), key
        assert visible(Order.objects.all(), actor, "orders.view").filter(pk=closed.pk)
    stranger = actors_of(w.accounts["community_worker"])[0]
    assert stranger.former == () and not can(stranger, "orders.view", closed)


def test_lists_and_filters_count_old_paths_where_they_are_now(w: World) -> None:
    closed = far_order(w, "closed", LAST_YEAR)
    order_in("closed", w, at=LAST_YEAR + timedelta(days=2))
    merge_counties(w, now=NOW)
    client = w.client("county_org")

    def listed(query: str) -> list[str]:
        page = client.get(f"/orders/?tab=any&{query}")
        return [
            str(row.order.no)
            for _, _, _, rows in page.context["groups"]
            for row in rows
        ]

    assert listed("place=542523101") == [closed.no]
    assert listed("place=542523101&regions=then") == []
    assert len(listed("")) == 2
    here = Place.objects.get(code="542523101")
    assert reports_at(ReportIn.objects.all(), NOW, under=here).count() == 0


def test_messages_to_the_old_place_are_read_at_the_new_one(w: World) -> None:
    told = message(
        event_id=uuid7(), title="到期没办", role="county_org", path=A, text="请看一下"
    )
    send([told])
    merge_counties(w, now=NOW)
    county = actors_of(w.accounts["county_org"])[0]
    assert [m.title for m in inbox(county)] == ["到期没办"]
    stranger = actors_of(w.accounts["community_worker"])[0]
    assert not inbox(stranger)


def test_a_former_range_widens_lists_and_acts_alike(w: World) -> None:
    far_order(w, "in_service", NOW)
    order_in("submitted", w)
    former = (path_range(A), areas.exactly(w.places.other_street.path))
    for key in ("county_org", "community_worker", "grid_worker", "system_admin"):
        actor = replace(w.actors[key], former=former)
        for name, action in ACTIONS.items():
            rows = list(apps.get_model(action.model)._default_manager.all())
            seen = visible(
                apps.get_model(action.model)._default_manager.all(), actor, name
            )
            assert set(seen.values_list("pk", flat=True)) == {
                r.pk for r in rows if can(actor, name, r)
            }, (key, name)


def test_roles_are_read_with_what_their_place_took_over_in_the_same_two_queries(
    w: World, django_assert_num_queries: object
) -> None:
    merge_counties(w, now=NOW)
    with django_assert_num_queries(2):  # type: ignore[operator]
        county = actors_of(w.accounts["county_org"])[0]
    assert county.former == (path_range(A),)
    with django_assert_num_queries(2):  # type: ignore[operator]
        worker = actors_of(w.accounts["outsider"])[0]
    assert worker.former == (path_range(w.places.far_community.path),)
    for key in ("system_admin", "prefecture_org"):  # above both, before and after
        assert actors_of(w.accounts[key])[0].former == ()


def test_report_ins_follow_in_every_state_but_the_last(w: World) -> None:
    waiting, live = home(w, "neighbour"), accepted(w, home(w))
    over = accepted(w, home(w, "colleague"))
    report_in_services.end(
        actor=w.actors["community_worker"],
        report_in_id=over.id,
        reason="retired",
        note="",
    )
    row = carried_out(
        w.actors["county_org"], "merge", "542523100001", into="542523100002"
    )
    assert ["份在岗或在办的报到", 2] in row.moved
    for it, state in ((waiting, "submitted"), (live, "active")):
        it.refresh_from_db()
        assert (it.path, it.state) == (w.places.second_community.path, state)
        assert it.point_id == w.places.second_community.id
        assert events_of(it.pk)[-1].action == "reporting.follow_place"
    over.refresh_from_db()
    assert over.path == w.places.community.path and over.state == "ended"


def test_a_unit_tied_to_both_keeps_one_tie_and_one_report_in_and_it_is_said(
    w: World,
) -> None:
    county, second = w.actors["county_org"], w.places.second_community
    place_services.set_contact_point(
        actor=county, place_id=second.id, is_contact_point=True
    )
    add_contact_tie(actor=county, unit_id=w.units.unit.id, point_id=second.id)
    old, kept = accepted(w, of_unit(w)), of_unit(w, place_id=second.id)
    row = carried_out(county, "merge", "542523100001", into="542523100002")
    assert ["个单位和两边都有联系，只留接收的一方的", 1] in row.left
    assert ["个单位在两边都报过到，只留接收的一方的", 1] in row.left
    ties = ContactTie.objects.filter(unit=w.units.unit, valid_to=None)
    assert [t.path for t in ties] == [second.path]
    for it in (old, kept):
        it.refresh_from_db()
    assert (old.state, old.end_reason) == ("ended", "places_merged")
    assert (kept.state, kept.path) == ("submitted", second.path)
    assert old.path == w.places.community.path


def test_communities_merge_with_their_grids_homes_people_and_numbers(w: World) -> None:
    second = w.places.second_community
    # The receiving community has a household of the same number already.
    place_services.add_household(
        actor=replace(w.actors["community_worker"], path=second.path),
        parent_id=second.id, number=312, call_name="阿佳",
    )  # fmt: skip
    row = carried_out(
        w.actors["township_party"]
        if can(w.actors["township_party"], "changes.draft")
        else w.actors["county_org"],
        "merge", "542523100001", into="542523100002", now=NOW,
    )  # fmt: skip
    moved = Household.objects.select_related("place").get(pk=w.household.pk)
    assert moved.path == moved.place.path and moved.path.startswith(second.path)
    assert moved.place.name == "户0001" and moved.number == "0001"
    assert row.left == [["户的户号在新的社区里重复，换了新号", 1]]
    assert Resident.objects.get(pk=w.resident.pk).path == moved.path
    merged = Place.objects.get(pk=second.pk)
    assert merged.is_contact_point and merged.population == 4200
    found = queries.search_places(w.actors["county_org"], "森格")
    assert [p.pk for p in found if p.level == 5] == [second.pk]
    assert PlaceName.objects.get(place=second, merged=True).name == "森格社区"


# --- settings, calendar, pauses ------------------------------------------------------


def _decide(w: World) -> None:
    far = w.actors["far_county_org"]
    place_services.set_setting(
        actor=far, path=w.places.far_street.path, key="orders.verify_days", value="5",
        reason="路远",
    )  # fmt: skip
    place_services.set_setting(
        actor=far, path=A, key="orders.verify_days", value="4", reason="路远"
    )
    place_services.add_local_day(
        actor=far, path=w.places.far_street.path, day=ON + timedelta(days=30),
        kind="holiday", name="赛马节",
    )  # fmt: skip
    place_services.open_pause(
        actor=far, path=A, start=DAYS_AGO, reason="大雪封路", now=DAYS_AGO
    )


def test_settings_go_with_a_whole_place_and_the_receiving_one_keeps_its_own(
    w: World,
) -> None:
    _decide(w)
    row = merge_counties(w, now=NOW)
    town = f"{B}101/"
    assert values(town, ["orders.verify_days"])["orders.verify_days"] == 5
    assert values(B, ["orders.verify_days"])["orders.verify_days"] == 2
    assert values(A, ["orders.verify_days"])["orders.verify_days"] == 4
    assert not calendar_for(town).is_workday(ON + timedelta(days=30))
    assert ["项本地设置没有带过去，按接收的地方的规定", 1] in row.left
    assert Setting.objects.count() == 3 and LocalDay.objects.count() == 2


def test_a_pause_ends_with_the_old_place_and_begins_anew_without_losing_time(
    w: World,
) -> None:
    from baodao.orders import place_pauses

    order = far_order(w, "dispatched", NOW - timedelta(days=3))
    _decide(w)
    place_pauses.follow(NOW - timedelta(days=1))
    order.refresh_from_db()
    due, since = order.due_at, order.paused_at
    assert since == DAYS_AGO and due
    merge_counties(w, now=NOW)
    order.refresh_from_db()
    assert order.path.startswith(f"{B}101/") and order.paused_at is None
    assert order.due_at == due + (NOW - since)
    running = Pause.objects.filter(end=None)
    assert [(p.path, p.start) for p in running] == [(f"{B}101/", NOW)]
    place_pauses.follow(NOW + timedelta(hours=1))
    order.refresh_from_db()
    assert order.paused_at == NOW
    # The clocks of the county that took the other one in run on.
    assert not Pause.objects.filter(path=B).exists()
