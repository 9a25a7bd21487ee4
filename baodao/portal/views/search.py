"""One box for everything: orders, units, members, places, each within the scope of
the acting role."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.orders.filters import phone_key
from baodao.orders.filters import search as wanted
from baodao.orders.models import Order
from baodao.people.models import Member, Unit
from baodao.people.roles import ROLES
from baodao.places.queries import search_places
from baodao.places.search import matching
from baodao.portal.nav import frame_of

A_GROUP = 12
ORDER_PAGES = {"unit": "orders:unit_order", "member": "orders:my_order"}


@dataclass(frozen=True)
class Hit:
    title: str
    under: str
    url: str


@dataclass(frozen=True)
class Group:
    """`more`: there are further hits than the ones shown."""

    title: str
    hits: list[Hit]
    more: bool


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """找单号、单位、党员. What is typed comes by POST and goes on as an address; a
    phone, which does not belong into one, as the key of its orders."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        typed = request.POST.get("q", "")
        key = phone_key(typed) if can(actor, "orders.find_phone") else ""
        if key:
            return redirect(f"{reverse('orders:list')}?tab=any&phone={key}")
        return redirect(f"{reverse('portal:search')}?{urlencode({'q': typed})}")
    text = " ".join(request.GET.get("q", "").split())[:40]
    groups = find(actor, text) if text else []
    by_phone = can(actor, "orders.find_phone")
    context = {"q": text, "groups": groups, "by_phone": by_phone, **frame_of(actor)}
    return render(request, "portal/search.html", context)


def find(actor: Actor, text: str) -> list[Group]:
    """The hits of every kind, at most twelve each; kinds without hits are left out."""
    desk = ROLES[actor.role].desk if actor.role in ROLES else ""
    groups = [
        _group("点单", _orders(actor, text), lambda o: Hit(
            o.title, f"单 {o.no} · {Order.FLOW.states[o.state].title} · {o.place.name}",
            _url(ORDER_PAGES.get(desk, "orders:detail"), o.pk),
        )),
        _group("单位", matching(visible(Unit.objects.all(), actor, "units.view"), text).order_by("pinyin"),
               lambda u: Hit(u.name, u.short_name, _url("people:unit", u.pk))),
        _group("党员", _members(actor, text), lambda m: Hit(
            m.person.name, m.unit.name if m.unit else "", _url("people:member", m.pk)
        )),
        _group("地方", search_places(actor, text), lambda p: Hit(
            p.name, p.parent.name if p.parent else "", _url("places:detail", p.pk)
        )),
    ]  # fmt: skip
    return [g for g in groups if g.hits]


def _orders(actor: Actor, text: str) -> QuerySet[Order]:
    found = visible(Order.objects.all(), actor, "orders.view")
    found = found.filter(wanted(text.removeprefix("单").strip() or text))
    found = found.select_related("place").order_by("-placed_at")
    return found.defer("detail", "call_name", "phone", "address", "rating_text")


def _members(actor: Actor, text: str) -> QuerySet[Member]:
    found = visible(Member.objects.all(), actor, "members.view")
    found = found.exclude(duty_status="left").select_related("person", "unit")
    return matching(found, text, name="person__name", pinyin="person__pinyin").order_by(
        "person__pinyin"
    )


def _group(title: str, found: QuerySet[Any], hit: Any) -> Group:
    rows = list(found[: A_GROUP + 1])
    return Group(title, [hit(r) for r in rows[:A_GROUP]], len(rows) > A_GROUP)


def _url(name: str, pk: object) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
