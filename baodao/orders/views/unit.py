"""The unit's desk: take an order or give it back, name a member, see it through."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.timeline import events_of
from baodao.acts.writing import Done
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.services import inbox
from baodao.orders import queries_unit as queries
from baodao.orders import rules, services
from baodao.orders.forms_member import (
    ActForm,
    DoneForm,
    ExtensionForm,
    NoteForm,
    ReasonForm,
)
from baodao.orders.forms_unit import AssignForm, ReturnForm
from baodao.orders.models import Order
from baodao.orders.plans import row_of
from baodao.orders.queries_member import (
    last_own,
    may_extend,
    may_question,
    span_of,
    started_at,
    unit_names,
)
from baodao.orders.shapes import (
    after_words,
    clock_of,
    mark_words,
    parts_of,
    shortlist,
    status_of,
    steps_of,
)
from baodao.orders.story import story
from baodao.orders.suggestions import member_suggestions
from baodao.orders.views.reach import order_of
from baodao.reporting.next_steps import next_steps
from baodao.ui.toast import toast

TOP = 5


def actor_of(request: HttpRequest) -> Actor:
    """The acting unit person. Members, residents and staff have pages of their own."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.unit_id is None or not actor.role.startswith("unit_"):
        if actor.is_anonymous:
            raise NotFound
        raise Forbidden("这是单位的页面。请换成单位的身份，或回到自己的待办。")
    return actor


@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """The unit's list, by whose turn it is; all filters are in the address."""
    actor, now = actor_of(request), clock_now()
    desk = queries.unit_desk(actor, request.GET, now)
    tabs = [(tab, title) for tab, (title, _) in queries.TABS.items()]
    context = {
        "desk": desk,
        "tabs": [
            (t, title, desk.counts[t]) for t, title in [*tabs, (queries.POOL, "可认领")]
        ],
        "grouped": desk.tab not in ("closed", queries.POOL, queries.YEAR),
        "kept": [(k, v) for k, v in request.GET.items() if k not in ("q", "page")],
        "filtered": any(
            request.GET.get(k) for k in ("q", "category", "urgency", "due")
        ),
        "categories": queries.categories(),
        "urgencies": rules.URGENCIES.items(),
        "dues": queries.DUE.items(),
        "year": queries.year_of(actor, today(now).year),
        "messages_to": inbox(actor)[:5],
        "next_steps": [s for s in next_steps(actor, now) if not s.done][:3],
    }
    return render(request, "orders/unit_list.html", context)


