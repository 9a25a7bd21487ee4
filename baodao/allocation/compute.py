"""From inputs to the rows of a round: solve, explain, and write down."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np

from baodao.allocation.inputs import Fixed, Inputs
from baodao.allocation.models import AllocationPair, AllocationPlan, AllocationPoint
from baodao.matching.allocation import Problem, solve
from baodao.matching.allocation_reasons import Explainer


@dataclass(frozen=True)
class Computed:
    """The rows of a round, and how long the solver took."""

    points: list[AllocationPoint]
    pairs: list[AllocationPair]
    milliseconds: int

    @property
    def changed(self) -> int:
        return sum(p.moved for p in self.pairs)


def compute(
    plan: AllocationPlan, inputs: Inputs, weights: Mapping[str, Any],
    fixed: Mapping[UUID, Fixed], round_: int,
) -> Computed:  # fmt: skip
    """A round of a plan. What people decided for units and points that are gone is
    left out."""
    kept = {
        u: f
        for u, f in fixed.items()
        if u in inputs.units and f.point_id in inputs.points
    }
    problem = inputs.problem(weights, kept)
    begin = perf_counter()
    placed = solve(problem)
    took = round((perf_counter() - begin) * 1000)
    explainer = Explainer(problem, placed)
    pairs = [
        _pair(plan, round_, inputs, explainer, pk, kept.get(pk)) for pk in inputs.units
    ]
    pairs += _extras(plan, round_, inputs)
    return Computed(_points(plan, round_, inputs, problem), pairs, took)


def _points(
    plan: AllocationPlan, round_: int, inputs: Inputs, problem: Problem
) -> list[AllocationPoint]:
    found = []
    for j, p in enumerate(problem.points):
        needs = sorted(p.needs.items(), key=lambda n: (-n[1].weight, n[0]))
        found.append(
            AllocationPoint(
                plan=plan, round=round_, point_id=UUID(p.key), path=p.path,
                population=p.population, expected=round(problem.expected[j] * 10),
                needs=[[f, n.weight, n.why, n.own] for f, n in needs],
            )
        )  # fmt: skip
    return found


def _pair(
    plan: AllocationPlan, round_: int, inputs: Inputs, explainer: Explainer, pk: UUID,
    fixed: Fixed | None,
) -> AllocationPair:  # fmt: skip
    unit = inputs.units[pk]
    tie = inputs.was.get(pk)
    key = explainer.placed.get(str(pk), "")
    to = inputs.points.get(UUID(key)) if key else None
    explained = explainer.explain(str(pk))
    return AllocationPair(
        plan=plan, round=round_, path=plan.path, unit=unit, unit_path=unit.path,
        functions=unit.functions, was_id=tie.point_id if tie else None, suggested=to,
        metres=metres(explainer.problem, str(pk), key),
        metres_was=metres(explainer.problem, str(pk), str(tie.point_id)) if tie else None,
        fixed=fixed is not None, reason=fixed.reason if fixed else "",
        decided_by=fixed.decided_by if fixed else "",
        runner_id=UUID(explained.runner) if explained.runner else None,
        runner_total=explained.runner_total,
        **where(to.pk if to else None, to.path if to else None, tie.point_id if tie else None),
        **said(explained.parts, explained.total),
    )  # fmt: skip


def where(point: UUID | None, path: str | None, was: UUID | None) -> dict[str, Any]:
    """The columns that say where a unit goes."""
    moved = point is not None and point != was
    return {"point_id": point, "point_path": path, "moved": moved}


def said(parts: Any, total: int) -> dict[str, Any]:
    """The columns that say why."""
    fits = any(p.kind == "function" and p.tone == "ok" for p in parts)
    return {"parts": [list(p) for p in parts], "total": total, "fits": fits}


def metres(problem: Problem, unit: str, point: str) -> int | None:
    """How far the unit's seat is from a point; None where it is not known."""
    if point not in problem.point_at:
        return None
    km = float(problem.km[problem.unit_at[unit], problem.point_at[point]])
    return None if np.isnan(km) else round(km * 1000)


def _extras(plan: AllocationPlan, round_: int, inputs: Inputs) -> list[AllocationPair]:
    return [
        AllocationPair(
            plan=plan, round=round_, path=plan.path, unit=t.unit, unit_path=t.unit.path,
            functions=t.unit.functions, extra=True, was_id=t.point_id,
            suggested_id=t.point_id, point_id=t.point_id, point_path=t.path,
        )
        for t in inputs.extras
    ]  # fmt: skip
