"""Participation (A23, A25): of the members who had reported in by the last day of a month,
how many served in it. The denominator belongs to a day, so that a month that is over
keeps its rate; trend by month, rows by place. Before and after the rules of points took
effect the same rate is compared. What it costs is told by the points shop."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from baodao.core.clock import at_local
from baodao.places.models import Place
from baodao.records.models import Record, services
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_small as small
from baodao.scoring.models import RuleSet
from baodao.scoring.rules import IN_FORCE
from baodao.scoring.rules_health import months_back
from baodao.stats.orders import Rate
from baodao.stats.scope import Scope, rows_below

DAY = timedelta(days=1)
BEFORE = 3  # months that are compared with as many
FEW = 10
HEIGHT, TOP, LEFT, STEP = 150, 14, 40, 62


@dataclass(frozen=True)
class Said:
    """A rate as it is shown: above the community without small numbers (domain 9.4), and
    then without the percentage, which would tell them."""

    part: str
    whole: str
    rate: Rate

    @property
    def percent(self) -> float | None:
        open_ = self.part[0].isdigit() and self.whole[0].isdigit()
        return self.rate.percent if open_ else None

    @property
    def why_not(self) -> str:
        """Why there is no percentage."""
        if self.rate.percent is None:
            return f"报到的不足 {self.rate.shown_from} 人，不算参与率"
        return f"参加过的不足 {small.FEW} 人，不写参与率"


@dataclass(frozen=True)
class Month:
    """A month with its rate, and where its bar stands, in pixels."""

    month: date
    rate: Rate
    said: Said
    x: int
    y: int
    height: int

    @property
    def words(self) -> str:
        return f"{self.month.month}月"


@dataclass(frozen=True)
class Row:
    """A place below with the month's rate."""

    place: Place
    rate: Rate
    said: Said


@dataclass(frozen=True)
class Compared:
    """The rate of some months before and after rules took effect, or what it is when
    none did."""

    title: str
    before: Said
    after: Said


@dataclass(frozen=True)
class Participation:
    scope: Scope
    month: date
    last: date
    rate: Rate
    said: Said
    months: Sequence[Month]
    rows: Sequence[Row]
    compared: Compared | None
    exact: bool
    width: int = LEFT + 12 * STEP
    height: int = TOP + HEIGHT + 26
    axis: int = TOP + HEIGHT
    bar: int = 38


def last_day(month: date, today: date) -> date:
    """The day that a month's denominator is of: its last, or today."""
    return min((month + 31 * DAY).replace(day=1) - DAY, today)


def _held(day: date) -> Q:
    """Accepted by the evening of a day and not ended."""
    until = at_local(day + DAY, time.min)
    return Q(accepted_at__lt=until, reported_on__lte=day) & (
        Q(ended_on=None) | Q(ended_on__gt=day)
    )


def held_on(scope: Scope, day: date) -> QuerySet[ReportIn]:
    """Report-ins of members that the communities of the scope had by that evening."""
    return ReportIn.objects.filter(
        scope.within(), _held(day), member__isnull=False
    ).order_by()


def served_in(scope: Scope, month: date, day: date) -> QuerySet[Record]:
    """Services of a month by members that the denominator holds."""
    there = held_on(scope, day).filter(member_id=OuterRef("member_id"))
    return services().filter(
        Exists(there), scope.within(), occurred_on__gte=month, occurred_on__lte=day
    ).order_by()  # fmt: skip


def participation(
    scope: Scope, month: date, today: date, *, exact: bool = False
) -> Participation:
    """`month` is one of the last twelve. `exact`: with small numbers, for the community
    alone. A query for each month, one for all denominators, two for the rows."""
    rates = _rates(scope, months_back(today), today)
    day = last_day(month, today)
    months = _drawn(rates, exact)
    said = next(m.said for m in months if m.month == month)
    return Participation(
        scope, month, day, rates[month], said, months,
        _rows(scope, month, day, rates[month], exact),
        _compared(scope, rates, today, exact), exact,
    )  # fmt: skip


