"""What goes along when a unit ends (domain 8.7): open meetings and what it has to do
are its successor's, its part in federations ends or goes over."""

from datetime import date, datetime
from uuid import UUID

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.councils import rules
from baodao.councils import rules_deliberation as talks
from baodao.councils.models import (
    DeliberationSeat,
    FederationMember,
    MeetingSeat,
    Resolution,
)
from baodao.councils.services import federations
from baodao.duties import services as duties
from baodao.people.models import Unit
from baodao.people.queries import current


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """Called in the transaction that ends the unit. Returns how many things moved.
    What was resolved and has no successor waits for the community to name a unit."""
    unit = Unit.objects.get(pk=unit_id)
    to = unit.successor_id
    rows = Resolution.objects.filter(unit=unit_id, state__in=("draft", "open"))
    moved = list(rows.values_list("pk", flat=True)) if to else []
    data = {"from": str(unit_id), "to": str(to)}
    writes = {pk: Write(set={"unit": to}, data=data) for pk in moved}
    act_rows(SYSTEM, "resolutions.reassign", writes, now=now)
    for pk in moved:
        duties.hand_over(
            actor=SYSTEM, source_id=pk, member_id=None, unit_id=to, since=date.min,
            now=now,
        )  # fmt: skip
    return len(moved) + _seats(unit, now) + _invited(unit, now) + _federated(unit, now)


def _invited(unit: Unit, now: datetime | None) -> int:
    """Invitations to what is still to be talked over, where the successor has none."""
    to = unit.successor
    mine = DeliberationSeat.objects.filter(
        unit=unit, deliberation__state__in=talks.AHEAD
    )
    if to is None:
        return 0
    taken = DeliberationSeat.objects.filter(unit=to).values("deliberation")
    free = list(mine.exclude(deliberation__in=taken).values_list("pk", flat=True))
    write = Write(set={"unit": to.pk, "name": to.name})
    writes = dict.fromkeys(free, write)
    act_rows(SYSTEM, "deliberation_seats.follow_unit", writes, now=now)
    return len(free)


def _seats(unit: Unit, now: datetime | None) -> int:
    """Seats at meetings to come, where the successor has none yet."""
    to = unit.successor
    mine = MeetingSeat.objects.filter(unit=unit, meeting__state__in=rules.AHEAD)
    if to is None:
        return 0
    taken = MeetingSeat.objects.filter(unit=to).values("meeting")
    free = list(mine.exclude(meeting__in=taken).values_list("pk", flat=True))
    write = Write(set={"unit": to.pk, "name": to.name})
    act_rows(SYSTEM, "meeting_seats.follow_unit", dict.fromkeys(free, write), now=now)
    for pk in free:
        duties.hand_over(
            actor=SYSTEM, source_id=pk, member_id=None, unit_id=to.pk, since=date.min,
            now=now,
        )  # fmt: skip
    return len(free)


def _federated(unit: Unit, now: datetime | None) -> int:
    parts = list(FederationMember.objects.filter(current(today(now)), unit=unit))
    for part in parts:
        federations.leave(actor=SYSTEM, member_id=part.pk, now=now)
        held = FederationMember.objects.filter(
            current(today(now)), federation=part.federation_id, unit=unit.successor_id
        )
        if unit.successor_id and not held.exists():
            federations.take_over(part, unit.successor_id, now)
    return len(parts)
