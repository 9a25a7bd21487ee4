"""Bonds and visits in the numbered cases of domain 8 that are not with the subject they
belong to: cases 1–4, 7–11 and 22 are in test_services, 11, 23–25, 34 and 35 in
test_visit_services, 26 as a rule in test_visit_rules, 5, 9, 11, 12 and 19 of duties in
duties/tests, 27–29 of the calendar in duties/tests/test_cadence."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from baodao.core.clock import at_local
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.duties import sweeps
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.pairings import private, services, visits_services
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.tests.visiting import DAY, NOW, bond, later, owed, visit
from baodao.people.services.members import add_exemption
from baodao.people.tests.make import World, world
from baodao.places.services import end_pause, open_pause
from baodao.places.tests.changing import carried_out
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def confirm(w: World, made: Visit, now: datetime = NOW, **said: str) -> None:
    visits_services.confirm_visit(
        actor=w.actors[said.get("who", "community_worker")], visit_id=made.pk,
        how="call", now=now,
    )  # fmt: skip


def test_edge_case_8_the_new_community_asks_anew_and_hears_no_name(w: World) -> None:
    it = bond(w)
    private.household_moved(
        actor=w.actors["community_worker"], pairing_id=it.pk,
        community_id=w.places.other_community.pk, now=NOW,
    )  # fmt: skip
    it.refresh_from_db()
    assert (it.state, it.pause_reason) == ("paused", "household_moved")
    told = Message.objects.get(path=w.places.other_community.path)
    assert "重新征求同意" in told.text and "赵" not in told.title + told.text
    assert not HouseholdPairing.objects.filter(
        path=w.places.other_community.path
    ).exists()
    with pytest.raises(Invalid):
        visit(w, it, on=NOW.date() + timedelta(days=1), now=later(1))


def test_edge_case_9_a_care_home_ends_it_and_nobody_is_reminded_or_asked(
    w: World,
) -> None:
    it = bond(w)
    services.end(
        actor=w.actors["community_worker"], pairing_id=it.pk, reason="care_home",
        now=NOW,
    )  # fmt: skip
    before = Message.objects.count()
    sweeps.sweep(later(1))
    assert Message.objects.count() == before
    open_ = ("due", "missed")
    assert not Duty.objects.filter(source_id=it.pk, state__in=open_).exists()


def test_edge_case_10_two_of_one_home_serve_together_and_both_have_a_record(
    w: World,
) -> None:
    first = bond(w)
    second = bond(w, member_id=w.members.colleague.id)
    made = visit(w, first, partner_id=w.members.colleague.id)
    half = visits_services.halves(made)[0]
    with pytest.raises((Forbidden, NotFound)):  # neither confirms the other
        visits_services.confirm_visit(
            actor=w.actors["member"], visit_id=half.pk, how="call", now=NOW
        )
    confirm(w, made)
    records = Record.objects.filter(kind="visit")
    assert {r.member_id for r in records} == {first.member_id, second.member_id}


def test_edge_case_12_who_is_ill_owes_no_visit_and_shows_no_paper(w: World) -> None:
    it = bond(w)
    add_exemption(
        actor=w.actors["unit_secretary"], member_id=it.member_id, kind="illness",
        valid_from=date(2026, 3, 10),
    )  # fmt: skip
    sweeps.sweep(at_local(date(2026, 4, 2), time(9)))
    d = owed(it)
    assert (d.state, d.excuse) == ("excused", "leave")
    # May still go, and it counts as service.
    made = visit(w, it, on=date(2026, 4, 5), now=at_local(date(2026, 4, 5), time(18)))
    confirm(w, made, at_local(date(2026, 4, 6), time(9)))
    assert Record.objects.get().member_id == it.member_id


def test_edge_case_19_in_a_pause_a_call_counts_and_the_window_grows(w: World) -> None:
    it = bond(w)
    pause = open_pause(
        actor=w.actors["county_org"], path=w.places.district.path, start=later(1),
        reason="大雪封路", now=later(1),
    )  # fmt: skip
    made = visit(w, it, on=later(3).date(), now=later(3), method="phone")
    done = Duty.objects.get(done_id=made.pk)
    assert (done.kind, done.state) == ("visit_month", "done")
    end_pause(actor=w.actors["county_org"], pause_id=pause.id, now=later(11))
    sweeps.sweep(later(12))
    april = owed(it, month=4)
    assert april.due_on == date(2026, 4, 30)  # its month had not begun


def test_edge_case_22_a_visit_that_waits_goes_along_and_is_confirmed_there(
    w: World,
) -> None:
    it = bond(w)
    made = visit(w, it)
    carried_out(w.actors["county_org"], "merge", "542523100", into="542523200")
    made.refresh_from_db()
    it.refresh_from_db()
    assert made.home_path == it.home_path
    assert made.home_path.startswith(w.places.other_street.path)
    there = replace(w.actors["community_worker"], path=it.path)
    visits_services.confirm_visit(
        actor=there, visit_id=made.pk, how="call", now=later(1)
    )
    assert Record.objects.get().path == it.path


def test_edge_case_23_what_comes_after_the_quarter_keeps_its_date_and_is_marked(
    w: World,
) -> None:
    it = bond(w)
    at = at_local(date(2026, 4, 20), time(9))
    made = visit(w, it, on=date(2026, 3, 28), now=at, reason="一直在牧区")
    assert made.late == "backfill"
    confirm(w, made, at, who="community_secretary")
    record = Record.objects.get()
    assert record.occurred_on == date(2026, 3, 28)
    assert record.confirmed_at == at


def test_edge_case_24_over_new_year_it_is_the_old_year_s(w: World) -> None:
    it = bond(w)
    night, morning = date(2026, 12, 31), at_local(date(2027, 1, 1), time(9))
    made = visit(
        w, it, on=night, now=morning, method="phone", at=time(23, 50), minutes=30
    )
    confirm(w, made, morning)
    record = Record.objects.get()
    assert record.occurred_on == night
    assert record.end_at and record.end_at > at_local(date(2027, 1, 1), time(0))
    key = Duty.objects.get(done_id=made.pk, kind="visit_month").key
    assert key.startswith("2026")


def test_edge_case_26_just_after_midnight_is_today_wherever_the_clock_of_the_server(
    w: World,
) -> None:
    it = bond(w)
    night = at_local(DAY, time(0, 30))  # 16:30 UTC of the day before
    assert visit(w, it, on=DAY, now=night, method="phone").visited_on == DAY
    with pytest.raises(Invalid):
        visit(w, it, on=DAY + timedelta(days=1), now=night, method="phone")


@pytest.mark.parametrize(("year", "n"), [(2026, 2), (2028, 1)])
def test_edge_cases_27_28_29_a_bond_owes_merged_festivals_once(
    w: World, year: int, n: int
) -> None:
    """2028: the mid-autumn day is the third of October, inside the national holiday;
    in 2026 it is the 25th of September. The leap months of 2028 bring no second one."""
    it = bond(w, at=at_local(date(year, 1, 5), time(10)))
    rows = Duty.objects.filter(source_id=it.pk, kind="visit_festival")
    autumn = [d for d in rows if date(year, 9, 10) <= d.due_on <= date(year, 10, 12)]
    assert len(autumn) == n
    spring = [d for d in rows if d.due_on < date(year, 4, 1)]
    assert len(spring) == (2 if year == 2028 else 1)  # with Losar: apart, or one
    assert rows.count() <= 5
