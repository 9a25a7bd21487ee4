"""Orders as a table for a spreadsheet: public wording only (domain 9.4), a line that
says who took it and when, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from baodao.core.clock import local
from baodao.orders import rules
from baodao.orders.models import Order

HEAD = (
    "单号", "状态", "类型", "类别", "急不急", "来源", "地方", "对外文字", "承办单位", "承办党员",
    "登记时间", "时限", "结果", "评价",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def orders_csv(orders: Iterable[Order], *, who: str, now: datetime) -> str:
    """CSV with a byte order mark, so that office programs read it as UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    write = csv.writer(out)
    mark = f"导出人：{who}；时间：{_at(now)}；不含居民联系信息，仅供工作使用"
    write.writerow([mark])
    write.writerow(HEAD)
    for order in orders:
        write.writerow([safe(cell) for cell in _cells(order)])
    return out.getvalue()


def safe(cell: str) -> str:
    """The text with an apostrophe before what would start a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _at(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""


def _cells(o: Order) -> list[str]:
    return [
        o.no, rules.STATES[o.state].title, rules.KINDS[o.kind], o.category.title,
        rules.URGENCIES[o.urgency], rules.SOURCES[o.source], o.place.name, o.title,
        str(o.unit or ""), str(o.member or ""), _at(o.placed_at), _at(o.due_at),
        rules.RESULTS.get(o.result, ""), str(o.rating or ""),
    ]  # fmt: skip
