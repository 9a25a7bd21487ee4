"""Units, their party organisations, and their contact points (A05, A08)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.people import checks
from baodao.people.models import (
    AFFILIATIONS,
    FUNCTIONS,
    ORG_KINDS,
    UNIT_KINDS,
    UNIT_STATUS,
    Account,
    ContactTie,
    Member,
    PartyOrg,
    Person,
    RoleTie,
    Unit,
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
    lon: float | None, lat: float | None,
) -> dict[str, Any]:  # fmt: skip
    name, short_name = checks.named(name), short_name.strip()
    if kind not in UNIT_KINDS:
        raise Invalid(fields={"kind": "请选单位性质。"})
    if affiliation not in AFFILIATIONS:
        raise Invalid(fields={"affiliation": "请选隶属关系。"})
    return {
        "name": name,
        "short_name": short_name,
        "pinyin": checks.unit_keys(name, short_name),
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
    """Change a unit. Moving its seat is for the organisation department, and takes
    its party organisations, members and roles along. Errors as `add_unit`."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    require(actor, "units.edit", unit)
    changed = _unit_values(
        name=name, short_name=short_name, uscc=uscc, branch_no=branch_no, kind=kind,
        affiliation=affiliation, functions=functions, head_count=head_count, phone=phone,
        lon=lon, lat=lat,
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


def close_unit(
    *,
    actor: Actor,
    unit_id: UUID,
    status: str,
    reason: str,
    successor_id: UUID | None = None,
    now: datetime | None = None,
) -> Done:
    """A unit is merged into `successor_id` or dissolved (domain 8.7). Refused while
    contact ties are open or members are still on its books."""
    if status not in UNIT_STATUS or status == "active":
        raise Invalid(fields={"status": "请选合并或撤销。"})
    checks.named(reason, "reason", "理由")
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    require(actor, "units.close", unit)
    ties = ContactTie.objects.filter(unit_id=unit_id, valid_to=None).count()
    members = Member.objects.filter(unit_id=unit_id).exclude(duty_status="left").count()
    if ties or members:
        raise Invalid(
            f"还有{ties}个联系点、{members}名党员没有转走。请先处理，再停用。"
        )
    changed = {"status": status, "successor": successor_id, "valid_to": today(now)}
    write = Write(set=changed, notes=[("staff", reason)])
    return act(actor, "units.close", unit_id, lambda row: write, now=now)


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


def add_contact_tie(
    *,
    actor: Actor,
    unit_id: UUID,
    point_id: UUID,
    reason: str = "",
    valid_from: date | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Tie a unit to a contact point (A08); from then on the community sees the
    unit. Errors: point, valid_from."""
    unit = visible(Unit.objects.all(), actor, "units.view").filter(pk=unit_id).first()
    point = Place.objects.filter(pk=point_id).first()
    if unit is None or point is None:
        raise NotFound
    if not point.is_contact_point or point.valid_to:
        raise Invalid(
            fields={"point": f"{point.name}不是联系点。请先把它设为联系点，或换一个。"}
        )
    start = valid_from or today(now)
    if start > today(now):
        raise Invalid(fields={"valid_from": "开始日期不能晚于今天。"})
    tie = ContactTie(
        unit=unit, point=point, path=point.path, reason=reason.strip(), valid_from=start
    )
    overlap = ("point", f"{unit}这段时间已经联系{point.name}。")
    with said(contact_tie_no_overlap=overlap):
        done = create(actor, "ties.add", tie, now=now, client_id=client_id)
        _set_point_path(actor, unit_id, now)
    return done


def end_contact_tie(
    *,
    actor: Actor,
    tie_id: UUID,
    reason: str,
    on: date | None = None,
    now: datetime | None = None,
) -> Done:
    """End a tie; `on` is the first day without it (default: today). Errors: on,
    reason."""
    checks.named(reason, "reason", "理由")
    day = on or today(now)

    def decide(row: Mapping[str, Any]) -> Write:
        if row["valid_to"] is not None:
            raise Invalid("这个联系已经结束了。")
        if not row["valid_from"] <= day <= today(now):
            raise Invalid(fields={"on": "结束日期要在开始日期和今天之间。"})
        return Write(set={"valid_to": day}, notes=[("staff", reason)])

    reads = ("valid_from", "valid_to")
    with transaction.atomic():
        done = act(actor, "ties.end", tie_id, decide, reads=reads, now=now)
        unit_id = ContactTie.objects.values_list("unit_id", flat=True).get(pk=tie_id)
        _set_point_path(actor, unit_id, now)
    return done


def _set_point_path(actor: Actor, unit_id: UUID, now: datetime | None) -> None:
    """`Unit.point_path` follows the oldest open tie, in the same transaction."""
    ties = ContactTie.objects.filter(unit_id=unit_id, valid_to=None)
    path = (
        ties.order_by("valid_from", "created_at").values_list("path", flat=True).first()
    )
    act(
        actor,
        "units.set_point",
        unit_id,
        lambda row: Write(set={"point_path": path}),
        now=now,
    )
