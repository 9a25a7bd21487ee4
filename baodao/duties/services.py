"""The verbs of duties. All keyword-only, with `now`; call several of them, and the
subject's own act, inside one `transaction.atomic()`. What follows from a subject's act
is the system's: that act was judged by its own grants. Errors: NotFound outside the
actor's scope, Forbidden inside it, Conflict when the state or somebody else was first,
Invalid with the field."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.errors import Conflict, Invalid
from baodao.duties import rules
from baodao.duties.cadence import Window
from baodao.duties.generating import Source, generate
from baodao.duties.models import Duty
from baodao.people.models import Member

Row = Mapping[str, Any]
UNDONE = {
    "done_on": None, "done_by_id": None, "done_kind": "", "done_id": None, "made_up": False,
}  # fmt: skip


def fulfil(
    *, actor: Actor, duty_id: UUID, on: date, by_kind: str, by_id: UUID,
    member_id: UUID | None = None, settled: bool = False, now: datetime | None = None,
) -> Done:  # fmt: skip
    """It was done on `on` by `by_kind`/`by_id` (a visit, an activity, a project), by
    `member_id` when not the debtor. `settled`: that is confirmed already. Before the
    window opens it cannot be done (Invalid); after it, within the make-up days, it
    counts as made up. A kind that needs no confirmation is settled at once."""
    duty = Duty.objects.get(pk=duty_id)
    if on < duty.opens_on:
        raise Invalid(
            f"“{duty.title}”从{duty.opens_on:%Y年%-m月%-d日}开始。请核对日期。",
            code="too_early",
        )
    if on > rules.make_up_until(duty.kind, duty.due_on):
        raise Invalid(
            f"“{duty.title}”的补办期已经过了。请记为普通服务，或请社区处理。",
            code="too_late",
        )
    moved = _fulfil(actor, [duty], on, by_kind, by_id, member_id, settled, now)
    if not moved:
        raise Conflict
    duty.refresh_from_db()
    return Done(duty.pk, duty.state, duty.version, by_id)


def fulfil_all(
    *, actor: Actor, source_ids: Iterable[UUID], on: date, by_kind: str, by_id: UUID,
    kinds: Collection[str] = (), member_id: UUID | None = None, settled: bool = False,
    now: datetime | None = None,
) -> list[UUID]:  # fmt: skip
    """What one deed of that day fulfils: of each source and kind the open duty that
    runs out first and whose window, with its make-up days, has the day. So a visit in
    a festival window is the month's too, and never two months' (domain 7.3)."""
    found = Duty.objects.filter(
        source_id__in=list(source_ids), state__in=rules.OPEN, opens_on__lte=on
    )
    if kinds:
        found = found.filter(kind__in=kinds)
    fitting = [d for d in found if on <= rules.make_up_until(d.kind, d.due_on)]
    fitting.sort(key=lambda d: (d.source_id, d.kind, d.due_on))
    first = [next(g) for _, g in groupby(fitting, lambda d: (d.source_id, d.kind))]
    return _fulfil(actor, first, on, by_kind, by_id, member_id, settled, now)


def _fulfil(
    actor: Actor, duties: Iterable[Duty], on: date, by_kind: str, by_id: UUID,
    member_id: UUID | None, settled: bool, now: datetime | None,
) -> list[UUID]:  # fmt: skip
    writes: dict[str, dict[UUID, Write]] = {"fulfil": {}, "settle": {}}
    for d in duties:
        event = "settle" if settled or not rules.KINDS[d.kind].confirms else "fulfil"
        writes[event][d.pk] = Write(
            set={
                "done_on": on, "done_by_id": member_id or d.stand_in_id or d.member_id,
                "done_kind": by_kind, "done_id": by_id, "made_up": on > d.due_on,
            },
            data={"by": by_kind, "id": str(by_id)},
        )  # fmt: skip
    return [
        pk
        for event, some in writes.items()
        for pk in act_rows(consequence_of(actor), f"duties.{event}", some, now=now)
    ]


def confirm(*, actor: Actor, by_id: UUID, now: datetime | None = None) -> list[UUID]:
    """What `by_id` fulfilled is confirmed: all its duties that wait for it."""
    waiting = Duty.objects.filter(done_id=by_id, state="done")
    return _all(actor, "confirm", waiting, Write(), now)


def refuse(
    *, actor: Actor, by_id: UUID, reason: str, now: datetime | None = None
) -> list[UUID]:
    """What `by_id` fulfilled was not so: its duties are owed again."""
    waiting = Duty.objects.filter(done_id=by_id, state="done")
    return _all(actor, "refuse", waiting, Write(set=UNDONE, reason=reason), now)


def reopen(
    *, actor: Actor, by_id: UUID, reason: str, now: datetime | None = None
) -> list[UUID]:
    """What `by_id` fulfilled, and was confirmed, does not hold: it is owed again."""
    settled = Duty.objects.filter(done_id=by_id, state="confirmed")
    return _all(actor, "reopen", settled, Write(set=UNDONE, reason=reason), now)


def attempt(
    *, actor: Actor, duty_id: UUID, on: date, retry_on: date | None = None,
    note: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """Nobody was at home: an attempt, and when to try again."""
    if retry_on and retry_on <= on:
        raise Invalid(fields={"retry_on": "请选比这次晚的一天。"})

    def decide(row: Row) -> Write:
        _must_be_open(row)
        return Write(
            set={"attempts": row["attempts"] + 1, "retry_on": retry_on},
            data={"on": on.isoformat()}, notes=[("staff", note)] if note else [],
        )  # fmt: skip

    reads = ("attempts",)
    return act(actor, "duties.attempt", duty_id, decide, reads=reads, now=now)


def excuse(
    *, actor: Actor, duty_id: UUID, reason: str, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Need not be done; `reason` of `rules.EXCUSES`."""
    if reason not in rules.EXCUSES:
        raise Invalid(fields={"reason": "请选一个原因。"})
    if reason == "other" and not note.strip():
        raise Invalid(fields={"note": "选“其他”时请写明是什么原因。"})
    write = Write(
        set={"excuse": reason}, reason=reason,
        notes=[("unit", note.strip())] if note.strip() else [],
    )  # fmt: skip
    return act(actor, "duties.excuse", duty_id, lambda row: write, now=now)


