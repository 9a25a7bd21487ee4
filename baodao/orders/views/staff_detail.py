"""One order on the staff's desk (design b-order)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.orders import forms, rules, services, shapes
from baodao.orders.models import Order
from baodao.orders.private import look_at, may_read_words
from baodao.orders.queries import Alike, related, similar_orders
from baodao.orders.story import story, who
from baodao.orders.suggestions import unit_suggestions
from baodao.orders.views.reach import order_of
from baodao.orders.views.staff_page import actor_of, staff_page
from baodao.orders.views.staff_table import (
    ACTS,
    QUICK,
    StaffAct,
    panel_of,
    possible,
)
from baodao.people.models import Unit
from baodao.places.queries import named_on
from baodao.ui.words import deadline, hours, mask_phone

TOP = 3
FIELDS = {
    "phone": "电话",
    "address": "住处",
    "call_name": "称呼",
    "code": "查询码和链接（打印小条）",
}
LOOKS = ("orders.reveal", "orders.slip")


@staff_page
@never_cache
@require_safe
def detail(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The whole order: what, whose turn, since when, what happened, what now."""
    return page(request, order_of(actor_of(request), order_id))


@staff_page
@never_cache
@require_POST
def reveal(request: HttpRequest, order_id: UUID, field: str) -> HttpResponse:
    """Show one sealed field until the page is left; the look is on record."""
    actor = actor_of(request)
    order = order_of(actor, order_id)
    purpose = request.POST.get("purpose", "")
    if purpose not in forms.PURPOSES:
        raise Invalid(fields={"purpose": "请选看它做什么。"})
    value = look_at(actor=actor, order_id=order.id, field=field, purpose=purpose)
    return page(request, order, shown={field: value or "没有留"})


