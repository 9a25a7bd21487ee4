"""Why a unit is at a contact point, in words with points: what it adds to the plan
where it is, and where it would add second most. Pages show these as they are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from baodao.matching.allocation import (
    COUNTY,
    Placed,
    Problem,
    by_point,
    coverage,
    prefix,
)
from baodao.matching.ranking import Tone


class Part(NamedTuple):
    """One reason with what it counts."""

    kind: str
    tone: Tone
    title: str
    text: str
    points: int


class Explained(NamedTuple):
    """What a unit adds at its point (or at none), and the next best point."""

    parts: tuple[Part, ...]
    total: int
    runner: str
    runner_total: int


class Explainer:
    """Explains the units of one plan; what the points have is counted once."""

    def __init__(self, problem: Problem, placed: Placed) -> None:
        self.problem = problem
        self.placed = dict(placed)
        self.at = by_point(problem, placed)
        self.covered = [coverage(problem, j, us) for j, us in enumerate(self.at)]

    def explain(self, key: str) -> Explained:
        """The unit's part of the plan's worth where it is, and the best other point
        it may have. Raises KeyError for a unit that is not in the plan."""
        i = self.problem.unit_at[key]
        here = self.problem.point_at.get(self.placed.get(key, ""), -1)
        parts = self._parts(i, here) if here >= 0 else ()
        others = [
            (-self._total(i, int(j)), int(j))
            for j in np.nonzero(self.problem.allowed[i])[0]
            if j != here
        ]
        minus, j = min(others, default=(0, -1))
        runner = self.problem.points[j].key if j >= 0 else ""
        return Explained(parts, sum(p.points for p in parts), runner, -minus)

    def at_point(self, key: str, point: str) -> Explained:
        """As if the unit were at `point`: for a person who wants it there."""
        i, j = self.problem.unit_at[key], self.problem.point_at[point]
        parts = self._parts(i, j)
        return Explained(parts, sum(p.points for p in parts), "", 0)

    def best(self, key: str, n: int) -> list[str]:
        """The points where the unit adds most, best first; its own, and those it
        serves already, are left out. A person may choose any, also beyond the county."""
        i = self.problem.unit_at[key]
        here = self.placed.get(key, "")
        apart = self.problem.units[i].apart | {here}
        ranked = sorted(
            (-self._total(i, j), j)
            for j, point in enumerate(self.problem.points)
            if point.key not in apart
        )
        return [self.problem.points[j].key for _, j in ranked[:n]]

    def _others(self, i: int, j: int) -> list[int]:
        return [u for u in self.at[j] if u != i]

    def _fills(self, i: int, j: int) -> int:
        if self.problem.gains[j].keys().isdisjoint(self.problem.units[i].functions):
            return 0
        if i in self.at[j]:
            return self.covered[j] - coverage(self.problem, j, self._others(i, j))
        return coverage(self.problem, j, [*self.at[j], i]) - self.covered[j]

    def _total(self, i: int, j: int) -> int:
        k = len(self._others(i, j)) + 1
        return (
            int(self.problem.pair[i, j]) + self._fills(i, j) + self.problem.step(j, k)
        )

    def _parts(self, i: int, j: int) -> tuple[Part, ...]:
        p = self.problem
        unit, point = p.units[i], p.points[j]
        others = self._others(i, j)
        found = [
            _function_part(p, i, j, others, self._fills(i, j)),
            _near_part(p, i, j),
            _load_part(p, j, len(others) + 1),
        ]
        if n := unit.living.get(point.key, 0):
            text = f"{unit.members} 名党员中 {n} 人住在这里"
            worth = int(p.living[i, j])
            found.append(Part("living", "ok", "党员住得近", text, worth))
        found += _stay_part(p, i, j)
        if len(others) < p.limits[j][0]:
            text = f"每个联系点至少 {p.limits[j][0]} 家，这里没有它就不够"
            found.append(Part("least", "ok", "保底", text, 0))
        return tuple(found)


def _function_part(
    p: Problem, i: int, j: int, others: Sequence[int], fills: int
) -> Part:
    needs, unit = p.points[j].needs, p.units[i]
    if not unit.functions:
        return Part("function", "warn", "职能", "还没有登记职能，请补上再算", 0)
    fitting = [f for f in unit.functions if f in p.gains[j]]
    if not fitting:
        return Part("function", "plain", "职能", "职能不直接对口", 0)
    f = max(fitting, key=lambda f: (needs[f].weight, f))
    same = sum(f in p.units[o].functions for o in others)
    why = needs[f].why
    if not same:
        return Part("function", "ok", "职能补缺", f"{why}，原来没有这类单位", fills)
    text = f"{why}，这里已有 {same} 家同类单位"
    tone: Tone = "ok" if fills else "plain"
    return Part("function", tone, "职能相符", text, fills)


def _near_part(p: Problem, i: int, j: int) -> Part:
    points, point = int(p.near[i, j]), p.points[j]
    if p.units[i].path.startswith(point.path):
        return Part("near", "ok", "路程近", f"驻地就在{point.name}", points)
    far = float(p.km[i, j])
    if not np.isnan(far):
        text = f"办公地距{point.name} {far:.1f} 公里"
        if far >= 100:
            text = f"办公地距{point.name} {far:.0f} 公里"
        near: Tone = "ok" if far <= 10 else "plain" if far <= 60 else "warn"
        return Part("near", near, "路程近" if far <= 10 else "路程", text, points)
    for depth, words in (
        (5, "驻地同社区"),
        (4, "驻地同乡镇（街道）"),
        (3, "驻地同县（区）"),
    ):
        mine = prefix(p.units[i].path, depth)
        if mine and mine == prefix(point.path, depth):
            tone: Tone = "ok" if depth > COUNTY else "plain"
            return Part("near", tone, "路程", words, points)
    return Part("near", "warn", "路程", "驻地在别的县（区）", points)


def _load_part(p: Problem, j: int, k: int) -> Part:
    points, share = p.step(j, k), p.expected[j]
    text = f"按人口和需求应有 {share:.1f} 家，连它 {k} 家"
    tone: Tone = "ok" if points > 0 else "plain" if k <= p.limits[j][1] else "warn"
    return Part("load", tone, "人口与单位数", text, points)


def _stay_part(p: Problem, i: int, j: int) -> list[Part]:
    now = p.units[i].now
    if now not in p.point_at:
        return []
    if now == p.points[j].key:
        return [Part("stay", "ok", "原联系点", "不用换，接着联系", 0)]
    was = p.points[p.point_at[now]].name
    text = f"原来联系{was}，换点要重新对接"
    return [Part("stay", "plain", "原联系点", text, int(p.stay[i, j]))]
