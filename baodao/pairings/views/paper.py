"""The consent form on paper, in one language or two."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from baodao.acts.access import require
from baodao.pairings import consents, queries
from baodao.pairings.views.staff import actor_for
from baodao.pairings.visits_limits import latest_at
from baodao.people.views.asking import get_only
from baodao.places.models import Place


@get_only
def consent_form(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """同意书: Chinese, or Chinese and Tibetan. The name is left to be written by hand:
    nothing of the household is printed but its number."""
    actor = actor_for(request, "pairings.view_private")
    it = queries.pairing(actor, pairing_id)
    require(actor, "pairings.view_private", it)
    lang = "bo" if request.GET.get("lang") == "bo" else "zh"
    lines = [
        (zh, bo if lang == "bo" else "")
        for zh, bo in zip(consents.TEXT["zh"], consents.TEXT["bo"], strict=True)
    ]
    context = {
        "it": it, "lines": lines, "two": lang == "bo",
        "title_bo": consents.TITLE["bo"], "edition": consents.EDITION,
        "digest": consents.digest(lang), "place": Place.objects.get(path=it.path),
        "latest": latest_at(it.home_path, it.not_after),
        "back_url": reverse("pairings:detail", args=[it.pk]),
    }  # fmt: skip
    return render(request, "pairings/consent_print.html", context)
