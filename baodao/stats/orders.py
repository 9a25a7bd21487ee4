"""The figures of orders: of a place and a period, for each place below it, and the
list behind each. A few aggregates over index ranges whatever the size; the number on
the page is the length of the list that opens (a test holds them equal)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Q, QuerySet, Value

from baodao.core.clock import now as clock_now
from baodao.orders.models import Answer, Order
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.records.models import CHANNELS, Record
from baodao.stats.definitions import (
    ANSWERS,
    BY_PLACING,
    BY_RESULT,
    DEFINITIONS,
    RATES,
    condition,
    state_of,
    still_silent,
)
from baodao.stats.periods import Period
from baodao.stats.scope import Scope, rows_below

# What went through no unit and no claim: answered by the community, or passed on.
NO_CHANNEL = "none"
COLUMNS = {**CHANNELS, NO_CHANNEL: "没有渠道"}


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


@dataclass
class Counts:
    """Figures of one place: (name, channel) → number, and name → number of all."""

    by_channel: Counter[tuple[str, str]] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, channel: str, n: int) -> None:
        self.by_channel[name, channel or NO_CHANNEL] += n
        self.all[name] += n

    def n(self, name: str, channel: str = "") -> int:
        return self.by_channel[name, channel] if channel else self.all[name]

    def rate(self, name: str, shown_from: int, channel: str = "") -> Rate:
        known = RATES[name]
        whole = sum(self.n(n, channel) for n in known.whole)
        return Rate(self.n(known.part, channel), whole, shown_from)


@dataclass
class Line:
    """A row of the table. `place` None: paths that are no longer in the tree."""

    path: str
    title: str
    place: Place | None = None
    only_here: bool = False
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True)
class Figures:
    """All order figures of a scope and period; `lines` when they were asked for."""

    scope: Scope
    period: Period
    now: datetime
    shown_from: int
    total: Counts
    lines: Sequence[Line] = ()

    @property
    def rates(self) -> dict[str, Rate]:
        return {name: self.total.rate(name, self.shown_from) for name in RATES}


def figures(
    scope: Scope, period: Period, *, now: datetime | None = None, by_place: bool = False,
    served: bool = True,
) -> Figures:  # fmt: skip
    """Counts and the three rates: six queries, two more with `by_place`, one less
    without the record book (`served`)."""
    at = now or clock_now()
    rows = _grouped(scope, period, at, by_place, served)
    total = Counts()
    for counts in rows.values():
        total.all.update(counts.all)
        total.by_channel.update(counts.by_channel)
    if by_place:
        # Somebody may have served in two places: persons do not add up.
        helped: Any = _served(scope, period)
        for line in _helped(helped.annotate(row=Value(""))):
            _add_helped(total, line)
    shown_from = values(scope.path, ["orders.rate_threshold"])["orders.rate_threshold"]
    lines = lines_below(scope, rows) if by_place and not scope.is_leaf else ()
    return Figures(scope, period, at, shown_from, total, lines)


def _grouped(
    scope: Scope, period: Period, now: datetime, by_place: bool, served: bool
) -> dict[str, Counts]:
    """Figures by row (or all under ""): three aggregates over orders, one over the
    answers of units, one over the record book."""
    row: Any = scope.row_of() if by_place else Value("")
    placed: Any = scope.row_of(placed=True) if by_place else Value("")
    found: dict[str, Counts] = {}

    def of(key: str) -> Counts:
        return found.setdefault(scope.key(key) if by_place else "", Counts())

    mine = Order.objects.filter(scope.within())
    begun = Order.objects.filter(scope.placed())
    for names, found_by, by, where in (
        (BY_PLACING, begun, "placed_at", placed), (BY_RESULT, mine, "result_at", row),
    ):  # fmt: skip
        rows: Any = found_by.filter(period.within(by)).annotate(row=where)
        grouped = rows.values("row", "channel")
        for line in grouped.annotate(**_counts(names)):
            for name in names:
                of(line["row"]).add(name, line["channel"], line[f"n_{name}"])
    answered: Any = Answer.objects.filter(scope.within(), period.within("at"))
    for line in answered.annotate(row=row).values("row").annotate(**_counts(ANSWERS)):
        for name in ANSWERS:
            of(line["row"]).add(name, "unit", line[f"n_{name}"])
    silent: Any = begun.filter(still_silent(period, now)).annotate(row=placed)
    silent = silent.values("row")
    for line in silent.annotate(n=Count("path")):
        of(line["row"]).add("silent", "unit", line["n"])
    helped: Any = _served(scope, period) if served else Record.objects.none()
    for line in _helped(helped.annotate(row=row)):
        _add_helped(of(line["row"]), line)
    return found


def _counts(names: Iterable[str]) -> dict[str, Count]:
    """Counted by the path, which every index here begins with."""
    return {f"n_{n}": Count("path", filter=state_of(n) or None) for n in names}


def _served(scope: Scope, period: Period) -> QuerySet[Record]:
    """Standing service records of orders."""
    return Record.objects.filter(
        scope.within(), period.on("occurred_on"), kind="order_served", reversal_of=None,
        reversals=None,
    )  # fmt: skip


def _helped(records: Any) -> Any:
    """人次 and 人数 by row, in all and by channel."""
    wanted: dict[str, Count] = {
        "services": Count("path"), "helpers": Count("member_id", distinct=True),
    }  # fmt: skip
    for channel in CHANNELS:
        here = Q(channel=channel)
        wanted[f"services_{channel}"] = Count("path", filter=here)
        wanted[f"helpers_{channel}"] = Count("member_id", distinct=True, filter=here)
    return records.values("row").annotate(**wanted)


def _add_helped(counts: Counts, line: Mapping[str, Any]) -> None:
    """Written over, not added: a person in both channels is one person."""
    for name in ("services", "helpers"):
        counts.all[name] = line[name]
        for channel in CHANNELS:
            counts.by_channel[name, channel] = line[f"{name}_{channel}"]


def lines_below(scope: Scope, rows: Mapping[str, Counts]) -> list[Line]:
    """A row for each place below in the order of codes, also without anything; what
    lies at the place itself and what is no longer in the tree have rows of their own,
    so that the rows add up."""
    left = dict(rows)
    lines = []
    for p in rows_below(scope):
        counts = left.pop(p.path, None)
        if counts or p.valid_to is None:
            lines.append(Line(p.path, p.name, p, False, counts or Counts()))
    if here := left.pop(scope.path, None):
        lines.append(Line(scope.path, f"{scope.title}本级", scope.place, True, here))
    lines += [Line(p, "已撤并的地方", None, False, c) for p, c in sorted(left.items())]
    return lines


# --- the lists ------------------------------------------------------------------------


def orders_in(
    name: str, scope: Scope, period: Period, channel: str = ""
) -> QuerySet[Order]:
    """The orders behind a figure of orders."""
    there = scope.placed() if name in BY_PLACING else scope.within()
    found = Order.objects.filter(there, condition(name, period))
    return found.filter(_channel(channel)).order_by(f"-{DEFINITIONS[name].by}", "id")


def answers_in(name: str, scope: Scope, period: Period) -> QuerySet[Answer]:
    """The answers of units behind a figure; "silent" has orders besides."""
    found = Answer.objects.filter(scope.within(), period.within("at"), state_of(name))
    return found.order_by("-at", "id")


def silent_in(scope: Scope, period: Period, now: datetime) -> QuerySet[Order]:
    """Orders whose unit is silent still: the other part of "silent"."""
    found = Order.objects.filter(scope.placed(), still_silent(period, now))
    return found.order_by("due_at", "id")


def records_in(scope: Scope, period: Period, channel: str = "") -> QuerySet[Record]:
    """The service records behind 人次."""
    found = _served(scope, period)
    found = found.filter(channel=channel) if channel else found
    return found.order_by("-occurred_on", "id")


def helpers_in(scope: Scope, period: Period, channel: str = "") -> QuerySet[Any, Any]:
    """The persons behind 人数: member_id, and how often they served."""
    found = records_in(scope, period, channel).order_by()
    return found.values("member_id").annotate(n=Count("id")).order_by("member_id")


def _channel(channel: str) -> Q:
    if channel == NO_CHANNEL:
        return Q(channel="")
    return Q(channel=channel) if channel else Q()


class Joined(Sequence[Any]):
    """Several lists as one, for a page at a time: each is counted and cut by the
    database."""

    def __init__(self, *parts: QuerySet[Any, Any]) -> None:
        self.parts = [(part, part.count()) for part in parts]

    def __len__(self) -> int:
        return sum(n for _, n in self.parts)

    def __getitem__(self, index: Any) -> Any:
        start, stop, _ = cast(slice, index).indices(len(self))
        found: list[Any] = []
        for part, n in self.parts:
            if start < n and stop > 0:
                found += part[max(start, 0) : min(stop, n)]
            start, stop = start - n, stop - n
        return found
