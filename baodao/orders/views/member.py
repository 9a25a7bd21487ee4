"""A member's orders, made for a phone: one act a page, few taps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.timeline import events_of
from baodao.acts.writing import Done
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, NotFound
from baodao.orders import queries_member as queries
from baodao.orders import receipts, rules, services
from baodao.orders.forms_member import (
    ActForm,
    DoneForm,
    ExtensionForm,
    NoteForm,
    ReasonForm,
    reasons_for,
)
from baodao.orders.models import Category, Order
from baodao.orders.plans import row_of
from baodao.orders.private import look_at, may_contact, may_read_words
from baodao.orders.queries_unit import turn, where
from baodao.orders.shapes import clock_of, mark_words, status_of
from baodao.orders.story import story
from baodao.orders.views.reach import order_of
from baodao.ui.toast import toast

PURPOSES = ("约上门时间", "上门找路", "说明情况")


@dataclass(frozen=True)
class Ask:
    """The words of an act that has a page of its own. `text`: its consequence."""

    title: str
    submit: str
    text: str = ""


ASKS: Mapping[str, Ask] = {
    "decline": Ask(
        "接不了这一单", "告诉单位", "单位会另派一位。理由只有单位和社区看得到。"
    ),
    "hand_back": Ask(
        "把这一单交回单位", "交回单位", "单位会另派一位。理由只有单位和社区看得到。"
    ),
    "release": Ask("退回公开认领", "退回去", "这一单会重新放出来，让别人认领。"),
    "report_done": Ask("办完了", "办完了", "居民会收到，请居民说办好没有。"),
    "ask_extension": Ask("申请延期", "送出申请", "只能延一次，不超过原来的时限。"),
    "cannot_do": Ask("这件事办不了", "交回社区", "社区会改派，或者答复居民。"),
    "question_mark": Ask(
        "这个评价请核对",
        "请社区核对",
        "核对期间，这个分不算。由没有参与的人来定，一个评价只核对一次；是谁提出的，居民看不到。",
    ),
    "note": Ask("补记一条", "记下", "单位和社区看得到，居民看不到。"),
}
AT_ONCE = ("accept", "start")
# What leaves the order where it is has no receipt.
TOLD = {"note": "记下了", "question_mark": "已请社区核对"}


def actor_of(request: HttpRequest) -> Actor:
    """The acting member; other roles have pages of their own."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.role != "member":
        if actor.is_anonymous:
            raise NotFound
        raise Forbidden("这是党员的页面。请换成党员的身份，或回到自己的待办。")
    return actor


@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """In hand and waiting for residents; with ?done=1 what is closed, with ?own=1
    what the member has asked for at home."""
    actor, now = actor_of(request), clock_now()
    context: dict[str, Any] = {"counts": queries.counts(actor), "tab": "open"}
    if request.GET.get("done"):
        page, cards = queries.finished(actor, request.GET.get("page", "1"), now)
        context |= {"tab": "closed", "page": page, "cards": cards}
    elif request.GET.get("own"):
        page, cards = queries.asked(actor, request.GET.get("page", "1"), now)
        rows = [(card, *status_of(card.order)) for card in cards]
        context |= {"tab": "asked", "page": page, "rows": rows}
    else:
        context |= {
            "hand": queries.in_hand(actor, now),
            "waiting": queries.waiting(actor, now),
        }
    return render(request, "orders/member_list.html", context)


