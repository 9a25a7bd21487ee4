"""The verbs of an allocation. Nothing outside the plan changes before `commit`. Errors:
NotFound outside the actor's scope, Forbidden inside it, Conflict when the plan is not a
draft any more or has grown old, Invalid with the field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.allocation import rules
from baodao.allocation.compute import Computed, compute, metres, said, where
from baodao.allocation.freshness import changes_since
from baodao.allocation.inputs import Fixed, Inputs, gather
from baodao.allocation.models import AllocationPair, AllocationPlan
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.matching.allocation_reasons import Explainer
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import ContactTie
from baodao.people.services import TieMove, move_contact_ties
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, COUNTY, PREFECTURE

FOLLOW = "reporting.follow"


def create_plan(
    *,
    actor: Actor,
    place_id: UUID,
    name: str,
    weights: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Compute a first draft for a prefecture or a county. Errors: name, place, and
    those of the weights."""
    name = name.strip()
    if not name:
        raise Invalid(fields={"name": "请给方案起个名，比如“2027 年度”。"})
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.level not in (PREFECTURE, COUNTY):
        raise Invalid(fields={"place": "请选地市或县（区）。"})
    chosen = rules.weights(weights or {})
    at = now or clock_now()
    plan = AllocationPlan(
        name=name, place=place, path=place.path, weights=chosen, computed_at=at,
        made_by=actor.name,
    )  # fmt: skip
    require(actor, "allocation.compute", plan)
    inputs = _gather(place.path)
    done = compute(plan, inputs, chosen, {}, 1)
    plan.milliseconds, plan.changed = done.milliseconds, done.changed
    write = Write(data=_counts(done), adds=[*done.points, *done.pairs])
    return create(actor, "allocation.compute", plan, write, now=at, client_id=client_id)


def _gather(path: str) -> Inputs:
    inputs = gather(path)
    if not inputs.points:
        raise Invalid(
            fields={"place": "这里还没有联系点。请先在地方页上确定联系点，再来试算。"}
        )
    if not inputs.units:
        raise Invalid(fields={"place": "这里还没有单位。请先登记单位，再来试算。"})
    return inputs


def _counts(done: Computed) -> dict[str, int]:
    return {"changed": done.changed, "units": len(done.pairs)}


