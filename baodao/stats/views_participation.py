"""统计 of participation: the month's rate, its trend, the places below."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.orders.views.staff_page import staff_page
from baodao.places.rules import COMMUNITY
from baodao.scoring.rules_health import months_back
from baodao.scoring.rules_small import FEW
from baodao.stats.participation import Participation, participation
from baodao.stats.scope import crumbs
from baodao.stats.views import asked


def months() -> list[tuple[str, str]]:
    """The last twelve, this one first."""
    return [
        (f"{m:%Y-%m}", f"{m.year}年{m.month}月") for m in months_back(today())[::-1]
    ]


def found_for(request: HttpRequest) -> tuple[Actor, Participation]:
    """What the address asks for: without a month the last that is over. Small numbers
    are for the community itself, also where a place above looks down at it."""
    actor, scope, _, _ = asked(request)
    known = dict(months())
    chosen = request.GET.get("month", "")
    month = chosen if chosen in known else list(known)[1]
    first = date(int(month[:4]), int(month[5:]), 1)
    exact = (actor.path or "").count("/") >= COMMUNITY
    return actor, participation(scope, first, today(), exact=exact)


@staff_page
@never_cache
@require_safe
def participation_figures(request: HttpRequest) -> HttpResponse:
    actor, found = found_for(request)
    context = {
        "found": found, "scope": found.scope, "crumbs": crumbs(actor, found.scope),
        "months": months(), "month": f"{found.month:%Y-%m}",
        "hides": 0 if found.exact else FEW,
    }  # fmt: skip
    return render(request, "stats/participation.html", context)
