"""Months, gates, decisions and small numbers, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring import rules_extracts as extracts

YEAR = (date(2025, 1, 1), date(2026, 1, 1))
DAYS = st.integers(-100, 500).map(lambda n: YEAR[0] + timedelta(days=n))
SPANS = st.lists(st.tuples(DAYS, DAYS), max_size=5)
GRADES = list(counting.GRADES)


@given(SPANS)
def test_months_are_counted_once_and_never_more_than_the_year_has(
    spans: list[tuple[date, date]],
) -> None:
    n = rules.months(spans, YEAR)
    assert 0 <= n <= 12
    assert n == rules.months([*spans, *spans], YEAR)
    assert rules.months([*spans, YEAR], YEAR) == 12


def test_three_months_are_three_whether_they_are_long_or_short() -> None:
    assert rules.months([(date(2025, 2, 1), date(2025, 5, 1))], YEAR) == 3
    assert rules.months([(date(2025, 10, 1), YEAR[1])], YEAR) == 3
    assert rules.months([(date(2025, 10, 2), YEAR[1])], YEAR) == 2


@pytest.mark.req("L46")
@pytest.mark.parametrize(
    ("reported", "obliged", "exempt", "on_duty", "retired", "why"),
    [
        (12, 12, 0, 12, False, ""),
        (12, 12, 6, 12, False, "exempt"),
        (12, 12, 5, 12, False, ""),
        (2, 12, 0, 12, False, "short"),
        (0, 12, 0, 12, False, ""),  # never reported in: graded, that is the deduction
        (0, 2, 0, 12, False, "short"),
        (12, 12, 0, 5, True, "retired"),
        (12, 12, 0, 6, True, ""),
    ],
)
def test_who_has_no_grade(
    reported: int, obliged: int, exempt: int, on_duty: int, retired: bool, why: str
) -> None:
    found = rules.none_reason(reported, obliged, exempt, on_duty, retired=retired)
    assert found == why


@pytest.mark.req("L46")
@given(
    st.integers(0, 1000), st.booleans(), st.sampled_from(["", "fair", "good"]),
)  # fmt: skip
def test_a_grade_follows_the_score_within_gates_and_ceiling(
    score: int, gates: bool, ceiling: str
) -> None:
    frame = counting.DEFAULT
    found = counting.grade(score, frame, ceiling, gates=gates)
    order = counting.ORDER
    assert not (found == "excellent" and (score < 900 or not gates or ceiling))
    if ceiling:
        assert order.index(found) >= order.index(ceiling)
    better = counting.grade(min(1000, score + 50), frame, ceiling, gates=gates)
    assert order.index(better) <= order.index(found)


@given(st.integers(0, 1000), st.integers(0, 100), st.integers(0, 100))
def test_the_units_mark_weighs_what_is_set_and_by_default_nothing(
    score: int, mark: int, weight: int
) -> None:
    both = rules.combined(score, mark, weight)
    assert min(score, mark * 10) <= both <= max(score, mark * 10)
    assert (
        rules.combined(score, mark, 0) == rules.combined(score, None, weight) == score
    )


def test_halves_of_a_calendar_year_and_of_one_from_december() -> None:
    assert [rules.half_of(date(2025, m, 1), YEAR) for m in (1, 6, 7, 12)] == [
        0,
        0,
        1,
        1,
    ]
    early = counting.year_days(2025, 12)
    assert rules.half_of(date(2024, 12, 1), early) == 0
    assert rules.half_of(date(2025, 5, 31), early) == 0
    assert rules.half_of(date(2025, 6, 1), early) == 1


def facts(**given_: object) -> rules.Facts:
    return rules.Facts(**{
        "state": "subject_notified", "proposed": "good", "none": "",
        "until": date(2026, 1, 20), "answered": False, "heard": False, "moved": False,
        "blocked": "", "own": False, **given_,
    })  # type: ignore[arg-type]  # fmt: skip


AFTER = date(2026, 1, 21)


@pytest.mark.req("L46")
def test_what_stands_in_the_way_of_a_decision() -> None:
    def why(
        grade: str = "good", reason: str = "", day: date = AFTER, **f: object
    ) -> str:
        return rules.why_not(facts(**f), grade, reason, day, GRADES)

    assert why() == ""
    assert "过后再决定" in why(day=date(2026, 1, 20))
    assert "还不能决定" in why(state="drafted")
    assert "书面答复" in why(state="objection")
    early = why(state="objection", answered=True, day=date(2026, 1, 20))
    assert "过后再决定" in early, "to object does not shorten the days"
    assert why(state="objection", answered=True) == ""
    assert "重新核对" in why(moved=True)
    assert why(blocked="有一笔拟扣没有定。") == "有一笔拟扣没有定。"
    assert "别人来定" in why(own=True)
    assert "请写理由" in why("excellent")
    assert why("excellent", "带动全楼") == ""
    assert "听取本人意见" in why("poor", proposed="poor")
    assert why("poor", proposed="poor", heard=True) == ""
    assert "不定等次" in why("good", "x", none="short", proposed="none")


@pytest.mark.req("L46")
def test_a_meeting_decides_after_all_that_may_be_said() -> None:
    until, answered, drafted = date(2026, 1, 20), date(2026, 1, 22), date(2026, 1, 23)
    why = rules.why_not_meeting
    assert "异议期满以前" in why(until, until, None, None)
    assert "异议期满以前" in why(until, None, None, None)
    assert "答复异议以前" in why(AFTER, until, answered, None)
    assert "重新核对" in why(answered, until, answered, drafted)
    assert why(drafted, until, answered, drafted) == ""


def test_what_is_better_and_what_is_told_anew() -> None:
    assert rules.better("good", "excellent") and not rules.better("good", "good")
    assert not rules.better("good", "poor") and not rules.better("good", "none")
    assert rules.better("none", "good") and not rules.better("none", "poor")
    assert rules.worse("good", "fair") and not rules.worse("fair", "good")
    assert rules.worse("none", "excellent") and rules.worse("good", "none")
    early, late = datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
    assert rules.may_again(early, late) and not rules.may_again(late, early)


@pytest.mark.req("L46")
def test_poor_is_never_confirmed_with_the_others() -> None:
    assert not rules.may_in_bulk("poor") and not rules.may_in_bulk("")
    assert all(rules.may_in_bulk(g) for g in GRADES if g != "poor")


def test_a_share_leaves_at_least_one_and_is_off_by_default() -> None:
    assert rules.room_of(0, 7) == 7
    assert rules.room_of(20, 3) == 1
    assert rules.room_of(20, 10) == 2


def test_every_step_has_somebody_who_may_take_it() -> None:
    for flow, rows in (
        (rules.FLOW, rules.EVALUATIONS), (rules.CARD_FLOW, rules.FEEDBACKS),
        (rules.DELIVERY_FLOW, rules.DELIVERIES), (rules.PRINT_FLOW, rules.PRINTS),
    ):  # fmt: skip
        assert {s.event for s in flow.steps} <= set(rows)


@pytest.mark.req("L13", "L14", "L48", "L49", "A31")
def test_units_take_out_their_members_and_departments_all() -> None:
    assert {p.subject for p in extracts.purposes_for("unit_secretary").values()} == {
        "member"
    }
    assert len(extracts.purposes_for("county_org")) == 8
    assert extracts.purposes_for("community_secretary") == {}
    until = extracts.valid_until("honours", date(2026, 1, 1))
    assert until == date(2026, 4, 1)


def test_before_all_are_refreshed_it_is_said_what_follows() -> None:
    title, text = rules.refresh_words(7, 2, 3, date(2026, 2, 11))
    assert title == "重新核对7份，并告诉本人？"
    assert "2份比告知时差，异议期重新算，到2月11日" in text
    assert "3份已定的等次同时取消" in text
    assert "异议期" not in rules.refresh_words(1, 0, 0, date(2026, 2, 11))[1]
