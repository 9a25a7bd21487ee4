"""The lists of bonds as files. A household is its number; its group never leaves the
community in bulk (domain 9.1)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.pairings import plan_queries, plan_rules, queries, rules
from baodao.pairings.views import plans, runs
from baodao.pairings.views.staff import actor_for, rows_of
from baodao.people.views.asking import actor_of
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value
from baodao.ui.words import small


def _households(rows: Any) -> Iterator[list[Value]]:
    for it in rows.iterator(BATCH):
        unit = it.member.unit
        yield [
            it.household.number, it.member.volunteer_no, it.member.person.name,
            unit.name if unit else "", rules.CHANNELS[it.channel],
            rules.STATES[it.state].title, it.since, it.consent_until, it.ended_on,
        ]  # fmt: skip


def _estates(rows: Any) -> Iterator[list[Value]]:
    for it in rows.iterator(BATCH):
        community = it.estate.parent
        yield [
            it.unit.name, community.name if community else "", it.estate.name,
            it.valid_from, it.valid_to, rules.ESTATE_ENDS.get(it.end_reason, ""),
        ]  # fmt: skip


def _uncovered(rows: Any) -> Iterator[list[Value]]:
    for home in rows.iterator(BATCH):
        above = home.place.parent
        waits = "原来的党员走了，等交接" if home.handed else "还没有提出"
        yield [home.number, above.name if above else "", waits]


def _bare(rows: Any) -> Iterator[list[Value]]:
    for estate in rows.iterator(BATCH):
        above = estate.place.parent
        yield [
            estate.place.name, above.name if above else "", estate.built_year,
            estate.homes, estate.elder_share,
        ]  # fmt: skip


_SHEETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "households": (
        _households,
        ("户号", "志愿者编号", "党员", "单位", "渠道", "状态", "开始联系", "同意有效到", "结束日期"),
    ),
    "estates": (_estates, ("单位", "所在", "小区", "起", "止", "结束原因")),
    "uncovered": (_uncovered, ("户号", "所在", "情况")),
    "bare": (_bare, ("小区", "所在", "建成年份", "户数", "60岁以上占比（%）")),
}  # fmt: skip


def pairings(request: HttpRequest) -> Listing:
    """One tab of the list, by the filters of its address."""
    actor = actor_for(request)
    if actor.role in ("member", "requester"):
        raise NotFound
    tab, rows = rows_of(request, actor)
    lines, heads = _SHEETS[tab]
    told = conditions(request, ("show", "进展", queries.SHOWS.items()))
    title = queries.TABS[tab]
    said = "；".join(filter(None, (title, told)))
    return Listing(title, heads, lines(rows), rows.count(), said)


def coverage(request: HttpRequest) -> Listing:
    """How far each place below is covered."""
    actor = actor_for(request, "estates_paired.view")
    if actor.path is None:
        raise NotFound
    rows: list[list[Value]] = [
        [
            ln.place.name,
            ln.units,
            ln.units_paired,
            ln.estates,
            ln.estates_paired,
            ln.pairings,
        ]
        for ln in queries.coverage(actor)
    ]
    heads = ("地方", "联系本地的单位", "已包联", "重点小区", "有单位包联", "在联系的户")
    return Listing("包联覆盖面", heads, rows, len(rows), "")


def planned_pairs(request: HttpRequest) -> Listing:
    """One tab of a plan. Neither the group nor why a household was left out: both are
    need-to-know (domain 9.1)."""
    plan = plan_queries.plan(actor_of(request), _asked(request, "plan"))
    wanted = plans.wanted_of(request)
    rows = plans.rows_of(plan, wanted, plans.gone_of(plan))
    n = len(rows) if isinstance(rows, list) else rows.count()  # type: ignore[call-arg]
    title = f"结对方案：{plan_queries.SHOWS[wanted.show]}"
    if wanted.show == "left":
        left = ([ln.household.number, str(ln.household.place.parent)] for ln in rows)
        return Listing(title, ("户号", "所在"), left, n, "")
    if wanted.show == "members":
        free = ([m.volunteer_no, m.person.name, str(m.unit or "")] for m in rows)
        return Listing(title, ("志愿者编号", "党员", "单位"), free, n, "")
    pairs = (
        [
            p.household.number, p.member.volunteer_no, p.member.person.name,
            str(p.member.unit or ""), p.total, p.decided_by,
        ]
        for p in rows
    )  # fmt: skip
    heads = ("户号", "志愿者编号", "党员", "单位", "分", "人工调整")
    return Listing(title, heads, pairs, n, "")


def pair_run(request: HttpRequest) -> Listing:
    """The communities of a district's run; small numbers are not told."""
    run = plan_queries.run(actor_of(request), _asked(request, "run"))
    found = runs.rows_of(request, run)
    rows: list[list[Value]] = [
        [
            ln.place.name, small(ln.plan.homes), ln.plan.free, small(ln.plan.suggested),
            plan_rules.PLAN_STATES[ln.plan.state].title,
        ]
        for ln in plan_queries.lines(run, found)
    ]  # fmt: skip
    heads = ("社区", "没有人联系的户", "空着的党员", "建议", "状态")
    return Listing(f"{run.place.name}结对试算", heads, rows, len(rows), "")


def _asked(request: HttpRequest, name: str) -> UUID:
    pk = uuid_of(request.GET.get(name))
    if pk is None:
        raise NotFound
    return pk


ALL = {
    "pairings": pairings, "pairings_coverage": coverage, "planned_pairs": planned_pairs,
    "pair_run": pair_run,
}  # fmt: skip
