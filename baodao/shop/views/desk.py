"""The operator's desk: what to lay ready, today's hand-outs, one redemption, and asking
for a member without a phone (A20, A21)."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    paged,
    require_desk,
    word,
)
from baodao.places.forms import taken
from baodao.shop import queries, redeeming, rules
from baodao.shop.forms import HandForm, ReasonForm, RequestForm
from baodao.shop.models import Redemption, Wallet
from baodao.shop.views.frame import searched, shared
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "reserve": ("备好了", "已告诉本人来领的日子。"),
    "witness": ("您在场", "请另一位同事点“发给本人”。"),
    "hand_over": ("发给本人了", "库存和积分都记好了。"),
    "cancel": ("取消了", "积分退回了，已告诉本人。"),
}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "requested"


@get_only
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the operator; members are led to their own page."""
    if actor_of(request).role == "member":
        return redirect("shop:mine")
    actor = require_desk(request, "redemptions.reserve", "shops.view")
    found = queries.redemptions(actor, text=searched(request))
    tab, counts = tab_of(request), queries.tab_counts(found)
    page, at = paged(request, queries.in_tab(found, tab)), clock_now()
    context = {
        **shared(request, "desk"), "tab": tab, "page": page, "n": counts,
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "rows": [(r, queries.clock_of(r, at), rules.STATES[r.state]) for r in page],
        "shops": queries.shops(actor), "today": today(),
    }  # fmt: skip
    return render(request, "shop/desk.html", context)


@get_only
def redemption(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    if actor.role == "member":
        return redirect("shop:my_redemption", pk=pk)
    actor = require_desk(request, "redemptions.reserve", "shops.view")
    return _page(request, actor, queries.redemption(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, r: Redemption,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    bound, day = dict([bad]) if bad else {}, today()
    there = bool(r.second_by and r.second_at and today(r.second_at) == day)
    state = rules.STATES[r.state]
    context = {
        **shared(request, "desk"), "r": r, "state": state,
        "clock": queries.clock_of(r, clock_now()), "events": queries.events(r, actor),
        "hours": redeeming.hours(r.shop), "there": there,
        "mine": there and r.second_by == actor.person_id,
        "hand_form": bound.get("hand_over") or HandForm(),
        "cancel_form": bound.get("cancel") or _reason(), "bad": bad and bad[0],
        "story": queries.story(
            r.pk, f"轮到{'社区' if state.side == 'community' else '本人'}：{state.verb}"
            if state.side else "", state.icon,
        ),
    }  # fmt: skip
    status = 422 if bad else 200
    return render(request, "shop/redemption.html", context, status=status)


def _reason(data: Any = None) -> ReasonForm:
    return ReasonForm(data, label="为什么取消", help_text="本人看得到。")


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Lay ready, be there, hand over, cancel."""
    if event not in SAID:
        raise NotFound
    actor = require_desk(request, f"redemptions.{event}", "shops.view")
    r = queries.redemption(actor, pk)
    require(actor, f"redemptions.{event}", r)
    form: Form | None = None
    if event == "hand_over":
        form = HandForm(request.POST)
    elif event == "cancel":
        form = _reason(request.POST)
    verb: Any = getattr(redeeming, event)
    if not taken(form, lambda data: verb(actor=actor, redemption_id=pk, **data)):
        assert form
        return _page(request, actor, r, (event, form))
    toast(request, *SAID[event])
    return redirect("shop:redemption", pk=pk)


@get_or_post
def request_new(request: HttpRequest) -> HttpResponse:
    """For a member without a phone: find the wallet by number, then choose."""
    if actor_of(request).role == "member":
        return redirect("shop:mine")
    actor = require_desk(request, "redemptions.request", "shops.view")
    number = request.GET.get("number", "").strip()
    form = RequestForm(request.GET if number else None)
    wallet = _found(actor, number) if number else None
    if number and wallet is None:
        form.add_error("number", "没有这个编号的积分账户，或不在您的范围。请核对编号。")
    m = queries.of_member(wallet.member) if wallet else None
    if request.method == "POST" and m:
        prize = uuid_of(request.POST.get("prize"))
        if prize is None:
            raise Conflict("没有选奖品。请返回，选一样再提交。")
        done = redeeming.request(
            actor=actor, prize_id=prize, member_id=m.member.pk,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, "代申请好了", "备好货就可以发。")
        return redirect("shop:redemption", pk=done.id)
    context = {
        **shared(request, "desk"), "form": form, "m": m, "client_id": uuid4().hex,
        "shelf": queries.shelf(m) if m else [], "desk_url": reverse("shop:desk"),
    }  # fmt: skip
    status = 422 if number and wallet is None else 200
    return render(request, "shop/request_new.html", context, status=status)


def _found(actor: Actor, number: str) -> Wallet | None:
    found = visible(Wallet.objects.all(), actor, "wallets.view")
    related = ("member__person", "member__unit", "member__wallet")
    return found.filter(member__volunteer_no=number).select_related(*related).first()
