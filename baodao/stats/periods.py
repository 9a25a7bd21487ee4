"""The time figures are about: local days from one to before another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from baodao.core.clock import at_local

# What the page offers besides any two days.
CHOICES = {
    "year": "今年",
    "quarter": "本季度",
    "month": "本月",
    "last_month": "上个月",
    "last_year": "去年",
}


@dataclass(frozen=True)
class Period:
    """[start, end) of local dates. `name`: the choice it came from, or "" for days
    that somebody has set."""

    start: date
    end: date
    name: str = ""

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def instants(self) -> tuple[datetime, datetime]:
        return at_local(self.start, time.min), at_local(self.end, time.min)

    def within(self, column: str) -> Q:
        """The rows whose instant lies in the period."""
        low, high = self.instants
        return Q(**{f"{column}__gte": low, f"{column}__lt": high})

    def on(self, column: str) -> Q:
        """The rows whose local date lies in the period."""
        return Q(**{f"{column}__gte": self.start, f"{column}__lt": self.end})

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def words(self, today: date) -> str:
        """2026年, 2026年11月, 2026年1月1日至11月26日; up to today when it is not over."""
        last = min(self.last, today) if self.start <= today else self.last
        if (self.start, self.end) == _month(self.start):
            return f"{self.start.year}年{self.start.month}月"
        if self.start == date(self.start.year, 1, 1) and self.end == date(
            self.start.year + 1, 1, 1
        ):
            return f"{self.start.year}年"
        first = f"{self.start.year}年{self.start.month}月{self.start.day}日"
        year = "" if last.year == self.start.year else f"{last.year}年"
        return f"{first}至{year}{last.month}月{last.day}日"

    @property
    def query(self) -> dict[str, str]:
        """As GET parameters."""
        if self.name:
            return {"period": self.name}
        return {"from": self.start.isoformat(), "to": self.last.isoformat()}


def read(data: Mapping[str, str], today: date) -> Period:
    """From GET parameters: two days, a choice, else this year. Days that make no
    sense are left out, so that an old link still opens."""
    first, last = _day(data.get("from", "")), _day(data.get("to", ""))
    if first and last and first <= last:
        return Period(first, last + timedelta(days=1))
    name = data.get("period", "")
    name = name if name in CHOICES else "year"
    return Period(*_named(name, today), name)


def _named(name: str, today: date) -> tuple[date, date]:
    if name == "month":
        return _month(today)
    if name == "last_month":
        return _month(today.replace(day=1) - timedelta(days=1))
    if name == "quarter":
        start = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        return start, _month(_month(_month(start)[1])[1])[1]
    year = today.year - (name == "last_year")
    return date(year, 1, 1), date(year + 1, 1, 1)


def _month(day: date) -> tuple[date, date]:
    start = day.replace(day=1)
    return start, (start + timedelta(days=32)).replace(day=1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
