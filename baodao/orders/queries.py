"""What staff lists show: orders by whose turn it is and how soon, with filters that
live in the address; figures of what a person has handled; orders alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.http import QueryDict

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.core.clock import at_local, today
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
    moved_since,
    since,
    tabs_of,
    turn,
)
from baodao.orders.models import Order
from baodao.orders.suggestions import community_of
from baodao.places.models import Place
from baodao.ui.paging import FOUND, MOST, UpTo, count_up_to, words_of

PAGE = 25


def handled_figures(
    actor: Actor, now: datetime | None = None
) -> list[tuple[str, str, str, int]]:
    """(span, what, title, count), each the length of the list it opens. One query."""
    now = now or clock_now()
    keys = [(span, what) for span in SPANS for what in HANDLED]
    rows = visible(Order.objects.all(), actor, "orders.view")
    rows = rows.filter(moved_since(since("week", now), *HANDLED))
    counts = rows.aggregate(
        **{
            f"{s}_{w}": Count("id", filter=handled(actor, w, since(s, now)))
            for s, w in keys
        }
    )
    titles = {"place": "登记", "dispatch": "派出", "confirm": "居民确认解决"}
    return [(s, w, titles[w], counts[f"{s}_{w}"]) for s, w in keys]


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
    most: int = MOST

    def told(self, tab: str) -> str:
        """The number of a tab as it is shown."""
        return words_of(self.counts[tab], self.most)


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


def _named_in(
    actor: Actor, codes: Sequence[str], known: Sequence[Place]
) -> list[Place]:
    """Places of the address that the filter does not offer but the actor's scope
    holds, such as one grid for a township. No query when there are none."""
    left = set(codes) - {p.code for p in known}
    if not left:
        return []
    low, high = path_range(actor.path or "")
    found = Place.objects.filter(code__in=left, path__gte=low, path__lt=high)
    return list(found.only("code", "name", "path", "level", "lon", "lat"))


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
    if tab == "closed":
        return rows.filter(closed_at__isnull=False).order_by("-closed_at", "id")
    if tab == "any":
        return rows.order_by("-placed_at", "id")
    rank = Case(*(When(bucket=b, then=Value(i)) for i, b in enumerate(BUCKETS)))
    return rows.order_by(rank, F("due_at").asc(nulls_last=True), "placed_at", "id")


def asked(actor: Actor, data: QueryDict) -> tuple[Filters, str, list[Place]]:
    """What an address asks for: filters, the tab (a search looks in all of them), the
    places to choose from. One query, two where a place further down is named."""
    filters = Filters.read(data)
    tab = data.get("tab", "")
    if tab not in (*tabs_of(actor), "any"):
        searched = filters.handled or filters.q or filters.phone
        tab = "any" if searched else tabs_of(actor)[0]
    places = places_in_reach(actor)
    return filters, tab, places + _named_in(actor, filters.places, places)


def desk(
    actor: Actor, data: QueryDict, *, page: str | int = 1, now: datetime | None = None
) -> Desk:
    """The staff list for these GET parameters. Four queries."""
    now = now or clock_now()
    filters, tab, places = asked(actor, data)
    paths = {p.code: p.path for p in places}
    condition = filters.condition(actor, paths, now)
    most = FOUND if filters.q else MOST
    counts = _counts(actor, tab, condition, now, most)
    rows = rows_of(actor, filters, tab, paths, now)
    paginator = UpTo(rows, PAGE, counts[tab], most)
    return Desk(
        tab, filters, paginator.get_page(page), {t: counts[t] for t in TABS},
        {b: counts[f"in_{b}"] for b in BUCKETS}, places,
        counts["desk_mine"], counts["desk_late"], counts["desk_others"], now, most,
    )  # fmt: skip


def _counts(
    actor: Actor, tab: str, asked: Q, now: datetime, most: int
) -> dict[str, int]:
    """All numbers of the page: what is open, by whose turn it is and how soon, in one
    query; what is closed, counted as far as it is shown, in another."""
    rows = visible(Order.objects.all(), actor, "orders.view")
    still = rows.filter(state__in=rules.OPEN)
    still = still.annotate(turn=turn(actor, now), bucket=bucket(now))
    lines = still.values_list("turn", "bucket").annotate(
        n=Count("id"), fit=Count("id", filter=asked)
    )
    found: Counter[str] = Counter()
    first = tabs_of(actor)[0]
    for whose, soon, n, fit in lines.order_by():
        found["all"] += fit
        found[whose] += fit
        found[f"in_{soon}"] += fit if tab in (whose, "all") else 0
        found["desk_mine" if whose == first else "desk_others"] += n
        found["desk_late"] += n if (whose, soon) == (first, "late") else 0
    closed = rows.filter(in_tab("closed"), asked, closed_at__isnull=False)
    found["closed"] = count_up_to(closed.order_by("-closed_at"), most)
    found["any"] = found["all"] + found["closed"]
    return found


@dataclass(frozen=True)
class Alike:
    """An order that may be about the same thing. `score` is 0 to 1; `may_open`: the
    reader may open it (one of another grid is told of by its public wording only)."""

    id: UUID
    no: str
    title: str
    state: str
    placed_at: datetime
    score: float
    unit: str = ""
    may_open: bool = True

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def state_title(self) -> str:
        return rules.STATES[self.state].title


def similar_orders(
    actor: Actor, text: str, path: str, *, private: bool = False,
    exclude: UUID | None = None, now: datetime | None = None, limit: int = 5,
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
            found.append(Alike(
                o.id, o.no, o.title, o.state, o.placed_at, score, str(o.unit or ""),
                can(actor, "orders.view", o),
            ))  # fmt: skip
    found.sort(key=lambda a: (not a.is_open, -a.score, a.no))
    return found[:limit]


def mergeable(actor: Actor, order: Order, now: datetime | None = None) -> list[Alike]:
    """Orders alike into which this one may be merged: those still open."""
    near = similar_orders(
        actor, order.detail, order.path, private=True, exclude=order.id, now=now
    )
    return [a for a in near if a.is_open and a.may_open]


@dataclass(frozen=True)
class Related:
    """What else there is: `household`, the same home's orders, for those who know
    the homes; `same`, how many of this place and category since `since`, with the
    list `query` opens, this one among them."""

    household: Sequence[Order]
    same: int
    query: str


def related(actor: Actor, order: Order, now: datetime | None = None) -> Related:
    """Two queries at most; nothing outside the actor's scope."""
    now = now or clock_now()
    since = today(now) - timedelta(days=60)
    seen = visible(Order.objects.all(), actor, "orders.view").defer(*SEALED)
    house: list[Order] = []
    if order.household_id and can(actor, "orders.reveal", order):
        same_home = seen.filter(household_id=order.household_id).exclude(id=order.id)
        start = at_local(since, time.min)
        house = list(same_home.filter(placed_at__gte=start).order_by("-placed_at")[:5])
    data = QueryDict(mutable=True)
    data.update({
        "tab": "any", "place": order.place.code, "category": order.category_id,
        "since": since.isoformat(),
    })  # fmt: skip
    asked = Filters.read(data).condition(actor, {order.place.code: order.path}, now)
    return Related(house, seen.filter(asked).count(), data.urlencode())
