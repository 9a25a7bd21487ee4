"""Projects and problems follow what happens to units (domain 8.7)."""

from datetime import datetime
from uuid import UUID

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.exchange.models import CoProject, KeyProblem
from baodao.exchange.projects import quotas, rules
from baodao.exchange.steps import GONE
from baodao.people.models import Unit


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """The successor goes on with what is open; the quota of the unit that is gone is
    owed by nobody. Without a successor a project of this unit alone ends and a problem
    waits for another unit. Returns how many rows changed."""
    at = now or clock_now()
    quotas.end_of_unit(unit_id, at)
    new = Unit.objects.values_list("successor", flat=True).get(id=unit_id)
    if new is None:
        return _gone(unit_id, at)
    data = {"from": str(unit_id), "to": str(new)}
    mine = KeyProblem.objects.filter(unit=unit_id, state__in=rules.PROBLEM_OPEN)
    write = Write(set={"unit_id": new}, data=data)
    ids = mine.values_list("id", flat=True)
    n = len(act_rows(SYSTEM, "problems.follow_unit", dict.fromkeys(ids, write), now=at))
    shared = CoProject.objects.filter(
        unit_ids__contains=[unit_id], state__in=rules.PROJECT_OPEN
    )
    writes = {p.id: Write(set=_swapped(p, unit_id, new), data=data) for p in shared}
    return n + len(act_rows(SYSTEM, "coprojects.follow_unit", writes, now=at))


def _swapped(p: CoProject, old: UUID, new: UUID) -> dict[str, object]:
    """The successor in the place of the old unit, with both tasks if it had one."""
    tasks = dict(p.tasks)
    moved = [tasks.pop(str(old), ""), tasks.get(str(new), "")]
    tasks[str(new)] = "；".join(filter(None, moved))
    units = list(dict.fromkeys(new if pk == old else pk for pk in p.unit_ids))
    return {"unit_ids": units, "tasks": tasks}


def _gone(unit_id: UUID, at: datetime) -> int:
    """What is done and waits for the community's word is left to it."""
    held = KeyProblem.objects.filter(unit=unit_id, state__in=rules.PROBLEM_WITH_UNIT)
    free = Write(set={"unit_id": None}, reason=GONE.reason, job=GONE.job)
    ids = list(held.values_list("id", flat=True))
    n = len(act_many(SYSTEM, "problems.unit_gone", ids, free, now=at))
    mine = list(
        CoProject.objects.filter(
            unit_ids__contains=[unit_id], state__in=rules.PROJECT_RUNS
        )
    )
    over = [p.id for p in mine if p.unit_ids == [unit_id]]
    act_many(SYSTEM, "coprojects.unit_gone", over, GONE, now=at)
    left = {p.id: _left(p, unit_id) for p in mine if p.id not in over}
    act_rows(SYSTEM, "coprojects.follow_unit", left, now=at)
    return n + len(mine)


def _left(p: CoProject, unit_id: UUID) -> Write:
    tasks = {k: v for k, v in p.tasks.items() if k != str(unit_id)}
    units = [pk for pk in p.unit_ids if pk != unit_id]
    return Write(set={"unit_ids": units, "tasks": tasks}, data={"from": str(unit_id)})
