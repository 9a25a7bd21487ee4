"""Plans of the end: done, the resident's word, the record, redo, rating."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.orders import rules
from baodao.orders.models import Service
from baodao.orders.plans.base import (
    Context,
    Row,
    fresh_clock,
    must_say,
    no_calls,
    no_hands,
    tell,
)
from baodao.orders.served import Served
from baodao.records.models import Record, reversal
from baodao.records.rules import counted_minutes
from baodao.ui.words import cdatetime

LOW = 2  # of five; such a rating is a reason to ask, never a deduction by itself


@dataclass(frozen=True)
class Stretch:
    """Who served from when to when; `break_minutes` and travel do not count."""

    member_id: UUID
    unit_id: UUID | None
    start_at: datetime
    end_at: datetime
    break_minutes: int = 0


def report_done(
    row: Row, ctx: Context, *, stretches: Sequence[Stretch], note: str
) -> Write:
    """Done, says the helper; now the resident has the word."""
    if not stretches:
        raise Invalid(fields={"start_at": "请填什么时候去的、办了多久。"})
    for s in stretches:
        _check_stretch(row, ctx, s)
    must_say(note, "请写一句办了什么，居民会看到。")
    services = [
        Service(
            order_id=row["id"], round=row["reopened"], member_id=s.member_id,
            unit_id=s.unit_id, start_at=s.start_at, end_at=s.end_at,
            break_minutes=s.break_minutes, work_time=ctx.calendar.is_work_time(s.start_at),
            minutes=counted_minutes(s.start_at, s.end_at, s.break_minutes, ctx.settings),
        )
        for s in stretches
    ]  # fmt: skip
    return Write(
        set=fresh_clock(row, ctx, "done_reported", done_at=ctx.now, **no_calls()),
        data={"minutes": sum(s.minutes for s in services), "people": len(services)},
        notes=[("requester", note)], adds=services,
        # The others see it on their follow page.
        job=tell() if row["source"] in rules.BY_CALL else None,
    )  # fmt: skip


def _check_stretch(row: Row, ctx: Context, s: Stretch) -> None:
    """Nobody served before the order was placed (the day counts: a worker may write
    it down in the evening), after now, or round the clock."""
    length = s.end_at - s.start_at
    if length <= timedelta(0) or length <= timedelta(minutes=s.break_minutes):
        raise Invalid(fields={"end_at": "结束要晚于开始，扣掉休息后要有时长。"})
    if length > timedelta(days=1):
        raise Invalid(fields={"end_at": "一次服务不会超过一整天。请核对日期。"})
    if today(s.start_at) < today(row["placed_at"]):
        day = cdatetime(row["placed_at"], today(ctx.now))
        raise Invalid(fields={"start_at": f"这一单{day}才登记。请填那天或以后的时间。"})
    if s.end_at > ctx.now + timedelta(minutes=1):
        raise Invalid(fields={"end_at": "结束时间还没到。请填实际办完的时间。"})


def confirm(
    row: Row, ctx: Context, *, result: str, how: str,
    services: Sequence[Service | Served],
    confirmed_by: UUID | None = None, note: str = "",
) -> Write:  # fmt: skip
    """The resident's word, by their own tap or told to the worker; also of one who was
    not reached when it was asked for. One record per person who served, in the order's
    channel; none when nothing was solved."""
    if row["state"] == "closed":
        _still_theirs(row, ctx)
    if result not in ("solved", "partly", "not_solved", "cannot"):
        raise Invalid(fields={"result": "请选居民说的结果。"})
    if how not in rules.CONFIRMED_HOW:
        raise Invalid(fields={"how": "请选怎么问到的。"})
    if how == "requester" and result != "solved":
        raise Invalid(fields={"result": "没办完的会退回重办。"})
    if result in ("not_solved", "cannot"):
        must_say(note, "没解决就办结，要写明理由，居民看得到。")
    served = services if result in ("solved", "partly") else []
    records = [_record(row, ctx, s, how, confirmed_by) for s in served]
    return Write(
        set=fresh_clock(
            row, ctx, "confirmed", result=result, result_at=ctx.now, confirmed_how=how,
            confirmed_at=ctx.now, closed_at=None, call_wanted=False,
        ),
        data={"result": result, "how": how, "records": len(records)},
        notes=[("requester", note)], adds=records, job=tell(),
    )  # fmt: skip


def _record(
    row: Row, ctx: Context, s: Service | Served, how: str, confirmed_by: UUID | None
) -> Record:
    """`s.taken` (where the service was read with it): minutes already on record for
    the person, by day."""
    taken: Mapping[date, int] = getattr(s, "taken", {})
    minutes = counted_minutes(
        s.start_at, s.end_at, s.break_minutes, ctx.settings, taken
    )
    return Record(
        kind="order_served", channel=row["channel"], path=row["path"],
        place_id=row["place_id"], member_id=s.member_id, unit_id=s.unit_id,
        occurred_on=today(s.start_at), start_at=s.start_at, end_at=s.end_at,
        minutes=minutes, work_time=s.work_time, source_kind="orders.order",
        source_id=row["id"], source_round=row["reopened"], source_class=row["kind"],
        confirmed_at=ctx.now, confirmed_how=how, confirmed_by=confirmed_by,
    )  # fmt: skip


def _still_theirs(row: Row, ctx: Context) -> None:
    """Raise Conflict when the days in which the resident may speak are over."""
    last = rules.word_until(row, ctx.settings)
    if last and ctx.now > last:
        days = ctx.settings["orders.reopen_days"]
        raise Conflict(
            f"办完已超过{days}天，不能再改。可以再提一个心愿，社区会接着办。"
        )


def _undone(row: Row) -> dict[str, Any]:
    """What an outcome wrote, taken back."""
    return {
        "result": "", "result_at": None, "confirmed_how": "", "confirmed_at": None,
        "closed_at": None, "rating": None, "mark_aside": None, "rating_text": "", "thanks": "",
        "rating_public": False, "call_wanted": False, **no_calls(),
    }  # fmt: skip


def reopen(
    row: Row, ctx: Context, *, result: str, what: str, records: Sequence[Record] = ()
) -> Write:
    """Not (wholly) solved: back to the same hands, their unit is told; the second
    time the level above as well. Records of the round before are reversed."""
    if result not in ("partly", "not_solved"):
        raise Invalid(fields={"result": "请选“办了一部分”或“没办好”。"})
    _still_theirs(row, ctx)
    again = row["reopened"] + 1
    changes = fresh_clock(row, ctx, "in_service", reopened=again, **_undone(row))
    return _sent_back(ctx, changes, again, {"result": result}, what, records)


def ask_again(row: Row, ctx: Context, *, what: str = "") -> Write:
    """The resident does not agree with an end that nobody's service led to: answered
    as 办不了, done elsewhere, withdrawn for them. Back to the community, which looks
    anew; the second time the level above is told as well."""
    _still_theirs(row, ctx)
    if row["state"] == "withdrawn":
        changes = fresh_clock(
            row, ctx, "submitted", closed_at=None, withdrawn_how="", route="", **no_hands()
        )  # fmt: skip
        return Write(set=changes, notes=[("requester", what)], job=tell())
    again = row["reopened"] + 1
    changes = fresh_clock(
        row, ctx, "verified", reopened=again, transferred_to="", **_undone(row)
    )
    return _sent_back(ctx, changes, again, {}, what, ())


def _sent_back(
    ctx: Context, changes: dict[str, Any], again: int, data: dict[str, Any], what: str,
    records: Sequence[Record],
) -> Write:  # fmt: skip
    superior = again >= 2
    if superior:
        changes["escalated_at"] = ctx.now
    return Write(
        set=changes,
        data={**data, "round": again, "superior": superior},
        notes=[("requester", what)],
        adds=[reversal(r, ctx.now) for r in records],
        job=tell(superior=superior),
    )


def take_back(row: Row, ctx: Context) -> Write:
    """As before the resident's "not done": the round does not count."""
    return Write(
        set=fresh_clock(row, ctx, "done_reported", reopened=row["reopened"] - 1),
    )


