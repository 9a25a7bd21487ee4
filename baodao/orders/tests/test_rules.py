"""Deadlines, channel and wording of orders, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.clock import local
from baodao.orders import rules
from baodao.places.calendars import Calendar
from baodao.places.settings import KEYS
from baodao.records.rules import counted_minutes, day_shares

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
    for state in ("closed", "rejected", "merged", "withdrawn"):
        assert rules.due(state, "normal", MONDAY, CALENDAR, SETTINGS) is None


@given(
    st.sampled_from(rules.OPEN),
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
    if state in rules.ENDED:  # what comes after the service has its own time
        assert due and due > now
    else:
        assert due and due <= overall


def test_an_urgent_order_that_is_late_stays_late_at_every_step() -> None:
    """Placed at night, given out in the morning: the two hours were over already."""
    night = datetime(2026, 11, 25, 20, 41, tzinfo=UTC)  # Thursday, 04:41 local
    overall = rules.overall_due("life_safety", night, SETTINGS)
    now = night + timedelta(hours=2, minutes=20)
    for state in ("verified", "published", "dispatched", "unit_accepted", "in_service"):
        assert rules.due(state, "life_safety", now, CALENDAR, SETTINGS, overall) == (
            night + timedelta(hours=2)
        )


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


def _counted(minutes: int, rest: int = 0, taken: dict[date, int] | None = None) -> int:
    end = MONDAY + timedelta(minutes=minutes)
    return counted_minutes(MONDAY, end, rest, SETTINGS, taken)


def test_minutes_leave_out_breaks_and_count_in_half_hours() -> None:
    assert [_counted(90), _counted(90, 15), _counted(29), _counted(119, 30)] == [
        90, 60, 0, 60,
    ]  # fmt: skip


def test_a_day_counts_eight_hours_over_all_services_of_a_person() -> None:
    day = local(MONDAY).date()
    assert _counted(11 * 60) == 480
    assert _counted(120, taken={day: 420}) == 60
    assert _counted(120, taken={day: 480}) == 0
    assert _counted(120, taken={day - timedelta(days=1): 480}) == 120


def test_a_night_is_split_at_midnight() -> None:
    start = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00 local
    end = start + timedelta(hours=12)
    assert list(day_shares(start, end).values()) == [120, 600]
    assert counted_minutes(start, end, 0, SETTINGS) == 120 + 480


@given(st.integers(1, 1440), st.integers(0, 120), st.integers(0, 600))
def test_what_counts_is_never_more_than_what_was_served_or_is_left(
    minutes: int, rest: int, taken: int
) -> None:
    found = _counted(minutes, rest, {local(MONDAY).date(): taken})
    assert 0 <= found <= max(0, minutes - rest) and found % 30 == 0
    later = max(0, minutes - 14 * 60)  # after midnight
    assert found <= max(0, 480 - taken) + later


def _called(*days: tuple[int, int]) -> dict[str, Any]:
    """Calls on (day, hour) after Monday, done on Monday."""
    at = [MONDAY + timedelta(days=d, hours=h) for d, h in days]
    return {
        "calls": len(at), "first_call_at": at[0] if at else None,
        "last_call_at": at[-1] if at else None, "due_at": MONDAY + timedelta(days=7),
    }  # fmt: skip


def test_nobody_is_unreachable_in_a_moment() -> None:
    def begin(*days: tuple[int, int]) -> datetime | None:
        return rules.unreachable_from(_called(*days), SETTINGS)

    assert begin() is None and begin((1, 0), (2, 0)) is None
    assert begin((1, 0), (1, 4), (1, 7)) is None  # all on one day
    assert begin((1, 0), (1, 4), (2, 0)) == MONDAY + timedelta(days=7)
    assert begin((1, 0), (3, 4), (9, 0)) == MONDAY + timedelta(days=9)


def test_what_goes_back_goes_to_whoever_had_it() -> None:
    served = {"state": "closed", "result": "solved", "unit_id": 1, "member_id": 2}
    answered = {**served, "result": "cannot", "unit_id": None, "member_id": None}
    silent = {**served, "result": "no_answer"}
    assert rules.fits("reopen", served) and not rules.fits("ask_again", served)
    assert rules.fits("ask_again", answered) and not rules.fits("reopen", answered)
    assert rules.fits("confirm", silent) and not rules.fits("confirm", served)
    claimed = {**served, "state": "in_service", "unit_id": None}
    assert rules.fits("release", claimed) and not rules.fits("hand_back", claimed)


def test_nobody_is_trapped_in_a_state() -> None:
    """Whoever holds an order may give it back, and staff may take it back."""
    for state in rules.HELD:
        events = set(rules.FLOW.events(state))
        assert "recall" in events, state
        assert events & {"return", "hand_back", "release", "cannot_do"}, state
    for state in rules.OPEN:
        assert rules.FLOW.events(state), state


def test_every_state_has_its_place_in_the_strip_or_is_a_side_exit() -> None:
    ended = {"rejected", "merged", "withdrawn", "transferred"}
    assert set(rules.STRIP_AT) == set(rules.STATES) - ended
