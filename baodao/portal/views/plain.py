"""Pages of text that everybody may read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baodao.orders.residents import phone_of
from baodao.places import rules as levels
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.portal.board import place_of

LEVEL_WORDS = {5: "社区（村）", 4: "乡镇（街道）", 3: "县（区）", 2: "地市"}


@require_safe
def complain(request: HttpRequest) -> HttpResponse:
    """投诉与建议: whom to call, from the community upwards."""
    code = request.GET.get("place") or request.COOKIES.get("bd_place") or ""
    at = place_of(code) or place_of(request.COOKIES.get("bd_board", ""))
    path = at.path if at else ""
    above = Place.objects.filter(path__in=ancestors(path)[1:]).exclude(phone="")
    lines = [(LEVEL_WORDS.get(p.level, ""), p) for p in above.order_by("-level")]
    own = Place.objects.filter(
        path=levels.community_path(path), valid_to=None, level=levels.COMMUNITY
    ).first()
    context = {"place": at, "lines": lines, "community": own}
    return render(request, "portal/complain.html", context)


@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """我的信息谁看过: by the look-up code."""
    return redirect(f"{reverse('orders:find')}?then=seen")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """个人信息怎么保护."""
    return render(request, "portal/privacy.html", {"phone": _phone(request)})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """无障碍说明."""
    return render(request, "portal/accessibility.html", {"phone": _phone(request)})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """帮助."""
    return render(request, "portal/help.html", {"phone": _phone(request)})


def _phone(request: HttpRequest) -> str:
    at = place_of(request.COOKIES.get("bd_place", ""))
    return phone_of(at.path) if at else ""
