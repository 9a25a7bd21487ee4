"""One pure decision per act: from the row, the context and the arguments to what is
written. Services give these to `engine.act`; demo and imports give the very same
ones to `bulk.Batch`. Durations are minutes, instants aware UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.orders import rules
from baodao.orders.models import Service
from baodao.records.models import Record

Row = Mapping[str, Any]
TELL = "orders.tell"
# What the plans look at, beyond the columns of access and state.
READS = (
    "no", "title", "urgency", "kind", "category_id", "place_id", "unit_id", "member_id",
    "channel", "route", "placed_at", "clock_from", "due_at", "overall_due_at",
    "paused_at", "reopened", "calls", "extended", "seen_how", "done_at",
    "confirmed_at", "result", "household_id", "served_by_person", "goods_fen",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """The instant of the act, and the calendar and settings of its place."""

    now: datetime
    calendar: rules.WorkCalendar
    settings: Mapping[str, Any]


def _clock(row: Row, ctx: Context, state: str, **changes: Any) -> dict[str, Any]:
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
        "reminded": 0,
        "escalated_at": None,
        **changes,
    }


def _tell(**args: Any) -> tuple[str, Mapping[str, Any]]:
    return TELL, args


def _reason(reason: str, known: Mapping[str, str], text: str = "") -> None:
    if reason not in known:
        raise Invalid(fields={"reason": "请选一个理由。"})
    if reason == "other" and not text.strip():
        raise Invalid(fields={"note": "选了“其他”，请写一句说明。"})


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
    return {**start, "placed_at": ctx.now, "clock_from": ctx.now, "due_at": due}


def verify(
    row: Row, ctx: Context, *, title: str, urgency: str, category: str,
    seen_how: str = "", note: str = "",
) -> Write:  # fmt: skip
    """Found to be true. Changing the public wording asks the resident anew, unless
    the worker says how the resident has seen it."""
    changed = title.strip() != row["title"]
    seen = seen_how or ("" if changed else row["seen_how"])
    overall = rules.overall_due(urgency, row["placed_at"], ctx.settings)
    changes = _clock(
        row, ctx, "verified", urgency=urgency, overall_due_at=overall,
        title=title.strip(), category_id=category, seen_how=seen,
    )  # fmt: skip
    return Write(
        set=changes,
        data={"urgency": urgency, "category": category, "title_changed": changed},
        notes=[("requester", note)],
        job=_tell(),
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
    _reason(reason, rules.REJECT_REASONS)
    if not note.strip():
        raise Invalid(fields={"note": "请写一句给居民看的说明。"})
    return Write(
        set=_clock(row, ctx, "rejected", closed_at=ctx.now),
        reason=reason, notes=[("requester", note)], job=_tell(),
    )  # fmt: skip


def merge(row: Row, ctx: Context, *, into: UUID, into_no: str) -> Write:
    """One need said twice: this one follows the other; its requester keeps code and
    link and is told everything (domain 8.14)."""
    if into == row["id"]:
        raise Invalid(fields={"into": "不能合并到自己。"})
    return Write(
        set=_clock(row, ctx, "merged", merged_into_id=into, closed_at=ctx.now),
        data={"into": str(into), "no": into_no}, job=_tell(),
    )  # fmt: skip


def publish(row: Row, ctx: Context) -> Write:
    """On the public board, for members and units to claim. The resident has seen
    the wording first (domain 9.4)."""
    if not row["seen_how"]:
        raise Conflict(
            "居民还没看过对外文字，先不能公开。请念给居民听，或等居民在链接里同意。"
        )
    return Write(set=_clock(row, ctx, "published", route="pool"), job=_tell())


def dispatch(
    row: Row, ctx: Context, *, unit_id: UUID, unit_name: str,
    reasons: Sequence[str] = (), note: str = "",
) -> Write:  # fmt: skip
    """To one unit, with the reasons for which it was suggested."""
    return Write(
        set=_clock(
            row, ctx, "dispatched", unit_id=unit_id, member_id=None,
            served_by_person=None, route="dispatch", channel="unit", dispatched_at=ctx.now,
        ),
        data={"unit": str(unit_id), "unit_name": unit_name, "reasons": list(reasons)},
        notes=[("unit", note)],
        job=_tell(),
    )  # fmt: skip


def transfer(row: Row, ctx: Context, *, to: str, note: str) -> Write:
    """Outside our competence: passed on with its number; the requester is told."""
    _reason(to, rules.TRANSFER_TO)
    return Write(
        set=_clock(row, ctx, "transferred", transferred_to=to, closed_at=ctx.now),
        reason=to, notes=[("requester", note)], job=_tell(),
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
        set=_clock(
            row, ctx, "claimed", member_id=member_id, served_by_person=person_id,
            unit_id=None, channel=rules.channel(row["path"], residence_path, False),
        ),
        data={"member": str(member_id)}, job=_tell(),
    )  # fmt: skip


def unit_claim(row: Row, ctx: Context, *, unit_id: UUID, unit_name: str) -> Write:
    """A unit takes a published order and will name a member."""
    return Write(
        set=_clock(row, ctx, "unit_accepted", unit_id=unit_id, channel="unit"),
        data={"unit": str(unit_id), "unit_name": unit_name}, job=_tell(),
    )  # fmt: skip


def release(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """A claim given back to the pool."""
    _reason(reason, rules.DECLINE_REASONS, note)
    return Write(
        set=_clock(
            row, ctx, "published", member_id=None, served_by_person=None, channel="",
        ),
        data={"member": str(row["member_id"])},
        reason=reason, notes=[("staff", note)], job=_tell(),
    )  # fmt: skip


def expire(row: Row, ctx: Context) -> Write:
    """Nobody claimed it in time; the community checks by phone first."""
    return Write(set=_clock(row, ctx, "expired"), job=_tell())


def republish(row: Row, ctx: Context, *, note: str = "") -> Write:
    """Still wanted: back on the board."""
    return Write(set=_clock(row, ctx, "published"), notes=[("staff", note)])


def unit_accept(row: Row, ctx: Context) -> Write:
    """The unit takes it. `in_time` is what 响应率 counts."""
    in_time = row["due_at"] is None or ctx.now <= row["due_at"]
    return Write(
        set=_clock(row, ctx, "unit_accepted"),
        data={"unit": str(row["unit_id"]), "in_time": in_time}, job=_tell(),
    )  # fmt: skip


def return_(row: Row, ctx: Context, *, reason: str, note: str, unit_name: str) -> Write:
    """The unit cannot; the community dispatches again."""
    _reason(reason, rules.RETURN_REASONS)
    if not note.strip():
        raise Invalid(fields={"note": "请写一句为什么接不了、建议找谁，社区好改派。"})
    in_time = row["due_at"] is None or ctx.now <= row["due_at"]
    return Write(
        set=_clock(row, ctx, "verified", unit_id=None, channel="", returned_by=unit_name),
        data={"unit": str(row["unit_id"]), "unit_name": unit_name, "in_time": in_time},
        reason=reason, notes=[("unit", note)], job=_tell(),
    )  # fmt: skip


def assign(
    row: Row, ctx: Context, *, member_id: UUID, person_id: UUID, member_name: str,
    note: str = "",
) -> Write:  # fmt: skip
    """The unit names one of its members."""
    return Write(
        set=_clock(row, ctx, "assigned", member_id=member_id, served_by_person=person_id),
        data={"member": str(member_id), "member_name": member_name},
        notes=[("unit", note)], job=_tell(),
    )  # fmt: skip


def accept(row: Row, ctx: Context) -> Write:
    """The member takes it (党员接单)."""
    return Write(set=_clock(row, ctx, "accepted"), job=_tell())


def back_to_unit(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """Decline or hand back: the unit names somebody else."""
    _reason(reason, rules.DECLINE_REASONS, note)
    return Write(
        set=_clock(row, ctx, "unit_accepted", member_id=None, served_by_person=None),
        data={"member": str(row["member_id"])},
        reason=reason, notes=[("unit", note)], job=_tell(),
    )  # fmt: skip


def start(row: Row, ctx: Context) -> Write:
    """Service begins; the time for it runs on from the acceptance."""
    changes = _clock(row, ctx, "in_service")
    changes["due_at"], changes["clock_from"] = row["due_at"], row["clock_from"]
    return Write(set=changes, job=_tell())


def ask_extension(row: Row, ctx: Context, *, days: int, note: str) -> Write:
    """Asked before the limit, once, for no longer than the original span."""
    _may_extend(row, ctx, days)
    if not note.strip():
        raise Invalid(fields={"note": "请写明为什么要延期，居民会看到。"})
    return Write(
        set={"extension_days": days}, data={"days": days}, notes=[("requester", note)],
        job=_tell(),
    )  # fmt: skip


def extend(row: Row, ctx: Context, *, days: int, note: str = "") -> Write:
    """The community agrees; the requester is told why."""
    _may_extend(row, ctx, days)
    return Write(
        set={
            "due_at": row["due_at"] + timedelta(days=days), "extended": True,
            "extension_days": 0, "reminded": 0,
        },
        data={"days": days}, notes=[("requester", note)], job=_tell(),
    )  # fmt: skip


def _may_extend(row: Row, ctx: Context, days: int) -> None:
    if row["state"] != "in_service" or row["due_at"] is None:
        raise Conflict("服务中的单才可以延期。")
    if row["extended"]:
        raise Conflict("已经延期过一次。请与社区商量改派或说明办不了。")
    if ctx.now > row["due_at"]:
        raise Conflict("已经超时，不能再延期。请先打电话告诉居民。")
    longest = rules.service_span(row["urgency"], ctx.settings)
    if not timedelta(0) < timedelta(days=days) <= longest:
        raise Invalid(
            fields={"days": f"最多延{max(1, longest.days)}天，不超过原来的时限。"}
        )


@dataclass(frozen=True)
class Stretch:
    """Who served from when to when; `break_minutes` and travel do not count."""

    member_id: UUID
    unit_id: UUID | None
    start_at: datetime
    end_at: datetime
    break_minutes: int = 0
    work_time: bool = False

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
            break_minutes=s.break_minutes, minutes=s.minutes, work_time=s.work_time,
        )
        for s in stretches
    ]  # fmt: skip
    return Write(
        set=_clock(row, ctx, "done_reported", done_at=ctx.now, extension_days=0, calls=0),
        data={"minutes": sum(s.minutes for s in stretches), "people": len(stretches)},
        notes=[("requester", note)], adds=services, job=_tell(),
    )  # fmt: skip


def cannot_do(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Not to be done as it is; back to the community, which decides what next."""
    _reason(reason, rules.CANNOT_REASONS)
    if not note.strip():
        raise Invalid(fields={"note": "请写明为什么办不了，社区好改派或答复居民。"})
    return Write(
        set=_clock(
            row, ctx, "verified", unit_id=None, member_id=None, served_by_person=None,
            channel="",
        ),
        data={"member": str(row["member_id"]), "unit": str(row["unit_id"] or "")},
        reason=reason, notes=[("unit", note)], job=_tell(),
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
        set=_clock(
            row, ctx, "confirmed", result=result, confirmed_how=how,
            confirmed_at=ctx.now, call_wanted=False,
        ),
        data={"result": result, "how": how, "records": len(records)},
        notes=[("requester", note)], adds=records, job=_tell(),
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
    changes = _clock(
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
        job=_tell(superior=again >= 2),
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
        set=_clock(row, ctx, "closed", result="no_answer", closed_at=ctx.now),
        data={"calls": row["calls"]}, job=_tell(),
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
        set=_clock(
            row, ctx, "closed", rating=rating, rating_text=text.strip(),
            rating_public=public and bool(text.strip()), closed_at=ctx.now,
        ),
        data={"rating": rating, "how": how}, job=_tell(),
    )  # fmt: skip


def close_unrated(row: Row, ctx: Context) -> Write:
    """The time to rate is over: unrated, which is no praise."""
    return Write(set=_clock(row, ctx, "closed", closed_at=ctx.now))


def withdraw(row: Row, ctx: Context, *, note: str = "") -> Write:
    """The resident no longer wants it; whoever had taken it is told (domain 8.13)."""
    return Write(
        set=_clock(row, ctx, "withdrawn", closed_at=ctx.now),
        notes=[("requester", note)], job=_tell(),
    )  # fmt: skip


def approve_text(row: Row, ctx: Context) -> Write:
    """The resident has read the public wording and agrees."""
    return Write(set={"seen_how": "link"})


def ask_call(row: Row, ctx: Context) -> Write:
    """The resident would rather be called."""
    return Write(set={"call_wanted": True}, job=_tell())


def pause(row: Row, ctx: Context, *, until: date | None, reason: str) -> Write:
    """The clock stands still, with a reason and a day on which it goes on."""
    if row["paused_at"]:
        raise Conflict("时限已经暂停了。")
    if row["state"] not in rules.OPEN:
        raise Conflict("已经办结，没有时限可以暂停。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写暂停的理由。"})
    return Write(
        set={
            "paused_at": ctx.now,
            "paused_until": until,
            "pause_reason": reason.strip(),
        },
        data={"until": until.isoformat() if until else None},
    )


def resume(row: Row, ctx: Context) -> Write:
    """The clock goes on; what was left is left."""
    if not row["paused_at"]:
        raise Conflict("时限没有暂停。")
    span = ctx.now - row["paused_at"]
    moved = {
        name: row[name] + span
        for name in ("due_at", "clock_from", "overall_due_at")
        if row[name] is not None
    }
    return Write(
        set={**moved, "paused_at": None, "paused_until": None, "pause_reason": ""}
    )


def note(row: Row, ctx: Context, *, text: str, audience: str) -> Write:
    """Something worth knowing, added to the story."""
    if not text.strip():
        raise Invalid(fields={"text": "请写一句话。"})
    return Write(notes=[(audience, text)])
