"""One pure decision per act on the lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import at_local, today
from baodao.core.errors import Conflict, Invalid
from baodao.exchange.lists import rules
from baodao.exchange.rules import JOINT_TYPES
from baodao.exchange.steps import Context, Row, clean, clocked, must, tell
from baodao.records.models import Record

NEED_READS = ("path", "unit_id", "published_on", "due_at")
RESOURCE_READS = ("path", "unit_id")
BOOKING_READS = (
    "path", "unit_id", "resource_id", "place_id", "start_at", "end_at", "nth",
)  # fmt: skip
PROJECT_READS = (
    "path", "place_id", "unit_ids", "needs", "resources", "joint_type", "due_on",
    "finished_on",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a need or a resource says."""

    title: str
    joint_type: str
    quantity: str = ""
    conditions: str = ""

    def columns(self) -> dict[str, Any]:
        names = ("title", "quantity", "conditions")
        texts = {n: getattr(self, n).strip() for n in names}
        return {**texts, "joint_type": self.joint_type}


def check(said: Said) -> None:
    """Raise Invalid for what a person can mend."""
    must("title", said.title, "请写名称。")
    if said.joint_type not in JOINT_TYPES:
        raise Invalid(fields={"joint_type": "请选一个类别。"})
    clean(quantity=said.quantity, conditions=said.conditions)


def publish(row: Row, ctx: Context) -> Write:
    """On the list, for half a year unless it is matched."""
    until = ctx.now + timedelta(days=rules.EXPIRE_DAYS)
    return Write(set=clocked(ctx, until, published_on=ctx.day), job=tell())


def off(row: Row, ctx: Context, note: str = "") -> Write:
    """No longer on the list."""
    return Write(set=clocked(ctx, None), notes=[("unit", note)], job=tell())


def on(row: Row, ctx: Context) -> Write:
    """One step on, nothing else to say."""
    return Write(set=clocked(ctx, None), job=tell())


def unmatch(row: Row, ctx: Context) -> Write:
    """On the list again; the days it had waited go on."""
    since = row["published_on"] or ctx.day
    left = max(rules.EXPIRE_DAYS - (ctx.day - since).days, 14)
    return Write(set=clocked(ctx, ctx.now + timedelta(days=left)))


# --- bookings ---------------------------------------------------------------------


def check_booking(start: datetime, end: datetime, now: datetime, purpose: str) -> None:
    """Raise Invalid for what a person can mend."""
    if end <= start:
        raise Invalid(fields={"end_at": "结束要晚于开始。"})
    if end - start > timedelta(days=31):
        raise Invalid(fields={"end_at": "一次最多约一个月。请分几次约。"})
    if start < now:
        raise Invalid(fields={"start_at": "这个时间已经过了。请选以后的时间。"})
    must("purpose", purpose, "请写用来做什么，单位好准备。")


def reserve(row: Row, ctx: Context) -> Write:
    """The unit keeps it."""
    return Write(job=tell())


def use(row: Row, ctx: Context, *, by: UUID | None, joint_type: str) -> Write:
    """Used, says the community: the record of the unit that lent it (L25), of the day
    on which it began (domain 8.24)."""
    if ctx.now < row["start_at"]:
        raise Conflict("还没有到约好的时间。用过以后再记。")
    record = Record(
        kind="resource", channel="unit", path=row["path"], place_id=row["place_id"],
        unit_id=row["unit_id"], occurred_on=today(row["start_at"]), source_kind="exchange.booking", source_id=row["id"],
        source_class=joint_type, confirmed_at=ctx.now, confirmed_how="community",
        confirmed_by=by,
    )  # fmt: skip
    return Write(adds=[record], job=tell())


def cancel_booking(row: Row, ctx: Context, *, note: str) -> Write:
    """Off, with a sentence for the other side."""
    must("note", note, "请写一句为什么取消，对方看得到。")
    return Write(notes=[("unit", note)], job=tell())


# --- projects ---------------------------------------------------------------------


def start(row: Row, ctx: Context) -> Write:
    return Write(set=clocked(ctx, _due(row["due_on"])), job=tell())


def _due(day: date) -> datetime:
    return at_local(day, time(18))


def finish(row: Row, ctx: Context, *, result: str) -> Write:
    """Done, says the unit; the community looks at it within fifteen working days."""
    text = must("result", result, "请写一句办成了什么，社区看了好验收。")
    due = ctx.calendar.add_workdays(ctx.now, 15)
    return Write(set=clocked(ctx, due, result=text, finished_on=ctx.day), job=tell())


def accept(row: Row, ctx: Context, *, by: UUID | None, note: str = "") -> Write:
    """Accepted by the community: one record for each unit that gave something."""
    records = [
        Record(
            kind="resource", channel="unit", path=row["path"], place_id=row["place_id"],
            unit_id=unit_id, occurred_on=row["finished_on"],
            source_kind="exchange.listproject", source_id=row["id"], source_round=n,
            source_class=row["joint_type"], confirmed_at=ctx.now,
            confirmed_how="community", confirmed_by=by,
        )
        for n, unit_id in enumerate(row["unit_ids"])
    ]  # fmt: skip
    return Write(
        set=clocked(ctx, None), adds=records, notes=[("unit", note)], job=tell(),
        data={"records": len(records)},
    )  # fmt: skip


def send_back(row: Row, ctx: Context, *, note: str) -> Write:
    must("note", note, "请写一句还差什么，单位看得到。")
    changes = clocked(ctx, _due(max(row["due_on"], ctx.day)), finished_on=None)
    return Write(set=changes, notes=[("unit", note)], job=tell())


def cancel(row: Row, ctx: Context, *, note: str) -> Write:
    must("note", note, "请写一句为什么取消，需求会回到清单里。")
    return Write(set=clocked(ctx, None), notes=[("unit", note)], job=tell())


def check_match(
    *, needs: Sequence[Any], resources: Sequence[Any], title: str, due_on: date,
    day: date,
) -> None:  # fmt: skip
    """Raise Invalid for what a person can mend."""
    must("title", title, "请写项目的名称。")
    if not needs:
        raise Invalid(fields={"needs": "请选至少一条等对接的需求。"})
    if not resources:
        raise Invalid(fields={"resources": "请选至少一项能用的资源。"})
    if due_on < day:
        raise Invalid(fields={"due_on": "完成时限要在今天以后。"})
