"""The rates of participation as a file."""

from django.http import HttpRequest

from baodao.sheets.exports import Listing
from baodao.stats.orders import Rate
from baodao.stats.views_participation import found_for


def participation_rows(request: HttpRequest) -> Listing:
    """Months of the whole, then the places below in the chosen month."""
    _, found = found_for(request)
    rows = [[found.scope.title, f"{m.month:%Y-%m}", *_of(m.rate)] for m in found.months]
    rows += [[r.place.name, f"{found.month:%Y-%m}", *_of(r.rate)] for r in found.rows]
    heads = ("地方", "月份", "参加过服务的", "报到的", "参与率（%）")
    return Listing("参与率", heads, rows, len(rows), found.scope.title)


def _of(rate: Rate) -> list[int | float | None]:
    return [rate.part, rate.whole, rate.percent]
