"""The yearly evaluation when places change in the middle of it (domain 8.22). What
nobody has decided and sent yet goes on at the successor, in one round: that of the
place itself, or the one that the receiving place has of the same year. Cards that went
out, and what is appealed against, stay as they were recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.places.changes.moves import Follow, Moves
from baodao.scoring.models_evaluation import Evaluation, Round
from baodao.scoring.rules_evaluation import BEFORE

LIVE = (*BEFORE, "decided")
SENT = ("issued", "under_appeal")


def _in_states(states: tuple[str, ...], column: str) -> Any:
    return Evaluation.objects.filter(state__in=states).values(column)


def _there(moves: Moves) -> dict[tuple[str, int], UUID]:
    """(path, year) → the round of a place to which something goes."""
    paths = {t.path for t in moves.to.values()}
    rows = Round.objects.filter(path__in=paths).order_by("pk")
    return {(r.path, r.year): r.pk for r in rows}


class Rounds(Follow):
    """Where the receiving place has a round of that year, this one stays behind with
    what was sent of it."""

    def move(self, actor: Actor, moves: Moves) -> int:
        held, stay = _there(moves), list[UUID]()
        for r in self.rows(moves).order_by("pk"):
            target = moves.target(r.path)
            if target and held.setdefault((target.path, r.year), r.pk) != r.pk:
                stay.append(r.pk)
        live = self.live & ~Q(pk__in=stay)
        return Follow.move(replace(self, live=live), actor, moves)


@dataclass(frozen=True)
class InRound(Follow):
    """Rows of a round: those whose round stayed behind go over to the other."""

    there: Mapping[tuple[str, int], UUID] = field(default_factory=dict)

    def move(self, actor: Actor, moves: Moves) -> int:
        return Follow.move(replace(self, there=_there(moves)), actor, moves)

    def _also(self) -> tuple[str, ...]:
        return ("round_id", "round__year", "round__path")

    def _set(self, row: Mapping[str, Any], moves: Moves) -> dict[str, Any]:
        changed = super()._set(row, moves)
        if row["round__path"] != changed["path"]:
            key = (changed["path"], row["round__year"])
            changed["round_id"] = self.there.get(key, row["round_id"])
        return changed


ROUNDS = Rounds(
    "个社区没有办完的年度评价", "scoring.Round", "evaluation_rounds.follow_place",
    Q(pk__in=_in_states(LIVE, "round_id")), {"path": "place"},
    divided="个社区的年度评价没有办完就要分开，先归主要的一方，请核对",
)  # fmt: skip
MEETINGS = InRound(
    "次评价会议", "scoring.Meeting", "evaluation_meetings.follow_place",
    Q(round__in=_in_states(LIVE, "round_id")) & ~Q(decided__state__in=SENT), {"path": ""},
    quiet=True,
)  # fmt: skip
EVALUATIONS = InRound(
    "份没有发卡的评价", "scoring.Evaluation", "evaluations.follow_place",
    Q(state__in=LIVE), {"path": ""}, quiet=True,
)  # fmt: skip
ALL = (ROUNDS, MEETINGS, EVALUATIONS)
