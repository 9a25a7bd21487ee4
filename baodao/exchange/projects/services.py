"""The verbs of cooperation projects (L09) and key problems (L10, L36). Steps take `pk`;
all keyword-only, with `now` and `client_id`. Errors: NotFound outside the actor's
scope, Forbidden inside it, Conflict when the state or somebody else was first, Invalid
with the field."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import create
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, year_of
from baodao.core.clock import now as clock_now
from baodao.core.errors import Invalid, NotFound
from baodao.duties import services as duties
from baodao.exchange.models import CoProject, KeyProblem
from baodao.exchange.projects import plans, quotas, rules
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.exchange.steps import clean, must, number, single, tell, verb
from baodao.people.queries import units_at
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.places.settings import at_each
from baodao.records.models import Record


def _place(place_id: UUID, unit_ids: Sequence[UUID]) -> Place:
    place = Place.objects.filter(id=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None:
        raise Invalid(fields={"place": "请选社区（村）。"})
    here = set(units_at(place.path).values_list("id", flat=True))
    if set(unit_ids) - here:
        raise Invalid(fields={"units": "只能选联系点在本社区的单位。"})
    return place


def propose(
    *, actor: Actor, place_id: UUID, tasks: Mapping[UUID, str], title: str,
    joint_type: str, mechanism: str, priority: str = "", goal: str = "",
    milestones: Sequence[tuple[str, date]] = (), year: int | None = None,
    now: datetime | None = None, client_id: str = "",
) -> CoProject:  # fmt: skip
    """Propose a project of the year. `tasks`: unit → what it does; of several units
    each needs one to count."""
    at = now or clock_now()
    must("title", title, "请写项目的名称。")
    clean(goal=goal, priority=priority)
    if joint_type not in JOINT_TYPES or mechanism not in MECHANISMS:
        raise Invalid(fields={"joint_type": "请选类别。"})
    if not tasks:
        raise Invalid(fields={"units": "请选至少一家单位。"})
    if not rules.steps_in_order([d for _, d in milestones]):
        raise Invalid(fields={"milestones": "节点请按时间先后写。"})
    place = _place(place_id, list(tasks))
    project = CoProject(
        number=number("coproject", place.path), title=title.strip(),
        year=year or local(at).year, joint_type=joint_type, mechanism=mechanism,
        priority=priority.strip(), goal=goal.strip(), place=place, path=place.path,
        unit_ids=list(tasks), tasks={str(k): v.strip() for k, v in tasks.items()},
        milestones=[{"title": t, "due": d.isoformat(), "done": ""} for t, d in milestones],
        clock_from=at, due_at=rules.by_day(3, 31, at),
    )  # fmt: skip
    done = create(
        actor, "coprojects.propose", project, Write(job=tell()), now=at,
        client_id=client_id,
    )  # fmt: skip
    return CoProject.objects.get(id=done.id) if done.repeated else project


_project = partial(verb, "coprojects", plans.PROJECT_READS)
negotiate = _project("negotiate", plans.negotiate)
reject = _project("reject", plans.stop)
approve = _project("approve", plans.approve)
start = _project("start", plans.start)
reach = _project("reach", plans.reach)
complete = _project("complete", plans.complete)
terminate = _project("terminate", plans.stop)
send_back = _project("send_back", plans.send_back)
_accept = _project("accept", plans.accept)


def accept(
    *, actor: Actor, pk: UUID, note: str = "", now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Accepted by the community's secretary: the record and the year's quota of every
    unit with a task (L09)."""
    at = now or clock_now()
    with single():
        done = _accept(
            actor=actor, pk=pk, now=at, client_id=client_id, by=actor.person_id,
            note=note,
        )  # fmt: skip
        if not done.repeated:
            row = CoProject.objects.get(id=pk)
            units = plans.counted({"unit_ids": row.unit_ids, "tasks": row.tasks})
            _count(actor, units, rules.PROJECT_QUOTA, "exchange.coproject", pk, at)
    return done


