"""Venues 场地 (A14) and carriers 载体 (L35): lists, adding, changing."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baodao.activities import queries, rules, services_set_up
from baodao.activities.forms import CarrierForm, VenueForm
from baodao.activities.models import Activity, Carrier, Venue
from baodao.activities.views.guard import actor_for
from baodao.acts.access import can, require, visible
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.places.forms import status_of, submitted
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.ui.toast import toast

PAGE = 50
POST_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    """Practice centres and rooms with their hours and what is booked next."""
    actor = actor_for(request, "venues.view")
    page = Paginator(venue_rows(request), PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/venues.html", {
        "page": page, "rows": [(v, hours(v), _next(v)) for v in page.object_list],
        "q": request.GET.get("q", ""), "kinds": rules.VENUE_KINDS.items(),
        "may_add": can(actor, "venues.add") and bool(actor.path),
        "editable": {v.pk for v in page.object_list if can(actor, "venues.edit", v)},
    })  # fmt: skip


def venue_rows(request: HttpRequest) -> Any:
    """Venues the actor may see: of the place and below, and those of the places
    above, which may be used too."""
    actor = actor_for(request, "venues.view")
    found = visible(Venue.objects.all(), actor, "venues.view")
    if actor.path:
        found = found | Venue.objects.filter(path__in=ancestors(actor.path))
    if q := request.GET.get("q", "").strip():
        found = found.filter(name__icontains=q)
    if (kind := request.GET.get("kind", "")) in rules.VENUE_KINDS:
        found = found.filter(kind=kind)
    return found.select_related("place").order_by("retired", "path", "name")


def hours(venue: Venue) -> str:
    days = sorted(venue.weekdays)
    if days == list(range(7)):
        words = "每天"
    elif len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        words = f"{rules.WEEKDAYS[str(days[0])]}到{rules.WEEKDAYS[str(days[-1])]}"
    else:
        words = "、".join(rules.WEEKDAYS[str(d)] for d in days)
    return f"{words} {venue.opens:%H:%M}–{venue.closes:%H:%M}"


def _next(venue: Venue) -> Activity | None:
    found = Activity.objects.filter(
        venue=venue, state="published", end_at__gte=clock_now()
    )
    return found.order_by("start_at").first()


@require_http_methods(POST_METHODS)
def venue_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "venues.add")
    place = Place.objects.filter(path=actor.path or "-", valid_to=None).first()
    if place is None:
        raise NotFound
    form = VenueForm(
        request.POST or None,
        initial={"weekdays": range(5), "opens": "09:00", "closes": "18:00"},
    )
    done = submitted(
        request,
        form,
        lambda d: services_set_up.add_venue(actor=actor, place=place, **d),
    )
    if done:
        toast(request, f"{form.cleaned_data['name']}加好了", "计划活动时可以选。")
        return redirect("activities:venues")
    context = {
        "form": form,
        "title": f"加{place.name}的场地",
        "back": "activities:venues",
    }
    return render(
        request, "activities/set_up_form.html", context, status=status_of(form)
    )


@require_http_methods(POST_METHODS)
def venue_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "venues.edit")
    venue = Venue.objects.filter(pk=pk).first()
    if venue is None:
        raise NotFound
    require(actor, "venues.edit", venue)
    initial = {n: getattr(venue, n) for n in VenueForm.base_fields}
    form = VenueForm(request.POST or None, initial=initial)
    done = submitted(
        request, form, lambda d: services_set_up.edit_venue(actor=actor, pk=pk, **d)
    )
    if done:
        toast(request, "改好了", "已经定下的活动不变。")
        return redirect("activities:venues")
    context = {"form": form, "title": f"改{venue.name}", "back": "activities:venues"}
    return render(
        request, "activities/set_up_form.html", context, status=status_of(form)
    )


@require_safe
def carrier_list(request: HttpRequest) -> HttpResponse:
    """Those that are the same everywhere, and the local brands."""
    actor = actor_for(request, "carriers.view")
    rows = Carrier.objects.filter(path__in=ancestors(actor.path or ""))
    rows = rows | visible(Carrier.objects.all(), actor, "carriers.view")
    rows = rows.order_by("retired", "path", "created_at").distinct()
    places = dict(
        Place.objects.filter(path__in=[r.path for r in rows]).values_list(
            "path", "name"
        )
    )
    used = queries.used_carriers(actor)
    return render(request, "activities/carriers.html", {
        "standard": [(c, t, used.get(c, 0)) for c, t in rules.CARRIERS.items()],
        "rows": [(r, places.get(r.path, "全部地方"), used.get(r.code, 0),
                  can(actor, "carriers.edit", r)) for r in rows],
        "may_add": can(actor, "carriers.add"),
    })  # fmt: skip


@require_http_methods(POST_METHODS)
def carrier_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "carriers.add")
    form = CarrierForm(request.POST or None)
    del form.fields["retired"]
    done = submitted(
        request, form, lambda d: services_set_up.add_carrier(actor=actor, **d)
    )
    if done:
        toast(request, f"“{form.cleaned_data['name']}”加好了", "下级计划活动时可以选。")
        return redirect("activities:carriers")
    context = {"form": form, "title": "加一个本地载体", "back": "activities:carriers"}
    return render(
        request, "activities/set_up_form.html", context, status=status_of(form)
    )


@require_http_methods(POST_METHODS)
def carrier_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "carriers.edit")
    row = Carrier.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, "carriers.edit", row)
    initial = {n: getattr(row, n) for n in CarrierForm.base_fields}
    form = CarrierForm(request.POST or None, initial=initial)
    done = submitted(
        request, form, lambda d: services_set_up.edit_carrier(actor=actor, pk=pk, **d)
    )
    if done:
        toast(request, "改好了")
        return redirect("activities:carriers")
    context = {"form": form, "title": f"改“{row.name}”", "back": "activities:carriers"}
    return render(
        request, "activities/set_up_form.html", context, status=status_of(form)
    )
