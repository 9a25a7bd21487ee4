"""A member's 活动: what is coming nearby, what I have signed up for, where I was."""

from datetime import datetime
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.activities import queries, rules
from baodao.activities.models import Activity
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden
from baodao.people.views.asking import actor_for

PAGE = 20
TABS = {"near": "可以报名", "mine": "我报的", "past": "参加过的"}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "activities.view")
    if actor.role != "member":
        raise Forbidden("这一页是党员看自己活动的。社区和单位请看“活动”列表。")
    now = clock_now()
    tab, rows = chosen(request, actor, now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/mine.html", {
        "tab": tab, "page": page, "cards": queries.cards(page.object_list, actor, now),
        "tabs": [(k, t, tab_rows(actor, k, now).count()) for k, t in TABS.items()],
        "client_id": uuid4().hex, "states": rules.PART_STATES,
    })  # fmt: skip


def chosen(
    request: HttpRequest, actor: Actor, now: datetime
) -> tuple[str, QuerySet[Activity]]:
    """The tab of the address and its rows."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "near"
    return tab, tab_rows(actor, tab, now)


def tab_rows(actor: Actor, tab: str, now: datetime) -> QuerySet[Activity]:
    """Those one may sign up for, soonest first; mine; where I was, last first."""
    if tab == "near":
        mine = Activity.objects.filter(
            parts__member=actor.member_id, parts__state__in=rules.COMING
        )
        found = queries.listed(actor).filter(state="published", start_at__gt=now)
        found = found.exclude(pk__in=mine.values("pk"))
    elif tab == "mine":
        found = Activity.objects.filter(
            parts__member=actor.member_id, parts__state__in=rules.COMING,
            state="published",
        )  # fmt: skip
    else:
        found = Activity.objects.filter(
            parts__member=actor.member_id, parts__state="attended"
        )
    order = "-start_at" if tab == "past" else "start_at"
    return found.select_related(*queries.RELATED).order_by(order, "pk").distinct()
