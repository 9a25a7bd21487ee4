"""What of surveys follows when places change: those that are not over, and their sheets.
The sums of a survey that is over stay as they were kept (domain 8.22)."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.places.changes.moves import Follow, Moves
from baodao.surveys.models import Survey


class Surveys(Follow):
    """Two communities of one sent survey become one: it has one part, and the sheets
    of both, which belong to the survey and their households."""

    def move(self, actor: Actor, moves: Moves) -> int:
        twice = list(self._twice(moves))
        if twice:
            act_many(
                SYSTEM, "surveys.withdraw", twice,
                Write(reason="place_merged", data=moves.data), now=moves.at,
            )  # fmt: skip
        return super().move(actor, moves)

    def _twice(self, moves: Moves) -> Iterator[UUID]:
        mine = list(self.rows(moves).filter(parent__isnull=False, state="running"))
        moving = {s.pk for s in mine}
        there = Survey.objects.filter(parent__in={s.parent_id for s in mine})
        there = there.exclude(state="dropped").exclude(pk__in=moving)
        held = {(s.parent_id, s.path) for s in there}
        for s in sorted(mine, key=lambda s: s.path):
            target = moves.target(s.path)
            key = (s.parent_id, target.path if target else s.path)
            if key in held:
                yield s.pk
            held.add(key)


SURVEYS = Surveys(
    "次没有结束的摸底", "surveys.Survey", "surveys.follow_place",
    Q(state__in=("draft", "running")), {"path": "place"},
    divided="次摸底在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
SHEETS = Follow(
    "份摸底登记", "surveys.Sheet", "survey_sheets.follow_place",
    Q(survey__state="running"), {"path": ""}, quiet=True,
)  # fmt: skip
ALL = (SURVEYS, SHEETS)