def restore(*, actor: Actor, duty_id: UUID, now: datetime | None = None) -> Done:
    """It was excused by mistake and is owed again."""
    write = Write(set={"excuse": ""})
    return act(actor, "duties.restore", duty_id, lambda row: write, now=now)


def stand_in(
    *, actor: Actor, duty_id: UUID, member_id: UUID | None, now: datetime | None = None
) -> Done:
    """Another member does it this time; None takes it back."""
    here = Member.objects.filter(duty_status="on_duty")
    if member_id and not here.filter(pk=member_id).exists():
        raise Invalid(fields={"number": "这位党员现在不在岗。请另选一位。"})

    def decide(row: Row) -> Write:
        _must_be_open(row)
        if member_id and member_id == row["member_id"]:
            raise Invalid(fields={"number": "这是他本来就要办的。请选别的党员。"})
        return Write(set={"stand_in_id": member_id})

    return act(actor, "duties.stand_in", duty_id, decide, now=now)


def _must_be_open(row: Row) -> None:
    if row["state"] not in rules.OPEN:
        raise Conflict("这一件已经了结。请看一下最新的情况。", code="wrong_state")


def cancel_all(
    *, actor: Actor, source_ids: Iterable[UUID], since: date, reason: str,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """The sources have ended or pause: what is open and ends on or after `since` is
    owed no longer, and nobody is reminded of it."""
    found = _open_of(source_ids, since)
    return len(_all(actor, "cancel", found, Write(reason=reason), now))


def hand_over(
    *, actor: Actor, source_id: UUID, member_id: UUID | None, unit_id: UUID | None,
    since: date, now: datetime | None = None,
) -> int:  # fmt: skip
    """Open duties of a source that end on or after `since` go to somebody else."""
    write = Write(set={"member_id": member_id, "unit_id": unit_id, "stand_in_id": None})
    return len(_all(actor, "hand_over", _open_of([source_id], since), write, now))


def _open_of(source_ids: Iterable[UUID], since: date) -> QuerySet[Duty]:
    ids = list(source_ids)
    return Duty.objects.filter(
        source_id__in=ids, state__in=rules.OPEN, due_on__gte=since
    )


def _all(
    actor: Actor, event: str, found: QuerySet[Duty], write: Write, now: datetime | None
) -> list[UUID]:
    ids = list(found.order_by("id").values_list("id", flat=True))
    return act_many(consequence_of(actor), f"duties.{event}", ids, write, now=now)


__all__ = [
    "Source", "Window", "attempt", "cancel_all", "confirm", "excuse", "fulfil",
    "fulfil_all", "generate", "hand_over", "refuse", "reopen", "restore", "stand_in",
]  # fmt: skip
