"""A household that has asked for somebody, from the request to the card (domain 7.1
M_ADD_ONDEMAND, M_DED_IGNORED); lists that were not handed in (7.2 U_DED_LISTS)."""

from datetime import date, datetime, time, timedelta

import pytest

from baodao.core.clock import at_local
from baodao.core.errors import Conflict
from baodao.duties import sweeps
from baodao.duties.models import Duty
from baodao.exchange.lists import duties as quarterly
from baodao.pairings import visits_around, visits_services
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.tests.visiting import DAY, NOW, bond, visit
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Deduction, Entry
from baodao.scoring.services import proposing
from baodao.scoring.services.posting import post

pytestmark = pytest.mark.django_db
ONE = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def asked(w: World) -> Duty:
    it = bond(w)
    return visits_around.ask_visit(
        actor=w.actors["community_worker"], pairing_id=it.pk, now=NOW
    )


def days(first: datetime, n: int, *, remind: bool = True) -> datetime:
    """So many mornings, with what the system does on each."""
    for i in range(n):
        sweeps.sweep(first + i * ONE)
        if remind:
            list(sweeps.remind(first + i * ONE))
    return first + (n - 1) * ONE


@pytest.mark.req("L39", "L44")
@pytest.mark.parametrize(("after", "counts"), [(3, 1), (5, 0)])
def test_only_who_comes_within_the_limit_was_there_on_demand(
    w: World, after: int, counts: int
) -> None:
    duty = asked(w)
    at = days(NOW, after + 1)
    made = visit(
        w, HouseholdPairing.objects.get(pk=duty.source_id), on=DAY + after * ONE, now=at
    )
    visits_services.confirm_visit(
        actor=w.actors["community_worker"], visit_id=made.pk, how="call", now=at
    )
    post(Record.objects.all())
    duty.refresh_from_db()
    assert duty.state == "confirmed", "late or not, the household was heard"
    assert Entry.objects.filter(code="M_ADD_ONDEMAND").count() == counts


@pytest.mark.req("L39", "L44")
@pytest.mark.parametrize("reminded", [True, False])
def test_no_answer_three_days_after_two_reminders_is_proposed(
    w: World, reminded: bool
) -> None:
    duty = asked(w)
    at = days(NOW, 7, remind=reminded)  # due on the 4th day, three more
    assert proposing.propose_found(at)["lapsed"] == 0
    at = days(at + ONE, 1)
    proposing.propose_found(at)
    assert Deduction.objects.filter(code="M_DED_IGNORED").exists() is reminded
    duty.refresh_from_db()
    assert duty.state == "lapsed"


@pytest.mark.req("L24", "L44")
def test_lists_are_owed_thirty_days_after_the_quarter_begins(w: World) -> None:
    first = at_local(date(2026, 10, 1), time(10))
    assert quarterly.owe(first) == 3
    duty = Duty.objects.get(kind="lists", unit_id=w.units.unit.pk)
    assert duty.due_on == date(2026, 10, 31)
    over = at_local(date(2026, 11, 1), time(10))
    sweeps.sweep(over)
    with pytest.raises(Conflict, match="到10月31日为止"):
        quarterly.hand_in(
            actor=w.actors["unit_liaison"], duty_id=duty.pk, now=over + ONE
        )
    proposing.propose_found(over)
    assert Deduction.objects.filter(code="U_DED_LISTS", unit=w.units.unit).exists()
    Duty.objects.filter(kind="lists").delete()
    assert quarterly.owe(over) == 0, "nobody is late with what nobody asked for"
