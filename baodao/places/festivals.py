"""Festivals with their days (domain 7.3, 8.27–8.29). The dates by the Chinese and the
Tibetan calendar come from a confirmed table and are never computed live; a year that
the table does not have is refused rather than guessed."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from baodao.core.errors import Invalid
from baodao.places.calendars import last_day_off
from baodao.places.settings import FESTIVALS

DAY = timedelta(days=1)


class Festival(NamedTuple):
    """`first` is the day itself, `last` the last day of its holiday. `focus`: the
    group of people whose day it is, "" for everybody."""

    key: str
    name: str
    first: date
    last: date
    focus: str = ""


# Days of a holiday at least: where the State Council gives none, or has not yet.
LONG = {"spring_festival": 7, "losar": 7, "shoton": 7, "national_day": 7}
# Whose day it is, where not everybody's.
FOCUS = {"disabled_day": "disabled", "children_day": "minor", "double_ninth": "elder"}
# Where more is kept than in the rest of the country.
REGIONAL: Mapping[str, tuple[str, ...]] = {"54/": ("losar", "shoton")}


def festivals(year: int) -> dict[str, Festival]:
    """All festivals of a year by their key. Raises Invalid for a year that the table
    does not have."""
    days = dict(_table().get(year, {}))
    if not days:
        raise Invalid(
            f"节日表里还没有{year}年的日期。请先更新程序，再列这一年的节日走访。",
            code="unknown_year",
        )
    days["children_day"] = date(year, 6, 1)
    days["disabled_day"] = _third_sunday(year, 5)
    return {
        key: Festival(
            key, name, days[key], _last(days[key], LONG.get(key, 1)), FOCUS.get(key, "")
        )
        for key, name in FESTIVALS.items()
    }


def regional(path: str) -> tuple[str, ...]:
    """Festivals that are kept at this place beyond the country's."""
    found = (keys for start, keys in REGIONAL.items() if path.startswith(start))
    return next(found, ())


@cache
def _table() -> dict[int, dict[str, date]]:
    years: dict[int, dict[str, date]] = {}
    file = Path(__file__).with_name("festivals.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["date"])
            years.setdefault(day.year, {})[row["key"]] = day
    return years


def _last(first: date, days: int) -> date:
    return max(last_day_off(first), first + (days - 1) * DAY)


def _third_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + ((6 - first.weekday()) % 7 + 14) * DAY
