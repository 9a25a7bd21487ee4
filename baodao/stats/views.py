"""统计: the figures of orders, with the definition and the list behind each (design
j-figures). Places stand in the order of codes; nobody is ranked."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.orders.filters import SEALED
from baodao.orders.models import Answer, Order
from baodao.orders.views.staff_page import actor_of, staff_page
from baodao.people.models import Member, Unit
from baodao.places.areas import THEN, regions_of
from baodao.records.models import CHANNELS
from baodao.stats import orders as figures_of
from baodao.stats.definitions import DEFINITIONS, RATES, Definition
from baodao.stats.months import chart
from baodao.stats.orders import COLUMNS, NO_CHANNEL, Figures, Line
from baodao.stats.periods import CHOICES, Period, read
from baodao.stats.scope import Scope, crumbs, scope_of

PAGE = 50
# The columns of the whole table; the others show one figure by channel.
WHOLE = ("placed", "open", "finished", "solved")
LEFT_OUT = ("withdrawn", "withdrawn_staff", "merged", "rejected")
MEASURES = {
    "": "总表",
    "wishes": "微心愿",
    "problems": "急难愁盼",
    "services": "服务人次",
    "helpers": "服务人数",
}


def asked(request: HttpRequest) -> tuple[Actor, Scope, Period, str]:
    """Who asks, about where, when, and which channel."""
    actor = actor_of(request)
    if actor.is_anonymous:
        raise NotFound
    if not can(actor, "orders.figures"):
        raise Forbidden("统计由社区和上级使用。自己手头的单，在“点单”里看。")
    here = request.GET.get("self") == "1"
    scope = scope_of(
        actor, request.GET.get("place", ""), only_here=here,
        regions=regions_of(request.GET.get("regions")),
    )  # fmt: skip
    channel = request.GET.get("channel", "")
    period = read(request.GET, today())
    return actor, scope, period, channel if channel in COLUMNS else ""


@staff_page
@never_cache
@require_safe
def order_figures(request: HttpRequest) -> HttpResponse:
    """A sentence, the three rates, the months, the places below; beside them what the
    figure that was clicked counts."""
    actor, scope, period, channel = asked(request)
    found = figures_of.figures(scope, period, by_place=True)
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else ""
    day = today(found.now)
    context = {
        "scope": scope, "period": period, "channel": channel, "found": found,
        "words": period.words(day),
        "crumbs": crumbs(actor, scope),
        "sentence": _sentence(found, channel),
        "rates": _rates(found, channel),
        "chart": chart(scope, period, day, channel),
        "columns": {c: t for c, t in COLUMNS.items() if not channel or c == channel},
        "measure": measure,
        "measures": MEASURES.items(),
        "head": [DEFINITIONS[name].title for name in WHOLE],
        "table": _table(found, measure, channel),
        "drawer": _drawer(found, request.GET.get("show", ""), channel),
        "left_out": [
            (n, DEFINITIONS[n].title, found.total.n(n, channel)) for n in LEFT_OUT
        ],
        "periods": list(CHOICES.items()),
        "period_title": CHOICES.get(period.name, ""),
        "channels": list(CHANNELS.items()),
        "kept": [(k, v) for k, v in request.GET.items() if k not in ("from", "to", "period", "show")],
    }  # fmt: skip
    return render(request, "stats/orders.html", context)


def behind(name: str, scope: Scope, period: Period, channel: str = "") -> str:
    """The address of the list that a figure opens."""
    query = {
        "figure": name, "place": scope.code, "channel": channel,
        "self": "1" if scope.only_here else "", **_regions(scope), **period.query,
    }  # fmt: skip
    given = {k: v for k, v in query.items() if v}
    return f"{reverse('stats:orders_list')}?{urlencode(given)}"


def _regions(scope: Scope) -> dict[str, str]:
    return {"regions": THEN} if scope.regions == THEN else {}


def _sentence(found: Figures, channel: str) -> list[tuple[str, str, int, str]]:
    """(words before, figure, number, words after), to be read as one sentence."""
    n = found.total.n
    said = [
        ("居民提出心愿", "placed", "件"),
        ("，办结", "finished", "件"),
        ("，居民确认解决", "solved", "件"),
        ("：办成微心愿", "wishes", "个"),
        ("，解决急难愁盼问题", "problems", "个"),
        ("；", "helpers", "名党员上门服务"),
        ("", "services", "人次"),
    ]  # fmt: skip
    return [(before, name, n(name, channel), after) for before, name, after in said]


def _rates(found: Figures, channel: str) -> list[dict[str, Any]]:
    """Each rate with what it is made of; a channel has its own."""
    lines = []
    for name, known in RATES.items():
        rate = found.total.rate(name, found.shown_from, channel)
        lines.append({
            "name": name, "known": known, "rate": rate, "part": known.part,
            "part_title": DEFINITIONS[known.part].title,
            "whole": [
                (n, DEFINITIONS[n].title, found.total.n(n, channel)) for n in known.whole
            ],
        })  # fmt: skip
    return lines


def _table(found: Figures, measure: str, channel: str) -> dict[str, Any]:
    """Rows of (place, address below, cells); a cell is a number and its list."""
    rows = [_row(found, line, measure, channel) for line in found.lines]
    total = Line(
        found.scope.path, found.scope.title, found.scope.place, False, found.total
    )
    whole = _row(found, total, measure, channel)
    return {"rows": rows, "total": whole, "differs": _differs(found, measure, channel)}


def _row(found: Figures, line: Line, measure: str, channel: str) -> dict[str, Any]:
    scope = Scope(line.path, line.place, line.only_here, found.scope.regions)
    shown = [channel] if channel else list(COLUMNS)
    wanted = [(measure, c) for c in shown] if measure else [(n, channel) for n in WHOLE]
    if measure and not channel:
        wanted.append((measure, ""))
    cells = [
        (line.counts.n(name, c), behind(name, scope, found.period, c) if line.place or not line.path else "")
        for name, c in wanted
    ]  # fmt: skip
    rates = []
    if not measure:
        rates = [line.counts.rate(name, found.shown_from, channel) for name in RATES]
    return {"line": line, "down": _down(line), "cells": cells, "rates": rates}


def _down(line: Line) -> str:
    place = line.place
    return place.code if place and not line.only_here else ""


def _differs(found: Figures, measure: str, channel: str) -> int:
    """By how much the rows exceed the whole: a person in two places is in both."""
    if measure != "helpers":
        return 0
    rows = sum(line.counts.n(measure, channel) for line in found.lines)
    return rows - found.total.n(measure, channel) if found.lines else 0


def _drawer(found: Figures, show: str, channel: str) -> dict[str, Any] | None:
    """这个数是什么."""
    if show not in DEFINITIONS:
        return None
    services = show in ("services", "helpers")
    beside = ("services", "helpers") if services else ()
    return {
        "name": show,
        "known": DEFINITIONS[show],
        "n": found.total.n(show, channel),
        "url": behind(show, found.scope, found.period, channel),
        "beside": [
            (n, DEFINITIONS[n].title, found.total.n(n, channel)) for n in beside
        ],
        "by_channel": [
            (title, found.total.n(show, c), behind(show, found.scope, found.period, c))
            for c, title in COLUMNS.items()
        ]
        if DEFINITIONS[show].of != "answers" and not channel
        else [],
    }


# --- the list behind a figure -----------------------------------------------------------


@staff_page
@never_cache
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """The very rows that a figure counts, a page at a time."""
    actor, scope, period, channel = asked(request)
    name, known = figure_asked(request)
    now = clock_now()
    rows = rows_behind(name, known, scope, period, channel)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    back = {
        "place": scope.code, "channel": channel, "show": name, **_regions(scope),
        **period.query,
    }  # fmt: skip
    context = {
        "scope": scope, "period": period, "words": period.words(today(now)),
        "channel": COLUMNS.get(channel, ""), "known": known, "page": page,
        "rows": shown(actor, known, page),
        "crumbs": crumbs(actor, scope),
        "back": f"{reverse('stats:orders')}?{urlencode({k: v for k, v in back.items() if v})}",
    }  # fmt: skip
    return render(request, "stats/orders_list.html", context)


def figure_asked(request: HttpRequest) -> tuple[str, Definition]:
    """Which figure the address opens. Raises NotFound."""
    name = request.GET.get("figure", "")
    if name not in DEFINITIONS:
        raise NotFound
    return name, DEFINITIONS[name]


def rows_behind(
    name: str, known: Definition, scope: Scope, period: Period, channel: str
) -> Any:
    """What a figure counts, to be read a page at a time."""
    if known.of == "orders":
        found = figures_of.orders_in(name, scope, period, channel)
        joined = found.select_related("category", "place", "unit", "member__person")
        return joined.defer(*SEALED)
    if known.of == "records":
        return figures_of.records_in(scope, period, channel)
    if known.of == "members":
        return figures_of.helpers_in(scope, period, channel)
    if channel in ("residence", NO_CHANNEL):
        return Answer.objects.none()
    answered = figures_of.answers_in(name, scope, period)
    answered = answered.select_related("order__place", "unit")
    if name != "silent":
        return answered
    silent = figures_of.silent_in(scope, period, clock_now())
    return figures_of.Joined(silent.select_related("place", "unit"), answered)


def shown(actor: Actor, known: Definition, page: Page[Any]) -> Sequence[Any]:
    """The rows of a page with what they name."""
    rows = list(page.object_list)
    if known.of == "answers":
        return [(r.order, r) if isinstance(r, Answer) else (r, None) for r in rows]
    if known.of == "orders":
        return rows
    if known.of == "members":
        people = people_of(actor, [r["member_id"] for r in rows])
        return [(people.get(r["member_id"]), r["n"]) for r in rows]
    people = people_of(actor, [r.member_id for r in rows])
    orders = Order.objects.defer(*SEALED).select_related("place")
    of = orders.in_bulk([r.source_id for r in rows])
    units = Unit.objects.in_bulk([r.unit_id for r in rows if r.unit_id])
    return [
        (r, people.get(r.member_id), units.get(r.unit_id), of.get(r.source_id))
        for r in rows
    ]


def people_of(actor: Actor, ids: Sequence[Any]) -> Mapping[Any, tuple[Member, bool]]:
    """Members by id, and whether the reader may open their page."""
    rows = Member.objects.select_related("person", "unit").in_bulk(
        [i for i in ids if i]
    )
    return {pk: (m, can(actor, "members.view", m)) for pk, m in rows.items()}
