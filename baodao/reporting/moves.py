"""Report-ins follow when places change; those that have ended stay where they were.
A unit that reported at two points which become one reports there once."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.places.changes.moves import Follow, Line, Look, Moves
from baodao.reporting import rules
from baodao.reporting.models import ReportIn


class ReportIns(Follow):
    """One live report-in of a unit per contact point: the receiving point's stays."""

    def look(self, moves: Moves) -> Look:
        look, n = super().look(moves), len(list(self._twice(moves)))
        words = "个单位在两边都报过到，只留接收的一方的"
        return Look(look.n, [*look.left, *([Line(words, n)] if n else [])])

    def move(self, actor: Actor, moves: Moves) -> int:
        twice = list(self._twice(moves))
        for event, states in (("end", rules.LIVE), ("withdraw", rules.WAITING)):
            ids = [pk for pk, state in twice if state in states]
            if ids:
                act_many(SYSTEM, f"reporting.{event}", ids, _over(moves), now=moves.at)
        return super().move(actor, moves)

    def _twice(self, moves: Moves) -> Iterator[tuple[UUID, str]]:
        """(id, state) of units' report-ins whose point will have another of theirs."""
        mine = self.rows(moves).filter(subject_unit__isnull=False)
        rows = list(mine.order_by("created_at", "pk"))
        if not rows:
            return
        units = {r.subject_unit_id for r in rows}
        there = ReportIn.objects.filter(subject_unit__in=units).exclude(state="ended")
        moving = {r.pk for r in rows}
        held = {(r.subject_unit_id, r.path) for r in there if r.pk not in moving}
        for row in rows:
            target = moves.target(row.path)
            key = (row.subject_unit_id, target.path if target else row.path)
            if key in held:
                yield row.pk, row.state
            held.add(key)


def _over(moves: Moves) -> Write:
    day: date = today(moves.at)
    return Write(
        set={"ended_on": day, "end_reason": "places_merged", "due_at": None},
        reason="places_merged",
        data=moves.data,
    )


REPORT_INS = ReportIns(
    "份在岗或在办的报到", "reporting.ReportIn", "reporting.follow_place",
    ~Q(state="ended"), {"path": "point"}, alone=("transfer_to",),
    divided="份报到是在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
