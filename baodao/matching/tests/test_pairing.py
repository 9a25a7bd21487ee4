"""Members for households: as many as possible, the best plan, reasons in words."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.matching.pairing import (
    HELPS,
    NEEDS,
    Helper,
    Home,
    Problem,
    parts,
    solve,
    worth,
)

HERE = "54/25/23/100/001/"
SKILLS = sorted({s for known in HELPS.values() for s in known} | {"tibetan"})


def helper(key: str, *skills: str, **fields: object) -> Helper:
    return Helper(key, {HERE: True}, frozenset(skills), **fields)  # type: ignore[arg-type]


def home(key: str, focus: str = "elder", **fields: str) -> Home:
    return Home(key, HERE, f"{HERE}{key}/", focus=focus, **fields)  # type: ignore[arg-type]


@given(
    st.lists(st.sets(st.sampled_from(SKILLS), max_size=3), min_size=1, max_size=5),
    st.lists(st.sampled_from(sorted(HELPS)), min_size=1, max_size=5),
)
def test_no_possible_plan_is_worth_more(
    skills: list[set[str]], focus: list[str]
) -> None:
    helpers = [helper(f"m{i}", *s) for i, s in enumerate(skills)]
    homes = [home(f"h{i}", f) for i, f in enumerate(focus)]
    found = solve(Problem(helpers, homes))
    n = min(len(helpers), len(homes))
    assert len(found) == n == len(set(found.values()))
    by_key = {h.key: h for h in helpers}

    def value(pairs: list[tuple[Home, Helper]]) -> int:
        return sum(50 * NEEDS[h.focus] + worth(m, h) for h, m in pairs)

    mine = value([(h, by_key[found[h.key]]) for h in homes if h.key in found])
    for some in permutations(homes, n):
        for who in permutations(helpers, n):
            assert value(list(zip(some, who, strict=True))) <= mine


@pytest.mark.req("A15")
def test_skill_language_and_nearness_decide() -> None:
    helpers = [helper("a", "medical"), helper("b", "tutoring"), helper("c", "tibetan")]
    homes = [home("x"), home("y", "minor"), home("z", "other", language="bo")]
    assert solve(Problem(helpers, homes)) == {"x": "a", "y": "b", "z": "c"}


def test_edge_10_who_must_stay_apart_stays_apart() -> None:
    """domain 8.10."""
    only = Helper("a", {HERE: True}, apart=frozenset({"x"}))
    assert solve(Problem([only], [home("x")])) == {}
    other = [only, helper("b")]
    assert solve(Problem(other, [home("x"), home("y")])) == {"x": "b", "y": "a"}


def test_members_serve_only_where_they_have_reported() -> None:
    far = Helper("a", {"54/25/24/100/201/": True})
    assert solve(Problem([far], [home("x")])) == {}
    assert solve(Problem([], [home("x")])) == {} == solve(Problem([far], []))


def test_those_in_need_come_first_when_members_are_few() -> None:
    homes = [home("x", "other"), home("y", "minor")]
    assert solve(Problem([helper("a")], homes)) == {"y": "a"}


def test_the_order_given_says_nothing_and_nobody_is_left_over() -> None:
    rng = random.Random(1)
    helpers = [helper(f"m{i:03d}", *rng.sample(SKILLS, 2)) for i in range(120)]
    homes = [home(f"h{i:03d}", rng.choice(sorted(HELPS))) for i in range(120)]
    found = solve(Problem(helpers, homes))
    assert len(found) == len(set(found.values())) == 120
    again = Problem(rng.sample(helpers, 120), rng.sample(homes, 120))
    assert solve(again) == found


@pytest.mark.req("A15")
def test_every_pair_says_why() -> None:
    told = parts(
        helper("a", "medical", load=2), home("x", language="bo"), {"medical": "医护"}
    )
    said = [p.text for p in told]
    assert "会医护" in said and "有 2 件点单在办" in said
    assert any("藏语" in s for s in said)
    assert worth(helper("a", "medical"), home("x")) == 16
