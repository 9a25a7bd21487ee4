"""The rates of participation as a file."""

from django.http import HttpRequest

from baodao.scoring.rules_small import number_of
from baodao.sheets.exports import Listing
from baodao.sheets.writing import Value
from baodao.stats.participation import Said
from baodao.stats.views_participation import found_for


def participation_rows(request: HttpRequest) -> Listing:
    """Months of the whole, then the places below in the chosen month."""
    _, found = found_for(request)
    rows = [[found.scope.title, f"{m.month:%Y-%m}", *_of(m.said)] for m in found.months]
    rows += [[r.place.name, f"{found.month:%Y-%m}", *_of(r.said)] for r in found.rows]
    heads = ("地方", "月份", "参加过服务的", "报到的", "参与率（%）")
    return Listing("参与率", heads, rows, len(rows), found.scope.title)


def _of(said: Said) -> list[Value]:
    """As on the page; what is shown can be added up."""
    return [number_of(said.part), number_of(said.whole), said.percent]
