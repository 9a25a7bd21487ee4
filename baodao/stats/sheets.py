"""The rows behind a figure as a file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from baodao.core.clock import today
from baodao.orders import rules
from baodao.orders.models import Answer
from baodao.sheets.exports import Listing
from baodao.sheets.writing import Value
from baodao.stats import views
from baodao.stats.orders import COLUMNS

HEADS = {
    "orders": (
        "单号",
        "事项",
        "地方",
        "类别",
        "承办",
        "状态",
        "登记",
        "有结果",
        "评价",
    ),
    "answers": ("单号", "事项", "地方", "单位", "派出", "答复时间", "答复", "按时"),
    "records": ("党员", "单位", "单号", "办的事", "渠道", "分钟", "日期"),
    "members": ("党员", "单位", "服务人次"),
}


def figure_rows(request: HttpRequest) -> Listing:
    """The very rows that ?figure= counts, by the filters of its page."""
    actor, scope, period, channel = views.asked(request)
    name, known = views.figure_asked(request)
    found = views.rows_behind(name, known, scope, period, channel)
    pages = Paginator(found, 500)

    def rows() -> Iterator[list[Value]]:
        for n in pages.page_range:
            page: Page[Any] = pages.page(n)
            for row in views.shown(actor, known, page):
                yield _LINES[known.of](row)

    told = [scope.title, period.words(today()), COLUMNS.get(channel, "")]
    filters = "；".join(filter(None, told))
    return Listing(known.title, HEADS[known.of], rows(), pages.count, filters)


def _order(o: Any) -> list[Value]:
    state = o.get_result_display() or rules.STATES[o.state].title
    return [
        o.no, o.title, o.place.name, o.category.title, str(o.unit or o.member or ""),
        state, o.placed_at, o.result_at, o.rating,
    ]  # fmt: skip


def _answer(row: Any) -> list[Value]:
    o, a = row
    if not isinstance(a, Answer):
        return [
            o.no,
            o.title,
            o.place.name,
            str(o.unit),
            o.dispatched_at,
            "",
            "还没有答复",
            "否",
        ]
    timely = "是" if a.in_time else "否"
    return [
        o.no, o.title, o.place.name, str(a.unit), a.dispatched_at, a.at,
        a.get_outcome_display(), timely,
    ]  # fmt: skip


def _record(row: Any) -> list[Value]:
    r, who, unit, o = row
    return [
        _name(who), str(unit or ""), o.no if o else "", o.title if o else "",
        r.get_channel_display(), r.minutes, r.occurred_on,
    ]  # fmt: skip


def _member(row: Any) -> list[Value]:
    who, n = row
    return [_name(who), str(who[0].unit or "") if who else "", n]


def _name(who: Any) -> str:
    return who[0].person.name if who else ""


_LINES = {
    "orders": _order, "answers": _answer, "records": _record, "members": _member,
}  # fmt: skip
