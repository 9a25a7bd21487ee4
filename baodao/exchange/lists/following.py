"""The lists follow what happens to units (domain 8.7): what is open is the successor's;
of a unit that is gone without one, needs and resources leave the list, bookings and
projects that nobody gives anything for any more end, and the community is told."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.exchange.lists import rules
from baodao.exchange.lists.services import move_needs
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.exchange.steps import GONE
from baodao.people.models import Unit


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """After a merger or dissolution; returns how many rows changed."""
    at = now or clock_now()
    new = Unit.objects.values_list("successor", flat=True).get(id=unit_id)
    if new is None:
        return _gone(unit_id, at)
    write = Write(set={"unit_id": new}, data={"from": str(unit_id), "to": str(new)})
    n = 0
    for action, found in (
        ("needs", Need.objects.filter(unit=unit_id, state__in=rules.NEED_OPEN)),
        ("resources", Resource.objects.filter(unit=unit_id).exclude(state="retired")),
        ("bookings", _booked(unit_id)),
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


def _booked(unit_id: UUID) -> QuerySet[Booking]:
    return Booking.objects.filter(unit_id=unit_id, state__in=("asked", "reserved"))


def _gone(unit_id: UUID, at: datetime) -> int:
    """Projects first: the needs of other units return to the list."""
    n = _projects_without(unit_id, at)
    for action, found in (
        ("bookings", _booked(unit_id)),
        ("resources", Resource.objects.filter(unit=unit_id).exclude(state="retired")),
        ("needs", Need.objects.filter(unit=unit_id, state__in=rules.NEED_FREE)),
    ):
        ids = list(found.values_list("id", flat=True))
        n += len(act_many(SYSTEM, f"{action}.unit_gone", ids, GONE, now=at))
    return n


def _projects_without(unit_id: UUID, at: datetime) -> int:
    """A project goes on while another unit gives something for it. What is done and
    waits for the community's word is left to it."""
    mine = list(
        ListProject.objects.filter(
            unit_ids__contains=[unit_id], state__in=rules.PROJECT_RUNS
        )
    )
    given = {pk for p in mine for pk in p.resources}
    givers = dict(Resource.objects.filter(id__in=given).values_list("id", "unit_id"))
    left: dict[UUID, Write] = {}
    for p in mine:
        if {givers[pk] for pk in p.resources} - {unit_id}:
            rest = [pk for pk in p.unit_ids if pk != unit_id]
            left[p.id] = Write(set={"unit_ids": rest}, data={"from": str(unit_id)})
    over = [p for p in mine if p.id not in left]
    act_rows(SYSTEM, "listprojects.follow_unit", left, now=at)
    act_many(SYSTEM, "listprojects.unit_gone", [p.id for p in over], GONE, now=at)
    for p in over:
        move_needs(p.needs, "unmatch", at)
    return len(mine)
