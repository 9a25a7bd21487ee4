"""Lateness, months, overlaps and the flows, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.activities import rules
from baodao.core.errors import Conflict

ENDED = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
INSTANTS = st.integers(0, 700 * 24 * 60).map(lambda n: ENDED + timedelta(minutes=n))


@pytest.mark.req("A16")
@pytest.mark.parametrize(
    ("days", "how_late"),
    [(0, ""), (7, ""), (8, "late"), (30, "late"), (31, "backfill")],
)
def test_edge_case_23_a_list_is_late_after_a_week_and_marked_after_a_month(
    days: int, how_late: str
) -> None:
    assert rules.lateness(ENDED, ENDED + timedelta(days=days)) == how_late


def test_only_a_late_list_needs_the_secretary() -> None:
    assert not rules.secretary_only("", "community_worker")
    assert rules.secretary_only("late", "community_worker")
    assert not rules.secretary_only("backfill", "community_secretary")
    assert not rules.secretary_only("backfill", "township_party")


@given(INSTANTS, INSTANTS, st.integers(1, 600), st.integers(1, 600))
def test_edge_case_25_overlap_is_mutual_and_touching_is_none(
    a: datetime, b: datetime, n: int, m: int
) -> None:
    one, other = (a, a + timedelta(minutes=n)), (b, b + timedelta(minutes=m))
    assert rules.overlaps(one, other) == rules.overlaps(other, one)
    assert not rules.overlaps(one, (one[1], one[1] + timedelta(minutes=m)))
    assert rules.overlaps(one, one)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_months_follow_each_other_without_a_gap(day: date) -> None:
    first, last = rules.month(day)
    assert first <= day <= last and first.day == 1
    assert last + timedelta(days=1) == rules.next_month(day)
    assert rules.month_key(first) == rules.month_key(last) == rules.month_key(day)


def test_what_is_confirmed_is_not_cancelled_and_a_draft_not_confirmed() -> None:
    for state, event in (("confirmed", "cancel"), ("draft", "confirm"),
                         ("archived", "correct"), ("cancelled", "publish")):  # fmt: skip
        with pytest.raises(Conflict):
            rules.FLOW.step(state, event)


def test_every_mark_of_a_list_is_an_act_that_leads_there() -> None:
    for state, event in rules.MARKS.items():
        assert rules.PART_FLOW.only_target(event) == state
