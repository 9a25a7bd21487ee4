"""Score cards: the list of a place, one card as of any day, its paper; one's own card."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people.views.asking import (
    actor_of,
    get_only,
    paged,
    path_in,
    places_below,
    require_role,
    word,
    year_of,
)
from baodao.scoring import queries
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card, Deduction
from baodao.scoring.services.posting import uncounted
from baodao.scoring.services.recounting import digest_of

FIRST_YEAR = 2024


def years() -> list[tuple[str, str]]:
    return [(str(y), f"{y}年") for y in range(today().year, FIRST_YEAR - 1, -1)]


def wanted_of(request: HttpRequest) -> queries.Wanted:
    return queries.Wanted(
        year=year_of(request), subject=word(request, "subject", counting.SUBJECTS) or "member",
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
        band=word(request, "band", queries.BANDS),
    )  # fmt: skip


@get_only
def card_list(request: HttpRequest) -> HttpResponse:
    """All cards of the place, by name; members and units go to their own."""
    actor = require_role(request, "cards.view")
    if actor.role == "member":
        return redirect("scoring:mine")
    wanted = wanted_of(request)
    found = queries.cards(actor, wanted)
    page = paged(request, found)
    context = {
        "page": page, "wanted": wanted, "subjects": counting.SUBJECTS.items(),
        "bands": list(queries.BANDS.items()), "years": years(),
        "places": places_below(request), "q": wanted.text,
        "filtered": any(request.GET.get(k) for k in ("q", "place", "band")),
    }  # fmt: skip
    return render(request, "scoring/cards.html", context)


@get_only
def mine(request: HttpRequest) -> HttpResponse:
    """My own card of this year, or why there is none yet."""
    actor = require_role(request, "cards.view")
    card = queries.own_card(actor, year_of(request)) if _is_subject(actor) else None
    if card:
        return redirect("scoring:card", pk=card.pk)
    if not _is_subject(actor):
        return redirect("scoring:cards")
    context = {"year": year_of(request), "light": actor.role == "member"}
    return render(request, _frame(actor, "none"), context)


def _is_subject(actor: Actor) -> bool:
    return actor.role in ("member", "unit_secretary", "unit_liaison")


def _frame(actor: Actor, page: str) -> str:
    light = "_member" if actor.role == "member" else ""
    return f"scoring/{page}{light}.html"


def on_in(request: HttpRequest) -> date | None:
    """The day as of which a card is asked for."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None


def shown(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """What the page of a card and its paper have in common."""
    actor = actor_of(request)
    if not can(actor, "cards.view"):
        raise NotFound
    card: Card = queries.card_of(actor, pk)
    on = on_in(request)
    view = queries.view(actor, card, on)
    return {
        "card": card, "view": view, "total": view.total, "on": on if on and on < today() else None,
        "name": card.member.person.name if card.member else str(card.unit),
        "ceiling": counting.GRADES.get(view.total.ceiling, ""), "siblings": queries.siblings(actor, card),
        "may_entries": can(actor, "cards.entries", card), "code": digest_of(view.total)[:8].upper(),
        "most": view.frame.adds_most, "doubt_url": _doubt_url(actor, card),
        "uncounted": late_of(actor, card), "appeal": queries.grade_to_appeal(actor, card),
    }  # fmt: skip


def _doubt_url(actor: Actor, card: Card) -> str:
    """Where who may propose deductions says that an entry's record is false."""
    if card.state != "open" or not can(
        actor, "deductions.propose", Deduction(path=card.path)
    ):
        return ""
    whose = card.member_id if card.subject == "member" else card.unit_id
    return reverse("scoring:deduction_form", args=[card.subject, whose])


def late_of(actor: Actor, card: Card) -> list[tuple[date, str]]:
    """What was confirmed after the year was decided, in words."""
    if not can(actor, "cards.entries", card):
        return []
    return [(r.occurred_on, queries.what(r, r.minutes)) for r in uncounted(card)]


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card: the sum, every entry with its rule and its source, how to object."""
    actor = actor_of(request)
    return render(request, _frame(actor, "card"), shown(request, pk))


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """积分卡 on A4 (domain 10)."""
    return render(request, "scoring/card_print.html", shown(request, pk))
