"""The lists of activities as files: the same rows by the same filters."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from baodao.activities import carriers, queries, queries_plan, queries_posts, rules
from baodao.activities.views import desk, member, party, set_up
from baodao.activities.views import plan as plan_views
from baodao.activities.views import posts as posts_views
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden
from baodao.people.views.asking import actor_for
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

HEADS = (
    "编号", "活动", "状态", "渠道", "主办", "社区", "地点", "开始", "结束", "五联类别",
    "时机", "载体", "报名", "到场", "请假", "没来", "到场居民", "确认",
)  # fmt: skip


def activities(request: HttpRequest) -> Listing:
    """One tab of the list, by the filters of its address."""
    actor, now = actor_for(request, "activities.view"), clock_now()
    tab, _, found = desk.chosen(request, actor, now)
    rows = queries.in_tab(found, tab, now)
    told = "；".join(filter(None, (queries.tabs(tab)[tab], _told(request))))
    return Listing("活动", HEADS, _lines(rows), rows.count(), told)


def month(request: HttpRequest) -> Listing:
    """The activities of one month."""
    actor = actor_for(request, "activities.view")
    first = queries.month_of(request.GET.get("month", ""), clock_now())
    _, found = desk.narrow(request, actor)
    rows = queries.in_month(found, first)
    told = "；".join(filter(None, (f"{first:%Y-%m}", _told(request))))
    return Listing("活动月历", HEADS, _lines(rows), rows.count(), told)


def mine(request: HttpRequest) -> Listing:
    """A member's own."""
    actor = actor_for(request, "activities.view")
    if actor.role != "member":
        raise Forbidden
    tab, rows = member.chosen(request, actor, clock_now())
    return Listing("我的活动", HEADS, _lines(rows), rows.count(), member.TABS[tab])


def _told(request: HttpRequest) -> str:
    return conditions(
        request, ("channel", "渠道", rules.CHANNELS.items()),
        ("host", "主办", queries.HOSTS.items()),
        ("joint", "五联", rules.JOINT_TYPES.items()),
        ("year", "年份", [(y, y) for y in (request.GET.get("year", ""),) if y]),
        ("occasion", "时机", rules.OCCASIONS.items()),
        ("carrier", "载体", carriers.names().items()),
    )  # fmt: skip


def _lines(rows: Any) -> Iterator[list[Value]]:
    states = ("signed_up", "attended", "excused", "no_show")
    counts = {
        f"n_{s}": Count("parts", filter=Q(parts__state=s), distinct=True)
        for s in states
    }
    known = carriers.names()
    now = clock_now()
    for it in rows.annotate(**counts).iterator(BATCH):
        yield [
            it.no, it.title, queries.shown_state(it, now)[0],
            rules.CHANNELS[it.channel], str(it.unit) if it.unit else it.place.name,
            it.place.name, it.venue.name if it.venue else it.spot, it.start_at,
            it.end_at, rules.JOINT_TYPES[it.joint_type], rules.OCCASIONS[it.occasion],
            "、".join(known.get(c, c) for c in it.carriers),
            *(getattr(it, f"n_{s}") for s in states), it.residents,
            it.confirmed_by_name,
        ]  # fmt: skip


def venues(request: HttpRequest) -> Listing:
    rows = set_up.venue_rows(request)

    def lines() -> Iterator[list[Value]]:
        for v in rows:
            yield [
                v.name, v.get_kind_display(), v.place.name, v.address, v.capacity,
                set_up.hours(v), "停用" if v.retired else "",
            ]  # fmt: skip

    heads = ("名称", "类别", "所在地", "位置", "能容纳", "开放时间", "停用")
    told = conditions(request, ("kind", "类别", rules.VENUE_KINDS.items()))
    return Listing("活动场地", heads, lines(), rows.count(), told)


def posts(request: HttpRequest) -> Listing:
    """The posts of the list, or the vacancies around a member."""
    actor = actor_for(request, "posts.view")
    if actor.role == "member":
        rows, told = posts_views.vacancies(request, actor), "招人中"
    else:
        tab, _, found = posts_views.chosen(request, actor)
        rows, told = queries_posts.in_tab(found, tab), queries_posts.TABS[tab]

    def lines() -> Iterator[list[Value]]:
        for p in rows:
            yield [
                p.no, p.title, p.get_mode_display(), p.place.name, p.spot, p.schedule,
                p.quota, getattr(p, "n_held", 0), p.term_months, p.due_on, rules.POST_STATES[p.state].title,
            ]  # fmt: skip

    heads = (
        "编号", "岗位", "方式", "社区", "地点", "时间", "要几人", "在岗", "任期（月）",
        "完成日期", "状态",
    )  # fmt: skip
    said = conditions(request, ("mode", "方式", rules.MODES.items()))
    return Listing(
        "志愿岗位", heads, lines(), rows.count(), "；".join(filter(None, (told, said)))
    )


def party_days(request: HttpRequest) -> Listing:
    """One tab of one month of party days."""
    _, first, tab, found = party.asked(request)
    title, states = party.TABS[tab]
    rows = found.filter(state__in=states)

    def lines() -> Iterator[list[Value]]:
        for d, unit, place, it, words in party.shown(rows):
            yield [str(unit or ""), place, words, it.title if it else "", d.done_on]

    heads = ("单位", "社区", "情况", "活动", "日期")
    return Listing("主题党日", heads, lines(), rows.count(), f"{first:%Y-%m}；{title}")


def plan(request: HttpRequest) -> Listing:
    """The communities or units behind one number of the year's plan."""
    owner, year, key, title = plan_views.asked(request)
    rows = list(queries_plan.part_rows(owner))
    lines: list[list[Value]] = [
        [p.name, p.planned, p.done, p.coming]
        for p in queries_plan.parts(owner, year, key, rows)
    ]
    heads = ("名称", "计划", "办了", "已安排")
    return Listing("年度计划", heads, lines, len(lines), f"{year}年；{title}")


ALL = {
    "activities": activities, "activities_month": month, "activities_mine": mine,
    "venues": venues, "posts": posts, "party_days": party_days,
    "activity_plan": plan,
}  # fmt: skip
