"""Registering somebody at the desk, on the phone or from paper."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.reporting import queries, services
from baodao.reporting.forms import OnBehalfForm, complain
from baodao.reporting.views.guard import actor_for
from baodao.ui.toast import toast
from baodao.ui.words import deadline


@require_http_methods(["GET", "HEAD", "POST"])
def on_behalf(request: HttpRequest) -> HttpResponse:
    """At the desk, on the phone or from paper: find the member, say where, done."""
    actor = actor_for(request, "submit")
    if actor.role == "member":
        return redirect("reporting:new")
    q = request.GET.get("q", "")
    member = _member(actor, request.GET.get("member", ""))
    if member is None:
        found = queries.members_named(actor, q)
        return render(request, "reporting/on_behalf.html", {"q": q, "found": found})
    form = OnBehalfForm(request.POST or None, initial=_card_of(member))
    places = _places(actor, member)
    if request.method == "POST" and form.is_valid():
        done = _register(request, actor, member, form)
        if done:
            return done
    status = 422 if form.is_bound else 200
    return render(request, "reporting/on_behalf_form.html", {
        "member": member, "form": form, "places": places,
        "chosen": request.POST.get("where", places[0][0] if places else ""),
        "held": queries.cards(queries.of_member(member.id), actor),
    }, status=status)  # fmt: skip


def _member(actor: Actor, pk: str) -> Member | None:
    try:
        found = (
            Member.objects.select_related("person", "unit").filter(id=UUID(pk)).first()
        )
    except ValueError:
        return None
    if found and actor.role.startswith("unit_") and found.unit_id != actor.unit_id:
        raise NotFound
    return found


def _card_of(member: Member) -> dict[str, Any]:
    return {
        n: getattr(member, n) for n in ("skills", "service_classes", "availability")
    }


def _places(actor: Actor, member: Member) -> list[tuple[str, str]]:
    """(channel:place, words) that may be chosen: the actor's own community and the
    contact points of the member's unit that lie in the actor's place."""
    points = services.tied_points(member.unit_id) if member.unit_id else []
    if actor.path is None:
        near = queries.communities("", member.residence_path or member.unit_path or "")
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


def _register(
    request: HttpRequest, actor: Actor, member: Member, form: OnBehalfForm
) -> HttpResponse | None:
    channel, _, place = request.POST.get("where", "").partition(":")
    try:
        it = services.submit_member(
            actor=actor, member_id=member.id, channel=channel, place_id=UUID(place),
            said=form.said(), method=form.cleaned_data["method"],
            reported_on=form.cleaned_data["reported_on"],
        )  # fmt: skip
    except ValueError:
        form.add_error(None, "请选报到到哪里。")
        return None
    except Invalid as error:
        complain(form, error)
        return None
    except Conflict as error:
        form.add_error(None, error.message)
        return None
    due = f"{deadline(it.due_at, clock_now())}接收或退回。" if it.due_at else ""
    toast(request, f"已登记，报 {it.receipt_no}", due)
    return redirect("reporting:detail", it.pk)
