"""The monthly party day: which unit has had it, which has not (A18)."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baodao.activities import party_days, queries, rules
from baodao.activities.models import Activity, Holding
from baodao.activities.sections import sections
from baodao.acts.access import can, require
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.duties.models import Duty
from baodao.people.models import Unit
from baodao.people.views.asking import actor_for
from baodao.places.models import Place

PAGE = 50
TABS = {"gap": ("还没有办的", ("due", "missed", "lapsed")),
        "done": ("办了的", ("confirmed",)), "excused": ("免办的", ("excused", "cancelled"))}  # fmt: skip


def asked(request: HttpRequest) -> tuple[Any, Any, str, Any]:
    """Who asks, which month, which tab, and all rows of the month."""
    actor = actor_for(request, "duties.view")
    require_activities = actor_for(request, "activities.view")
    first = queries.month_of(request.GET.get("month", ""), clock_now())
    tab = request.GET.get("tab", "")
    found = party_days.of_month(require_activities, first)
    return actor, first, tab if tab in TABS else "gap", found


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """One month, in the order of places."""
    actor, first, tab, found = asked(request)
    page = Paginator(found.filter(state__in=TABS[tab][1]), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "activities/party_days.html", {
        "first": first, "tab": tab, "page": page, "rows": shown(page.object_list),
        "tabs": [(k, t, found.filter(state__in=s).count()) for k, (t, s) in TABS.items()],
        "before": rules.month_key(queries.month_before(first)),
        "after": rules.month_key(rules.next_month(first)),
        "may_plan": can(actor, "activities.plan"),
        "sections": sections(actor, "party_days"),
    })  # fmt: skip


def shown(duties: Any) -> list[tuple[Duty, Unit | None, str, Activity | None, str]]:
    """Duties with their unit, community, the activity and the state in words."""
    rows = list(duties)
    units = Unit.objects.in_bulk([d.unit_id for d in rows if d.unit_id])
    places = dict(
        Place.objects.filter(pk__in=[d.place_id for d in rows]).values_list(
            "pk", "name"
        )
    )
    held = Activity.objects.in_bulk([d.done_id for d in rows if d.done_id])
    return [
        (d, units.get(d.unit_id) if d.unit_id else None, places.get(d.place_id, ""),
         held.get(d.done_id) if d.done_id else None, party_days.GAPS.get(d.state, d.state))
        for d in rows
    ]  # fmt: skip


@require_safe
def owed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a duty to where one does it."""
    actor = actor_for(request, "duties.view")
    duty = Duty.objects.filter(pk=pk, kind__in=("party_day", "post_review")).first()
    if duty is None:
        raise NotFound
    require(actor, "duties.view", duty)
    if duty.kind == "post_review":
        held = Holding.objects.filter(pk=duty.source_id).first()
        if held is None:
            raise NotFound
        return redirect("activities:post", held.post_id)
    laid_out = queries.party_day_of(duty.unit_id, duty.opens_on)
    if laid_out and can(actor, "activities.revise", laid_out):
        return redirect("activities:detail", laid_out.pk)
    return redirect(reverse("activities:new") + "?occasion=party_day")
