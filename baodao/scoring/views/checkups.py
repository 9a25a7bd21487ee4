"""The health check of points (A22): the list by colour, one card, a member's own."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.people.views.asking import (
    actor_for,
    get_only,
    paged,
    path_in,
    places_below,
    word,
)
from baodao.scoring import queries_health as queries
from baodao.scoring import rules_health as rules
from baodao.scoring.models import Card
from baodao.scoring.rules_counting import SUBJECTS
from baodao.scoring.views.frame import frame


def wanted_of(request: HttpRequest) -> queries.Wanted:
    """The filters of an address; unknown codes count as none."""
    return queries.Wanted(
        word(request, "subject", SUBJECTS) or "member",
        request.GET.get("q", "").strip()[:40], word(request, "check", rules.CHECKS),
        path_in(request, "place"),
    )  # fmt: skip


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "red"


@get_only
def checkups(request: HttpRequest) -> HttpResponse:
    """By colour, inside a colour by name; as of last night."""
    actor = actor_for(request, "checkups.view")
    if actor.role == "member":
        return redirect("scoring:my_checkup")
    wanted, tab = wanted_of(request), tab_of(request)
    found = queries.listed(actor, wanted)
    counts = queries.tab_counts(found)
    page = paged(request, queries.in_tab(found, tab))
    context = {
        **frame(request, "checkups"), "page": page, "tab": tab, "counts": counts,
        "tabs": [(k, t, counts[k]) for k, t in queries.TABS.items()],
        "rows": [
            (c, rules.TONES[c.colour], rules.WORDS[c.colour], rules.ICONS[c.colour],
             queries.marks_of(c))
            for c in page
        ],
        "wanted": wanted, "subjects": SUBJECTS.items(), "checks": rules.CHECKS.items(),
        "places": places_below(request), "q": wanted.text,
        "filtered": bool(wanted.text or wanted.check or wanted.path),
        "own": queries.unit_cards(actor, today()) if actor.unit_id else [],
    }  # fmt: skip
    return render(request, "scoring/checkups.html", context)


@get_only
def checkup(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card, looked at anew."""
    actor = actor_for(request, "checkups.view")
    card = queries.card(actor, pk)
    found = queries.seen(card, today())
    context = {
        **frame(request, "checkups"), "it": found, "card": card,
        "name": queries.name_of(card), "own": _own(actor, card),
    }  # fmt: skip
    light = actor.role == "member"
    name = "scoring/checkup_light.html" if light else "scoring/checkup.html"
    return render(request, name, context)


def _own(actor: Actor, card: Card) -> bool:
    return actor.unit_id == card.unit_id and card.subject == "unit"


@get_only
def mine(request: HttpRequest) -> HttpResponse:
    """The member's cards of this year, each with its check."""
    actor = actor_for(request, "checkups.view")
    if actor.role != "member":
        return redirect("scoring:checkups")
    found = [queries.seen(c, today()) for c in queries.own_cards(actor, today())]
    context = {"found": found, **frame(request, "checkups")}
    return render(request, "scoring/my_checkup.html", context)
