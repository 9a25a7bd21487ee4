"""Part-time committee members 兼职委员 (L20, L21; domain 6.6): recommended by a unit or
the community, selected, approved by the township, filed by the county, appointed for a
term. The role begins and ends with the appointment."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.councils import rules
from baodao.councils.models import PartTimeMember
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people import checks
from baodao.people.models import Member, Person, RoleTie, Unit
from baodao.people.services.roles import end_role, give_role
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, TOWNSHIP

ROLE = "part_time_member"
Row = Mapping[str, Any]


def recommend(
    *, actor: Actor, place_id: UUID, person_id: UUID, post: str, task: str = "",
    unit_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A unit recommends its head, or the community somebody. A unit may do so at the
    communities it is tied to. Errors: place, person, post."""
    place = Place.objects.filter(pk=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None:
        raise Invalid(fields={"place": "请选社区（村）。"})
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    unit = _unit_of(actor, person, unit_id)
    row = PartTimeMember(
        place=place, path=place.path, person=person, unit=unit, task=task.strip(),
        post=checks.named(post, "post", "在单位的职务"),
    )  # fmt: skip
    require(actor, "part_time.recommend", row)
    if actor.path is None:
        _check_tied(unit, place)
    try:
        with transaction.atomic():
            done = create(
                actor, "part_time.recommend", row, now=now, client_id=client_id
            )
            send(
                [
                    _to(
                        row,
                        done.event_id,
                        COMMUNITY,
                        f"推荐{person.name}任兼职委员",
                        "请研究确定人选。",
                    )
                ]
            )
    except IntegrityError as error:
        raise Conflict(
            f"{person.name}在本社区已经是兼职委员，或正在办。请看名单。"
        ) from error
    return done


def _unit_of(actor: Actor, person: Person, unit_id: UUID | None) -> Unit | None:
    """A unit recommends for itself; the community's candidate is of the unit on whose
    books the person is."""
    if actor.path is None and person.unit_id != actor.unit_id:
        raise Invalid(fields={"person": "请推荐本单位的负责同志。"})
    wanted = actor.unit_id or unit_id or person.unit_id
    return Unit.objects.filter(pk=wanted).first() if wanted else None


def _check_tied(unit: Unit | None, place: Place) -> None:
    assert unit
    ties = unit.contact_ties.filter(Q(valid_to=None) | Q(valid_to__gt=today()))
    if not any(t.path.startswith(place.path) for t in ties):
        raise Invalid(
            fields={"place": f"{place.name}不是本单位的联系点。请从名单里选。"}
        )


def part_time_of(pk: UUID) -> PartTimeMember:
    """The row with the person. Raises NotFound."""
    found = PartTimeMember.objects.select_related("person", "place", "unit")
    row = found.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def select(
    *, actor: Actor, part_time_id: UUID, task: str = "", note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The committee decides for the candidate, with the task; goes to the township."""
    row = part_time_of(part_time_id)
    changes = {"task": task.strip()} if task.strip() else {}
    write = Write(set=changes, notes=[("unit", note)])
    return _step(actor, "select", row, write, TOWNSHIP, "请审批", now)


def approve(
    *, actor: Actor, part_time_id: UUID, note: str = "", now: datetime | None = None
) -> Done:
    """The township approves; the county files."""
    row = part_time_of(part_time_id)
    write = Write(notes=[("unit", note)])
    return _step(actor, "approve", row, write, 3, "请备案", now)


def file(
    *, actor: Actor, part_time_id: UUID, note: str = "", now: datetime | None = None
) -> Done:
    """The county has filed it; the community appoints."""
    row = part_time_of(part_time_id)
    write = Write(notes=[("unit", note)])
    return _step(actor, "file", row, write, COMMUNITY, "已备案，可以聘任", now)


def _step(
    actor: Actor, event: str, row: PartTimeMember, write: Write, level: int, ask: str,
    now: datetime | None,
) -> Done:  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, f"part_time.{event}", row.pk, lambda _: write,
            now=now, version=row.version,
        )  # fmt: skip
        title = f"{row.place.name}兼职委员人选{row.person.name}"
        send([_to(row, done.event_id, level, title, f"{ask}。")])
    return done


def decline(
    *, actor: Actor, part_time_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Not this candidate. Errors: reason."""
    row = part_time_of(part_time_id)
    require(actor, "part_time.decline", row)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不通过，推荐的单位看得到。"})
    write = Write(notes=[("unit", reason)])
    with transaction.atomic():
        done = act(actor, "part_time.decline", row.pk, lambda _: write, now=now)
        if row.unit_id:
            url = reverse("councils:part_time", args=[row.pk])
            title = f"推荐{row.person.name}任兼职委员没有通过"
            send([
                message(
                    event_id=done.event_id, title=title, text=reason, url=url,
                    unit_id=row.unit_id,
                )
            ])  # fmt: skip
    return done


def appoint(
    *, actor: Actor, part_time_id: UUID, valid_from: date | None = None,
    valid_to: date | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Appointed for a term (three years unless said otherwise); the role begins with
    it. Errors: valid_from, valid_to."""
    row = part_time_of(part_time_id)
    require(actor, "part_time.appoint", row)
    start = valid_from or today(now)
    end = valid_to or rules.term_end(start)
    checks.period(start, end, must_end=True)
    write = Write(set={"valid_from": start, "valid_to": end})
    with transaction.atomic():
        done = act(actor, "part_time.appoint", row.pk, lambda _: write, now=now)
        _give(actor, row, start, end, now)
        send([
            message(
                event_id=done.event_id, title=f"您受聘为{row.place.name}兼职委员",
                text="参加联席会议，可以提议题。", person_id=row.person_id,
                url=reverse("councils:part_time", args=[row.pk]),
            )
        ])  # fmt: skip
    return done


def _give(
    actor: Actor, row: PartTimeMember, start: date, end: date, now: datetime | None
) -> None:
    """The role, unless the person has it already for these days."""
    held = _ties(row).filter(valid_from__lte=start, valid_to__gte=end)
    if not held.exists():
        give_role(
            actor=consequence_of(actor), person_id=row.person_id, role=ROLE,
            place_id=row.place_id, valid_from=start, valid_to=end, now=now,
        )  # fmt: skip


def _ties(row: PartTimeMember) -> Any:
    return RoleTie.objects.filter(person_id=row.person_id, role=ROLE, path=row.path)


def end(
    *, actor: Actor, part_time_id: UUID, reason: str, note: str = "",
    on: date | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """The term ends before its day; so does the role. Errors: reason, on."""
    row = part_time_of(part_time_id)
    require(actor, "part_time.end", row)
    day = on or today(now)
    if reason not in rules.END_REASONS or reason == "place_merged":
        raise Invalid(fields={"reason": "请选卸任原因。"})
    if day > today(now):
        raise Invalid(fields={"on": "这一天还没到。请到那天再登记。"})

    def decide(_: Row) -> Write:
        last = max(day, row.valid_from or day)
        return Write(
            set={"valid_to": last, "end_reason": reason}, reason=reason,
            notes=[("unit", note)],
        )  # fmt: skip

    with transaction.atomic():
        done = act(actor, "part_time.end", row.pk, decide, now=now)
        running = _ties(row).filter(Q(valid_to=None) | Q(valid_to__gt=day))
        for pk in list(running.values_list("pk", flat=True)):
            end_role(actor=consequence_of(actor), tie_id=pk, on=day, now=now)
    return done


def expire(now: datetime | None = None) -> int:
    """Every night: terms that are over have ended; the role ended by its own date."""
    over = PartTimeMember.objects.filter(state="appointed", valid_to__lte=today(now))
    ids = list(over.values_list("pk", flat=True))
    write = Write(set={"end_reason": "term_over"}, reason="term_over")
    for pk in ids:
        act(SYSTEM, "part_time.expire", pk, lambda _: write, now=now)
    return len(ids)


def left_post(rows: Any) -> dict[UUID, str]:
    """Of these rows: who is no longer in the unit they were appointed from, and why
    (domain 8.3, 8.4). "While in post" is for the community to judge, so it is shown,
    never done."""
    people = {r.person_id: r for r in rows if r.state == "appointed"}
    found = {}
    for m in Member.objects.filter(person__in=people):
        row = people[m.person_id]
        if m.duty_status in ("retired", "left"):
            found[row.pk] = "已退休" if m.duty_status == "retired" else "已离开本地区"
        elif row.unit_id and m.unit_id != row.unit_id:
            found[row.pk] = "已不在原单位"
    return found


def _to(
    row: PartTimeMember, event_id: UUID, level: int, title: str, text: str
) -> Message:
    roles = {COMMUNITY: "community_secretary", TOWNSHIP: "township_party"}
    return message(
        event_id=event_id, title=title, text=text, role=roles.get(level, "county_org"),
        path="/".join(row.path.split("/")[:level]) + "/",
        url=reverse("councils:part_time", args=[row.pk]),
    )  # fmt: skip
