"""Orders follow when places change, while nobody has confirmed what came of them. A
confirmed order is last year's figure: it keeps its path, and so do its events. Only
one whose mark is being checked goes to whoever decides there now."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.orders import place_pauses, rules
from baodao.places.changes.moves import Follow, Moves


class Orders(Follow):
    """An order that moves remembers where it was placed. One whose clock stands still
    with its place goes on first: the pause ends here and begins anew there."""

    def move(self, actor: Actor, moves: Moves) -> int:
        place_pauses.resume_in(moves.ranges, moves.at)
        return super().move(actor, moves)

    def _also(self) -> tuple[str, ...]:
        return ("placed_path",)

    def _set(self, row: Mapping[str, Any], moves: Moves) -> dict[str, Any]:
        first = row["placed_path"] or row["path"]
        return {**super()._set(row, moves), "placed_path": first}


ORDERS = Orders(
    "件在办的点单", "orders.Order", "orders.follow_place",
    Q(state__in=rules.OPEN) & (Q(confirmed_at=None) | Q(state="mark_check")),
    {"path": "place"},
    divided="件在办的点单在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
