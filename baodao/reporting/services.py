"""The verbs of report-in: each gives one plan to the engine. All keyword-only, with
`now` and `client_id` (a retry is harmless). Errors: NotFound outside the actor's
scope, Forbidden inside it, Conflict when the state or somebody else was first,
Invalid with the field."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act, create, read
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.models import next_number
from baodao.people.models import Member, Unit
from baodao.places import rules as levels
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.reporting import owing, plans, rules
from baodao.reporting.models import ReportIn
from baodao.reporting.standing import tied_points, unchanged

Plan = Callable[[plans.Row, plans.Context], Write]
SWEEP_LIMIT = 500
_TAKEN = {
    "report_in_one_live_per_channel": "已经在别处报到。请先办转出，新社区接收后自动转过来。",
    "report_in_one_waiting_per_channel": "已经有一份报到在等社区接收，不用再报。要改地方，请先撤回那一份。",
    "report_in_one_per_unit_and_point": "本单位已经在这个联系点报到，不用再报。",
}


def context(
    path: str, now: datetime | None = None, epoch: int | None = None
) -> plans.Context:
    """What the plans need to know of a place: calendar and settings."""
    return plans.Context(now or clock_now(), *ground(path, epoch))


def receipt_key(path: str) -> str:
    """The counter that numbers the report-ins of the community around `path`."""
    return f"report:{'/'.join(path.split('/')[:5])}"


def receipt_number(path: str) -> str:
    """0237, running per community."""
    return f"{next_number(receipt_key(path)):04d}"


def do(
    actor: Actor, event: str, report_in_id: UUID, plan: Plan, *,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """One step of the flow by its plan."""

    def decide(row: plans.Row) -> Write:
        return plan(row, context(str(row["path"]), now, row["epoch"]))

    return act(
        actor, f"reporting.{event}", report_in_id, decide,
        reads=plans.READS, now=now, client_id=client_id,
    )  # fmt: skip


@contextmanager
def once() -> Iterator[None]:
    """One transaction; what the database keeps single becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, sentence in _TAKEN.items():
            if name in str(error):
                raise Conflict(sentence, code="already_reported") from error
        raise


# --- reporting in -----------------------------------------------------------------


def submit_member(
    *, actor: Actor, member_id: UUID, channel: str, place_id: UUID,
    said: plans.Statement | None = None, method: str = "self",
    reported_on: date | None = None, now: datetime | None = None, client_id: str = "",
) -> ReportIn:  # fmt: skip
    """A member reports in, alone, through a worker or unit, or on paper that is
    entered later (A09, L06). Somebody who is active elsewhere in this channel moves:
    the old report-in waits until the new community has accepted."""
    said = said or plans.Statement()
    plans.check(said, is_unit=False)
    member = Member.objects.select_related("person").filter(id=member_id).first()
    if member is None:
        raise NotFound
    place = _place(place_id, channel, member.unit_id)
    _check_member(member, channel)
    ctx = context(place.path, now)
    live = _live(member_id, channel)
    if live and live.point_id == place_id:
        raise Conflict("已经在这里报到了，不用再报。", code="already_reported")
    report_in = ReportIn(
        channel=channel, member=member, unit_id=member.unit_id, previous=live,
        **_first(place, method, reported_on, ctx), **said.columns(),
    )  # fmt: skip
    actor = _behalf(actor, method, "党员本人")
    with once():
        if live and live.state == "active":
            do(
                _mover(actor, live), "start_transfer", live.id,
                lambda r, c: plans.start_transfer(r, c, to=place.id, to_name=place.name),
                now=ctx.now,
            )  # fmt: skip
        return _create(
            _sender(actor, live, place), "submit", report_in, said, ctx, client_id
        )


