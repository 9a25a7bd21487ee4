"""Cards when places change (domain 8.22): what is being counted goes on at the new place,
what was decided stays as it was recorded."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.places.changes.moves import Follow, Moves
from baodao.scoring.models import Card


class Cards(Follow):
    """One card of a subject a place and year: where both places have one, each keeps its
    points, and the year's evaluation sees both (domain 8.1)."""

    def move(self, actor: Actor, moves: Moves) -> int:
        stay = Q(pk__in=self._twice(moves))
        return Follow.move(replace(self, live=self.live & ~stay), actor, moves)

    def _twice(self, moves: Moves) -> list[UUID]:
        """Cards whose place to be has one of the same subject and year already."""
        names = ("pk", "path", "subject", "member_id", "unit_id", "year")
        mine = [
            (row, target.path)
            for row in self.rows(moves).order_by("pk").values(*names)
            if (target := moves.target(row["path"])) and target.path != row["path"]
        ]
        there = Card.objects.filter(path__in={path for _, path in mine})
        held = {(row["path"], *_whose(row)) for row in there.values(*names)}
        found = []
        for row, path in mine:
            key = (path, *_whose(row))
            if key in held:
                found.append(row["pk"])
            held.add(key)
        return found


def _whose(row: Mapping[str, Any]) -> tuple[str, UUID, int]:
    owner = row["member_id"] if row["subject"] == "member" else row["unit_id"]
    return row["subject"], owner, row["year"]


CARDS = Cards(
    "张积分卡", "scoring.Card", "cards.follow_place", Q(state="open"), {"path": "place"},
    quiet=True,
)  # fmt: skip
