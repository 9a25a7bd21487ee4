"""Instants are UTC, dates are local to Asia/Shanghai (domain 3.9, 8.26)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local(at: datetime) -> datetime:
    """The same instant on the local clock."""
    return at.astimezone(ZONE)


def today(at: datetime | None = None) -> date:
    """The local date of an instant (default: now)."""
    return local(at or now()).date()


def at_local(day: date, clock: time) -> datetime:
    """The UTC instant of a local date and time of day."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def year_of(day: date, first_month: int = 1) -> int:
    """The evaluation year of a day: with `first_month` 12 it runs from December."""
    return day.year + (first_month > 1 and day.month >= first_month)


def year_days(year: int, first_month: int = 1) -> tuple[date, date]:
    """[first, after last) of an evaluation year."""
    if first_month == 1:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year - 1, first_month, 1), date(year, first_month, 1)
