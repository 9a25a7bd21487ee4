"""The list of an activity: who signs up and who waits, who came. The activity's row is
locked meanwhile, so that the last slot goes to one person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.activities import plans, rules
from baodao.activities.models import Activity, Participation
from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.people.models import Member
from baodao.records.models import Record
from baodao.records.taken import overlapping
from baodao.ui.words import cdatetime

STILL = (*rules.COMING, "attended")


def sign_up(
    *, actor: Actor, activity_id: UUID, member_id: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """A member signs up, or is signed up by the unit or the community; when it is full
    they wait. Raises Conflict when it overlaps with something else they go to."""
    # One page lists several activities under one id.
    client_id = f"{client_id}:{activity_id}" if client_id else ""
    if client_id and (done := _again(actor, client_id)):
        return done
    return sign_up_all(
        actor=actor, activity_id=activity_id, member_ids=[member_id], now=now,
        client_id=client_id,
    )[0]  # fmt: skip


def _again(actor: Actor, client_id: str) -> Done | None:
    first = repeated(actor, "participations.sign_up", client_id)
    return first or repeated(actor, "participations.wait", client_id)


def sign_up_all(
    *, actor: Actor, activity_id: UUID, member_ids: Sequence[UUID],
    now: datetime | None = None, client_id: str = "",
) -> list[Done]:  # fmt: skip
    """Several at once (a unit's group): all of them or none, in the given order; those
    for whom there is no slot wait."""
    at = now or clock_now()
    if not member_ids:
        raise Invalid(fields={"members": "请至少选一名党员。"})
    with transaction.atomic():
        it = _locked(activity_id)
        _open_for_signing(it, at)
        members = _members(member_ids)
        _no_clash(it, members)
        free = _free(it)
        group = len(members) > 1 or actor.role.startswith("unit_")
        done = []
        for n, member in enumerate(members):
            event = "sign_up" if free is None or n < free else "wait"
            key = client_id if len(members) == 1 else ""
            done.append(_enter(actor, event, it, member, group, at, key))
    return done


def _locked(activity_id: UUID) -> Activity:
    found = Activity.objects.select_for_update().filter(pk=activity_id).first()
    if found is None or found.state == "draft":
        raise NotFound
    return found


def _open_for_signing(it: Activity, at: datetime) -> None:
    if it.state != "published" or it.start_at <= at:
        raise Conflict("这场活动已经不能报名。去了的话，请主办方记在到场名单里。")


def _members(ids: Sequence[UUID]) -> list[Member]:
    known = Member.objects.select_related("person").in_bulk(list(ids))
    if set(known) != set(ids):
        raise NotFound
    gone = [m for m in known.values() if m.duty_status == "left"]
    if gone:
        raise Conflict(f"{gone[0].person.name}已离开本地区，不能报名。")
    return [known[pk] for pk in dict.fromkeys(ids)]


def _no_clash(it: Activity, members: Sequence[Member]) -> None:
    """Nobody signs up for two things at one time (domain 8.25)."""
    names = {m.pk: m.person.name for m in members}
    others = Participation.objects.filter(
        member__in=names, state__in=STILL, activity__state__in=rules.STANDING,
        activity__start_at__lt=it.end_at, activity__end_at__gt=it.start_at,
    ).exclude(activity=it)  # fmt: skip
    clash = others.select_related("activity").first()
    if clash:
        when = cdatetime(clash.activity.start_at, it.start_at.date())
        raise Conflict(
            f"{names[clash.member_id]}已报名{when}的“{clash.activity.title}”，时间冲突。"
            "请先取消那一场，或不报这一场。",
            code="overlap",
        )


def _free(it: Activity) -> int | None:
    """Slots left; None without a limit. Who waits already comes first."""
    if it.slots is None:
        return None
    if it.parts.filter(state="waitlisted").exists():
        return 0
    return max(0, it.slots - it.parts.filter(state="signed_up").count())


def _enter(
    actor: Actor, event: str, it: Activity, member: Member, group: bool,
    at: datetime, client_id: str,
) -> Done:  # fmt: skip
    row = it.parts.filter(member=member).first()
    action = f"participations.{event}"
    if row is None:
        part = Participation(
            activity=it, member=member, path=it.path, unit_id=member.unit_id,
            host_unit_id=it.unit_id, by_unit=group, signed_at=at,
            state="signed_up" if event == "sign_up" else "waitlisted",
        )  # fmt: skip
        return create(actor, action, part, now=at, client_id=client_id)
    if row.state in rules.COMING:
        raise Conflict(f"{member.person.name}已经报过名了。", code="signed_up")
    again = Write(set={"signed_at": at, "by_unit": group, "unit_id": member.unit_id})
    return act(actor, action, row.pk, lambda _: again, now=at, client_id=client_id)


def withdraw(
    *, actor: Actor, activity_id: UUID, member_id: UUID, now: datetime | None = None
) -> Done:
    """Not coming after all: the slot goes to whoever waits longest."""
    at = now or clock_now()
    with transaction.atomic():
        it = _locked(activity_id)
        row = it.parts.filter(member_id=member_id).first()
        if row is None:
            raise NotFound
        require(actor, "participations.withdraw", row)
        if it.state != "published" or it.start_at <= at:
            raise Conflict(
                "活动已经开始，不能再取消。没有去的请告诉主办方，可以记请假。"
            )
        done = act(actor, "participations.withdraw", row.pk, now=at)
        _move_up(it, at)
    return done


def fill(activity_id: UUID, now: datetime | None = None) -> None:
    """There may be more slots than before: those who wait move up. Call inside
    `atomic`."""
    it = Activity.objects.select_for_update().get(pk=activity_id)
    if it.state == "published":
        _move_up(it, now or clock_now())


def _move_up(it: Activity, at: datetime) -> None:
    waiting = it.parts.filter(state="waitlisted").order_by("signed_at", "pk")
    taken = it.parts.filter(state="signed_up").count()
    free = None if it.slots is None else max(0, it.slots - taken)
    for part in waiting[:free]:
        act(
            SYSTEM, "participations.move_up", part.pk,
            lambda _: Write(job=(plans.TELL, {})), now=at,
        )  # fmt: skip


# --- who came -------------------------------------------------------------------------


def write(actor: Actor, activity_id: UUID, sheet: plans.Sheet, at: datetime) -> None:
    """The list as handed in. Who was listed before and is not now leaves it. Call
    inside `atomic`. Raises Invalid when somebody was elsewhere at the time."""
    it = Activity.objects.select_for_update().get(pk=activity_id)
    rows = {p.member_id: p for p in it.parts.all()}
    marks = {m.member_id: m for m in sheet.marks}
    _not_elsewhere(it, sheet)
    gone = [p for pk, p in rows.items() if pk not in marks and p.state == "attended"]
    for part in gone:
        act(actor, "participations.drop", part.pk, now=at)
    fresh = _members([pk for pk in marks if pk not in rows])
    for member in fresh:
        _attends_unasked(actor, it, member, marks[member.pk], sheet, at)
    for pk, mark in marks.items():
        if pk in rows:
            _mark(actor, rows[pk], mark, sheet, at)


def _attends_unasked(
    actor: Actor, it: Activity, member: Member, mark: plans.Mark, sheet: plans.Sheet,
    at: datetime,
) -> None:  # fmt: skip
    start, end = plans.stretch_of(mark, sheet)
    part = Participation(
        activity=it, member=member, path=it.path, unit_id=member.unit_id,
        host_unit_id=it.unit_id, signed_at=at, state="attended", start_at=start,
        end_at=end, break_minutes=sheet.break_minutes,
    )  # fmt: skip
    create(actor, "participations.attend", part, now=at)


def _mark(
    actor: Actor,
    part: Participation,
    mark: plans.Mark,
    sheet: plans.Sheet,
    at: datetime,
) -> None:
    start, end = plans.stretch_of(mark, sheet)
    there = mark.state == "attended"
    write = Write(
        set={
            "start_at": start if there else None, "end_at": end if there else None,
            "break_minutes": sheet.break_minutes if there else 0,
        }
    )  # fmt: skip
    act(
        actor, f"participations.{rules.MARKS[mark.state]}", part.pk, lambda _: write,
        now=at,
    )  # fmt: skip


def _not_elsewhere(it: Activity, sheet: plans.Sheet) -> None:
    """Nobody was at two places at once: another list, or a service on record."""
    there = {
        m.member_id: plans.stretch_of(m, sheet)
        for m in sheet.marks
        if m.state == "attended"
    }
    wrong = [pk for pk, s in there.items() if s[0] >= s[1]]
    if wrong:
        raise Invalid(fields={"marks": "有人的结束早于开始。请核对每人的时间。"})
    if not there:
        return
    lo, hi = min(s[0] for s in there.values()), max(s[1] for s in there.values())
    elsewhere = [*_other_lists(it, there, lo, hi), *_on_record(it, there, lo, hi)]
    bad = [
        (pk, what)
        for pk, stretch, what in elsewhere
        if rules.overlaps(there[pk], stretch)
    ]
    if bad:
        names = dict(
            Member.objects.filter(pk__in=[pk for pk, _ in bad]).values_list(
                "pk", "person__name"
            )
        )
        said = "；".join(f"{names[pk]}同一时间还有{what}" for pk, what in bad[:5])
        sentence = f"{said}。请改这个人的起止时间，或从到场里去掉。"
        raise Invalid(fields={"marks": sentence})


def still_alone(parts: Sequence[Participation]) -> None:
    """Nothing else has come on record since the list was handed in. Raises Conflict."""
    there = {
        p.member_id: (p.start_at, p.end_at) for p in parts if p.start_at and p.end_at
    }
    if not there:
        return
    lo, hi = min(s[0] for s in there.values()), max(s[1] for s in there.values())
    for s in overlapping(list(there), lo, hi):
        if rules.overlaps(there[s.member_id], (s.start_at, s.end_at)):
            name = Member.objects.values_list("person__name", flat=True).get(
                pk=s.member_id
            )
            what = Record.KINDS[s.kind]
            raise Conflict(
                f"{name}同一时间已有{what}的记录。请退回名单，改好起止时间再确认。",
                code="overlap",
            )


Elsewhere = tuple[UUID, tuple[datetime, datetime], str]


def _other_lists(
    it: Activity, there: Mapping[UUID, object], lo: datetime, hi: datetime
) -> Iterable[Elsewhere]:
    found = Participation.objects.filter(
        Q(start_at__lt=hi, end_at__gt=lo), member__in=there, state="attended"
    ).exclude(activity=it)
    for p in found.select_related("activity"):
        if p.start_at and p.end_at:
            yield p.member_id, (p.start_at, p.end_at), f"“{p.activity.title}”"


def _on_record(
    it: Activity, there: Mapping[UUID, object], lo: datetime, hi: datetime
) -> Iterable[Elsewhere]:
    for s in overlapping(list(there), lo, hi):
        if s.kind != "activity":
            yield s.member_id, (s.start_at, s.end_at), Record.KINDS[s.kind]
