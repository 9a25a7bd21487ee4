"""Figures of orders. Each figure is a queryset first: the number on the page is its
length, and the page that opens it lists the very same rows.

A place is counted in today's regions, or as recorded (domain 8.22): confirmed orders
and all events keep the path of their day, an order still open remembers where it was
placed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import within
from baodao.acts.models import Event
from baodao.core.clock import ZONE
from baodao.orders.models import Order
from baodao.orders.rules import OPEN, WISH_KINDS
from baodao.places.areas import NOW, THEN, Area, area

NOT_COUNTED = ("withdrawn", "merged", "rejected")


@dataclass(frozen=True)
class Definition:
    """How a figure is counted, in the words printed under every table."""

    title: str
    unit: str
    text: str
    counts: str
    not_counts: str


DEFINITIONS: Mapping[str, Definition] = {
    "placed": Definition("提出的心愿", "件", "这一期登记的点单。", "各种来源", "已撤回、已合并、不受理"),
    "open": Definition("在办", "件", "还没有结果的点单。", "各种在办状态", ""),
    "wishes": Definition(
        "办成微心愿", "个", "微梦想、微心愿、微诉求里，居民确认解决的。",
        "确认日期在这一期，结果“解决”", "部分解决、没有答复、急难愁盼",
    ),
    "problems": Definition(
        "解决急难愁盼问题", "个", "急难愁盼里，居民确认解决的。",
        "确认日期在这一期，结果“解决”", "部分解决、没有答复",
    ),
    "solved": Definition("居民确认解决", "件", "居民说“办好了”的点单。", "本人确认和回访确认", "没有答复"),
    "partly": Definition("部分解决", "件", "居民同意就此办结、但只办了一部分的。", "回访确认", ""),
    "not_solved": Definition("没解决", "件", "办结但没解决的，都附理由。", "没解决、办不了", ""),
    "finished": Definition("办结", "件", "有了结果的点单。", "解决、部分解决、没解决、没有答复", "已撤回、已合并、不受理"),
    "rated": Definition("已评价", "件", "居民打了分的。", "本人评价和电话里说的", "未评"),
    "happy": Definition("评价 4–5 分", "件", "打了 4 分或 5 分的。", "", "未评"),
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """[start, end) of local dates."""

    start: date
    end: date

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    def within(self, column: str) -> Q:
        """The instants of the period, for a column."""
        lo = datetime.combine(self.start, time(), ZONE)
        hi = datetime.combine(self.end, time(), ZONE)
        return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def condition(name: str, period: Period) -> Q:
    """The definition of one figure as a condition on orders."""
    confirmed = period.within("confirmed_at")
    solved = confirmed & Q(result="solved")
    return {
        "placed": period.within("placed_at") & ~Q(state__in=NOT_COUNTED),
        "open": period.within("placed_at") & Q(state__in=OPEN) & ~Q(state="confirmed"),
        "wishes": solved & Q(kind__in=WISH_KINDS),
        "problems": solved & Q(kind="problem"),
        "solved": solved,
        "partly": confirmed & Q(result="partly"),
        "not_solved": confirmed & Q(result__in=["not_solved", "cannot"]),
        "finished": confirmed & ~Q(result="")
        | period.within("closed_at") & Q(state="closed", result="no_answer"),
        "rated": confirmed & Q(rating__isnull=False),
        "happy": confirmed & Q(rating__gte=4),
    }[name]


# Counted where they were placed, when the places are those of the day.
_BY_PLACING = ("placed", "open", "silent")


def _there(name: str, here: Area) -> Q:
    """That an order counts in an area for one figure."""
    if here.regions == THEN and name in _BY_PLACING:
        stayed = Q(placed_path=None) & within("path", here.ranges)
        return stayed | within("placed_path", here.ranges)
    return within("path", here.ranges)


def orders_in(
    name: str, path: str | Area, period: Period, channel: str = "", regions: str = NOW
) -> QuerySet[Order]:
    """The list behind a figure."""
    here = area(path, regions)
    found = Order.objects.filter(condition(name, period), _there(name, here))
    return found.filter(channel=channel) if channel else found


@dataclass(frozen=True)
class Rate:
    """A share with its parts; `percent` is None below the number from which a rate
    may be shown (domain 9.4)."""

    part: int
    whole: int
    shown_from: int = 10

    @property
    def percent(self) -> float | None:
        if self.whole < max(self.shown_from, 1):
            return None
        return round(100 * self.part / self.whole, 1)


@dataclass(frozen=True)
class Figures:
    """All order figures of a place and period."""

    counts: Mapping[str, int]
    response: Rate
    solved: Rate
    happy: Rate
    cut_off: date


def figures(
    path: str | Area, period: Period, channel: str = "", shown_from: int = 10,
    regions: str = NOW,
) -> Figures:  # fmt: skip
    """Counts and the three rates, in two queries; for a path in today's regions one
    more says what belongs to it."""
    here = area(path, regions)
    rows = Order.objects.filter(_there("solved", here) | _there("placed", here))
    if channel:
        rows = rows.filter(channel=channel)
    waiting = period.within("dispatched_at") & Q(
        state="dispatched", escalated_at__isnull=False
    )
    wanted = {name: condition(name, period) for name in DEFINITIONS}
    wanted["silent"] = waiting
    if here.regions == THEN:
        wanted = {name: q & _there(name, here) for name, q in wanted.items()}
    counts = rows.aggregate(**{k: Count("id", filter=q) for k, q in wanted.items()})
    answered, in_time = _responses(here, period)
    return Figures(
        counts=counts,
        response=Rate(in_time, answered + counts["silent"], shown_from),
        solved=Rate(counts["solved"], counts["finished"], shown_from),
        happy=Rate(counts["happy"], counts["rated"], shown_from),
        cut_off=period.end,
    )


def _responses(here: Area, period: Period) -> tuple[int, int]:
    """(answers of units to a dispatch, of which accepted in time). A unit that has
    not answered and is escalated counts beside them until it answers, late."""
    events = Event.objects.filter(
        period.within("at"),
        within("path", here.ranges),
        action__in=["orders.unit_accept", "orders.return"],
    )
    got = events.aggregate(
        answered=Count("id"),
        in_time=Count("id", filter=Q(action="orders.unit_accept", data__in_time=True)),
    )
    return got["answered"], got["in_time"]
