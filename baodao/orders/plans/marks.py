"""Plans of a mark that is looked at again (domain 8.16): while it is checked it is in no
rate and on no card; the decision has reasons."""

from collections.abc import Sequence

from baodao.acts.writing import Write
from baodao.core.errors import Conflict
from baodao.orders import rules
from baodao.orders.plans.base import (
    Context,
    Row,
    check_reason,
    fresh_clock,
    must_say,
    tell,
)
from baodao.records.models import Record, restored, reversal


def question_mark(
    row: Row, ctx: Context, *, reason: str, note: str = "",
    marks: Sequence[Record] = (), before: bool = False,
) -> Write:  # fmt: skip
    """Set aside until somebody who took no part has looked. `marks`: its records, taken
    back; `before`: it was checked already, which is done once. Errors: reason, note."""
    check_reason(reason, rules.MARK_REASONS, note)
    if before:
        raise Conflict("这个评价已经核对过一次，不再核对。")
    if ctx.now > rules.mark_until(row["closed_at"], ctx.calendar):
        raise Conflict(f"评价已经过了{rules.MARK_DAYS}个工作日，不再核对。")
    return Write(
        set=fresh_clock(
            row, ctx, "mark_check", rating=None, mark_aside=row["rating"]
        ),
        reason=reason, notes=[("staff", note)],
        adds=[reversal(r, ctx.now) for r in marks], job=tell(),
    )  # fmt: skip


def keep_mark(
    row: Row, ctx: Context, *, note: str, marks: Sequence[Record] = ()
) -> Write:
    """Found right: it counts as before. `marks`: the records that were taken back.
    Errors: note."""
    must_say(note, "请写核对到的情况，居民和承办的人都看得到。")
    return Write(
        set=fresh_clock(
            row, ctx, "closed", rating=row["mark_aside"], mark_aside=None
        ),
        data={"mark": row["mark_aside"]}, notes=[("requester", note)],
        adds=[restored(r) for r in marks], job=tell(),
    )  # fmt: skip


def strike_mark(row: Row, ctx: Context, *, note: str) -> Write:
    """Found not to be about this service: it counts nowhere, nor does its thanks stand
    on the board. Errors: note."""
    must_say(note, "请写为什么不算数，居民和承办的人都看得到。")
    return Write(
        set=fresh_clock(row, ctx, "closed", thanks="", rating_public=False),
        data={"mark": row["mark_aside"]}, notes=[("requester", note)], job=tell(),
    )  # fmt: skip
