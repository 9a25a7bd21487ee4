"""Drafting an agreement, its paper and its scans; a duty that it made."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.exchange.agreements import deeds, forms, queries, rules, services
from baodao.exchange.agreements.pages import AGREEMENT
from baodao.exchange.models import Agreement, AgreementItem, Deed
from baodao.exchange.sections import sections
from baodao.exchange.subjects import one
from baodao.people.models import Unit
from baodao.people.queries import units_at
from baodao.people.views.asking import actor_for
from baodao.places.forms import refuse
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.reporting.standing import tied_points
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]


def communities_of(unit_id: UUID) -> list[Place]:
    """The communities at whose points a unit is."""
    found: dict[UUID, Place] = {}
    for point in tied_points(unit_id):
        place = point
        while place.level > COMMUNITY and place.parent:
            place = place.parent
        found[place.id] = place
    return list(found.values())


@require_http_methods(POST_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Draft one; `renews` begins with what another says."""
    actor = actor_for(request, "agreements.draft")
    renews = _renewed(request, actor)
    place = renews.place if renews else _place(request, actor)
    sheet = _sheet(request, actor, place, renews, renews=True)
    if request.method == "POST" and not sheet.more and sheet.is_valid():
        try:
            it = services.draft(
                actor=actor, place_id=place.id, unit_ids=sheet.form.unit_ids(),
                text=sheet.text(), renews=renews.id if renews else None,
                client_id=request.POST.get("client_id", ""),
            )  # fmt: skip
            toast(request, f"{it}已起草", "轮到单位书记签署。")
            return redirect("exchange:agreement", it.pk)
        except Invalid as error:
            refuse(sheet.form, error)
    places = communities_of(actor.unit_id) if actor.unit_id else []
    return _page(request, sheet, place=place, places=places, renews=renews)


def _renewed(request: HttpRequest, actor: Actor) -> Agreement | None:
    pk = uuid_of(request.GET.get("renews"))
    return one(AGREEMENT, actor, pk) if pk else None


def _place(request: HttpRequest, actor: Actor) -> Place:
    """The community: the worker's own, or the one of the unit's that was chosen."""
    if actor.unit_id:
        places = communities_of(actor.unit_id)
        if not places:
            raise Conflict("本单位还没有联系点。请县委组织部先确定联系点。")
        asked = uuid_of(request.GET.get("place"))
        return next((p for p in places if p.id == asked), places[0])
    found = Place.objects.filter(path=actor.path, valid_to=None).first()
    if found is None:
        raise NotFound
    return found


def _sheet(
    request: HttpRequest, actor: Actor, place: Place, kept: Agreement | None,
    *, renews: bool = False,
) -> forms.Sheet:  # fmt: skip
    if actor.unit_id and not (kept and len(kept.unit_ids) > 1):
        fixed: UUID | None = actor.unit_id
        units = forms.unit_names(Unit.objects.filter(id=actor.unit_id))
    else:
        fixed, units = None, forms.unit_names(units_at(place.path))
    data = request.POST if request.method == "POST" else None
    return forms.Sheet(data, place, units, fixed, kept, renews)


def _page(request: HttpRequest, sheet: forms.Sheet, **more: Any) -> HttpResponse:
    refused = request.method == "POST" and not sheet.more
    context = {"form": sheet.form, "rows": sheet.rows, "full": sheet.full, **more}
    return render(
        request, "exchange/agreement_form.html", context, status=422 if refused else 200
    )


