"""A confirmed visit that is found false: the secretary takes the confirmation back, with
what was found out. The record is reversed, the duty is owed again, the member is told
(domain 5). Errors: Forbidden for who confirmed it, Invalid with the field."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Invalid, NotFound
from baodao.duties import services as duties
from baodao.pairings import visits_flow
from baodao.pairings.models import Visit
from baodao.pairings.visits_again import settle_again
from baodao.pairings.visits_services import TELL, check_numbers
from baodao.records.models import Record, reversal


def void_visit(
    *, actor: Actor, visit_id: UUID, reason: str, note: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """It did not happen as it was confirmed; of two who went together both halves.
    Errors: reason, note."""
    at = now or clock_now()
    if reason not in visits_flow.REFUSED:
        raise Invalid(fields={"reason": "请选怎么回事。"})
    if not note.strip():
        raise Invalid(fields={"note": "请写怎么查明的，党员问起来说得清。"})
    check_numbers("note", note)
    visit = Visit.objects.filter(pk=visit_id).first()
    if visit is None:
        raise NotFound
    with transaction.atomic():
        done = _void(actor, visit, reason, note, at, client_id)
        if not done.repeated:
            for half in confirmed_halves(visit):
                _void(actor, half, reason, note, at, "")
    return done


def confirmed_halves(visit: Visit) -> list[Visit]:
    """The other members' visits that were made together with this one."""
    first = visit.joint_id or visit.pk
    same = Visit.objects.filter(Q(joint_id=first) | Q(pk=first), state="confirmed")
    return list(same.exclude(pk=visit.pk))


def _void(
    actor: Actor, visit: Visit, reason: str, note: str, at: datetime, client_id: str
) -> Done:
    records = Record.objects.filter(
        source_kind="pairings.visit",
        source_id=visit.pk,
        reversal_of=None,
        reversals=None,
    )
    write = Write(
        reason=reason, notes=[("staff", note)], adds=[reversal(r, at) for r in records],
        job=(TELL, {}),
    )  # fmt: skip
    done = act(
        actor, "visits.void", visit.pk, lambda row: write, now=at, client_id=client_id,
        version=None if client_id else visit.version,
    )  # fmt: skip
    if not done.repeated:
        by = consequence_of(actor)
        if duties.reopen(actor=by, by_id=visit.pk, reason=reason, now=at):
            settle_again(by, visit, at)
    return done
