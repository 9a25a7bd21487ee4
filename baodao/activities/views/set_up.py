"""Venues 场地 (A14), carriers 载体 (L35) and central work (L27): adding and changing."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baodao.activities import planning, queries, rules, services_set_up
from baodao.activities.forms import CarrierForm, PriorityForm, VenueForm
from baodao.activities.models import Activity, Carrier, Priority, Venue
from baodao.activities.sections import sections
from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.acts.writing import Done
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.people.views.asking import actor_for, year_of
from baodao.places.forms import status_of, submitted
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.ui.forms import Form
from baodao.ui.toast import toast

M = TypeVar("M", Venue, Carrier, Priority)
PAGE = 50
POST_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    """Practice centres and rooms with their hours and what is booked next."""
    actor = actor_for(request, "venues.view")
    page = Paginator(venue_rows(request), PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/venues.html", {
        "sections": sections(actor, "venues"),
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


def entered(
    request: HttpRequest, form: Form, do: Callable[[dict[str, Any]], Done], *,
    title: str, back: str, said: tuple[str, str] = ("改好了", ""), to: str = "",
) -> HttpResponse:  # fmt: skip
    """A form that stands alone on its page; when it is done, `said`, and the list it
    belongs to, or `to`. {name} in `said` is the name that was typed."""
    done = submitted(request, form, do)
    if done:
        name = form.cleaned_data.get("name", "")
        toast(request, said[0].format(name=name), said[1])
        return redirect(to or back)
    return render(
        request, "activities/set_up_form.html",
        {"form": form, "title": title, "back": back}, status=status_of(form),
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def venue_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "venues.add")
    place = Place.objects.filter(path=actor.path or "-", valid_to=None).first()
    if place is None:
        raise NotFound
    usual = {"weekdays": range(5), "opens": "09:00", "closes": "18:00"}
    return entered(
        request, VenueForm(request.POST or None, initial=usual),
        lambda d: services_set_up.add_venue(actor=actor, place=place, **d),
        title=f"加{place.name}的场地", back="activities:venues",
        said=("{name}加好了", "计划活动时可以选。"),
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def venue_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "venues.edit")
    venue, form = _kept(request, actor, "venues", Venue, VenueForm, pk)
    return entered(
        request, form,
        lambda d: services_set_up.edit_venue(actor=actor, pk=pk, **d),
        title=f"改{venue}", back="activities:venues",
        said=("改好了", "已经定下的活动不变。"),
    )  # fmt: skip


def _kept(
    request: HttpRequest, actor: Actor, prefix: str, model: type[M],
    form: type[Form], pk: UUID,
) -> tuple[M, Form]:  # fmt: skip
    """What is to be changed, and its form with what it says now."""
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, f"{prefix}.edit", row)
    initial = {n: getattr(row, n) for n in form.base_fields}
    return row, form(request.POST or None, initial=initial)


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
        "may_add": can(actor, "carriers.add"), "sections": sections(actor, "carriers"),
    })  # fmt: skip


@require_http_methods(POST_METHODS)
def carrier_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "carriers.add")
    form = CarrierForm(request.POST or None)
    del form.fields["retired"]
    return entered(
        request, form, lambda d: services_set_up.add_carrier(actor=actor, **d),
        title="加一个本地载体", back="activities:carriers",
        said=("“{name}”加好了", "下级计划活动时可以选。"),
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def carrier_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "carriers.edit")
    row, form = _kept(request, actor, "carriers", Carrier, CarrierForm, pk)
    return entered(
        request, form,
        lambda d: services_set_up.edit_carrier(actor=actor, pk=pk, **d),
        title=f"改“{row}”", back="activities:carriers",
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def priority_new(request: HttpRequest) -> HttpResponse:
    actor, year = actor_for(request, "priorities.add"), year_of(request)
    form = PriorityForm(request.POST or None)
    del form.fields["retired"]
    return entered(
        request, form,
        lambda d: planning.add_priority(actor=actor, year=year, **d),
        title=f"加一条{year}年的中心工作", back="activities:priorities",
        said=("加好了", "计划活动和定年度计划时可以选。"),
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def priority_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "priorities.edit")
    row, form = _kept(request, actor, "priorities", Priority, PriorityForm, pk)
    return entered(
        request, form, lambda d: planning.edit_priority(actor=actor, pk=pk, **d),
        title=f"改“{row}”", back="activities:priorities",
    )  # fmt: skip
