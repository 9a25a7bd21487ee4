"""One pure decision per act: from the row and the arguments to what is written.
Services give these to `engine.act`, the demo to `bulk`. Instants are aware UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from baodao.activities import rules
from baodao.activities.models import Participation
from baodao.acts.writing import Write
from baodao.core.clock import local, today
from baodao.core.errors import Conflict, Invalid
from baodao.core.text import private_numbers
from baodao.records.models import Record, reversal
from baodao.records.rules import counted_minutes

Row = Mapping[str, Any]
TELL = "activities.tell"
READS = (
    "title", "channel", "path", "place_id", "unit_id", "start_at", "end_at",
    "break_minutes", "slots", "risky", "insured", "carriers", "joint_type", "round",
    "venue_id", "no", "backfilled",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What the host says of an activity: the columns of the form."""

    title: str
    joint_type: str
    occasion: str
    start_at: datetime
    end_at: datetime
    occasion_name: str = ""
    carriers: Sequence[str] = ()
    priority: str = ""
    aim_id: UUID | None = None
    venue_id: UUID | None = None
    spot: str = ""
    break_minutes: int = 0
    slots: int | None = None
    skills: Sequence[str] = ()
    min_age: int | None = None
    risky: bool = False
    insured: bool = False
    about: str = ""
    contact: str = ""
    phone: str = ""
    public: bool = False

    def columns(self) -> dict[str, Any]:
        """As columns of the row."""
        codes = {n: sorted(set(getattr(self, n))) for n in ("carriers", "skills")}
        return {**asdict(self), **codes}


def check(said: Said, known: Iterable[str], *, signed: int = 0) -> None:
    """Raise Invalid for what a person can mend. `known`: the carriers of the place;
    `signed`: how many have signed up already."""
    wrong: dict[str, str] = {}
    if not said.title.strip():
        wrong["title"] = "请写活动名称。"
    if said.end_at <= said.start_at:
        wrong["end_at"] = "结束要晚于开始。"
    elif said.end_at - said.start_at > rules.MAX_SPAN:
        wrong["end_at"] = "一场活动最多三天。更长的请分成几场。"
    elif timedelta(minutes=said.break_minutes) >= said.end_at - said.start_at:
        wrong["break_minutes"] = "休息不能和活动一样长。"
    if set(said.carriers) - set(known):
        wrong["carriers"] = "请从名单里选载体。"
    if said.slots is not None and said.slots < signed:
        wrong["slots"] = f"已有{signed}人报名，名额不能少于{signed}。"
    for name in ("title", "about", "spot"):
        if found := private_numbers(getattr(said, name)):
            wrong[name] = f"这里有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def publish(row: Row, now: datetime) -> Write:
    """From now on people may sign up."""
    if row["end_at"] <= now:
        raise Conflict("活动时间已经过了，不用发布，可以直接记到场名单。")
    if row["risky"] and not row["insured"]:
        raise Conflict("有一定风险的活动要先买保险。请买好后在“改活动”里勾上，再发布。")
    return Write()


def revise(row: Row, said: Said) -> Write:
    """Who has signed up is told when it is at another time or place."""
    moved = (
        row["start_at"] != said.start_at or row["end_at"] != said.end_at
        or row["venue_id"] != said.venue_id
    )  # fmt: skip
    told = moved and row["state"] == "published"
    return Write(
        set=said.columns(), data={"moved": moved}, job=(TELL, {}) if told else None
    )


def cancel(row: Row, *, reason: str) -> Write:
    """Those who have signed up are told."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么取消，报名的人看得到。"})
    return Write(set={"check_code": ""}, notes=[("unit", reason)], job=(TELL, {}))


class Mark(NamedTuple):
    """What the list says of one member: attended, excused or no_show; the times where
    they differ from the activity's own."""

    member_id: UUID
    state: str
    start_at: datetime | None = None
    end_at: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """The list as handed in, on the screen or from paper."""

    marks: Sequence[Mark]
    start_at: datetime
    end_at: datetime
    break_minutes: int = 0
    residents: int = 0
    on_paper: bool = False
    result: str = ""


