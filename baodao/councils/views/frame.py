"""What the pages of councils share: the tabs, reading the address, and a page whose
forms are acts."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.councils.queries import Wanted
from baodao.people.views.asking import actor_of, path_in, places_below, year_in
from baodao.places.models import Place

PAGE = 25
# (route, words, the action that opens it)
TABS = (
    ("meetings", "联席会议", "meetings.view"),
    ("unit", "联席会议", "meeting_seats.reply"),
    ("deliberations", "协商议事", "deliberations.view"),
    ("invitations", "协商议事", "deliberation_seats.reply"),
    ("resolutions", "议定事项", "resolutions.view"),
    ("part_times", "兼职委员", "part_time.view"),
    ("federations", "党建联合体", "federations.view"),
    ("estates", "小区组织", "estate_notes.view"),
    ("leaders", "领导联系点", "leader_contacts.view"),
)


def tabs(actor: Actor) -> list[tuple[str, str, str]]:
    """(route, address, words) of the lists this role has; staff have the lists of
    meetings and deliberations, units and members those of their seats."""
    found = []
    for name, words, action in TABS:
        if name in ("unit", "invitations") and actor.path is not None:
            continue
        if name == "deliberations" and actor.path is None:
            continue
        if can(actor, action):
            found.append((name, reverse(f"councils:{name}"), words))
    return found


def shared(request: HttpRequest, here: str) -> dict[str, Any]:
    """Tabs, places to filter by, and what was searched for."""
    return {
        "council_tabs": tabs(actor_of(request)), "here": here,
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
    }  # fmt: skip


def wanted_of(
    request: HttpRequest, states: Iterable[str] = (), whens: Iterable[str] = ()
) -> Wanted:
    """The filters of an address; unknown codes count as none."""
    state, when = request.GET.get("state", ""), request.GET.get("when", "")
    return Wanted(
        text=request.GET.get("q", "")[:40],
        path=path_in(request, "place"),
        state=state if state in states else "",
        year=str(year_in(request) or ""),
        when=when if when in whens else "",
    )


def paged(request: HttpRequest, found: Any) -> Page[Any]:
    return Paginator(found, PAGE).get_page(request.GET.get("page"))


def years(first: int = 2025) -> list[tuple[str, str]]:
    return [(str(y), f"{y}年") for y in range(today().year, first - 1, -1)]


def filters_told(
    request: HttpRequest,
) -> list[tuple[str, str, Iterable[tuple[str, str]]]]:
    """The filters that all lists of councils have, for the line on top of a file."""
    paths = [request.GET["place"]] if request.GET.get("place") else []
    named = Place.objects.filter(path__in=paths).values_list("path", "name")
    return [("place", "地方", list(named)), ("year", "年份", years())]
