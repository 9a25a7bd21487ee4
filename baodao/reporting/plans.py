"""One pure decision per act: from the row, the context and the arguments to what is
written. Services give these to `engine.act`; demo and imports give the very same
ones to `bulk.Batch`. Rows are mappings; instants are aware UTC, dates local."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.errors import Conflict, Invalid
from baodao.core.text import private_numbers
from baodao.people.choices import AVAILABILITY, SERVICE_CLASSES, SKILLS
from baodao.reporting import rules
from baodao.reporting.models import ReportInItem

Row = Mapping[str, Any]
TELL = "reporting.tell"
# What the plans look at, beyond the columns of access and state.
READS = (
    "channel", "member_id", "subject_unit_id", "unit_id", "point_id", "path",
    "receipt_no", "due_at", "accepted_at", "confirmed_on", "reconfirm_due", "edition",
    "skills", "posts", "service_classes", "availability", "previous_id", "transfer_to_id",
)  # fmt: skip
# The lists of codes a member ticks, with what may be ticked.
CODES: Mapping[str, Mapping[str, str]] = {
    "skills": SKILLS,
    "posts": rules.POSTS,
    "service_classes": SERVICE_CLASSES,
    "availability": AVAILABILITY,
}


@dataclass(frozen=True)
class Context:
    """The instant of the act, and the calendar and settings of its place."""

    now: datetime
    calendar: rules.WorkCalendar
    settings: Mapping[str, Any]

    @property
    def day(self) -> date:
        return local(self.now).date()


@dataclass(frozen=True)
class Item:
    """A need or a resource as handed in."""

    kind: str
    title: str
    quantity: str = ""
    conditions: str = ""


@dataclass(frozen=True)
class Statement:
    """What the reporter says about themselves: a unit its head, liaison, count and
    lists; a member skills, posts wanted, service classes and free time (codes)."""

    head_name: str = ""
    liaison_name: str = ""
    head_count: int = 0
    items: Sequence[Item] = ()
    skills: Sequence[str] = ()
    posts: Sequence[str] = ()
    service_classes: Sequence[str] = ()
    availability: Sequence[str] = ()

    def columns(self) -> dict[str, Any]:
        """The columns of the report-in that this fills."""
        names = ("head_name", "liaison_name")
        return {
            **{n: getattr(self, n).strip() for n in names},
            "head_count": self.head_count,
            **{n: list(getattr(self, n)) for n in CODES},
        }


def check(said: Statement, *, is_unit: bool) -> None:
    """Raise Invalid for what a person can mend: unknown codes, missing names,
    private numbers in the lists."""
    wrong = {
        n: "请从名单里选。" for n, k in CODES.items() if set(getattr(said, n)) - set(k)
    }
    if is_unit:
        if not said.head_name.strip():
            wrong["head_name"] = "请写党组织负责人的姓名。"
        if not said.liaison_name.strip():
            wrong["liaison_name"] = "请写联络员的姓名，社区有事好找人。"
        if said.head_count < 0:
            wrong["head_count"] = "在职党员数不能小于 0。"
        if len(said.items) > 2 * rules.MAX_ITEMS:
            wrong["items"] = f"需求和资源各最多 {rules.MAX_ITEMS} 条，请合并几条。"
        for item in said.items:
            if problem := _item_problem(item):
                wrong["items"] = problem
    if wrong:
        raise Invalid(fields=wrong)


def _item_problem(item: Item) -> str:
    if item.kind not in rules.ITEM_KINDS or not item.title.strip():
        return "每一条都要写名称。"
    found = private_numbers(f"{item.title} {item.quantity} {item.conditions}")
    return f"清单里有{'、'.join(found)}，请去掉。" if found else ""


def items(report_in_id: UUID, said: Statement, edition: int) -> list[ReportInItem]:
    """The rows of one edition of a unit's lists."""
    return [
        ReportInItem(
            report_in_id=report_in_id, edition=edition, position=i, kind=item.kind,
            title=item.title.strip(), quantity=item.quantity.strip(),
            conditions=item.conditions.strip(),
        )
        for i, item in enumerate(said.items)
    ]  # fmt: skip


def _clock(ctx: Context, due: datetime | None, **changes: Any) -> dict[str, Any]:
    fresh = {"escalated_at": None, "chased_at": None}
    return {"clock_from": ctx.now, "due_at": due, **fresh, **changes}


