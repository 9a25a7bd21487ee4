"""Sending and reading. Messages are side effects of an event that is on record, not
acts of their own: losing one loses nothing but the hint."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from baodao.acts.actor import Actor
from baodao.core.clock import now
from baodao.notifications.models import Message, Read
from baodao.places.settings import ancestors


def message(
    *, event_id: UUID, title: str, text: str = "", url: str = "", urgent: bool = False,
    person_id: UUID | None = None, unit_id: UUID | None = None, role: str = "",
    path: str = "",
) -> Message:  # fmt: skip
    """A message not yet sent. Exactly one of person, unit, role must be given."""
    addressee = str(person_id or unit_id or f"{role}@{path}")
    return Message(
        at=now(), event_id=event_id, addressee=addressee, title=title, text=text, url=url,
        urgent=urgent, person_id=person_id, unit_id=unit_id, role=role, path=path,
    )  # fmt: skip


def send(messages: Iterable[Message]) -> int:
    """Write messages; the same event tells the same addressee once, even when two
    workers run the job at the same moment. Returns how many are new."""
    given = list(messages)
    sent = Message.objects.filter(event_id__in={m.event_id for m in given})
    told = set(sent.values_list("event_id", "addressee"))
    fresh = [m for m in given if (m.event_id, m.addressee) not in told]
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def inbox(actor: Actor) -> QuerySet[Message]:
    """The actor's messages, newest first, each with `is_read`."""
    mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk=None)
    if actor.unit_id and actor.role.startswith("unit_"):
        mine |= Q(unit_id=actor.unit_id)
    if actor.path is not None:
        # What was sent to a place that this one has taken over is theirs now.
        taken_over = [lo for lo, _ in actor.former]
        mine |= Q(role=actor.role, path__in=[*ancestors(actor.path), *taken_over])
    found = Message.objects.filter(mine).annotate(is_read=_read_by(actor))
    return found.order_by("-at", "-id")


def _read_by(actor: Actor) -> Exists:
    reads = Read.objects.filter(message=OuterRef("pk"))
    return Exists(
        reads.filter(person_id=actor.person_id) if actor.person_id else reads.none()
    )


def unread(actor: Actor) -> int:
    """How many are not read yet, counted to 99."""
    return inbox(actor).filter(~_read_by(actor))[:99].count()


def mark_read(*, actor: Actor, ids: Iterable[UUID] | None = None) -> int:
    """Mark messages (all, without `ids`) as read by this person."""
    if actor.person_id is None:
        return 0
    found = inbox(actor).filter(~_read_by(actor))
    if ids is not None:
        found = found.filter(id__in=list(ids))
    reads = [
        Read(message_id=pk, person_id=actor.person_id, at=now())
        for pk in found.values_list("id", flat=True)[:500]
    ]
    Read.objects.bulk_create(reads, ignore_conflicts=True)
    return len(reads)
