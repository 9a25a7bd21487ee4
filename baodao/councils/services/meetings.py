"""Joint meetings 联席会议 (L21): planning, topics, the invitation and the replies."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.councils import rules
from baodao.councils.models import (
    DeliberationSeat,
    JointMeeting,
    MeetingSeat,
    MeetingTopic,
    PartTimeMember,
)
from baodao.councils.services import owed
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import Member
from baodao.people.queries import units_at
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.ui.words import cdate, cdatetime


def plan_meeting(
    *, actor: Actor, place_id: UUID, held_at: datetime, room: str = "", title: str = "",
    topics_until: date | None = None, now: datetime | None = None, client_id: str = "",
) -> JointMeeting:  # fmt: skip
    """Plan a meeting of a community and invite the units tied to it, and the part-time
    members who come for none of them. Units may hand in topics from now on. One that
    was held on paper is entered within 30 days. Errors: place, held_at, topics_until."""
    now = now or clock_now()
    place = Place.objects.filter(pk=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None:
        raise Invalid(fields={"place": "请选社区（村）。"})
    held_on = local(held_at).date()
    until = topics_until or rules.topics_until(held_on)
    meeting = JointMeeting(
        title=title.strip() or f"{rules.quarter_words(held_on)}党建联席会议",
        place=place, path=place.path, held_at=held_at, held_on=held_on,
        room=room.strip(), topics_until=until,
    )  # fmt: skip
    require(actor, "meetings.plan", meeting)
    if done := repeated(actor, "meetings.plan", client_id):
        return JointMeeting.objects.get(pk=done.id)
    _check_day(meeting, held_on, until, now)
    seats = _seats(meeting)
    if not seats:
        raise Conflict(
            "还没有单位联系本社区，没有可邀请的。请先请县（区）委组织部确定联系点。"
        )
    write = Write(data={"seats": len(seats)}, adds=seats)
    with transaction.atomic():
        done = create(
            actor, "meetings.plan", meeting, write, now=now, client_id=client_id
        )
        if held_on > today(now):
            text = f"{cdate(until, today(now))}前可以交议题。"
            send(_to_seats(meeting, seats, done.event_id, f"要开{meeting.title}", text))
    return meeting


def _check_day(
    meeting: JointMeeting, held_on: date, until: date, now: datetime
) -> None:
    if (today(now) - held_on).days > rules.BACKFILL_DAYS:
        raise Invalid(
            fields={"held_at": f"开过的会请在{rules.BACKFILL_DAYS}天内补记。"}
        )
    if until > held_on:
        raise Invalid(fields={"topics_until": "议题截止不能晚于开会那天。"})
    there = JointMeeting.objects.filter(path=meeting.path, held_on=held_on)
    if there.exclude(state="cancelled").exclude(pk=meeting.pk).exists():
        raise Invalid(
            fields={"held_at": "这一天已经安排了一次联席会议。请换一天，或改那一次。"}
        )


def _seats(meeting: JointMeeting) -> list[MeetingSeat]:
    units = list(units_at(meeting.path)[: rules.MOST_UNITS])
    known = {u.pk for u in units}
    found = [
        MeetingSeat(meeting=meeting, path=meeting.path, unit=u, name=u.name)
        for u in units
    ]
    others = PartTimeMember.objects.filter(path=meeting.path, state="appointed")
    for p in others.exclude(unit__in=known).select_related("person", "unit"):
        unit = f"（{p.unit}）" if p.unit else ""
        found.append(
            MeetingSeat(
                meeting=meeting, path=meeting.path, person=p.person,
                name=f"兼职委员 {p.person.name}{unit}",
            )
        )  # fmt: skip
    return found


def meeting_of(meeting_id: UUID) -> JointMeeting:
    """The row with its community. Raises NotFound."""
    found = JointMeeting.objects.select_related("place").filter(pk=meeting_id).first()
    if found is None:
        raise NotFound
    return found


def call(*, actor: Actor, meeting_id: UUID, now: datetime | None = None) -> Done:
    """Send the invitation with the agenda: from now on it is a duty to come or to send
    somebody (domain 6.6). Not before somebody looked at every topic."""
    meeting = meeting_of(meeting_id)
    require(actor, "meetings.call", meeting)
    if meeting.topics.filter(state="handed_in").exists():
        raise Conflict("还有议题没有看。请先列入议程或说明不列入，再发通知。")
    if meeting.held_on < today(now):
        raise Conflict("开会的日子已经过了。请直接记会议，或改时间。")

    def decide(row: Mapping[str, Any]) -> Write:
        return Write(set={"calls": row["calls"] + 1})

    with transaction.atomic():
        done = act(
            actor, "meetings.call", meeting_id, decide, reads=("calls",), now=now
        )
        owed.call(actor, meeting, meeting.calls + 1, now)
        seats = list(meeting.seats.all())
        when = cdatetime(meeting.held_at, today(now))
        text = f"{when}，{meeting.room or meeting.place.name}。请回复谁参加。"
        send(_to_seats(meeting, seats, done.event_id, f"请参加{meeting.title}", text))
    return done


def move(
    *, actor: Actor, meeting_id: UUID, held_at: datetime, room: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another time or room before it is held. Who was invited already is invited to
    the new day. Errors: held_at."""
    meeting = meeting_of(meeting_id)
    require(actor, "meetings.move", meeting)
    held_on, called = local(held_at).date(), meeting.state == "called"
    until = (
        min(meeting.topics_until, held_on) if called else rules.topics_until(held_on)
    )
    _check_day(meeting, held_on, until, now or clock_now())
    if called and held_on < today(now):
        raise Invalid(fields={"held_at": "这一天已经过了。请选今天或以后。"})
    again = called and held_on != meeting.held_on
    write = Write(
        set={
            "held_at": held_at, "held_on": held_on, "topics_until": until,
            "room": room.strip(), "calls": meeting.calls + again,
        },
        data={"from": meeting.held_on.isoformat(), "to": held_on.isoformat()},
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "meetings.move", meeting_id, lambda row: write,
            now=now, version=meeting.version,
        )  # fmt: skip
        meeting = meeting_of(meeting_id)
        if again:
            owed.uncall(actor, meeting, "moved", now)
            owed.call(actor, meeting, meeting.calls, now)
        when = cdatetime(held_at, today(now))
        text = f"{when}，{meeting.room or meeting.place.name}。"
        seats = list(meeting.seats.all())
        send(_to_seats(meeting, seats, done.event_id, f"{meeting.title}改了时间", text))
    return done


