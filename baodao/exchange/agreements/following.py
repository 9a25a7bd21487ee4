"""Agreements follow what happens to units (domain 8.7): the successor is a party in the
place of the unit that went into it, once; what that unit owed it owes. Without a
successor an agreement of this unit alone ends with notice, of several it goes on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.duties import services as duties
from baodao.exchange.agreements import plans, rules
from baodao.exchange.models import Agreement, AgreementItem, Deed
from baodao.exchange.steps import TELL, context, take
from baodao.people.models import Unit


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """After a merger or dissolution; returns how many agreements changed."""
    at = now or clock_now()
    unit = Unit.objects.get(id=unit_id)
    found = Agreement.objects.filter(state__in=rules.OPEN, unit_ids__contains=[unit_id])
    with transaction.atomic():
        rows = list(found.order_by("id"))
        for agreement in rows:
            if unit.successor_id:
                _go_on(agreement, unit_id, unit.successor_id, at)
            else:
                _without(agreement, unit_id, at)
        if unit.successor_id:
            _deeds(unit_id, unit.successor_id, at)
    return len(rows)


def _go_on(agreement: Agreement, old: UUID, new: UUID, at: datetime) -> None:
    def swapped(ids: list[UUID]) -> list[UUID]:
        return list(dict.fromkeys(new if pk == old else pk for pk in ids))

    changes = {
        "unit_ids": swapped(agreement.unit_ids),
        "signed_ids": swapped(agreement.signed_ids),
    }
    write = Write(set=changes, data={"from": str(old), "to": str(new)}, job=(TELL, {}))
    _take("follow_unit", agreement, write, at)
    for item_id in _items_of(agreement, old):
        duties.hand_over(
            actor=SYSTEM, source_id=item_id, member_id=None, unit_id=new,
            since=local(at).date(), now=at,
        )  # fmt: skip


def _without(agreement: Agreement, unit_id: UUID, at: datetime) -> None:
    rest = [pk for pk in agreement.unit_ids if pk != unit_id]
    if rest:
        signed = [pk for pk in agreement.signed_ids if pk != unit_id]
        write = Write(
            set={"unit_ids": rest, "signed_ids": signed}, data={"from": str(unit_id)},
            job=(TELL, {}),
        )  # fmt: skip
        _take("follow_unit", agreement, write, at)
    else:
        ctx = context(agreement.path, at)
        _take("unit_gone", agreement, plans.over(ctx, "unit_gone"), at)
    duties.cancel_all(
        actor=SYSTEM, source_ids=_items_of(agreement, unit_id),
        since=local(at).date(), reason="unit_gone", now=at,
    )  # fmt: skip


def _take(event: str, agreement: Agreement, write: Write, at: datetime) -> None:
    take(
        SYSTEM, f"agreements.{event}", agreement.id, lambda r, c: write,
        reads=plans.READS, now=at,
    )  # fmt: skip


def _items_of(agreement: Agreement, unit_id: UUID) -> list[UUID]:
    """What the unit promised itself, or took over before."""
    went_in = {unit_id}
    while (
        more := set(
            Unit.objects.filter(successor__in=went_in).values_list("id", flat=True)
        )
        - went_in
    ):
        went_in |= more
    items = AgreementItem.objects.filter(agreement=agreement, unit__in=went_in)
    return list(items.values_list("id", flat=True))


def _deeds(old: UUID, new: UUID, at: datetime) -> None:
    """What waits for the community's word is the successor's to hear of."""
    open_ = Deed.objects.filter(unit_id=old, state="reported").values_list(
        "id", flat=True
    )
    writes = {pk: Write(set={"unit_id": new}) for pk in open_}
    act_rows(SYSTEM, "deeds.follow_unit", writes, now=at)
