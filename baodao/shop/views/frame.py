"""What the pages of the shop's staff share: the tabs, and what was searched for."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.grants import COMMUNITY
from baodao.people.views.asking import actor_of
from baodao.shop.serving import shop_for

LISTS = (
    ("desk", "兑换", "redemptions.reserve"),
    ("prizes", "奖品和库存", "prizes.view"),
    ("wallets", "积分账户", "wallets.view"),
    ("donations", "转赠", "donations.thank"),
    ("shops", "超市和规定", "shops.view"),
)


def tabs(actor: Actor) -> list[tuple[str, str, str]]:
    """(name, address, words) of the lists that one may see."""
    return [
        (name, reverse(f"shop:{name}"), words)
        for name, words, action in LISTS
        if can(actor, action)
    ]


def searched(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:40]


def shared(request: HttpRequest, here: str) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "shop_tabs": tabs(actor), "here": here, "q": searched(request),
        "at_community": actor.role in COMMUNITY,
        "above": shop_for(actor.path or ""),
    }  # fmt: skip
