"""What people do with a suggested plan: another member, a pair left out, and all the
others confirmed at once, each as an act of its own, in one transaction (L08, L34, L37;
A15). Errors: NotFound outside the actor's scope, Forbidden inside it, Conflict when
the plan is no draft any more or not what was seen, Invalid with the field."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.services import message, send
from baodao.pairings import plan_rules, rules, suggesting
from baodao.pairings.fitting import apart, set_apart
from baodao.pairings.models import (
    HouseholdPairing,
    PairingPlan,
    PairingRun,
    PlannedPair,
)
from baodao.pairings.plan_stale import stale
from baodao.pairings.services import ask_all, kept
from baodao.people.models import Member
from baodao.places.settings import at_each

OLD = "方案刚刚有变化，和您看到的不一样了。请再看一遍，再确认。"


def pair_of(actor: Actor, event: str, pair_id: UUID) -> PlannedPair:
    related = ("plan", "household__place", "member__person", "member__unit")
    found = PlannedPair.objects.select_related(*related).defer(
        "household__call_name", "household__address", "member__person__phone"
    )
    pair = found.filter(pk=pair_id).first()
    if pair is None:
        raise NotFound
    require(actor, f"planned.{event}", pair)
    return pair


def change(
    *, actor: Actor, pair_id: UUID, member_id: UUID, reason: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another member for this household, who is free and in no other pair of the plan.
    Errors: member, reason."""
    pair = pair_of(actor, "change", pair_id)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么换。"})
    free = suggesting.free_members(pair.plan.path).filter(pk=member_id)
    member = free.first()
    if member is None:
        raise Invalid(fields={"member": "这名党员不在本社区，或已经有联系户。请另选。"})
    _refuse_apart(member, pair)
    parts = suggesting.reasons_for(pair.household, member)
    write = Write(
        set={
            "member_id": member.pk, "parts": [list(p) for p in parts], "left_out": "",
            "total": sum(p.points for p in parts), "decided_by": actor.name,
            "reason": reason.strip(),
        },
        data={"from": str(pair.member_id), "to": str(member.pk)},
    )  # fmt: skip
    return _adjust(actor, "change", pair, write, now)


def _refuse_apart(member: Member, pair: PlannedPair) -> None:
    home = pair.household
    if why := apart(member, home):
        raise Invalid(fields={"member": f"不能结对：{rules.APART[why]}。请另选一位。"})


def leave_out(
    *, actor: Actor, pair_id: UUID, why: str, now: datetime | None = None
) -> Done:
    """No bond of this pair. When they must stay apart, that is marked for good, so that
    nobody suggests it again. Errors: why."""
    pair = pair_of(actor, "leave_out", pair_id)
    if why not in plan_rules.DROPS:
        raise Invalid(fields={"why": "请选为什么去掉。"})
    write = Write(set={"left_out": why, "decided_by": actor.name}, reason=why)
    with transaction.atomic():
        done = _adjust(actor, "leave_out", pair, write, now)
        member = Member.objects.select_related("person").get(pk=pair.member_id)
        if why in rules.APART and not apart(member, pair.household):
            set_apart(
                actor=actor, member_id=pair.member_id,
                household_id=pair.household_id, why=why,
            )  # fmt: skip
    return done


def put_back(*, actor: Actor, pair_id: UUID, now: datetime | None = None) -> Done:
    """The pair counts again, unless the two must stay apart or the member has been
    given to somebody else meanwhile."""
    pair = pair_of(actor, "put_back", pair_id)
    member = Member.objects.select_related("person").get(pk=pair.member_id)
    if why := apart(member, pair.household):
        raise Conflict(f"不能放回：{rules.APART[why]}。请给这一户另选一位。")
    write = Write(set={"left_out": "", "decided_by": actor.name})
    return _adjust(actor, "put_back", pair, write, now)


def _adjust(
    actor: Actor, event: str, pair: PlannedPair, write: Write, now: datetime | None
) -> Done:
    """The act on the pair, and one on its plan, so that a confirmation at the same
    moment is refused."""
    try:
        with transaction.atomic():
            act(
                actor, "pair_plans.adjust", pair.plan_id,
                lambda row: Write(data={"pair": str(pair.pk)}), now=now,
                version=pair.plan.version,
            )  # fmt: skip
            return act(
                actor, f"planned.{event}", pair.pk, lambda row: write, now=now,
                version=pair.version,
            )  # fmt: skip
    except IntegrityError as error:
        if "planned_member_once" in str(error):
            raise Conflict(
                "这名党员在方案里已经配了另一户。请先去掉那一对，或另选一位。"
            ) from error
        raise


# --- it becomes bonds ------------------------------------------------------------------------


