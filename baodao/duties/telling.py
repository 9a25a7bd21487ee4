"""One message a day and debtor: what is owed, until when (domain 7.4)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.duties import rules
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.people.models import Member
from baodao.ui.words import cdate

NAMED = 3  # duties that a message names


def digests(due: Iterable[list[Duty]], at: datetime) -> list[Message]:
    """The messages for what `sweeps.remind` has marked at that moment."""
    found = list(due)
    events = dict(
        Event.objects.filter(
            object_id__in=[duties[0].pk for duties in found], action="duties.remind",
            at=at,
        ).values_list("object_id", "id")
    )  # fmt: skip
    who = [pk for d, *_ in found if (pk := d.stand_in_id or d.member_id)]
    people = dict(Member.objects.filter(pk__in=who).values_list("pk", "person_id"))
    day = today(at)
    return [_digest(events[d[0].pk], _addressee(d[0], people), d, day) for d in found]


def _addressee(d: Duty, people: Mapping[UUID, UUID]) -> dict[str, Any]:
    """The member, else the unit, else whoever looks after it at the place."""
    member = d.stand_in_id or d.member_id
    if member:
        return {"person_id": people[member]}
    if d.unit_id:
        return {"unit_id": d.unit_id}
    return {"role": rules.TOLD[rules.KINDS[d.kind].debtor], "path": d.path}


def _digest(
    event_id: UUID, addressee: Mapping[str, Any], duties: list[Duty], day: date
) -> Message:
    named = "；".join(f"{d.title}，{cdate(d.due_on, day)}前" for d in duties[:NAMED])
    more = f"；还有{len(duties) - NAMED}件" if len(duties) > NAMED else ""
    one = len(duties) == 1
    return message(
        event_id=event_id,
        title=f"{duties[0].title}还没有做" if one else f"有{len(duties)}件应办的事还没有做",
        text=f"{named}{more}。做不了的，请早点跟社区说，可以免办或请人代办。",
        url=reverse("duties:duty", args=[duties[0].pk]) if one else reverse("duties:list"),
        **addressee,
    )  # fmt: skip