def cancel(
    *, actor: Actor, meeting_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It is not held; nobody owes to come. Errors: reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不开，单位看得到。"})
    meeting = meeting_of(meeting_id)
    with transaction.atomic():
        write = Write(notes=[("unit", reason)])
        done = act(actor, "meetings.cancel", meeting_id, lambda row: write, now=now)
        owed.uncall(actor, meeting, "cancelled", now)
        seats = list(meeting.seats.all())
        send(_to_seats(meeting, seats, done.event_id, f"{meeting.title}不开了", reason))
    return done


def reply(
    *, actor: Actor, seat_id: UUID, reply: str, attendee: str = "",
    member_id: UUID | None = None, reason: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """Who comes: the head, a named substitute, or leave with its reason. The community
    notes it for somebody who rang up. Errors: reply, attendee, reason."""
    seat = _seat(seat_id)
    require(actor, "meeting_seats.reply", seat)
    if seat.meeting.state not in rules.AHEAD or seat.meeting.held_on < today(now):
        raise Conflict("会已经开过或不开了，不用再回复。")
    if reply not in rules.REPLIES:
        raise Invalid(fields={"reply": "请选谁参加。"})
    name, member = who_comes(seat, attendee, member_id)
    if reply == "substitute" and not name:
        raise Invalid(fields={"attendee": "请写代会人的姓名。"})
    if reply == "leave" and not reason.strip():
        raise Invalid(fields={"reason": "请写请假的原因，社区看得到。"})
    write = Write(
        set={
            "reply": reply, "attendee": "" if reply == "leave" else name,
            "member": None if reply == "leave" else member,
            "reason": reason.strip() if reply == "leave" else "",
        },
        data={"reply": reply},
    )  # fmt: skip
    by = actor.for_someone(seat.name) if actor.path is not None else actor
    return act(by, "meeting_seats.reply", seat_id, lambda row: write, now=now)


def _seat(seat_id: UUID) -> MeetingSeat:
    found = MeetingSeat.objects.select_related("meeting").filter(pk=seat_id).first()
    if found is None:
        raise NotFound
    return found


def who_comes(
    seat: MeetingSeat | DeliberationSeat, attendee: str, member_id: UUID | None
) -> tuple[str, UUID | None]:
    """The name and the member, who must be of the seat's unit; a name that one member
    of the unit has is that member."""
    name = attendee.strip()
    mine = Member.objects.filter(unit=seat.unit_id).exclude(duty_status="left")
    if isinstance(seat, MeetingSeat) and seat.unit_id is None:
        mine = Member.objects.filter(person=seat.person_id)
    if member_id:
        member = mine.select_related("person").filter(pk=member_id).first()
        if member is None:
            raise Invalid(fields={"attendee": "这名党员不在本单位。请从名单里选。"})
        return member.person.name, member.pk
    same = list(mine.filter(person__name=name).values_list("pk", flat=True)[:2])
    return name, same[0] if name and len(same) == 1 else None


# --- topics -----------------------------------------------------------------------------


def hand_in(
    *, actor: Actor, meeting_id: UUID, title: str, text: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A unit, a part-time member or the community itself brings a topic. Units until
    three days ahead, the community until the meeting is held. Errors: title, text."""
    meeting = meeting_of(meeting_id)
    unit_id = actor.unit_id if actor.path is None else None
    if unit_id and not meeting.seats.filter(unit=unit_id).exists():
        raise NotFound
    own = actor.role.startswith("community_")
    topic = MeetingTopic(
        meeting=meeting, path=meeting.path, unit_id=unit_id, title=title.strip(),
        text=text.strip(), by_name=actor.name, state="agenda" if own else "handed_in",
    )  # fmt: skip
    event = "meeting_topics.add" if own else "meeting_topics.hand_in"
    require(actor, event, topic)
    _check_topic(meeting, topic, own, today(now))
    with transaction.atomic():
        done = create(actor, event, topic, now=now, client_id=client_id)
        if not own and not done.repeated:
            send([_to_community(meeting, done.event_id, "有单位交来议题", topic.title)])
    return done


def _check_topic(
    meeting: JointMeeting, topic: MeetingTopic, own: bool, day: date
) -> None:
    if meeting.state not in (*rules.AHEAD, *(["held"] if own else [])):
        raise Conflict("会已经开过或不开了，不能再交议题。可以留到下次。")
    if not own and day > meeting.topics_until:
        raise Conflict(
            f"议题已在{cdate(meeting.topics_until, day)}截止。"
            "急的事请给社区打电话，由社区加进议程。"
        )
    wrong = {}
    if not topic.title:
        wrong["title"] = "请写议题。"
    if found := private_numbers(f"{topic.title} {topic.text}"):
        wrong["text"] = f"议题里有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def _topic(actor: Actor, event: str, topic_id: UUID) -> MeetingTopic:
    found = MeetingTopic.objects.select_related("meeting__place").filter(pk=topic_id)
    topic = found.first()
    if topic is None:
        raise NotFound
    require(actor, f"meeting_topics.{event}", topic)
    return topic


def take(*, actor: Actor, topic_id: UUID, now: datetime | None = None) -> Done:
    """Put a unit's topic on the agenda."""
    _topic(actor, "take", topic_id)
    return act(actor, "meeting_topics.take", topic_id, now=now)


def decline(
    *, actor: Actor, topic_id: UUID, answer: str, now: datetime | None = None
) -> Done:
    """Not for this meeting, with a word to who brought it. Errors: answer."""
    topic = _topic(actor, "decline", topic_id)
    if not answer.strip():
        raise Invalid(fields={"answer": "请写为什么不列入，提出的单位看得到。"})
    write = Write(set={"answer": answer.strip()})
    with transaction.atomic():
        done = act(
            actor, "meeting_topics.decline", topic_id, lambda row: write, now=now
        )
        if topic.unit_id:
            seat = topic.meeting.seats.filter(unit=topic.unit_id)
            title = f"议题“{topic.title}”没有列入"
            send(_to_seats(topic.meeting, list(seat), done.event_id, title, answer))
    return done


def withdraw_topic(
    *, actor: Actor, topic_id: UUID, now: datetime | None = None
) -> Done:
    """Who brought it takes it back before the meeting."""
    topic = _topic(actor, "withdraw", topic_id)
    if topic.meeting.state not in rules.AHEAD:
        raise Conflict("会已经开过了，议题不能再撤回。")
    if actor.unit_id != topic.unit_id and topic.unit_id is not None:
        raise Forbidden("单位交的议题由单位自己撤回；社区可以说明不列入。")
    return act(actor, "meeting_topics.withdraw", topic_id, now=now)


# --- messages -----------------------------------------------------------------------------


def _to_seats(
    meeting: JointMeeting, seats: list[MeetingSeat], event_id: UUID, title: str, text: str
) -> list[Message]:  # fmt: skip
    """Each unit with its own page; a part-time member with the meeting's."""
    return [
        message(
            event_id=event_id, title=f"{meeting.place.name}{title}", text=text,
            unit_id=s.unit_id, person_id=s.person_id,
            url=reverse("councils:seat", args=[s.pk]) if s.unit_id
            else reverse("councils:meeting", args=[meeting.pk]),
        )
        for s in seats
    ]  # fmt: skip


def _to_community(
    meeting: JointMeeting, event_id: UUID, title: str, text: str
) -> Message:
    return message(
        event_id=event_id, title=title, text=text, role="community_worker",
        path=meeting.path, url=reverse("councils:meeting", args=[meeting.pk]),
    )  # fmt: skip


__all__ = [
    "call", "cancel", "decline", "hand_in", "meeting_of", "move", "plan_meeting",
    "reply", "take", "who_comes", "withdraw_topic",
]  # fmt: skip
