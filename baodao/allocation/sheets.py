"""Plans, points and units of an allocation as files (A07, A08, A35)."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.allocation import queries, rules
from baodao.allocation.layout import Spot, layout
from baodao.allocation.models import AllocationPlan
from baodao.allocation.views import plans, shown
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import actor_of, require_role
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def _plan(request: HttpRequest) -> AllocationPlan:
    pk = uuid_of(request.GET.get("plan"))
    if pk is None:
        raise NotFound
    return queries.plan(actor_of(request), pk)


def all_plans(request: HttpRequest) -> Listing:
    """The plans in sight, the newest first."""
    found = queries.plans(require_role(request, "allocation.view"))

    def rows() -> Iterator[list[Value]]:
        for p in found.iterator(BATCH):
            yield [
                p.name, p.place.name, rules.STATES[p.state].title, p.round, p.changed,
                p.made_by, p.computed_at, p.decided_by, p.decided_at,
            ]  # fmt: skip

    heads = (
        "方案", "哪里", "状态", "试算次数", "调整家数", "试算人", "试算时间", "审定人", "审定时间",
    )  # fmt: skip
    return Listing("联系点分配方案", heads, rows(), found.count())


def _told(request: HttpRequest, plan: AllocationPlan, shows: dict[str, str]) -> str:
    chips = conditions(
        request,
        ("show", "只看", shows.items()),
        ("county", "县", queries.counties(plan)),
    )
    return "；".join(filter(None, (plan.name, chips)))


def points(request: HttpRequest) -> Listing:
    """The contact points of a plan, before and after."""
    plan = _plan(request)
    found = queries.lines(
        queries.board(plan), plans.wanted_of(request, queries.SHOW_POINTS)
    )
    rows: list[list[Value]] = [
        [
            ln.place.code, ln.place.name, shown.where(ln.place), ln.row.population,
            ln.before.n, ln.after.n, ln.expected, len(ln.coming), len(ln.going),
            "、".join(ln.missing),
        ]
        for ln in found
    ]  # fmt: skip
    heads = (
        "代码", "联系点", "上级", "人口", "现在几家", "方案几家", "应有几家", "来", "走", "缺的职能",
    )  # fmt: skip
    told = _told(request, plan, queries.SHOW_POINTS)
    return Listing("联系点分配", heads, rows, len(rows), told)


def units(request: HttpRequest) -> Listing:
    """The units of a plan: from where to where, and why."""
    plan = _plan(request)
    found = queries.pairs(plan, plans.wanted_of(request, queries.SHOW_UNITS))

    def rows() -> Iterator[list[Value]]:
        for p in found.iterator(BATCH):
            yield [
                p.unit.name, shown.function_words(p), p.unit.seat.name,
                p.was.name if p.was else "", p.point.name if p.point else "",
                "换" if p.moved else "不动", "是" if p.fixed else "", p.reason,
                "；".join(part.text for part in shown.parts(p)), p.total,
            ]  # fmt: skip

    heads = (
        "单位", "职能", "驻地", "现在的联系点", "方案的联系点", "变动", "人工固定", "调整理由", "为什么", "分",
    )  # fmt: skip
    told = _told(request, plan, queries.SHOW_UNITS)
    return Listing("单位联系点方案", heads, rows(), found.count(), told)


def spots(request: HttpRequest) -> Listing:
    """The layout: every contact point with its units, of today or of a plan."""
    actor = require_role(request, "allocation.view")
    pk = uuid_of(request.GET.get("plan"))
    plan = queries.plan(actor, pk) if pk else None
    place = plans.area_asked(actor, request)
    found = layout(place.path if place else "", plan).spots
    heads = ("代码", "联系点", "乡镇（街道）", "人口", "单位数", "单位", "缺的职能")
    where = f"按方案“{plan.name}”" if plan else "今天的情况"
    told = "；".join(filter(None, (place.name if place else "", where)))
    return Listing("联系点布局", heads, map(_spot, found), len(found), told)


def _spot(s: Spot) -> list[Value]:
    names = [name for _, name, _ in s.units]
    above = s.place.parent.name if s.place.parent else ""
    return [
        s.place.code, s.place.name, above, s.place.population, len(names),
        "、".join(names), "、".join(s.missing),
    ]  # fmt: skip


ALL = {
    "allocation_plans": all_plans,
    "allocation_points": points,
    "allocation_units": units,
    "allocation_layout": spots,
}
