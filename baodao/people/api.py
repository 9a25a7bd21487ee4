"""Units and members over the API. Phones are neither told nor searched by here: they
are revealed one by one on the page, with a purpose."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from baodao.acts.writing import Done
from baodao.api.acts import Table, act_answer, add_acts, once_only
from baodao.api.answers import Page, Paging, page
from baodao.api.calls import actor_of
from baodao.api.shapes import ActOut, Code, Day, Input, Line, Once, Words, one_of
from baodao.people import choices, queries, services
from baodao.people.models import Member, Unit
from baodao.places.api import PlaceRef, path_of, place_id, ref

units = Router(tags=["单位"])
members = Router(tags=["党员"])
Codes = list[Code]
Count = Field(0, ge=0, le=1_000_000)


class Named(Schema):
    """A unit or a member by id and name."""

    id: UUID
    name: str


class UnitOut(Named):
    """`point`: whether it has a contact point."""

    short_name: str
    uscc: str
    branch_no: str
    kind: str
    affiliation: str
    functions: list[str]
    seat: PlaceRef
    point: bool
    head_count: int
    members: int
    status: str
    version: int


class UnitIn(Input):
    """`seat`: id or code of a county, township, community or grid."""

    name: Line
    seat: Code
    kind: one_of(choices.UNIT_KINDS)  # type: ignore[valid-type]
    affiliation: one_of(choices.AFFILIATIONS) = "local"  # type: ignore[valid-type]
    short_name: Line = ""
    uscc: Code = ""
    branch_no: Code = ""
    functions: Codes = Field([], max_length=40)
    head_count: int = Count
    phone: Code = ""


class UnitFilter(Paging):
    """`seat`, `point`: at or below that place (id or code)."""

    q: Line = ""
    kind: Code = ""
    affiliation: Code = ""
    function: Code = ""
    seat: Code = ""
    point: Code = ""
    no_point: bool = False


@units.post("", response={201: ActOut}, summary="登记单位")
def add_unit(request: HttpRequest, body: UnitIn, once: Once = "") -> HttpResponse:
    """Register a unit at its seat."""
    words = body.model_dump(exclude={"seat"})
    done = services.add_unit(
        actor=actor_of(request), seat_id=place_id(body.seat, "seat"), client_id=once,
        **words,
    )  # fmt: skip
    return act_answer(done, 201)


@units.get("", response=Page[UnitOut], summary="单位列表")
def list_units(request: HttpRequest, filters: Query[UnitFilter]) -> Any:
    """Open units in one's sight."""
    wanted = queries.UnitFilter(
        text=filters.q, kind=filters.kind, affiliation=filters.affiliation,
        function=filters.function, no_point=filters.no_point,
        seat=path_of(filters.seat, "seat") if filters.seat else "",
        point=path_of(filters.point, "point") if filters.point else "",
    )  # fmt: skip
    return page(queries.units(actor_of(request), wanted), filters, _unit)


@units.get("/{uuid:pk}", response=UnitOut, summary="一家单位")
def one_unit(request: HttpRequest, pk: UUID) -> Any:
    """One unit, closed ones too."""
    return _unit(queries.unit(actor_of(request), pk))


def _unit(row: Unit) -> dict[str, Any]:
    plain = (
        "name", "short_name", "uscc", "branch_no", "kind", "affiliation", "functions",
        "head_count", "status", "version",
    )  # fmt: skip
    counted = getattr(row, "member_count", None)
    on_books = row.members.exclude(duty_status="left")
    return {
        "id": row.pk, "seat": ref(row.seat), "point": row.point_path is not None,
        "members": on_books.count() if counted is None else counted,
        **{name: getattr(row, name) for name in plain},
    }  # fmt: skip


class UnitEdit(UnitIn):
    """All of it: what is left out becomes empty."""


class Tie(Input):
    """`point`: id or code of a contact point."""

    point: Code
    reason: Words = ""


def _edit_unit(*, seat: str, **given: Any) -> Done:
    return services.edit_unit(seat_id=place_id(seat, "seat"), **given)


def _tie(*, point: str, **given: Any) -> Done:
    return services.add_contact_tie(point_id=place_id(point, "point"), **given)


