"""Deliberation 协商议事 (L11) before it is held: the proposal and its answer, time and
place, who is invited and what they say, and the topic for everybody to read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import ANONYMOUS, Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.councils import rules as shared
from baodao.councils import rules_deliberation as rules
from baodao.councils.models import Deliberation, DeliberationSeat, Opinion
from baodao.councils.services.meetings import who_comes
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import Member, Unit
from baodao.people.queries import candidates, units_at
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, community_path
from baodao.ui.words import cdatetime


def deliberation_of(pk: UUID) -> Deliberation:
    """The row with its place and who proposed it. Raises NotFound."""
    related = ("place__parent", "member__person")
    found = Deliberation.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- the proposal -------------------------------------------------------------------------


def propose(
    *, actor: Actor, place_id: UUID, title: str, kind: str, text: str = "",
    source: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Bring in a topic: a member for the own community, staff for a resident or for
    the community, whose own is taken up at once. Errors: place, title, kind, text."""
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.level < COMMUNITY:
        raise Invalid(fields={"place": "请选社区（村）或下面的小区、网格。"})
    by_member = actor.member_id is not None and actor.path is None
    source = "member" if by_member else source
    own = source == "community" and actor.role.startswith("community_")
    d = Deliberation(
        title=title.strip(), kind=kind, text=text.strip(), place=place, path=place.path,
        source=source if source in rules.SOURCES else "resident",
        member_id=actor.member_id if by_member else None,
        # What staff write down for others is not their own proposal.
        proposed_by=actor.person_id if source != "resident" else None,
        by_name="居民" if source == "resident" else actor.name,
        state="taken" if own else "proposed",
    )  # fmt: skip
    event = f"deliberations.{'open' if own else 'propose'}"
    require(actor, event, d)
    if by_member and not _reported(actor.member_id, place):
        raise Invalid(fields={"place": "请选您报到的社区。还没有报到的，请先去报到。"})
    _check_words(d)
    with transaction.atomic():
        done = create(actor, event, d, now=now, client_id=client_id)
        if not own and not done.repeated:
            send(
                [_to_community(d, done.event_id, f"{rules.SOURCES[d.source]}一个议题")]
            )
    return done


def _reported(member_id: UUID | None, place: Place) -> bool:
    here = candidates(community_path(place.path))
    return member_id is not None and here.filter(pk=member_id).exists()


def _check_words(d: Deliberation) -> None:
    wrong = {}
    if not d.title:
        wrong["title"] = "请写要商量什么。"
    if d.kind not in rules.KINDS:
        wrong["kind"] = "请选一类。"
    if found := private_numbers(f"{d.title} {d.text}"):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def edit(
    *, actor: Actor, deliberation_id: UUID, title: str, kind: str, text: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Other words before it is held. Errors: title, kind, text."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.edit", d)
    if d.state not in ("proposed", *rules.AHEAD):
        raise Conflict("已经议过或了结，不能再改议题。")
    d.title, d.kind, d.text = title.strip(), kind, text.strip()
    _check_words(d)
    write = Write(set={"title": d.title, "kind": d.kind, "text": d.text})
    return act(
        actor, "deliberations.edit", d.pk, lambda row: write, version=d.version, now=now
    )


def take(*, actor: Actor, deliberation_id: UUID, now: datetime | None = None) -> Done:
    """The community takes it up; who proposed it is told."""
    d = deliberation_of(deliberation_id)
    with transaction.atomic():
        done = act(actor, "deliberations.take", deliberation_id, now=now)
        send(to_proposer(d, done.event_id, "列入协商了", "定好时间会告诉您。"))
    return done


def decline(
    *, actor: Actor, deliberation_id: UUID, answer: str, now: datetime | None = None
) -> Done:
    """Not to be talked over, and why; who proposed it is told. Errors: answer."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.decline", d)
    if not answer.strip():
        raise Invalid(fields={"answer": "请写为什么不列入，提出的人看得到。"})
    write = Write(set={"answer": answer.strip()})
    with transaction.atomic():
        done = act(
            actor, "deliberations.decline", deliberation_id, lambda r: write, now=now
        )
        send(to_proposer(d, done.event_id, "没有列入协商", answer.strip()))
    return done


def withdraw(
    *, actor: Actor, deliberation_id: UUID, now: datetime | None = None
) -> Done:
    """Who proposed it takes it back before the community answered."""
    return act(actor, "deliberations.withdraw", deliberation_id, now=now)


def publish_topic(
    *, actor: Actor, deliberation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """Anybody may read the topic on the community's board, in these words, and send an
    opinion. Errors: text."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.publish_topic", d)
    if d.state not in rules.AHEAD:
        raise Conflict("只有列入协商、还没有开会的议题可以公开征求意见。")
    check_public(d, "text", text)
    write = Write(set={"topic_public": text.strip(), "topic_at": now or clock_now()})
    return act(actor, "deliberations.publish_topic", d.pk, lambda r: write, now=now)


