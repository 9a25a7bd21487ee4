"""What is owed again when a visit does not hold."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.pairings import rules, visits_flow
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.owing import call_off


def settle_again(actor: Actor, visit: Visit, now: datetime) -> None:
    """After what this visit fulfilled is owed again: another visit that stands and
    fulfilled nothing (one was entered twice) takes its place, and a bond that is over
    owes nothing. Without it somebody would be asked, later marked down, for what is
    done."""
    idle = Visit.objects.filter(
        ~Exists(Duty.objects.filter(done_id=OuterRef("pk"))),
        pairing_id=visit.pairing_id, state__in=("done", "confirmed"),
    ).exclude(pk=visit.pk)  # fmt: skip
    for other in idle.order_by("visited_on", "pk"):
        duties.fulfil_all(
            actor=actor, source_ids=[other.pairing_id], on=other.visited_on,
            by_kind="visit", by_id=other.pk, kinds=tuple(visits_flow.DUTIES),
            member_id=other.stand_in_id or other.member_id,
            settled=other.state == "confirmed", now=now,
        )  # fmt: skip
    bond = HouseholdPairing.objects.get(pk=visit.pairing_id)
    if bond.state not in rules.AGREED:
        day = bond.ended_on or today(now)
        call_off(actor=actor, ids=[bond.pk], day=day, reason="ended", now=now)
