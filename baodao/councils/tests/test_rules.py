"""Sums and tables of councils, without a database."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.councils import rules
from baodao.councils import rules_deliberation as talks


@given(st.integers(2020, 2040), st.integers(1, 12))
def test_the_parts_of_a_year_follow_each_other_without_gap(year: int, n: int) -> None:
    found = rules.spans(year, n)
    assert len(found) >= n
    assert (found[0].first, found[-1].last) == (date(year, 1, 1), date(year, 12, 31))
    for a, b in pairwise(found):
        assert b.first == a.last + timedelta(days=1)
    assert len({s.key for s in found}) == len(found)


def test_quarters_and_halves_have_their_names() -> None:
    assert [s.words for s in rules.spans(2026, 2)] == ["2026年上半年", "2026年下半年"]
    assert rules.spans(2026, 4)[3].words == "2026年第四季度"
    assert rules.spans(2026, 4)[0].last == date(2026, 3, 31)
    assert rules.quarter_words(date(2026, 11, 25)) == "2026年第四季度"


@pytest.mark.req("L20")
def test_seven_to_nine_part_time_members_are_suggested() -> None:
    assert "还可以再聘1名" in rules.part_time_warning(6)
    assert rules.part_time_warning(7) == rules.part_time_warning(9) == ""
    assert "建议不超过9名" in rules.part_time_warning(10)


def test_a_term_is_three_years_also_from_a_leap_day() -> None:
    assert rules.term_end(date(2026, 3, 1)) == date(2029, 3, 1)
    assert rules.term_end(date(2028, 2, 29)) == date(2031, 3, 1)


@given(st.lists(st.sampled_from(sorted(rules.ATTENDANCE))))
def test_attendance_adds_up(marks: list[str]) -> None:
    words = rules.attendance_words(marks)
    assert words.startswith(f"应到{len(marks)}家")
    assert f"到会{sum(m in rules.CAME for m in marks)}家" in words


def test_topics_are_in_three_days_ahead() -> None:
    assert rules.topics_until(date(2026, 11, 25)) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "flow",
    [
        rules.MEETING_FLOW, rules.TOPIC_FLOW, rules.RESOLUTION_FLOW,
        rules.PART_TIME_FLOW, rules.NOTE_FLOW, rules.VISIT_FLOW,
    ],
)  # fmt: skip
def test_every_step_has_somebody_who_may_take_it(flow: object) -> None:
    tables = {
        "meetings": rules.MEETINGS, "meeting_topics": rules.TOPICS,
        "resolutions": rules.RESOLUTIONS, "part_time": rules.PART_TIME,
        "estate_notes": rules.NOTES, "leader_visits": rules.LEADER_VISITS,
    }  # fmt: skip
    table = tables[flow.name]  # type: ignore[attr-defined]
    assert {s.event for s in flow.steps} <= set(table)  # type: ignore[attr-defined]


def test_every_step_of_a_deliberation_has_somebody_who_may_take_it() -> None:
    assert {s.event for s in talks.FLOW.steps} <= set(talks.DELIBERATIONS)
    assert {s.event for s in talks.OPINION_FLOW.steps} <= set(talks.OPINIONS)


@pytest.mark.req("L11")
def test_who_came_is_said_by_kind_and_nought_is_left_out() -> None:
    words = talks.attendance_words(["came", "leave", "came"], ["absent"], 8)
    assert words == "到会党员2名、居民8人，请假1，没来1"
    assert talks.attendance_words([], [], 0) == "到会没有人"


def test_times_and_names_that_may_not_stand() -> None:
    at = datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert "end_at" in talks.check_times(at, at, at)
    assert "end_at" in talks.check_times(at, at + timedelta(hours=1), at)
    assert not talks.check_times(at - timedelta(hours=1), at, at)
    assert talks.names_in("张伟提出划线", ["张伟", "李", ""]) == ["张伟"]
