"""统计 of activities: 场次 人次 人数 with the definition and the list behind each.
Places stand in the order of codes; nobody is ranked."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from baodao.activities import carriers, rules
from baodao.activities.models import Activity
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.orders.views.staff_page import staff_page
from baodao.people.models import Unit
from baodao.places.areas import THEN
from baodao.records.models import CHANNELS
from baodao.stats import activities as figures_of
from baodao.stats.activities import DEFINITIONS, GROUPS, Figures
from baodao.stats.definitions import Definition
from baodao.stats.orders import Line
from baodao.stats.periods import CHOICES, Period
from baodao.stats.scope import Scope, crumbs
from baodao.stats.views import PAGE, asked, people_of

MEASURES = {"": "总表", "sessions": "场次", "person_times": "人次", "people": "人数"}


@staff_page
@never_cache
@require_safe
def activity_figures(request: HttpRequest) -> HttpResponse:
    """The sentence of the source, both channels apart, the places below, the kinds."""
    actor, scope, period, channel = asked_for(request)
    found = figures_of.figures(scope, period, channel=channel, by_place=True)
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else ""
    context = {
        "scope": scope, "period": period, "found": found, "channel": channel,
        "words": period.words(today(found.now)), "crumbs": crumbs(actor, scope),
        "sentences": _sentences(found, channel), "hours": found.minutes // 60,
        "measure": measure, "measures": MEASURES.items(),
        "columns": {c: t for c, t in CHANNELS.items() if not channel or c == channel},
        "head": [d.title for d in DEFINITIONS.values()],
        "rows": [_row(found, line, measure, channel) for line in found.lines],
        "total": _row(found, _whole(found), measure, channel),
        "differs": _differs(found, measure, channel),
        "groups": [
            (g, [(t, n, behind("sessions", scope, period, channel, (g.key, c)))
                 for c, t, n in g.rows])
            for g in found.groups
        ],
        "drawer": _drawer(found, request.GET.get("show", ""), channel),
        "periods": list(CHOICES.items()),
        "period_title": CHOICES.get(period.name, ""), "channels": list(CHANNELS.items()),
        "kept": [(k, v) for k, v in request.GET.items()
                 if k not in ("from", "to", "period", "show")],
    }  # fmt: skip
    return render(request, "stats/activities.html", context)


def asked_for(request: HttpRequest) -> tuple[Actor, Scope, Period, str]:
    actor, scope, period, channel = asked(request)
    return actor, scope, period, channel if channel in CHANNELS else ""


def behind(
    name: str, scope: Scope, period: Period, channel: str = "",
    group: tuple[str, str] = ("", ""),
) -> str:  # fmt: skip
    """The address of the list that a figure opens."""
    query = {
        "figure": name, "place": scope.code, "channel": channel,
        "self": "1" if scope.only_here else "",
        "regions": THEN if scope.regions == THEN else "",
        **({group[0]: group[1]} if group[0] else {}), **period.query,
    }  # fmt: skip
    given = {k: v for k, v in query.items() if v}
    return f"{reverse('stats:activities_list')}?{urlencode(given)}"


def _sentences(found: Figures, channel: str) -> list[tuple[str, list[Any]]]:
    """For each channel: its title and (figure, number, address)."""
    return [
        (title, [
            (DEFINITIONS[n], found.total.n(n, c),
             behind(n, found.scope, found.period, c), n)
            for n in DEFINITIONS
        ])
        for c, title in CHANNELS.items()
        if not channel or c == channel
    ]  # fmt: skip


def _whole(found: Figures) -> Line:
    scope = found.scope
    return Line(scope.path, scope.title, scope.place, False, found.total)


def _row(found: Figures, line: Line, measure: str, channel: str) -> dict[str, Any]:
    scope = Scope(line.path, line.place, line.only_here, found.scope.regions)
    shown = [channel] if channel else list(CHANNELS)
    wanted = (
        [(measure, c) for c in shown]
        if measure
        else [(n, channel) for n in DEFINITIONS]
    )
    if measure and not channel:
        wanted.append((measure, ""))
    known = line.place or not line.path
    cells = [
        (line.counts.n(n, c), behind(n, scope, found.period, c) if known else "")
        for n, c in wanted
    ]
    down = line.place.code if line.place and not line.only_here else ""
    return {"line": line, "down": down, "cells": cells, "rates": []}


def _differs(found: Figures, measure: str, channel: str) -> int:
    """By how much the rows exceed the whole: a person in two places is in both."""
    if measure not in ("", "people") or not found.lines:
        return 0
    rows = sum(line.counts.n("people", channel) for line in found.lines)
    return rows - found.total.n("people", channel)


def _drawer(found: Figures, show: str, channel: str) -> dict[str, Any] | None:
    """这个数是什么."""
    if show not in DEFINITIONS:
        return None
    scope, period, n = found.scope, found.period, found.total.n
    return {
        "name": show, "known": DEFINITIONS[show], "n": n(show, channel),
        "url": behind(show, scope, period, channel),
        "beside": [(x, d.title, n(x, channel)) for x, d in DEFINITIONS.items()],
        "by_channel": [] if channel else [
            (title, n(show, c), behind(show, scope, period, c))
            for c, title in CHANNELS.items()
        ],
    }  # fmt: skip


# --- the list behind a figure -----------------------------------------------------------


@staff_page
@never_cache
@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """The very rows that a figure counts, a page at a time."""
    actor, scope, period, channel = asked_for(request)
    name, known = figure_asked(request)
    rows = rows_behind(request, name, scope, period, channel)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    back = {
        "place": scope.code, "channel": channel, "show": name, **period.query,
        "regions": THEN if scope.regions == THEN else "",
    }  # fmt: skip
    given = urlencode({k: v for k, v in back.items() if v})
    return render(request, "stats/activities_list.html", {
        "scope": scope, "period": period, "words": period.words(today(clock_now())),
        "channel": CHANNELS.get(channel, ""), "known": known, "page": page,
        "rows": shown(actor, known, page), "group": _group_words(request),
        "back": f"{reverse('stats:activities')}?{given}",
    })  # fmt: skip


def figure_asked(request: HttpRequest) -> tuple[str, Definition]:
    """Which figure the address opens. Raises NotFound."""
    name = request.GET.get("figure", "")
    if name not in DEFINITIONS:
        raise NotFound
    return name, DEFINITIONS[name]


def group_asked(request: HttpRequest) -> tuple[str, str]:
    """Which part of the sessions, such as ("joint", "party")."""
    found = [(k, request.GET[k]) for k in GROUPS if request.GET.get(k)]
    return found[0] if found else ("", "")


def _group_words(request: HttpRequest) -> str:
    key, code = group_asked(request)
    titles = {
        "joint": rules.JOINT_TYPES, "occasion": rules.OCCASIONS,
        "carrier": carriers.names() if key == "carrier" else {},
    }  # fmt: skip
    return titles.get(key, {}).get(code, "")


def rows_behind(
    request: HttpRequest, name: str, scope: Scope, period: Period, channel: str
) -> Any:
    """What a figure counts, to be read a page at a time."""
    if name == "sessions":
        found = figures_of.sessions_in(scope, period, channel, group_asked(request))
        return found.select_related("place", "unit")
    if name == "person_times":
        return figures_of.records_in(scope, period, channel)
    return figures_of.people_in(scope, period, channel)


def shown(actor: Actor, known: Definition, page: Page[Any]) -> list[Any]:
    """The rows of a page with what they name."""
    rows = list(page.object_list)
    if known.of == "activities":
        return rows
    if known.of == "members":
        people = people_of(actor, [r["member_id"] for r in rows])
        return [(people.get(r["member_id"]), r["n"]) for r in rows]
    people = people_of(actor, [r.member_id for r in rows])
    held = Activity.objects.select_related("place").in_bulk([r.source_id for r in rows])
    units = Unit.objects.in_bulk([r.unit_id for r in rows if r.unit_id])
    return [
        (r, people.get(r.member_id), units.get(r.unit_id), held.get(r.source_id))
        for r in rows
    ]
