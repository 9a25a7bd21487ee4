"""Upheld complaints that are not over: while one is being answered, decided or appealed
against nobody is proposed 优秀 (7.5)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from baodao.scoring.open_deductions import open_about

CLASS = "complaint"  # of the record that the deduction leaves


def open_ones(cards: Collection[UUID]) -> Mapping[UUID, str]:
    """Card → the complaint about its subject in that year that is open."""
    found: dict[UUID, str] = {}
    for card, d in open_about(cards, source_class=CLASS):
        found.setdefault(card, d.words)
    return found
