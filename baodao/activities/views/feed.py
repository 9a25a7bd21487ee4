"""The page that gives out the address of one's calendar, and the calendar itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from baodao.activities import feeds
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, NotFound
from baodao.people.views.asking import actor_for
from baodao.ui.toast import toast


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feed(request: HttpRequest) -> HttpResponse:
    """Make an address (shown once), or close it."""
    actor = actor_for(request, "feeds.view")
    if actor.account_id is None:
        raise Forbidden
    address = ""
    if request.method == "POST" and "revoke" in request.POST:
        feeds.revoke(actor=actor)
        toast(request, "订阅停用了", "原来的地址打不开了。")
        return redirect("activities:feed")
    if request.method == "POST":
        token = feeds.make(actor=actor)
        address = request.build_absolute_uri(
            reverse("activities:calendar", args=[token])
        )
    light = actor.role == "member"
    return render(request, "activities/feed.html", {
        "address": address, "open": feeds.open_feed(actor), "light": light,
        "base": "ui/member.html" if light else "ui/staff.html",
        "back": "activities:mine" if light else "activities:list",
    })  # fmt: skip


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind an address. Raises NotFound when it is closed."""
    if len(token) > 100:
        raise NotFound
    actor, now = feeds.reader(token), clock_now()
    text = feeds.calendar(feeds.rows(actor, now), now)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")
