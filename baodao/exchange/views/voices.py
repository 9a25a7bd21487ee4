"""What residents say of what an agreement promised (L18): their page behind the code of
the notice at the estate, without an account, and the notices to print."""

from secrets import token_hex
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from baodao.acts.actor import Actor, link_holder
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, TooMany
from baodao.core.ids import uuid_of
from baodao.core.limits import address_of, count_try
from baodao.exchange.agreements import rules, voices
from baodao.exchange.agreements.pages import AGREEMENT
from baodao.exchange.models import AgreementItem
from baodao.exchange.subjects import one
from baodao.exchange.views.guard import actor_for
from baodao.orders.residents import phone_of
from baodao.orders.views.resident_door import show
from baodao.orders.views.slip import qr
from baodao.places.models import Place
from baodao.ui.display import YEAR
from baodao.ui.toast import toast

HOLDER = "bd_seen"
# A whole yard may stand behind one address when the show is over.
WORDS, MINUTES = 40, 60
MOST_WORDS = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seen(request: HttpRequest, spot_token: str) -> HttpResponse:
    """看到了没有: what is promised here, two answers of the same size."""
    place = voices.place_of(spot_token)
    holder = request.COOKIES.get(HOLDER, "")[:32] or token_hex(16)
    error: BaodaoError | None = None
    if request.method == "POST":
        try:
            _say(request, place, holder)
        except (Conflict, Invalid) as found:
            error = found
        else:
            response: HttpResponse = redirect("exchange:seen", spot_token)
            response.set_cookie(
                HOLDER, holder, YEAR, httponly=True, samesite="Lax",
                secure=settings.HTTPS,
            )  # fmt: skip
            return response
    return _page(request, place, holder, error)


def _page(
    request: HttpRequest, place: Place, holder: str, error: BaodaoError | None
) -> HttpResponse:
    shown = voices.shown_at(place, today())
    mine = voices.said_by(holder, shown)
    return show(request, "exchange/seen.html", {
        "place": place, "phone": phone_of(place.path), "error": error,
        "reported": [(s, mine.get(s.duty.id, "")) for s in shown if s.deed],
        "coming": [(s, mine.get(s.duty.id, "")) for s in shown if not s.deed],
        "looks_on": not _visitor(request), "refused": uuid_of(request.POST.get("duty")),
        "words": request.POST.get("words", "")[:MOST_WORDS],
    }, status=error.status if error else 200)  # fmt: skip


def _visitor(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.is_anonymous


def _say(request: HttpRequest, place: Place, holder: str) -> None:
    if not _visitor(request):
        raise Forbidden("看到没看到由居民自己说。请居民用自己的手机扫码。")
    duty, said = uuid_of(request.POST.get("duty")), request.POST.get("said", "")
    if duty is None or said not in rules.SAID:
        raise Invalid("请点“看到了”或“没看到”。")
    if count_try("seen", address_of(request), MINUTES) > WORDS:
        raise TooMany
    voices.say(
        actor=link_holder(place.id, getattr(request, "request_id", "")), place=place,
        duty_id=duty, said=said, holder=holder, words=request.POST.get("words", "")[:MOST_WORDS],
    )  # fmt: skip
    toast(request, f"记下了：{rules.SAID[said]}", "谢谢您说一声，做没做由社区来确认。")


@require_safe
def notices(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One notice for each place at which this agreement promises something."""
    actor = actor_for(request, "agreements.draft")
    it = one(AGREEMENT, actor, pk)
    if it.state != "effective":
        raise Conflict("协议生效以后才能打印告示。")
    by_place: dict[UUID, tuple[Place, list[AgreementItem]]] = {}
    for item in it.items.filter(edition=it.edition).select_related("estate", "unit"):
        place = item.estate or it.place
        by_place.setdefault(place.id, (place, []))[1].append(item)
    context: dict[str, Any] = {
        "it": it, "phone": phone_of(it.path),
        "notices": [_notice(request, p, items) for p, items in by_place.values()],
        "back_url": reverse("exchange:agreement", args=[it.pk]),
    }  # fmt: skip
    return render(request, "exchange/print_notices.html", context)


def _notice(
    request: HttpRequest, place: Place, items: list[AgreementItem]
) -> tuple[Any, ...]:
    path = reverse("exchange:seen", args=[voices.token_of(place)])
    link = request.build_absolute_uri(path)
    return place, items, qr(link), link
