"""Figures with the proof that each is the length of the list behind it."""

from datetime import datetime

from baodao.stats.definitions import DEFINITIONS
from baodao.stats.orders import (
    Joined,
    answers_in,
    figures,
    helpers_in,
    orders_in,
    records_in,
    silent_in,
)
from baodao.stats.periods import Period
from baodao.stats.scope import Scope


def listed(
    name: str, scope: Scope, period: Period, now: datetime, channel: str = ""
) -> int:
    """How long the list is that the figure opens."""
    kind = DEFINITIONS[name].of
    if kind == "orders":
        return orders_in(name, scope, period, channel).count()
    if kind == "records":
        return records_in(scope, period, channel).count()
    if kind == "members":
        return helpers_in(scope, period, channel).count()
    answered = answers_in(name, scope, period)
    silent = [silent_in(scope, period, now)] if name == "silent" else []
    return len(Joined(answered, *silent)) if channel in ("", "unit") else 0


def counted(path: str, period: Period, now: datetime, regions: str) -> dict[str, int]:
    """All figures of a path."""
    scope = Scope(path, regions=regions)
    found = figures(scope, period, now=now).total.all
    for name in DEFINITIONS:
        assert found[name] == listed(name, scope, period, now), (path, name, regions)
    return {name: found[name] for name in DEFINITIONS}
