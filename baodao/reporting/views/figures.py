"""Coverage (A05): the figures, and the list behind each of them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.people.models import Member, Unit
from baodao.people.views.asking import actor_for
from baodao.places.areas import THEN, regions_of
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.reporting import coverage, rules

PAGE = 50
MEMBER_TITLES = {**coverage.REASONS, "missing": "还没有报到", "eligible": "应报到"}
UNIT_TITLES = {**coverage.UNIT_REASONS, "eligible": "应报到"}


@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    """?place= narrows, ?by= chooses the rows, ?channel= and ?reason= open a list;
    ?regions=then counts places as they were recorded."""
    actor = actor_for(request, "reporting.coverage")
    regions = regions_of(request.GET.get("regions"))
    scope = coverage.scope_of(actor, request.GET.get("place", ""), regions)
    if request.GET.get("reason"):
        return _behind(request, actor, scope)
    by, lines = lines_of(request, scope)
    whole = coverage.total({str(i): line for i, line in enumerate(lines)})
    units = coverage.units(scope)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    return render(request, "reporting/coverage.html", {
        "scope": scope, "by": by, "page": page, "whole": whole, "units": units,
        "unit_total": sum(units.values()), "unit_reasons": coverage.UNIT_REASONS,
        "rows": [_row(line, scope, by) for line in page.object_list],
        "channels": [
            {"code": code, "title": title, "figures": whole.channel(code),
             "reasons": _reasons(whole.channel(code), scope, code)}
            for code, title in rules.CHANNELS.items()
        ],
        "crumbs": _crumbs(actor, scope), "link": _link(scope),
    })  # fmt: skip


def lines_of(
    request: HttpRequest, scope: coverage.Scope
) -> tuple[str, list[coverage.Line]]:
    """("place" or "unit", the rows of the table) as the address asks."""
    by = "unit" if request.GET.get("by") == "unit" or scope.unit_id else "place"
    return by, coverage.by_unit(scope) if by == "unit" else coverage.by_place(scope)


def _link(scope: coverage.Scope, **more: str) -> str:
    code = {"place": scope.place.code} if scope.place else {}
    return "?" + urlencode({**code, **_then(scope), **more})


def _then(scope: coverage.Scope) -> dict[str, str]:
    return {"regions": THEN} if scope.regions == THEN else {}


def _reasons(
    figures: coverage.Figures, scope: coverage.Scope, channel: str
) -> list[tuple[str, int, str, str]]:
    """(words, number, address, kinds) of each reason for not having reported."""
    kinds = "、".join(f"{t} {n}" for t, n in figures.exempt_kinds.items())
    return [
        (title, figures.by_reason[code], _link(scope, channel=channel, reason=code),
         kinds if code == "exempt" else "")
        for code, title in coverage.REASONS.items()
        if code != "reported"
    ]  # fmt: skip


def _row(line: coverage.Line, scope: coverage.Scope, by: str) -> dict[str, Any]:
    """A row with the addresses behind its numbers."""
    own = {"key": line.key} if by == "unit" else {"place": line.code, **_then(scope)}
    here = _link(scope) if by == "unit" else "?"
    href = f"{here}&" if len(here) > 1 else "?"
    is_self = bool(scope.place and line.key == scope.place.path)

    def to(channel: str, reason: str) -> str:
        extra = {"self": "1"} if is_self else {}
        return href + urlencode({**own, "channel": channel, "reason": reason, **extra})

    return {
        "line": line,
        "down": ""
        if by == "unit" or is_self or not line.code
        else "?" + urlencode({"place": line.code, **_then(scope)}),
        "cells": [
            (line.channel(c), to(c, "eligible"), to(c, "reported"), to(c, "missing"))
            for c in rules.CHANNELS
        ],
    }


def _crumbs(actor: Actor, scope: coverage.Scope) -> list[Place]:
    """The way down to the chosen place, from where the actor's scope begins."""
    if scope.place is None:
        return []
    top = actor.path or ""
    above = [
        p for p in ancestors(scope.path) if p.startswith(top) and p != scope.path and p
    ]
    return list(Place.objects.filter(path__in=above).order_by("path"))


def _behind(request: HttpRequest, actor: Actor, scope: coverage.Scope) -> HttpResponse:
    channel, reason = request.GET.get("channel", ""), request.GET["reason"]
    if channel == "units":
        return _units_behind(request, actor, scope, reason)
    ids = ids_behind(request, scope)
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    found = Member.objects.select_related("person", "unit", "residence", "point")
    rows = found.in_bulk(list(page.object_list))
    members = [rows[pk] for pk in page.object_list]
    return render(request, "reporting/coverage_list.html", {
        "scope": scope, "page": page, "members": members,
        "open": {m.pk for m in members if can(actor, "members.view", m)},
        "title": MEMBER_TITLES[reason], "channel": rules.CHANNELS[channel], "n": len(ids),
        "back": _link(scope), "may_register": can(actor, "reporting.submit"),
        "unit": _unit_named(request.GET.get("key", "")),
    })  # fmt: skip


def ids_behind(request: HttpRequest, scope: coverage.Scope) -> list[UUID]:
    """The members behind a figure, in the order of names. Raises NotFound."""
    return coverage.member_ids(
        scope, request.GET.get("channel", ""), request.GET.get("reason", ""),
        key=request.GET.get("key", ""), only_here=request.GET.get("self") == "1",
    )  # fmt: skip


def _unit_named(key: str) -> Unit | None:
    return Unit.objects.filter(id=key).first() if key else None


def _units_behind(
    request: HttpRequest, actor: Actor, scope: coverage.Scope, reason: str
) -> HttpResponse:
    rows = coverage.unit_rows(scope, reason)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    points = Place.objects.in_bulk([r[2] for r in page.object_list if r[2]])
    return render(request, "reporting/coverage_list.html", {
        "scope": scope, "page": page, "title": UNIT_TITLES[reason], "channel": "单位", "n": len(rows),
        "units": [(pk, name, points.get(point) if point else None) for pk, name, point in page.object_list],
        "back": _link(scope), "may_visit": can(actor, "units.view"),
        "may_register": reason == "none" and actor.path is not None
        and can(actor, "reporting.submit"),
    })  # fmt: skip