@require_http_methods(POST_METHODS)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is not signed by both: another edition, signed anew."""
    actor = actor_for(request, "agreements.revise")
    it = one(AGREEMENT, actor, pk)
    require(actor, "agreements.revise", it)
    rules.FLOW.step(it.state, "revise")
    sheet = _sheet(request, actor, it.place, it)
    if request.method == "POST" and not sheet.more and sheet.is_valid():
        try:
            services.revise(
                actor=actor, agreement_id=it.id, unit_ids=sheet.form.unit_ids(),
                text=sheet.text(),
            )  # fmt: skip
            toast(request, "协议改好了", "新的一版要重新签。")
            return redirect("exchange:agreement", it.pk)
        except Invalid as error:
            refuse(sheet.form, error)
    return _page(request, sheet, place=it.place, it=it)


@require_safe
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The agreement as a form of A4 (domain 10), for pens and seals."""
    actor = actor_for(request, "agreements.view")
    it = one(AGREEMENT, actor, pk)
    hands = {s.unit_id: s for s in it.signatures.filter(edition=it.edition)}
    units = {u.id: u for u in Unit.objects.filter(id__in=it.unit_ids)}
    parties = [(units[u], hands.get(u)) for u in it.unit_ids]
    return render(request, "exchange/print_agreement.html", {
        "it": it, "parties": parties, "community": hands.get(None),
        "items": it.items.filter(edition=it.edition).select_related("estate", "unit"),
        "term": queries.term(it), "back_url": reverse("exchange:agreement", args=[it.pk]),
    })  # fmt: skip


@require_POST
def scan(request: HttpRequest, pk: UUID, scan_id: UUID) -> HttpResponse:
    """The scan as a file; that it was opened is on record."""
    actor = actor_for(request, "agreements.read_scan")
    found = services.open_scan(actor=actor, agreement_id=pk, scan_id=scan_id)
    answer = HttpResponse(found.body, content_type=found.kind)
    header = content_disposition_header(True, found.name) or ""
    answer["Content-Disposition"] = header
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(POST_METHODS)
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What an agreement made a duty: 记完成, or where it stands."""
    actor = actor_for(request, "duties.view")
    found = Duty.objects.filter(id=pk, kind=services.DUTY).first()
    if found is None or not can(actor, "duties.view", found):
        raise NotFound
    live = Deed.objects.filter(duty_id=found.id).exclude(state="refused").first()
    if live and can(actor, "deeds.view", live):
        return redirect("exchange:deed", live.pk)
    item = AgreementItem.objects.select_related(
        "agreement__place", "estate", "unit"
    ).get(id=found.source_id)
    may = found.state in OPEN and can(actor, "deeds.report", _row(found))
    form = forms.DeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may:
            raise Forbidden("这一项现在不能记完成。请看一下最新的情况。")
        if form.is_valid() and (done := _report(request, actor, found, form)):
            return done
    return render(request, "exchange/duty.html", {
        "duty": found, "item": item, "form": form, "may": may,
        "refused": Deed.objects.filter(duty_id=found.id, state="refused").count(),
    }, status=422 if form.errors else 200)  # fmt: skip


def _row(found: Duty) -> dict[str, Any]:
    return {"id": None, "path": found.path, "unit_id": found.unit_id}


def _report(
    request: HttpRequest, actor: Actor, found: Duty, form: forms.DeedForm
) -> HttpResponse | None:
    words = form.cleaned_data
    try:
        deed = deeds.report(
            actor=actor, duty_id=found.id, done_on=words["done_on"], said=words["said"],
            people=words["people"] or 0,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
    except Invalid as error:
        refuse(form, error)
        return None
    toast(request, "记好了", "轮到社区确认。")
    return redirect("exchange:deed", deed.pk)


@require_safe
def balance(request: HttpRequest) -> HttpResponse:
    """Whether the five kinds and the four mechanisms are all alive (L19, L27)."""
    actor = actor_for(request, "agreements.view")
    year = today().year
    kinds, mechanisms = queries.joined(actor, year)
    return render(request, "exchange/balance.html", {
        "year": year, "tables": [("五联", "type", kinds), ("四共", "mech", mechanisms)],
        "gaps": [t.title for t in (*kinds, *mechanisms) if not t.owed and not t.projects],
        "sections": sections(actor, "agreement"),
    })  # fmt: skip
