"""The clock: states, wording boundaries, never negative."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from baodao.ui.clock import clock

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
H = timedelta(hours=1)


def test_plenty_of_time_is_go() -> None:
    c = clock(NOON, NOON - 10 * H, NOON + 42 * H, whose="轮到您：核实")
    assert (c.state, c.text, c.whose) == ("go", "剩 1 天 18 小时", "轮到您：核实")


def test_three_quarters_used_is_soon() -> None:
    later = NOON + 25 * H
    assert clock(NOON, later - 100 * H, later).state == "soon"
    assert clock(NOON, later - 99 * H, later).state == "go"


def test_due_today_is_soon_however_little_is_used() -> None:
    c = clock(NOON, NOON, NOON + timedelta(hours=3, minutes=20))
    assert (c.state, c.text) == ("soon", "剩 3 小时 20 分")


def test_today_is_the_day_in_beijing() -> None:
    assert clock(NOON, NOON, NOON + 12 * H).state == "go"  # midnight there
    assert clock(NOON, NOON, NOON + 12 * H - timedelta(minutes=1)).state == "soon"


def test_the_due_minute_itself_is_not_late() -> None:
    assert clock(NOON, NOON - H, NOON).text == "剩不到 1 分钟"
    assert clock(NOON + timedelta(seconds=1), NOON - H, NOON).text == "超时 1 分钟"


def test_late_says_by_how_much() -> None:
    c = clock(NOON, NOON - 60 * H, NOON - 28 * H)
    assert (c.state, c.share, c.text) == ("late", 1.0, "超时 1 天 4 小时")


def test_a_pause_says_why_and_when_it_goes_on() -> None:
    until = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    c = clock(NOON, NOON - H, NOON - H, until, note="居民外出")
    assert (c.state, c.text, c.note) == ("pause", "时限暂停", "居民外出，12月2日续计")
    assert clock(NOON, NOON - H, NOON + H, paused=True, note="封路").note == "封路"


def test_a_pause_that_has_ended_counts_again() -> None:
    assert clock(NOON, NOON - 2 * H, NOON - H, NOON - H).state == "late"


def test_done_and_open_ended() -> None:
    assert clock(NOON, NOON, NOON - H, done=True).state == "ok"
    assert clock(NOON, NOON, None).text == "不限时"


times = st.integers(0, 15 * 366 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(times, times, times)
def test_share_stays_in_the_ring_and_text_is_never_negative(
    now: datetime, start: datetime, due: datetime
) -> None:
    c = clock(now, start, due)
    assert 0.0 <= c.share <= 1.0
    assert "-" not in c.text
    assert (c.state == "late") == (now > due)
