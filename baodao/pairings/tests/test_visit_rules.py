"""The rules of visits, without a database."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.clock import at_local
from baodao.orders.guessing import category_of
from baodao.pairings import visits_rules as rules
from baodao.pairings.visits_limits import usual

LIMITS = usual()

days = st.dates(date(2024, 1, 1), date(2035, 12, 31))


@pytest.mark.req("L39")
def test_edge_case_23_seven_days_thirty_days_and_a_closed_quarter() -> None:
    today = date(2026, 3, 31)
    assert rules.lateness(date(2026, 3, 24), today, LIMITS) == ""
    assert rules.lateness(date(2026, 3, 23), today, LIMITS) == "late"
    assert rules.lateness(date(2026, 3, 1), today, LIMITS) == "late"
    assert rules.lateness(date(2026, 2, 28), today, LIMITS) == "backfill"
    # In the first days of a quarter the last one is still open.
    assert rules.lateness(date(2026, 3, 30), date(2026, 4, 5), LIMITS) == ""
    assert rules.lateness(date(2026, 3, 30), date(2026, 4, 11), LIMITS) == "backfill"


@given(days, st.integers(0, 400))
def test_later_is_never_less_late(day: date, after: int) -> None:
    rank = ["", "late", "backfill"]
    first = rules.lateness(day, day + timedelta(days=after), LIMITS)
    second = rules.lateness(day, day + timedelta(days=after + 1), LIMITS)
    assert rank.index(first) <= rank.index(second)


@given(days, days)
def test_one_tries_again_after_the_day_and_within_the_window_if_there_is_time(
    day: date, due_on: date
) -> None:
    again = rules.retry_on(day, due_on, LIMITS)
    assert again > day
    if due_on > day:
        assert again <= due_on


@pytest.mark.req("L39")
def test_a_need_is_answered_in_three_days_or_twenty_four_hours() -> None:
    asked = at_local(date(2026, 3, 31), time(23, 30))
    assert rules.need_due(asked, LIMITS, urgent=False) == date(2026, 4, 3)
    assert rules.need_due(asked, LIMITS, urgent=True) == date(2026, 4, 1)


def test_edge_case_26_the_local_date_counts_not_the_device_s() -> None:
    """20:30 UTC is the next morning in Shanghai, wherever the telephone is."""
    asked = datetime.fromisoformat("2026-03-30T20:30:00+00:00")
    assert rules.need_due(asked, LIMITS, urgent=True) == date(2026, 4, 1)


@pytest.mark.req("L38", "L41")
def test_what_the_household_has_asked_for_is_kept() -> None:
    wishes: dict[str, Any] = {
        "quiet_months": [7],
        "not_after": time(20),
        "phone_only": False,
    }
    on = date(2026, 3, 2)
    assert rules.wish_problem(on, time(19, 30), "in_person", **wishes) == ("", "")
    assert rules.wish_problem(on, time(20, 1), "in_person", **wishes)[0] == "at"
    assert rules.wish_problem(on, time(21), "phone", **wishes) == ("", "")
    assert rules.wish_problem(date(2026, 7, 2), None, "phone", **wishes)[0] == "day"
    calls = {**wishes, "phone_only": True}
    assert rules.wish_problem(on, None, "in_person", **calls)[0] == "how"
    assert rules.wish_problem(on, None, "phone", **calls) == ("", "")


def test_no_hour_of_a_household_is_later_than_the_district_s() -> None:
    early = LIMITS._replace(latest_hour=19)
    assert early.latest_of(None) == time(19)
    assert early.latest_of(time(20)) == time(19)
    assert early.latest_of(time(18)) == time(18)


def test_a_visit_is_of_a_day_of_the_bond_and_of_a_year_that_is_open() -> None:
    since, today = date(2026, 1, 10), date(2026, 3, 2)
    assert rules.day_problem(today, today, since, None, LIMITS) == ""
    assert "今天以后" in rules.day_problem(date(2026, 3, 3), today, since, None, LIMITS)
    assert "请选那天" in rules.day_problem(date(2026, 1, 9), today, since, None, LIMITS)
    assert "已经结束" in rules.day_problem(today, today, since, today, LIMITS)
    assert "申诉" in rules.day_problem(
        date(2026, 12, 30), date(2027, 2, 1), since, None, LIMITS
    )
    assert (
        rules.day_problem(date(2026, 12, 30), date(2027, 1, 31), since, None, LIMITS)
        == ""
    )


@pytest.mark.req("L41")
def test_a_meeting_each_quarter_or_half_year_is_a_hint() -> None:
    assert "本季度还要见一次面" in rules.in_person_hint(0, remote=False)
    assert "已见过面 2 次" in rules.in_person_hint(2, remote=True)
    assert rules.in_person_since(date(2026, 5, 9), remote=False) == date(2026, 4, 1)
    assert rules.in_person_since(date(2026, 5, 9), remote=True) == date(2026, 1, 1)


@pytest.mark.req("L40")
@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("想要一副老花镜", "health"), ("厨房水管漏水", "repair"), ("孙子的作业没人辅导", "study"),
        ("问问低保怎么办", "policy"), ("说不清楚的事", "other"),
    ],
)  # fmt: skip
def test_the_category_of_a_need_is_guessed_from_its_words(
    words: str, category: str
) -> None:
    assert category_of(words) == category
