"""Wallets for the operator: by volunteer number, never by points; what is below zero;
and points given to wishes (A21, domain 8.17)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import submitted, taken
from baodao.shop import giving, queries, rules
from baodao.shop.forms import ReasonForm, ThankForm
from baodao.shop.models import Wallet
from baodao.shop.views.frame import searched, shared
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "ask_write_off": ("提出了", "等乡镇（街道）来定。"),
    "write_off": ("核销了", "现在是0分，已告诉本人。"),
    "refuse_write_off": ("不核销", "已告诉社区。"),
}
LABELS = {"ask_write_off": "为什么核销", "refuse_write_off": "为什么不核销"}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.WALLET_TABS) or "all"


@get_only
def wallets(request: HttpRequest) -> HttpResponse:
    if actor_of(request).role == "member":
        return redirect("shop:entries")
    actor = require_role(request, "wallets.view")
    tab, counts = tab_of(request), queries.wallet_counts(actor)
    page = paged(request, queries.wallets(actor, text=searched(request), tab=tab))
    context = {
        **shared(request, "wallets"), "tab": tab, "page": page, "n": counts,
        "tabs": [(k, v, counts[k]) for k, v in queries.WALLET_TABS.items()],
    }  # fmt: skip
    return render(request, "shop/wallets.html", context)


@get_only
def wallet(request: HttpRequest, pk: UUID) -> HttpResponse:
    if actor_of(request).role == "member":
        return redirect("shop:entries")
    actor = require_role(request, "wallets.view")
    return _page(request, actor, queries.wallet(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, w: Wallet, bad: tuple[str, Form] | None = None
) -> HttpResponse:
    bound = dict([bad]) if bad else {}
    kind = word(request, "kind", rules.ENTRY_KINDS)
    page = paged(request, queries.entries(w, kind))
    own = w.member.person_id == actor.person_id
    may = {e for e in SAID if not own and can(actor, f"wallets.{e}", w)}
    context = {
        **shared(request, "wallets"), "w": w, "page": page, "may": may,
        "lines": queries.lines(page), "kinds": list(rules.ENTRY_KINDS.items()),
        "kind": kind, "bad": bad and bad[0],
        "redemptions": w.redemptions.select_related("prize").order_by("-requested_at")[:5],
        **{f"{k}_form": bound.get(k) or _reason(k) for k in LABELS},
    }  # fmt: skip
    return render(request, "shop/wallet.html", context, status=422 if bad else 200)


def _reason(event: str, data: Any = None) -> ReasonForm:
    return ReasonForm(data, label=LABELS[event], help_text="社区和乡镇（街道）看得到。")


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Write off what is below zero: asked for, then decided by another."""
    if event not in SAID:
        raise NotFound
    actor = require_desk(request, f"wallets.{event}", "wallets.view")
    w = queries.wallet(actor, pk)
    require(actor, f"wallets.{event}", w)
    form = _reason(event, request.POST) if event in LABELS else None
    verb: Any = getattr(giving, event)
    if not taken(form, lambda data: verb(actor=actor, wallet_id=pk, **data)):
        assert form
        return _page(request, actor, w, (event, form))
    toast(request, *SAID[event])
    return redirect("shop:wallet", pk=pk)


# --- points given to wishes -------------------------------------------------------------------


def donation_state(request: HttpRequest) -> str:
    return word(request, "state", rules.DONATION_STATES)


@get_only
def donations(request: HttpRequest) -> HttpResponse:
    """What members gave to wishes of this place."""
    if actor_of(request).role == "member":
        return redirect("shop:mine")
    actor = require_role(request, "donations.view")
    state = donation_state(request)
    found = queries.donations(actor, state=state, text=searched(request))
    context = {
        **shared(request, "donations"), "page": paged(request, found), "state": state,
        "states": [(k, v.title) for k, v in rules.DONATION_STATES.items()],
        "words": rules.DONATION_STATES,
    }  # fmt: skip
    return render(request, "shop/donations.html", context)


@get_or_post
def thank(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A word of thanks."""
    actor = require_desk(request, "donations.thank", "donations.view")
    d = queries.donations(actor).filter(pk=pk).first()
    if d is None:
        raise NotFound
    form = ThankForm(request.POST or None, initial={"text": "谢谢您为心愿出的一份力。"})
    if submitted(
        request, form,
        lambda data: giving.thank(actor=actor, donation_id=pk, **data),
    ):  # fmt: skip
        toast(request, "答谢了", "转赠的党员看得到。")
        return redirect("shop:donations")
    context = {**shared(request, "donations"), "d": d, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "shop/thank.html", context, status=status)
