"""A unit reports in: head, liaison, needs and resources, on one page."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, Forbidden
from baodao.core.ids import uuid_of
from baodao.people.models import Unit
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.reporting import queries, services
from baodao.reporting.forms import MemberForm, UnitForm, UnitSheet, attempt
from baodao.reporting.models import ReportIn
from baodao.reporting.views.guard import report_in_for
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]
# What sending the sheet does.
_BY_STATE = {"draft": "submit", "returned": "resubmit", "active": "revise"}


@require_http_methods(POST_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """A new report-in at one of the contact points that has none yet."""
    actor = actor_for(request, "reporting.submit")
    if not actor.role.startswith("unit_") or not actor.unit_id:
        raise Forbidden(
            "单位报到由单位书记或联络员来填。收到纸质报到单，请在“代为登记”里补录。"
        )
    unit = Unit.objects.get(id=actor.unit_id)
    sheet = starting_sheet(request, unit, UnitForm)
    if request.method == "POST" and not sheet.asks_more and sheet.is_valid():
        done = _send_new(request, actor, unit, sheet)
        if done:
            return done
    held = queries.of_unit(unit.id)
    points = queries.open_points(unit.id, held)
    return sheet_page(request, sheet, unit, points, taken=bool(held))


def starting_sheet(request: HttpRequest, unit: Unit, form: type[UnitForm]) -> UnitSheet:
    """The sheet as it was sent, or an empty one."""
    data = request.POST if request.method == "POST" else None
    return UnitSheet(data, form=form, head_count=unit.head_count)


def sheet_page(
    request: HttpRequest, sheet: UnitSheet, unit: Unit, points: Sequence[Place],
    template: str = "reporting/new_unit.html", **more: object,
) -> HttpResponse:  # fmt: skip
    """The page of one sheet; the point asked for or the first is chosen."""
    refused = request.method == "POST" and not sheet.asks_more
    asked = request.POST.get("place") or request.GET.get("place")
    context = {
        "unit": unit, "points": points, "form": sheet.form, "lists": sheet.rows,
        "chosen": asked or (str(points[0].id) if points else ""), **more,
    }  # fmt: skip
    return render(request, template, context, status=422 if refused else 200)


def _send_new(
    request: HttpRequest, actor: Actor, unit: Unit, sheet: UnitSheet
) -> HttpResponse | None:
    draft = "draft" in request.POST
    place_id = uuid_of(request.POST.get("place"))
    if place_id is None:
        sheet.form.add_error(None, "请选报到到哪个联系点。")
        return None
    with attempt(sheet.form):
        it = services.submit_unit(
            actor=actor, unit_id=unit.id, place_id=place_id, said=sheet.said(),
            draft=draft,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        _say(request, it, draft)
        return redirect("reporting:detail", it.pk)
    return None


def _say(request: HttpRequest, it: ReportIn, draft: bool) -> None:
    if draft:
        toast(request, "草稿已存好", "还没有报。写完后点“报到”。", tone="soon")
    else:
        toast(request, f"已报到，报 {it.receipt_no}", "轮到社区接收。")


@require_http_methods(POST_METHODS)
def edit(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """A draft, or a returned report-in: mend it and send it. The sheet of a unit
    that is active: change it."""
    actor = actor_for(request, "reporting.resubmit")
    it = report_in_for(actor, report_in_id)
    event = _BY_STATE.get(it.state, "")
    if not event or (event == "revise" and not it.subject_unit_id):
        raise Conflict("这份报到现在不用改。请看一下最新的情况。")
    require(actor, f"reporting.{event}", it)
    if it.subject_unit_id:
        return _edit_unit(request, actor, it)
    return _edit_member(request, actor, it)


def _edit_unit(request: HttpRequest, actor: Actor, it: ReportIn) -> HttpResponse:
    sheet = UnitSheet(request.POST if request.method == "POST" else None, it)
    if request.method == "POST" and not sheet.asks_more and sheet.is_valid():
        with attempt(sheet.form):
            _send(request, actor, it, sheet)
            return redirect("reporting:detail", it.pk)
    assert it.subject_unit
    return sheet_page(
        request, sheet, it.subject_unit, [it.point], it=it,
        revises=it.state == "active",
    )  # fmt: skip


def _send(request: HttpRequest, actor: Actor, it: ReportIn, sheet: UnitSheet) -> None:
    if it.state == "active":
        services.revise(actor=actor, report_in_id=it.pk, said=sheet.said())
        toast(request, "报到单改好了", "社区看得到新的清单，不用重新接收。")
        return
    services.resubmit(
        actor=actor,
        report_in_id=it.pk,
        said=sheet.said(),
        client_id=request.POST.get("client_id", ""),
    )
    _say(request, it, False)


def _edit_member(request: HttpRequest, actor: Actor, it: ReportIn) -> HttpResponse:
    initial = {n: getattr(it, n) for n in MemberForm.base_fields}
    form = MemberForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_bound and form.is_valid():
        services.resubmit(
            actor=actor,
            report_in_id=it.pk,
            said=form.said(),
            client_id=request.POST.get("client_id", ""),
        )
        _say(request, it, False)
        return redirect("reporting:detail", it.pk)
    light = actor.role == "member"
    name = "reporting/edit_member.html" if light else "reporting/edit.html"
    context = {"form": form, "it": it, "name": queries.who(it)}
    return render(request, name, context, status=422 if form.is_bound else 200)


def my_unit(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The unit's own report-ins and what comes next."""
    assert actor.unit_id
    return render(request, "reporting/my_unit.html", {
        "cards": queries.cards(queries.of_unit(actor.unit_id), actor),
        "next_steps": queries.next_steps(actor),
        "unit": Unit.objects.get(id=actor.unit_id),
    })  # fmt: skip
