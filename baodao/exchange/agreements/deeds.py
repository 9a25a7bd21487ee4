"""What an agreement promised is done, and confirmed by the community (L18). The duty
follows in the same transaction, the record is written with the confirmation."""

from datetime import date, datetime
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import create, read
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.exchange.agreements import plans, voices
from baodao.exchange.agreements.services import DUTY
from baodao.exchange.models import AgreementItem, Deed
from baodao.exchange.steps import Plan, for_system, single, take, tell

TWICE = "这一次已经记过了，在等社区确认。"


def report(
    *, actor: Actor, duty_id: UUID, done_on: date, said: str, people: int = 0,
    now: datetime | None = None, client_id: str = "",
) -> Deed:  # fmt: skip
    """The unit, or a worker for it, says that what was due is done. `people`: how many
    residents were there, 0 when nobody counted."""
    at = now or clock_now()
    duty = Duty.objects.filter(id=duty_id, kind=DUTY).first()
    if duty is None or duty.unit_id is None:
        raise NotFound
    require(actor, "duties.view", duty)
    plans.check_deed(day=local(at).date(), done_on=done_on, said=said, people=people)
    item = AgreementItem.objects.select_related("agreement", "unit").get(
        id=duty.source_id
    )
    deed = Deed(
        agreement=item.agreement, item=item, duty_id=duty.id, unit_id=duty.unit_id,
        place_id=duty.place_id, path=duty.path, done_on=done_on, people=people,
        said=said.strip(), reported_by=actor.person_id, nth=voices.next_try(duty.id),
    )  # fmt: skip
    by = actor if actor.unit_id else actor.for_someone(str(item.unit))
    with single(deed_one_live_per_duty=TWICE):
        done = create(
            by, "deeds.report", deed, Write(data={"people": people}, job=tell()),
            now=at, client_id=client_id,
        )  # fmt: skip
        if done.repeated:
            return Deed.objects.get(id=done.id)
        duties.fulfil(
            actor=actor, duty_id=duty.id, on=done_on, by_kind="exchange.deed",
            by_id=deed.id, now=at,
        )  # fmt: skip
    return deed


def confirm(
    *, actor: Actor, deed_id: UUID, how: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The community saw it, or residents told it so: the record, and the duty done."""
    deed = Deed.objects.select_related("item").filter(id=deed_id).first()
    if deed is None:
        raise NotFound
    joint_type, unseen = deed.item.joint_type, voices.tally(deed).not_seen
    with single():
        done = _do(
            actor, "confirm", deed_id,
            lambda r, c: plans.confirm(
                r, c, how=how, by=actor.person_id, joint_type=joint_type,
                unseen=unseen, note=note,
            ),
            now, client_id,
        )  # fmt: skip
        if not done.repeated:
            duties.confirm(actor=for_system(actor), by_id=deed_id, now=now)
    return done


def refuse(
    *, actor: Actor, deed_id: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """It was not so: owed again, with a sentence that the unit reads."""
    row = read("deeds.refuse", deed_id, plans.DEED_READS)
    with single():
        done = _do(
            actor, "refuse", deed_id, lambda r, c: plans.refuse(r, c, note=note), now,
            client_id,
        )  # fmt: skip
        if not done.repeated:
            duties.refuse(
                actor=for_system(actor), by_id=row["id"], reason="not_so", now=now
            )
    return done


def _do(
    actor: Actor, event: str, pk: UUID, plan: Plan, now: datetime | None,
    client_id: str,
) -> Done:  # fmt: skip
    return take(
        actor, f"deeds.{event}", pk, plan, reads=plans.DEED_READS, now=now,
        client_id=client_id,
    )  # fmt: skip