def recompute(
    *,
    actor: Actor,
    plan_id: UUID,
    weights: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Compute again from what is there now, with the same or other numbers. What people
    decided stays. Errors: those of the weights."""
    plan = _plan(plan_id)
    require(actor, "allocation.recompute", plan)
    chosen = rules.weights(plan.weights if weights is None else weights)
    fixed = {
        p.unit_id: Fixed(p.point_id, p.reason, p.decided_by)
        for p in plan.pairs.filter(round=plan.round, fixed=True)
        if p.point_id
    }
    inputs, at = _gather(plan.path), now or clock_now()

    def decide(row: Mapping[str, Any]) -> Write:
        done = compute(plan, inputs, chosen, fixed, row["round"] + 1)
        return Write(
            set={
                "round": row["round"] + 1, "weights": chosen, "computed_at": at,
                "milliseconds": done.milliseconds, "changed": done.changed,
            },
            data=_counts(done), adds=[*done.points, *done.pairs],
        )  # fmt: skip

    return act(
        actor, "allocation.recompute", plan_id, decide,
        reads=("round",), now=now, version=version,
    )  # fmt: skip


def _plan(plan_id: UUID) -> AllocationPlan:
    plan = AllocationPlan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


# --- what people decide ---------------------------------------------------------------


def override(
    *, actor: Actor, pair_id: UUID, point_id: UUID, reason: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """A person wants the unit elsewhere, and says why. Errors: point, reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么换，审定的人看得到。"})
    pair = _pair(actor, "override", pair_id)
    inputs = gather(pair.path)
    to = inputs.points.get(point_id)
    if to is None:
        raise Invalid(fields={"point": "这里不是本地的联系点。请从名单里选。"})
    if any(t.unit_id == pair.unit_id and t.point_id == to.pk for t in inputs.extras):
        raise Invalid(
            fields={"point": f"{pair.unit}另外已经联系{to.name}。请选别的联系点。"}
        )
    explainer = explain(pair.plan, inputs)
    if str(pair.unit_id) not in explainer.problem.unit_at:
        raise Conflict("这个单位已经不在方案里。请重新试算。")
    parts, total, _, _ = explainer.at_point(str(pair.unit_id), str(to.pk))
    write = Write(
        set={
            **where(to.pk, to.path, pair.was_id), **said(parts, total),
            "fixed": True, "reason": reason.strip(), "decided_by": actor.name,
            "metres": metres(explainer.problem, str(pair.unit_id), str(to.pk)),
        },
        data={"from": str(pair.point_id or ""), "to": str(to.pk)},
    )  # fmt: skip
    return _adjust(actor, "override", pair, write, now)


def explain(plan: AllocationPlan, inputs: Inputs) -> Explainer:
    """Reasons for the plan as it stands, with what people decided."""
    rows = plan.pairs.filter(round=plan.round).values_list(
        "unit_id", "point_id", "extra"
    )
    placed = {
        f"{unit}/{point}" if extra else str(unit): str(point or "")
        for unit, point, extra in rows
    }
    return Explainer(inputs.problem(plan.weights), placed)


def _at(to: Place | None, pair: AllocationPair) -> dict[str, Any]:
    return where(to.pk if to else None, to.path if to else None, pair.was_id)


def undo(*, actor: Actor, pair_id: UUID, now: datetime | None = None) -> Done:
    """Back to what was computed."""
    pair = _pair(actor, "undo", pair_id)
    if not pair.fixed:
        raise Conflict("这一家没有人工调整，不用撤销。")
    explainer = explain(pair.plan, gather(pair.path))
    to = pair.suggested
    key, unit = str(to.pk) if to else "", str(pair.unit_id)
    known = key in explainer.problem.point_at and unit in explainer.problem.unit_at
    parts, total = explainer.at_point(unit, key)[:2] if known else ((), 0)
    write = Write(
        set={
            **_at(to, pair),
            **said(parts, total), "fixed": False, "reason": "", "decided_by": "",
            "metres": metres(explainer.problem, unit, key) if known else None,
        },
        data={"from": str(pair.point_id or ""), "to": key},
    )  # fmt: skip
    return _adjust(actor, "undo", pair, write, now)


def lock(*, actor: Actor, pair_id: UUID, now: datetime | None = None) -> Done:
    """Keep the unit where the plan has it, whatever is computed again."""
    pair = _pair(actor, "lock", pair_id)
    if pair.point_id is None:
        raise Conflict("这一家还没有联系点，没有可以固定的。请先换一个联系点。")
    write = Write(set={"fixed": True, "decided_by": actor.name})
    return _adjust(actor, "lock", pair, write, now)


def unlock(*, actor: Actor, pair_id: UUID, now: datetime | None = None) -> Done:
    """The next computing may move it again; what a person chose elsewhere is undone."""
    pair = _pair(actor, "unlock", pair_id)
    if not pair.fixed:
        raise Conflict("这一家没有固定，不用取消。")
    if pair.point_id != pair.suggested_id:
        return undo(actor=actor, pair_id=pair_id, now=now)
    write = Write(set={"fixed": False, "reason": "", "decided_by": ""})
    return _adjust(actor, "unlock", pair, write, now)


def _pair(actor: Actor, event: str, pair_id: UUID) -> AllocationPair:
    found = AllocationPair.objects.select_related("plan", "unit", "suggested")
    pair = found.filter(pk=pair_id, extra=False).first()
    if pair is None:
        raise NotFound
    require(actor, f"allocated.{event}", pair)
    if pair.round != pair.plan.round:
        raise Conflict("方案已经重新试算。请看一下最新的结果再调整。")
    return pair


def _adjust(
    actor: Actor, event: str, pair: AllocationPair, write: Write, now: datetime | None
) -> Done:
    """The act on the pair, and one on its plan: a plan that is committed or computed
    again at the same moment stops it."""
    with transaction.atomic():
        done = act(
            actor, f"allocated.{event}", pair.pk, lambda row: write,
            now=now, version=pair.version,
        )  # fmt: skip
        n = pair.plan.pairs.filter(round=pair.plan.round, moved=True).count()
        act(
            actor, "allocation.adjust", pair.plan_id,
            lambda row: Write(set={"changed": n}, data={"pair": str(pair.pk)}),
            now=now, version=pair.plan.version,
        )  # fmt: skip
    return done


# --- the end of a plan ------------------------------------------------------------------


def drop(*, actor: Actor, plan_id: UUID, now: datetime | None = None) -> Done:
    """The plan is not wanted; nothing changes."""
    write = Write(set=_stamp(actor, now))
    return act(actor, "allocation.drop", plan_id, lambda row: write, now=now)


def _stamp(actor: Actor, now: datetime | None) -> dict[str, Any]:
    return {"decided_at": now or clock_now(), "decided_by": actor.name}


def commit(
    *, actor: Actor, plan_id: UUID, now: datetime | None = None,
    version: int | None = None,
) -> Done:  # fmt: skip
    """Let the plan hold from today, in one transaction: old ties end, new ones begin,
    units and communities are told; the report-ins of thousands of members follow by a
    job of the same transaction. Refused when units, points or ties have changed since
    it was computed."""
    plan = _plan(plan_id)
    require(actor, "allocation.commit", plan)
    with transaction.atomic(), _changed_meanwhile():
        if changes := changes_since(plan):
            raise Conflict(
                f"试算以后{'，'.join(changes)}。请先重新试算，再审定。", code="plan_old"
            )
        moves = _moves(plan)
        move_contact_ties(actor=actor, moves=moves, now=now)
        units = [str(m.unit_id) for m in moves]
        write = Write(
            set=_stamp(actor, now), data={"units": len(units)},
            job=(FOLLOW, {"units": units}) if units else None,
        )  # fmt: skip
        done = act(
            actor, "allocation.commit", plan_id, lambda row: write,
            now=now, version=version,
        )  # fmt: skip
        send(_told(plan, done.event_id))
    return done


@contextmanager
def _changed_meanwhile() -> Iterator[None]:
    """What the database or a guard refuses is somebody else's change."""
    try:
        yield
    except Invalid as error:
        raise Conflict(
            "刚刚有人改了单位或联系点，方案没有生效。请重新试算，再审定。"
        ) from error


def _moves(plan: AllocationPlan) -> list[TieMove]:
    pairs = plan.pairs.filter(round=plan.round, moved=True, extra=False)
    rows = list(pairs.select_related("unit").order_by("unit_path", "unit_id"))
    ties = ContactTie.objects.filter(unit__in=[p.unit_id for p in rows], valid_to=None)
    open_ties = {(t.unit_id, t.point_id): t.pk for t in ties}
    return [
        TieMove(
            p.unit_id,
            [open_ties[p.unit_id, p.was_id]] if p.was_id else [],
            [p.point_id] if p.point_id else [],
            _why(plan, p),
        )
        for p in rows
    ]


def _why(plan: AllocationPlan, pair: AllocationPair) -> str:
    """What the tie keeps as its reason, and the ended one as its note."""
    if pair.reason:
        return f"{plan.name}：{pair.reason}"
    titles = [title for _, _, title, _, points in pair.parts if points > 0]
    return f"{plan.name}：{'、'.join(titles) or '按单位数调整'}"


def _told(plan: AllocationPlan, event_id: UUID) -> list[Message]:
    """Each unit its new point; each community how many units come and go."""
    pairs = plan.pairs.filter(round=plan.round, moved=True, extra=False)
    found, come, go = list[Message](), dict[str, int](), dict[str, int]()
    for p in pairs.select_related("point", "was"):
        assert p.point
        found.append(
            message(
                event_id=event_id, unit_id=p.unit_id, url=reverse("reporting:list"),
                title=f"本单位的联系点是{p.point.name}",
                text="党员在单位一边的报到会跟着转过去。请负责人到新社区报到对接。",
            )
        )  # fmt: skip
        for place, counted in ((p.point, come), (p.was, go)):
            if place:
                community = "/".join(place.path.split("/")[:COMMUNITY]) + "/"
                counted[community] = counted.get(community, 0) + 1
    for path in sorted(come.keys() | go.keys()):
        text = (
            f"新来{come.get(path, 0)}家，转走{go.get(path, 0)}家。新来的等单位来报到。"
        )
        found.append(
            message(
                event_id=event_id, role="community_worker", path=path, text=text,
                title="联系本社区的单位有调整", url=reverse("people:units"),
            )
        )  # fmt: skip
    return found
