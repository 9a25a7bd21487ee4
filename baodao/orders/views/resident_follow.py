"""Residents follow their order and have the last word: done, partly, not done."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from baodao.acts.access import can
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, Invalid, NotFound
from baodao.orders import residents, services, wording
from baodao.orders.rules import BEFORE_SERVICE, FLOW
from baodao.orders.views.resident_door import Opened, open_order, show
from baodao.places.settings import values
from baodao.ui.toast import toast

MISSING = ("还差一点没办完", "东西没拿全", "办得不合适", "还要再来一次", "别的")
RATINGS = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
REOPEN_SAID = {"partly": "办了一部分", "not_solved": "没办好"}


@never_cache
@require_GET
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """办得怎么样: the story, whose turn it is, and what the resident can say now."""
    return _page(request, open_order(request, token))


def _page(
    request: HttpRequest, opened: Opened, *, error: BaodaoError | None = None
) -> HttpResponse:
    order, now = opened.order, clock_now()
    days = values(order.path, ["orders.reopen_days"])["orders.reopen_days"]
    until = residents.reopen_until(order, days)
    context = {
        **_base(request, opened),
        "story": residents.story(order, now),
        "may": {e: _may(opened, e) for e in ("confirm", "withdraw", "rate", "note")},
        "may_reopen": _may(opened, "reopen") and until is not None and now <= until,
        "reopen_until": until,
        "ask_text": not order.seen_how and order.consent_public
        and order.state in BEFORE_SERVICE,
        "ratings": RATINGS,
        "error": error,
        "typed": request.POST,
    }  # fmt: skip
    status = error.status if error else 200
    return show(request, "orders/resident_follow.html", context, status=status)


def _base(request: HttpRequest, opened: Opened) -> dict[str, Any]:
    order = opened.order
    return {
        "order": order,
        "place": residents.community_of(order.path) or order.place,
        "key": opened.key,
        "by_code": opened.by_code,
        "heading": residents.heading(order, opened.by_code),
        "phone": residents.phone_of(order.path),
    }


def _may(opened: Opened, event: str) -> bool:
    order = opened.order
    possible = not FLOW.moves(event) or event in FLOW.events(order.state)
    return possible and can(opened.actor, f"orders.{event}", order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, token: str, event: str) -> HttpResponse:
    """One tap of the resident; every answer is a form that needs no script."""
    opened = open_order(request, token)
    if request.method != "POST":
        page = PAGES.get(event)
        if page is None:
            return redirect("orders:follow", token=token)
        return page(request, opened)
    verb = VERBS.get(event)
    if verb is None:
        raise NotFound
    try:
        return verb(request, opened)
    except (Conflict, Invalid) as error:
        fresh = residents.by_token(opened.order.token) or opened.order
        return _page(request, opened._replace(order=fresh), error=error)


def _back(opened: Opened) -> HttpResponse:
    return redirect("orders:follow", token=opened.key)


def _words(request: HttpRequest, opened: Opened, event: str) -> dict[str, Any]:
    """What every verb is given. The version that was on the screen makes a second
    tap on the same page the same act."""
    seen = request.POST.get("v", "")
    return {
        "actor": opened.actor,
        "order_id": opened.order.id,
        "client_id": f"{event}:{seen}" if seen else "",
    }


def _confirm(request: HttpRequest, opened: Opened) -> HttpResponse:
    words = _words(request, opened, "confirm")
    with transaction.atomic():
        if opened.order.state == "in_service":
            services.take_back(actor=opened.actor, order_id=opened.order.id)
        services.confirm_order(**words, result="solved", how="requester")
    toast(request, "记下了：办好了", "谢谢您告诉一声。")
    return _back(opened)


def _reopen(request: HttpRequest, opened: Opened) -> HttpResponse:
    result = request.POST.get("result", "")
    what = request.POST.get("what", "").strip()[:500]
    services.reopen_order(**_words(request, opened, "reopen"), result=result, what=what)
    return redirect("orders:resident_act", token=opened.key, event="redo")


def _missing(request: HttpRequest, opened: Opened) -> HttpResponse:
    """What is still missing, said after the tap that has been written already."""
    chosen = [
        m for m in request.POST.getlist("missing") if m in MISSING and m != "别的"
    ]
    said = "；".join([*chosen, request.POST.get("text", "").strip()[:500]]).strip("；")
    if said:
        words = _words(request, opened, "missing")
        services.add_note(**words, text=f"还差：{said}", audience="requester")
    return _back(opened)


def _rate(request: HttpRequest, opened: Opened) -> HttpResponse:
    rating = request.POST.get("rating", "")
    services.rate_order(
        **_words(request, opened, "rate"),
        rating=int(rating) if rating.isdigit() else 0,
        text=request.POST.get("text", "")[:500],
        public="public" in request.POST,
        how="requester",
    )
    toast(request, "谢谢您的打分")
    return _back(opened)


def _withdraw(request: HttpRequest, opened: Opened) -> HttpResponse:
    note = request.POST.get("note", "")[:500]
    services.withdraw_order(**_words(request, opened, "withdraw"), note=note)
    toast(request, "已经撤回", "要是又需要了，可以再提。")
    return _back(opened)


def _approve(request: HttpRequest, opened: Opened) -> HttpResponse:
    services.approve_text(**_words(request, opened, "approve_text"))
    toast(request, "好的，就这样写")
    return _back(opened)


def _ask_call(request: HttpRequest, opened: Opened) -> HttpResponse:
    services.ask_call(**_words(request, opened, "ask_call"))
    toast(request, "社区会给您打电话", "电话没接到也不要紧，会再打。")
    return _back(opened)


def _note(request: HttpRequest, opened: Opened) -> HttpResponse:
    text = wording.check_detail(request.POST.get("text", ""), confirmed=True)
    services.add_note(
        **_words(request, opened, "note"), text=text[:500], audience="requester"
    )
    toast(request, "补上了", "社区和来办的人都看得到。")
    return _back(opened)


VERBS: dict[str, Callable[[HttpRequest, Opened], HttpResponse]] = {
    "confirm": _confirm,
    "reopen": _reopen,
    "missing": _missing,
    "rate": _rate,
    "withdraw": _withdraw,
    "approve_text": _approve,
    "ask_call": _ask_call,
    "note": _note,
}


def _redo(request: HttpRequest, opened: Opened) -> HttpResponse:
    """记下了：where it went back to, until when, and 改成“办好了”."""
    order = opened.order
    if order.state != "in_service" or not order.reopened:
        return _back(opened)
    event = residents.last_reopening(order)
    context = {
        **_base(request, opened),
        "said": REOPEN_SAID.get(
            str(event.data.get("result")) if event else "", "没办好"
        ),
        "superior": bool(event and event.data.get("superior")),
        "may_take_back": bool(event and event.from_state == "done_reported"),
        "who": residents.handler(order),
        "until": residents.by(order.due_at, clock_now()),
        "missing": MISSING,
    }
    return show(request, "orders/resident_redo.html", context)


def _seen(request: HttpRequest, opened: Opened) -> HttpResponse:
    """我的信息谁看过."""
    context = {**_base(request, opened), "looks": residents.looks(opened.order)}
    return show(request, "orders/resident_seen.html", context)


PAGES: dict[str, Callable[[HttpRequest, Opened], HttpResponse]] = {
    "redo": _redo,
    "seen": _seen,
}
