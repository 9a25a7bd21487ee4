"""Shifts in an emergency and the rates of a year: from the product's own services to a
card (domain 7.1 M_ADD_EMERG; 7.2 U_ADD_EMERG, U_ADD_MEETING, U_ADD_RATE, U_DED_RATE)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Invalid
from baodao.councils.services import holding
from baodao.councils.tests import make as meetings
from baodao.notifications.models import Message
from baodao.people.models import Exemption, Member
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Card, Deduction, Entry, Merit
from baodao.scoring.services import deducting, meriting, proposing, yearly_rates
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due
from baodao.scoring.tests.make import served

pytestmark = pytest.mark.django_db
OVER = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
LAST = date(2026, 12, 31)
SHIFT: dict[str, Any] = {
    "kind": "emergency", "level": None, "document": "", "deed": "雪灾值守",
    "begun": time(22), "ended": time(4),
}  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


def points(subject: str, w: World) -> dict[str, int]:
    """What stands on the card of the member or the unit, posted anew: code → entries."""
    post(Record.objects.all())
    whose = {subject: getattr(w.members if subject == "member" else w.units, subject)}
    card = Card.objects.get(subject=subject, **whose)
    return {
        "score": card.score,
        **{e.code: e.quantity for e in Entry.objects.filter(card=card)},
    }


def confirmed(w: World, merit: Merit, now: datetime = due.NOW) -> Record:
    secretary = w.actors["community_secretary"]
    meriting.confirm(actor=secretary, merit_id=merit.pk, now=now)
    return Record.objects.get(source_id=merit.pk)


@pytest.mark.req("L43")
def test_a_shift_of_four_hours_counts_for_the_member_and_a_task_for_the_unit(
    w: World,
) -> None:
    record = confirmed(w, due.merit(w, **SHIFT))
    assert (record.kind, record.minutes) == ("emergency", 360), "over midnight"
    assert points("member", w) == {"score": 810, "M_ADD_EMERG": 1}
    task = {**SHIFT, "subject": "unit", "whose": w.units.unit.pk, "ended": time(23)}
    confirmed(w, due.merit(w, **task))
    assert points("unit", w) == {"score": 820, "U_ADD_EMERG": 1}


@pytest.mark.req("L43")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ended": None}, "begun"),
        ({"ended": time(1, 59)}, "ended"),
        ({"on": due.NOW.date(), "begun": time(8), "ended": time(13)}, "ended"),
    ],
)
def test_a_shift_is_over_and_of_the_length_that_the_rules_want(
    w: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        due.merit(w, **{**SHIFT, **given})
    assert set(error.value.fields) == {field}


@pytest.mark.req("L43")
def test_edge_case_25_nobody_keeps_watch_and_serves_at_once(w: World) -> None:
    row = due.merit(w, **SHIFT)
    with pytest.raises(Invalid):
        due.merit(w, **{**SHIFT, "begun": time(23)})
    begun = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)  # 23:00
    served(w, due.ON, start_at=begun, end_at=begun + timedelta(hours=1))
    with pytest.raises(Conflict, match="别的服务"):
        confirmed(w, row)


# --- rates ----------------------------------------------------------------------------


def met(w: World, *how: str) -> None:
    """A meeting of the year for each word: so the unit came, or did not; another did."""
    meetings.tie(w)
    for n, word in enumerate(how):
        at = timedelta(days=7 * n)
        m = meetings.planned(w, meetings.HELD + at, meetings.NOW + at)
        m = meetings.called(w, m, meetings.NOW + at)
        marks = {s.pk: holding.Mark("self") for s in m.seats.all()}
        who = meetings.WHO if word == "substitute" else ""
        marks[meetings.seat_of(m, w.units.unit.pk).pk] = holding.Mark(word, who)
        now = meetings.AFTER + at
        holding.hold(
            actor=w.actors["community_worker"], meeting_id=m.pk, marks=marks,
            said=meetings.SAID, now=now,
        )  # fmt: skip
        meetings.closed(w, meetings.fresh(m), now)


def report(w: World, n: int) -> None:
    """Only the unit has members, twenty, so many of them reported in."""
    from baodao.people.models import Person
    from baodao.reporting.models import ReportIn

    unit, place = w.units.unit, w.places.community
    Member.objects.update(unit=None)
    people = [Person(name=f"党员{i}", pinyin=f"dangyuan{i}") for i in range(20)]
    copy_rows(Person, people)
    members = [
        Member(
            person=p, unit=unit, volunteer_no=f"5425-8{i:05d}", joined_on=date(2026, 1, 1)
        )
        for i, p in enumerate(people)
    ]  # fmt: skip
    copy_rows(Member, members)
    copy_rows(ReportIn, [
        ReportIn(
            receipt_no=f"R{i}", state="active", channel="unit", member=m, unit_id=unit.pk,
            point=place, path=place.path, reported_on=date(2026, 3, 1),
            clock_from=due.NOW, accepted_at=due.NOW, reconfirm_due=date(2027, 3, 1),
        )
        for i, m in enumerate(members[:n])
    ])  # fmt: skip


@pytest.mark.req("L43", "L21")
def test_a_unit_that_came_to_three_of_four_meetings_gets_its_points(w: World) -> None:
    met(w, "self", "substitute", "absent", "self")
    assert yearly_rates.register_good(OVER - timedelta(hours=12)) == 0, "not over yet"
    assert yearly_rates.register_good(OVER) == 2, "the other unit as well"
    assert yearly_rates.register_good(OVER) == 0
    row = Merit.objects.get(kind="meetings", unit=w.units.unit)
    assert (row.quantity, row.occurred_on) == (750, LAST)
    assert row.registered_by is None and row.record_id is None
    assert Message.objects.filter(role="community_secretary").count() == 1
    assert confirmed(w, row, OVER).kind == "rate"
    found = points("unit", w)
    assert found["U_ADD_MEETING"] == 1 and found["score"] == 820


@pytest.mark.req("L43")
def test_a_unit_of_which_nearly_all_reported_in_gets_its_points(w: World) -> None:
    report(w, 19)
    assert yearly_rates.register_good(OVER) == 1
    row = Merit.objects.get(kind="reported")
    assert row.quantity == 950 and row.deed.endswith("（应报到20人，报到19人）")
    confirmed(w, row, OVER)
    assert points("unit", w) == {"score": 820, "U_ADD_RATE": 1}
    assert proposing.propose_found(OVER)["low_rates"] == 0


@pytest.mark.req("L43", "L44")
def test_a_low_rate_is_proposed_told_and_decided_before_it_counts(w: World) -> None:
    report(w, 12)
    assert yearly_rates.register_good(OVER) == 0
    assert proposing.propose_found(OVER)["low_rates"] == 1
    assert proposing.propose_found(OVER + timedelta(days=1))["low_rates"] == 0
    d = Deduction.objects.get(code="U_DED_RATE")
    assert (d.state, d.occurred_on, d.tenths) == ("proposed", LAST, 50)
    assert "只有60%" in d.words and not Record.objects.exists()
    late = d.answer_until + timedelta(days=1)
    due.posted(w, deducting.deduction_of(d.pk), late)
    assert points("unit", w) == {"score": 750, "U_DED_RATE": 7}, (
        "seven steps, at most 5"
    )


@pytest.mark.req("L44")
def test_who_is_exempt_or_new_makes_no_rate_low(w: World) -> None:
    report(w, 19)
    missing = Member.objects.filter(unit=w.units.unit, report_ins=None).get()
    Member.objects.filter(pk=missing.pk).update(joined_on=LAST - timedelta(days=29))
    rates = {r.name: r for r in yearly_rates._new(OVER)}
    assert rates["reported"].value == 1000
    Member.objects.filter(pk=missing.pk).update(joined_on=date(2026, 1, 1))
    copy_rows(Exemption, [
        Exemption(member=missing, kind="illness", valid_from=date(2026, 12, 1))
    ])  # fmt: skip
    assert [r.whole for r in yearly_rates._new(OVER) if r.name == "reported"] == [19]
