"""What every plan of an order uses: the context, a fresh clock, a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baodao.core.errors import Invalid
from baodao.orders import rules

Row = Mapping[str, Any]
TELL = "orders.tell"
# What the plans look at, beyond the columns of access and state.
READS = (
    "no", "title", "urgency", "kind", "category_id", "place_id", "unit_id", "member_id",
    "channel", "route", "placed_at", "clock_from", "due_at", "overall_due_at",
    "paused_at", "paused_by", "ticking_since", "reopened", "calls", "extended", "extension_days", "seen_how", "done_at",
    "confirmed_at", "result", "household_id", "served_by_person", "goods_fen",
    "rating_public", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """The instant of the act, and the calendar and settings of its place."""

    now: datetime
    calendar: rules.WorkCalendar
    settings: Mapping[str, Any]


def fresh_clock(row: Row, ctx: Context, state: str, **changes: Any) -> dict[str, Any]:
    """The columns that change with every move: a fresh clock for the new state."""
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
        **changes,
    }


def tell(**args: Any) -> tuple[str, Mapping[str, Any]]:
    return TELL, args


def check_reason(reason: str, known: Mapping[str, str], text: str = "") -> None:
    if reason not in known:
        raise Invalid(fields={"reason": "请选一个理由。"})
    if reason == "other" and not text.strip():
        raise Invalid(fields={"note": "选了“其他”，请写一句说明。"})
