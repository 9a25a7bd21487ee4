"""What staff lists show: orders by whose turn it is and how soon, with filters that
live in the address; figures of what a person has handled; orders alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.http import QueryDict

from baodao.acts.access import path_range, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.matching import words as alike
from baodao.orders import rules
from baodao.orders.filters import (
    BUCKETS,
    HANDLED,
    SEALED,
    SPANS,
    TABS,
    Filters,
    bucket,
    handled,
    in_tab,
    since,
    tabs_of,
    turn,
)
from baodao.orders.models import Order
from baodao.orders.suggestions import community_of
from baodao.places.models import Place

PAGE = 25


def handled_figures(
    actor: Actor, now: datetime | None = None
) -> list[tuple[str, str, str, int]]:
    """(span, what, title, count), each the length of the list it opens. One query."""
    now = now or clock_now()
    keys = [(span, what) for span in SPANS for what in HANDLED]
    counts = visible(Order.objects.all(), actor, "orders.view").aggregate(
        **{
            f"{s}_{w}": Count("id", filter=handled(actor, w, since(s, now)))
            for s, w in keys
        }
    )
    titles = {"place": "登记", "dispatch": "派出", "confirm": "居民确认解决"}
    return [(s, w, titles[w], counts[f"{s}_{w}"]) for s, w in keys]


class KnownPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that need not count again."""

    def __init__(self, rows: QuerySet[Order], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.known = count

    @cached_property
    def count(self) -> int:
        return self.known


@dataclass(frozen=True)
class Desk:
    """One view of the staff list. `counts`: tab → number under the filters;
    `mine`, `mine_late`, `others`: of the whole desk, for the head; `buckets`: group →
    number in this tab."""

    tab: str
    filters: Filters
    page: Page[Order]
    counts: Mapping[str, int]
    buckets: Mapping[str, int]
    places: Sequence[Place]
    mine: int = 0
    mine_late: int = 0
    others: int = 0
    now: datetime = field(default_factory=clock_now)


def places_in_reach(actor: Actor) -> list[Place]:
    """What the place filter offers: grids of a community or grid, communities of a
    township, townships above. One query."""
    path = actor.path or ""
    depth = path.count("/")
    level = 6 if depth >= 5 else 5 if depth == 4 else 4
    low, high = path_range(path)
    found = Place.objects.filter(
        Q(path__gte=low, path__lt=high, level=level) | Q(path=path, level__gte=5),
        valid_to=None,
    )
    return list(
        found.only("code", "name", "path", "level", "lon", "lat").order_by("path")[:200]
    )


def rows_of(
    actor: Actor, filters: Filters, tab: str, paths: Mapping[str, str], now: datetime
) -> QuerySet[Order]:
    """The rows of one view in their order, without the sealed columns."""
    rows = visible(Order.objects.all(), actor, "orders.view").annotate(
        turn=turn(actor, now), bucket=bucket(now)
    )
    rows = rows.filter(in_tab(tab), filters.condition(actor, paths, now)).defer(*SEALED)
    rows = rows.select_related("category", "place", "unit", "member__person")
    if filters.sort != "due":
        return rows.order_by(
            "-placed_at" if filters.sort == "new" else "placed_at", "id"
        )
    if tab in ("closed", "any"):
        return rows.order_by(F("closed_at").desc(nulls_first=True), "-placed_at", "id")
    rank = Case(*(When(bucket=b, then=Value(i)) for i, b in enumerate(BUCKETS)))
    return rows.order_by(rank, F("due_at").asc(nulls_last=True), "placed_at", "id")


def tab_of(actor: Actor, data: QueryDict, filters: Filters) -> str:
    """The tab that an address opens: a search looks in all of them."""
    tab = data.get("tab", "")
    if tab in (*tabs_of(actor), "any"):
        return tab
    return "any" if filters.handled or filters.q else tabs_of(actor)[0]


def desk(
    actor: Actor, data: QueryDict, *, page: str | int = 1, now: datetime | None = None
) -> Desk:
    """The staff list for these GET parameters. Three queries."""
    now = now or clock_now()
    filters = Filters.read(data)
    tab = tab_of(actor, data, filters)
    places = places_in_reach(actor)
    paths = {p.code: p.path for p in places}
    asked = filters.condition(actor, paths, now)
    counts = _counts(actor, tab, asked, now)
    rows = rows_of(actor, filters, tab, paths, now)
    paginator = KnownPaginator(rows, PAGE, counts[tab])
    return Desk(
        tab, filters, paginator.get_page(page), {t: counts[t] for t in TABS},
        {b: counts[f"in_{b}"] for b in BUCKETS}, places,
        counts["desk_mine"], counts["desk_late"], counts["desk_others"], now,
    )  # fmt: skip


def _counts(actor: Actor, tab: str, asked: Q, now: datetime) -> dict[str, int]:
    """All numbers of the page in one query."""
    late = Q(paused_at=None, due_at__lt=now)
    mine = Q(turn=tabs_of(actor)[0])
    wanted = {t: in_tab(t) & asked for t in TABS}
    wanted |= {f"in_{b}": in_tab(tab) & asked & Q(bucket=b) for b in BUCKETS}
    wanted |= {
        "desk_mine": mine,
        "desk_late": mine & late,
        "desk_others": ~mine & ~Q(turn="closed"),
    }
    rows = visible(Order.objects.all(), actor, "orders.view")
    rows = rows.alias(turn=turn(actor, now), bucket=bucket(now))
    return rows.aggregate(**{k: Count("id", filter=q) for k, q in wanted.items()})


@dataclass(frozen=True)
class Alike:
    """An order that may be about the same thing. `score` is 0 to 1."""

    id: UUID
    no: str
    title: str
    state: str
    placed_at: datetime
    score: float
    unit: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def state_title(self) -> str:
        return rules.STATES[self.state].title


def similar_orders(
    text: str, path: str, *, private: bool = False, exclude: UUID | None = None,
    now: datetime | None = None, limit: int = 5,
) -> list[Alike]:  # fmt: skip
    """Orders of the community in the last 60 days whose wording is like `text`, open
    ones first. `private`: compare the residents' own words too, for those who may
    read them; what comes back is the public wording either way. One query."""
    start = (now or clock_now()) - timedelta(days=60)
    low, high = path_range(community_of(path))
    rows = Order.objects.filter(path__gte=low, path__lt=high, placed_at__gte=start)
    rows = rows.exclude(state__in=["merged", "rejected", "withdrawn"])
    if exclude:
        rows = rows.exclude(id=exclude)
    rows = rows.order_by("-placed_at").select_related("unit")
    hidden = [name for name in SEALED if name != "detail" or not private]
    found = []
    for o in rows.defer(*hidden)[:200]:
        score = alike.best(text, [o.title, o.detail] if private else [o.title])
        if score >= 0.3:
            unit = str(o.unit or "")
            found.append(Alike(o.id, o.no, o.title, o.state, o.placed_at, score, unit))
    found.sort(key=lambda a: (not a.is_open, -a.score, a.no))
    return found[:limit]


def related(order: Order, now: datetime | None = None) -> dict[str, Any]:
    """The same household's other orders, and how many of the same grid and category
    there were in 60 days. Two queries at most."""
    start = (now or clock_now()) - timedelta(days=60)
    near = (
        Order.objects.filter(placed_at__gte=start).exclude(id=order.id).defer(*SEALED)
    )
    low, high = path_range(order.path)
    same = near.filter(path__gte=low, path__lt=high, category_id=order.category_id)
    house = near.filter(household_id=order.household_id) if order.household_id else None
    return {
        "household": list(house.order_by("-placed_at")[:5])
        if house is not None
        else [],
        "same": same.exclude(state__in=["merged", "rejected", "withdrawn"]).count(),
        "since": start,
    }
