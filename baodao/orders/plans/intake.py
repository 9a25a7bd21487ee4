"""Plans from placing to the board: verify, reject, merge, publish, transfer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.errors import Conflict, Invalid
from baodao.orders import rules
from baodao.orders.plans.base import Context, Row, check_reason, fresh_clock, tell


def placed(order: Any, ctx: Context) -> dict[str, Any]:
    """The first clock of a new order."""
    overall = rules.overall_due(order.urgency, ctx.now, ctx.settings)
    start = {"urgency": order.urgency, "overall_due_at": overall}
    if order.urgency == "life_safety":
        due: datetime | None = overall
    else:
        due = rules.due(
            "submitted", order.urgency, ctx.now, ctx.calendar, ctx.settings, overall
        )
    began = dict.fromkeys(("placed_at", "clock_from", "ticking_since"), ctx.now)
    return {**start, **began, "due_at": due}


def verify(
    row: Row, ctx: Context, *, title: str, urgency: str, category: str,
    seen_how: str = "", note: str = "",
) -> Write:  # fmt: skip
    """Found to be true. Changing the public wording asks the resident anew, unless
    the worker says how the resident has seen it."""
    changed = title.strip() != row["title"]
    seen = seen_how or ("" if changed else row["seen_how"])
    overall = rules.overall_due(urgency, row["placed_at"], ctx.settings)
    changes = fresh_clock(
        row, ctx, "verified", urgency=urgency, overall_due_at=overall,
        title=title.strip(), category_id=category, seen_how=seen,
    )  # fmt: skip
    return Write(
        set=changes,
        data={"urgency": urgency, "category": category, "title_changed": changed},
        notes=[("requester", note)],
    )


def edit(row: Row, ctx: Context, *, title: str, seen_how: str) -> Write:
    """Change the public wording before anyone has taken the order."""
    if row["state"] not in ("submitted", "verified", "published", "expired"):
        raise Conflict("已经有人接了，对外文字不能再改。")
    return Write(
        set={"title": title.strip(), "seen_how": seen_how}, data={"seen": seen_how}
    )


def reject(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Not taken on; the reason goes to the requester only."""
    check_reason(reason, rules.REJECT_REASONS)
    if not note.strip():
        raise Invalid(fields={"note": "请写一句给居民看的说明。"})
    return Write(
        set=fresh_clock(row, ctx, "rejected", closed_at=ctx.now),
        reason=reason, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def merge(row: Row, ctx: Context, *, into: UUID, into_no: str) -> Write:
    """One need said twice: this one follows the other; its requester keeps code and
    link and is told everything (domain 8.14)."""
    if into == row["id"]:
        raise Invalid(fields={"into": "不能合并到自己。"})
    return Write(
        set=fresh_clock(row, ctx, "merged", merged_into_id=into, closed_at=ctx.now),
        data={"into": str(into), "no": into_no}, job=tell(),
    )  # fmt: skip


def publish(row: Row, ctx: Context) -> Write:
    """On the public board, for members and units to claim. The resident has seen
    the wording first (domain 9.4)."""
    if not row["seen_how"]:
        raise Conflict(
            "居民还没看过对外文字，先不能公开。请念给居民听，或等居民在链接里同意。"
        )
    return Write(set=fresh_clock(row, ctx, "published", route="pool"))


def transfer(row: Row, ctx: Context, *, to: str, note: str) -> Write:
    """Outside our competence: passed on with its number; the requester is told."""
    check_reason(to, rules.TRANSFER_TO)
    return Write(
        set=fresh_clock(row, ctx, "transferred", transferred_to=to, closed_at=ctx.now),
        reason=to, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def expire(row: Row, ctx: Context) -> Write:
    """Nobody claimed it in time; the community checks by phone first."""
    return Write(set=fresh_clock(row, ctx, "expired"), job=tell())


def republish(row: Row, ctx: Context, *, note: str = "") -> Write:
    """Still wanted: back on the board."""
    return Write(set=fresh_clock(row, ctx, "published"), notes=[("staff", note)])


def approve_text(row: Row, ctx: Context) -> Write:
    """The resident has read the public wording and agrees."""
    return Write(set={"seen_how": "link"})


def withdraw(row: Row, ctx: Context, *, note: str = "") -> Write:
    """The resident no longer wants it; whoever had taken it is told (domain 8.13)."""
    return Write(
        set=fresh_clock(row, ctx, "withdrawn", closed_at=ctx.now),
        notes=[("requester", note)], job=tell(),
    )  # fmt: skip
