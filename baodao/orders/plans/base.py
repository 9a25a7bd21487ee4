"""What every plan of an order uses: the context, a fresh clock, a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baodao.core.errors import Invalid
from baodao.orders import rules
from baodao.orders.models import Answer

Row = Mapping[str, Any]
TELL = "orders.tell"
# What the plans look at, beyond the columns of access and state.
READS = (
    "no", "title", "urgency", "kind", "category_id", "place_id", "unit_id", "member_id",
    "channel", "route", "placed_at", "clock_from", "due_at", "overall_due_at",
    "paused_at", "paused_by", "ticking_since", "reopened", "calls", "first_call_at",
    "last_call_at", "extended", "extension_hours", "seen_how", "done_at",
    "confirmed_at", "closed_at", "dispatched_at", "result", "household_id", "served_by_person",
    "goods_fen", "rating", "mark_aside", "rating_public", "source", "at_township",
)  # fmt: skip


def row_of(order: Any) -> dict[str, Any]:
    """An order that has been read already, as plans and rules take it."""
    return {name: getattr(order, name) for name in ("id", "state", "path", *READS)}


@dataclass(frozen=True)
class Context:
    """The instant of the act, and the calendar and settings of its place."""

    now: datetime
    calendar: rules.WorkCalendar
    settings: Mapping[str, Any]


def fresh_clock(row: Row, ctx: Context, state: str, **changes: Any) -> dict[str, Any]:
    """The columns that change with every move: a fresh clock for the new state. An
    extension is of one stretch of service and ends with it."""
    urgency = str(changes.get("urgency") or row["urgency"])
    overall = changes.get("overall_due_at", row["overall_due_at"])
    return {
        "clock_from": ctx.now,
        "due_at": rules.due(
            state, urgency, ctx.now, ctx.calendar, ctx.settings, overall
        ),
        "paused_at": None,
        "paused_until": None,
        "pause_reason": "",
        "paused_by": "",
        "ticking_since": ctx.now,
        "reminded": 0,
        "escalated_at": None,
        "extension_hours": 0,
        "extended": False,
        **changes,
    }


def no_hands() -> dict[str, Any]:
    """Out of the hands of unit and member: somebody has to find the next ones."""
    return {
        "unit_id": None, "member_id": None, "served_by_person": None, "channel": "",
    }  # fmt: skip


def no_calls() -> dict[str, Any]:
    """Nobody has been called yet about this outcome."""
    return {"calls": 0, "first_call_at": None, "last_call_at": None}


def answer(row: Row, ctx: Context, outcome: str) -> list[Answer]:
    """How the unit has answered the dispatch that this act ends: one row for 响应率;
    none where no unit was asked, or one was asked back before its time was over."""
    if row["state"] != "dispatched" or row["dispatched_at"] is None:
        return []
    timely = in_time(row, ctx)
    if outcome == "silent" and timely:
        return []
    return [
        Answer(
            order_id=row["id"], unit_id=row["unit_id"], path=row["path"], outcome=outcome,
            dispatched_at=row["dispatched_at"], at=ctx.now,
            in_time=timely and outcome != "silent",
        )
    ]  # fmt: skip


def in_time(row: Row, ctx: Context) -> bool:
    """Whether a unit answers within its limit (响应率). A dispatch that was late before
    it came to the unit gives it the time that is usual for the class."""
    limit, began = row["due_at"], row["clock_from"]
    if limit and limit <= began:
        overall = rules.overall_due(row["urgency"], began, ctx.settings)
        limit = rules.due(
            row["state"], row["urgency"], began, ctx.calendar, ctx.settings, overall
        )
    return limit is None or ctx.now <= limit


def tell(**args: Any) -> tuple[str, Mapping[str, Any]]:
    return TELL, args


def must_say(text: str, sentence: str, field: str = "note") -> None:
    """Raise Invalid where words are wanted and missing."""
    if not text.strip():
        raise Invalid(fields={field: sentence})


def check_reason(reason: str, known: Mapping[str, str], text: str = "") -> None:
    if reason not in known:
        raise Invalid(fields={"reason": "请选一个理由。"})
    if reason == "other" and not text.strip():
        raise Invalid(fields={"note": "选了“其他”，请写一句说明。"})
