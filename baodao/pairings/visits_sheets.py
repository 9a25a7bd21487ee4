"""Lists of visits as files: households by number only, each desk its own view
(domain 9.1: who and where are never exported)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties.rules import EXCUSES, STATES
from baodao.pairings import visits_flow, visits_member, visits_rules
from baodao.pairings import visits_queries as queries
from baodao.pairings.views import visits, visits_unit
from baodao.pairings.views.visits_guard import member_of, staff_of
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

_DUTIES = (
    "户号",
    "党员",
    "单位",
    "走访",
    "窗口",
    "到期",
    "状态",
    "去过没人在家",
    "说明",
)
_VISITS = (
    "户号", "党员", "单位", "种类", "日期", "方式", "谈到的事", "转出一单", "状态",
    "怎样确认", "确认时间", "记录方式",
)  # fmt: skip


def staff(request: HttpRequest) -> Listing:
    """One tab of the desk, by the filters of its address."""
    actor, now = staff_of(request), clock_now()
    tab, rows = visits.chosen(request, actor, today(now))
    told = conditions(
        request, ("kind", "种类", visits.KINDS), ("month", "月份", visits.months(today(now))),
        ("stand_in", "谁去", visits.STAND_IN.items()),
    )  # fmt: skip
    told = "；".join(filter(None, (queries.TABS[tab], told)))
    if tab in queries.OF_DUTIES:
        return Listing("走访", _DUTIES, _of_duties(rows, now), rows.count(), told)
    return Listing("走访", _VISITS, _of_visits(rows), rows.count(), told)


def missing(request: HttpRequest) -> Listing:
    """本月快要漏访的."""
    actor, now = staff_of(request), clock_now()
    rows = queries.about_to_miss(actor, today(now))
    if q := request.GET.get("q", "").strip():
        rows = rows.filter(source_id__in=queries.found_bonds(q).values("id"))
    rows = rows.select_related("stand_in__person")
    told = conditions(request)
    return Listing("本月快要漏访的", _DUTIES, _of_duties(rows, now), rows.count(), told)


def _of_duties(rows: Any, now: Any) -> Iterator[list[Value]]:
    for x in queries.of_duties(rows.iterator(BATCH), now):
        d = x.duty
        assert d
        window = f"{d.opens_on:%Y-%m-%d} 至 {d.due_on:%Y-%m-%d}"
        yield [
            x.number,
            x.member,
            x.unit,
            x.title,
            window,
            d.due_on,
            x.state,
            d.attempts,
            x.risk,
        ]


def _of_visits(rows: Any) -> Iterator[list[Value]]:
    for v in rows.iterator(BATCH):
        yield [
            v.pairing.household.number, queries.went(v), str(v.member.unit or ""),
            v.get_kind_display(), v.visited_on, v.get_method_display(),
            visits_rules.titles(v.topics, visits_flow.TOPICS),
            "是" if v.order_id else "", visits_flow.STATES[v.state].title,
            v.get_confirmed_how_display(), v.confirmed_at, v.get_entry_display(),
        ]  # fmt: skip


def unit(request: HttpRequest) -> Listing:
    """A unit's members' visits of a month, without households."""
    actor, day = visits_unit.unit_of(request), today()
    month, state = visits_unit.asked(request, day)
    rows = queries.in_state(queries.unit_duties(actor, month, day), state)
    rows = rows.select_related("member__person").order_by(
        "member__person__pinyin", "due_on"
    )

    def lines() -> Iterator[list[Value]]:
        for d in rows.iterator(BATCH):
            yield [
                d.member.person.name if d.member else "", d.title, d.opens_on, d.due_on,
                STATES[d.state].title, d.done_on, "是" if d.made_up else "",
                EXCUSES.get(d.excuse, ""),
            ]  # fmt: skip

    heads = ("党员", "走访", "起", "止", "状态", "完成日期", "补访", "免访原因")
    told = f"{month}；{queries.UNIT_STATES[state][0]}"
    return Listing("本单位党员走访", heads, lines(), rows.count(), told)


def bonds(request: HttpRequest) -> Listing:
    """Households one may enter paper for, by number and member."""
    actor = staff_of(request)
    found = queries.bonds(actor).filter(state="active")
    if q := request.GET.get("q", "").strip():
        found = found.filter(pk__in=queries.found_bonds(q).values("pk"))
    rows = found.select_related(*queries.WITH_HOME).order_by("household__number", "pk")

    def lines() -> Iterator[list[Value]]:
        for p in rows.iterator(BATCH):
            yield [
                p.household.number,
                p.member.person.name,
                str(p.member.unit or ""),
                p.since,
            ]

    return Listing(
        "走访的联系户",
        ("户号", "党员", "单位", "开始联系"),
        lines(),
        rows.count(),
        conditions(request),
    )


def mine(request: HttpRequest) -> Listing:
    """A member's own visits."""
    rows = visits_member.history(member_of(request))
    return Listing("我的走访", _VISITS, _of_visits(rows), rows.count())


ALL = {
    "visits": staff, "visits_missing": missing, "visits_unit": unit, "visits_mine": mine,
    "visits_bonds": bonds,
}  # fmt: skip
