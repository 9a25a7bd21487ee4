"""What stops when the clocks of a place stand still: the layers above say it, before
anybody stops them. Places itself knows no orders."""

from collections.abc import Callable
from datetime import datetime

# (path, start of the pause, now) → a sentence, or "" for nothing.
Effect = Callable[[str, datetime, datetime], str]
_EFFECTS: list[Effect] = []


def register(effect: Effect) -> None:
    """Add a sentence to the question that comes before a pause."""
    if effect not in _EFFECTS:
        _EFFECTS.append(effect)


def effects(path: str, start: datetime, now: datetime) -> list[str]:
    """What a pause of `path` from `start` on would do."""
    return [said for effect in _EFFECTS if (said := effect(path, start, now))]