def _count(
    actor: Actor, units: Sequence[UUID], kind: str, by_kind: str, pk: UUID, at: datetime
) -> None:
    """This year's quota of these units; who has done it already has more than enough."""
    duties.fulfil_all(
        actor=actor, source_ids=units, on=local(at).date(), by_kind=by_kind, by_id=pk,
        kinds=(kind,), settled=True, now=at,
    )  # fmt: skip


# --- key problems -----------------------------------------------------------------


def register(
    *, actor: Actor, place_id: UUID, title: str, kind: str, detail: str = "",
    estate_id: UUID | None = None, unit_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> KeyProblem:  # fmt: skip
    """A problem of the community; `unit_id`: who is asked to claim it."""
    at = now or clock_now()
    must("title", title, "请写一句是什么问题。")
    clean(detail=detail)
    if kind not in rules.PROBLEM_KINDS:
        raise Invalid(fields={"kind": "请选类别。"})
    place = _place(place_id, [unit_id] if unit_id else [])
    inside = Place.objects.filter(path__startswith=place.path)
    if estate_id and not inside.filter(id=estate_id).exists():
        raise Invalid(fields={"estate": "小区要在本社区里。"})
    problem = KeyProblem(
        number=number("problem", place.path), title=title.strip(), kind=kind,
        detail=detail.strip(), place=place, path=place.path, estate_id=estate_id,
        unit_id=unit_id, clock_from=at, due_at=rules.by_day(6, 30, at),
    )  # fmt: skip
    done = create(
        actor, "problems.register", problem, Write(job=tell()), now=at,
        client_id=client_id,
    )  # fmt: skip
    return KeyProblem.objects.get(id=done.id) if done.repeated else problem


_problem = partial(verb, "problems", plans.PROBLEM_READS)
claim = _problem("claim", plans.claim)
begin = _problem("start", plans.claim)
release = _problem("release", plans.release)
report = _problem("report", plans.report)
confirm = _problem("confirm", plans.confirm)
problem_back = _problem("send_back", plans.problem_back)
follow_up = _problem("follow_up", plans.follow_up)
_ask = _problem("ask", plans.ask)
_close = _problem("close", plans.close)
_reopen = _problem("reopen", plans.reopen)


def ask(
    *, actor: Actor, pk: UUID, unit: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Ask a unit of the community to claim it."""
    problem = KeyProblem.objects.filter(id=pk).first()
    if problem is None:
        raise NotFound
    _place(problem.place_id, [unit])
    return _ask(actor=actor, pk=pk, now=now, client_id=client_id, unit_id=unit)


def close(
    *, actor: Actor, pk: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    """Closed by the community's secretary: the unit's record, and its quota (L10)."""
    at = now or clock_now()
    with single():
        done = _close(
            actor=actor, pk=pk, now=at, client_id=client_id, by=actor.person_id
        )
        if not done.repeated:
            unit = KeyProblem.objects.values_list("unit", flat=True).get(id=pk)
            assert unit
            _count(actor, [unit], rules.PROBLEM_QUOTA, "exchange.keyproblem", pk, at)
    return done


def reopen(
    *, actor: Actor, pk: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """It came back: the record is reversed, and in the same year the quota is owed
    again (domain 6.6)."""
    at = now or clock_now()
    counted = list(
        Record.objects.filter(source_id=pk, reversal_of=None, reversals=None)
    )
    with single():
        closed = KeyProblem.objects.filter(id=pk, closed_on__isnull=False)
        row = closed.first()
        again = row is not None and _same_year(row, local(at).date())
        done = _reopen(
            actor=actor, pk=pk, now=at, client_id=client_id, note=note, records=counted
        )
        if not done.repeated and again:
            duties.reopen(actor=actor, by_id=pk, reason="reopened", now=at)
    return done


def _same_year(problem: KeyProblem, day: date) -> bool:
    """Whether it was closed in the evaluation year of the day."""
    assert problem.closed_on
    first = at_each([problem.path], quotas.YEAR_BEGINS)[problem.path]
    return year_of(problem.closed_on, first) == year_of(day, first)
