"""What the views of people share: reading the address, and the page of one form."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.places import queries as place_queries
from baodao.places.forms import status_of
from baodao.places.rules import COMMUNITY
from baodao.ui.forms import Form

PAGE = 25
get_only = require_http_methods(["GET", "HEAD"])
get_or_post = require_http_methods(["GET", "POST"])


def actor_of(request: HttpRequest) -> Actor:
    """Who is asking, in the role chosen on screen."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def require_role(request: HttpRequest, action: str) -> Actor:
    """A page for those whose role has `action` anywhere at all: nobody else learns
    that it exists."""
    actor = actor_of(request)
    if not can(actor, action):
        raise NotFound
    return actor


def actor_for(request: HttpRequest, *actions: str) -> Actor:
    """The actor, if the role holds one of `actions` anywhere. A visitor finds nothing,
    a signed-in person of another role is told that it is not theirs."""
    actor = actor_of(request)
    if any(can(actor, action) for action in actions):
        return actor
    raise NotFound if actor.is_anonymous else Forbidden


def require_desk(request: HttpRequest, action: str, view: str) -> Actor:
    """As `require_role`; who may look but not do is told so."""
    actor = actor_of(request)
    if can(actor, action):
        return actor
    raise Forbidden if can(actor, view) else NotFound


def paged(request: HttpRequest, found: QuerySet[Any]) -> Page[Any]:
    return Paginator(found, PAGE).get_page(request.GET.get("page"))


def word(
    request: HttpRequest, name: str, known: Mapping[str, Any] | Iterable[str]
) -> str:
    """A GET parameter that is one of the known codes, else ""."""
    value = request.GET.get(name, "")
    return value if value in known else ""


def year_in(request: HttpRequest) -> int:
    """The year that the address names; 0 for none, and for what is no year."""
    value = request.GET.get("year", "")
    known = value.isascii() and value.isdecimal() and 2000 <= int(value) <= 2100
    return int(value) if known else 0


def year_of(request: HttpRequest) -> int:
    """The year that the address names; else this one."""
    return year_in(request) or today().year


def places_below(request: HttpRequest) -> list[tuple[str, str]]:
    """(path, name) one level below the actor's own place, for a filter. Down to the
    community only: there units sit and members live, never in a household."""
    actor = actor_of(request)
    if actor.path is None:
        return []
    start = place_queries.start(actor)
    if start is None or start.level >= COMMUNITY:
        return []
    return [(p.path, p.name) for p in place_queries.children(actor, start)[:200]]


def path_in(request: HttpRequest, name: str) -> str:
    """A path from the address. Only a filter: `visible` still holds."""
    value = request.GET.get(name, "")
    return value if value.endswith("/") and len(value) < 80 else ""


def form_page(
    request: HttpRequest,
    form: Form,
    title: str,
    crumbs: Iterable[tuple[str, str]],
    **extra: Any,
) -> HttpResponse:
    """The page of one form. `crumbs`: (address, name); the last one is the way
    back. Members get their own frame."""
    trail = list(crumbs)
    context = {
        "form": form,
        "title": title,
        "crumbs": trail,
        "back": trail[-1],
        **extra,
    }
    light = actor_of(request).role == "member"
    template = "people/form_light.html" if light else "people/form.html"
    return render(request, template, context, status=status_of(form))
