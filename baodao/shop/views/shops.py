"""Shops themselves: opening, hours, the rules of how points come, the sheets on paper
and the effect (A20, A25)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
)
from baodao.places.forms import submitted
from baodao.places.settings import KEYS
from baodao.places.values import shown
from baodao.shop import effects, keeping, queries, redeeming, rules
from baodao.shop.forms import NewShopForm, RuleForm, ShopForm, tenths
from baodao.shop.serving import Book, settings_at
from baodao.shop.views.frame import shared
from baodao.ui.toast import toast

SAID = {
    "close": ("停业了", "从今天起的服务不计积分。"),
    "reopen": ("恢复营业了", "从今天起的服务计积分。"),
}


@get_only
def shops(request: HttpRequest) -> HttpResponse:
    """Those in sight, in the order of the divisions, and the report T12."""
    actor = require_role(request, "shops.view")
    found = queries.shops(actor)
    own = any(s.path == actor.path for s in found)
    context = {
        **shared(request, "shops"), "states": rules.SHOP_STATES,
        "rows": [(s, rules.SHOP_STATES[s.state], redeeming.hours(s)) for s in found],
        "may_new": can(actor, "shops.set_up") and not own,
        "report": effects.report(actor),
    }  # fmt: skip
    return render(request, "shop/shops.html", context)


def _trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(reverse("shop:shops"), "超市和规定"), *more]


def _said(d: dict[str, Any]) -> keeping.Said:
    return keeping.Said(d["name"], d["where"], d["weekdays"], d["opens"], d["closes"])


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """One at my own place."""
    actor = require_desk(request, "shops.set_up", "shops.view")
    form = NewShopForm(request.POST or None, initial={"earns_from": today()})

    def do(d: dict[str, Any]) -> Any:
        return keeping.set_up(
            actor=actor, said=_said(d), earns_from=d["earns_from"],
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    done = submitted(request, form, do)
    if done:
        toast(request, "设立好了", "接着加奖品。以前的服务正在补计。")
        return redirect("shop:shop", pk=done.id)
    return form_page(request, form, "设立积分超市", _trail(), submit="设立")


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_desk(request, "shops.edit", "shops.view")
    s = queries.shop(actor, pk)
    require(actor, "shops.edit", s)
    kept = {k: getattr(s, k) for k in keeping.Said._fields}
    form = ShopForm(request.POST or None, initial=kept)
    if submitted(
        request, form,
        lambda d: keeping.edit(actor=actor, shop_id=pk, said=_said(d)),
    ):  # fmt: skip
        toast(request, "改好了", "党员看到的也改了。")
        return redirect("shop:shop", pk=pk)
    trail = _trail((reverse("shop:shop", args=[pk]), s.name))
    return form_page(request, form, "改开门时间和地方", trail, submit="保存")


@get_only
def shop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hours, rules, settings, and what can be printed."""
    actor = require_role(request, "shops.view")
    s = queries.shop(actor, pk)
    set_ = settings_at(s.path)
    context = {
        **shared(request, "shops"), "s": s, "state": rules.SHOP_STATES[s.state],
        "hours": redeeming.hours(s), "rules": Book.read().in_force(s.path, today()),
        "settings": [(KEYS[k].title.removeprefix("积分超市："), _words(k, v)) for k, v in set_.items()],
        "may": {e for e in ("edit", "close", "reopen") if can(actor, f"shops.{e}", s)},
        "may_rule": can(actor, "earn_rules.set", s), "kinds": rules.MEASURES,
        "may_wall": can(actor, "wallets.view", s),
    }  # fmt: skip
    return render(request, "shop/shop.html", context)


def _words(key: str, value: Any) -> str:
    if key != "shop.expiry_years":
        return shown(key, value)
    known = {0: "当年年底", 1: "第二年年底", rules.NEVER: "不过期"}
    return known.get(value, f"{value}年后的年底")


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Close and reopen."""
    if event not in SAID:
        raise NotFound
    actor = require_desk(request, f"shops.{event}", "shops.view")
    queries.shop(actor, pk)
    verb: Any = getattr(keeping, event)
    verb(actor=actor, shop_id=pk)
    toast(request, *SAID[event])
    return redirect("shop:shop", pk=pk)


@get_or_post
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Another number for one rule at my own place, from a day on."""
    actor = require_desk(request, "earn_rules.set", "shops.view")
    found = [
        r for r in Book.read().in_force(actor.path or "", today()) if r.code == code
    ]
    if not found:
        raise NotFound
    r = found[0]
    kept = {"tenths": r.tenths / 10, "per_minutes": r.per_minutes}
    form = RuleForm(request.POST or None, initial=kept)
    if r.measure == "each":
        del form.fields["per_minutes"]

    def do(d: dict[str, Any]) -> Any:
        return keeping.set_rule(
            actor=actor, code=code, tenths=tenths(form),
            per_minutes=d.get("per_minutes") or r.per_minutes,
            valid_from=d["valid_from"], reason=d["reason"],
        )  # fmt: skip

    if submitted(request, form, do):
        toast(request, "定好了", "从那天起的服务按新的算。")
        return redirect("shop:shops")
    note = f"现在：{queries.rule_words(r)}。新的从您选的那天起，在您的地方和下面用。"
    return form_page(
        request, form, f"改积分规定：{r.title}", _trail(), note=note, submit="定下来"
    )


# --- on paper ---------------------------------------------------------------------------------


@get_only
def count_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For two people with a pen."""
    actor = require_desk(request, "prizes.count", "shops.view")
    s = queries.shop(actor, pk)
    context = {
        "s": s, "prizes": s.prizes.order_by("state", "name"), "now": clock_now(),
        "back_url": reverse("shop:shop", args=[pk]),
    }  # fmt: skip
    return render(request, "shop/count_sheet.html", context)


@get_only
def wall(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What hangs in the shop: numbers of volunteers and of points, no names, in the
    order of the numbers (domain 7.6, 0.1)."""
    actor = require_desk(request, "wallets.view", "shops.view")
    s = queries.shop(actor, pk)
    context = {
        "s": s, "rows": queries.on_the_wall(s), "now": clock_now(),
        "rules": [r for r in Book.read().in_force(s.path, today()) if r.tenths],
        "prizes": queries.offered(s), "hours": redeeming.hours(s),
        "back_url": reverse("shop:shop", args=[pk]),
    }  # fmt: skip
    return render(request, "shop/wall.html", context)


@get_only
def effect(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Before and after the shop opened (A25)."""
    actor = require_role(request, "shops.view")
    s = queries.shop(actor, pk)
    e = effects.effect(s)
    context = {**shared(request, "shops"), "s": s, "e": e, "rows": effects.rows(e)}
    return render(request, "shop/effect.html", context)
