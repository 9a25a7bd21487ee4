"""The public board, all wishes, and the choice of a place. No account."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.orders.models import Category, Order
from baodao.orders.residents import phone_of
from baodao.people.models import Account
from baodao.places import rules as levels
from baodao.places.areas import area, regions_of
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.portal.board import (
    LOOKS,
    ON_THE_WALL,
    board,
    cards,
    explained,
    place_of,
    top,
    wishes,
)
from baodao.portal.views.digests import last
from baodao.stats.definitions import DEFINITIONS, RATES
from baodao.ui.display import YEAR
from baodao.ui.paging import UpTo, count_up_to

COOKIE = "bd_board"
A_PAGE = 30
YEARS = 3  # that the board goes back


@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """家门口的事，说一声，有人来。"""
    at = place_asked(request)
    if at is None and not Account.objects.exists():
        return redirect("portal:setup")
    now = clock_now()
    found = board(
        at, phone_of(at.path) if at else "", now,
        year=_year(request, today(now).year),
        regions=regions_of(request.GET.get("regions")),
    )  # fmt: skip
    years = range(today(now).year, today(now).year - YEARS, -1)
    context = {
        "board": found, "place": at, "years": list(years), "sealed": last(),
    }  # fmt: skip
    return remember(render(request, "portal/board.html", context), at)


def _year(request: HttpRequest, this: int) -> int:
    """The year asked for, among those that are offered."""
    wanted = request.GET.get("year", "")
    year = int(wanted) if wanted.isdigit() and len(wanted) == 4 else this
    return year if this - YEARS < year <= this else this


@require_safe
def show_wishes(request: HttpRequest) -> HttpResponse:
    """全部心愿, with filters in the address."""
    at = place_asked(request)
    rows, now = wishes_asked(request, at), clock_now()
    figure = request.GET.get("figure", "")
    # What a figure opens is as long as the figure; all wishes go back for years.
    known = figure in ON_THE_WALL
    pages = Paginator(rows, A_PAGE) if known else UpTo(rows, A_PAGE, count_up_to(rows))
    page = pages.get_page(request.GET.get("page"))
    context = {
        "place": at,
        "page": page,
        "wishes": cards(list(page.object_list), now),
        "figure": DEFINITIONS[figure] if figure in ON_THE_WALL else None,
        "year": _year(request, today(now).year),
        "states": [(w, w) for w in LOOKS],
        "categories": list(Category.objects.values_list("code", "title")),
    }
    return remember(render(request, "portal/wishes.html", context), at)


def wishes_asked(request: HttpRequest, at: Place | None) -> QuerySet[Order]:
    """The public wishes that an address asks for."""
    asked = request.GET
    here = area(at.path if at else "", regions_of(asked.get("regions")))
    return wishes(
        here, asked.get("state", ""), asked.get("category", ""), asked.get("figure", ""),
        _year(request, today().year),
    )  # fmt: skip


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """每个数怎么算的: the very definitions that the figures are counted by, with the
    year's numbers and the public list behind them."""
    at, now = place_asked(request), clock_now()
    year = _year(request, today(now).year)
    regions = regions_of(request.GET.get("regions"))
    context = {
        "place": at, "year": year, "rates": RATES,
        "figures": explained(at, now, year, regions),
    }  # fmt: skip
    return remember(render(request, "portal/figures.html", context), at)


@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """Which place's board: the tree down to communities, in the order of codes."""
    at = place_asked(request)
    below = Place.objects.filter(valid_to=None, level__lte=levels.COMMUNITY, parent=at)
    context = {
        "place": at,
        "places": list(below.exclude(kind="virtual").order_by("path")[:300]),
        "crumbs": list(Place.objects.filter(path__in=ancestors(at.path)[1:]))
        if at
        else [],
    }
    return render(request, "portal/where.html", context)


def place_asked(request: HttpRequest) -> Place | None:
    """The place of the address or of the last visit, else the top."""
    asked, regions = request.GET.get("place"), regions_of(request.GET.get("regions"))
    if asked and (found := place_of(asked, regions)):
        return found
    known = request.COOKIES.get(COOKIE)
    if known and (found := place_of(known)):
        return found
    return top()


def remember(response: HttpResponse, at: Place | None) -> HttpResponse:
    if at and at.valid_to is None:
        response.set_cookie(COOKIE, at.code, YEAR, samesite="Lax")
    return response