def _said(rates: Sequence[Rate], keep: Sequence[int], exact: bool) -> list[Said]:
    """Rates of which the last is the sum of those before; those of `keep` stand
    elsewhere, too."""
    parts, wholes = [[r.part] for r in rates], [[r.whole] for r in rates]
    if exact:
        words = [[[f"{n:,}"] for (n,) in column] for column in (parts, wholes)]
    else:
        kept = {(i, 0) for i in keep}
        words = [small.shown(column, kept) for column in (parts, wholes)]
    return [
        Said(part, whole, rate)
        for (part,), (whole,), rate in zip(*words, rates, strict=True)
    ]


def _rates(scope: Scope, months: Sequence[date], today: date) -> dict[date, Rate]:
    days = {m: last_day(m, today) for m in months}
    there = ReportIn.objects.filter(scope.within(), member__isnull=False).order_by()
    whole = there.aggregate(
        **{
            f"n{i}": Count("member", distinct=True, filter=_held(day))
            for i, day in enumerate(days.values())
        }
    )
    found = {}
    for i, (month, day) in enumerate(days.items()):
        served = served_in(scope, month, day)
        part: dict[str, int] = served.aggregate(n=Count("member_id", distinct=True))
        found[month] = Rate(part["n"], whole[f"n{i}"], FEW)
    return found


def _drawn(rates: Mapping[date, Rate], exact: bool) -> list[Month]:
    found = []
    for i, (month, rate) in enumerate(rates.items()):
        (said,) = _said([rate], [], exact)
        height = round(HEIGHT * (said.percent or 0) / 100)
        at = (LEFT + i * STEP, TOP + HEIGHT - height, height)
        found.append(Month(month, rate, said, *at))
    return found


def _rows(scope: Scope, month: date, day: date, total: Rate, exact: bool) -> list[Row]:
    """A person who has reported in to two places counts in each row, once in the whole."""
    below = rows_below(scope)
    if not below or below[0].level > 5:
        return []
    counts: list[Counter[str]] = []
    for rows, column in (
        (held_on(scope, day), "member"), (served_in(scope, month, day), "member_id"),
    ):  # fmt: skip
        grouped: Any = rows.annotate(row=scope.row_of()).values("row")
        grouped = grouped.annotate(n=Count(column, distinct=True))
        counts.append(Counter({scope.key(g["row"]): g["n"] for g in grouped}))
    whole, part = counts
    rates = [Rate(part[p.path], whole[p.path], FEW) for p in below]
    said = _said([*rates, total], [len(rates)], exact)[:-1]
    return [Row(*row) for row in zip(below, rates, said, strict=True)]


def _compared(
    scope: Scope, rates: Mapping[date, Rate], today: date, exact: bool
) -> Compared | None:
    """Three months before the place's own rules took effect and the last three that
    are over; without such rules the first three of the year and the last three."""
    over = [m for m in rates if last_day(m, today) < today]
    sets = RuleSet.objects.filter(state__in=IN_FORCE, effective_from__gt=min(rates))
    begun = [
        s.effective_from for s in sets.order_by("-path")
        if scope.path.startswith(s.path) and s.effective_from
    ]  # fmt: skip
    if begun:
        first = begun[0].replace(day=1)
        before, title = (
            [m for m in over if m < first],
            f"{begun[0]:%Y年%-m月%-d日}起执行规则",
        )
        after = [m for m in over if m >= first]
    else:
        before, after, title = over[:BEFORE], over[-BEFORE:], "一年里最早和最近的三个月"
    before, after = before[-BEFORE:], after[-BEFORE:]
    if not before or not after or set(before) & set(after):
        return None
    return Compared(title, _sum(rates, before, exact), _sum(rates, after, exact))


def _sum(rates: Mapping[date, Rate], months: Sequence[date], exact: bool) -> Said:
    """Person-months: each month with its own denominator. The months are shown, too."""
    some = [rates[m] for m in months]
    whole = Rate(sum(r.part for r in some), sum(r.whole for r in some), FEW)
    return _said([*some, whole], range(len(some)), exact)[-1]
