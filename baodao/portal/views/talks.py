"""What a place talks over: topics that opinions are asked for, and results. No account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.councils.queries_deliberation import public
from baodao.places.areas import area
from baodao.portal.views.board import place_asked, remember

MOST = 60


@require_safe
def talks(request: HttpRequest) -> HttpResponse:
    """In the words that the communities have reviewed; nobody is named."""
    at = place_asked(request)
    rows = list(public(area(at.path if at else "").ranges)[:MOST])
    context = {
        "place": at, "limit": MOST,
        "open": [d for d in rows if d.result_at is None],
        "decided": [d for d in rows if d.result_at],
    }  # fmt: skip
    return remember(render(request, "portal/talks.html", context), at)