def submit_unit(
    *, actor: Actor, unit_id: UUID, place_id: UUID, said: plans.Statement,
    method: str = "self", reported_on: date | None = None, draft: bool = False,
    now: datetime | None = None, client_id: str = "",
) -> ReportIn:  # fmt: skip
    """A unit reports in at one of its contact points, with head, liaison and the
    first lists of needs and resources (L04, L05); or keeps a draft of it."""
    plans.check(said, is_unit=not draft)
    unit = Unit.objects.filter(id=unit_id).exclude(status="dissolved").first()
    if unit is None:
        raise NotFound
    place = _place(place_id, "unit", unit_id)
    ctx = context(place.path, now)
    state = "draft" if draft else "submitted"
    report_in = ReportIn(
        channel="unit", subject_unit=unit, unit_id=unit.id,
        **_first(place, method, reported_on, ctx, state), **said.columns(),
    )  # fmt: skip
    with once():
        return _create(
            _behalf(actor, method, unit.short_name or unit.name),
            "draft" if draft else "submit", report_in, said, ctx, client_id,
        )  # fmt: skip


def _first(
    place: Place, method: str, reported_on: date | None, ctx: plans.Context,
    state: str = "submitted",
) -> dict[str, object]:  # fmt: skip
    if method not in rules.METHODS:
        raise Invalid(fields={"method": "请选报到方式。"})
    day = reported_on or ctx.day
    if day > ctx.day:
        raise Invalid(fields={"reported_on": "报到日期不能在今天以后。"})
    return {
        "receipt_no": receipt_number(place.path), "state": state, "point": place,
        "path": place.path, "method": method, "reported_on": day,
        **plans.begun(state, ctx),
    }  # fmt: skip


def _create(
    actor: Actor, event: str, report_in: ReportIn, said: plans.Statement,
    ctx: plans.Context, client_id: str,
) -> ReportIn:  # fmt: skip
    done = create(
        actor, f"reporting.{event}", report_in,
        plans.created(report_in.id, said, report_in.method, report_in.state),
        now=ctx.now, client_id=client_id,
    )  # fmt: skip
    if done.repeated:
        return ReportIn.objects.get(id=done.id)
    return report_in


def _behalf(actor: Actor, method: str, whom: str) -> Actor:
    return actor.for_someone(whom) if method in ("on_behalf", "paper") else actor


def _mover(actor: Actor, live: ReportIn) -> Actor:
    """Who starts the transfer: the reporter; for a worker of the new place, who has
    no say at the old one, the system in the member's name."""
    if actor.role == "member" or actor.unit_id == live.unit_id:
        return (
            actor if actor.role != "unit_liaison" else consequence_of(actor, "党员本人")
        )
    if actor.path is not None and live.path.startswith(actor.path):
        return actor
    return consequence_of(actor, "党员本人")


def _sender(actor: Actor, live: ReportIn | None, place: Place) -> Actor:
    """Who reports in at the new place: the worker of the old one has no scope there,
    so the system sends it on."""
    here = actor.path is None or place.path.startswith(actor.path)
    if here or live is None or not live.path.startswith(actor.path or "\0"):
        return actor
    return consequence_of(actor, "党员本人")


def _live(member_id: UUID, channel: str) -> ReportIn | None:
    found = ReportIn.objects.filter(member_id=member_id, channel=channel)
    return found.filter(state__in=rules.LIVE).first()


def _place(place_id: UUID, channel: str, unit_id: UUID | None) -> Place:
    if channel not in rules.CHANNELS:
        raise Invalid(fields={"channel": "请选单位联系点或居住地。"})
    place = Place.objects.filter(id=place_id, valid_to=None).first()
    if place is None:
        raise Invalid(fields={"place": "没有找到这个地方。请换个名称再找。"})
    tied = False
    if channel == "unit" and unit_id:
        tied = any(p.id == place.id for p in tied_points(unit_id))
    problem = rules.place_problem(
        channel, place.level, place.kind, is_contact_point=place.is_contact_point,
        is_tied=tied, community_level=levels.COMMUNITY, grid_level=levels.GRID,
    )  # fmt: skip
    if problem:
        raise Invalid(fields={"place": problem})
    return place


