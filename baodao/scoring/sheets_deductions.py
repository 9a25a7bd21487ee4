"""The lists of deductions and appeals as files (T6, T11)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest

from baodao.people.views.asking import require_role, word
from baodao.places.models import Place
from baodao.scoring import queries_deductions as queries
from baodao.scoring import queries_merits as merit_queries
from baodao.scoring import rules_appeals, rules_deductions, rules_merits
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Deduction
from baodao.scoring.views import appeals as appeal_views
from baodao.scoring.views import deductions as views
from baodao.scoring.views import merits as merit_views
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

HEADS = (
    "对象", "是谁", "单位", "社区", "日期", "事实", "规则", "分值", "状态", "提出", "说明截止",
    "决定截止", "决定", "理由", "决定时间",
)  # fmt: skip


def places_of(request: HttpRequest) -> tuple[str, str, Iterable[tuple[str, str]]]:
    paths = [request.GET["place"]] if request.GET.get("place") else []
    named = Place.objects.filter(path__in=paths).values_list("path", "name")
    return "place", "地方", list(named)


def _rows(found: Any) -> Iterator[list[Value]]:
    d: Deduction
    for d in found.iterator(BATCH):
        unit = d.unit or (d.member.unit if d.member else None)
        yield [
            d.get_subject_display(), d.whose, str(unit or ""), d.place.name, d.occurred_on,
            d.words, d.rule.title, queries.cost(d), rules_deductions.STATES[d.state].title,
            d.proposer, d.answer_until, d.decide_until, d.decider, d.reason, d.decided_at,
        ]  # fmt: skip


def deductions(request: HttpRequest) -> Listing:
    """One tab of the list of a desk."""
    actor = require_role(request, "deductions.view")
    tab = views.tab_of(request)
    found = queries.in_tab(queries.deductions(actor, views.wanted_of(request)), tab)
    told = conditions(
        request, ("code", "规则", views.rule_titles()),
        ("subject", "对象", counting.SUBJECTS.items()), ("month", "月份", views.months()),
        places_of(request),
    )  # fmt: skip
    told = "；".join(filter(None, (queries.TABS[tab][0], told)))
    return Listing("扣分", HEADS, _rows(found), found.count(), told)


def my_deductions(request: HttpRequest) -> Listing:
    """A member's, or a unit's own."""
    actor = views.own_actor(request)
    tab = views.mine_tab(request)
    found = queries.mine(actor, tab)
    return Listing("我的扣分", HEADS, _rows(found), found.count(), queries.MINE[tab][0])


def appeals(request: HttpRequest) -> Listing:
    """One tab of the list of appeals."""
    actor = require_role(request, "appeals.view")
    tab = appeal_views.tab_of(request)
    found = queries.appeals_in(
        queries.appeals(actor, appeal_views.wanted_of(request)), tab
    )

    def rows() -> Iterator[list[Value]]:
        for a in found.iterator(BATCH):
            yield [
                a.whose, a.place.name, a.title, a.ground_words, a.filed_at, a.late,
                rules_appeals.STATES[a.state].title, a.due_at, a.answer, a.first_name,
                a.final_answer, a.final_name, a.settled_at,
            ]  # fmt: skip

    heads = (
        "是谁", "社区", "对什么不服", "理由", "提出时间", "过了期限", "状态", "时限", "一审答复",
        "一审", "二审答复", "二审", "终结时间",
    )  # fmt: skip
    told = conditions(request, places_of(request))
    told = "；".join(filter(None, (queries.APPEAL_TABS[tab][0], told)))
    return Listing("申诉", heads, rows(), found.count(), told)


def merits(request: HttpRequest) -> Listing:
    """One tab of the list of merits."""
    actor = require_role(request, "merits.view")
    tab = merit_views.tab_of(request)
    kind = word(request, "kind", rules_merits.KINDS)
    found = merit_queries.in_tab(
        merit_queries.merits(actor, request.GET.get("q", "")[:40], kind), tab
    )

    def rows() -> Iterator[list[Value]]:
        for m in found.iterator(BATCH):
            yield [
                m.get_subject_display(), m.whose, m.place.name, m.get_kind_display(),
                m.deed, m.says, m.document, m.occurred_on,
                rules_merits.STATES[m.state].title, m.registrar, m.decider, m.reason,
            ]  # fmt: skip

    heads = (
        "对象", "是谁", "社区", "种类", "哪件事", "级别、月数、时间", "文件和文号", "日期", "状态", "登记",
        "确认", "不确认的原因",
    )  # fmt: skip
    told = conditions(request, ("kind", "种类", rules_merits.KINDS.items()))
    told = "；".join(filter(None, (merit_queries.TABS[tab][0], told)))
    return Listing("成绩", heads, rows(), found.count(), told)


ALL = {
    "merits": merits, "deductions": deductions, "my_deductions": my_deductions, "appeals": appeals,
}  # fmt: skip
