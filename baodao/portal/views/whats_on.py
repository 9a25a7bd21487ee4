"""What residents may come to: the public list of activities. No account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.activities import queries
from baodao.core.clock import now as clock_now
from baodao.portal.views.board import place_asked, remember

MOST = 60


@require_safe
def whats_on(request: HttpRequest) -> HttpResponse:
    """The next ones of a place, soonest first: time, place, whom to ask."""
    at, now = place_asked(request), clock_now()
    rows = list(queries.open_to_all(at, now)[:MOST])
    context = {
        "place": at, "limit": MOST,
        "rows": [(it, queries.when(it, now), queries.where(it)) for it in rows],
    }  # fmt: skip
    return remember(render(request, "portal/whats_on.html", context), at)
