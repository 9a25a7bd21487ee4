"""The limits of visits as a district has set them, inherited down the tree (domain
7.3, 8.23): one query."""

from datetime import time

from baodao.pairings.visits_rules import Limits
from baodao.places.settings import KEYS, values

_KEYS = tuple(f"visits.{name}" for name in Limits._fields)


def limits_at(path: str) -> Limits:
    """What holds at a place."""
    found = values(path, _KEYS)
    return Limits(*(int(found[key]) for key in _KEYS))


def usual() -> Limits:
    """What holds where nobody has set anything."""
    return Limits(*(int(KEYS[key].default) for key in _KEYS))


def latest_at(path: str, wish: time | None) -> time:
    """Until when one may come to a household of this place that wishes so."""
    return limits_at(path).latest_of(wish)
