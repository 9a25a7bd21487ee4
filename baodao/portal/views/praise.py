"""The praise board 好评张榜: who has agreed, by date; no account (L45, domain 9.4)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.core.clock import today
from baodao.places.areas import area
from baodao.portal.views.board import place_asked, remember
from baodao.scoring import queries_praise


@require_safe
def praise(request: HttpRequest) -> HttpResponse:
    """One month of a place; the thanks are words that a worker has reviewed."""
    at, months = place_asked(request), queries_praise.months(today())
    asked = request.GET.get("month", "")
    month = asked if asked in dict(months) else months[0][0]
    rows = queries_praise.board(month, area(at.path if at else "").ranges)
    context = {
        "place": at, "rows": rows, "month": month, "months": months,
        "words": dict(months)[month], "most": queries_praise.MOST,
    }  # fmt: skip
    return remember(render(request, "portal/praise.html", context), at)
