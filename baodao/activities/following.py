"""Activities follow what happens to units (domain 8.7): what is still to come is the
successor's, or is cancelled with a word to who has signed up; what took place and waits
for its confirmation keeps waiting for the community. Who holds a post holds it on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from baodao.activities import rules, services
from baodao.activities.models import Activity, Holding, Participation
from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties import services as duties
from baodao.people.models import PartyOrg, Unit

GONE = "主办单位已经撤销，这场活动不办了。"


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """After a merger or dissolution; returns how many activities changed. The party
    days of the unit that is gone are owed by nobody: its successor has its own."""
    at = now or clock_now()
    unit = Unit.objects.get(pk=unit_id)
    orgs = PartyOrg.objects.filter(unit=unit_id).values_list("pk", flat=True)
    with transaction.atomic():
        duties.cancel_all(
            actor=SYSTEM, source_ids=list(orgs), since=today(at), reason="unit_gone",
            now=at,
        )  # fmt: skip
        if unit.successor_id:
            return _go_on(unit_id, unit.successor_id, at)
        return _end(unit_id, at)


def _go_on(old: UUID, new: UUID, at: datetime) -> int:
    data = {"from": str(old), "to": str(new)}
    open_ = Activity.objects.filter(unit=old, state__in=(*rules.PLANNED, "finished"))
    ids = list(open_.values_list("pk", flat=True))
    host = Write(set={"host_unit_id": new}, data=data)
    parts = Participation.objects.filter(activity__in=ids).values_list("pk", flat=True)
    act_rows(SYSTEM, "participations.follow_unit", dict.fromkeys(parts, host), now=at)
    mine = Write(set={"unit_id": new}, data=data)
    held = Holding.objects.filter(unit_id=old, state="held", member__unit=new)
    for action, rows in (
        ("holdings", list(held.values_list("pk", flat=True))),
        ("activities", ids),
    ):
        act_rows(SYSTEM, f"{action}.follow_unit", dict.fromkeys(rows, mine), now=at)
    return len(ids)


def _end(unit_id: UUID, at: datetime) -> int:
    planned = Activity.objects.filter(unit=unit_id, state__in=rules.PLANNED)
    ids = list(planned.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        services.cancel(actor=SYSTEM, activity_id=pk, reason=GONE, now=at)
    return len(ids)
