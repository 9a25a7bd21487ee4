"""What the pages of directives share: the two lists as tabs, the address, and a page
whose forms are acts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.oversight import rules
from baodao.oversight.queries import Wanted
from baodao.people.views.asking import actor_of, path_in, places_below, word, year_in


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of an address; unknown codes count as none."""
    return Wanted(
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
        year=str(year_in(request) or ""),
        figure=word(request, "figure", rules.FIGURES),
    )  # fmt: skip


def shared(request: HttpRequest, here: str) -> dict[str, Any]:
    """Tabs, places to filter by, and what was searched for."""
    return {
        "over_tabs": tabs(actor_of(request)), "here": here,
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
        "years": [(str(y), f"{y}年") for y in range(today().year, 2024, -1)],
    }  # fmt: skip


def tabs(actor: Actor) -> list[tuple[str, str, str]]:
    """(route, address, words): what I issue, what I am asked to do."""
    found = []
    if can(actor, "directives.view"):
        found.append(("directives", reverse("oversight:directives"), "发出的"))
    if can(actor, "directive_items.receive"):
        found.append(("items", reverse("oversight:items"), "收到的"))
    return found
