"""The lists of exchange as files: whichever the address names, by its filters."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.acts.access import visible
from baodao.core.errors import NotFound
from baodao.exchange.lists import queries, rules
from baodao.exchange.models import ListEdition
from baodao.exchange.subjects import SUBJECTS, chosen, in_tab
from baodao.exchange.views import lists as views
from baodao.people.views.asking import actor_for
from baodao.sheets.exports import Listing, conditions
from baodao.sheets.writing import Value

BLOCK = 500


def listing(request: HttpRequest) -> Listing:
    """One tab of one list."""
    s = SUBJECTS.get(request.GET.get("of", ""))
    if s is None:
        raise NotFound
    actor = actor_for(request, f"{s.prefix}.view")
    tab, found, _ = chosen(s, request, actor)
    rows = in_tab(s, found, tab)

    def lines() -> Iterator[list[Value]]:
        block = []
        for it in rows.iterator(BLOCK):
            block.append(it)
            if len(block) == BLOCK:
                yield from _lines(block)
                block = []
        yield from _lines(block)

    def _lines(block: list[object]) -> Iterator[list[Value]]:
        words = s.words(block)
        for it in block:
            w = words[it.pk]  # type: ignore[attr-defined]
            state = s.flow.states[it.state].title  # type: ignore[attr-defined]
            yield [w.title, w.units, w.place, state, *s.line(it, w)]

    chips = [(c.name, c.label, c.choices.items()) for c in s.chips]
    told = "；".join(filter(None, (s.tabs[tab][0], conditions(request, *chips))))
    heads = ("名称", "单位", "社区", "状态", *s.heads)
    return Listing(s.title, heads, lines(), rows.count(), told)


def ahead(request: HttpRequest) -> Listing:
    """What is needed until the end of next month."""
    actor = actor_for(request, "needs.view")
    found = views.ahead_for(actor)
    rows: list[list[Value]] = [
        [str(n), n.title, n.get_joint_type_display(), str(n.unit or "社区"),
         n.place.name, n.quantity, n.conditions, n.wanted_on]
        for n in found
    ]  # fmt: skip
    heads = (
        "编号",
        "名称",
        "类别",
        "提出方",
        "社区",
        "数量或内容",
        "时间、条件",
        "最好在哪天前",
    )
    return Listing("下月需求", heads, rows, len(rows), "到下月底")


def take_over(request: HttpRequest) -> Listing:
    """Lines of report-ins that are not on the lists yet."""
    place = views.own_place(actor_for(request, "needs.add"))
    rows = [
        [i.get_kind_display(), i.title, str(i.report_in.subject_unit), i.quantity,
         i.conditions]
        for i in queries.to_take_over(place.path)
    ]  # fmt: skip
    heads = ("种类", "名称", "单位", "数量或内容", "时间、条件")
    return Listing("没有收进清单的", heads, rows, len(rows), place.name)


def editions(request: HttpRequest) -> Listing:
    """Frozen quarters."""
    actor = actor_for(request, "editions.view")
    found = visible(ListEdition.objects.defer("rows"), actor, "editions.view")
    rows: list[list[Value]] = [
        [rules.quarter_words(e.quarter), e.place.name, e.frozen_at, e.frozen_by]
        for e in found.select_related("place").order_by("-quarter", "path")
    ]
    heads = ("季度", "社区", "定稿", "谁定的")
    return Listing("季度清单", heads, rows, len(rows))


ALL = {
    "exchange": listing,
    "exchange_ahead": ahead,
    "exchange_editions": editions,
    "exchange_take_over": take_over,
}
