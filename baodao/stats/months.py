"""What residents confirmed month by month, as bars that the server draws."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth

from baodao.core.clock import ZONE
from baodao.records.models import CHANNELS
from baodao.stats.orders import NO_CHANNEL, orders_in
from baodao.stats.periods import Period
from baodao.stats.scope import Scope

MOST = 24
# Of the drawing, in pixels: the space for the months, the numbers left of them.
ROOM, LEFT, HEIGHT, TOP = 860, 48, 170, 8


@dataclass(frozen=True)
class Piece:
    """One channel of a month, in pixels from the top left."""

    channel: str
    y: int
    height: int


@dataclass(frozen=True)
class Month:
    """`x` of the bar, its pieces from the axis up, the number above it."""

    month: date
    x: int
    n: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Chart:
    """`step`: how far a month is from the next."""

    months: Sequence[Month]
    lines: Sequence[tuple[int, int]]
    step: int
    width: int = LEFT + ROOM
    height: int = TOP + HEIGHT + 26
    axis: int = TOP + HEIGHT

    @property
    def bar(self) -> int:
        return min(44, self.step * 3 // 5)

    @property
    def gap(self) -> int:
        return (self.step - self.bar) // 2

    @property
    def middle(self) -> int:
        return self.step // 2


def chart(scope: Scope, period: Period, today: date, channel: str = "") -> Chart | None:
    """Bars of "居民确认解决"; None for a period of one or of too many months. One
    query."""
    months = _months(period, today)
    if not 1 < len(months) <= MOST:
        return None
    found = orders_in("solved", scope, period, channel).order_by()
    found = found.annotate(month=TruncMonth("result_at", tzinfo=ZONE))
    counted: Counter[tuple[date, str]] = Counter()
    for at, through, n in found.values_list("month", "channel").annotate(
        n=Count("path")
    ):
        counted[at.date(), through or NO_CHANNEL] += n
    most = _round(max((sum(_of(counted, m).values()) for m in months), default=0))
    step = ROOM // len(months)
    bars = [
        _bar(LEFT + step * i, m, _of(counted, m), most) for i, m in enumerate(months)
    ]
    lines = [(TOP + HEIGHT - HEIGHT * k // 4, most * k // 4) for k in range(5)]
    return Chart(bars, lines, step)


def _of(counted: Counter[tuple[date, str]], month: date) -> dict[str, int]:
    return {c: counted[month, c] for c in (*CHANNELS, NO_CHANNEL)}


def _bar(x: int, month: date, parts: dict[str, int], most: int) -> Month:
    pieces, y = [], TOP + HEIGHT
    for channel, n in parts.items():
        height = round(HEIGHT * n / most) if most else 0
        y -= height
        if height:
            pieces.append(Piece(channel, y, height))
    return Month(month, x, sum(parts.values()), pieces)


def _round(n: int) -> int:
    """The next number that four lines divide well: 8, 20, 40, 100, 200 …"""
    step = 1
    while True:
        for top in (4, 8, 20):
            if n <= top * step:
                return top * step
        step *= 10


def _months(period: Period, today: date) -> list[date]:
    last = min(period.last, max(today, period.start))
    month, found = period.start.replace(day=1), []
    while month <= last:
        found.append(month)
        month = month.replace(
            year=month.year + month.month // 12, month=month.month % 12 + 1
        )
    return found
