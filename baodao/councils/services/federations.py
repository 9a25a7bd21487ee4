"""Federations 党建联合体 (L20): communities and units that act together, with a head
for a term."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.councils import rules
from baodao.councils.models import Federation, FederationMember
from baodao.people import checks
from baodao.people.models import Unit
from baodao.people.queries import current, units_at
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, TOWNSHIP


def form(
    *, actor: Actor, place_id: UUID, name: str, head: str, head_post: str = "",
    about: str = "", communities: Iterable[UUID] = (), units: Iterable[UUID] = (),
    valid_from: date | None = None, valid_to: date | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Found a federation of one community, or of several in a township. Its units are
    among those tied to them. Errors: place, name, head, communities, units, valid_to."""
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.level not in (TOWNSHIP, COMMUNITY):
        raise Invalid(fields={"place": "请选社区，或几个社区所在的乡镇（街道）。"})
    start = valid_from or today(now)
    until = valid_to or rules.term_end(start)
    checks.period(start, until, must_end=True)
    row = Federation(
        name=checks.named(name), place=place, path=place.path, about=about.strip(),
        head=checks.named(head, "head", "召集人"), head_post=head_post.strip(),
        valid_from=start, valid_to=until,
    )  # fmt: skip
    require(actor, "federations.form", row)
    members = [*_places(row, communities), *_units(row, units)]
    if not any(m.unit_id for m in members):
        raise Invalid(fields={"units": "请至少选一家成员单位。"})
    write = Write(data={"members": len(members)}, adds=members)
    return create(actor, "federations.form", row, write, now=now, client_id=client_id)


def _places(row: Federation, ids: Iterable[UUID]) -> list[FederationMember]:
    wanted = set(ids)
    if row.place.level == COMMUNITY:
        wanted.add(row.place_id)
    found = Place.objects.filter(pk__in=wanted, level=COMMUNITY, valid_to=None)
    inside = [p for p in found.order_by("path") if p.path.startswith(row.path)]
    if len(inside) != len(wanted) or not inside:
        raise Invalid(fields={"communities": "请从名单里选社区（村）。"})
    return [_member(row, community=p) for p in inside]


def _units(row: Federation, ids: Iterable[UUID]) -> list[FederationMember]:
    wanted = set(ids)
    found = list(units_at(row.path).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise Invalid(fields={"units": "成员单位要是联系这里的单位。请从名单里选。"})
    return [_member(row, unit=u) for u in found]


def _member(
    row: Federation, *, unit: Unit | None = None, community: Place | None = None
) -> FederationMember:
    return FederationMember(
        federation=row, path=row.path, unit=unit, community=community,
        valid_from=row.valid_from,
    )  # fmt: skip


def federation_of(pk: UUID) -> Federation:
    """The row with its place. Raises NotFound."""
    row = Federation.objects.select_related("place").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def edit(
    *, actor: Actor, federation_id: UUID, head: str, head_post: str = "",
    about: str = "", valid_to: date | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another head, or a new term. Errors: head, valid_to."""
    row = federation_of(federation_id)
    require(actor, "federations.edit", row)
    _open(row)
    until = valid_to or row.valid_to
    if until <= today(now) or until > rules.term_end(today(now), 5):
        raise Invalid(fields={"valid_to": "任期止要在今天以后、五年以内。"})
    write = Write(
        set={
            "head": checks.named(head, "head", "召集人"), "valid_to": until,
            "head_post": head_post.strip(), "about": about.strip(),
        }
    )  # fmt: skip
    return act(
        actor, "federations.edit", row.pk, lambda _: write, now=now, version=row.version
    )


def _open(row: Federation) -> None:
    if row.dissolved:
        raise Conflict("这个联合体已经撤销，不能再改。")


def join(
    *, actor: Actor, federation_id: UUID, unit_id: UUID, now: datetime | None = None
) -> Done:
    """One more unit. Errors: unit."""
    row = federation_of(federation_id)
    _open(row)
    unit = units_at(row.path).filter(pk=unit_id).first()
    if unit is None:
        raise Invalid(fields={"unit": "成员单位要是联系这里的单位。请从名单里选。"})
    if row.members.filter(current(), unit=unit).exists():
        raise Invalid(fields={"unit": f"{unit}已经在里面了。"})
    member = FederationMember(
        federation=row, path=row.path, unit=unit, valid_from=today(now)
    )
    return create(actor, "federated.join", member, now=now)


def leave(*, actor: Actor, member_id: UUID, now: datetime | None = None) -> Done:
    """A unit or a community leaves, from today on."""
    row = FederationMember.objects.filter(pk=member_id).first()
    if row is None:
        raise NotFound
    require(actor, "federated.leave", row)
    if row.valid_to is not None and row.valid_to <= today(now):
        raise Conflict("已经退出了，不用再办。")
    write = Write(set={"valid_to": max(today(now), row.valid_from)})
    return act(actor, "federated.leave", member_id, lambda _: write, now=now)


def dissolve(
    *, actor: Actor, federation_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It is over, and so is everybody's part in it. Errors: reason."""
    row = federation_of(federation_id)
    require(actor, "federations.dissolve", row)
    _open(row)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么撤销。"})
    day = max(today(now), row.valid_from)
    write = Write(set={"dissolved": True, "valid_to": day}, notes=[("staff", reason)])
    with transaction.atomic():
        done = act(
            actor, "federations.dissolve", row.pk, lambda _: write,
            now=now, version=row.version,
        )  # fmt: skip
        for m in row.members.filter(current(day)):
            leave(actor=actor, member_id=m.pk, now=now)
    return done


def take_over(part: FederationMember, unit_id: UUID, now: datetime | None) -> Done:
    """The successor of a unit that ended is in the federation from today on."""
    member = FederationMember(
        federation_id=part.federation_id, path=part.path, unit_id=unit_id,
        valid_from=today(now),
    )  # fmt: skip
    return create(SYSTEM, "federated.join", member, now=now)
