"""Who and where a household is: for the paired member and the community, for a purpose,
each look on record (domain 9.1, 9.5); and a household that moves away (domain 8.8)."""

from datetime import datetime
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.notifications.services import message, send
from baodao.pairings import plans, rules
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.owing import call_off
from baodao.pairings.services import do, kept
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, PURPOSES

FIELDS = ("call_name", "address", "phone")
# What a member may look for: to go there, or to ring.
MEMBER_PURPOSES = {k: PURPOSES[k] for k in ("visit", "call_back", "emergency")}


def look_at(
    *, actor: Actor, pairing_id: UUID, purpose: str, now: datetime | None = None
) -> dict[str, str]:
    """Name, address and telephone of a household. The look is on record before
    anything is shown, and the household may ask who it was."""
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    found = HouseholdPairing.objects.select_related("household").filter(pk=pairing_id)
    it = found.first()
    if it is None:
        raise NotFound
    require(actor, "pairings.reveal", it)
    if actor.role == "member" and it.state != "active":
        raise Conflict("住户同意以后、在联系的时候才能看称呼和住处。")
    shown = {f: str(getattr(it.household, f)) for f in FIELDS}
    fields = sorted(k for k, v in shown.items() if v)
    write = Write(reason=purpose, data={"fields": fields})
    note_event(actor, "pairings.reveal", it, write, now=now)
    return shown


def household_moved(
    *, actor: Actor, pairing_id: UUID, community_id: UUID | None = None,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The household has moved: visits stop, the new community hears that there is a
    household it may ask anew, without a name. Nothing is carried over (domain 8.8)."""
    at = now or clock_now()
    day = today(at)
    to = _community(community_id) if community_id else None
    with kept():
        done = do(
            actor, "pause", pairing_id,
            lambda r: plans.pause("household_moved", day), at,
        )  # fmt: skip
        call_off(
            actor=actor, ids=[pairing_id], day=day, reason="household_moved", now=at
        )
        if to:
            it = HouseholdPairing.objects.select_related("household").get(pk=pairing_id)
            group = rules.FOCUS[it.focus]
            send([
                message(
                    event_id=done.event_id, role="community_worker", path=to.path,
                    title="有一户重点户搬到本社区",
                    text=f"原来有党员联系（{group}）。住户来登记后，请重新征求同意再结对。",
                )
            ])  # fmt: skip
    return done


def _community(pk: UUID) -> Place:
    found = Place.objects.filter(pk=pk, level=COMMUNITY, valid_to=None).first()
    if found is None:
        raise Invalid(fields={"community": "没有找到这个社区。请从名单里选。"})
    return found
