"""One pure decision per act on a cooperation project or a key problem."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import at_local
from baodao.core.errors import Conflict, Invalid
from baodao.exchange.projects import rules
from baodao.exchange.steps import Context, Row, clocked, must, tell
from baodao.records.models import Record, reversal

PROJECT_READS = (
    "path", "place_id", "unit_ids", "tasks", "milestones", "joint_type", "year",
    "completed_on", "negotiated_on",
)  # fmt: skip
PROBLEM_READS = (
    "path", "place_id", "unit_id", "kind", "round", "closed_on", "asked", "content",
)  # fmt: skip


def _end(day: date) -> datetime:
    return at_local(day, time(18))


def _said(
    ctx: Context, note: str, due: datetime | None = None, **changes: Any
) -> Write:
    notes = [("unit", note)] if note.strip() else []
    return Write(set=clocked(ctx, due, **changes), notes=notes, job=tell())


# --- projects ---------------------------------------------------------------------


def negotiate(row: Row, ctx: Context, *, record: str, negotiated_on: date) -> Write:
    """Talked over by both: when, and what was agreed (the negotiation record)."""
    text = must("record", record, "请写协商定了什么。")
    if negotiated_on > ctx.day:
        raise Invalid(fields={"negotiated_on": "这一天还没有到。"})
    due = rules.by_day(4, 30, ctx.now)
    return _said(ctx, text, due, negotiated_on=negotiated_on)


def approve(row: Row, ctx: Context) -> Write:
    return _said(ctx, "", rules.by_day(11, 30, ctx.now))


def start(row: Row, ctx: Context) -> Write:
    return _said(ctx, "", rules.by_day(11, 30, ctx.now))


def reach(row: Row, ctx: Context, *, nth: int, note: str) -> Write:
    """A milestone is reached, or how far it is."""
    steps = [dict(m) for m in _parsed(row["milestones"])]
    if not 0 <= nth < len(steps) or steps[nth].get("done"):
        raise Invalid(fields={"nth": "请选一个还没有做到的节点。"})
    steps[nth]["done"] = ctx.day.isoformat()
    return Write(set={"milestones": steps}, data={"nth": nth}, notes=[("unit", note)])


def complete(row: Row, ctx: Context, *, result: str) -> Write:
    """Done, says the unit; accepted within fifteen working days."""
    text = must("result", result, "请写一句完成情况，社区看了好验收。")
    due = ctx.calendar.add_workdays(ctx.now, 15)
    return _said(ctx, "", due, result=text, completed_on=ctx.day)


def accept(row: Row, ctx: Context, *, by: UUID | None, note: str = "") -> Write:
    """Accepted: it counts this year for every unit that had a task."""
    records = [
        Record(
            kind="project", channel="unit", path=row["path"], place_id=row["place_id"],
            unit_id=unit_id, occurred_on=row["completed_on"],
            source_kind="exchange.coproject", source_id=row["id"], source_round=n,
            source_class=row["joint_type"], confirmed_at=ctx.now,
            confirmed_how="community", confirmed_by=by,
        )
        for n, unit_id in enumerate(counted(row))
    ]  # fmt: skip
    return Write(
        set=clocked(ctx, None, accepted_on=ctx.day), adds=records, job=tell(),
        notes=[("unit", note)], data={"records": len(records)},
    )  # fmt: skip


def counted(row: Row) -> list[UUID]:
    """The units it counts for: those with a named task; of one unit alone the project
    itself is the task."""
    units: Sequence[UUID] = row["unit_ids"]
    if len(units) == 1:
        return list(units)
    tasks = _parsed(row["tasks"])
    return [pk for pk in units if str(tasks.get(str(pk), "")).strip()]


def _parsed(value: Any) -> Any:
    """A JSON column: the engine reads it as its text, an instance has the value."""
    return json.loads(value) if isinstance(value, str) else value


def send_back(row: Row, ctx: Context, *, note: str) -> Write:
    text = must("note", note, "请写一句还差什么，单位看得到。")
    return _said(ctx, text, rules.by_day(12, 31, ctx.now), completed_on=None)


def stop(row: Row, ctx: Context, *, note: str) -> Write:
    """Not taken up, or given up, with the reason."""
    return _said(ctx, must("note", note, "请写一句为什么，对方看得到。"))


# --- key problems -----------------------------------------------------------------


def ask(row: Row, ctx: Context, *, unit_id: UUID) -> Write:
    """A unit is asked to claim it."""
    due = rules.by_day(6, 30, ctx.now)
    return Write(
        set=clocked(ctx, due, unit_id=unit_id), data={"unit": str(unit_id)}, job=tell()
    )


def claim(row: Row, ctx: Context) -> Write:
    return _said(ctx, "", rules.by_day(11, 30, ctx.now))


def release(row: Row, ctx: Context, *, note: str) -> Write:
    """The unit cannot; another is asked."""
    text = must("note", note, "请写一句为什么退回，社区好另找单位。")
    return _said(ctx, text, rules.by_day(6, 30, ctx.now), unit_id=None)


def report(row: Row, ctx: Context, *, result: str) -> Write:
    """Solved, says the unit; the community looks within ten working days."""
    text = must("result", result, "请写一句怎么解决的，社区看了好核实。")
    return _said(ctx, "", ctx.calendar.add_workdays(ctx.now, 10), result=text)


def confirm(row: Row, ctx: Context, *, note: str = "") -> Write:
    """Seen by the community; residents are asked within thirty days."""
    return _said(ctx, note, _end(ctx.day + timedelta(days=rules.FOLLOW_DAYS)))


def problem_back(row: Row, ctx: Context, *, note: str) -> Write:
    text = must("note", note, "请写一句还差什么，单位看得到。")
    return _said(ctx, text, rules.by_day(12, 31, ctx.now))


def follow_up(row: Row, ctx: Context, *, asked: int, content: int, note: str) -> Write:
    """Residents were asked whether it is solved."""
    if asked < 1:
        raise Invalid(fields={"asked": "请至少问一位居民。"})
    if not 0 <= content <= asked:
        raise Invalid(fields={"content": "认可的人数不能比问到的多。"})
    due = ctx.calendar.add_workdays(ctx.now, 10)
    return _said(ctx, note, due, asked=asked, content=content)


def close(row: Row, ctx: Context, *, by: UUID | None) -> Write:
    """Closed: it counts for the unit this year (L10)."""
    if 2 * row["content"] < row["asked"]:
        raise Conflict("回访的居民多数不认可，还不能销号。请退回单位接着办。")
    record = Record(
        kind="key_problem", channel="unit", path=row["path"], place_id=row["place_id"],
        unit_id=row["unit_id"], occurred_on=ctx.day, source_kind="exchange.keyproblem",
        source_id=row["id"], source_round=row["round"], source_class=row["kind"],
        confirmed_at=ctx.now, confirmed_how="community", confirmed_by=by,
    )  # fmt: skip
    return Write(set=clocked(ctx, None, closed_on=ctx.day), adds=[record], job=tell())


def reopen(row: Row, ctx: Context, *, note: str, records: Sequence[Record]) -> Write:
    """It came back within ninety days: what was counted is taken back."""
    text = must("note", note, "请写一句又出了什么情况，单位看得到。")
    if (ctx.day - row["closed_on"]).days > rules.REOPEN_DAYS:
        raise Conflict("销号已经超过90天。请作为新的问题登记。")
    return Write(
        set=clocked(
            ctx, ctx.calendar.add_workdays(ctx.now, 15), closed_on=None, result="",
            asked=0, content=0, round=row["round"] + 1,
        ),
        adds=[reversal(r, ctx.now) for r in records], notes=[("unit", text)], job=tell(),
    )  # fmt: skip
