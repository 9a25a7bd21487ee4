"""Bonds for tests, brought to a state by the real services."""

from datetime import UTC, datetime
from typing import Any

from baodao.acts.engine import create
from baodao.acts.writing import Write
from baodao.pairings import planning
from baodao.pairings import services as s
from baodao.pairings.models import HouseholdPairing, PairingPlan, PlannedPair
from baodao.pairings.plans import Given
from baodao.people.tests.make import World
from baodao.places.models import Household
from baodao.places.services import add_household

AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 local
SIGNED = Given("written", given_on=AT.date())


def proposed(w: World, key: str = "neighbour", **fields: Any) -> HouseholdPairing:
    """The neighbour, of another unit than the member's, for household 0312."""
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "household_id": w.household.id,
        "member_id": getattr(w.members, key).id, "now": AT,
    }  # fmt: skip
    return s.propose(**{**chosen, **fields})


def asked(w: World, key: str = "neighbour", **fields: Any) -> HouseholdPairing:
    it = proposed(w, key, **fields)
    s.ask(actor=w.actors["community_worker"], pairing_id=it.pk, now=AT)
    return fresh(it)


def active(w: World, key: str = "neighbour", **fields: Any) -> HouseholdPairing:
    """The household has signed."""
    it = asked(w, key, **fields)
    s.consent(
        actor=w.actors["community_worker"], pairing_id=it.pk, given=SIGNED, now=AT
    )
    return fresh(it)


def fresh(it: HouseholdPairing) -> HouseholdPairing:
    return HouseholdPairing.objects.get(pk=it.pk)


def another_home(w: World, number: int = 313, **fields: Any) -> Household:
    """One more household in the building."""
    chosen: dict[str, Any] = {"focus": ("elder",), "call_name": "钱大爷", **fields}
    done = add_household(
        actor=w.actors["community_worker"], parent_id=w.places.building.id,
        number=number, **chosen,
    )  # fmt: skip
    return Household.objects.get(pk=done.id)


def planned(w: World) -> PairingPlan:
    """A draft of the community with one pair, out of a county's run: whoever is free."""
    worker, home = w.actors["community_worker"], another_home(w, 320)
    done = planning.start_run(
        actor=w.actors["county_org"], place_id=w.places.district.id
    )
    plan = PairingPlan(
        run_id=done.id, path=w.places.community.path, homes=1, free=1, suggested=1
    )
    pair = PlannedPair(
        plan=plan, household=home, home_path=home.path, suggested=w.members.colleague,
        member=w.members.colleague,
    )  # fmt: skip
    create(worker, "pair_plans.compute", plan, Write(adds=[pair]))
    return plan
