"""How a resident gets in without an account: by the link, or by the code."""

from dataclasses import replace
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.acts.actor import Actor, link_holder
from baodao.core.errors import NotFound, TooMany
from baodao.core.limits import address_of, count_try, tries
from baodao.orders import residents
from baodao.orders.models import Order
from baodao.ui.display import YEAR

WRONG_CODES, CODE_MINUTES = 10, 10


LOOKS_ON = (
    "您现在是用工作账号登录的，居民的话只能居民自己说。"
    "请居民用自己的手机打开，或先退出登录再把手机交给居民。"
)


class Opened(NamedTuple):
    """`key` is what the address holds, `by_code` hides the requester's own words:
    eight digits can be overheard, a link cannot. `looks_on`: somebody signed in to
    work here holds the link, who may not speak for the resident."""

    order: Order
    key: str
    by_code: bool
    actor: Actor
    looks_on: bool = False


def open_order(request: HttpRequest, key: str) -> Opened:
    """The order of a link or a code. Raises NotFound, and TooMany for guessing."""
    by_code = len(key) == 8 and key.isdigit()
    order = look_up(request, key) if by_code else residents.by_token(key)
    if order is None:
        raise NotFound("没有找到这件事。请核对查询码，或给社区打电话。")
    request_id = getattr(request, "request_id", "")
    holder = link_holder(order.id, request_id)
    signed_in: Actor = request.actor  # type: ignore[attr-defined]
    if signed_in.is_anonymous:
        return Opened(order, key, by_code, holder)
    # A member may follow what they have asked for themselves, and is known by it:
    # who serves does not confirm.
    own = signed_in.role == "member" and order.placed_by == signed_in.account_id
    known = replace(
        holder, account_id=signed_in.account_id, person_id=signed_in.person_id,
        member_id=signed_in.member_id,
    )  # fmt: skip
    return Opened(order, key, by_code, known if own else holder, not own)


def look_up(request: HttpRequest, code: str) -> Order | None:
    """The order of a code, or None and one wrong try counted. After ten wrong ones
    in ten minutes even the right one has to wait, or guessing would pay."""
    if not tries_left(request):
        raise TooMany
    found = residents.by_code(code)
    if found is None:
        count_try("code", address_of(request), CODE_MINUTES)
    return found


def tries_left(request: HttpRequest) -> int:
    """How many wrong codes this address may still type."""
    return max(0, WRONG_CODES - tries("code", address_of(request), CODE_MINUTES))


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A resident page. ?mode=elder on a link is remembered like the button is."""
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    mode = request.GET.get("mode")
    if mode in ("elder", "plain"):
        response.set_cookie("bd_mode", mode, YEAR, samesite="Lax")
    return response
