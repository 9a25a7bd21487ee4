"""What follows from a change, without a database."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Invalid
from baodao.core.ids import uuid7
from baodao.places import rules
from baodao.places.areas import Moved, carved, holds
from baodao.places.changes.plan import (
    Ground,
    Node,
    Part,
    Plan,
    Spec,
    derive,
    place_above,
    title,
)

NAMES = {
    "54": "西藏自治区", "5425": "阿里地区",
    "542526": "改则县", "542526100": "改则镇", "542526100201": "鲁仁村委会",
    "542527": "措勤县", "542527100": "措勤镇", "542527100001": "门东居委会",
    "542527100001-G001": "01网格", "542527100001-G001-H0001": "户0001",
    "542527100001-G001-H0002": "户0002", "542527100002": "扎日南木措居委会",
    "542527200": "达雄乡",
}  # fmt: skip


def node(code: str, name: str = "") -> Node:
    name = name or NAMES[code]
    local = "-" in code
    level = (
        {"G": 6, "E": 7, "B": 8, "H": 9}[rules.segment(code)[0]]
        if local
        else rules.level_of(code)
    )
    kind = "" if local else rules.kind_of(code, name)
    return Node(uuid7(), code, level, kind, name, rules.display_name(name))


def ground(spec: Spec, taken: tuple[str, ...] = ()) -> Ground:
    below = {
        c: node(c)
        for c in NAMES
        if any(c == old or c.startswith(old) for old in spec.olds)
    }
    others = {c: node(c) for c in NAMES if c not in below}
    inside = [c for c in NAMES if spec.into and c.startswith(spec.into)]
    return Ground(below, others, frozenset([*inside, *taken]))


def planned(kind: str, *olds: str, taken: tuple[str, ...] = (), **more: Any) -> Plan:
    more["parts"] = tuple(Part(*p) for p in more.get("parts", ()))
    spec = Spec(kind, olds, **more)
    return derive(spec, ground(spec, taken))


def codes(plan: Plan) -> dict[str, str]:
    return {s.old.code: s.code for s in plan.steps}


def test_a_county_takes_its_townships_and_villages_along() -> None:
    plan = planned("merge", "542527", into="542526")
    assert codes(plan) == {
        "542527": "542526",
        "542527100": "542526101",  # 100 is taken: the next free number of a town
        "542527100001": "542526101001",
        "542527100001-G001": "542526101001-G001",
        "542527100001-G001-H0001": "542526101001-G001-H0001",
        "542527100001-G001-H0002": "542526101001-G001-H0002",
        "542527100002": "542526101002",
        "542527200": "542526200",
    }
    assert "542526" not in plan.made and plan.made["542526101"].like == "542527100"
    assert all(s.whole and s.main and s.ends for s in plan.steps)
    assert plan.steps[0].above == "" and plan.steps[1].above == "542526"


def test_a_proposed_code_can_be_chosen_otherwise_and_what_is_below_follows() -> None:
    plan = planned("merge", "542527", into="542526", codes={"542527100": "542526120"})
    assert codes(plan)["542527100001-G001"] == "542526120001-G001"


@pytest.mark.parametrize(
    "code", ["542527120", "54252612", "5425261200", "542526AAA", "542526100"]
)
def test_a_chosen_code_must_fit_and_be_free(code: str) -> None:
    with pytest.raises(Invalid):
        planned("merge", "542527", into="542526", codes={"542527100": code})


def test_two_become_a_new_one() -> None:
    plan = planned("merge", "542526", "542527", parts=[("542530", "改措县")])
    assert plan.made["542530"].official == "改措县"
    assert codes(plan)["542526100"] == "542530100"
    assert codes(plan)["542527100"] == "542530101"


def test_a_split_place_divides_its_children_and_one_part_inherits_the_rest() -> None:
    plan = planned(
        "split", "542527", parts=[("542531", "措北县"), ("542532", "措南县")],
        assign={"542527200": 1},
    )  # fmt: skip
    first, second = (s for s in plan.steps if s.old.code == "542527")
    assert (first.code, first.main, first.whole, first.ends) == (
        "542531",
        True,
        False,
        True,
    )
    assert (second.code, second.main) == ("542532", False)
    assert codes(plan)["542527100"] == "542531100"
    assert codes(plan)["542527200"] == "542532200"
    assert next(s for s in plan.steps if s.old.code == "542527200").above == ""


def test_a_place_can_go_on_beside_the_part_that_leaves_it() -> None:
    plan = planned(
        "split", "542527", keep=True, parts=[("542531", "措北县")],
        assign={"542527200": 1},
    )  # fmt: skip
    assert codes(plan) == {"542527": "542531", "542527200": "542531200"}
    assert not plan.steps[0].ends and not plan.steps[0].main


def test_a_village_that_becomes_a_community_changes_its_code_and_keeps_the_rest() -> (
    None
):
    plan = planned("recode", "542527100001", parts=[("542527100005", "门东社区居委会")])
    assert codes(plan)["542527100001-G001-H0002"] == "542527100005-G001-H0002"
    assert plan.made["542527100005"].name == "门东社区"


def test_a_community_moves_to_another_county_by_its_code() -> None:
    plan = planned("recode", "542527200", parts=[("542526202", "达雄乡")])
    assert codes(plan) == {"542527200": "542526202"}


def test_household_numbers_stay_unless_the_new_community_has_them() -> None:
    taken = ("542527100002-G001", "542527100002-G001-H0001")
    plan = planned("merge", "542527100001", into="542527100002", taken=taken)
    assert codes(plan)["542527100001-G001"] == "542527100002-G002"
    assert codes(plan)["542527100001-G001-H0001"] == "542527100002-G002-H0002"
    moved = plan.made["542527100002-G002-H0002"]
    assert moved.name == "户0002" and plan.renumbered == 2


def test_a_grid_goes_into_its_neighbour_with_the_same_household_numbers() -> None:
    grid, other = "542527100001-G001", "542527100001-G002"
    spec = Spec("merge", (grid,), into=other)
    below = {c: node(c) for c in NAMES if c.startswith(grid)}
    taken = frozenset([*below, other, f"{other}-H0003"])
    plan = derive(spec, Ground(below, {other: node(other, "02网格")}, taken))
    assert codes(plan)[f"{grid}-H0001"] == f"{other}-H0001" and plan.renumbered == 0


@pytest.mark.parametrize(
    ("kind", "olds", "more", "field"),
    [
        ("merge", ("542527",), {"into": "542527"}, "into"),
        ("merge", ("542527",), {"into": "542526100"}, "into"),
        ("merge", ("542527",), {}, "into"),
        ("merge", ("542527",), {"parts": [("542530", "新县")]}, "olds"),
        ("merge", ("542526", "542527"), {"parts": [("54253", "新县")]}, "parts"),
        ("merge", ("542526", "542527"), {"parts": [("542630", "新县")]}, "parts"),
        ("merge", ("542526", "542527"), {"parts": [("542530", " ")]}, "parts"),
        ("merge", ("542526", "542527100"), {"into": "542526"}, "olds"),
        ("merge", ("54",), {"into": "54"}, "olds"),
        ("merge", ("999999",), {"into": "542526"}, "olds"),
        ("split", ("542527",), {"parts": [("542531", "措北县")]}, "parts"),
        ("split", ("542527",), {"parts": [("542531", "a"), ("542532", "b")], "main": 2}, "main"),
        ("recode", ("542527",), {}, "parts"),
        ("rename", ("542527",), {"parts": [("", "措勤县")]}, "parts"),
        ("rename", ("542527",), {"parts": [("", " ")]}, "parts"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_under_its_field(
    kind: str, olds: tuple[str, ...], more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        planned(kind, *olds, **more)
    assert field in refused.value.fields


def test_a_code_that_was_ever_used_is_not_used_again() -> None:
    with pytest.raises(Invalid, match="已经用过"):
        planned(
            "recode", "542527200", taken=("542526202",), parts=[("542526202", "达雄乡")]
        )


def test_a_spec_survives_being_stored() -> None:
    spec = Spec(
        "split", ("542527",), parts=(Part("542531", "措北县"),), keep=True, main=0,
        assign={"542527200": 1}, codes={"542527200": "542531201"},
    )  # fmt: skip
    assert Spec.of("split", spec.stored()) == spec
    assert Spec.of("merge", {}) == Spec("merge")


def test_a_change_is_told_in_one_sentence() -> None:
    names = {"542527": "措勤县", "542526": "改则县"}
    olds = ("542527",)
    north = Part("542531", "措北县")
    assert title(Spec("merge", olds, into="542526"), names) == "措勤县并入改则县"
    both = Spec("merge", ("542526", "542527"), parts=(Part("542530", "改措县"),))
    assert title(both, names) == "改则县、措勤县合并为改措县"
    assert (
        title(Spec("split", olds, parts=(north,), keep=True), names)
        == "措勤县析出措北县"
    )
    assert (
        title(Spec("rename", olds, parts=(Part("", "措县"),)), names)
        == "措勤县更名为措县"
    )
    assert title(Spec("recode", olds), names) == "措勤县代码变更"


def test_who_may_decide_is_above_everything_that_is_touched() -> None:
    assert place_above(["542527100", "542527200"]) == "54/25/27/"
    assert place_above(["542527", "542526"]) == "54/25/"
    assert place_above(["542527100001", "542526100001"]) == "54/25/"
    assert place_above(["54"]) == ""


# --- areas --------------------------------------------------------------------------

segments = st.lists(st.sampled_from("ABC"), min_size=1, max_size=4)
paths = segments.map(lambda parts: "/".join(parts) + "/")
moves = st.lists(st.builds(Moved, paths, st.booleans(), st.booleans()), max_size=6)


@given(paths, moves, paths)
def test_an_area_holds_what_the_closest_step_says(
    path: str, rows: list[Moved], asked: str
) -> None:
    """Whatever the pieces: the deepest step above a recorded path decides."""
    rows = list({row.old: row for row in rows}.values())
    applying = [
        r for r in rows if asked == r.old or (r.whole and asked.startswith(r.old))
    ]
    deepest = max(applying, key=lambda r: len(r.old), default=None)
    expected = deepest.here if deepest else asked.startswith(path)
    found = carved(path, rows)
    assert holds(found, asked) is expected
    assert all(a[1] < b[0] for a, b in pairwise(found))
