"""Documents that are marked public and hold for a place. No account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.core.clock import today
from baodao.oversight.policies.queries import public, standing
from baodao.portal.views.board import place_asked, remember

MOST = 60


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """The newest first, in force or soon to be."""
    at, day = place_asked(request), today()
    rows = public(at.path if at else "")[:MOST]
    context = {
        "place": at, "limit": MOST, "rows": [(p, standing(p, day)) for p in rows],
    }  # fmt: skip
    return remember(render(request, "portal/policies.html", context), at)
