"""The lists of exchange as files: whichever the address names, by its filters."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.errors import NotFound
from baodao.exchange.subjects import SUBJECTS, chosen, in_tab
from baodao.exchange.views.guard import actor_for
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


ALL = {"exchange": listing}
