"""What everybody may see of a place: figures by their definitions, wishes in public
words, thanks that both sides agreed to (A12, domain 9.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Count, F, Max, Min, QuerySet

from baodao.acts.access import within
from baodao.core.clock import today
from baodao.core.memory import Brief
from baodao.councils.models import Deliberation
from baodao.councils.queries_deliberation import public as talks
from baodao.orders.models import Order
from baodao.orders.residents import handler, public
from baodao.orders.rules import PUBLIC_STATES
from baodao.people.models import RoleTie
from baodao.people.queries import current
from baodao.places import rules as levels
from baodao.places.areas import NOW, THEN, Area, area
from baodao.places.changes.preview import origins, successors
from baodao.places.models import Place
from baodao.places.rules import common_path
from baodao.stats.definitions import DEFINITIONS, Definition, condition
from baodao.stats.orders import Figures, Rate, figures
from baodao.stats.periods import Period
from baodao.stats.scope import Scope
from baodao.ui.shapes import Tone
from baodao.ui.words import cdate, clock_span, local_day

WORD_OF = {state: word for word, states in PUBLIC_STATES.items() for state in states}
LOOKS: dict[str, tuple[Tone, str]] = {
    "可认领": ("", "hand-stop"),
    "派单中": ("soon", "clock"),
    "已有人接": ("go", "user-check"),
    "居民确认解决": ("ok", "check"),
}
# What can still be claimed stands first, what is done last.
ORDER = tuple(LOOKS)
RECENT, THANKS, TALKS = 6, 4, 3
FEW = 10


@dataclass(frozen=True)
class Wish:
    """One card of the board."""

    title: str
    word: str
    tone: Tone
    icon: str
    category: str
    place: str
    when: str


@dataclass(frozen=True)
class Thanks:
    text: str
    day: str
    place: str
    to: str


@dataclass(frozen=True)
class Tile:
    """One figure: its name in `stats`, and either a count or a rate with parts."""

    name: str
    title: str
    value: str
    unit: Literal["件", "%", ""]
    under: str


@dataclass(frozen=True)
class Board:
    """`origins`: places that have gone into this one, which "as recorded" has apart.
    `changed`: the two ways of counting may differ."""

    place: Place | None
    year: int
    regions: str
    changed: bool
    origins: Sequence[Place]
    phone: str
    at: datetime
    tiles: Sequence[Tile]
    shown_from: int
    waiting: int
    wishes: Sequence[Wish]
    thanks: Sequence[Thanks]
    talks: Sequence[Deliberation]


def top() -> Place | None:
    """Whose board opens first: the closest place above everybody who holds a role
    (the nation's places may all be there, of which one prefecture is at work), else
    the highest place that branches."""
    held = RoleTie.objects.filter(current(), unit=None).exclude(path="")
    ends = held.aggregate(Min("path"), Max("path"))
    if ends["path__min"]:
        path = common_path(ends["path__min"], ends["path__max"])
        return Place.objects.filter(path=path, valid_to=None).first()
    return _branching()


def _branching() -> Place | None:
    here: Place | None = None
    while True:
        below = list(
            Place.objects.filter(parent=here, valid_to=None).order_by("path")[:2]
        )
        if len(below) != 1 or below[0].level >= levels.COMMUNITY:
            return here or (below[0] if len(below) == 1 else None)
        here = below[0]


def place_of(code: str, regions: str = NOW) -> Place | None:
    """The place of a board: a community or above; smaller ones would point at people.
    A code that is no longer in use leads to what has taken its place, but as recorded
    to the old place itself."""
    found = Place.objects.filter(code=code, level__lte=levels.COMMUNITY)
    found = found.exclude(kind="virtual").order_by(F("valid_to").desc(nulls_first=True))
    place = found.first()
    if place is None or place.valid_to is None or regions == THEN:
        return place
    return next((s.new for s in successors(place) if s.main), None)


# Counted once a minute and process, however many look.
_FIGURES: Brief[tuple[str, int, str], Figures] = Brief()


def board(
    place: Place | None, phone: str, now: datetime, *, year: int | None = None,
    regions: str = NOW,
) -> Board:  # fmt: skip
    """Everything on the page, in about nine queries."""
    this = today(now).year
    scope = Scope(place.path if place else "", place, regions=regions)
    period = Period.year(year or this)
    found = _FIGURES.get(
        (scope.path, period.start.year, regions),
        lambda: figures(scope, period, now=now, served=False),
    )
    listed = wishes(scope.area)
    then = place is not None and regions == THEN
    return Board(
        place, year or this, regions, scope.area.changed,
        [s.old for s in origins(place) if s.main] if then and place else [],
        phone, found.now, _tiles(found, "今年" if year in (None, this) else f"{year}年"),
        found.shown_from,
        listed.filter(state="published").count(),
        cards(_recent(listed), now), _thanks(scope.area, now),
        list(talks(scope.area.ranges)[:TALKS]),
    )  # fmt: skip


def _tiles(found: Figures, when: str) -> list[Tile]:
    n, rates = found.total.all, found.rates
    response, solution = rates["response"], rates["solution"]
    return [
        Tile("placed", f"{when}提出的心愿", f"{n['placed']:,}", "件", f"含 {n['open']:,} 件在办"),
        Tile(
            "solved", "居民确认解决", f"{n['solved']:,}", "件",
            f"部分解决 {n['partly']:,} 件，没解决、办不了 {n['not_solved'] + n['cannot']:,} 件",
        ),
        _rate("solution", "解决率", solution, f"{solution.whole:,} 件办结中 {solution.part:,} 件"),
        _rate("response", "按时响应", response, f"{response.whole:,} 次派单中 {response.part:,} 次"),
        _rate(
            "satisfaction", "评价 4–5 分", rates["satisfaction"],
            f"{n['rated']:,} 人评，{n['unrated']:,} 件未评",
        ),
    ]  # fmt: skip


def _rate(name: str, title: str, rate: Rate, under: str) -> Tile:
    if rate.percent is None:
        return Tile(name, title, "—", "", f"不足 {rate.shown_from} 件，不公布")
    return Tile(name, title, f"{rate.percent}", "%", under)


# Figures whose orders, as far as they are public, can be read on the wall.
ON_THE_WALL = ("placed", "open", "solved", "wishes", "problems")


@dataclass(frozen=True)
class Explained:
    """A figure of the public page: its number as it may be published, and how many
    of its orders anybody may read."""

    name: str
    known: Definition
    n: str
    on_the_wall: int | None


def explained(
    place: Place | None, now: datetime, year: int, regions: str = NOW
) -> list[Explained]:
    """Every figure of a place in a year, with its definition."""
    scope = Scope(place.path if place else "", place, regions=regions)
    found = figures(scope, Period.year(year), now=now)
    counted = wishes(scope.area).aggregate(
        **{
            f"n_{n}": Count("id", filter=condition(n, found.period))
            for n in ON_THE_WALL
        }
    )
    return [
        Explained(n, d, _published(n, found.total.n(n)), counted.get(f"n_{n}"))
        for n, d in DEFINITIONS.items()
    ]


def _published(name: str, n: int) -> str:
    """Persons are counted in public from ten on (domain 9.4)."""
    few = DEFINITIONS[name].of == "members" and 0 < n < FEW
    return f"<{FEW}" if few else f"{n:,}"


def wishes(
    place: str | Area, word: str = "", category: str = "", figure: str = "", year: int = 0
) -> QuerySet[Order]:  # fmt: skip
    """All wishes of a place that are public, newest first; with `figure` those that
    the year's figure counts."""
    found = Order.objects.filter(public(), within("path", area(place).ranges))
    if figure in ON_THE_WALL:
        found = found.filter(condition(figure, Period.year(year)))
    if word in PUBLIC_STATES:
        found = found.filter(state__in=PUBLIC_STATES[word])
    if category:
        found = found.filter(category=category)
    found = found.select_related("category", "unit").order_by("-placed_at")
    return found.defer("detail", "call_name", "phone", "address", "rating_text")


def _recent(listed: QuerySet[Order]) -> list[Order]:
    """Half of the cards for wishes that wait for somebody, then the newest of each
    other kind, so that the page shows how wishes go on."""
    free = list(listed.filter(state="published")[: RECENT // 2])
    rest = list(listed.exclude(state="published")[:60])
    firsts = [next((o for o in rest if WORD_OF[o.state] == w), None) for w in ORDER[1:]]
    chosen = [o for o in firsts if o is not None]
    chosen += [o for o in rest if o not in chosen][: RECENT - len(free) - len(chosen)]
    return [*free, *sorted(chosen, key=lambda o: ORDER.index(WORD_OF[o.state]))]


def cards(orders: Sequence[Order], now: datetime) -> list[Wish]:
    """Orders in the four public words; the place is the community, never a door."""
    names = _communities([o.path for o in orders])
    return [_card(o, names.get(community(o.path), ""), now) for o in orders]


def _card(order: Order, place: str, now: datetime) -> Wish:
    word = WORD_OF[order.state]
    tone, icon = LOOKS[word]
    return Wish(
        order.title,
        word,
        tone,
        icon,
        order.category.title,
        place,
        _when(order, word, now),
    )


def _when(order: Order, word: str, now: datetime) -> str:
    if word == "居民确认解决" and order.confirmed_at:
        return cdate(order.confirmed_at, local_day(now))
    if word == "已有人接":
        return f"{handler(order)}已接"
    if word == "派单中" and order.due_at and order.due_at > now and not order.paused_at:
        return f"剩 {clock_span(order.due_at - now)}"
    days = (local_day(now) - local_day(order.placed_at)).days
    return f"已等 {days} 天" if days else "今天提出"


def _thanks(here: Area, now: datetime) -> list[Thanks]:
    """By date. The words were read by a worker; neither side is named (domain 9.4)."""
    found = Order.objects.filter(within("path", here.ranges), rating_public=True)
    found = found.exclude(thanks="").filter(closed_at__isnull=False)
    rows = list(found.select_related("unit").order_by("-closed_at")[:THANKS])
    names = _communities([o.path for o in rows])
    day = local_day(now)
    return [
        Thanks(
            o.thanks,
            cdate(o.closed_at, day),
            names.get(community(o.path), ""),
            handler(o),
        )
        for o in rows
        if o.closed_at
    ]


def community(path: str) -> str:
    """The community's part of a path."""
    return "/".join(path.split("/")[:5]) + "/"


def _communities(paths: Sequence[str]) -> dict[str, str]:
    wanted = {community(p) for p in paths}
    return dict(Place.objects.filter(path__in=wanted).values_list("path", "name"))
