"""The rules of places, without a database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.clock import ZONE, at_local, local
from baodao.core.errors import Invalid
from baodao.places import rules, values
from baodao.places.calendars import Calendar, Interval, shift, union
from baodao.places.search import keys_of

PLAIN = Calendar()
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_the_level_and_kind_come_from_the_digits_not_from_the_name() -> None:
    assert rules.level_of("542523100001") == rules.COMMUNITY
    assert rules.kind_of("542523100001") == "neighbourhood"
    assert rules.kind_of("542523100201") == "village"
    assert rules.kind_of("140403400") == "zone"
    assert rules.kind_of("140403007498", "某某虚拟社区") == "virtual"
    assert rules.kind_of("542523") == ""


@pytest.mark.parametrize("code", ["", "5", "54252", "5425231000", "54252310000A"])
def test_a_code_of_another_length_is_refused(code: str) -> None:
    with pytest.raises(Invalid):
        rules.level_of(code)


def test_local_codes_name_their_parent() -> None:
    code = rules.local_code("542523100001-G003", rules.HOUSEHOLD, 312)
    assert code == "542523100001-G003-H0312"
    assert rules.parent_code(code) == "542523100001-G003"
    assert rules.segment(code) == "H0312"
    assert rules.number_of(code) == 312
    assert rules.number_of("542523100001") == 0


def test_a_grid_stands_below_a_community_only() -> None:
    rules.check_child(rules.COMMUNITY, rules.GRID)
    for above in (rules.TOWNSHIP, rules.GRID, rules.ESTATE, rules.HOUSEHOLD):
        with pytest.raises(Invalid):
            rules.check_child(above, rules.GRID)


@pytest.mark.req("A08")
def test_a_contact_point_is_a_community_village_or_grid_and_never_virtual() -> None:
    rules.check_contact_point(rules.COMMUNITY, "village")
    rules.check_contact_point(rules.GRID, "")
    for level, kind in ((rules.COMMUNITY, "virtual"), (rules.TOWNSHIP, "town")):
        with pytest.raises(Invalid):
            rules.check_contact_point(level, kind)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # make-up Saturday before the Spring Festival
        (date(2026, 2, 28), True),  # make-up Saturday after it
        (date(2026, 2, 16), False),
        (date(2026, 2, 17), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 21), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
    ],
)
def test_the_national_calendar_knows_make_up_workdays(day: date, works: bool) -> None:
    assert PLAIN.is_workday(day) is works


def test_two_working_days_over_the_spring_festival() -> None:
    friday = at_local(date(2026, 2, 13), time(10))
    # Saturday 14 is a working day, then the festival until the 23rd.
    assert local(PLAIN.add_workdays(friday, 2)) == datetime(
        2026, 2, 24, 18, tzinfo=ZONE
    )


def test_the_day_is_the_local_one_not_that_of_utc() -> None:
    late = datetime(2026, 11, 22, 17, tzinfo=UTC)  # Monday 01:00 in Shanghai
    assert local(PLAIN.add_workdays(late, 1)).date() == date(2026, 11, 24)


def test_a_local_day_overrides_the_national_one() -> None:
    here = Calendar(days={date(2026, 11, 23): False, date(2026, 11, 22): True})
    assert here.is_workday(date(2026, 11, 22))
    assert not here.is_workday(date(2026, 11, 23))


def test_working_time_has_a_noon() -> None:
    assert PLAIN.is_work_time(at_local(date(2026, 11, 23), time(12, 29)))
    assert not PLAIN.is_work_time(at_local(date(2026, 11, 23), time(13)))
    assert not PLAIN.is_work_time(at_local(date(2026, 11, 23), time(18)))


@given(moments, st.integers(1, 12))
def test_adding_working_days_never_lands_on_a_day_off(start: datetime, n: int) -> None:
    end = PLAIN.add_workdays(start, n)
    day, last = local(start).date(), local(end).date()
    assert PLAIN.is_workday(last)
    assert local(end).time() == PLAIN.closing
    between = [day + timedelta(days=i + 1) for i in range((last - day).days)]
    assert sum(PLAIN.is_workday(d) for d in between) == n


spans = st.lists(
    st.tuples(moments, st.integers(1, 20_000)).map(
        lambda p: (p[0], p[0] + timedelta(minutes=p[1]))
    ),
    max_size=6,
)


@given(spans)
def test_a_union_of_pauses_has_gaps_and_covers_the_same_time(
    pauses: list[Interval],
) -> None:
    joined = union(pauses)
    assert all(a[1] < b[0] for a, b in pairwise(joined))
    for start, end in pauses:
        assert any(a <= start and end <= b for a, b in joined)
    assert sum((b - a for a, b in joined), timedelta()) <= sum(
        (b - a for a, b in pauses), timedelta()
    )


@given(moments, st.integers(0, 10_000), spans)
def test_a_shifted_deadline_leaves_the_same_running_time(
    start: datetime, minutes: int, pauses: list[Interval]
) -> None:
    due = start + timedelta(minutes=minutes)
    moved = shift(start, due, pauses)
    stood = sum(
        (
            min(b, moved) - max(a, start)
            for a, b in union(pauses)
            if b > start and a < moved
        ),
        timedelta(),
    )
    assert moved - start - stood == due - start
    assert shift(start, due, [*pauses, *pauses]) == moved


def test_nested_pauses_count_once() -> None:
    start = datetime(2026, 11, 23, 0, tzinfo=UTC)
    day = timedelta(days=1)
    county = (start + day, start + 3 * day)
    street = (start + 2 * day, start + 4 * day)
    assert shift(start, start + 2 * day, [county, street]) == start + 5 * day


def test_typed_settings_become_values_and_read_well() -> None:
    assert values.parse("orders.verify_days", " 3 ") == 3
    hours = values.parse("calendar.hours", "9:30-13:00，15:30-18:30")
    assert hours == [["09:30", "13:00"], ["15:30", "18:30"]]
    assert values.shown("calendar.hours", hours) == "09:30–13:00、15:30–18:30"
    assert values.shown("calendar.weekdays", [0, 1, 2, 3, 4]) == "星期一至星期五"
    assert values.shown("orders.goods_limit_fen", 20000) == "200元"
    assert values.shown("orders.verify_days", 2) == "2个工作日"
    same = {
        "calendar.hours": hours, "calendar.weekdays": [0, 2], "orders.verify_days": 4,
        "orders.goods_limit_fen": 30050,
    }  # fmt: skip
    for key, value in same.items():
        assert values.parse(key, values.typed(key, value)) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("orders.verify_days", "0"),
        ("orders.verify_days", "两天"),
        ("orders.rate_threshold", "9"),
        ("calendar.hours", "18:00-09:00"),
        ("calendar.hours", "9点到6点"),
        ("calendar.weekdays", ""),
        ("nothing.known", "1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(key: str, text: str) -> None:
    with pytest.raises(Invalid):
        values.parse(key, text)


def test_search_keys_are_pairs_or_one_chinese_character() -> None:
    assert keys_of("森格社区") == ["森格", "格社", "社区"]
    assert keys_of("森") == ["森"]
    assert keys_of("s") == []


@pytest.mark.parametrize(
    ("text", "fen"), [("300", 30000), ("12.5", 1250), ("12.50元", 1250), (" 1 ", 100)]
)
def test_money_is_typed_in_yuan(text: str, fen: int) -> None:
    assert values.parse("orders.goods_limit_fen", text) == fen


@pytest.mark.parametrize("text", ["0", "0.5", "-3", "12.345", "二百", "", "1000000"])
def test_odd_sums_of_money_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        values.parse("orders.goods_limit_fen", text)


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("140000000000", "14"), ("540000", "54"), ("542500000000", "5425"),
        ("542523000000", "542523"), ("542523100000", "542523100"), ("542523000", "542523"),
        ("542523100001", "542523100001"), ("542510", "542510"), ("14", "14"), ("1400", "14"),
        ("x", "x"),
    ],
)  # fmt: skip
def test_zeros_that_fill_a_code_up_are_left_out(code: str, short: str) -> None:
    assert rules.short_code(code) == short
