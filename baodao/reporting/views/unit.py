"""A unit reports in: head, liaison, needs and resources, on one page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.reporting import queries, services
from baodao.reporting.forms import MemberForm, UnitSheet, complain
from baodao.reporting.models import ReportIn
from baodao.reporting.views.guard import actor_for, report_in_for
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(POST_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """A new report-in at one of the contact points that has none yet."""
    actor = actor_for(request, "submit")
    if not actor.role.startswith("unit_") or not actor.unit_id:
        raise Forbidden(
            "单位报到由单位书记或联络员来填。可以打印空白报到单请单位填写。"
        )
    unit = Unit.objects.get(id=actor.unit_id)
    taken = {r.point_id for r in queries.of_unit(unit.id)}
    points = [p for p in services.tied_points(unit.id) if p.id not in taken]
    sheet = UnitSheet(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        sheet.form.initial["head_count"] = unit.head_count
    if request.method == "POST" and not sheet.asks_more and sheet.is_valid():
        done = _send_new(request, actor, unit, sheet)
        if done:
            return done
    return _page(request, sheet, {
        "unit": unit, "points": points, "taken": bool(taken),
        "chosen": request.POST.get("place") or request.GET.get("place")
        or (str(points[0].id) if points else ""),
    })  # fmt: skip


def _page(
    request: HttpRequest, sheet: UnitSheet, more: dict[str, object]
) -> HttpResponse:
    refused = request.method == "POST" and not sheet.asks_more
    context = {"form": sheet.form, "lists": sheet.rows, **more}
    return render(
        request, "reporting/new_unit.html", context, status=422 if refused else 200
    )


def _send_new(
    request: HttpRequest, actor: Actor, unit: Unit, sheet: UnitSheet
) -> HttpResponse | None:
    draft = "draft" in request.POST
    try:
        place_id = UUID(request.POST.get("place", ""))
        it = services.submit_unit(
            actor=actor,
            unit_id=unit.id,
            place_id=place_id,
            said=sheet.said(),
            draft=draft,
        )
    except ValueError:
        sheet.form.add_error(None, "请选报到到哪个联系点。")
        return None
    except Invalid as error:
        complain(sheet.form, error)
        return None
    except Conflict as error:
        sheet.form.add_error(None, error.message)
        return None
    _say(request, it, draft)
    return redirect("reporting:detail", it.pk)


def _say(request: HttpRequest, it: ReportIn, draft: bool) -> None:
    if draft:
        toast(request, "草稿已存好", "还没有报。写完后点“报到”。", tone="soon")
    else:
        toast(request, f"已报到，报 {it.receipt_no}", "轮到社区接收。")


@require_http_methods(POST_METHODS)
def edit(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """A draft, or a returned report-in: mend it and send it."""
    actor = actor_for(request, "resubmit")
    it = report_in_for(actor, report_in_id)
    if it.state not in ("draft", "returned"):
        raise Conflict("这份报到现在不用改。请看一下最新的情况。")
    require(actor, f"reporting.{'submit' if it.state == 'draft' else 'resubmit'}", it)
    if it.subject_unit_id:
        return _edit_unit(request, actor, it)
    return _edit_member(request, actor, it)


def _edit_unit(request: HttpRequest, actor: Actor, it: ReportIn) -> HttpResponse:
    sheet = UnitSheet(request.POST if request.method == "POST" else None, it)
    if request.method == "POST" and not sheet.asks_more and sheet.is_valid():
        try:
            services.resubmit(actor=actor, report_in_id=it.pk, said=sheet.said())
        except Invalid as error:
            complain(sheet.form, error)
        else:
            _say(request, it, False)
            return redirect("reporting:detail", it.pk)
    point: Place = it.point
    return _page(request, sheet, {
        "unit": it.subject_unit, "points": [point], "chosen": str(point.id), "it": it,
    })  # fmt: skip


def _edit_member(request: HttpRequest, actor: Actor, it: ReportIn) -> HttpResponse:
    initial = {n: getattr(it, n) for n in MemberForm.base_fields}
    form = MemberForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_bound and form.is_valid():
        services.resubmit(actor=actor, report_in_id=it.pk, said=form.said())
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
