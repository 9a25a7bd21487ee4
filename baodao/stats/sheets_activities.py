"""The rows behind an activity figure as a file."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from baodao.core.clock import today
from baodao.records.models import CHANNELS
from baodao.sheets.exports import Listing
from baodao.sheets.writing import Value
from baodao.stats import views_activities as views

HEADS = {
    "activities": ("编号", "活动", "地方", "主办", "渠道", "五联类别", "时机", "开始"),
    "records": ("党员", "单位", "编号", "活动", "渠道", "分钟", "日期"),
    "members": ("党员", "单位", "参加人次"),
}


def activity_rows(request: HttpRequest) -> Listing:
    """The very rows that ?figure= counts, by the filters of its page."""
    actor, scope, period, channel = views.asked_for(request)
    name, known = views.figure_asked(request)
    found = views.rows_behind(request, name, scope, period, channel)
    pages = Paginator(found, 500)

    def rows() -> Iterator[list[Value]]:
        for n in pages.page_range:
            page: Page[Any] = pages.page(n)
            for row in views.shown(actor, known, page):
                yield _LINES[known.of](row)

    told = [scope.title, period.words(today()), CHANNELS.get(channel, "")]
    filters = "；".join(filter(None, told))
    return Listing(known.title, HEADS[known.of], rows(), pages.count, filters)


def _activity(a: Any) -> list[Value]:
    return [
        a.no, a.title, a.place.name, str(a.unit or a.place), a.get_channel_display(),
        a.get_joint_type_display(), a.get_occasion_display(), a.start_at,
    ]  # fmt: skip


def _record(row: Any) -> list[Value]:
    r, who, unit, a = row
    return [
        who[0].person.name if who else "", str(unit or ""), a.no if a else "",
        a.title if a else "", r.get_channel_display(), r.minutes, r.occurred_on,
    ]  # fmt: skip


def _member(row: Any) -> list[Value]:
    who, n = row
    return [who[0].person.name, str(who[0].unit or ""), n] if who else ["", "", n]


_LINES = {"activities": _activity, "records": _record, "members": _member}
