"""How a visitor wants pages shown: 长辈版, 字号, language. Kept in cookies, so it
works without an account and without scripts."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

YEAR = 365 * 24 * 3600
ALLOWED = {
    "mode": ("plain", "elder"),
    "font": ("normal", "large"),
    "lang": ("zh", "bo"),
}


def _chosen(request: HttpRequest, key: str) -> str:
    allowed = ALLOWED[key]
    for value in (request.GET.get(key), request.COOKIES.get(f"bd_{key}")):
        if value in allowed:
            return value
    return allowed[0]


def mode_of(request: HttpRequest) -> str:
    """ "elder" or "" ; ?mode=elder wins over the cookie."""
    return "elder" if _chosen(request, "mode") == "elder" else ""


def font_of(request: HttpRequest) -> str:
    return "large" if _chosen(request, "font") == "large" else ""


def lang_of(request: HttpRequest) -> str:
    return _chosen(request, "lang")


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """/display/?mode=elder&next=/wish/ keeps the choice and goes back. A GET on
    purpose: it changes nothing but this browser's own view."""
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    for key, allowed in ALLOWED.items():
        value = request.GET.get(key)
        if value in allowed:
            response.set_cookie(f"bd_{key}", value, YEAR, samesite="Lax")
    return response
