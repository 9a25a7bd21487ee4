"""Report-ins over the API (A09, L04–L06)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from baodao.acts.access import path_range, visible
from baodao.api.acts import Table, add_acts
from baodao.api.answers import Page, Paging, answer, page
from baodao.api.calls import actor_of
from baodao.api.shapes import Code, Day, Input, Line, Once, Words, one_of
from baodao.core.errors import NotFound
from baodao.people.api import Named
from baodao.places.api import PlaceRef, path_of, place_id, ref
from baodao.reporting import plans, rules, services
from baodao.reporting.models import ReportIn

router = Router(tags=["报到"])
Codes = list[Code]


class ReportInOut(Schema):
    """`member` or `unit` is who reported in."""

    id: UUID
    receipt_no: str
    state: str
    state_title: str
    channel: str
    member: Named | None
    unit: Named | None
    place: PlaceRef
    method: str
    reported_on: str
    due_at: str | None
    reconfirm_due: str | None
    version: int


class MemberReportIn(Input):
    """`place`: id or code; `channel`: unit (the unit's contact point) or residence."""

    member: UUID
    channel: one_of(rules.CHANNELS)  # type: ignore[valid-type]
    place: Code
    method: one_of(rules.METHODS) = "self"  # type: ignore[valid-type]
    reported_on: Day | None = None
    skills: Codes = Field([], max_length=40)
    posts: Codes = Field([], max_length=40)
    service_classes: Codes = Field([], max_length=40)
    availability: Codes = Field([], max_length=40)


class Item(Input):
    kind: one_of(rules.ITEM_KINDS)  # type: ignore[valid-type]
    title: Line
    quantity: Line = ""
    conditions: Line = ""


class UnitReportIn(Input):
    """Head, liaison and the first lists of needs and resources."""

    unit: UUID
    place: Code
    head_name: Line
    liaison_name: Line
    head_count: int = Field(0, ge=0, le=1_000_000)
    method: one_of(rules.METHODS) = "self"  # type: ignore[valid-type]
    reported_on: Day | None = None
    items: list[Item] = Field([], max_length=60)


class ReportInFilter(Paging):
    """`place`: at or below it (id or code)."""

    state: Code = ""
    channel: Code = ""
    place: Code = ""
    member: UUID | None = None


_RELATED = ("member__person", "subject_unit", "point")


@router.post("/members", response={201: ReportInOut}, summary="党员报到")
def member_reports_in(
    request: HttpRequest, body: MemberReportIn, once: Once = ""
) -> HttpResponse:
    """A member reports in, alone or through a unit or worker."""
    lists = {name: getattr(body, name) for name in plans.CODES}
    made = services.submit_member(
        actor=actor_of(request), member_id=body.member, channel=body.channel,
        place_id=place_id(body.place), said=plans.Statement(**lists),
        method=body.method, reported_on=body.reported_on, client_id=once,
    )  # fmt: skip
    return _made(made)


@router.post("/units", response={201: ReportInOut}, summary="单位报到")
def unit_reports_in(
    request: HttpRequest, body: UnitReportIn, once: Once = ""
) -> HttpResponse:
    """A unit reports in at one of its contact points."""
    said = plans.Statement(
        head_name=body.head_name, liaison_name=body.liaison_name,
        head_count=body.head_count,
        items=[plans.Item(**item.model_dump()) for item in body.items],
    )  # fmt: skip
    made = services.submit_unit(
        actor=actor_of(request), unit_id=body.unit, place_id=place_id(body.place),
        said=said, method=body.method, reported_on=body.reported_on, client_id=once,
    )  # fmt: skip
    return _made(made)


class Move(Input):
    """`place`: id or code of the new one."""

    place: Code


@router.post(
    "/{uuid:pk}/acts/start_transfer", response={201: ReportInOut}, summary="转出",
    operation_id="report_ins_start_transfer", url_name="report_ins_start_transfer",
)  # fmt: skip
def start_transfer(
    request: HttpRequest, pk: UUID, body: Move, once: Once = ""
) -> HttpResponse:
    """Move to another place; answers with the new report-in there."""
    made = services.start_transfer(
        actor=actor_of(request), report_in_id=pk, place_id=place_id(body.place),
        client_id=once,
    )  # fmt: skip
    return _made(made)


def _made(row: ReportIn) -> HttpResponse:
    found = ReportIn.objects.select_related(*_RELATED).get(pk=row.pk)
    return answer(_shape(found), 201)


@router.get("", response=Page[ReportInOut], summary="报到列表")
def list_report_ins(request: HttpRequest, filters: Query[ReportInFilter]) -> Any:
    """Report-ins in one's scope, newest first."""
    found = visible(ReportIn.objects.all(), actor_of(request), "reporting.view")
    for name in ("state", "channel"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.member:
        found = found.filter(member_id=filters.member)
    if filters.place:
        low, high = path_range(path_of(filters.place))
        found = found.filter(path__gte=low, path__lt=high)
    return page(found.select_related(*_RELATED), filters, _shape)


@router.get("/{uuid:pk}", response=ReportInOut, summary="一份报到")
def one_report_in(request: HttpRequest, pk: UUID) -> Any:
    """One report-in."""
    found = visible(ReportIn.objects.filter(pk=pk), actor_of(request), "reporting.view")
    row = found.select_related(*_RELATED).first()
    if row is None:
        raise NotFound("没有找到这份报到。可能不在您负责的范围。")
    return _shape(row)


def _shape(row: ReportIn) -> dict[str, Any]:
    member, unit = row.member, row.subject_unit
    return {
        "id": row.pk, "receipt_no": row.receipt_no, "state": row.state,
        "state_title": rules.STATES[row.state].title, "channel": row.channel,
        "member": {"id": member.pk, "name": member.person.name} if member else None,
        "unit": {"id": unit.pk, "name": unit.name} if unit else None,
        "place": ref(row.point), "method": row.method,
        "reported_on": row.reported_on.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "reconfirm_due": row.reconfirm_due.isoformat() if row.reconfirm_due else None,
        "version": row.version,
    }  # fmt: skip


class Note(Input):
    note: Words = ""


class Return(Input):
    reason: one_of(rules.RETURN_REASONS)  # type: ignore[valid-type]
    note: Words


class End(Input):
    reason: one_of(rules.END_CHOICES)  # type: ignore[valid-type]
    note: Words = ""


ACTS: Table = {
    "accept": ("接收", Note, services.accept),
    "return": ("退回", Return, services.return_report_in),
    "resubmit": ("再次提交", Note, services.resubmit),
    "withdraw": ("撤回", None, services.withdraw),
    "reconfirm": ("再次确认", None, services.reconfirm),
    "cancel_transfer": ("不转了", None, services.cancel_transfer),
    "end": ("结束报到", End, services.end),
}
add_acts(router, "report_ins", "report_in_id", ACTS)
