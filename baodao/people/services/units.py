"""Units and their party organisations (A05)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.people import checks
from baodao.people.choices import AFFILIATIONS, FUNCTIONS, ORG_KINDS, UNIT_KINDS
from baodao.people.models import (
    Account,
    Member,
    PartyOrg,
    Person,
    RoleTie,
    Unit,
    UnitName,
)
from baodao.places import rules as place_rules
from baodao.places.constraints import said
from baodao.places.models import Place

_USCC_TAKEN = {
    "unit_uscc_branch_once": (
        "uscc",
        "这个代码已经有单位在用。如果是分支机构，请填分支号加以区别。",
    )
}


def add_unit(
    *,
    actor: Actor,
    name: str,
    kind: str,
    seat_id: UUID,
    affiliation: str = "local",
    short_name: str = "",
    uscc: str = "",
    branch_no: str = "",
    functions: Sequence[str] = (),
    head_count: int = 0,
    phone: str = "",
    lon: float | None = None,
    lat: float | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Add a unit at its seat. Affiliation is apart from the tree (A05). Errors:
    name, kind, affiliation, uscc, functions, seat, phone."""
    seat = _seat(seat_id)
    unit = Unit(
        seat=seat,
        path=seat.path,
        valid_from=today(now),
        **_unit_values(
            name=name, short_name=short_name, uscc=uscc, branch_no=branch_no, kind=kind,
            affiliation=affiliation, functions=functions, head_count=head_count,
            phone=phone, lon=lon, lat=lat,
        ),
    )  # fmt: skip
    with said(**_USCC_TAKEN):
        return create(actor, "units.add", unit, now=now, client_id=client_id)


def _seat(seat_id: UUID) -> Place:
    seat = Place.objects.filter(pk=seat_id, valid_to=None).first()
    if seat is None or seat.level > place_rules.GRID:
        raise Invalid(fields={"seat": "驻地请选县、乡镇（街道）、社区（村）或网格。"})
    return seat