def call(row: Row, ctx: Context, *, note: str = "") -> Write:
    """A call that reached nobody. Only calls some hours apart count: three in a row
    are one."""
    if row["state"] != "done_reported":
        raise Conflict("现在不用回访。")
    gap = timedelta(hours=ctx.settings["orders.call_gap_hours"])
    last = row["last_call_at"]
    if last and ctx.now < last + gap:
        when = cdatetime(last + gap, today(ctx.now))
        raise Conflict(f"刚打过电话。{when} 以后再打，才算下一次。")
    n = row["calls"] + 1
    return Write(
        set={
            "calls": n, "last_call_at": ctx.now,
            "first_call_at": row["first_call_at"] or ctx.now,
        },
        data={"n": n}, notes=[("staff", note)],
    )  # fmt: skip


def unreachable(row: Row, ctx: Context) -> Write:
    """Enough calls on more than one day, no answer, and the resident's own days over:
    closed as "没有答复", which is no praise."""
    needed = ctx.settings["orders.calls"]
    begin = rules.unreachable_from(row, ctx.settings)
    if begin is None:
        raise Conflict(
            f"打过{row['calls']}次电话。要分两天打满{needed}次都没打通，才能按“联系不上”办结。"
        )
    if ctx.now < begin:
        when = cdatetime(begin, today(ctx.now))
        raise Conflict(
            f"居民还可以自己说。{when} 以后还没有答复，才能按“联系不上”办结。"
        )
    return Write(
        set=fresh_clock(
            row, ctx, "closed", result="no_answer", result_at=ctx.now, closed_at=ctx.now
        ),
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
    served: Sequence[Record] = (),
    again: Collection[UUID | None] = (),
) -> Write:
    """1 to 5, by the resident or told to the worker; closes the order. It is on record
    for everybody who `served`; `again`: members to whom the same resident gave the best
    mark in this quarter already (M_ADD_PRAISE)."""
    if not 1 <= rating <= 5:
        raise Invalid(fields={"rating": "请选 1 到 5 分。"})
    return Write(
        set=fresh_clock(
            row, ctx, "closed", rating=rating, rating_text=text.strip(),
            rating_public=public and bool(text.strip()), closed_at=ctx.now,
        ),
        data={"rating": rating, "how": how},
        adds=[_rated(r, ctx, rating, how, r.member_id in again) for r in served],
        job=tell() if rating <= LOW else None,
    )  # fmt: skip


def _rated(served: Record, ctx: Context, rating: int, how: str, again: bool) -> Record:
    return Record(
        kind="rating", channel=served.channel, path=served.path,
        place_id=served.place_id, member_id=served.member_id, unit_id=served.unit_id,
        occurred_on=today(ctx.now), quantity=rating, source_kind=served.source_kind,
        source_id=served.source_id, source_round=served.source_round,
        source_class="again" if again else "first", confirmed_at=ctx.now,
        confirmed_how=how,
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
