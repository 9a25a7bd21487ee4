"""What was done in a joint meeting: the list of who came, the minutes, what was
resolved, and settling all of it (L21)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.councils import rules
from baodao.councils.models import (
    Deliberation,
    JointMeeting,
    MeetingSeat,
    MeetingTopic,
    Resolution,
)
from baodao.councils.services import owed
from baodao.councils.services.meetings import meeting_of, who_comes
from baodao.duties import services as duties
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import Unit
from baodao.records.models import Record
from baodao.ui.words import cdate


class Mark(NamedTuple):
    """One line of the list. `attendee`: who came; for a substitute it must be said."""

    attendance: str
    attendee: str = ""
    member_id: UUID | None = None


class Said(NamedTuple):
    """The head of the minutes, and the minutes."""

    host: str = ""
    recorder: str = ""
    guests: str = ""
    minutes: str = ""


def hold(
    *, actor: Actor, meeting_id: UUID, marks: Mapping[UUID, Mark], said: Said,
    reviews: Mapping[UUID, str] | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Note who came on one list, and the minutes; again as long as they are not
    settled. `reviews`: what was said of things resolved before (resolution → words).
    Errors: marks, minutes."""
    meeting = meeting_of(meeting_id)
    require(actor, "meetings.hold", meeting)
    if meeting.held_on > today(now):
        raise Conflict("还没到开会的日子。到那天再记，或先改时间。")
    writes = _marked(meeting, marks)
    if found := private_numbers(f"{said.minutes} {said.guests}"):
        raise Invalid(fields={"minutes": f"纪要里有{'、'.join(found)}，请去掉。"})
    write = Write(
        set={name: value.strip() for name, value in said._asdict().items()},
        data={"came": sum(m.attendance in rules.CAME for m in marks.values())},
    )
    with transaction.atomic():
        done = act(actor, "meetings.hold", meeting_id, lambda row: write, now=now)
        act_rows(actor, "meeting_seats.attend", writes, now=now)
        _review(actor, meeting, reviews or {}, now)
    return done


def _marked(meeting: JointMeeting, marks: Mapping[UUID, Mark]) -> dict[UUID, Write]:
    found, missing = dict[UUID, Write](), list[str]()
    for seat in meeting.seats.all():
        mark = marks.get(seat.pk, Mark(""))
        if mark.attendance not in rules.ATTENDANCE:
            missing.append(seat.name)
            continue
        name, member = who_comes(seat, mark.attendee, mark.member_id)
        if mark.attendance == "substitute" and not name:
            raise Invalid(fields={"marks": f"{seat.name}是谁来代会的？请写姓名。"})
        came = mark.attendance in rules.CAME
        found[seat.pk] = Write(
            set={
                "attendance": mark.attendance, "attendee": name if came else "",
                "member": member if came else None,
            },
            data={"attendance": mark.attendance},
        )  # fmt: skip
    if missing:
        who = "、".join(missing[:3]) + ("等" if len(missing) > 3 else "")
        raise Invalid(fields={"marks": f"{who}还没有记到会情况。请逐家选。"})
    return found


def _review(
    actor: Actor, meeting: JointMeeting, reviews: Mapping[UUID, str],
    now: datetime | None,
) -> None:  # fmt: skip
    said = {pk: text.strip() for pk, text in reviews.items() if text.strip()}
    rows = Resolution.objects.filter(
        pk__in=said, path=meeting.path, state__in=rules.RUNNING
    )
    writes = {
        r.pk: Write(
            set={"reviewed_on": meeting.held_on}, notes=[("unit", said[r.pk])],
            data={"meeting": str(meeting.pk)},
        )
        for r in rows
    }  # fmt: skip
    act_rows(actor, "resolutions.review", writes, now=now)