def _unit_values(
    *, name: str, short_name: str, uscc: str, branch_no: str, kind: str,
    affiliation: str, functions: Sequence[str], head_count: int, phone: str,
    lon: float | None, lat: float | None, former: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    name, short_name = checks.named(name), short_name.strip()
    if kind not in UNIT_KINDS:
        raise Invalid(fields={"kind": "请选单位性质。"})
    if affiliation not in AFFILIATIONS:
        raise Invalid(fields={"affiliation": "请选隶属关系。"})
    return {
        "name": name,
        "short_name": short_name,
        "pinyin": checks.unit_keys(name, short_name, former),
        "uscc": checks.credit_code(uscc),
        "branch_no": branch_no.strip(),
        "kind": kind,
        "affiliation": affiliation,
        "functions": checks.codes("functions", functions, FUNCTIONS),
        "head_count": head_count,
        "phone": checks.phone(phone),
        "lon": lon,
        "lat": lat,
    }


def edit_unit(
    *,
    actor: Actor,
    unit_id: UUID,
    name: str,
    kind: str,
    seat_id: UUID,
    affiliation: str = "local",
    short_name: str = "",
    uscc: str = "",
    branch_no: str = "",
    functions: Sequence[str] = (),
    head_count: int = 0,
    phone: str = "",
    lon: float | None = None,
    lat: float | None = None,
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change a unit; a name is only mended here, a new one comes by `rename_unit`.
    Moving its seat is for the organisation department, and takes its party
    organisations, members and roles along. Errors as `add_unit`."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    require(actor, "units.edit", unit)
    changed = _unit_values(
        name=name, short_name=short_name, uscc=uscc, branch_no=branch_no, kind=kind,
        affiliation=affiliation, functions=functions, head_count=head_count, phone=phone,
        lon=lon, lat=lat, former=_former_names(unit_id),
    )  # fmt: skip
    seat = _seat(seat_id) if seat_id != unit.seat_id else None
    if seat and not can(actor, "units.add", {**vars(unit), "path": seat.path}):
        raise Invalid(fields={"seat": "驻地要由组织部门来改。请联系县（区）委组织部。"})
    if seat:
        changed |= {"seat": seat.pk, "path": seat.path}
    with said(**_USCC_TAKEN):
        done = act(
            actor, "units.edit", unit_id, lambda row: Write(set=changed),
            now=now, version=version,
        )  # fmt: skip
        if seat:
            take_along(actor, [unit_id], seat.path, now)
    return done


def _former_names(unit_id: UUID) -> list[str]:
    rows = UnitName.objects.filter(unit_id=unit_id)
    return [n for row in rows.values_list("name", "short_name") for n in row if n]


def rename_unit(
    *,
    actor: Actor,
    unit_id: UUID,
    name: str,
    short_name: str = "",
    on: date | None = None,
    reason: str = "",
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Give a unit a new name from `on` (default: today), as its decree says (domain
    8.6). Id, code, ties, agreements and records stay; the old name is kept with its
    dates and still finds the unit. Errors: name, on."""
    name, short_name = checks.named(name), short_name.strip()
    day = on or today(now)
    former = list(UnitName.objects.filter(unit_id=unit_id))

    def decide(row: Mapping[str, Any]) -> Write:
        if (name, short_name) == (row["name"], row["short_name"]):
            raise Invalid(fields={"name": "名称没有变。请写新的名称。"})
        since = former[0].valid_to if former else row["valid_from"]
        if not since < day <= today(now):
            raise Invalid(
                fields={"on": f"改名日期要在{since:%Y-%m-%d}以后，不晚于今天。"}
            )
        old = UnitName(
            unit_id=unit_id, name=row["name"], short_name=row["short_name"],
            valid_from=since, valid_to=day, reason=reason.strip(),
        )  # fmt: skip
        names = [n for o in (old, *former) for n in (o.name, o.short_name) if n]
        keys = checks.unit_keys(name, short_name, names)
        return Write(
            set={"name": name, "short_name": short_name, "pinyin": keys},
            data={"from": old.name, "to": name, "on": day.isoformat()},
            adds=[old],
        )

    return act(
        actor, "units.rename", unit_id, decide,
        reads=("name", "short_name", "valid_from"), now=now, version=version,
    )  # fmt: skip


# (model, action, the column that carries the seat's path)
_WITH_SEAT: tuple[tuple[type[models.Model], str, str], ...] = (
    (PartyOrg, "orgs.move", "path"),
    (Member, "members.transfer", "unit_path"),
    (Person, "persons.move", "path"),
    (RoleTie, "roles.move", "path"),
    (Account, "accounts.move", "path"),
)


def take_along(
    actor: Actor, unit_ids: Sequence[UUID], path: str, now: datetime | None
) -> None:
    """What follows units to their new seat: party organisations, members and roles."""
    for model, action, column in _WITH_SEAT:
        found = model._default_manager.filter(unit_id__in=unit_ids)
        ids = list(found.values_list("pk", flat=True))
        if ids:
            act_many(actor, action, ids, Write(set={column: path}), now=now)


def add_org(
    *,
    actor: Actor,
    unit_id: UUID,
    name: str,
    kind: str,
    superior_id: UUID | None = None,
    superior_external: str = "",
    is_main: bool = True,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Add a party organisation to a unit; its superior is in the system or a name
    outside it (domain 8.37). Errors: name, kind, superior, is_main."""
    unit = visible(Unit.objects.all(), actor, "units.view").filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    org = PartyOrg(
        unit=unit, path=unit.path, is_main=is_main,
        **_org_values(None, name, kind, superior_id, superior_external),
    )  # fmt: skip
    with said(**_ONE_MAIN):
        return create(actor, "orgs.add", org, now=now, client_id=client_id)


_ONE_MAIN = {
    "party_org_one_main": ("is_main", "这个单位已经有主要党组织。请先改那一个。")
}


def _org_values(
    org_id: UUID | None, name: str, kind: str, superior_id: UUID | None, external: str
) -> dict[str, Any]:
    if kind not in ORG_KINDS:
        raise Invalid(fields={"kind": "请选党组织类别。"})
    if superior_id and external.strip():
        raise Invalid(
            fields={"superior_external": "上级党组织在系统内就不用再写名称。"}
        )
    if superior_id and not PartyOrg.objects.filter(pk=superior_id).exists():
        raise Invalid(fields={"superior": "没有找到这个上级党组织。请重新选。"})
    if superior_id and superior_id in _below(org_id):
        raise Invalid(fields={"superior": "上级不能是自己或自己的下级。请重新选。"})
    return {
        "name": checks.named(name, what="党组织名称"),
        "kind": kind,
        "superior_id": superior_id,
        "superior_external": external.strip(),
    }


def _below(org_id: UUID | None) -> set[UUID]:
    """The organisation and all below it."""
    found, level = set[UUID](), {org_id} if org_id else set()
    while level:
        found |= level
        rows = PartyOrg.objects.filter(superior_id__in=level)
        level = set(rows.values_list("pk", flat=True)) - found
    return found


def edit_org(
    *,
    actor: Actor,
    org_id: UUID,
    name: str,
    kind: str,
    superior_id: UUID | None = None,
    superior_external: str = "",
    is_main: bool = True,
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change a party organisation. Errors as `add_org`."""
    changed = _org_values(org_id, name, kind, superior_id, superior_external)
    changed["superior"] = changed.pop("superior_id")
    changed["is_main"] = is_main
    with said(**_ONE_MAIN):
        return act(
            actor, "orgs.edit", org_id, lambda row: Write(set=changed),
            now=now, version=version,
        )  # fmt: skip