def _check_member(member: Member, channel: str) -> None:
    if member.duty_status == "left":
        raise Conflict("这名党员已离开本地区，不用再报到。")
    if channel == "unit" and member.duty_status == "retired":
        raise Conflict("已退休的党员不用到单位联系点报到，可以到居住地报到。")


def resubmit(
    *, actor: Actor, report_in_id: UUID, said: plans.Statement | None = None,
    note: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Send a draft, or a returned report-in again, with what was changed since."""
    row = read("reporting.resubmit", report_in_id, plans.READS)
    if said is not None:
        plans.check(said, is_unit=bool(row["subject_unit_id"]))
    event = "submit" if row["state"] == "draft" else "resubmit"
    return do(
        actor, event, report_in_id,
        lambda r, c: plans.submit(r, c, said, note), now=now, client_id=client_id,
    )  # fmt: skip


def revise(
    *, actor: Actor, report_in_id: UUID, said: plans.Statement,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A unit that is active changes its sheet; who reads the lists is told. A worker
    does it for a unit that came with paper (L04)."""
    plans.check(said, is_unit=True)
    it = ReportIn.objects.select_related("subject_unit").filter(id=report_in_id).first()
    if it is None:
        raise NotFound
    require(actor, "reporting.revise", it)
    if unchanged(it, said):
        raise Conflict("和现在的一样，没有要改的。", code="unchanged")
    by = actor.for_someone(str(it.subject_unit)) if actor.path is not None else actor
    return do(
        by, "revise", report_in_id, lambda r, c: plans.revise(r, c, said),
        now=now, client_id=client_id,
    )  # fmt: skip


# --- the community's side ---------------------------------------------------------


def accept(
    *, actor: Actor, report_in_id: UUID, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Take somebody in. In the same transaction the report-in this one moves away
    from ends, and the member's place is set."""
    now = now or clock_now()
    row = read("reporting.accept", report_in_id, plans.READS)
    require(actor, "reporting.accept", row)
    with once():
        if row["state"] == "submitted":
            _replace_live(actor, row, now)
        done = do(
            actor, "accept", report_in_id, lambda r, c: plans.accept(r, c, note=note),
            now=now, client_id=client_id,
        )  # fmt: skip
        if row["member_id"] and not done.repeated:
            _set_place(actor, row["member_id"], plans.set_place(row, row["path"]), now)
    return done


def _replace_live(actor: Actor, row: plans.Row, now: datetime) -> None:
    live = _live(row["member_id"], row["channel"]) if row["member_id"] else None
    if live:
        do(
            consequence_of(actor), "replace", live.id,
            lambda r, c: plans.replace(r, c, by=row["id"]), now=now,
        )  # fmt: skip


def _set_place(actor: Actor, member_id: UUID, write: Write, now: datetime) -> None:
    # By the system: the worker who accepts a newcomer has no scope over a member
    # whose unit sits in another place.
    act(consequence_of(actor), "members.set_place", member_id, lambda _: write, now=now)


def return_report_in(
    *, actor: Actor, report_in_id: UUID, reason: str, note: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Not ours, or not clear: back to the reporter with a reason."""
    return do(
        actor, "return", report_in_id,
        lambda r, c: plans.send_back(r, c, reason=reason, note=note),
        now=now, client_id=client_id,
    )  # fmt: skip


def end(
    *, actor: Actor, report_in_id: UUID, reason: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Close a report-in with its reason; the member's place is cleared with it."""
    return close(
        actor, "end", report_in_id,
        lambda r, c: plans.end(r, c, reason=reason, note=note), now, client_id,
    )  # fmt: skip


def close(
    actor: Actor, event: str, report_in_id: UUID, plan: Plan, now: datetime | None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """One step after which the member's place is no longer this one."""
    now = now or clock_now()
    seen: list[plans.Row] = []

    def keep(row: plans.Row, ctx: plans.Context) -> Write:
        seen.append(row)
        return plan(row, ctx)

    with once():
        done = do(actor, event, report_in_id, keep, now=now, client_id=client_id)
        for row in seen:
            if row["member_id"]:
                _set_place(actor, row["member_id"], plans.clear_place(row), now)
    return done


# --- the reporter's side ----------------------------------------------------------


def withdraw(
    *, actor: Actor, report_in_id: UUID, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Take back what nobody has accepted yet; a transfer begun with it is off."""
    with once():
        done = do(
            actor,
            "withdraw",
            report_in_id,
            plans.withdraw,
            now=now,
            client_id=client_id,
        )
        if not done.repeated:
            keep_old(actor, report_in_id, now)
    return done


def keep_old(actor: Actor, report_in_id: UUID, now: datetime | None) -> None:
    """The move that a report-in was for is off: the old place goes on."""
    moving = ReportIn.objects.filter(followed_by=report_in_id, state="transfer_pending")
    for pk in moving.values_list("id", flat=True):
        do(consequence_of(actor), "cancel_transfer", pk, plans.cancel_transfer, now=now)


def start_transfer(
    *, actor: Actor, report_in_id: UUID, place_id: UUID,
    now: datetime | None = None, client_id: str = "",
) -> ReportIn:  # fmt: skip
    """Move to another place: this report-in waits, a new one goes to the community
    there. Returns the new one."""
    row = read("reporting.start_transfer", report_in_id, plans.READS)
    require(actor, "reporting.start_transfer", row)
    if not row["member_id"]:
        raise Conflict("单位的联系点由县委组织部调整，不在这里转出。")
    if row["state"] != "active":
        rules.FLOW.step(row["state"], "start_transfer")
    said = plans.Statement(**{n: row[n] for n in plans.CODES})
    by_hand = "self" if actor.role == "member" else "on_behalf"
    return submit_member(
        actor=actor, member_id=row["member_id"], channel=row["channel"], place_id=place_id,
        said=said, method=by_hand, now=now, client_id=client_id,
    )  # fmt: skip


def cancel_transfer(
    *, actor: Actor, report_in_id: UUID, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Stay: what waits at the new place is taken back."""
    with once():
        done = do(
            actor, "cancel_transfer", report_in_id, plans.cancel_transfer,
            now=now, client_id=client_id,
        )  # fmt: skip
        waiting = ReportIn.objects.filter(
            previous_id=report_in_id, state__in=rules.WAITING
        )
        for pk in waiting.values_list("id", flat=True):
            do(consequence_of(actor), "withdraw", pk, plans.withdraw, now=now)
    return done


def reconfirm(
    *, actor: Actor, report_in_id: UUID, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Still here (L17): by the member in one tap, the unit, or a worker."""
    at = now or clock_now()
    with transaction.atomic():
        done = do(
            actor,
            "reconfirm",
            report_in_id,
            plans.reconfirm,
            now=at,
            client_id=client_id,
        )
        owing.confirmed(actor, report_in_id, at)
    return done


def sweep(now: datetime | None = None) -> dict[str, int]:
    """The system's own acts (worker, every ten minutes): late acceptance goes to the
    township, confirmations are owed. Nothing is ever accepted here. Returns how many
    of each."""
    at = now or clock_now()
    late = Q(state="submitted", due_at__lte=at, escalated_at=None)
    return {"escalated": _sweep("escalate", late, plans.escalate, at), **owing.owe(at)}


def _sweep(event: str, which: Q, plan: Plan, at: datetime) -> int:
    ids = list(
        ReportIn.objects.filter(which).values_list("id", flat=True)[:SWEEP_LIMIT]
    )
    for pk in ids:
        do(SYSTEM, event, pk, plan, now=at)
    return len(ids)


__all__ = [
    "accept", "cancel_transfer", "context", "end", "receipt_key",
    "receipt_number", "reconfirm", "resubmit", "return_report_in", "revise",
    "start_transfer", "submit_member", "submit_unit", "sweep", "withdraw",
]  # fmt: skip
