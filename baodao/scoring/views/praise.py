"""The praise board on the desk: a month, and the poster of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.people.services import edit_member
from baodao.people.views.asking import (
    actor_for,
    get_only,
    path_in,
    places_below,
    require_desk,
    word,
)
from baodao.places.models import Place
from baodao.scoring import queries_praise as queries
from baodao.scoring.views.frame import frame
from baodao.ui.toast import toast

SIZES = {"a4": "A4", "a3": "A3"}


def month_of(request: HttpRequest) -> str:
    return word(request, "month", dict(queries.months(today()))) or f"{today():%Y-%m}"


def path_of(request: HttpRequest, actor: Actor) -> str:
    """The actor's own place, or the one below it that the address names."""
    own = actor.community or actor.path or ""
    asked = path_in(request, "place")
    return asked if asked.startswith(own) and asked else own


@get_only
def praise(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "quarters.view")
    month, path = month_of(request), path_of(request, actor)
    rows = queries.board(month, (path_range(path),))
    context = {
        **frame(request, "praise"), "rows": rows,
        "theirs": queries.may_withdraw(actor, rows),
        "unnamed": queries.unnamed(month, (path_range(path),)), "month": month,
        "months": queries.months(today()), "words": dict(queries.months(today()))[month],
        "place": Place.objects.filter(path=path).first(), "places": places_below(request),
        "most": queries.MOST,
    }  # fmt: skip
    return render(request, "scoring/praise.html", context)


@get_only
def poster(request: HttpRequest) -> HttpResponse:
    """For the wall: A4 or A3."""
    actor = actor_for(request, "quarters.view")
    month, path = month_of(request), path_of(request, actor)
    context = {
        "rows": queries.board(month, (path_range(path),)),
        "words": dict(queries.months(today()))[month], "sizes": SIZES.items(),
        "size": word(request, "size", SIZES) or "a4",
        "place": Place.objects.filter(path=path).first(),
    }  # fmt: skip
    return render(request, "scoring/poster.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member has asked the community to be off the board."""
    actor = require_desk(request, "letters.send", "quarters.view")
    edit_member(actor=actor, member_id=pk, changes={"praise_public": False})
    toast(
        request,
        "撤下来了",
        "张榜和公开页上都不再显示。要再公布，由本人在“我的”里勾选。",
    )
    back = f"?month={month_of(request)}"
    return redirect(reverse("scoring:praise") + back)
