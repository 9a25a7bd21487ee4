"""Bonds and visits for tests, brought about by the real services."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from baodao.core.clock import at_local
from baodao.duties.models import Duty
from baodao.orders.tests.make import categories
from baodao.pairings import services, visits_services
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.plans import Given, Terms
from baodao.pairings.visits_services import Report
from baodao.people.tests.make import World

# A Monday in March: nothing but the month is owed, its quarter is open.
BEGAN = at_local(date(2026, 3, 2), time(10))
NOW = at_local(date(2026, 3, 16), time(11))
DAY = date(2026, 3, 16)


def bond(
    w: World, *, member_id: UUID | None = None, household_id: UUID | None = None,
    at: datetime = BEGAN, **terms: Any,
) -> HouseholdPairing:  # fmt: skip
    """An active bond of the world's member and household (an old person's), with the
    year's visits owed."""
    categories()
    worker = w.actors["community_worker"]
    row = services.propose(
        actor=worker, member_id=member_id or w.members.member.id,
        household_id=household_id or w.household.id, now=at,
        terms=Terms(**terms) if terms else None,
    )  # fmt: skip
    services.ask(actor=worker, pairing_id=row.pk, now=at)
    given = Given(
        way="spoken", witness="次仁", by_guardian=row.focus == "minor", signer="妈妈"
    )
    services.consent(actor=worker, pairing_id=row.pk, given=given, now=at)
    row.refresh_from_db()
    return row


def visit(
    w: World, pairing: HouseholdPairing, *, on: date = DAY, now: datetime = NOW,
    who: str = "member", **said: Any,
) -> Visit:  # fmt: skip
    """A visit by the member, of `on`."""
    given = {
        k: said.pop(k) for k in ("by_id", "entry", "signed", "client_id") if k in said
    }
    return visits_services.record_visit(
        actor=w.actors[who],
        pairing_id=pairing.pk,
        report=Report(on=on, **said),
        now=now,
        **given,
    )


def owed(pairing: HouseholdPairing, kind: str = "visit_month", month: int = 3) -> Duty:
    """The duty of a month."""
    found = Duty.objects.filter(source_id=pairing.pk, kind=kind, due_on__month=month)
    return found.get()


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)
