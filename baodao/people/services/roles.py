"""Roles: who is what, where, from when to when (domain 5)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.core.text import pinyin_key
from baodao.people import checks, roles
from baodao.people.auth import phone_hash
from baodao.people.models import Person, RoleTie, Unit
from baodao.places.constraints import said
from baodao.places.models import Place


def add_person(
    *,
    actor: Actor,
    name: str,
    phone: str = "",
    path: str | None = None,
    unit_id: UUID | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """A person who is to hold a role and is not a member here. Errors: name,
    phone."""
    name, phone = checks.named(name, what="姓名"), checks.phone(phone)
    person = Person(
        name=name, pinyin=pinyin_key(name), phone=phone, phone_hash=phone_hash(phone),
        path=path, unit_id=unit_id,
    )  # fmt: skip
    return create(actor, "persons.add", person, now=now, client_id=client_id)


def give_role(
    *,
    actor: Actor,
    person_id: UUID,
    role: str,
    place_id: UUID | None = None,
    unit_id: UUID | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Give a role with dates. Nobody gives their own, nor one above their own, nor
    outside their place; roles that exclude each other are refused. A role of level
    0 without a place is for the whole deployment.
    Errors: role, place, unit, valid_from, valid_to."""
    if role not in roles.ROLES or roles.ROLES[role].bound == "person":
        raise Invalid(fields={"role": "请选角色。“党员”随党员档案自动就有。"})
    if not Person.objects.filter(pk=person_id).exists():
        raise NotFound
    start = valid_from or today(now)
    checks.period(start, valid_to, must_end=True)
    tie = RoleTie(person_id=person_id, role=role, valid_from=start, valid_to=valid_to)
    _bind(tie, place_id, unit_id)
    require(actor, "roles.give", tie)
    if not roles.may_give(actor.role, role):
        raise Forbidden(f"{roles.title(role)}要由上级来授予。请交给上级或安全管理员。")
    _refuse_clash(person_id, role, start, valid_to)
    same = ("role", "这个人在这里已经有这个角色，日期重叠。")
    with said(role_tie_no_overlap=same):
        return create(actor, "roles.give", tie, now=now, client_id=client_id)


def _bind(tie: RoleTie, place_id: UUID | None, unit_id: UUID | None) -> None:
    known = roles.ROLES[tie.role]
    if known.bound == "unit":
        found = Unit.objects.filter(valid_to=None)
        unit = found.filter(pk=unit_id).first() if unit_id else None
        if unit is None:
            raise Invalid(fields={"unit": f"{known.title}要选一个单位。"})
        tie.unit, tie.path = unit, unit.path
        return
    place = (
        Place.objects.filter(pk=place_id, valid_to=None).first() if place_id else None
    )
    level = place.level if place else 0
    if level not in known.levels or (place_id and place is None):
        raise Invalid(fields={"place": _levels(known)})
    tie.place, tie.path = place, place.path if place else ""


def _levels(role: roles.Role) -> str:
    from baodao.places.rules import LEVELS

    words = "、".join(LEVELS[level] for level in role.levels if level)
    return f"{role.title}的地方应是{words}。请重新选。"


def _refuse_clash(person_id: UUID, role: str, start: date, end: date | None) -> None:
    held = RoleTie.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=start), person_id=person_id
    )
    if end is not None:
        held = held.filter(valid_from__lt=end)
    other = roles.clash(set(held.values_list("role", flat=True)), role)
    if other:
        sentence = (
            f"{roles.title(other)}和{roles.title(role)}不能是同一个人。请换一个人。"
        )
        raise Invalid(fields={"role": sentence})


def end_role(
    *, actor: Actor, tie_id: UUID, on: date | None = None, now: datetime | None = None
) -> Done:
    """Take a role back; `on` is the first day without it (default: today). A role
    that has not begun never begins. Errors: on."""
    day = on or today(now)

    def decide(row: Mapping[str, Any]) -> Write:
        if not roles.may_give(actor.role, row["role"]):
            raise Forbidden(f"{roles.title(row['role'])}要由上级来收回。")
        if row["valid_to"] is not None and row["valid_to"] <= day:
            raise Invalid("这个角色已经到期了。")
        return Write(set={"valid_to": max(day, row["valid_from"])})

    reads = ("role", "valid_from", "valid_to")
    return act(actor, "roles.end", tie_id, decide, reads=reads, now=now)
