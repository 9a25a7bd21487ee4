"""The lists of directives as files."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.oversight import queries, rules
from baodao.oversight.views import directives as directive_views
from baodao.oversight.views import items as item_views
from baodao.oversight.views.frame import shared, wanted_of
from baodao.people.views.asking import require_role
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def _told(request: HttpRequest, first: str) -> str:
    known = shared(request, "")
    chips = [(k, w, known[f"{k}s"]) for k, w in (("place", "地方"), ("year", "年份"))]
    figures = ("figure", "情况", rules.FIGURES.items())
    return "；".join(filter(None, (first, conditions(request, *chips, figures))))


def directives(request: HttpRequest) -> Listing:
    """One tab of what was issued."""
    actor = require_role(request, "directives.view")
    tab = directive_views.tab_of(request)
    found = queries.in_tab(queries.directives(actor, wanted_of(request)), tab)

    def rows() -> Iterator[list[Value]]:
        for c in queries.cards(found, actor):
            yield [
                c.it.title, c.it.issuer, rules.TO[c.it.to], c.it.published_at,
                c.it.due_on, rules.STATES[c.it.state].title, *c.n.values(),
            ]  # fmt: skip

    heads = (
        "标题", "发文", "发给哪一级", "发布", "完成时限", "状态", *rules.FIGURES.values(),
    )  # fmt: skip
    told = _told(request, queries.TABS[tab][0])
    return Listing("工作要求", heads, rows(), found.count(), told)


def of_directive(request: HttpRequest) -> Listing:
    """Everybody who has one directive, by the figure that was opened."""
    actor = require_role(request, "directives.view")
    pk = uuid_of(request.GET.get("of"))
    if pk is None:
        raise NotFound
    d = queries.directive(actor, pk)
    found, day = queries.of_directive(d, wanted_of(request)), today()

    def rows() -> Iterator[list[Value]]:
        for i in found.iterator(BATCH):
            yield [
                i.name, i.due_on, queries.item_state(i, day)[1], i.received_at,
                i.received_by, i.reported_at, i.report, i.ask_until, i.ask_reason,
            ]  # fmt: skip

    heads = (
        "发给", "完成时限", "状态", "签收时间", "签收人", "报完成时间", "完成情况", "要延到",
        "延期原因",
    )  # fmt: skip
    return Listing(d.title, heads, rows(), found.count(), _told(request, ""))


def items(request: HttpRequest) -> Listing:
    """One tab of what this desk or unit is asked to do."""
    actor = require_role(request, "directive_items.receive")
    tab = item_views.tab_of(request)
    found, day = queries.mine(actor, wanted_of(request), tab), today()

    def rows() -> Iterator[list[Value]]:
        for i in found.iterator(BATCH):
            yield [
                i.directive.title, i.directive.issuer, i.due_on,
                queries.item_state(i, day)[1], i.received_at, i.reported_at, i.report,
                i.answer,
            ]  # fmt: skip

    heads = (
        "标题", "发文", "完成时限", "状态", "签收时间", "报完成时间", "完成情况", "发文单位的话",
    )  # fmt: skip
    told = _told(request, queries.ITEM_TABS[tab][0])
    return Listing("收到的工作要求", heads, rows(), found.count(), told)


ALL = {
    "directives": directives,
    "directive_items": of_directive,
    "directives_mine": items,
}