def _tell() -> tuple[str, Mapping[str, Any]]:
    return TELL, {}


def _reason(reason: str, known: Mapping[str, str]) -> None:
    if reason not in known:
        raise Invalid(fields={"reason": "请选一个理由。"})


def _audience(row: Row) -> str:
    """Who besides staff reads a note: the reporting unit's desk, or the member."""
    return "unit" if row["subject_unit_id"] else "requester"


def begun(state: str, ctx: Context) -> dict[str, Any]:
    """The first clock of a new report-in: a draft has none."""
    if state == "draft":
        return _clock(ctx, None)
    return _clock(ctx, rules.accept_due(ctx.now, ctx.calendar, ctx.settings))


def created(report_in_id: UUID, said: Statement, method: str, state: str) -> Write:
    """What is written with a new report-in: its lists, and who is told."""
    return Write(
        data={"method": method, "items": len(said.items)},
        adds=items(report_in_id, said, 1),
        job=_tell() if state == "submitted" else None,
    )


def submit(
    row: Row, ctx: Context, said: Statement | None = None, note: str = ""
) -> Write:
    """A draft goes to the community, or a returned one again, with what was changed
    since; new lists are a new edition."""
    changes = begun("submitted", ctx)
    adds: list[ReportInItem] = []
    if said is not None:
        changes |= said.columns()
        if row["subject_unit_id"]:
            changes["edition"] = row["edition"] + 1
            adds = items(row["id"], said, row["edition"] + 1)
    return Write(
        set=changes, adds=adds, notes=[(_audience(row), note)], job=_tell(),
        data={"changed": said is not None},
    )  # fmt: skip


def accept(row: Row, ctx: Context, *, note: str = "") -> Write:
    """Taken in by the community: active from today, to be confirmed again in half a
    year (L17). Never done by anything but a person."""
    return Write(
        set=_clock(
            ctx, None, accepted_at=ctx.now, confirmed_on=ctx.day,
            reconfirm_due=rules.reconfirm_due(ctx.day, ctx.settings),
        ),
        notes=[(_audience(row), note)],
        job=_tell(),
    )  # fmt: skip


def set_place(row: Row, point_path: str) -> Write:
    """For "members.set_place" on the member whose report-in `row` was accepted; what
    was said at report-in fills the member's card, so that nobody enters it twice."""
    side = "residence" if row["channel"] == "residence" else "point"
    said = {
        name: list(row[name])
        for name in ("skills", "service_classes", "availability")
        if row[name]
    }
    return Write(
        set={f"{side}_id": row["point_id"], f"{side}_path": point_path, **said},
        data={"report_in": str(row["id"]), "channel": row["channel"]},
    )


def clear_place(row: Row) -> Write:
    """For "members.set_place" when the report-in `row` has ended."""
    side = "residence" if row["channel"] == "residence" else "point"
    return Write(
        set={f"{side}_id": None, f"{side}_path": None},
        data={"report_in": str(row["id"]), "channel": row["channel"], "ended": True},
    )