@require_safe
def pool(request: HttpRequest) -> HttpResponse:
    """Published orders near: home first, then the contact point, then the street.
    A unit's are a tab of its own list."""
    if request.actor.role.startswith("unit_"):  # type: ignore[attr-defined]
        return redirect(f"{reverse('orders:unit')}?tab=pool")
    actor, now = actor_of(request), clock_now()
    member = queries.member_of(actor)
    chosen = request.GET.get("category", "")
    page, cards = queries.nearby(
        actor, member, now, category=chosen, page=request.GET.get("page", "1")
    )
    hand = [c for c in queries.in_hand(actor, now) if c.order.route == "pool"]
    context = {
        "counts": queries.counts(actor), "tab": "pool", "page": page, "cards": cards,
        "categories": list(Category.objects.values_list("code", "title")),
        "chosen": chosen, "client_id": uuid4().hex, "claimed": len(hand),
        "limit": services.context(member.residence_path or "").settings["orders.max_open_claims"],
        "placed": bool(member.residence_path or member.point_path),
    }  # fmt: skip
    return render(request, "orders/member_pool.html", context)


@require_POST
def claim(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take one from the pool."""
    actor = actor_of(request)
    try:
        done = services.claim_order(
            actor=actor, order_id=order_id, client_id=_client(request, order_id)
        )
    except Conflict as error:
        toast(request, error.message, tone="late")
        return redirect("orders:pool")
    return _receipt_of(order_id, done)


@require_safe
def detail(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order with what the member may do now."""
    return _page(request, order_of(actor_of(request), order_id))


def _page(
    request: HttpRequest,
    order: Order,
    shown: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, now = actor_of(request), clock_now()
    events = events_of(order.id)
    context = {
        "order": order,
        "where": where(order),
        "from_whom": queries.from_whom(order),
        "clock": clock_of(order, now, turn(order, queries.IN_HAND)),
        "status": status_of(order),
        "mark": mark_words(order),
        "entries": story(order, events, actor, now, queries.unit_names(events, order)),
        "words": may_read_words(actor, order),
        "contact": may_contact(actor, order),
        "purposes": [(p, p) for p in PURPOSES],
        "shown": shown or {},
        "may": _may(actor, order, now),
        "client_id": uuid4().hex,
    }
    return render(request, "orders/member_order.html", context, status=status)


def _may(actor: Actor, order: Order, now: datetime) -> set[str]:
    """The acts whose button stands on the page: the access table and the flow."""
    steps = set(rules.FLOW.events(order.state)) & {*AT_ONCE, *ASKS}
    row = row_of(order)
    found = {
        e for e in steps if rules.fits(e, row) and can(actor, f"orders.{e}", order)
    }
    if not queries.may_question(order, now):
        found.discard("question_mark")
    if queries.may_extend(order, now) and can(actor, "orders.ask_extension", order):
        found.add("ask_extension")
    if order.state in rules.OPEN and can(actor, "orders.note", order):
        found.add("note")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, order_id: UUID, event: str) -> HttpResponse:
    """GET asks for what an act needs (or shows its receipt), POST does it."""
    actor = actor_of(request)
    if event == "receipt":
        return _receipt(request, actor, order_id)
    try:
        order = order_of(actor, order_id)
    except NotFound:
        return _sent_again(request, actor, order_id, event)
    if request.method == "POST" and event == "reveal":
        return _reveal(request, actor, order)
    if event in AT_ONCE and request.method == "POST":
        return _at_once(request, actor, order, event)
    if event not in ASKS:
        return redirect("orders:my_order", order_id)
    return _ask(request, actor, order, event)


def _sent_again(
    request: HttpRequest, actor: Actor, order_id: UUID, event: str
) -> HttpResponse:
    """A form sent twice, the first time of which took the order out of the member's
    hands: the receipt of that first time."""
    before = (
        queries.last_own(actor, order_id, event) if request.method == "POST" else None
    )
    if before is None:
        raise NotFound
    return redirect(_receipt_url(order_id, before.id))


def _client(request: HttpRequest, order_id: UUID) -> str:
    given = request.POST.get("client_id", "")[:64]
    return f"{order_id}:{given}" if given else ""


def _at_once(
    request: HttpRequest, actor: Actor, order: Order, event: str
) -> HttpResponse:
    verb = services.accept_order if event == "accept" else services.start_order
    try:
        done = verb(
            actor=actor, order_id=order.id, client_id=_client(request, order.id)
        )
    except Conflict as error:
        toast(request, error.message, tone="late")
        return _page(request, order_of(actor, order.id), status=error.status)
    return _receipt_of(order.id, done)


def _ask(request: HttpRequest, actor: Actor, order: Order, event: str) -> HttpResponse:
    now = clock_now()
    data = request.POST if request.method == "POST" else None
    form, status = _form(event, order, actor, now, data), 200
    if request.method != "POST" and event not in _may(actor, order, now):
        toast(request, "这一步现在不用做了。请看最新的情况。", tone="soon")
        return redirect("orders:my_order", order.id)
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                done = _do(actor, order, event, form, _client(request, order.id))
                return _after(request, order, event, done)
            except (Invalid, Conflict) as error:
                form.refuse(error)
                status = error.status
    context = {
        "order": order, "event": event, "ask": ASKS[event], "form": form, "where": where(order),
    }  # fmt: skip
    return render(request, "orders/member_ask.html", context, status=status)


def _form(event: str, order: Order, actor: Actor, now: datetime, data: Any) -> ActForm:
    if event == "report_done":
        member = queries.member_of(actor)
        return DoneForm(order, member, now, data, started=queries.started_at(order))
    if event == "ask_extension":
        return ExtensionForm(queries.span_of(order), data)
    if event == "note":
        return NoteForm(data)
    return ReasonForm(reasons_for(event), data, must_say=event == "cannot_do")


def _do(actor: Actor, order: Order, event: str, form: ActForm, client: str) -> Done:
    given: dict[str, Any] = {"actor": actor, "order_id": order.id, "client_id": client}
    said = form.cleaned_data
    if event == "ask_extension":
        return services.ask_extension(hours=said["hours"], note=said["note"], **given)
    if event == "note":
        return services.add_note(text=said["text"], audience="unit", **given)
    if isinstance(form, DoneForm):
        return services.report_done(
            stretches=form.stretches(), note=said["note"], **given
        )
    verbs = {
        "decline": services.decline_order, "hand_back": services.hand_back_order,
        "release": services.release_order, "cannot_do": services.cannot_do_order,
        "question_mark": services.question_mark,
    }  # fmt: skip
    return verbs[event](reason=said["reason"], note=said["note"], **given)


def _after(request: HttpRequest, order: Order, event: str, done: Done) -> HttpResponse:
    if event in TOLD:
        toast(request, TOLD[event])
        return redirect("orders:my_order", order.id)
    return _receipt_of(order.id, done)


def _receipt_of(order_id: UUID, done: Done) -> HttpResponse:
    return redirect(_receipt_url(order_id, done.event_id))


def _receipt_url(order_id: UUID, event_id: UUID) -> str:
    return f"{reverse('orders:my_act', args=[order_id, 'receipt'])}?e={event_id}"


def _receipt(request: HttpRequest, actor: Actor, order_id: UUID) -> HttpResponse:
    event = queries.my_event(actor, order_id, request.GET.get("e", ""))
    order = Order.objects.get(id=order_id)
    made = receipts.receipt(event, order, services.context(order.path))
    context = {
        "receipt": made,
        "order": order,
        "mine": can(actor, "orders.view", order),
    }
    return render(request, "orders/member_receipt.html", context)


def _reveal(request: HttpRequest, actor: Actor, order: Order) -> HttpResponse:
    """Shown until the page is closed; the look is on record with its purpose."""
    field, purpose = request.POST.get("field", ""), request.POST.get("purpose", "")
    try:
        value = look_at(
            actor=actor, order_id=order.id, field=field,
            purpose=purpose if purpose in PURPOSES else "",
        )  # fmt: skip
    except BaodaoError as error:
        if not isinstance(error, Invalid | Conflict):
            raise
        toast(request, error.message, tone="late")
        return _page(request, order, status=error.status)
    response = _page(request, order, {field: value or "没有留"})
    response["Cache-Control"] = "no-store"
    return response
