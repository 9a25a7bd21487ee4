"""Registering a member or a unit at the desk, on the phone or from paper."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.models import Member, Unit
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.reporting import queries, services
from baodao.reporting.forms import (
    OnBehalfForm,
    UnitOnBehalfForm,
    UnitSheet,
    attempt,
    card_of,
)
from baodao.reporting.models import ReportIn
from baodao.reporting.standing import tied_points
from baodao.reporting.views.unit import sheet_page, starting_sheet
from baodao.ui.toast import toast
from baodao.ui.words import deadline

PAGE, FEW = 25, 10


@require_http_methods(["GET", "HEAD", "POST"])
def on_behalf(request: HttpRequest) -> HttpResponse:
    """Find the member or the unit, say where, done."""
    actor = actor_for(request, "reporting.submit")
    if actor.role == "member":
        return redirect("reporting:new")
    member = _member(actor, request.GET.get("member", ""))
    if member:
        return _for_member(request, actor, member)
    unit = _unit(actor, request.GET.get("unit", ""))
    if unit:
        return _for_unit(request, actor, unit)
    q = request.GET.get("q", "")
    return render(request, "reporting/on_behalf.html", {
        "q": q, **_found(request, actor, q), "with_units": actor.path is not None,
    })  # fmt: skip


def _found(request: HttpRequest, actor: Actor, q: str) -> dict[str, object]:
    """The first of both lists with their numbers; one of them alone is paged."""
    lists = {
        "members": queries.members_named(actor, q),
        "units": queries.units_named(actor, q),
    }
    full = [name for name, found in lists.items() if found.exists()]
    asked = request.GET.get("of", "")
    of = asked if asked in full else full[0] if len(full) == 1 else ""
    pages = {
        name: Paginator(lists[name], PAGE if of else FEW).get_page(
            request.GET.get("page") if of else 1
        )
        for name in full
        if of in ("", name)
    }
    return {"of": of, **pages}


def _registered(request: HttpRequest, it: ReportIn) -> HttpResponse:
    due = f"{deadline(it.due_at, clock_now())}接收或退回。" if it.due_at else ""
    toast(request, f"已登记，报 {it.receipt_no}", due)
    return redirect("reporting:detail", it.pk)


# --- a member ---------------------------------------------------------------------


def _member(actor: Actor, text: str) -> Member | None:
    pk = uuid_of(text)
    found = Member.objects.select_related("person", "unit")
    member = found.filter(id=pk).first() if pk else None
    if member and actor.role.startswith("unit_") and member.unit_id != actor.unit_id:
        raise NotFound
    return member


def _for_member(request: HttpRequest, actor: Actor, member: Member) -> HttpResponse:
    form = OnBehalfForm(request.POST or None, initial=card_of(member))
    places = _places(actor, member)
    if request.method == "POST" and form.is_valid():
        it = _register_member(request, actor, member, form)
        if it:
            return _registered(request, it)
    status = 422 if form.is_bound else 200
    return render(request, "reporting/on_behalf_form.html", {
        "member": member, "form": form, "places": places,
        "chosen": request.POST.get("where", places[0][0] if places else ""),
        "held": queries.cards(queries.of_member(member.id), actor),
    }, status=status)  # fmt: skip


def _places(actor: Actor, member: Member) -> list[tuple[str, str]]:
    """(channel:place, words) that may be chosen: the actor's own community and the
    contact points of the member's unit that lie in the actor's place."""
    points = tied_points(member.unit_id) if member.unit_id else []
    if actor.path is None:
        around = member.residence_path or member.unit_path or ""
        near = list(queries.communities("", around))
    else:
        here = Place.objects.filter(
            path__startswith=actor.path, level=COMMUNITY, valid_to=None
        )
        near = list(
            here.exclude(kind="virtual").select_related("parent").order_by("path")[:30]
        )
        points = [p for p in points if p.path.startswith(actor.path)]
    return [
        *((f"unit:{p.id}", f"单位联系点：{queries.place_name(p)}") for p in points),
        *((f"residence:{p.id}", f"居住地：{queries.place_name(p)}") for p in near),
    ]


def _register_member(
    request: HttpRequest, actor: Actor, member: Member, form: OnBehalfForm
) -> ReportIn | None:
    channel, _, place = request.POST.get("where", "").partition(":")
    place_id = uuid_of(place)
    if place_id is None:
        form.add_error(None, "请选报到到哪里。")
        return None
    with attempt(form):
        return services.submit_member(
            actor=actor, member_id=member.id, channel=channel, place_id=place_id,
            said=form.said(), **form.how(),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
    return None


# --- a unit -----------------------------------------------------------------------


def _unit(actor: Actor, text: str) -> Unit | None:
    pk = uuid_of(text)
    return queries.units_within(actor).filter(id=pk).first() if pk else None


def _for_unit(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    """A unit's paper slip, or what it said on the phone (L04)."""
    held = queries.of_unit(unit.id)
    points = queries.open_points(unit.id, held, within=actor.path or "")
    sheet = starting_sheet(request, unit, UnitOnBehalfForm)
    if request.method == "POST" and not sheet.asks_more and sheet.is_valid():
        it = _register_unit(request, actor, unit, sheet)
        if it:
            return _registered(request, it)
    return sheet_page(
        request, sheet, unit, points, "reporting/on_behalf_unit.html",
        held=queries.cards(held, actor),
    )  # fmt: skip


def _register_unit(
    request: HttpRequest, actor: Actor, unit: Unit, sheet: UnitSheet
) -> ReportIn | None:
    place_id = uuid_of(request.POST.get("place"))
    if place_id is None:
        sheet.form.add_error(None, "请选报到到哪个联系点。")
        return None
    with attempt(sheet.form):
        return services.submit_unit(
            actor=actor, unit_id=unit.id, place_id=place_id, said=sheet.said(),
            **sheet.form.how(),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
    return None