UNIT_ACTS: Table = {
    "edit": ("修改单位", UnitEdit, once_only(_edit_unit)),
    "tie": ("确定联系点", Tie, _tie),
}
add_acts(units, "units", "unit_id", UNIT_ACTS)


class MemberOut(Schema):
    id: UUID
    volunteer_no: str
    name: str
    unit: Named | None
    kind: str
    duty_status: str
    skills: list[str]
    service_classes: list[str]
    availability: list[str]
    residence: PlaceRef | None
    point: PlaceRef | None
    version: int


class MemberIn(Input):
    """An in-service member names the `unit`, others the `residence` (id or code)."""

    name: Line
    phone: Code = ""
    unit: UUID | None = None
    residence: Code = ""
    kind: one_of(choices.MEMBER_KINDS) = "in_service"  # type: ignore[valid-type]
    skills: Codes = Field([], max_length=40)
    service_classes: Codes = Field([], max_length=40)
    availability: Codes = Field([], max_length=40)
    joined_on: Day | None = None


class MemberFilter(Paging):
    """`residence`: at or below that place. `reported`: no_residence, no_point, none."""

    q: Line = ""
    unit: UUID | None = None
    residence: Code = ""
    skill: Code = ""
    status: Code = ""
    kind: Code = ""
    reported: Code = ""


@members.post("", response={201: ActOut}, summary="登记党员")
def add_member(request: HttpRequest, body: MemberIn, once: Once = "") -> HttpResponse:
    """Put a member on the books."""
    words = body.model_dump(exclude={"unit", "residence"})
    home = place_id(body.residence, "residence") if body.residence else None
    done = services.add_member(
        actor=actor_of(request), unit_id=body.unit, residence_id=home, client_id=once,
        **words,
    )  # fmt: skip
    return act_answer(done, 201)


@members.get("", response=Page[MemberOut], summary="党员列表")
def list_members(request: HttpRequest, filters: Query[MemberFilter]) -> Any:
    """Members in one's sight; those who have left only by `status`."""
    wanted = queries.MemberFilter(
        text=filters.q, unit_id=filters.unit, skill=filters.skill,
        status=filters.status, kind=filters.kind, reported=filters.reported,
        residence=path_of(filters.residence, "residence") if filters.residence else "",
    )  # fmt: skip
    return page(queries.members(actor_of(request), wanted), filters, _member)


@members.get("/{uuid:pk}", response=MemberOut, summary="一名党员")
def one_member(request: HttpRequest, pk: UUID) -> Any:
    """One member."""
    return _member(queries.member(actor_of(request), pk))


def _member(row: Member) -> dict[str, Any]:
    plain = (
        "volunteer_no", "kind", "duty_status", "skills", "service_classes",
        "availability", "version",
    )  # fmt: skip
    return {
        "id": row.pk, "name": row.person.name, "residence": ref(row.residence),
        "unit": {"id": row.unit.pk, "name": row.unit.name} if row.unit else None,
        "point": ref(row.point), **{name: getattr(row, name) for name in plain},
    }  # fmt: skip


class MemberEdit(Input):
    """Only what is given is changed."""

    kind: one_of(choices.MEMBER_KINDS) | None = None  # type: ignore[valid-type]
    skills: Codes | None = Field(None, max_length=40)
    service_classes: Codes | None = Field(None, max_length=40)
    availability: Codes | None = Field(None, max_length=40)
    joined_on: Day | None = None


class DutyStatus(Input):
    status: one_of(("on_duty", "seconded_away"))  # type: ignore[valid-type]


def _edit_member(*, actor: Any, member_id: UUID, **given: Any) -> Done:
    changes = {name: value for name, value in given.items() if value is not None}
    return services.edit_member(actor=actor, member_id=member_id, changes=changes)


MEMBER_ACTS: Table = {
    "edit": ("修改党员", MemberEdit, once_only(_edit_member)),
    "duty": ("更新在岗状态", DutyStatus, once_only(services.set_duty_status)),
}
add_acts(members, "members", "member_id", MEMBER_ACTS)