@require_safe
def detail(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order with what the unit may do now."""
    return _page(request, order_of(actor_of(request), order_id), {})


def _page(
    request: HttpRequest, order: Order, bound: Mapping[str, ActForm], status: int = 200
) -> HttpResponse:
    actor, now = actor_of(request), clock_now()
    events = events_of(order.id)
    ctx = services.context(order.path, now)
    context = {
        "order": order,
        "where": queries.where(order),
        "clock": clock_of(order, now, queries.turn(order, queries.MINE)),
        "status": status_of(order),
        "mark": mark_words(order),
        "steps": steps_of(order),
        "parts": parts_of(order, events, now, ctx),
        "entries": story(order, events, actor, now, unit_names(events, order)),
        "may": _may(actor, order, now),
        "forms": _forms(actor, order, now) | dict(bound),
        "open": next(iter(bound), ""),
        **_candidates(actor, order, now, bound),
        "client_id": uuid4().hex,
    }
    return render(request, "orders/unit_order.html", context, status=status)


def _may(actor: Actor, order: Order, now: datetime) -> set[str]:
    """The acts whose button stands on the page: the access table and the flow."""
    steps, row = set(rules.FLOW.events(order.state)) & set(ACTS), row_of(order)
    found = {
        e for e in steps if rules.fits(e, row) and can(actor, f"orders.{e}", order)
    }
    if not may_question(order, now):
        found.discard("question_mark")
    if may_extend(order, now) and can(actor, "orders.ask_extension", order):
        found.add("ask_extension")
    if order.state in rules.OPEN and can(actor, "orders.note", order):
        found.add("note")
    return found


def _forms(actor: Actor, order: Order, now: datetime) -> dict[str, ActForm]:
    return {
        e: _form(e, order, now, None) for e in _may(actor, order, now) if e in FORMS
    }


def _form(event: str, order: Order, now: datetime, data: Any) -> ActForm:
    prefix = f"{event}_id"
    if event == "report_done":
        if order.member is None:
            raise Conflict
        started = started_at(order)
        return DoneForm(
            order, order.member, now, data, started=started, auto_id=f"{prefix}_%s"
        )
    if event == "ask_extension":
        return ExtensionForm(span_of(order), data, auto_id=f"{prefix}_%s")
    return FORMS[event](data, auto_id=f"{prefix}_%s")


def _candidates(
    actor: Actor, order: Order, now: datetime, bound: Mapping[str, ActForm]
) -> dict[str, Any]:
    """The best few as cards with the first one chosen, the others folded away; who
    has it now is not among them."""
    if "assign" not in _may(actor, order, now):
        return {}
    ranked = member_suggestions(order, unit_id=order.unit_id, now=now)
    found = [s for s in ranked if s.id != str(order.member_id)]
    form = bound.get("assign")
    said = str(form["member"].value() or "") if form else ""
    return shortlist(found, said, TOP)


# --- acts -------------------------------------------------------------------------


FORMS: dict[str, Callable[..., ActForm]] = {
    "return": ReturnForm,
    "assign": AssignForm,
    "report_done": DoneForm,
    "ask_extension": ExtensionForm,
    "question_mark": partial(ReasonForm, rules.MARK_REASONS),
    "note": NoteForm,
}
ACTS = ("unit_accept", "return", "assign", "report_done", "question_mark")
DONE = {
    "unit_accept": "已接单",
    "return": "已退回社区",
    "assign": "已派给党员",
    "report_done": "已替党员报办完",
    "ask_extension": "已申请延期",
    "question_mark": "已请社区核对评价",
    "note": "已补记",
    "unit_claim": "已认领到本单位",
}


@require_POST
def act(request: HttpRequest, order_id: UUID, event: str) -> HttpResponse:
    """One act of the unit. What was typed stays when something has to be mended."""
    actor, now = actor_of(request), clock_now()
    if event not in DONE:
        raise NotFound
    if event == "unit_claim":
        return _claim(request, actor, order_id)
    try:
        order = order_of(actor, order_id)
    except NotFound:
        if last_own(actor, order_id, event) is None:
            raise
        return redirect("orders:unit")  # sent twice; the first time took it away
    form = _form(event, order, now, request.POST) if event in FORMS else None
    if form and not form.is_valid():
        return _page(request, order, {event: form}, 422)
    try:
        done = _do(actor, order, event, form, request.POST.get("client_id", ""))
    except (Invalid, Conflict) as error:
        return _refused(request, order_id, event, form, error)
    _say(request, order_id, event, done)
    gone = event == "return"
    return redirect("orders:unit") if gone else redirect("orders:unit_order", order_id)


def _do(
    actor: Actor, order: Order, event: str, form: ActForm | None, client: str
) -> Done:
    given: dict[str, Any] = {
        "actor": actor,
        "order_id": order.id,
        "client_id": f"{order.id}:{client}" if client else "",
    }
    said = form.cleaned_data if form else {}
    if event == "unit_accept":
        return services.unit_accept_order(**given)
    if event == "return":
        return services.return_order(reason=said["reason"], note=said["note"], **given)
    if event == "assign":
        return services.assign_order(
            member_id=said["member"], note=said["note"], **given
        )
    if event == "question_mark":
        return services.question_mark(reason=said["reason"], note=said["note"], **given)
    if event == "ask_extension":
        return services.ask_extension(hours=said["hours"], note=said["note"], **given)
    if event == "note":
        return services.add_note(text=said["text"], audience="unit", **given)
    assert isinstance(form, DoneForm)
    return services.report_done(stretches=form.stretches(), note=said["note"], **given)


def _refused(
    request: HttpRequest,
    order_id: UUID,
    event: str,
    form: ActForm | None,
    error: BaodaoError,
) -> HttpResponse:
    """The page as it is now, with the sentence at its place. An order that has left
    the unit meanwhile is answered on the list."""
    try:
        order = order_of(actor_of(request), order_id)
    except NotFound:
        toast(request, error.message, tone="late")
        return redirect("orders:unit")
    if form and event in _may(actor_of(request), order, clock_now()):
        form.refuse(error)
        return _page(request, order, {event: form}, error.status)
    toast(request, error.message, tone="late")
    return _page(request, order, {}, error.status)


def _say(request: HttpRequest, order_id: UUID, event: str, done: Done) -> None:
    order = Order.objects.select_related("member__person").get(id=order_id)
    title = DONE[event]
    if event == "assign" and order.member:
        title = f"已派给{order.member}"
    text = (
        "社区会改派别的单位。" if event == "return" else after_words(order, clock_now())
    )
    toast(request, title, "" if event == "note" else text)


def _claim(request: HttpRequest, actor: Actor, order_id: UUID) -> HttpResponse:
    """From the pool of the unit's contact points."""
    try:
        services.unit_claim_order(actor=actor, order_id=order_id)
    except Conflict as error:
        toast(request, error.message, tone="late")
        return redirect(f"{reverse('orders:unit')}?tab=pool")
    toast(request, DONE["unit_claim"], "请选一位党员去办。")
    return redirect("orders:unit_order", order_id)
