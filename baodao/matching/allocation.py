"""Which contact point for which unit, for a whole prefecture at once (A07, A08; the
same with estates as points: L34).

What a plan is worth is counted in small whole points, so that a person can follow
it: how well a unit's function fills what a point needs, how near its seat is, how
many of its members live there, whether the point has as many units as its people
and needs ask for, less what a change costs. `solve` finds the plan worth most as a
min-cost flow: first what people decided, then as many units placed as possible, then
as many points as possible at their minimum, then the points. Affiliation does not
matter.

Two parts are not a matter of one pair: the second unit of a function fills less
than the first, and each further unit at a point is worth less. Both are falling
series, so the flow still finds the true optimum (`docs/decisions/0007`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Ints = NDArray[np.int64]
COUNTY = 3  # parts of a path down to the county
# (kilometres up to, share of the weight in percent): a curve, nearest first.
DISTANCES = ((1, 100), (3, 90), (10, 70), (30, 40), (60, 10), (100, -50), (200, -150))
FARTHEST = -300
# Without positions: the same community, township, county, none of them.
RELATED = ((5, 100), (4, 70), (3, 20))
UNRELATED = -200


class Need(NamedTuple):
    """What a point asks of one function: `weight` in orders of twelve months (and
    what its people and estates count for); `why` in words; `own`: the point's own
    figures say so, not only what is usual around it."""

    weight: int
    why: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point. `path` ends with "/"; `at` is (lon, lat)."""

    key: str
    path: str
    name: str
    population: int = 0
    at: tuple[float, float] | None = None
    needs: Mapping[str, Need] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to be placed. `now`: the point it serves; `fixed`: the point a person
    decided on (or a further tie, which is not to move); `apart`: points it must not
    get, for it serves them already; `living`: point → how many of its `members`
    live there."""

    key: str
    path: str
    name: str
    functions: Sequence[str] = ()
    at: tuple[float, float] | None = None
    now: str = ""
    fixed: str = ""
    apart: frozenset[str] = frozenset()
    members: int = 0
    living: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part may count at most, and the limits per point. `by_need`:
    percent of a point's share that follow its needs, the rest follows its people.
    `across`: whether a unit may leave its county."""

    function: int = 40
    near: int = 25
    load: int = 15
    living: int = 10
    stay: int = 15
    by_need: int = 30
    least: int = 3
    most: int = 8
    across: bool = False


Placed = Mapping[str, str]  # unit → point, "" for none


