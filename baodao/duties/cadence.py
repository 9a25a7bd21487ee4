"""Windows of a year, in plain Python: months, quarters, halves, and the festivals of
the three "must visits" (L39; domain 7.3). What a place keeps and a household wants is
given; `visits` asks the settings for it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol

DAY = timedelta(days=1)
BEFORE = 7 * DAY  # a festival's window opens so long before the day
NEAR = 10 * DAY  # Spring Festival and Losar closer than this are one
LAST_TO_BEGIN = 19  # who begins after this day of a month owes from the next one
PERIODS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
# In this order until the year has enough; "focus" is the day of a household's group.
ORDER = (
    "spring_festival", "losar", "focus", "national_day", "mid_autumn", "shoton",
    "dragon_boat", "party_day", "new_year", "qingming", "labour_day",
)  # fmt: skip
FOCUS = ("children_day", "disabled_day", "double_ninth")


class Window(NamedTuple):
    """Both days are in it. `owed_from`: whoever begins after this day does not owe it
    yet (a pairing of the 20th begins with the next month)."""

    key: str
    title: str
    opens_on: date
    due_on: date
    owed_from: date | None = None


class Day(Protocol):
    """What is asked of a festival (`places.festivals.Festival`)."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...
    @property
    def focus(self) -> str: ...


def periods(cadence: str, year: int, title: str) -> list[Window]:
    """The windows of a year: month, quarter, half or year, the last day included."""
    size = PERIODS[cadence]
    found = []
    for month in range(1, 13, size):
        first, last = date(year, month, 1), _end(year, month + size - 1)
        key, words = _period(cadence, year, month)
        found.append(Window(key, f"{words}{title}", first, last, _latest(first, last)))
    return found


def _period(cadence: str, year: int, month: int) -> tuple[str, str]:
    if cadence == "month":
        return f"{year}-{month:02d}", f"{month}月"
    if cadence == "quarter":
        n = (month + 2) // 3
        return f"{year}-Q{n}", f"{'一二三四'[n - 1]}季度"
    if cadence == "half":
        return (f"{year}-H1", "上半年") if month == 1 else (f"{year}-H2", "下半年")
    return str(year), f"{year}年"


def _latest(first: date, last: date) -> date:
    """Who begins in the last third of a window owes the next one."""
    if (last - first).days < 31:
        return first.replace(day=LAST_TO_BEGIN)
    return last - (last - first) // 3


def _end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - DAY


def months(year: int, quiet: Collection[int] = ()) -> list[Window]:
    """A visit in each month but those in which the household wants none."""
    every = periods("month", year, "走访")
    return [w for w in every if w.opens_on.month not in quiet]


def feasts(
    days: Mapping[str, Day], kept: Collection[str], focus: Collection[str],
    quiet: Collection[int] = (), most: int = 5,
) -> list[Window]:  # fmt: skip
    """The festival visits of one household: of the festivals that are `kept`, in the
    order of the table, at most `most`; those that fall together are one. `focus`: the
    groups of its people."""
    chosen = [
        d
        for key in _ranked(days, kept, focus)
        if (d := days[key]).first.month not in quiet
    ]
    merged = list(_merged(chosen))[:most]
    return sorted((_window(group) for group in merged), key=lambda w: w.opens_on)


def _ranked(
    days: Mapping[str, Day], kept: Collection[str], focus: Collection[str]
) -> Iterator[str]:
    for name in ORDER:
        for key in FOCUS if name == "focus" else (name,):
            if key in kept and (not days[key].focus or days[key].focus in focus):
                yield key


def _merged(ranked: Sequence[Day]) -> Iterator[list[Day]]:
    """Festivals that fall together, at the rank of the first of them."""
    left = list(ranked)
    while left:
        group = [left.pop(0)]
        group += [d for d in left if _together(group[0], d)]
        left = [d for d in left if d not in group]
        yield group


def _together(a: Day, b: Day) -> bool:
    """Spring Festival and Losar close to each other; or a day that lies within the
    National Day's holiday (domain 7.3, 8.28)."""
    keys = {a.key, b.key}
    if keys == {"spring_festival", "losar"}:
        return abs(a.first - b.first) < NEAR
    if "national_day" not in keys:
        return False
    whole, one = (a, b) if a.key == "national_day" else (b, a)
    return whole.first <= one.first <= whole.last


def _window(group: Iterable[Day]) -> Window:
    days = sorted(group, key=lambda d: d.first)
    return Window(
        f"{days[0].first.year}-" + "+".join(d.key for d in days),
        "、".join(d.name for d in days) + "走访",
        days[0].first - BEFORE,
        max(d.last for d in days),
        days[0].first,
    )