def record(
    *, actor: Actor, meeting_id: UUID, text: str, due_on: date,
    unit_id: UUID | None = None, topic_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Write down what was resolved: who does it by when. It holds from the day the
    minutes are settled. Errors: text, unit, due_on, topic."""
    meeting = meeting_of(meeting_id)
    row = Resolution(
        meeting=meeting, path=meeting.path, text=text.strip(), unit_id=unit_id,
        topic_id=topic_id, due_on=due_on,
    )  # fmt: skip
    require(actor, "resolutions.record", row)
    if meeting.state != "held":
        raise Conflict("先记会议（谁到会、纪要），再记议定的事。")
    _check(meeting, row)
    return create(actor, "resolutions.record", row, now=now, client_id=client_id)


def _check(meeting: JointMeeting, row: Resolution) -> None:
    wrong = {}
    if not row.text:
        wrong["text"] = "请写议定了什么事。"
    elif found := private_numbers(row.text):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if row.due_on <= meeting.held_on:
        wrong["due_on"] = "完成时限要在开会以后。"
    if row.unit_id and not meeting.seats.filter(unit=row.unit_id).exists():
        wrong["unit"] = "这个单位没有在会议名单里。请从名单里选。"
    topics = MeetingTopic.objects.filter(meeting=meeting, state="agenda")
    if row.topic_id and not topics.filter(pk=row.topic_id).exists():
        wrong["topic"] = "这个议题不在议程里。请重新选。"
    if wrong:
        raise Invalid(fields=wrong)


def close(*, actor: Actor, meeting_id: UUID, now: datetime | None = None) -> Done:
    """Settle the minutes (the secretary): attendance becomes records of the units that
    came and fulfils their duty, what was resolved is owed from now on, and the
    community has had its meeting."""
    now = now or clock_now()
    meeting = meeting_of(meeting_id)
    require(actor, "meetings.close", meeting)
    seats = list(meeting.seats.select_related("member"))
    if meeting.state == "held":
        _check_close(actor, meeting, seats)
    write = Write(
        set={"closed_at": now}, adds=_records(actor, meeting, seats, now),
        data={"came": sum(s.attendance in rules.CAME for s in seats)},
    )  # fmt: skip
    with transaction.atomic():
        done = act(actor, "meetings.close", meeting_id, lambda row: write, now=now)
        owed.came(actor, meeting, seats, now)
        owed.met(actor, meeting, now)
        drafts = list(meeting.resolutions.filter(state="draft").select_related("unit"))
        agreed = act_many(actor, "resolutions.agree", [r.pk for r in drafts], now=now)
        rows = [r for r in drafts if r.pk in set(agreed)]
        owed.agree(actor, meeting, rows, now)
        tell_owners(meeting, rows, done.event_id, today(now))
    return done


def _check_close(
    actor: Actor, meeting: JointMeeting, seats: Sequence[MeetingSeat]
) -> None:
    if not any(s.attendance in rules.CAME for s in seats):
        raise Conflict("没有一家单位到会，不能定纪要。请核对到会情况，或改期再开。")
    if not meeting.minutes:
        raise Conflict("纪要还没有写。请先在“记会议”里写纪要。")
    mine = any(s.member and s.member.person_id == actor.person_id for s in seats)
    if mine:
        raise Forbidden(
            "您自己也在到会名单里，自己的服务记录要由别人确认。请同事来定纪要。"
        )


def _records(
    actor: Actor, meeting: JointMeeting, seats: Sequence[MeetingSeat], now: datetime
) -> list[Record]:
    return [
        Record(
            kind="meeting", channel="unit", path=meeting.path, place_id=meeting.place_id,
            member_id=s.member_id, unit_id=s.unit_id, occurred_on=meeting.held_on,
            source_kind="meeting_seat", source_id=s.pk, source_class=s.attendance,
            confirmed_at=now, confirmed_how="list", confirmed_by=actor.person_id,
        )
        for s in seats
        if s.attendance in rules.CAME and (s.unit_id or s.member_id)
    ]  # fmt: skip


def tell_owners(
    meeting: JointMeeting | Deliberation,
    rows: Sequence[Resolution],
    event_id: UUID,
    day: date,
) -> None:
    """Each unit once, however many things it has to do of a meeting or a deliberation."""
    found: dict[UUID, list[Resolution]] = {}
    for r in rows:
        if r.unit_id:
            found.setdefault(r.unit_id, []).append(r)
    send(
        message(
            event_id=event_id, unit_id=unit_id, url=reverse("councils:resolutions"),
            title=f"{meeting.place.name}“{meeting.title}”议定{len(mine)}件事由本单位办",
            text="；".join(f"{r.text}（{cdate(r.due_on, day)}前）" for r in mine)[:300],
        )
        for unit_id, mine in found.items()
    )  # fmt: skip


# --- one resolution ---------------------------------------------------------------------


def resolution_of(pk: UUID) -> Resolution:
    """The row with its meeting and unit. Raises NotFound."""
    related = ("meeting__place", "deliberation__place", "unit", "topic")
    found = Resolution.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def report(
    *, actor: Actor, resolution_id: UUID, result: str, done_on: date | None = None,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The unit (or the community for it, or for its own) says that it is done and how.
    Errors: result, done_on."""
    row = resolution_of(resolution_id)
    require(actor, "resolutions.report", row)
    day = done_on or today(now)
    if not result.strip():
        raise Invalid(fields={"result": "请写办得怎么样，社区和下次会议看得到。"})
    if found := private_numbers(result):
        raise Invalid(fields={"result": f"里面有{'、'.join(found)}，请去掉。"})
    if not (row.origin.held_on or day) <= day <= today(now):
        raise Invalid(fields={"done_on": "办结日期在开会那天以后、今天以前。"})
    write = Write(
        set={"done_on": day, "done_by": actor.person_id, "result": result.strip()},
        data={"on": day.isoformat()},
    )
    by = (
        actor.for_someone(str(row.unit))
        if actor.path is not None and row.unit
        else actor
    )
    with transaction.atomic():
        done = act(by, "resolutions.report", resolution_id, lambda r: write, now=now)
        owed.reported(actor, resolution_id, day, now)
        send([_to_community(row, done.event_id, "报了办结，请确认")])
    return done


def confirm(*, actor: Actor, resolution_id: UUID, now: datetime | None = None) -> Done:
    """The community says that it is done: nobody confirms their own."""
    row = resolution_of(resolution_id)
    write = Write(set={"settled_on": today(now)})
    with transaction.atomic():
        done = act(
            actor, "resolutions.confirm", resolution_id, lambda r: write, now=now
        )
        duties.confirm(actor=actor, by_id=resolution_id, now=now)
        _tell_unit(row, done.event_id, "社区确认办成了", row.text)
    return done


def send_back(
    *, actor: Actor, resolution_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Not done yet, with what is missing. Errors: reason."""
    row = resolution_of(resolution_id)
    require(actor, "resolutions.send_back", row)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写还差什么，单位看得到。"})
    write = Write(set={"done_on": None, "done_by": None}, notes=[("unit", reason)])
    with transaction.atomic():
        done = act(
            actor, "resolutions.send_back", resolution_id, lambda r: write, now=now
        )
        duties.refuse(actor=actor, by_id=resolution_id, reason=reason, now=now)
        _tell_unit(row, done.event_id, "退回来再办一办", f"{row.text}：{reason}")
    return done


def drop(
    *, actor: Actor, resolution_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It need not be done any longer (the secretary). Errors: reason."""
    row = resolution_of(resolution_id)
    require(actor, "resolutions.drop", row)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不再办，下次会议看得到。"})
    write = Write(set={"settled_on": today(now)}, notes=[("unit", reason)])
    with transaction.atomic():
        done = act(actor, "resolutions.drop", resolution_id, lambda r: write, now=now)
        if row.state == "open":
            duties.cancel_all(
                actor=actor, source_ids=[row.pk], since=date.min,
                reason="dropped", now=now,
            )  # fmt: skip
            _tell_unit(row, done.event_id, "不用再办了", f"{row.text}：{reason}")
    return done


def reassign(
    *, actor: Actor, resolution_id: UUID, unit_id: UUID, reason: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another unit does it; the duty goes along. Errors: unit."""
    row = resolution_of(resolution_id)
    require(actor, "resolutions.reassign", row)
    if row.state not in rules.ASSIGNED:
        raise Conflict("已经报了办结或了结，不能再换单位。请看一下最新的情况。")
    unit = Unit.objects.filter(pk=unit_id, valid_to=None).first()
    if unit is None or unit_id == row.unit_id:
        raise Invalid(fields={"unit": "请选另一个单位。"})
    write = Write(
        set={"unit": unit_id}, notes=[("unit", reason)],
        data={"from": str(row.unit_id or ""), "to": str(unit_id)},
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "resolutions.reassign", resolution_id, lambda r: write, now=now
        )
        if row.state == "open" and row.unit_id:
            duties.hand_over(
                actor=actor, source_id=row.pk, member_id=None,
                unit_id=unit_id, since=date.min, now=now,
            )  # fmt: skip
        elif row.state == "open":
            row.unit = unit
            owed.agree(actor, row.origin, [row], now)
        if row.state == "open":
            row.unit = unit
            _tell_unit(row, done.event_id, "议定的事由本单位办", row.text)
    return done


def _tell_unit(row: Resolution, event_id: UUID, title: str, text: str) -> None:
    if row.unit_id:
        url = reverse("councils:resolution", args=[row.pk])
        send(
            [
                message(
                    event_id=event_id,
                    title=title,
                    text=text,
                    unit_id=row.unit_id,
                    url=url,
                )
            ]
        )


def _to_community(row: Resolution, event_id: UUID, words: str) -> Message:
    return message(
        event_id=event_id, title=f"{row.unit or '社区'}{words}", text=row.text,
        role="community_worker", path=row.path,
        url=reverse("councils:resolution", args=[row.pk]),
    )  # fmt: skip
