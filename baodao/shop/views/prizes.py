"""Prizes and their stock: the list, one prize with all that came and went, and what is
written down of it (A20)."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted, taken
from baodao.shop import keeping, queries, rules
from baodao.shop.forms import CountForm, InForm, LossForm, PrizeForm, fen_of
from baodao.shop.models import Prize, Shop
from baodao.shop.serving import settings_at
from baodao.shop.views.frame import searched, shared
from baodao.ui.forms import Form
from baodao.ui.toast import toast
from baodao.ui.words import yuan

SAID = {
    "take_in": ("入库了", ""),
    "lose": ("记下了", "库存已经减掉。"),
    "count": ("盘点记下了", ""),
    "withdraw": ("下架了", "已经留着的还可以来领。"),
    "offer": ("重新上架了", ""),
}
FORMS: dict[str, type[Form]] = {"take_in": InForm, "lose": LossForm, "count": CountForm}


def state_of(request: HttpRequest) -> str:
    return word(request, "state", rules.PRIZE_STATES) or "offered"


@get_only
def prizes(request: HttpRequest) -> HttpResponse:
    """By shop and name, with what is left."""
    actor = require_role(request, "prizes.view")
    state, text = state_of(request), searched(request)
    page = paged(request, queries.prizes(actor, text=text, state=state))
    sums = queries.stock_sums(page)
    own = [s for s in queries.shops(actor) if can(actor, "prizes.add", s)]
    context = {
        **shared(request, "prizes"), "page": page, "state": state,
        "states": [(k, v.title) for k, v in rules.PRIZE_STATES.items()],
        "rows": [(p, sums.get(p.pk, {})) for p in page], "shops": own,
    }  # fmt: skip
    return render(request, "shop/prizes.html", context)


def _shop(actor: Actor, request: HttpRequest) -> Shop:
    pk = uuid_of(request.GET.get("shop"))
    own = queries.shops(actor)
    found = [s for s in own if s.pk == pk] or own
    if not found:
        raise NotFound
    return found[0]


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A prize in one of my shops."""
    actor = require_desk(request, "prizes.add", "shops.view")
    shop = _shop(actor, request)
    form = PrizeForm(request.POST or None, point=_point(shop))

    def do(d: dict[str, Any]) -> Any:
        return keeping.add_prize(
            actor=actor, shop_id=shop.pk, name=d["name"], fen=fen_of(form),
            note=d["note"], client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    done = submitted(request, form, do)
    if done:
        toast(request, "加好了", "接着记入库。")
        return redirect("shop:prize", pk=done.id)
    crumbs = [(reverse("shop:prizes"), "奖品和库存")]
    return form_page(request, form, f"{shop}加一样奖品", crumbs, submit="加上")


def _point(shop: Shop) -> str:
    return yuan(settings_at(shop.path)["shop.point_fen"])


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For requests from now on."""
    actor = require_desk(request, "prizes.edit", "shops.view")
    p = queries.prize(actor, pk)
    require(actor, "prizes.edit", p)
    kept = {"name": p.name, "fen": f"{p.fen / 100:.2f}", "note": p.note}
    form = PrizeForm(request.POST or None, initial=kept, point=_point(p.shop))

    def do(d: dict[str, Any]) -> Any:
        return keeping.edit_prize(
            actor=actor, prize_id=pk, name=d["name"], fen=fen_of(form), note=d["note"]
        )

    if submitted(request, form, do):
        toast(request, "改好了", "从现在起的申请按新的积分。")
        return redirect("shop:prize", pk=pk)
    crumbs = [
        (reverse("shop:prizes"), "奖品和库存"), (reverse("shop:prize", args=[pk]), p.name)
    ]  # fmt: skip
    return form_page(request, form, "改奖品", crumbs, submit="保存")


@get_only
def prize(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "prizes.view")
    return _page(request, actor, queries.prize(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, p: Prize, bad: tuple[str, Form] | None = None
) -> HttpResponse:
    bound = dict([bad]) if bad else {}
    sums = queries.stock_sums([p]).get(p.pk, dict.fromkeys(rules.MOVE_KINDS, 0))
    context = {
        **shared(request, "prizes"), "p": p, "page": paged(request, queries.moves(p)),
        "sums": [(rules.SUM_KINDS[k], n) for k, n in sums.items()],
        "may": can(actor, "prizes.edit", p), "bad": bad and bad[0],
        **{f"{k}_form": apart(bound.get(k) or f(), k) for k, f in FORMS.items()},
        "client_id": uuid4().hex,
    }  # fmt: skip
    return render(request, "shop/prize.html", context, status=422 if bad else 200)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Pieces come, are lost, are counted; on the shelf or off it."""
    if event not in SAID:
        raise NotFound
    actor = require_desk(request, f"prizes.{event}", "shops.view")
    p = queries.prize(actor, pk)
    require(actor, f"prizes.{event}", p)
    form = FORMS[event](request.POST) if event in FORMS else None
    verb: Any = getattr(keeping, event)
    # A form that is sent twice moves the pieces once.
    once = {"client_id": request.POST.get("client_id", "")} if form else {}
    if not taken(form, lambda data: verb(actor=actor, prize_id=pk, **data, **once)):
        assert form
        return _page(request, actor, p, (event, form))
    toast(request, *SAID[event])
    return redirect("shop:prize", pk=pk)
