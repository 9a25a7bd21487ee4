"""The plan is the best there is: held against every possible plan of small cases."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baodao.matching.allocation import (
    Need,
    Point,
    Problem,
    Unit,
    Value,
    Weights,
    solve,
    value,
)
from baodao.matching.allocation_reasons import Explainer

FUNCTIONS = ("health", "housing", "law")
TOWNS = ("54/25/23/100/", "54/25/23/200/", "54/25/24/100/")


def point(n: int, town: int = 0, **more: Any) -> Point:
    return Point(f"p{n}", f"{TOWNS[town]}00{n}/", f"{n}号社区", **more)


def unit(n: int, town: int = 0, seat: int = 9, **more: Any) -> Unit:
    return Unit(f"u{n}", f"{TOWNS[town]}00{seat}/", f"{n}号单位", **more)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to four units and three points of two counties, with everything a plan
    looks at."""
    m = draw(st.integers(1, 3))
    near = st.tuples(st.floats(80, 80.5), st.floats(32, 32.5)) | st.none()
    points = [
        point(
            j, draw(st.integers(0, 2)), population=draw(st.integers(0, 5000)),
            at=draw(near),
            needs={f: Need(draw(st.integers(0, 40))) for f in FUNCTIONS if draw(st.booleans())},
        )
        for j in range(m)
    ]  # fmt: skip
    keys = st.sampled_from([p.key for p in points])
    units = [
        unit(
            i, draw(st.integers(0, 2)), draw(st.integers(0, 3)), at=draw(near),
            functions=draw(st.lists(st.sampled_from(FUNCTIONS), max_size=2, unique=True)),
            now=draw(keys | st.just("")), fixed=draw(st.just("") | keys),
            apart=frozenset(draw(st.lists(keys, max_size=1))),
            members=10, living={draw(keys): draw(st.integers(0, 10))},
        )
        for i in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    weights = Weights(
        least=draw(st.integers(1, 2)), most=draw(st.integers(1, 3)),
        across=draw(st.booleans()),
    )  # fmt: skip
    return Problem(units, points, weights)


def brute_force(p: Problem) -> Value:
    """Every unit at every point it may have, through every one of its functions or
    none; a gap is filled by at most two."""
    choices = [
        [(-1, "")]
        + [(j, f) for j in range(len(p.points)) if p.allowed[i, j] for f in (*u.functions, "")]
        for i, u in enumerate(p.units)
    ]  # fmt: skip
    return max(filter(None, (_worth(p, chosen) for chosen in product(*choices))))


def _worth(p: Problem, chosen: tuple[tuple[int, str], ...]) -> Value | None:
    filled = points = 0
    for j, (least, most) in enumerate(p.limits):
        here = [(i, f) for i, (at, f) in enumerate(chosen) if at == j]
        if len(here) > most:
            return None
        filled += min(len(here), least) + bool(here)
        points += sum(p.step(j, k) for k in range(1, len(here) + 1))
        points += sum(int(p.pair[i, j]) for i, _ in here)
        for f, gains in p.gains[j].items():
            points += sum(gains[: [g for _, g in here].count(f)])
    placed = [u.fixed for u, (j, _) in zip(p.units, chosen, strict=True) if j >= 0]
    return Value(len(placed) - placed.count(""), len(placed), filled, points)


@pytest.mark.req("A07")
@settings(max_examples=100, deadline=None)
@given(problems())
def test_no_possible_plan_is_worth_more(problem: Problem) -> None:
    assert value(problem, solve(problem)) == brute_force(problem)


@settings(max_examples=40, deadline=None)
@given(problems(), st.randoms())
def test_the_order_in_which_things_are_given_says_nothing(
    problem: Problem, shuffle: Any
) -> None:
    units, points = list(problem.units), list(problem.points)
    shuffle.shuffle(units)
    shuffle.shuffle(points)
    again = Problem(units, points, problem.weights)
    assert solve(again) == solve(problem) == solve(problem)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_reasons_add_up_to_what_is_lost_without_the_unit(problem: Problem) -> None:
    placed = solve(problem)
    explainer, whole = Explainer(problem, placed), value(problem, placed)
    for key, at in placed.items():
        if at:
            without = value(problem, {**placed, key: ""})
            explained = explainer.explain(key)
            assert explained.total == whole.points - without.points
            assert explained.parts == explainer.at_point(key, at).parts


@settings(max_examples=40, deadline=None)
@given(problems())
def test_what_people_decided_stands_and_the_county_is_kept(problem: Problem) -> None:
    placed = solve(problem)
    for u in problem.units:
        at = placed[u.key]
        if u.fixed:
            assert at == u.fixed
        elif at:
            county = problem.points[problem.point_at[at]].path[:9] == u.path[:9]
            assert county or at == u.now or problem.weights.across
            assert at not in u.apart


@pytest.mark.req("A08")
def test_no_point_stays_without_a_unit_where_units_suffice() -> None:
    points = [point(0, population=9000), point(1, population=10), point(2)]
    units = [unit(i, seat=0) for i in range(6)]
    placed = solve(Problem(units, points, Weights(least=3, most=8)))
    assert sorted(placed.values()) == ["p0", "p0", "p1", "p1", "p2", "p2"]


def test_more_units_than_the_limit_allows_are_placed_all_the_same() -> None:
    problem = Problem([unit(i) for i in range(7)], [point(0)], Weights(most=3))
    assert problem.limits == [(3, 7)]
    assert set(solve(problem).values()) == {"p0"}


def test_a_unit_without_a_point_in_its_county_is_left_to_a_person() -> None:
    units = [unit(0, town=2), unit(1)]
    problem = Problem(units, [point(0)], Weights())
    assert solve(problem) == {"u0": "", "u1": "p0"}
    far = Explainer(problem, solve(problem)).explain("u0")
    assert (far.parts, far.runner) == ((), "")
    abroad = solve(Problem(units, [point(0)], Weights(across=True)))
    assert abroad == {"u0": "p0", "u1": "p0"}


@pytest.mark.req("A07")
def test_a_function_goes_where_it_is_needed_and_missing() -> None:
    needs = {"health": Need(60, "去年医疗健康点单 60 件"), "housing": Need(6)}
    points = [point(0, needs=needs), point(1, needs={"housing": Need(30)})]
    units = [
        unit(0, functions=["housing"], now="p0"),
        unit(1, functions=["health"], now="p1"),
    ]
    problem = Problem(units, points, Weights(least=1))
    placed = solve(problem)
    assert placed == {"u0": "p1", "u1": "p0"}
    explained = Explainer(problem, placed).explain("u1")
    function, near, load, stay = explained.parts[:4]
    assert (function.title, function.points, function.tone) == ("职能补缺", 40, "ok")
    assert function.text == "去年医疗健康点单 60 件，原来没有这类单位"
    assert (near.text, near.points) == ("驻地同乡镇（街道）", 18)
    assert (load.text, load.points) == ("按人口和需求应有 1.0 家，连它 1 家", 8)
    assert (stay.text, stay.points) == ("原来联系1号社区，换点要重新对接", -15)
    assert explained.total == 51 > explained.runner_total
    assert explained.runner == "p1"


def test_a_tie_is_kept_when_moving_brings_little() -> None:
    points = [point(0), point(1)]
    units = [unit(0, now="p1"), unit(1, now="p0")]
    assert solve(Problem(units, points, Weights(least=1))) == {"u0": "p1", "u1": "p0"}


def test_equals_go_to_points_in_the_order_of_codes() -> None:
    points = [point(2), point(0), point(1)]
    assert solve(Problem([unit(0)], points, Weights())) == {"u0": "p0"}
    several = solve(Problem([unit(i) for i in (2, 1, 0)], points, Weights()))
    assert several == {"u0": "p0", "u1": "p1", "u2": "p2"}


def test_distance_counts_by_kilometres_and_without_positions_by_the_tree() -> None:
    here, there = (80.10, 32.50), (80.50, 32.50)
    points = [point(0, at=here), point(1, at=there), point(2, town=1)]
    problem = Problem([unit(0, at=here)], points, Weights())
    assert problem.near.tolist() == [[25, 2, 5]]
    explained = Explainer(problem, {"u0": "p1"}).explain("u0")
    assert explained.parts[1].text == "办公地距1号社区 37.5 公里"
    assert Explainer(problem, {"u0": "p0"}).best("u0", 2) == ["p2", "p1"]


def test_nothing_to_place_and_nowhere_to_place_it() -> None:
    assert solve(Problem([], [point(0)], Weights())) == {}
    assert solve(Problem([unit(0)], [], Weights())) == {"u0": ""}


@pytest.mark.req("A07")
def test_a_prefecture_is_solved_in_well_under_a_second() -> None:
    from time import perf_counter

    points = [
        point(j, j % 3, population=200 + 37 * j, needs={f: Need(1 + j % 7) for f in FUNCTIONS})
        for j in range(81)
    ]  # fmt: skip
    units = [
        unit(i, i % 3, i % 9, functions=[FUNCTIONS[i % 3]], now=f"p{i * 7 % 81}")
        for i in range(374)
    ]  # fmt: skip
    problem = Problem(units, points, Weights(across=True))
    begin = perf_counter()
    placed = solve(problem)
    assert perf_counter() - begin < 1.0
    assert len(placed) == 374 and "" not in placed.values()
    per_point = map(list(placed.values()).count, problem.point_at)
    assert set(per_point) <= set(range(3, 9))
