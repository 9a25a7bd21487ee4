"""Quarters, bands, small numbers, who is reminded; the draw of samples."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Invalid
from baodao.scoring import rules_draw as draws
from baodao.scoring import rules_quarter as rules
from baodao.scoring.rules_quarter import Scored, Standing


def test_quarters_follow_one_another() -> None:
    assert rules.quarter_of(date(2026, 9, 30)) == "2026-Q3"
    assert rules.days_of("2026-Q4") == (date(2026, 10, 1), date(2027, 1, 1))
    assert rules.back(date(2026, 1, 5), 3) == ["2026-Q1", "2025-Q4", "2025-Q3"]
    assert rules.words("2026-Q3") == "2026年三季度"
    for wrong in ("", "2026", "2026-Q5", "26-Q1", "2026-Q", "abcd-Q1"):
        assert not rules.is_quarter(wrong)


@pytest.mark.req("L45")
def test_a_quarter_is_closed_when_it_is_over() -> None:
    rules.check_close("2026-Q3", date(2026, 10, 1))
    with pytest.raises(Invalid, match="还没有结束"):
        rules.check_close("2026-Q3", date(2026, 9, 30))


@pytest.mark.req("L45")
def test_a_summary_has_bands_and_rules_and_names_nobody() -> None:
    found = rules.summary(
        [
            Scored("member", 900, [("M_ADD_WISH", "办成心愿", 1, 40)]),
            Scored("member", 800, [("M_ADD_WISH", "办成心愿", 1, 20)]),
            Scored("member", 595), Scored("unit", 700),
        ],
        (900, 800, 600),
    )  # fmt: skip
    assert found["member"]["bands"] == {"excellent": 1, "good": 1, "fair": 0, "poor": 1}
    assert found["member"]["rules"]["M_ADD_WISH"] == {
        "title": "办成心愿", "sign": 1, "cards": 2, "points": 60,
    }  # fmt: skip
    both = rules.added([{**found, "services": 3}, {**found, "services": 4}])
    assert both["services"] == 7 and both["member"]["n"] == 6
    assert both["member"]["rules"]["M_ADD_WISH"]["points"] == 120


def test_counts_of_the_report_are_in_order_whatever_json_did() -> None:
    kept = {"member": {"n": 3, "bands": {"poor": 2, "good": 1}}}
    assert rules.counted(kept, "member") == [0, 1, 0, 2, 3]
    assert rules.counted(kept, "unit") == [0, 0, 0, 0, 0]


def standing(**given: object) -> Standing:
    return Standing(
        **{"score": 800, "good": 800, "services": 2, "since": date(2025, 1, 1), **given}  # type: ignore[arg-type]
    )


@pytest.mark.req("L45")
def test_reminded_is_who_is_below_the_line_or_did_nothing() -> None:
    key = "2026-Q3"
    assert rules.why_remind(standing(), key) == []
    low = rules.why_remind(standing(score=795), key)
    assert low == ["2026年三季度末的积分是 79.5 分，良好线是 80 分。"]
    assert rules.why_remind(standing(services=0), key) == [
        "2026年三季度没有确认过的服务记录。"
    ]
    assert len(rules.why_remind(standing(score=700, services=0), key)) == 2
    assert rules.why_remind(standing(services=0, paused="长期病休"), key) == []
    assert rules.why_remind(standing(services=0, since=date(2026, 8, 1)), key) == []


# --- samples ------------------------------------------------------------------------------


@pytest.mark.req("A22")
@pytest.mark.parametrize(("n", "size"), [(0, 0), (1, 1), (20, 1), (21, 2), (100, 5)])
def test_edge_case_32_five_in_a_hundred_are_drawn(n: int, size: int) -> None:
    assert len(draws.draw(map(str, range(n)), "2026-11/1", 5)) == size


@given(st.sets(st.uuids().map(str), max_size=80), st.randoms())
def test_the_same_seed_and_list_give_the_same_draw_in_any_order(
    ids: set[str], rng: object
) -> None:
    seed, mixed = draws.seed_of("2026-11", "542523100001"), sorted(ids)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    assert draws.draw(mixed, seed, 5) == draws.draw(sorted(ids), seed, 5)
    assert set(draws.draw(mixed, seed, 5)) <= ids


def test_another_month_or_place_draws_others() -> None:
    ids = [str(i) for i in range(400)]
    first = draws.draw(ids, draws.seed_of("2026-11", "1"), 5)
    assert first != draws.draw(ids, draws.seed_of("2026-12", "1"), 5)
    assert first != draws.draw(ids, draws.seed_of("2026-11", "2"), 5)


def test_what_differs_has_to_be_explained() -> None:
    assert draws.check_outcome("true", " ") == ""
    with pytest.raises(Invalid):
        draws.check_outcome("differs", "")
    with pytest.raises(Invalid):
        draws.check_outcome("", "")