def finish(
    row: Row, sheet: Sheet, *, by: UUID | None, name: str, now: datetime
) -> Write:
    """The list is handed in; somebody else confirms it."""
    wrong: dict[str, str] = {}
    if sheet.end_at <= sheet.start_at:
        wrong["end_at"] = "结束要晚于开始。"
    elif sheet.end_at > now + timedelta(minutes=1):
        wrong["end_at"] = "活动还没有结束。请填实际结束的时间。"
    elif sheet.end_at - sheet.start_at > rules.MAX_SPAN:
        wrong["end_at"] = "一场活动最多三天。请核对日期。"
    elif timedelta(minutes=sheet.break_minutes) >= sheet.end_at - sheet.start_at:
        wrong["break_minutes"] = "休息不能和活动一样长。"
    if not any(m.state == "attended" for m in sheet.marks):
        wrong["marks"] = "名单里没有人到场。没有办成的活动请取消。"
    if found := private_numbers(sheet.result):
        wrong["result"] = f"这里有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    attended = sum(m.state == "attended" for m in sheet.marks)
    return Write(
        set={
            "start_at": sheet.start_at, "end_at": sheet.end_at,
            "break_minutes": sheet.break_minutes, "residents": sheet.residents,
            "on_paper": sheet.on_paper, "result": sheet.result.strip(),
            "recorded_by": by, "recorded_by_name": name, "recorded_at": now, "check_code": "",
        },
        data={"attended": attended, "paper": sheet.on_paper},
        job=(TELL, {}),
    )  # fmt: skip


def stretch_of(mark: Mark, sheet: Sheet) -> tuple[datetime, datetime]:
    """From when to when somebody was there."""
    return mark.start_at or sheet.start_at, mark.end_at or sheet.end_at


def confirm(
    row: Row, parts: Sequence[Participation], taken: Mapping[UUID, Mapping[date, int]],
    *, settings: Mapping[str, Any], work_time: bool, now: datetime,
    by: UUID | None, name: str, role: str, reason: str = "",
) -> Write:  # fmt: skip
    """One record for each who attended, all in this one act (A16). `taken`: minutes on
    record already, by member and day. Late lists need a reason and the secretary
    (domain 8.23)."""
    late = rules.lateness(row["end_at"], now)
    if rules.secretary_only(late, role):
        raise Conflict(
            f"活动过了{rules.USUAL_DAYS}天以上，要由社区书记或乡镇（街道）来确认。"
        )
    if late and not reason.strip():
        raise Invalid(fields={"reason": "隔得久了，请写为什么现在才确认。"})
    records = [
        record(row, p, taken.get(p.member_id, {}), settings, work_time, now, by)
        for p in parts
    ]
    return Write(
        set={
            "confirmed_at": now, "confirmed_by_name": name,
            "backfilled": late == "backfill",
        },
        data={"records": len(records), "late": late},
        reason=late, notes=[("unit", reason)] if late else [], adds=records,
        job=(TELL, {}),
    )  # fmt: skip


def record(
    row: Row, part: Participation, taken: Mapping[date, int],
    settings: Mapping[str, Any], work_time: bool, now: datetime, by: UUID | None,
) -> Record:  # fmt: skip
    """What stands in the record book: the person's own times, the activity's channel,
    the unit of that day. It belongs to the local day on which it began."""
    assert part.start_at and part.end_at
    minutes = counted_minutes(
        part.start_at, part.end_at, part.break_minutes, settings, taken
    )
    return Record(
        kind="activity", channel=row["channel"], path=row["path"],
        place_id=row["place_id"], member_id=part.member_id, unit_id=part.unit_id,
        occurred_on=today(part.start_at), start_at=part.start_at, end_at=part.end_at,
        minutes=minutes, work_time=work_time, source_kind="activities.activity",
        source_id=row["id"], source_round=row["round"], source_class=row["joint_type"],
        confirmed_at=now, confirmed_how="list", confirmed_by=by,
    )  # fmt: skip


def send_back(row: Row, *, reason: str) -> Write:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写名单哪里不对，主办的人看得到。"})
    return Write(notes=[("unit", reason)], job=(TELL, {}))


def correct(
    row: Row, records: Sequence[Record], *, reason: str, now: datetime
) -> Write:
    """A confirmed list was wrong: every record of it is reversed, the list is open
    again and confirmed anew."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写哪里记错了，名单上的人看得到。"})
    return Write(
        set={
            "round": row["round"] + 1, "confirmed_at": None, "confirmed_by_name": "",
        },
        data={"records": len(records)}, notes=[("unit", reason)],
        adds=[reversal(r, now) for r in records], job=(TELL, {}),
    )  # fmt: skip


def local_day(row: Row) -> date:
    """The day an activity belongs to: that on which it began (domain 8.24)."""
    return local(row["start_at"]).date()
