"""What a unit's desk shows: its orders by whose turn it is, and the published ones of
its contact points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import QueryDict

from baodao.acts.access import path_range, visible
from baodao.acts.actor import Actor
from baodao.core.clock import at_local, today
from baodao.orders import rules
from baodao.orders.filters import BUCKETS, SEALED, bucket
from baodao.orders.models import Category, Order
from baodao.orders.shapes import clock_of, turn_words
from baodao.orders.suggestions import community_of
from baodao.people.models import ContactTie
from baodao.places.rules import GRID
from baodao.records.models import Record
from baodao.ui.clock import Clock

PAGE = 25
TABS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "wait": ("待接单", ("dispatched",)),
    "assign": ("待派党员", ("unit_accepted",)),
    "doing": ("党员在办", ("assigned", "accepted", "in_service")),
    "resident": ("等居民", ("done_reported", "confirmed")),
    "closed": ("已办结", ("closed", "mark_check")),
}
POOL = "pool"
# What the figure of the year opens; not a tab until it is opened.
YEAR = "year"
MINE = ("dispatched", "unit_accepted")
DUE = {"late": "已超时", "today": "今天到期", "week": "7天内"}
NEXT = {"dispatched": "接单", "unit_accepted": "派给党员", "published": "单位认领"}


@dataclass(frozen=True)
class Row:
    """One line of the list. `group`: the bucket it stands in; `next`: the verb of
    the unit's next step, "" when it is not the unit's turn."""

    order: Order
    clock: Clock | None
    group: str
    next: str
    pressing: bool
    where: str


@dataclass(frozen=True)
class UnitDesk:
    """One view of the unit's list and the figures of its head."""

    tab: str
    rows: list[Row]
    page: Page[Any]
    counts: Mapping[str, int]
    waiting: int
    late: int
    today: int
    doing: int


def where(order: Order) -> str:
    """The place as outsiders of the community may know it: no finer than the grid."""
    place = order.place
    while place.level > GRID and place.parent:
        place = place.parent
    above = place.parent
    return f"{above}{place}" if place.level == GRID and above else str(place)


def turn(order: Order, mine: Sequence[str]) -> str:
    """轮到您：接单, in the states that wait for the reader; 轮到党员：办理 in others."""
    verb = rules.STATES[order.state].verb
    return f"轮到您：{verb}" if order.state in mine else turn_words(order)


def pool_paths(actor: Actor) -> list[str]:
    """The communities of the unit's contact points. One query."""
    if actor.unit_id is None:
        return []
    day = today()
    ties = ContactTie.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        unit_id=actor.unit_id,
        valid_from__lte=day,
    )
    return sorted({community_of(p) for p in ties.values_list("path", flat=True)})


def published_in(actor: Actor, action: str, paths: list[str]) -> QuerySet[Order]:
    """Published orders at and below the paths that the actor may take."""
    here = Q(pk=None)
    for path in paths:
        low, high = path_range(path)
        here |= Q(path__gte=low, path__lt=high)
    return visible(Order.objects.filter(here, state="published"), actor, action)


def unit_desk(actor: Actor, data: QueryDict, now: datetime) -> UnitDesk:
    """The list for these GET parameters; the numbers of the tabs are those under the
    filters. Five queries."""
    mine = visible(Order.objects.all(), actor, "orders.view")
    asked, due = _condition(data), _due(data, now)
    pool = published_in(actor, "orders.unit_claim", pool_paths(actor))
    pool = pool.filter(asked & due)
    figures = mine.aggregate(**_figures(asked, due, now))
    counts = {tab: figures[tab] for tab in TABS} | {POOL: pool.count()}
    tab = _tab(data, counts)
    rows = _rows(actor, mine, pool, tab, data, now)
    page = Paginator(rows, PAGE).get_page(data.get("page", 1))
    return UnitDesk(
        tab, [_row(o, now) for o in page], page, counts,
        figures["waiting"], figures["late"], figures["today"], figures["in_hand"],
    )  # fmt: skip


def rows_of(
    actor: Actor, data: QueryDict, now: datetime
) -> tuple[str, QuerySet[Order]]:
    """The tab these GET parameters open, and all of its rows."""
    mine = visible(Order.objects.all(), actor, "orders.view")
    asked, due = _condition(data), _due(data, now)
    pool = published_in(actor, "orders.unit_claim", pool_paths(actor))
    tab = _tab(data, mine.aggregate(**_figures(asked, due, now)))
    return tab, _rows(actor, mine, pool.filter(asked & due), tab, data, now)


