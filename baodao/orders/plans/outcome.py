"""Plans of the end: done, the resident's word, the record, redo, rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.orders import rules
from baodao.orders.models import Service
from baodao.orders.plans.base import Context, Row, fresh_clock, tell
from baodao.records.models import Record

LOW = 2  # of five; such a rating is a reason to ask, never a deduction by itself


@dataclass(frozen=True)
class Stretch:
    """Who served from when to when; `break_minutes` and travel do not count."""

    member_id: UUID
    unit_id: UUID | None
    start_at: datetime
    end_at: datetime
    break_minutes: int = 0

    @property
    def minutes(self) -> int:
        """Length in minutes, at most 480 (domain 6.8)."""
        length = int((self.end_at - self.start_at).total_seconds()) // 60
        return min(length - self.break_minutes, 480)


def report_done(
    row: Row, ctx: Context, *, stretches: Sequence[Stretch], note: str
) -> Write:
    """Done, says the helper; now the resident has the word."""
    if not stretches:
        raise Invalid(fields={"start_at": "请填什么时候去的、办了多久。"})
    for s in stretches:
        if s.end_at <= s.start_at or s.minutes <= 0:
            raise Invalid(fields={"end_at": "结束要晚于开始，扣掉休息后要有时长。"})
        if s.end_at > ctx.now + timedelta(minutes=1):
            raise Invalid(fields={"end_at": "结束时间还没到。请填实际办完的时间。"})
    if not note.strip():
        raise Invalid(fields={"note": "请写一句办了什么，居民会看到。"})
    services = [
        Service(
            order_id=row["id"], round=row["reopened"], member_id=s.member_id,
            unit_id=s.unit_id, start_at=s.start_at, end_at=s.end_at,
            break_minutes=s.break_minutes, minutes=s.minutes, work_time=ctx.calendar.is_work_time(s.start_at),
        )
        for s in stretches
    ]  # fmt: skip
    return Write(
        set=fresh_clock(row, ctx, "done_reported", done_at=ctx.now, extension_days=0, calls=0),
        data={"minutes": sum(s.minutes for s in stretches), "people": len(stretches)},
        notes=[("requester", note)], adds=services,
        # The others see it on their follow page.
        job=tell() if row["source"] in rules.BY_CALL else None,
    )  # fmt: skip


def confirm(
    row: Row, ctx: Context, *, result: str, how: str, services: Sequence[Service],
    confirmed_by: UUID | None = None, note: str = "",
) -> Write:  # fmt: skip
    """The resident's word, by their own tap or told to the worker. One record per
    person who served, in the order's channel; none when nothing was solved."""
    if result not in ("solved", "partly", "not_solved", "cannot"):
        raise Invalid(fields={"result": "请选居民说的结果。"})
    if how not in rules.CONFIRMED_HOW:
        raise Invalid(fields={"how": "请选怎么问到的。"})
    if how == "requester" and result != "solved":
        raise Invalid(fields={"result": "没办完的会退回重办。"})
    if result in ("not_solved", "cannot") and not note.strip():
        raise Invalid(fields={"note": "没解决就办结，要写明理由，居民看得到。"})
    served = services if result in ("solved", "partly") else []
    records = [_record(row, ctx, s, how, confirmed_by) for s in served]
    return Write(
        set=fresh_clock(
            row, ctx, "confirmed", result=result, confirmed_how=how,
            confirmed_at=ctx.now, call_wanted=False,
        ),
        data={"result": result, "how": how, "records": len(records)},
        notes=[("requester", note)], adds=records, job=tell(),
    )  # fmt: skip


def _record(
    row: Row, ctx: Context, s: Service, how: str, confirmed_by: UUID | None
) -> Record:
    return Record(
        kind="order_served", channel=row["channel"], path=row["path"],
        place_id=row["place_id"], member_id=s.member_id, unit_id=s.unit_id,
        occurred_on=today(s.start_at), start_at=s.start_at, end_at=s.end_at,
        minutes=s.minutes, work_time=s.work_time, source_kind="orders.order",
        source_id=row["id"], source_round=row["reopened"], source_class=row["kind"],
        confirmed_at=ctx.now, confirmed_how=how, confirmed_by=confirmed_by,
    )  # fmt: skip


