"""Suggested plans computed: for one community at once, for a whole district by the
worker (A15, L08, L34, L37). What people have decided in a draft stays when it is
computed again. Errors: NotFound outside the actor's scope, Conflict when there is
nothing to suggest or it is being computed already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from baodao.acts.access import path_range, require, within
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.bulk import copy_rows, create_rows
from baodao.acts.engine import act, create
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, Invalid, NotFound
from baodao.core.ids import uuid7, uuid7s
from baodao.core.progress import Tell, nobody
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.pairings import suggesting
from baodao.pairings.fitting import community_of
from baodao.pairings.models import PairingPlan, PairingRun, PlannedPair
from baodao.pairings.suggesting import Inputs, Match
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, COUNTY, PREFECTURE

RUN = "pairings.compute_run"
CHUNK = 40  # communities written between two reports of how far it is
BROKEN = "系统出了问题，什么也没有写入。请再试算一次；仍不行请联系管理员。"
NOTHING = "没有可以建议的：重点户都有人联系，或没有空着的党员。"


def compute_plan(
    *, actor: Actor, path: str, now: datetime | None = None
) -> PairingPlan:
    """A plan for one community, instead of the draft there is; what people have chosen
    or left out in that one stays."""
    at = now or clock_now()
    probe = PairingPlan(path=path)
    require(actor, "pair_plans.compute", probe)
    if len(path.split("/")) - 1 != COMMUNITY:
        raise Invalid(fields={"path": "请选一个社区。"})
    found = suggesting.inputs(path)
    kept = decided(path, found)
    matches = _solve_rest(found, kept)
    if not matches and not kept:
        raise Conflict(NOTHING, code="nothing")
    with transaction.atomic():
        _give_up(actor, [path], at)
        plan = PairingPlan(
            path=path, made_by=actor.name, homes=len(found.homes),
            free=len(found.members), suggested=len(matches) + len(kept),
        )  # fmt: skip
        rows = [_pair(plan, m) for m in matches]
        rows += [_again(plan, old, found) for old in kept]
        create(actor, "pair_plans.compute", plan, Write(adds=rows), now=at)
    return plan


def decided(path: str, found: Inputs) -> list[PlannedPair]:
    """What people chose or left out in the draft, as far as both are still free."""
    old = PlannedPair.objects.filter(plan__path=path, plan__state="draft")
    old = old.filter(~Q(reason="") | ~Q(left_out=""))
    apart = {h.key: h.apart for h in found.problem.helpers}
    return [
        p
        for p in old.order_by("pk")
        if p.household_id in found.homes
        and p.member_id in found.members
        and (p.left_out or str(p.household_id) not in apart[str(p.member_id)])
    ]


def _solve_rest(found: Inputs, kept: Iterable[PlannedPair]) -> list[Match]:
    """The best plan for what nobody has decided about."""
    homes = {str(p.household_id) for p in kept}
    members = {str(p.member_id) for p in kept if not p.left_out}
    problem = type(found.problem)(
        [h for h in found.problem.helpers if h.key not in members],
        [h for h in found.problem.homes if h.key not in homes],
    )
    return suggesting.solved(Inputs(found.members, found.homes, problem))


def _pair(plan: PairingPlan, m: Match) -> PlannedPair:
    return PlannedPair(
        plan=plan, household=m.household, home_path=m.household.path, suggested=m.member,
        member=m.member, parts=[list(p) for p in m.parts], total=m.total,
    )  # fmt: skip


def _again(plan: PairingPlan, old: PlannedPair, found: Inputs) -> PlannedPair:
    return PlannedPair(
        plan=plan, household_id=old.household_id, suggested_id=old.suggested_id,
        home_path=found.homes[old.household_id].path, member_id=old.member_id,
        parts=old.parts, total=old.total, reason=old.reason, decided_by=old.decided_by,
        left_out=old.left_out,
    )  # fmt: skip


def _give_up(actor: Actor, paths: Iterable[str], at: datetime) -> None:
    drafts = PairingPlan.objects.filter(path__in=list(paths), state="draft")
    ids = list(drafts.values_list("pk", flat=True))
    act_many(consequence_of(actor), "pair_plans.drop", ids, Write(), now=at)


# --- a whole district ----------------------------------------------------------------------


def start_run(
    *, actor: Actor, place_id: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:  # fmt: skip
    """Let the worker compute all communities of a county or a prefecture. Errors:
    place."""
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None:
        raise NotFound
    run = PairingRun(place=place, path=place.path, made_by=actor.name)
    require(actor, "pair_runs.start", run)
    if place.level not in (PREFECTURE, COUNTY):
        raise Invalid(fields={"place": "请选地市或县（区）。"})
    write = Write(job=(RUN, {"run_id": str(run.pk)}))
    try:
        with transaction.atomic():
            return create(
                actor, "pair_runs.start", run, write, now=now, client_id=client_id
            )
    except IntegrityError as error:
        if "pair_run_one_at_once" in str(error):
            raise Conflict("这里正在试算。请等它算完再看。") from error
        raise


def compute_run(run_id: UUID, tell: Tell = nobody, now: datetime | None = None) -> int:
    """Compute what somebody started; returns the number of pairs. Harmless when run
    again. When it cannot be done the run says why and nothing is written."""
    run = PairingRun.objects.get(pk=run_id)
    if run.state != "computing":
        return 0
    at = now or clock_now()
    try:
        return _compute(run, tell, at)
    except BaodaoError as error:
        _fail(run, error.message, at)
    except Exception:
        _fail(run, BROKEN, at)
        raise
    return 0


def _fail(run: PairingRun, why: str, at: datetime) -> None:
    write = Write(set={"problem": why, "finished_at": at})
    act(SYSTEM, "pair_runs.fail", run.pk, lambda row: write, now=at)


def _compute(run: PairingRun, tell: Tell, at: datetime) -> int:
    tell("看有哪些户和党员", 0, 3)
    found = suggesting.inputs(run.path)
    if not found.homes or not found.members:
        raise Conflict(NOTHING, code="nothing")
    tell("给每一户配党员", 1, 3)
    pairs = defaultdict[str, list[Match]](list)
    for m in suggesting.solved(found):
        pairs[community_of(m.household.path)].append(m)
    with transaction.atomic():
        written = _write_plans(run, found, pairs, tell, at)
        n = sum(len(pairs[p]) for p in written)
        write = Write(
            set={"communities": len(written), "pairs": n, "finished_at": at},
            data={"communities": len(written), "pairs": n},
        )
        done = act(SYSTEM, "pair_runs.finish", run.pk, lambda row: write, now=at)
        send(_told(run, done.event_id, {p: len(pairs[p]) for p in written}))
    return n


def _write_plans(
    run: PairingRun, found: Inputs, pairs: Mapping[str, Sequence[Match]], tell: Tell,
    at: datetime,
) -> list[str]:  # fmt: skip
    """One plan for each community with households that wait; where its own people are
    at work on a draft, theirs stays."""
    homes, free = _counts(found)
    inside = PairingPlan.objects.filter(
        within("path", [path_range(run.path)]), state="draft"
    )
    # What an earlier run left untouched is out of date.
    stale = inside.filter(run__isnull=False).exclude(
        ~Q(pairs__reason="") | ~Q(pairs__left_out="")
    )
    ids = list(stale.values_list("pk", flat=True).distinct())
    act_many(SYSTEM, "pair_plans.drop", ids, Write(), now=at)
    theirs = set(inside.values_list("path", flat=True))
    wanted = sorted(homes.keys() - theirs)
    for start in range(0, len(wanted), CHUNK):
        tell("写各社区的方案", start, len(wanted))
        _write_chunk(run, wanted[start : start + CHUNK], homes, free, pairs, at)
    return wanted


def _counts(found: Inputs) -> tuple[dict[str, int], dict[str, int]]:
    """community → households that wait, members that are free."""
    homes, free = defaultdict[str, int](int), defaultdict[str, int](int)
    for home in found.problem.homes:
        homes[home.community] += 1
    for helper in found.problem.helpers:
        for path in helper.at:
            free[path] += 1
    return homes, free


def _write_chunk(
    run: PairingRun, paths: Sequence[str], homes: Mapping[str, int],
    free: Mapping[str, int], pairs: Mapping[str, Sequence[Match]], at: datetime,
) -> None:  # fmt: skip
    ids = uuid7s(len(paths))
    rows = [(pk, m) for pk, p in zip(ids, paths, strict=True) for m in pairs.get(p, ())]
    given: dict[str, Any] = {
        "id": ids, "state": "draft", "run_id": run.pk, "path": list(paths),
        "made_by": run.made_by, "homes": [homes[p] for p in paths],
        "free": [free.get(p, 0) for p in paths],
        "suggested": [len(pairs.get(p, ())) for p in paths],
    }  # fmt: skip
    create_rows(SYSTEM, "pair_plans.compute", PairingPlan, given, at=at)
    copy_rows(PlannedPair, [_pair_of(pk, m) for pk, m in rows])


def _pair_of(plan_id: UUID, m: Match) -> PlannedPair:
    pair = _pair(PairingPlan(pk=plan_id), m)
    pair.pk = uuid7()
    return pair


def _told(run: PairingRun, event_id: UUID, pairs: Mapping[str, int]) -> list[Message]:
    return [
        message(
            event_id=event_id, role="community_worker", path=path,
            title=f"{run.place.name}给本社区试算了{n}对结对", url=reverse("pairings:suggest"),
            text="请看一遍：可以换人、去掉，再确认。确认以前没有告诉任何人。",
        )
        for path, n in sorted(pairs.items())
        if n
    ]  # fmt: skip
