"""A member's shop, made for a phone: how many points, how they came, what they are good
for, and what becomes of it (A20, A21)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.orders import queries_member as orders
from baodao.people.views.asking import (
    actor_for,
    actor_of,
    get_only,
    get_or_post,
    paged,
)
from baodao.places.forms import submitted
from baodao.shop import giving, queries, redeeming, rules
from baodao.shop.forms import GiveForm, tenths
from baodao.shop.models import Prize
from baodao.shop.serving import Book
from baodao.ui.toast import toast

SHOWN = 5
WISHES = ("wish", "dream")


@get_only
def mine(request: HttpRequest) -> HttpResponse:
    """Points in words, what is under way, what I can afford."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    shelf = queries.shelf(m)
    found = queries.own_redemptions(actor)
    context = {
        "m": m, "w": m.wallet, "shop": m.shop,
        # Of the shop where it is fetched, which may be that of an earlier home.
        "now_open": [
            (r, redeeming.hours(r.shop)) for r in found.filter(state__in=rules.OPEN)
        ],
        "can": [p for p, why in shelf if not why],
        "cannot": [(p, why) for p, why in shelf if why],
        "why_all": _same(why for _, why in shelf),
        "over": list(found.exclude(state__in=rules.OPEN)[:SHOWN]),
        "given": list(queries.donations(actor)[:SHOWN]), "states": rules.STATES,
        "hours": redeeming.hours(m.shop) if m.shop else "",
        "next_open": rules.next_open(m.shop.weekdays, today()) if m.shop else None,
    }  # fmt: skip
    return render(request, "shop/mine.html", context)


def _same(reasons: Iterable[str]) -> str:
    """What stands in the way of all alike is said once."""
    found = set(reasons)
    return found.pop() if len(found) == 1 else ""


@get_only
def entries(request: HttpRequest) -> HttpResponse:
    """How each point came and went; every line opens the words of its record."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    page = paged(request, queries.entries(m.wallet)) if m.wallet else None
    context = {
        "m": m, "page": page, "lines": queries.lines(page) if page else [],
        "rules": _rules(m),
    }  # fmt: skip
    return render(request, "shop/entries.html", context)


def _rules(m: queries.Mine) -> list[str]:
    if m.shop is None:
        return []
    found = Book.read().in_force(m.shop.path, today())
    return [queries.rule_words(r) for r in found if r.tenths]


@get_or_post
def prize(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One prize, and the button to ask for it."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    if m.shop is None:
        raise NotFound
    p = Prize.objects.filter(pk=pk, shop=m.shop, state="offered").first()
    if p is None:
        raise NotFound
    if request.method == "POST":
        done = redeeming.request(
            actor=actor, prize_id=pk, client_id=request.POST.get("client_id", "")
        )
        toast(request, "申请好了", "社区备好货会告诉您。")
        return redirect("shop:my_redemption", pk=done.id)
    context = {
        "m": m, "p": p, "why": m.why_not(p), "after": m.tenths - p.tenths,
        "hours": redeeming.hours(m.shop), "client_id": uuid4().hex,
    }  # fmt: skip
    return render(request, "shop/prize_mine.html", context)


@get_only
def redemption(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What comes next for one that I asked for."""
    actor = actor_of(request)
    if actor.role != "member" and can(actor, "redemptions.reserve"):
        return redirect("shop:redemption", pk=pk)
    r = queries.redemption(actor, pk)
    context = {
        "r": r, "state": rules.STATES[r.state], "hours": redeeming.hours(r.shop),
        "may_cancel": "cancel" in queries.events(r, actor),
        "next_open": rules.next_open(r.shop.weekdays, today()),
    }  # fmt: skip
    return render(request, "shop/my_redemption.html", context)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Not wanted after all: no reason is asked."""
    actor = actor_for(request, "donations.give")
    redeeming.cancel(actor=actor, redemption_id=pk)
    toast(request, "取消了", "积分退回了。")
    return redirect("shop:my_redemption", pk=pk)


@get_only
def wishes(request: HttpRequest) -> HttpResponse:
    """Published wishes of the township, to which points may be given."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    found = orders.claimable(actor, m.member).filter(kind__in=WISHES)
    context = {"m": m, "page": paged(request, found)}
    return render(request, "shop/wishes.html", context)


@get_or_post
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many points, to one wish."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    wish = orders.claimable(actor, m.member).filter(pk=pk, kind__in=WISHES).first()
    if wish is None or m.wallet is None:
        raise NotFound
    form = GiveForm(request.POST or None)

    def do(_: dict[str, Any]) -> Any:
        return giving.give(
            actor=actor, order_id=pk, tenths=tenths(form),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    if submitted(request, form, do):
        toast(request, "转赠好了", "社区会看到，也会答谢您。")
        return redirect(reverse("shop:mine"))
    context = {
        "m": m, "wish": wish, "form": form, "client_id": uuid4().hex,
        "most": rules.said(max(0, min(m.tenths, giving.MOST))),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "shop/give.html", context, status=status)
