"""Plans of those who take an order on: unit and member, extension, pause."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.orders import rules
from baodao.orders.plans.base import (
    Context,
    Row,
    answer,
    check_reason,
    fresh_clock,
    in_time,
    must_say,
    no_hands,
    tell,
)
from baodao.ui.words import span


def dispatch(
    row: Row, ctx: Context, *, unit_id: UUID, unit_name: str,
    reasons: Sequence[str] = (), note: str = "",
) -> Write:  # fmt: skip
    """To one unit, with the reasons for which it was suggested."""
    return Write(
        set=fresh_clock(
            row, ctx, "dispatched", unit_id=unit_id, member_id=None,
            served_by_person=None, route="dispatch", channel="unit", dispatched_at=ctx.now,
        ),
        data={"unit": str(unit_id), "unit_name": unit_name, "reasons": list(reasons)},
        notes=[("unit", note)],
        job=tell(),
    )  # fmt: skip


def claim(
    row: Row, ctx: Context, *, member_id: UUID, person_id: UUID,
    residence_path: str | None, open_claims: int,
) -> Write:  # fmt: skip
    """A member takes a published order, at most so many at a time."""
    limit = ctx.settings["orders.max_open_claims"]
    if open_claims >= limit:
        raise Conflict(f"您手上已有{open_claims}单，先办完一单再认领。")
    return Write(
        set=fresh_clock(
            row, ctx, "claimed", member_id=member_id, served_by_person=person_id,
            unit_id=None, channel=rules.channel(row["path"], residence_path, False),
        ),
        data={"member": str(member_id)},
    )  # fmt: skip


def unit_claim(row: Row, ctx: Context, *, unit_id: UUID, unit_name: str) -> Write:
    """A unit takes a published order and will name a member."""
    return Write(
        set=fresh_clock(row, ctx, "unit_accepted", unit_id=unit_id, channel="unit"),
        data={"unit": str(unit_id), "unit_name": unit_name},
    )  # fmt: skip


def release(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """A claim given back to the pool."""
    check_reason(reason, rules.DECLINE_REASONS, note)
    return Write(
        set=fresh_clock(
            row, ctx, "published", member_id=None, served_by_person=None, channel="",
        ),
        data={"member": str(row["member_id"])},
        reason=reason, notes=[("staff", note)], job=tell(),
    )  # fmt: skip


def unit_accept(row: Row, ctx: Context) -> Write:
    """The unit takes it. `in_time` is what 响应率 counts."""
    return Write(
        set=fresh_clock(row, ctx, "unit_accepted"),
        data={"unit": str(row["unit_id"]), "in_time": in_time(row, ctx)},
        adds=answer(row, ctx, "accepted"),
    )  # fmt: skip


def return_(row: Row, ctx: Context, *, reason: str, note: str, unit_name: str) -> Write:
    """The unit cannot, also after it had said yes, as long as nobody has begun; the
    community dispatches again."""
    check_reason(reason, rules.RETURN_REASONS)
    must_say(note, "请写一句为什么接不了、建议找谁，社区好改派。")
    data: dict[str, Any] = {
        "unit": str(row["unit_id"]),
        "unit_name": unit_name,
        **_member(row),
    }
    if row["state"] == "dispatched":
        data["in_time"] = in_time(row, ctx)
    return Write(
        set=fresh_clock(row, ctx, "verified", returned_by=unit_name, **no_hands()),
        data=data, reason=reason, notes=[("unit", note)], job=tell(),
        adds=answer(row, ctx, "returned"),
    )  # fmt: skip


def _member(row: Row) -> dict[str, str]:
    """The member whom an act takes the order from, for the event."""
    return {"member": str(row["member_id"])} if row["member_id"] else {}


def recall(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """Taken back from whoever has it (a silent unit, a wrong one, a department that
    did nothing), to be given to somebody else."""
    check_reason(reason, rules.RECALL_REASONS)
    must_say(note, "请写一句为什么收回，原来承办的看得到。")
    unit = {"unit": str(row["unit_id"])} if row["unit_id"] else {}
    return Write(
        set=fresh_clock(row, ctx, "verified", transferred_to="", **no_hands()),
        data={**unit, **_member(row)}, reason=reason, notes=[("unit", note)], job=tell(),
        adds=answer(row, ctx, "silent"),
    )  # fmt: skip


def assign(
    row: Row, ctx: Context, *, member_id: UUID, person_id: UUID, member_name: str,
    note: str = "",
) -> Write:  # fmt: skip
    """The unit names one of its members, or another one than before."""
    if row["member_id"] == member_id:
        raise Conflict("已经派给这位党员了。要换人，请选另一位。")
    was = {"was": str(row["member_id"])} if row["member_id"] else {}
    return Write(
        set=fresh_clock(row, ctx, "assigned", member_id=member_id, served_by_person=person_id),
        data={"member": str(member_id), "member_name": member_name, **was},
        notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def accept(row: Row, ctx: Context) -> Write:
    """The member takes it (党员接单)."""
    return Write(set=fresh_clock(row, ctx, "accepted"))


def back_to_unit(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """Decline or hand back: the unit names somebody else."""
    check_reason(reason, rules.DECLINE_REASONS, note)
    return Write(
        set=fresh_clock(row, ctx, "unit_accepted", member_id=None, served_by_person=None),
        data={"member": str(row["member_id"])},
        reason=reason, notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def hand_on(row: Row, ctx: Context, *, unit_id: UUID, unit_name: str) -> Write:
    """The unit has merged: its successor goes on where it stood. Whoever has not
    answered yet has the time to answer from now."""
    changes: dict[str, Any] = {"unit_id": unit_id}
    if row["state"] == "dispatched":
        changes = fresh_clock(
            row, ctx, "dispatched", unit_id=unit_id, dispatched_at=ctx.now
        )
    return Write(
        set=changes,
        data={"unit": str(unit_id), "unit_name": unit_name, "from": str(row["unit_id"])},
        job=tell(),
    )  # fmt: skip


def unit_gone(row: Row, ctx: Context, *, unit_name: str) -> Write:
    """The unit is dissolved and nobody takes over: the community dispatches again."""
    return Write(
        set=fresh_clock(row, ctx, "verified", **no_hands()),
        data={"unit": str(row["unit_id"]), "unit_name": unit_name}, job=tell(),
    )  # fmt: skip


def to_unit(row: Row, ctx: Context) -> Write:
    """The member has left or changed unit: the unit names somebody else."""
    return Write(
        set=fresh_clock(row, ctx, "unit_accepted", member_id=None, served_by_person=None),
        data={"member": str(row["member_id"])}, job=tell(),
    )  # fmt: skip


def to_pool(row: Row, ctx: Context) -> Write:
    """The member who had claimed it has left: anybody may claim it again."""
    return Write(
        set=fresh_clock(row, ctx, "published", **no_hands()),
        data={"member": str(row["member_id"])}, job=tell(),
    )  # fmt: skip


def start(row: Row, ctx: Context) -> Write:
    """Service begins; the time for it runs on from the acceptance."""
    changes = fresh_clock(row, ctx, "in_service")
    changes["due_at"], changes["clock_from"] = row["due_at"], row["clock_from"]
    return Write(set=changes)


def cannot_do(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Not to be done as it is; back to the community, which decides what next."""
    check_reason(reason, rules.CANNOT_REASONS)
    must_say(note, "请写明为什么办不了，社区好改派或答复居民。")
    return Write(
        set=fresh_clock(row, ctx, "verified", **no_hands()),
        data={"member": str(row["member_id"]), "unit": str(row["unit_id"] or "")},
        reason=reason, notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def ask_extension(row: Row, ctx: Context, *, hours: int, note: str) -> Write:
    """Asked before the limit, once, for no longer than the original span. `hours`:
    of danger and urgent orders any number, of the others whole days."""
    _may_extend(row, ctx, hours)
    must_say(note, "请写明为什么要延期，居民会看到。")
    return Write(
        set={"extension_hours": hours}, data={"hours": hours},
        notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def extend(row: Row, ctx: Context, *, hours: int, note: str = "") -> Write:
    """The community agrees; the requester is told why. What was asked before the
    limit may be answered after it: the asker kept to the rule."""
    _may_extend(row, ctx, hours, asked=bool(row["extension_hours"]))
    return Write(
        set={
            "due_at": row["due_at"] + timedelta(hours=hours), "extended": True,
            "extension_hours": 0,
            # The clock keeps its start: half of the longer span may be over already.
            "reminded": 50,
        },
        data={"hours": hours}, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def refuse_extension(row: Row, ctx: Context, *, note: str) -> Write:
    """The community does not agree: the limit stays, the asker is told why. Also
    after the limit, so that a question never stays without an answer."""
    if row["state"] != "in_service" or not row["extension_hours"]:
        raise Conflict("没有等答复的延期申请。")
    must_say(note, "请写一句为什么不能延，承办看得到。")
    return Write(
        set={"extension_hours": 0}, data={"hours": row["extension_hours"]},
        notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def _may_extend(row: Row, ctx: Context, hours: int, *, asked: bool = False) -> None:
    if row["state"] != "in_service" or row["due_at"] is None:
        raise Conflict("服务中的单才可以延期。")
    if row["extended"]:
        raise Conflict("已经延期过一次。请与社区商量改派或说明办不了。")
    if ctx.now > row["due_at"] and not asked:
        raise Conflict("已经超时，不能再延期。请先打电话告诉居民。")
    if row["urgency"] not in rules.BY_HOURS and hours % 24:
        raise Invalid(fields={"hours": "请按整天算。"})
    longest = rules.service_span(row["urgency"], ctx.settings)
    if not timedelta(0) < timedelta(hours=hours) <= longest:
        raise Invalid(fields={"hours": f"最多延 {span(longest)}，不超过原来的时限。"})


def pause(row: Row, ctx: Context, *, until: date | None, reason: str) -> Write:
    """The clock stands still, with a reason and a day on which it goes on: a later
    one, and not for longer than a place allows."""
    if row["paused_at"]:
        raise Conflict("时限已经暂停了。")
    if row["state"] not in rules.OPEN:
        raise Conflict("已经办结，没有时限可以暂停。")
    must_say(reason, "请写暂停的理由。", "reason")
    first, days = today(ctx.now), ctx.settings["orders.pause_days"]
    if until is None or not first < until <= first + timedelta(days=days):
        raise Invalid(fields={"until": f"请选明天或以后、{days} 天以内的日子。"})
    return Write(
        set={
            "paused_at": ctx.now,
            "paused_until": until,
            "pause_reason": reason.strip(),
            "paused_by": "order",
        },
        data={"until": until.isoformat()},
    )


def pause_place(row: Row, ctx: Context, *, until: date | None, reason: str) -> Write:
    """The clocks of the whole place stand still (emergency, blocked roads), for this
    order from `ctx.now` on."""
    return Write(
        set={
            "paused_at": ctx.now, "paused_until": until, "pause_reason": reason,
            "paused_by": "place",
        },
        data={"until": until.isoformat() if until else None, "by": "place"},
    )  # fmt: skip


def resume(row: Row, ctx: Context) -> Write:
    """The clock goes on; what was left is left."""
    if not row["paused_at"]:
        raise Conflict("时限没有暂停。")
    if row["paused_by"] == "place":
        raise Conflict("这是全地方的时限暂停，要在“时限暂停”那一页结束。")
    return resumed(row, ctx)


def resumed(row: Row, ctx: Context) -> Write:
    """The deadlines moved on by the length of the pause."""
    span = ctx.now - row["paused_at"]
    moved = {
        name: row[name] + span
        for name in ("due_at", "clock_from", "overall_due_at")
        if row[name] is not None
    }
    return Write(
        set={
            **moved, "paused_at": None, "paused_until": None, "pause_reason": "",
            "paused_by": "", "ticking_since": ctx.now,
        }
    )  # fmt: skip


def note(row: Row, ctx: Context, *, text: str, audience: str) -> Write:
    """Something worth knowing, added to the story."""
    must_say(text, "请写一句话。", "text")
    return Write(notes=[(audience, text)], job=tell())
