"""The list and the month, for communities and units; all filters live in the
address."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from baodao.activities import carriers, planning, queries, queries_plan, rules
from baodao.activities.models import Activity
from baodao.activities.sections import sections
from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.people.views.asking import actor_for, year_in, year_of
from baodao.places.models import Place

PAGE = 50


@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """Activities by what has to be done with them."""
    actor = actor_for(request, "activities.view")
    if actor.role == "member":
        return redirect("activities:mine")
    now = clock_now()
    tab, filtered, found = chosen(request, actor, now)
    counts = queries.tab_counts(found, now)
    rows = queries.in_tab(found, tab, now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/list.html", {
        **_base(request, actor, "list"), "tab": tab, "n": counts[tab], "counts": counts,
        "tabs": [(k, title, counts[k]) for k, title in queries.tabs(tab).items()],
        "page": page, "cards": queries.cards(page.object_list, actor, now),
        "filtered": filtered,
    })  # fmt: skip


def _base(request: HttpRequest, actor: Actor, here: str) -> dict[str, Any]:
    """What list and month share: filters, and who may do what."""
    return {
        "q": request.GET.get("q", ""), "channels": rules.CHANNELS.items(),
        "joints": rules.JOINT_TYPES.items(), "occasions": rules.OCCASIONS.items(),
        "years": [(str(y), f"{y}年") for y in _years()],
        "aims": _aims(request, actor), "known_carriers": carriers.names().items(), "hosts": queries.HOSTS.items(),
        "may_plan": can(actor, "activities.plan"),
        "may_set_up": can(actor, "venues.add"), "is_unit": actor.unit_id is not None,
        "sections": sections(actor, here),
    }  # fmt: skip


def _years() -> list[int]:
    year = today().year
    return [year + 1, year, year - 1]


def _aims(request: HttpRequest, actor: Actor) -> list[tuple[str, str]]:
    """The central work of the year that is asked for."""
    owner = planning.owner_of(actor)
    rows = queries_plan.priorities(owner.path, year_of(request)) if owner else []
    return [(str(p.pk), p.title) for p in rows]


def narrow(request: HttpRequest, actor: Actor) -> tuple[bool, QuerySet[Activity]]:
    """Whether anything is filtered, and the rows."""
    names = ("q", "channel", "joint", "occasion", "carrier", "host", "year", "aim")
    words = {k: request.GET.get(k, "") for k in names}
    words["year"] = str(year_in(request) or "")
    code = request.GET.get("place", "")
    under = Place.objects.filter(code=code, valid_to=None).first() if code else None
    own = actor.unit_id if request.GET.get("own") else None
    found = queries.narrowed(queries.listed(actor), under=under, own=own, **words)
    return any(words.values()) or bool(under or own), found


def chosen(
    request: HttpRequest, actor: Actor, now: datetime
) -> tuple[str, bool, QuerySet[Activity]]:
    """What the address asks for: the tab, whether it is filtered, the rows of all."""
    tab = request.GET.get("tab", "")
    filtered, found = narrow(request, actor)
    known = tab in queries.TABS or tab in queries.OPEN_TAB
    return tab if known else "coming", filtered, found


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """One month on one page, with days off and make-up days (A18)."""
    actor = actor_for(request, "activities.view")
    if actor.role == "member":
        return redirect("activities:mine")
    now = clock_now()
    first = queries.month_of(request.GET.get("month", ""), now)
    filtered, found = narrow(request, actor)
    shown = queries.cards(queries.in_month(found, first), actor, now)
    path = actor.path or (shown[0].it.path if shown else "")
    return render(request, "activities/month.html", {
        **_base(request, actor, "month"), "first": first, "filtered": filtered,
        "weeks": queries.weeks(shown, first, path, now), "n": len(shown),
        "cards": shown, "before": _key(first - timedelta(days=1)),
        "after": _key(rules.next_month(first)),
    })  # fmt: skip


def _key(day: date) -> str:
    return rules.month_key(day)
