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
