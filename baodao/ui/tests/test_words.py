"""Wording of times and numbers: pure, no database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.ui import words

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)  # 14:10 in Beijing


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 分"),
        (59, "59 分"),
        (60, "1 小时"),
        (200, "3 小时 20 分"),
        (24 * 60, "1 天"),
        (28 * 60, "1 天 4 小时"),
        (28 * 60 + 59, "1 天 4 小时"),
        (-5, "0 分"),
    ],
)
def test_span_keeps_the_two_largest_units(minutes: int, text: str) -> None:
    assert words.span(minutes) == text
    assert words.span(timedelta(minutes=minutes)) == text


def test_a_clock_below_two_hours_counts_only_minutes() -> None:
    assert words.clock_span(119) == "119 分钟"
    assert words.clock_span(120) == "2 小时"


def test_an_exact_span_goes_down_to_the_minute() -> None:
    assert words.exact_span(2 * 1440 + 20 * 60 + 40) == "2 天 20 小时 40 分"
    assert words.exact_span(1440) == "1 天"
    assert words.exact_span(90) == "1 小时 30 分"


def test_time_of_service_is_hours_however_many() -> None:
    assert words.worked(30) == "30 分" and words.worked(0) == "0 分"
    assert words.worked(90) == "1 小时 30 分"
    assert words.worked(1800) == "30 小时"
    assert words.worked(60 * 1234) == "1,234 小时"


def test_dates_name_the_year_only_when_it_is_another() -> None:
    assert words.cdate(TODAY, TODAY) == "11月23日"
    assert words.cdate(date(2025, 2, 4), TODAY) == "2025年2月4日"
    assert words.cdatetime(NOW, TODAY) == "11月23日 14:10"
    assert words.weekday(TODAY) == "星期一"


def test_an_instant_late_in_utc_is_the_next_day_in_beijing() -> None:
    assert words.cdate(datetime(2026, 11, 23, 17, 0, tzinfo=UTC), TODAY) == "11月24日"


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "今天 17:30"),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "明天 10:00"),
        (datetime(2026, 11, 25, 10, 0, tzinfo=UTC), "11月25日 18:00 前"),
        (datetime(2027, 1, 5, 10, 0, tzinfo=UTC), "2027年1月5日 18:00 前"),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), "11月21日 18:00"),
        (date(2026, 11, 24), "明天"),
        (date(2026, 11, 25), "11月25日 前"),
    ],
)
def test_deadlines_read_as_people_say_them(due: date | datetime, text: str) -> None:
    assert words.deadline(due, NOW) == text


def test_codes_numbers_points_and_phones() -> None:
    assert words.code8("38461207") == words.code8(38461207) == "3846 1207"
    assert words.code8("12") == "12"
    assert words.number(19655) == "19,655"
    assert words.percent(418, 449) == "93.1 %"
    assert words.percent(0, 0) == "—"
    assert words.points(15) == "+1.5"
    assert words.points(-30) == "\u22123"
    assert words.points(0) == "0"
    assert words.mask_phone("138 0000 1234") == "138 **** 1234"
    assert words.mask_phone("1234") == "****"
    assert words.mask_phone("") == ""
    assert [words.small(n) for n in (0, 4, 5)] == ["0", "<5", "5"]


def test_a_message_splits_into_head_and_advice() -> None:
    text = "没有找到这一页。请核对单号。"
    assert words.first_sentence(text) == "没有找到这一页"
    assert words.after_first(text) == "请核对单号。"


@given(st.integers(min_value=-10_000, max_value=10_000_000))
def test_no_span_is_ever_negative_or_empty(minutes: int) -> None:
    for text in (words.span(minutes), words.clock_span(minutes)):
        assert text
        assert "-" not in text


@given(st.text(max_size=30))
def test_masking_never_shows_the_middle_of_a_number(text: str) -> None:
    shown = words.mask_phone(text)
    assert shown == "" or "****" in shown
    assert len(shown) <= 13


def test_hours_and_money_in_words() -> None:
    assert [words.hours(n) for n in (2, 24, 72, 30)] == [
        "2 小时", "1 天", "3 天", "1 天 6 小时",
    ]  # fmt: skip
    assert [words.yuan(n) for n in (20000, 500000, 1250)] == [
        "200元", "5,000元", "12.50元",
    ]  # fmt: skip