def hide_topic(
    *, actor: Actor, deliberation_id: UUID, now: datetime | None = None
) -> Done:
    """It is no longer on the board."""
    write = Write(set={"topic_at": None})
    return act(
        actor, "deliberations.hide_topic", deliberation_id, lambda r: write, now=now
    )


def check_public(d: Deliberation, field: str, text: str) -> None:
    """What everybody may read has no number and no name of anybody invited."""
    if not text.strip():
        raise Invalid(fields={field: "请写公开的文字。"})
    if found := private_numbers(text):
        raise Invalid(fields={field: f"里面有{'、'.join(found)}，请去掉。"})
    seats = list(d.seats.select_related("member__person"))
    names = [s.member.person.name for s in seats if s.member]
    names += [s.attendee for s in seats] + ([str(d.member)] if d.member else [])
    if found := rules.names_in(text, names):
        raise Invalid(
            fields={field: f"里面有姓名（{'、'.join(found)}），请改成身份再公开。"}
        )


# --- time, place, who is invited ------------------------------------------------------------


def arrange(
    *, actor: Actor, deliberation_id: UUID, held_at: datetime, room: str = "",
    residents_asked: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """Set time and place, or another one; who is invited already is told. One that was
    held on paper is entered within 30 days. Errors: held_at, residents_asked."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.arrange", d)
    day = local(held_at).date()
    if (today(now) - day).days > shared.BACKFILL_DAYS:
        raise Invalid(fields={"held_at": f"开过的请在{shared.BACKFILL_DAYS}天内补记。"})
    if found := private_numbers(residents_asked):
        raise Invalid(fields={"residents_asked": f"里面有{'、'.join(found)}，请去掉。"})
    moved = d.held_at is not None and d.held_at != held_at
    write = Write(
        set={
            "held_at": held_at, "held_on": day, "room": room.strip(),
            "residents_asked": residents_asked.strip(),
        },
        data={"on": day.isoformat(), "moved": moved},
    )  # fmt: skip
    with transaction.atomic():
        done = act(actor, "deliberations.arrange", d.pk, lambda r: write, now=now)
        d = deliberation_of(deliberation_id)
        when = cdatetime(held_at, today(now))
        if day >= today(now):
            text = f"{when}，{d.room or d.place.name}。"
            if moved:
                send(to_seats(d, d.seats.all(), done.event_id, "改了时间", text))
            else:
                send(to_proposer(d, done.event_id, "定了时间", text))
    return done


def invite(
    *, actor: Actor, deliberation_id: UUID, members: Collection[UUID] = (),
    units: Collection[UUID] = (), now: datetime | None = None,
) -> list[DeliberationSeat]:  # fmt: skip
    """Ask members who reported in here and units tied to the community. Who is on the
    list already stays. Errors: members, units."""
    d = deliberation_of(deliberation_id)
    probe = DeliberationSeat(deliberation=d, path=d.path)
    require(actor, "deliberation_seats.invite", probe)
    if d.state != "arranged":
        raise Conflict("先定时间地点，再请人。")
    if len(members) + len(units) > rules.MOST_INVITED:
        raise Invalid(fields={"members": f"一次最多请{rules.MOST_INVITED}位。"})
    here = {m.pk: m for m in invitable_members(d).filter(pk__in=members)}
    tied = {u.pk: u for u in invitable_units(d).filter(pk__in=units)}
    if set(members) - set(here):
        raise Invalid(fields={"members": "有人没有在本社区报到。请重新选。"})
    if set(units) - set(tied):
        raise Invalid(fields={"units": "有单位没有联系本社区。请重新选。"})
    return _seat_all(actor, d, list(here.values()), list(tied.values()), now)


def _seat_all(
    actor: Actor, d: Deliberation, members: Sequence[Member], units: Sequence[Unit],
    now: datetime | None,
) -> list[DeliberationSeat]:  # fmt: skip
    known = list(d.seats.values_list("member_id", "unit_id"))
    there = {pk for pair in known for pk in pair if pk}
    new = [
        DeliberationSeat(deliberation=d, path=d.path, member=m, name=m.person.name)
        for m in members
        if m.pk not in there
    ] + [
        DeliberationSeat(deliberation=d, path=d.path, unit=u, name=u.name)
        for u in units
        if u.pk not in there
    ]
    with transaction.atomic():
        event_id = d.pk
        for seat in new:
            event_id = create(
                actor, "deliberation_seats.invite", seat, now=now
            ).event_id
        if d.held_on and d.held_on >= today(now) and new:
            assert d.held_at
            when = cdatetime(d.held_at, today(now))
            text = f"{when}，{d.room or d.place.name}。请回复来不来，也可以先说意见。"
            send(to_seats(d, new, event_id, "请您来商量", text))
    return new


def invitable_members(d: Deliberation) -> QuerySet[Member]:
    """Members on duty who reported in to this community, in either channel."""
    return candidates(community_path(d.path))


def invitable_units(d: Deliberation) -> QuerySet[Unit]:
    """Units tied to the community or a point in it."""
    return units_at(community_path(d.path))


def remove(*, actor: Actor, seat_id: UUID, now: datetime | None = None) -> Done:
    """Invited by mistake: no longer on the list. The row stays, for the story."""
    seat = seat_of(seat_id)
    require(actor, "deliberation_seats.remove", seat)
    if seat.deliberation.state != "arranged":
        raise Conflict("已经开过会，名单不能再去人。没来的记“没来”。")
    write = Write(set={"removed": not seat.removed})
    return act(actor, "deliberation_seats.remove", seat_id, lambda r: write, now=now)


def cancel(
    *, actor: Actor, deliberation_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It is not talked over after all. Errors: reason."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.cancel", d)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不议了，提出和受邀的人看得到。"})
    write = Write(
        set={"topic_at": None, "answer": reason.strip()}, notes=[("unit", reason)]
    )
    with transaction.atomic():
        done = act(
            actor, "deliberations.cancel", deliberation_id, lambda r: write, now=now
        )
        told = to_seats(d, d.seats.all(), done.event_id, "不议了", reason.strip())
        send([*told, *to_proposer(d, done.event_id, "不议了", reason.strip())])
    return done


# --- the invited --------------------------------------------------------------------------


def seat_of(pk: UUID) -> DeliberationSeat:
    """Raises NotFound."""
    related = ("deliberation__place__parent", "member__person", "unit")
    found = DeliberationSeat.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def reply(
    *, actor: Actor, seat_id: UUID, reply: str, note: str = "", attendee: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Come or not; nobody has to say why. A unit says who comes. The community notes
    it for somebody who rang up. Errors: reply, attendee."""
    seat = seat_of(seat_id)
    require(actor, "deliberation_seats.reply", seat)
    if seat.deliberation.state != "arranged" or seat.removed:
        raise Conflict("会已经开过或不开了，不用再回复。")
    if reply not in rules.REPLIES:
        raise Invalid(fields={"reply": "请选参加还是不参加。"})
    name, member = who_came(seat, attendee)
    write = Write(
        set={
            "reply": reply, "note": note.strip() if reply == "no" else "",
            "attendee": name if reply == "yes" else "",
            "came_by": member if reply == "yes" else None,
        },
        data={"reply": reply},
    )  # fmt: skip
    by = actor.for_someone(seat.name) if actor.path is not None else actor
    return act(by, "deliberation_seats.reply", seat_id, lambda r: write, now=now)


def who_came(seat: DeliberationSeat, attendee: str) -> tuple[str, UUID | None]:
    """For a unit the name and, when on its books, the member."""
    if seat.unit_id is None or not attendee.strip():
        return "", None
    return who_comes(seat, attendee, None)


def give_opinion(
    *, actor: Actor, deliberation_id: UUID, text: str, how: str = "resident",
    member_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """What somebody says of the topic: a member or a unit that is invited, or a worker
    for a resident or for what was said in the meeting. Errors: text, how."""
    d = deliberation_of(deliberation_id)
    seat = _own_seat(actor, d) if actor.path is None else None
    if actor.path is None and seat is None and d.member_id != actor.member_id:
        raise NotFound
    o = Opinion(deliberation=d, path=d.path, text=text.strip())
    if actor.path is None:
        o.how = "member" if actor.member_id and actor.role == "member" else "unit"
        o.member_id = actor.member_id if o.how == "member" else None
        o.unit_id = actor.unit_id if o.how == "unit" else None
        o.by_person = actor.person_id
    else:
        o.how = how if how in rules.NOTED else "resident"
        o.member_id, o.by_person = _said_by(d, member_id)
    require(actor, "opinions.give", o)
    _check_opinion(d, o, ahead=actor.path is None or o.how == "resident")
    return create(actor, "opinions.give", o, now=now, client_id=client_id)


def _own_seat(actor: Actor, d: Deliberation) -> DeliberationSeat | None:
    mine = d.seats.filter(removed=False)
    if actor.role == "member":
        return mine.filter(member=actor.member_id).first()
    return mine.filter(unit=actor.unit_id).first()


def _said_by(
    d: Deliberation, member_id: UUID | None
) -> tuple[UUID | None, UUID | None]:
    """A member of the list who said it in the meeting."""
    if member_id is None:
        return None, None
    seat = d.seats.filter(member=member_id).select_related("member").first()
    if seat is None or seat.member is None:
        raise Invalid(fields={"member": "这名党员不在名单里。请重新选。"})
    return seat.member_id, seat.member.person_id


def _check_opinion(d: Deliberation, o: Opinion, *, ahead: bool) -> None:
    open_for = rules.AHEAD if ahead else (*rules.AHEAD, "held")
    if d.state not in open_for:
        raise Conflict("已经议过，不再收意见。还有想说的，请打社区电话。")
    if not o.text:
        raise Invalid(fields={"text": "请写意见。"})
    if found := private_numbers(o.text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})


def send_opinion(
    *, deliberation_id: UUID, text: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Anybody, from the public page; the community reads it first. Errors: text."""
    d = deliberation_of(deliberation_id)
    if d.topic_at is None:
        raise NotFound
    o = Opinion(
        deliberation=d, path=d.path, text=text.strip(), how="public", state="waiting"
    )
    _check_opinion(d, o, ahead=True)
    return create(ANONYMOUS, "opinions.send", o, now=now, client_id=client_id)


def judge_opinion(
    *, actor: Actor, opinion_id: UUID, event: str, now: datetime | None = None
) -> Done:
    """The community has read what came in: `take` it among the opinions, or
    `set_aside`."""
    return act(actor, f"opinions.{event}", opinion_id, now=now)


# --- messages -----------------------------------------------------------------------------


def to_seats(
    d: Deliberation, seats: Iterable[DeliberationSeat], event_id: UUID, title: str,
    text: str,
) -> list[Message]:  # fmt: skip
    """Everybody who is invited, each with the own page."""
    people = dict(
        Member.objects.filter(pk__in=[s.member_id for s in seats if s.member_id])
        .values_list("pk", "person_id")
    )  # fmt: skip
    return [
        message(
            event_id=event_id, title=f"“{d.title}”{title}", text=text,
            unit_id=s.unit_id,
            person_id=people.get(s.member_id) if s.member_id else None,
            url=reverse("councils:invitation", args=[s.pk]),
        )
        for s in seats
        if not s.removed
    ]  # fmt: skip


def to_proposer(
    d: Deliberation, event_id: UUID, title: str, text: str
) -> list[Message]:
    if d.proposed_by is None or d.source == "community":
        return []
    name = "proposal" if d.member_id else "deliberation"
    return [
        message(
            event_id=event_id, title=f"您提的“{d.title}”{title}", text=text,
            person_id=d.proposed_by, url=reverse(f"councils:{name}", args=[d.pk]),
        )
    ]  # fmt: skip


def _to_community(d: Deliberation, event_id: UUID, title: str) -> Message:
    return message(
        event_id=event_id, title=title, text=d.title, role="community_worker",
        path=community_path(d.path), url=reverse("councils:deliberation", args=[d.pk]),
    )  # fmt: skip
