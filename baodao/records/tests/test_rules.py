"""What a service of so many hours counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.clock import local
from baodao.records.rules import day_shares

MOMENTS = st.integers(0, 365 * 86_400).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n)
)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_edge_case_24_the_days_together_are_the_whole_minutes(
    start: datetime, span: timedelta
) -> None:
    shares = day_shares(start, start + span)
    assert sum(shares.values()) == span // timedelta(minutes=1)
    assert all(n >= 0 for n in shares.values())
    assert list(shares) == sorted(shares) and (
        not span or min(shares) == local(start).date()
    )


@pytest.mark.req("A16")
def test_edge_case_24_no_minute_is_lost_to_a_midnight_within_it() -> None:
    start = datetime(2026, 3, 1, 15, 29, 30, tzinfo=UTC)  # 23:29:30 in Shanghai
    shares = day_shares(start, start + timedelta(hours=2))
    assert shares == {date(2026, 3, 1): 30, date(2026, 3, 2): 90}