def confirm(
    *, actor: Actor, plan_id: UUID, seen: int, version: int | None = None,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Propose all pairs of the plan but those left out and those that are not possible
    any more. `seen`: how many the person was shown. Returns how many."""
    at = now or clock_now()
    plan = PairingPlan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    require(actor, "pair_plans.confirm", plan)
    with kept():
        good = _possible([plan])
        if len(good) != seen:
            raise Conflict(OLD, code="plan_old")
        if not good:
            raise Conflict("方案里没有可以提出的。请重新试算，或放弃这份方案。")
        write = Write(
            set={
                "decided_at": at, "decided_by": actor.name, "proposed": len(good),
            },
            data={"pairs": len(good)},
        )  # fmt: skip
        act(
            actor, "pair_plans.confirm", plan.pk, lambda row: write, now=at,
            version=version,
        )  # fmt: skip
        _propose(actor, good, at)
    return len(good)


def _possible(plans: Sequence[PairingPlan]) -> list[PlannedPair]:
    """The pairs that become bonds now."""
    related = ("household__place", "member__person", "member__unit")
    found = PlannedPair.objects.filter(plan__in=plans, left_out="")
    pairs = list(
        found.select_related(*related)
        .defer("household__call_name", "household__address", "member__person__phone")
        .order_by("home_path", "pk")
    )
    gone = stale(pairs)
    return [p for p in pairs if p.pk not in gone]


def _propose(actor: Actor, pairs: Sequence[PlannedPair], at: datetime) -> list[UUID]:
    matches = [suggesting.Match(p.household, p.member, ()) for p in pairs]
    given: dict[str, Any] = {
        **suggesting.columns(matches), "parts": [p.parts for p in pairs],
        "why": [p.reason for p in pairs],
    }  # fmt: skip
    return create_rows(actor, "pairings.propose", HouseholdPairing, given, at=at)


def drop(*, actor: Actor, plan_id: UUID, now: datetime | None = None) -> Done:
    """The plan is not wanted; nothing comes of it."""
    write = Write(set={"decided_at": now or clock_now(), "decided_by": actor.name})
    return act(actor, "pair_plans.drop", plan_id, lambda row: write, now=now)


def ask_everybody(
    *, actor: Actor, plan: PairingPlan, now: datetime | None = None
) -> int:
    """All households of a confirmed plan that nobody has asked yet are being asked."""
    rows = bonds_of(plan).filter(state="proposed")
    ids = list(rows.values_list("pk", flat=True))
    return ask_all(actor=actor, pairing_ids=ids, now=now)


def bonds_of(plan: PairingPlan) -> Any:
    """The bonds that a confirmed plan has made, in whatever state they are now."""
    pairs = PlannedPair.objects.filter(plan=plan, left_out="")
    found = HouseholdPairing.objects.filter(
        household_id__in=pairs.values("household_id"),
        member_id__in=pairs.values("member_id"),
    )
    return found.filter(created_at__gte=plan.decided_at or clock_now())


# --- the district in one go ------------------------------------------------------------------


def may_superior(run: PairingRun) -> list[PairingPlan]:
    """The drafts of a run that the district itself may confirm, by the setting at each
    community."""
    found = run.plans.filter(state="draft", suggested__gt=0)
    drafts = list(found.order_by("path"))
    by = at_each([p.path for p in drafts], plan_rules.SUPERIOR)
    return [p for p in drafts if "county" in by[p.path]]


def confirm_rest(
    *, actor: Actor, run_id: UUID, seen: int, now: datetime | None = None
) -> int:
    """Confirm what the communities have not decided, where their setting allows it.
    `seen`: how many communities the person was shown. Returns the number of pairs."""
    at = now or clock_now()
    run = _run(run_id)
    require(actor, "pair_runs.confirm_rest", run)
    with kept():
        plans = may_superior(run)
        if not plans:
            raise Forbidden("各社区自己确认。要由县（区）一次确认，请先改设置。")
        if len(plans) != seen:
            raise Conflict(OLD, code="plan_old")
        pairs = _possible(plans)
        n = {p.pk: 0 for p in plans}
        for pair in pairs:
            n[pair.plan_id] += 1
        done = act(
            actor, "pair_runs.confirm_rest", run.pk,
            lambda row: Write(data={"communities": len(plans), "pairs": len(pairs)}),
            now=at,
        )  # fmt: skip
        who = consequence_of(actor)
        moved = act_rows(
            who, "pair_plans.confirm",
            {
                p.pk: Write(set={"decided_at": at, "decided_by": actor.name,
                                 "proposed": n[p.pk]})
                for p in plans
            },
            versions={p.pk: p.version for p in plans}, now=at,
        )  # fmt: skip
        if len(moved) != len(plans):
            raise Conflict(OLD, code="plan_old")
        _propose(who, pairs, at)
        send(_told(run, plans, n, done.event_id))
    return len(pairs)


def _run(run_id: UUID) -> PairingRun:
    run = PairingRun.objects.select_related("place").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def _told(
    run: PairingRun, plans: Iterable[PairingPlan], n: Mapping[UUID, int], event_id: UUID
) -> list[Any]:
    return [
        message(
            event_id=event_id, role="community_worker", path=p.path,
            title=f"{run.place.name}确认了本社区的{n[p.pk]}对结对",
            text="还没有告诉党员和住户。请逐户征求同意。",
            url=f"{reverse('pairings:list')}?show=ask",
        )
        for p in plans
    ]  # fmt: skip


def drop_run(*, actor: Actor, run_id: UUID, now: datetime | None = None) -> int:
    """Take back what the communities have not confirmed; returns how many plans."""
    at = now or clock_now()
    with transaction.atomic():
        act(actor, "pair_runs.drop", run_id, lambda row: Write(), now=at)
        drafts = PairingPlan.objects.filter(run_id=run_id, state="draft")
        ids = list(drafts.values_list("pk", flat=True))
        write = Write(set={"decided_at": at, "decided_by": actor.name})
        act_many(consequence_of(actor), "pair_plans.drop", ids, write, now=at)
    return len(ids)
