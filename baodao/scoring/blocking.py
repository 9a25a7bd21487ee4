"""What stands in the way of a grade, told by those who know: proposed deductions and
objections that are open (no card is decided or issued before they are), and upheld
complaints that are not over yet (not 优秀 before they are). Each callable gets the ids of
cards and returns card → why, in words; other parts append theirs in `apps.ready`."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

Blocks = Callable[[Collection[UUID]], Mapping[UUID, str]]

open_objections: list[Blocks] = []
open_complaints: list[Blocks] = []


def blocked(cards: Collection[UUID], by: list[Blocks] | None = None) -> dict[UUID, str]:
    """Card → the first reason that somebody names."""
    found: dict[UUID, str] = {}
    for ask in open_objections if by is None else by:
        for card, why in ask(cards).items():
            found.setdefault(card, why)
    return found


def blocked_of(rows: Mapping[UUID, Collection[UUID]]) -> dict[UUID, str]:
    """Evaluation → the first reason of any of its cards, the primary one first."""
    found = blocked({card for cards in rows.values() for card in cards})
    reasons = {
        pk: next((found[c] for c in cards if c in found), "")
        for pk, cards in rows.items()
    }
    return {pk: why for pk, why in reasons.items() if why}