def send_back(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Returned, with a reason and a sentence that the reporter reads."""
    _reason(reason, rules.RETURN_REASONS)
    if not note.strip():
        raise Invalid(fields={"note": "请写一句给报到人看的说明，比如应到哪个社区。"})
    due = ctx.calendar.add_workdays(ctx.now, rules.RESUBMIT_DAYS)
    return Write(
        set=_clock(ctx, due), reason=reason, notes=[(_audience(row), note)], job=_tell()
    )


def revise(row: Row, ctx: Context, said: Statement) -> Write:
    """What an active unit says has changed: head, liaison, lists. The lists become
    the next edition; the clock of the report-in stays."""
    if not row["subject_unit_id"]:
        raise Conflict("党员的特长和空闲时间在“我的”里改，不用改报到。")
    edition = row["edition"] + 1
    return Write(
        set={**said.columns(), "edition": edition},
        adds=items(row["id"], said, edition),
        data={"edition": edition, "items": len(said.items)},
        job=_tell(),
    )


def _ended(ctx: Context, reason: str) -> dict[str, Any]:
    return _clock(ctx, None, ended_on=ctx.day, end_reason=reason)


def withdraw(row: Row, ctx: Context) -> Write:
    """Taken back before anyone accepted it."""
    return Write(set=_ended(ctx, "withdrawn"), reason="withdrawn")


def end(row: Row, ctx: Context, *, reason: str, note: str = "") -> Write:
    """No longer here, with the reason that the yearly figures need."""
    _reason(reason, rules.END_CHOICES)
    return Write(
        set=_ended(ctx, reason),
        reason=reason,
        notes=[(_audience(row), note)],
        job=_tell(),
    )


def replace(row: Row, ctx: Context, *, by: UUID) -> Write:
    """Ended because the report-in `by` at the new place was accepted (domain 8.1)."""
    return Write(
        set=_ended(ctx, "moved"), reason="moved", data={"by": str(by)}, job=_tell()
    )


def start_transfer(row: Row, ctx: Context, *, to: UUID, to_name: str) -> Write:
    """Moving on. The old community keeps the duties until the new one has accepted,
    at most thirty days."""
    if not row["member_id"]:
        raise Conflict("单位的联系点由县委组织部调整，不在这里转出。")
    if to == row["point_id"]:
        raise Invalid(fields={"place": "已经在这里报到了。请选新的地方。"})
    return Write(
        set=_clock(
            ctx, ctx.now + timedelta(days=rules.TRANSFER_DAYS), transfer_to_id=to
        ),
        data={"to": str(to), "to_name": to_name},
        job=_tell(),
    )


def cancel_transfer(row: Row, ctx: Context) -> Write:
    """Staying after all."""
    return Write(set=_clock(ctx, None, transfer_to_id=None))


def reconfirm(row: Row, ctx: Context) -> Write:
    """Still here: the next half-year begins today."""
    if row["confirmed_on"] == ctx.day:
        raise Conflict("今天已经确认过了，不用再点。")
    return Write(
        set={
            "confirmed_on": ctx.day,
            "reconfirm_due": rules.reconfirm_due(ctx.day, ctx.settings),
        },
        data={"was_due": row["reconfirm_due"].isoformat()},
    )


def escalate(row: Row, ctx: Context) -> Write:
    """Not accepted in time: the township is told. Nothing is accepted by silence."""
    return Write(set={"escalated_at": ctx.now}, job=_tell())


def chase(row: Row, ctx: Context) -> Write:
    """Silence is about to end it. A returned report-in gets its working days once
    more; a transfer is told a week before its thirty days are over."""
    if row["state"] == "returned":
        due = ctx.calendar.add_workdays(ctx.now, rules.RESUBMIT_DAYS)
        return Write(set=_clock(ctx, due, chased_at=ctx.now), job=_tell())
    due = max(row["due_at"], ctx.now + rules.REMIND_BEFORE)
    return Write(set={"due_at": due, "chased_at": ctx.now}, job=_tell())


def lapse(row: Row, ctx: Context) -> Write:
    """Over because nobody came back to it: the returned report-in, or the duties of
    the community that a member has left (domain 8.1). The report-in that waits at
    the new place stays and is chased there."""
    returned = row["state"] == "returned"
    reason = "not_resubmitted" if returned else "transfer_lapsed"
    return Write(set=_ended(ctx, reason), reason=reason, job=_tell())


def ended(ctx: Context, reason: str, *, tells: bool = True) -> Write:
    """The end as a consequence of what happened to the unit, the same for many."""
    return Write(set=_ended(ctx, reason), reason=reason, job=_tell() if tells else None)


# What a report-in that follows its unit to another point takes along.
CARRIED = (
    "channel", "member_id", "head_name", "liaison_name", "head_count", "skills", "posts",
    "service_classes", "availability", "accepted_at", "confirmed_on", "reconfirm_due",
)  # fmt: skip


def carried(old: Any, ctx: Context) -> dict[str, Any]:
    """The columns of the report-in that takes the place of `old` elsewhere: active
    ones stay active with their half-year, the others begin to wait anew."""
    live = old.state in rules.LIVE
    state = "active" if live else "submitted"
    clock = _clock(ctx, None) if live else begun("submitted", ctx)
    return {
        **{name: getattr(old, name) for name in CARRIED},
        **clock, "state": state, "previous_id": old.id, "method": "carried",
        "reported_on": ctx.day,
    }  # fmt: skip
