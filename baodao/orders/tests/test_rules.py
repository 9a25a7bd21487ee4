"""Deadlines, channel and wording of orders, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.clock import local
from baodao.orders import rules
from baodao.orders.plans import Stretch
from baodao.places.calendars import Calendar
from baodao.places.settings import KEYS

SETTINGS = {key: row.default for key, row in KEYS.items()}
CALENDAR = Calendar()
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 local


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("submitted", "2026-11-25 18:00"),  # 2 working days
        ("verified", "2026-11-24 18:00"),  # 1
        ("dispatched", "2026-11-25 18:00"),  # 2
        ("assigned", "2026-11-24 18:00"),  # 1
        ("in_service", "2026-11-30 10:00"),  # 7 days
        ("done_reported", "2026-11-30 10:00"),  # 7 days
        ("confirmed", "2026-12-08 10:00"),  # 15 days
        ("published", "2027-01-22 10:00"),  # 60 days
    ],
)
def test_each_step_has_the_deadline_of_the_table(state: str, expected: str) -> None:
    due = rules.due(state, "normal", MONDAY, CALENDAR, SETTINGS)
    assert due and f"{local(due):%Y-%m-%d %H:%M}" == expected


def test_nobody_waits_when_an_order_has_ended() -> None:
    for state in ("closed", "rejected", "merged", "withdrawn", "transferred"):
        assert rules.due(state, "normal", MONDAY, CALENDAR, SETTINGS) is None


@given(
    st.sampled_from(
        [s for s in rules.OPEN if s not in ("published", "done_reported", "confirmed")]
    ),
    st.sampled_from(["life_safety", "urgent"]),
    st.integers(0, 23 * 60),
)
def test_no_step_of_an_urgent_order_outlives_its_whole_time(
    state: str, urgency: str, minutes: int
) -> None:
    overall = rules.overall_due(urgency, MONDAY, SETTINGS)
    assert overall
    now = MONDAY + timedelta(minutes=minutes)
    due = rules.due(state, urgency, now, CALENDAR, SETTINGS, overall)
    assert due and due > now
    if now < overall:
        assert due <= overall


def test_spring_festival_and_its_make_up_saturday_count_as_the_state_council_says() -> (
    None
):
    friday = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
    due = rules.due("verified", "normal", friday, CALENDAR, SETTINGS)
    assert due and f"{local(due):%m-%d}" == "02-14"  # a Saturday on which people work


@pytest.mark.parametrize(
    ("path", "residence", "dispatched", "expected"),
    [
        ("54/25/23/100/001/G003/", "54/25/23/100/001/", False, "residence"),
        ("54/25/23/100/001/G003/", "54/25/23/100/001/", True, "unit"),
        ("54/25/23/100/002/", "54/25/23/100/001/", False, "unit"),
        ("54/25/23/100/001/", None, False, "unit"),
    ],
)
def test_the_channel_of_a_service(
    path: str, residence: str | None, dispatched: bool, expected: str
) -> None:
    assert rules.channel(path, residence, dispatched) == expected


def test_minutes_leave_out_breaks_and_stop_at_eight_hours() -> None:
    from uuid import uuid4

    who = uuid4()
    assert Stretch(who, None, MONDAY, MONDAY + timedelta(minutes=90), 15).minutes == 75
    assert Stretch(who, None, MONDAY, MONDAY + timedelta(hours=11)).minutes == 480


def test_every_state_has_its_place_in_the_strip_or_is_a_side_exit() -> None:
    ended = {"rejected", "merged", "withdrawn", "transferred"}
    assert set(rules.STRIP_AT) == set(rules.STATES) - ended