@staff_page
@require_safe
def looked(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """谁看过: every reveal of this order's contact, newest first."""
    actor = actor_of(request)
    order = order_of(actor, order_id)
    found = Event.objects.filter(object_id=order.id, action__in=LOOKS)
    events = list(found.order_by("-at"))
    names = unit_names(events)
    looks = [
        {
            "at": e.at,
            "who": who(e, names),
            "field": FIELDS.get(str(e.data.get("field")), ""),
            "purpose": forms.PURPOSES.get(
                str(e.data.get("purpose")), e.data.get("purpose", "")
            ),
        }
        for e in events
    ]
    return render(request, "orders/staff_looked.html", {"order": order, "looks": looks})


def _where(order: Order) -> str:
    """The place; of what is over, as it was called then."""
    if order.state in rules.OPEN:
        return order.place.name
    return named_on(order.place, today(order.placed_at))


def page(
    request: HttpRequest, order: Order, *, bound: Mapping[str, forms.Act] | None = None,
    shown: Mapping[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The detail page; `bound` forms keep what was typed, `shown` fields are
    revealed."""
    actor, now = actor_of(request), clock_now()
    events = events_of(order.id)
    ctx = services.context(order.path, now)
    names = unit_names(events)
    private = may_read_words(actor, order)
    steps_only = request.GET.get("story") == "steps"
    told = [e for e in events if e.from_state != e.to_state] if steps_only else events
    context: dict[str, Any] = {
        "order": order,
        "where": _where(order),
        "private": private,
        "clock": shapes.clock_of(order, now, _turn(order, now)),
        "status": shapes.status_of(order),
        "mark": shapes.mark_words(order),
        "steps": shapes.steps_of(order),
        "parts": shapes.parts_of(order, events, now, ctx),
        "entries": story(order, told, actor, now, names),
        "steps_only": steps_only,
        "goods_limit": ctx.settings["orders.goods_limit_fen"],
        "calls_needed": ctx.settings["orders.calls"],
        "call_gap": ctx.settings["orders.call_gap_hours"],
        "may_slip": can(actor, "orders.slip", order),
        "transferred_to": order.transferred_to
        and rules.TRANSFER_TO.get(order.transferred_to, rules.TOWNSHIP),
        "asked_because": _asked_because(events) if order.extension_hours else "",
        "asked_span": hours(order.extension_hours),
        "related": related(actor, order, now),
        **_work(request, order, actor, now, ctx.settings, bound or {}, private),
        **_contact(order, actor, events, shown or {}, private),
    }  # fmt: skip
    return render(request, "orders/staff_detail.html", context, status=status)


def _turn(order: Order, now: datetime) -> str:
    """轮到社区派单 · 今天 17:30 到期."""
    words = shapes.turn_words(order).replace("：", "")
    if order.escalated_at:
        words = f"已报上级 · {words}"
    if order.due_at is None:
        return words
    return f"{words} · {deadline(order.due_at, now).removesuffix(' 前')} 到期"


def _asked_because(events: Sequence[Event]) -> str:
    """What was said with the last request for more time."""
    asked = [e for e in events if e.action == "orders.ask_extension"]
    return " ".join(n.text for n in asked[-1].notes.all()) if asked else ""


def unit_names(events: Sequence[Event]) -> dict[str, str]:
    """Names of the units that acted, one query, none when no unit did."""
    ids = {e.actor_unit for e in events if e.actor_unit}
    found = Unit.objects.filter(id__in=ids) if ids else ()
    return {str(u.id): str(u) for u in found}


def form_for(
    act: StaffAct, event: str, order: Order, data: Any = None, **extra: Any
) -> forms.Act:
    """The act's form; ids carry the event, since several stand on one page."""
    return act.form(data, order=order, auto_id=f"{event}_%s", **extra)


def _work(
    request: HttpRequest, order: Order, actor: Actor, now: datetime,
    settings: Mapping[str, Any], bound: Mapping[str, forms.Act], private: bool,
) -> dict[str, Any]:  # fmt: skip
    """The work panel and the 更多 menu: what this actor may do now."""
    may = {e: a for e, a in ACTS.items() if possible(a, actor, order, now, settings)}
    panel = panel_of(order, now)
    panel = panel if panel in may else ""
    similar = _similar(actor, order, now, private) if "merge" in may else []
    near = [a for a in similar if a.is_open and a.may_open]
    made = {
        e: bound.get(e)
        or form_for(a, e, order, **({"similar": near} if e == "merge" else {}))
        for e, a in may.items()
    }
    found: dict[str, Any] = {
        "may": may,
        "panel": panel,
        "act": ACTS.get(panel),
        "form": made.get(panel),
        "menu": [(e, a, made[e]) for e, a in may.items() if e != panel],
        "similar": similar[:TOP],
        "quick": [(e, a) for e, a in may.items() if e in QUICK and e != panel],
        "purposes": list(forms.PURPOSES.items()),
    }
    if panel == "dispatch":
        found |= _suggested(request, order, now, made[panel])
    return found


def _similar(actor: Actor, order: Order, now: datetime, private: bool) -> list[Alike]:
    text = order.detail if private else order.title
    return similar_orders(
        actor, text, order.path, private=private, exclude=order.id, now=now
    )


def _suggested(
    request: HttpRequest, order: Order, now: datetime, form: forms.Act
) -> dict[str, Any]:
    """The best three as cards, the others to choose from; or what a search found."""
    search = " ".join(request.GET.get("unit_q", "").split())[:20]
    found = unit_suggestions(order, now=now, search=search)
    top = len(found) if search else TOP
    return {
        **shapes.shortlist(found, form.data.get("unit", ""), top), "unit_q": search,
    }  # fmt: skip


def _contact(
    order: Order, actor: Actor, events: Sequence[Event], shown: Mapping[str, str],
    private: bool,
) -> dict[str, Any]:  # fmt: skip
    """Masked contact data, and how often each was shown."""
    if not private:
        return {"contact": None}
    masked = {
        "call_name": "已隐去" if order.call_name else "没有留",
        "phone": mask_phone(order.phone) or "没有留",
        "address": f"{order.place} · 楼栋门号已隐去" if order.address else "没有留",
    }
    return {
        "contact": [
            (name, FIELDS[name], text, shown.get(name, ""), bool(getattr(order, name)))
            for name, text in masked.items()
        ],
        "may_reveal": can(actor, "orders.reveal", order),
        "looks": Counter(
            str(e.data.get("field")) for e in events if e.action == "orders.reveal"
        ),
    }
