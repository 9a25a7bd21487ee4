"""Merits: a worker registers, the secretary confirms, the record is written with it
(domain 7.1 M_ADD_POST, M_ADD_ROLE, M_ADD_MEDIATE, M_ADD_COMMEND, M_ADD_EMERG; 7.2
U_ADD_COMMEND, U_ADD_EMERG; U_ADD_MEETING and U_ADD_RATE by `yearly_rates`)."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.activities.models import Holding
from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.services import send
from baodao.people.models import Member, RoleTie, Unit
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.places.settings import values
from baodao.records.models import Record, reversal
from baodao.records.rules import counted_minutes
from baodao.records.taken import overlapping
from baodao.scoring import rules_merits as rules
from baodao.scoring.models import Merit
from baodao.scoring.rules_rates import RATES
from baodao.scoring.services.concerning import to_subject
from baodao.scoring.services.one_by_one import each_it_can
from baodao.scoring.standing import set_at

SOURCE = "scoring.merit"
# Kinds of merits that have a kind of record of their own.
OWN_KINDS = {"role": "role", "emergency": "emergency", **dict.fromkeys(RATES, "rate")}


def merit_of(pk: UUID) -> Merit:
    related = ("place", "member__person", "member__unit", "unit")
    found = Merit.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def register(
    *, actor: Actor, place_id: UUID, subject: str, whose: UUID, kind: str, deed: str,
    on: date, level: int | None = None, document: str = "", begun: time | None = None,
    ended: time | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """`begun`, `ended`: of a shift in an emergency; what ends before it began ends on the
    next day. Errors: kind, deed, on, level, document, begun, ended, whose."""
    at = now or clock_now()
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.path != community_path(place.path):
        raise NotFound
    require(actor, "merits.register", Merit(path=place.path))
    limits = values(place.path, (rules.MEDIATION_DAYS, rules.POST_DAYS))
    wrong = rules.wrong_merit(
        kind,
        subject,
        level,
        deed,
        document,
        on,
        today(at),
        limits[rules.MEDIATION_DAYS],
    )
    if found := private_numbers(f"{deed} {document}"):
        wrong["deed"] = f"里面有{'、'.join(found)}，请去掉。"
    member = Member.objects.filter(pk=whose).first() if subject == "member" else None
    unit = Unit.objects.filter(pk=whose).first() if subject == "unit" else None
    if not (member or unit):
        wrong["whose"] = "没有找到这一位。请重新选。"
    held = timedelta(days=limits[rules.POST_DAYS])
    if kind == "post_held" and member and not _held(member, place.path, on, held):
        wrong["kind"] = "没有认满、评议过的岗位。请先在认岗里评议。"
    span = _span(on, begun, ended) if kind == "emergency" else None
    if kind == "emergency":
        wrong |= _wrong_shift(span, place.path, subject, whose, on, at)
    if wrong:
        raise Invalid(fields=wrong)
    row = Merit(
        subject=subject, member=member, unit=unit, place=place, path=place.path,
        about_person=member.person_id if member else None, kind=kind, deed=deed.strip(),
        document=document.strip(), occurred_on=on, registered_by=actor.person_id,
        quantity=(level or 1) if kind == "commendation" else 1, registrar=actor.name,
        start_at=span and span[0], end_at=span and span[1],
    )  # fmt: skip
    return create(actor, "merits.register", row, now=at, client_id=client_id)


def _span(
    on: date, begun: time | None, ended: time | None
) -> tuple[datetime, datetime] | None:
    if begun is None or ended is None:
        return None
    start = at_local(on, begun)
    return start, at_local(on + timedelta(days=ended <= begun), ended)


def _wrong_shift(
    span: tuple[datetime, datetime] | None, path: str, subject: str, whose: UUID,
    on: date, at: datetime,
) -> dict[str, str]:  # fmt: skip
    least = [
        r.min_minutes
        for r in set_at(path, on).rules
        if r.subject == subject and "emergency" in r.selects
    ]
    wrong = rules.wrong_shift(span, min(least, default=None), at)
    if not wrong and span and _elsewhere(subject, whose, *span):
        wrong["begun"] = "这段时间已经记了别的服务或值守。请核对几点到几点。"
    return wrong


def _elsewhere(subject: str, whose: UUID, start: datetime, end: datetime) -> bool:
    """Nobody is at two places at once (domain 8.25)."""
    same = Merit.objects.filter(
        **{f"{subject}_id": whose}, kind="emergency", start_at__lt=end,
        end_at__gt=start, state__in=("registered", "confirmed"),
    )  # fmt: skip
    return same.exists() or (
        subject == "member" and bool(overlapping([whose], start, end))
    )


def _held(member: Member, path: str, on: date, held: timedelta) -> bool:
    """A post held so long, over or not, and reviewed, all by then."""
    lo, hi = path_range(path)
    found = Holding.objects.filter(
        member=member, path__gte=lo, path__lt=hi, valid_from__lte=on - held,
        reviewed_on__lte=on,
    )  # fmt: skip
    return any(h.valid_to >= h.valid_from + held for h in found)


def propose_roles(*, actor: Actor, place_id: UUID, now: datetime | None = None) -> int:
    """The months that members held a role in an estate in the half-year that is over,
    for the secretary to confirm in one go; returns how many are new."""
    at = now or clock_now()
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None:
        raise NotFound
    require(actor, "merits.register", Merit(path=place.path))
    key, first, after = rules.halves(today(at))
    lo, hi = path_range(place.path)
    ties = RoleTie.objects.filter(
        role__in=rules.ROLES, path__gte=lo, path__lt=hi, valid_from__lt=after,
        valid_to__gt=first, person__member__isnull=False,
    ).select_related("person__member")  # fmt: skip
    there = set(Merit.objects.filter(key=key).values_list("source_id", flat=True))
    n = 0
    for tie in ties.order_by("pk"):
        months = rules.months_in(first, after, tie.valid_from, tie.valid_to)
        if tie.pk in there or not months:
            continue
        row = Merit(
            subject="member", member=tie.person.member, about_person=tie.person_id,
            place=place, path=place.path, kind="role", deed=rules.ROLES[tie.role],
            quantity=months, occurred_on=after - timedelta(days=1), source_id=tie.pk,
            key=key, registered_by=actor.person_id, registrar=actor.name,
        )  # fmt: skip
        create(actor, "merits.register", row, now=at)
        n += 1
    return n


def confirm(*, actor: Actor, merit_id: UUID, now: datetime | None = None) -> Done:
    """It counts. Of several commendations for one deed the highest only: a lower one is
    taken back, a lower one that comes later is refused."""
    at = now or clock_now()
    row = merit_of(merit_id)
    require(actor, "merits.confirm", row)
    rules.FLOW.step(row.state, "confirm")
    same = _same_deed(row)
    if same and same.quantity >= row.quantity:
        raise Conflict(f"同一件事已经记过{same.says}的，只记最高的。这一条请点不确认。")
    if (
        row.start_at
        and row.end_at
        and row.member_id
        and overlapping([row.member_id], row.start_at, row.end_at)
    ):
        raise Conflict("这段时间已经记了别的服务。请点不确认，照实再登记。")
    record = _record(row, at, actor)
    write = Write(
        set={"record_id": record.pk, "decider": actor.name, "decided_at": at},
        adds=[record],
    )
    with transaction.atomic():
        if same:
            _supersede(consequence_of(actor), same, at)
        done = act(
            actor,
            "merits.confirm",
            row.pk,
            lambda r: write,
            version=row.version,
            now=at,
        )
        text, url = f"{row.get_kind_display()}：{row.deed}", reverse("scoring:merits")
        send([to_subject(row, done.event_id, "一项成绩记入了积分卡", text, url)])
    return done


def _same_deed(row: Merit) -> Merit | None:
    if row.kind != "commendation":
        return None
    found = Merit.objects.filter(
        state="confirmed", kind=row.kind, deed=row.deed, place=row.place,
        member=row.member, unit=row.unit,
    )  # fmt: skip
    return found.order_by("-quantity").first()


def _supersede(actor: Actor, row: Merit, at: datetime) -> None:
    assert row.record_id
    back = reversal(Record.objects.get(pk=row.record_id), at)
    write = Write(set={"record_id": None}, adds=[back])
    act(actor, "merits.supersede", row.pk, lambda r: write, version=row.version, now=at)


def _record(row: Merit, at: datetime, actor: Actor) -> Record:
    unit = row.unit_id or (row.member.unit_id if row.member else None)
    kind = OWN_KINDS.get(row.kind, "merit")
    return Record(
        kind=kind, source_class="" if row.kind == kind else row.kind,
        start_at=row.start_at, end_at=row.end_at, minutes=_minutes(row),
        channel="unit" if row.subject == "unit" else "residence", path=row.path,
        place_id=row.place_id, member_id=row.member_id, unit_id=unit,
        occurred_on=row.occurred_on, quantity=row.quantity, source_kind=SOURCE,
        source_id=row.pk, confirmed_at=at, confirmed_how="decision",
        confirmed_by=actor.person_id,
    )  # fmt: skip


def _minutes(row: Merit) -> int:
    """Of a shift: in an emergency a day may be longer than otherwise (domain 6.8)."""
    if row.start_at is None or row.end_at is None:
        return 0
    settings = ground(row.path).settings
    longer = {"service.day_cap_minutes": settings["service.emergency_cap_minutes"]}
    return counted_minutes(row.start_at, row.end_at, 0, {**settings, **longer})


def refuse(
    *, actor: Actor, merit_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Not confirmed, and why. Errors: reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不确认。"})
    write = Write(
        set={
            "reason": reason.strip(), "decider": actor.name, "decided_at": now or clock_now(),
        }
    )  # fmt: skip
    return act(actor, "merits.refuse", merit_id, lambda r: write, now=now)


def confirm_all(
    *, actor: Actor, ids: Collection[UUID], now: datetime | None = None
) -> tuple[int, list[str]]:
    """Each by itself; how many were confirmed and what was left, in words."""
    rows = Merit.objects.filter(pk__in=ids).select_related("member__person", "unit")
    return each_it_can(
        rows,
        lambda row: confirm(actor=actor, merit_id=row.pk, now=now),
        lambda row: f"{row.whose}“{row.deed}”",
    )
