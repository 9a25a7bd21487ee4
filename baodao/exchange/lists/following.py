"""The lists follow what happens to units (domain 8.7): what is open is the successor's;
of a unit that is gone without one, needs and resources leave the list."""

from datetime import datetime
from uuid import UUID

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.exchange.lists import rules
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.people.models import Unit


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """After a merger; returns how many rows changed. A dissolved unit's stay as they
    are: the community withdraws or cancels them with a word to whom they concern."""
    at = now or clock_now()
    new = Unit.objects.values_list("successor", flat=True).get(id=unit_id)
    if new is None:
        return 0
    write = Write(set={"unit_id": new}, data={"from": str(unit_id), "to": str(new)})
    n = 0
    for action, found in (
        ("needs", Need.objects.filter(unit=unit_id, state__in=rules.NEED_OPEN)),
        ("resources", Resource.objects.filter(unit=unit_id).exclude(state="retired")),
        ("bookings", Booking.objects.filter(unit_id=unit_id, state__in=("asked", "reserved"))),
    ):  # fmt: skip
        ids = found.values_list("id", flat=True)
        n += len(
            act_rows(SYSTEM, f"{action}.follow_unit", dict.fromkeys(ids, write), now=at)
        )
    shared = ListProject.objects.filter(
        unit_ids__contains=[unit_id], state__in=rules.PROJECT_OPEN
    )
    writes = {
        p.id: Write(set={"unit_ids": list(dict.fromkeys(
            new if pk == unit_id else pk for pk in p.unit_ids
        ))}, data=write.data)
        for p in shared
    }  # fmt: skip
    return n + len(act_rows(SYSTEM, "listprojects.follow_unit", writes, now=at))