def _tab(data: QueryDict, counts: Mapping[str, int]) -> str:
    tab = data.get("tab", "")
    if tab in (*TABS, POOL, YEAR):
        return tab
    return next((t for t in ("wait", "assign", "doing") if counts[t]), "wait")


def _rows(
    actor: Actor, mine: QuerySet[Order], pool: QuerySet[Order], tab: str,
    data: QueryDict, now: datetime,
) -> QuerySet[Order]:  # fmt: skip
    asked, due = _condition(data), _due(data, now)
    rows = pool
    if tab == YEAR:
        rows = confirmed_in(actor, today(now).year).filter(asked)
    elif tab != POOL:
        rows = mine.filter(in_tab(tab, asked, due))
    rows = _in_order(rows, tab)
    rows = rows.annotate(bucket=bucket(now)).defer(*SEALED)
    return rows.select_related(
        "category", "place__parent__parent__parent", "unit", "member__person"
    )


def in_tab(tab: str, asked: Q, due: Q) -> Q:
    """The condition of a tab; what is closed has no deadline to ask for."""
    states = Q(state__in=TABS[tab][1])
    return states & asked if tab == "closed" else states & asked & due


def _figures(asked: Q, due: Q, now: datetime) -> dict[str, Count]:
    """Of the tabs under the filters, and of the whole desk for its head."""
    waiting = Q(state__in=MINE)
    tomorrow = at_local(today(now) + timedelta(days=1), time.min)
    running = waiting & Q(paused_at=None)
    wanted = {tab: in_tab(tab, asked, due) for tab in TABS}
    wanted |= {
        "in_hand": Q(state__in=TABS["doing"][1]),
        "waiting": waiting,
        "late": running & Q(due_at__lt=now),
        "today": running & Q(due_at__gte=now, due_at__lt=tomorrow),
    }
    return {name: Count("id", filter=q) for name, q in wanted.items()}


def _condition(data: QueryDict) -> Q:
    found = Q()
    if text := " ".join(data.get("q", "").split())[:40]:
        found &= Q(no__startswith=text) | Q(title__icontains=text)
    if category := data.get("category"):
        found &= Q(category_id=category)
    if (urgency := data.get("urgency")) in rules.URGENCIES:
        found &= Q(urgency=urgency)
    return found


def _due(data: QueryDict, now: datetime) -> Q:
    limits = {
        "late": now,
        "today": at_local(today(now) + timedelta(days=1), time.min),
        "week": now + timedelta(days=7),
    }
    due = data.get("due")
    return Q(due_at__lt=limits[due], paused_at=None) if due in limits else Q()


def _in_order(rows: QuerySet[Order], tab: str) -> QuerySet[Order]:
    if tab in ("closed", YEAR):
        return rows.order_by(F("closed_at").desc(nulls_last=True), "id")
    paused_last = F("paused_at").asc(nulls_first=True)
    return rows.order_by(
        paused_last, F("due_at").asc(nulls_last=True), "placed_at", "id"
    )


def _row(order: Order, now: datetime) -> Row:
    bucket = getattr(order, "bucket", "")
    return Row(
        order, clock_of(order, now, turn(order, MINE)), BUCKETS.get(bucket, ""),
        NEXT.get(order.state, ""), bucket in ("late", "today"), where(order),
    )  # fmt: skip


def categories() -> list[tuple[str, str]]:
    """What the category filter offers."""
    return list(Category.objects.values_list("code", "title"))


def _records(actor: Actor, year: int) -> QuerySet[Record]:
    """The standing records of a year of service for the unit's own orders."""
    return Record.objects.filter(
        unit_id=actor.unit_id, kind="order_served", reversal_of=None, reversals=None,
        source_id__in=visible(Order.objects.all(), actor, "orders.view").values("id"),
        occurred_on__gte=date(year, 1, 1), occurred_on__lt=date(year + 1, 1, 1),
    )  # fmt: skip


def confirmed_in(actor: Actor, year: int) -> QuerySet[Order]:
    """The unit's orders that residents have confirmed, by the year of the service:
    the list behind "居民确认的单"."""
    mine = visible(Order.objects.all(), actor, "orders.view")
    return mine.filter(id__in=_records(actor, year).values("source_id"))


def year_of(actor: Actor, year: int) -> dict[str, int]:
    """What residents have confirmed of this unit's service in a year, from the
    record book. One query."""
    sums = _records(actor, year).aggregate(
        orders=Count("source_id", distinct=True),
        people=Count("member_id", distinct=True),
        minutes=Sum("minutes"),
    )
    return {name: n or 0 for name, n in sums.items()}
