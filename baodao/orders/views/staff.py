"""Staff pages of orders: the list, registering, the slip; the rest by import."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.orders import filters, queries, rules, shapes
from baodao.orders.models import Category
from baodao.orders.views.staff_acts import act, ask, bulk
from baodao.orders.views.staff_detail import detail, looked, reveal
from baodao.orders.views.staff_new import new, similar, slip
from baodao.orders.views.staff_page import actor_of, staff_page
from baodao.places.rules import COMMUNITY

__all__ = [
    "act", "ask", "bulk", "detail", "look_up", "looked", "new", "order_list", "reveal",
    "similar", "slip",
]  # fmt: skip


@staff_page
@never_cache
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """By whose turn it is and how soon (design a-desk)."""
    actor = actor_of(request)
    desk = queries.desk(actor, request.GET, page=request.GET.get("page", "1"))
    grids = [(p.path, p.name) for p in desk.places]
    rows = [shapes.row_of(o, actor, desk.now, grids) for o in desk.page]
    context = {
        "desk": desk,
        "groups": _groups(rows, desk),
        "tabs": [(t, filters.TABS[t], desk.told(t)) for t in filters.tabs_of(actor)],
        "head": _head(actor, desk),
        "elsewhere": f"{desk.others} 件在等别人。",
        "figures": _figures(actor, desk),
        "chips": _chips(desk),
        "sort_title": filters.SORTS[desk.filters.sort],
        "kept": [
            (k, v)
            for k in request.GET
            if k not in ("q", "page")
            for v in request.GET.getlist(k)
        ],
        "may_place": can(actor, "orders.place"),
        "may_phone": can(actor, "orders.find_phone"),
        "may_bulk": can(actor, "orders.dispatch"),
    }
    return render(request, "orders/staff_list.html", context)


@staff_page
@never_cache
@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """What was typed into the search box, as an address: a phone becomes its key,
    because a resident's phone does not belong into one."""
    kept = request.POST.copy()
    text = str(kept.pop("q", [""])[-1])
    kept.pop("csrfmiddlewaretoken", None)
    key = filters.phone_key(text)
    if key and can(actor_of(request), "orders.find_phone"):
        return redirect(f"{reverse('orders:list')}?tab=any&phone={key}")
    if text.strip():
        kept["q"] = text
    return redirect(f"{reverse('orders:list')}?{kept.urlencode()}")


def _groups(
    rows: Iterable[shapes.Row], desk: queries.Desk
) -> list[tuple[str, str, int, list[shapes.Row]]]:
    """Rows under their heads (code, title, number in this tab); one group without a
    head where the order is another."""
    if desk.filters.sort != "due" or desk.tab in ("closed", "any"):
        return [("", "", 0, list(rows))]
    found: dict[str, list[shapes.Row]] = {}
    for row in rows:
        found.setdefault(getattr(row.order, "bucket", "later"), []).append(row)
    return [
        (b, filters.BUCKETS[b], desk.buckets[b], lines) for b, lines in found.items()
    ]


def _head(actor: Actor, desk: queries.Desk) -> tuple[str, str]:
    """The page head as a sentence, and what is under way elsewhere."""
    late = f"，其中 {desk.mine_late} 件已超时" if desk.mine_late else ""
    if filters.tabs_of(actor)[0] == "mine":
        head = f"有 {desk.mine} 件事在等您{late}" if desk.mine else "没有等您处理的事"
        under = f"另有 {desk.others} 件在等别人，超时会自动提醒对方，不用您催。"
        return head, under if desk.others else ""
    head = f"有 {desk.mine} 件到期没办，已报上级" if desk.mine else "没有到期没办的点单"
    return head, f"另有 {desk.others} 件在办。" if desk.others else ""


def _figures(
    actor: Actor, desk: queries.Desk
) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """今天、本周经手; nothing for those who do not handle orders."""
    if not can(actor, "orders.place"):
        return []
    figures = queries.handled_figures(actor, desk.now)
    base = reverse("orders:list")
    return [
        (title, [
            (label, n, f"{base}?tab=any&handled={what}&span={span}")
            for span, what, label, n in figures if span == of
        ])
        for of, title in filters.SPANS.items()
    ]  # fmt: skip


def _chips(desk: queries.Desk) -> dict[str, Any]:
    """The choices of the filter chips."""
    grids = any(p.level > COMMUNITY for p in desk.places)
    closed = desk.tab == "closed"
    states = [s for s, st in rules.STATES.items() if bool(st.side) != closed]
    return {
        "place": "网格" if grids else "地方",
        "places": [(p.code, p.name) for p in desk.places],
        "kinds": list(rules.KINDS.items()),
        "categories": list(Category.objects.values_list("code", "title")),
        "sources": list(rules.SOURCES.items()),
        "urgencies": list(rules.URGENCIES.items()),
        "states": [(s, rules.STATES[s].title) for s in states],
        "sorts": list(filters.SORTS.items()),
        "handled": list(filters.HANDLED.items()),
    }
