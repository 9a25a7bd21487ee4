"""What a household sees by its link: who is paired with it, who has looked, and how to
stop (domain 9.2). No account, no reason asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.actor import Actor, link_holder
from baodao.core.errors import Conflict, Forbidden, NotFound
from baodao.pairings import consents, queries, rules, services
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.visits_limits import latest_at
from baodao.places.models import Place
from baodao.ui.toast import toast

LOOKS_ON = "您是用工作账号登录的，这里只能看。请住户用自己的手机打开，或由社区在结对页上代为记下。"
SAID = {
    "withdraw": ("已经停了", "从今天起不会有人再来。不用说理由，其他服务照常。"),
    "pause": ("先停一段时间", "想好了再点“可以接着来”。满 90 天不点就结束。"),
    "resume": ("好的", "党员会接着和您联系。"),
    "decline": ("知道了", "不会有人再问。其他服务照常。"),
}


def in_lang(request: HttpRequest) -> str:
    """What an address carries on, so that a household stays in its language."""
    chosen = request.GET.get("lang", "")
    return f"?lang={chosen}" if chosen in ("zh", "bo") else ""


def _open(request: HttpRequest, token: str) -> tuple[HouseholdPairing, Actor, bool]:
    """The bond, who acts, and whether somebody signed in to work only looks on."""
    it = queries.by_token(token)
    if it is None:
        raise NotFound("没有找到。请核对链接，或给社区打电话。")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    holder = link_holder(it.pk, getattr(request, "request_id", ""))
    return it, holder, not actor.is_anonymous


@never_cache
@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes, who has looked, how to stop."""
    it, holder, looks_on = _open(request, token)
    steps = [] if looks_on else queries.steps(holder, it)
    context: dict[str, Any] = {
        "it": it, "state": rules.STATES[it.state], "looks_on": looks_on,
        "steps": [s for s in steps if s in SAID and _fits(it, s)],
        "looks": [] if looks_on else queries.looks(it),
        "agreed": it.state in rules.AGREED, "ends": rules.END_REASONS,
        "place": Place.objects.filter(path=it.path).first(),
        "text": consents.TEXT["zh"], "text_bo": consents.TEXT["bo"],
        "in_lang": in_lang(request),
        "latest": latest_at(it.home_path, it.not_after),
        "months": "、".join(f"{m}月" for m in it.quiet_months),
    }  # fmt: skip
    response = render(request, "pairings/home.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _fits(it: HouseholdPairing, step: str) -> bool:
    """A pause that is not the household's own does not end by its word."""
    return step != "resume" or it.pause_reason == "household_asks"


@never_cache
@require_POST
def act(request: HttpRequest, token: str, event: str) -> HttpResponse:
    """One tap of the household."""
    it, holder, looks_on = _open(request, token)
    if event not in SAID:
        raise NotFound
    if looks_on:
        raise Forbidden(LOOKS_ON)
    if not _fits(it, event):
        raise Conflict("这一次暂停是社区定的。请给社区打电话。")
    if event == "pause":
        services.pause(actor=holder, pairing_id=it.pk, reason="household_asks")
    else:
        verbs = {
            "withdraw": services.withdraw, "resume": services.resume,
            "decline": services.decline,
        }  # fmt: skip
        verbs[event](actor=holder, pairing_id=it.pk)
    toast(request, *SAID[event])
    return redirect(reverse("pairings:home", args=[token]) + in_lang(request))