def reopen(
    row: Row, ctx: Context, *, result: str, what: str, records: Sequence[Record] = ()
) -> Write:
    """Not (wholly) solved: back to the same hands, their unit is told; the second
    time the level above as well. Records of the round before are reversed."""
    if result not in ("partly", "not_solved"):
        raise Invalid(fields={"result": "请选“办了一部分”或“没办好”。"})
    last = (row["done_at"] or ctx.now) + timedelta(
        days=ctx.settings["orders.reopen_days"]
    )
    if ctx.now > last:
        days = ctx.settings["orders.reopen_days"]
        raise Conflict(
            f"办完已超过{days}天，不能再退回重办。可以再提一个心愿，社区会接着办。"
        )
    again = row["reopened"] + 1
    changes = fresh_clock(
        row, ctx, "in_service", reopened=again, result="", confirmed_how="",
        confirmed_at=None, closed_at=None, rating=None, rating_text="", thanks="",
        rating_public=False, call_wanted=False, extended=False, calls=0,
    )  # fmt: skip
    if again >= 2:
        changes["escalated_at"] = ctx.now
    return Write(
        set=changes,
        data={"result": result, "round": again, "superior": again >= 2},
        notes=[("requester", what)],
        adds=[_reversal(r, ctx) for r in records],
        job=tell(superior=again >= 2),
    )


def take_back(row: Row, ctx: Context) -> Write:
    """As before the resident's "not done": the round does not count."""
    return Write(
        set=fresh_clock(row, ctx, "done_reported", reopened=row["reopened"] - 1),
    )


def _reversal(record: Record, ctx: Context) -> Record:
    kept = {
        f.attname: getattr(record, f.attname)
        for f in Record._meta.concrete_fields
        if f.attname
        not in ("id", "version", "created_at", "reversal_of_id", "confirmed_at")
    }
    return Record(**kept, reversal_of_id=record.id, confirmed_at=ctx.now)


def call(row: Row, ctx: Context, *, note: str = "") -> Write:
    """A call that reached nobody; three of them make "联系不上" possible."""
    if row["state"] != "done_reported":
        raise Conflict("现在不用回访。")
    return Write(
        set={"calls": row["calls"] + 1},
        data={"n": row["calls"] + 1},
        notes=[("staff", note)],
    )


def unreachable(row: Row, ctx: Context) -> Write:
    """Three calls, no answer: closed as "没有答复", which is no praise."""
    if row["calls"] < 3:
        raise Conflict(f"打过{row['calls']}次电话。三次都没打通才能按“联系不上”办结。")
    return Write(
        set=fresh_clock(row, ctx, "closed", result="no_answer", closed_at=ctx.now),
        data={"calls": row["calls"]}, job=tell(),
    )  # fmt: skip


def rate(
    row: Row,
    ctx: Context,
    *,
    rating: int,
    text: str = "",
    public: bool = False,
    how: str,
) -> Write:
    """1 to 5, by the resident or told to the worker; closes the order."""
    if not 1 <= rating <= 5:
        raise Invalid(fields={"rating": "请选 1 到 5 分。"})
    return Write(
        set=fresh_clock(
            row, ctx, "closed", rating=rating, rating_text=text.strip(),
            rating_public=public and bool(text.strip()), closed_at=ctx.now,
        ),
        data={"rating": rating, "how": how},
        job=tell() if rating <= LOW else None,
    )  # fmt: skip


def thank(row: Row, ctx: Context, *, text: str) -> Write:
    """A resident's thanks on the board: they agreed, and a worker has read the words
    and taken out what names or places anybody (domain 9.4). Empty text takes it
    off again."""
    if not row["rating_public"]:
        raise Conflict("居民没有同意公开这句话，不能公布。")
    if len(text.strip()) > 60:
        raise Invalid(fields={"text": "最多 60 个字。"})
    return Write(set={"thanks": text.strip()})


def close_unrated(row: Row, ctx: Context) -> Write:
    """The time to rate is over: unrated, which is no praise."""
    return Write(set=fresh_clock(row, ctx, "closed", closed_at=ctx.now))


def ask_call(row: Row, ctx: Context) -> Write:
    """The resident would rather be called."""
    return Write(set={"call_wanted": True}, job=tell())