class Problem:
    """Units, points and weights, with what every pair is worth. Units and points
    are put in the order of their paths and keys, so the order given says nothing."""

    def __init__(
        self, units: Iterable[Unit], points: Iterable[Point], weights: Weights
    ) -> None:
        self.units = sorted(units, key=lambda u: (u.path, u.key))
        self.points = sorted(points, key=lambda p: (p.path, p.key))
        self.weights = weights
        self.unit_at = {u.key: i for i, u in enumerate(self.units)}
        self.point_at = {p.key: j for j, p in enumerate(self.points)}

    @cached_property
    def km(self) -> NDArray[np.float64]:
        """Kilometres from each unit to each point; NaN where a position is unknown."""
        lon1, lat1 = _positions(self.units)
        lon2, lat2 = _positions(self.points)
        dlat = lat2[None, :] - lat1[:, None]
        dlon = lon2[None, :] - lon1[:, None]
        h = (
            np.sin(dlat / 2) ** 2
            + np.cos(lat1)[:, None] * np.cos(lat2)[None, :] * np.sin(dlon / 2) ** 2
        )
        far: NDArray[np.float64] = 12742.0 * np.arcsin(np.minimum(1.0, np.sqrt(h)))
        return far

    def same(self, depth: int) -> NDArray[np.bool_]:
        """Which pairs lie in the same place at this depth of the path."""
        mine, theirs = _prefixes(self.units, depth), _prefixes(self.points, depth)
        found: NDArray[np.bool_] = (mine[:, None] == theirs) & (mine != "")[:, None]
        return found

    @cached_property
    def near(self) -> Ints:
        """Points for the distance of each pair."""
        percent = np.full(self.km.shape, FARTHEST)
        for limit, share in reversed(DISTANCES):
            percent[self.km <= limit] = share
        unknown = np.isnan(self.km)
        related = np.full(self.km.shape, UNRELATED)
        for depth, share in reversed(RELATED):
            related[self.same(depth)] = share
        percent = np.where(unknown | (related == 100), related, percent)
        return _share(percent, self.weights.near)

    @cached_property
    def living(self) -> Ints:
        """Points for the unit's members who live at the point: all of it from half."""
        found = np.zeros(self.km.shape, np.int64)
        for i, u in enumerate(self.units):
            for key, n in u.living.items():
                if key in self.point_at and u.members:
                    found[i, self.point_at[key]] = min(100, 200 * n // u.members)
        return _share(found, self.weights.living)

    @cached_property
    def stay(self) -> Ints:
        """What leaving the present point costs."""
        found = np.zeros(self.km.shape, np.int64)
        for i, u in enumerate(self.units):
            if u.now in self.point_at:
                found[i] = -self.weights.stay
                found[i, self.point_at[u.now]] = 0
        return found

    @cached_property
    def pair(self) -> Ints:
        """Everything that depends on the pair alone."""
        return self.near + self.living + self.stay

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Which pairs may be. A person's decision stands above the rule of counties;
        so does the tie a unit has."""
        may = np.full(self.km.shape, self.weights.across)
        may |= self.same(COUNTY)
        may[_prefixes(self.units, COUNTY) == ""] = True
        for i, u in enumerate(self.units):
            if u.fixed:
                may[i] = False
            elif u.now in self.point_at:
                may[i, self.point_at[u.now]] = True
            for key in u.apart & self.point_at.keys():
                may[i, self.point_at[key]] = False
            if u.fixed in self.point_at:
                may[i, self.point_at[u.fixed]] = True
        return may

    @cached_property
    def gains(self) -> list[dict[str, tuple[int, int]]]:
        """Per point and function: what the first and the second unit of it fill."""
        found = []
        for p in self.points:
            top = max((n.weight for n in p.needs.values()), default=0)
            full = {
                f: round(self.weights.function * n.weight / top)
                for f, n in p.needs.items()
                if n.weight > 0
            }
            found.append({f: (g, g // 3) for f, g in full.items() if g})
        return found

    @cached_property
    def limits(self) -> list[tuple[int, int]]:
        """(least, most) units of each point, widened where the numbers of units and
        points leave no other way, and where people have decided for more."""
        fixed = [u.fixed for u in self.units if u.fixed]
        found = []
        for p, (n, m) in zip(self.points, self._crowds, strict=True):
            least = max(1, min(self.weights.least, n // m))
            most = max(self.weights.most, ceil(n / m), fixed.count(p.key))
            found.append((least, most))
        return found

    @cached_property
    def _crowds(self) -> list[tuple[int, int]]:
        """Per point: how many units there are for how many points of its county."""
        here = [""] * len(self.points)
        at = [""] * len(self.units)
        if not self.weights.across:
            here = list(_prefixes(self.points, COUNTY))
            at = list(_prefixes(self.units, COUNTY))
        for i, u in enumerate(self.units):
            if u.fixed in self.point_at:
                at[i] = here[self.point_at[u.fixed]]
        return [(at.count(c), here.count(c)) for c in here]

    @cached_property
    def expected(self) -> list[float]:
        """How many units each point should have by its people and needs, within the
        limits; those of a county add up to its units."""
        people = [float(p.population) for p in self.points]
        needs = [float(sum(n.weight for n in p.needs.values())) for p in self.points]
        by_need = self.weights.by_need / 100
        groups: dict[str, list[int]] = {}
        for j, p in enumerate(self.points):
            county = "" if self.weights.across else prefix(p.path, COUNTY)
            groups.setdefault(county, []).append(j)
        found = [0.0] * len(self.points)
        for js in groups.values():
            weight = [
                (1 - by_need) * _part(people, js, j) + by_need * _part(needs, js, j)
                for j in js
            ]
            units = self._crowds[js[0]][0]
            limits = [
                (min(self.limits[j][0], units // len(js)), self.limits[j][1])
                for j in js
            ]
            for j, share in zip(js, _shares(weight, limits, units), strict=True):
                found[j] = share
        return found

    def step(self, j: int, k: int) -> int:
        """What the k-th unit of point j is worth for the balance: above zero up to
        the expected number, below it beyond."""
        return round(self.weights.load * (self.expected[j] + 0.5 - k))


def solve(problem: Problem) -> dict[str, str]:
    """The best plan: unit → point, "" where there is no point it may have. The same
    for the same units and points in whatever order; equal plans are decided by the
    order of paths."""
    if not problem.units:
        return {}
    if not problem.points:
        return {u.key: "" for u in problem.units}
    chosen = _flow(problem)
    _in_order(problem, chosen)
    return {
        u.key: problem.points[j].key if j >= 0 else ""
        for u, j in zip(problem.units, chosen, strict=True)
    }


class _Arcs:
    """Arcs collected as arrays, added in one call."""

    def __init__(self) -> None:
        self.blocks: list[Ints] = []

    def add(self, tails: Any, heads: Any, capacity: Any, cost: Any) -> None:
        parts = np.broadcast_arrays(tails, heads, capacity, cost)
        self.blocks.append(np.stack([np.asarray(p, np.int64).ravel() for p in parts]))

    def table(self) -> Ints:
        return np.concatenate(self.blocks, axis=1)


def _flow(problem: Problem) -> list[int]:
    """The point's index per unit, -1 for none. Nodes: units, points, one per point
    and function that is needed there, the end."""
    n, m = len(problem.units), len(problem.points)
    wanted = [(j, f) for j, gains in enumerate(problem.gains) for f in sorted(gains)]
    node = {jf: n + m + i for i, jf in enumerate(wanted)}
    end = n + m + len(wanted)
    arcs, scale = _Arcs(), n * m + 1
    us, ps = np.nonzero(problem.allowed)
    # Among equals the point that comes first.
    cost = -problem.pair[us, ps] * scale + ps
    arcs.add(us, n + ps, 1, cost)
    _function_arcs(problem, node, arcs, scale, (us, ps, cost))
    steps = [
        (j, k) for j, (_, most) in enumerate(problem.limits) for k in range(1, most + 1)
    ]
    worth = [problem.step(j, k) for j, k in steps]
    # More than any chain of changes can be worth: placing comes first, then the least.
    reach = int(np.abs(problem.pair).max()) + problem.weights.function
    big = (n + 1) * (reach + max(abs(w) for w in worth) + 1)
    least = [_filled(problem, j, k) * big for j, k in steps]
    arcs.add([n + j for j, _ in steps], end, 1, -(np.array(worth) + least) * scale)
    fixed = np.array([bool(u.fixed) for u in problem.units])
    arcs.add(np.arange(n), end, 1, np.where(fixed, 3, 2) * big * scale)
    return _solved(arcs.table(), n, m, end, node)


def _solved(
    table: Ints, n: int, m: int, end: int, node: Mapping[tuple[int, str], int]
) -> list[int]:
    tails, heads = table[0].astype(np.int32), table[1].astype(np.int32)
    # Its stub gives no array the type it has.
    flow: Any = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, table[2], table[3])
    nodes = np.append(np.arange(n), end).astype(np.int32)
    flow.set_nodes_supplies(nodes, np.append(np.ones(n), -n).astype(np.int64))
    status = flow.solve()
    if status != flow.OPTIMAL:  # every unit has an arc to the end
        raise ArithmeticError(f"allocation: {status}")
    used = flow.flows(np.arange(len(tails), dtype=np.int32)) > 0
    head_of: dict[int, int] = dict(zip(tails[used].tolist(), heads[used].tolist()))  # noqa: B905
    point_of = {v: n + j for (j, _), v in node.items()}
    heads_of_units = [point_of.get(head_of[i], head_of[i]) for i in range(n)]
    return [h - n if h < n + m else -1 for h in heads_of_units]


def _filled(problem: Problem, j: int, k: int) -> int:
    """What the k-th unit of a point counts towards its minimum; the first one twice,
    so that no point stays empty while another has two."""
    return (k <= problem.limits[j][0]) + (k == 1)


def _function_arcs(
    problem: Problem, node: Mapping[tuple[int, str], int], arcs: _Arcs, scale: int,
    pairs: tuple[Ints, Ints, Ints],
) -> None:  # fmt: skip
    """From units through what they fill to the points."""
    n, m = len(problem.units), len(problem.points)
    us, ps, cost = pairs
    functions = sorted({f for _, f in node})
    for f in functions:
        has = np.array([f in u.functions for u in problem.units])
        at = np.array([node.get((j, f), -1) for j in range(m)])
        fits = has[us] & (at[ps] >= 0)
        arcs.add(us[fits], at[ps[fits]], 1, cost[fits])
    for (j, f), v in node.items():
        first, second = problem.gains[j][f]
        arcs.add(v, n + j, [1, 1, n], [-first * scale, -second * scale, 0])


def _in_order(problem: Problem, chosen: list[int]) -> None:
    """Units that are alike in everything share their points in the order of paths."""
    alike: dict[Any, list[int]] = {}
    for i, u in enumerate(problem.units):
        row = problem.pair[i].tobytes() + problem.allowed[i].tobytes()
        alike.setdefault((tuple(sorted(u.functions)), u.fixed, row), []).append(i)
    for group in alike.values():
        last = len(problem.points)
        points = sorted((chosen[i] for i in group), key=lambda j: j if j >= 0 else last)
        for i, j in zip(group, points, strict=True):
            chosen[i] = j


# --- what a plan is worth -----------------------------------------------------------


class Value(NamedTuple):
    """Compared in this order: units at the point that a person decided on, units
    placed, what fills the minima, points."""

    decided: int
    placed: int
    filled: int
    points: int


def value(problem: Problem, placed: Placed) -> Value:
    """The worth of any plan, made by whom it may."""
    filled = points = 0
    at = by_point(problem, placed)
    for j, units in enumerate(at):
        filled += sum(_filled(problem, j, k + 1) for k in range(len(units)))
        points += sum(int(problem.pair[i, j]) for i in units)
        points += sum(problem.step(j, k + 1) for k in range(len(units)))
        points += coverage(problem, j, units)
    decided = sum(bool(u.fixed) and placed.get(u.key) == u.fixed for u in problem.units)
    return Value(decided, sum(map(len, at)), filled, points)


def by_point(problem: Problem, placed: Placed) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in problem.points]
    for i, u in enumerate(problem.units):
        key = placed.get(u.key, "")
        if key in problem.point_at:
            found[problem.point_at[key]].append(i)
    return found


def coverage(problem: Problem, j: int, units: Sequence[int]) -> int:
    """How much of what point j needs these units fill, each with the one of its
    functions that helps most. The largest gap is filled first: since a gap counts the
    same whoever fills it, that is the best there is."""
    gains = problem.gains[j]
    known = {f for i in units for f in problem.units[i].functions if f in gains}
    gaps = sorted(((g, f) for f in known for g in gains[f] if g), reverse=True)
    filler: dict[int, int] = {}

    def fill(gap: int, tried: set[int]) -> bool:
        for i in units:
            if gaps[gap][1] in problem.units[i].functions and i not in tried:
                tried.add(i)
                if i not in filler or fill(filler[i], tried):
                    filler[i] = gap
                    return True
        return False

    return sum(gaps[g][0] for g in range(len(gaps)) if fill(g, set()))


# --- numbers ------------------------------------------------------------------------


def _positions(rows: Sequence[Unit] | Sequence[Point]) -> tuple[Any, Any]:
    nowhere = (float("nan"), float("nan"))
    found = np.array([r.at or nowhere for r in rows], dtype=float).reshape(-1, 2)
    return np.radians(found[:, 0]), np.radians(found[:, 1])


def prefix(path: str, depth: int) -> str:
    """The path down to a depth; "" when it does not reach so far."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:depth]) + "/" if len(parts) >= depth else ""


def _prefixes(rows: Sequence[Unit] | Sequence[Point], depth: int) -> NDArray[Any]:
    return np.array([prefix(r.path, depth) for r in rows], dtype=object)


def _share(percent: Any, weight: int) -> Ints:
    found: Ints = np.rint(percent * weight / 100).astype(np.int64)
    return found


def _part(numbers: Sequence[float], of: Sequence[int], j: int) -> float:
    """The share of the j-th number among some of them; equal when all are zero."""
    whole = sum(numbers[i] for i in of)
    return numbers[j] / whole if whole else 1 / len(of)


def _shares(
    weights: Sequence[float], limits: Sequence[tuple[int, int]], total: int
) -> list[float]:
    """`total` in proportion to the weights, none below or above its limits as far as
    the total allows: what the limits cut goes to the others."""

    def at(level: float) -> list[float]:
        return [
            min(max(level * w, lo), hi)
            for w, (lo, hi) in zip(weights, limits, strict=True)
        ]

    low, high = 0.0, (total + 1) / max(min(weights), 1e-9)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle)) < total else (low, middle)
    return [round(share, 4) for share in at(high)]
