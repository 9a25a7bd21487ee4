"""Residents follow their order and have the last word: done, partly, not done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from baodao.acts.access import can
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, NotFound
from baodao.orders import residents, rules, services, wording
from baodao.orders.plans import row_of
from baodao.orders.views.resident_door import LOOKS_ON, Opened, open_order, show
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
    settings = values(order.path, ["orders.reopen_days"])
    until = rules.word_until(row_of(order), settings)
    context = {
        **_base(request, opened),
        "story": residents.story(order, now),
        "may": {e: _may(opened, e, now, until) for e in OFFERED},
        "until": until,
        "ask_text": _asks_text(opened),
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
        "looks_on": opened.looks_on,
    }


OFFERED = ("confirm", "withdraw", "rate", "note", "reopen", "ask_again", "unmerge")


def _may(opened: Opened, event: str, now: datetime, until: datetime | None) -> bool:
    """The access table, the flow, the hands, the days: what the page offers."""
    order, flow = opened.order, rules.FLOW
    if opened.looks_on or (flow.moves(event) and event not in flow.events(order.state)):
        return False
    if not rules.fits(event, row_of(order)):
        return False
    if event in ("confirm", "reopen", "ask_again") and until and now > until:
        return False
    return can(opened.actor, f"orders.{event}", order)


def _asks_text(opened: Opened) -> bool:
    """Whether the resident is asked about the public wording: also who was not asked
    at the desk or on the phone, but not who has said no."""
    order = opened.order
    asked = order.consent_public or order.source in rules.BY_CALL
    return (
        not opened.looks_on and not order.seen_how and asked
        and order.state in rules.BEFORE_SERVICE
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, token: str, event: str) -> HttpResponse:
    """One tap of the resident; every answer is a form that needs no script."""
    opened = open_order(request, token)
    if request.method == "POST" and opened.looks_on:
        raise Forbidden(LOOKS_ON)
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
    """Back to the same hands; where there were none, to the community."""
    result = request.POST.get("result", "")
    what = request.POST.get("what", "").strip()[:500]
    words = _words(request, opened, "reopen")
    if opened.order.member_id is None:
        services.ask_again(**words, what=what)
    else:
        services.reopen_order(**words, result=result, what=what)
    return redirect("orders:resident_act", token=opened.key, event="redo")


def _ask_again(request: HttpRequest, opened: Opened) -> HttpResponse:
    what = request.POST.get("what", "").strip()[:500]
    services.ask_again(**_words(request, opened, "ask_again"), what=what)
    toast(request, "告诉社区了", "社区会接着办，进展写在这里。")
    return _back(opened)


def _unmerge(request: HttpRequest, opened: Opened) -> HttpResponse:
    note = request.POST.get("note", "").strip()[:500]
    services.unmerge_order(**_words(request, opened, "unmerge"), note=note)
    toast(request, "分开办了", "社区会单独核实您这一件。")
    return _back(opened)


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
    "ask_again": _ask_again,
    "unmerge": _unmerge,
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
    if order.state not in ("in_service", "verified") or not order.reopened:
        return _back(opened)
    event = residents.last_reopening(order)
    context = {
        **_base(request, opened),
        "said": REOPEN_SAID.get(
            str(event.data.get("result")) if event else "", "没办好"
        ),
        "superior": bool(event and event.data.get("superior")),
        "may_take_back": bool(event and event.from_state == "done_reported"),
        "who": residents.handler(order) or "社区",
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
