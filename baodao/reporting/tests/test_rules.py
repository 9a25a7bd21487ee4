"""Flow, deadlines and places, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Conflict, Invalid
from baodao.places.calendars import Calendar
from baodao.reporting import plans, rules

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
SETTINGS = {
    "reporting.accept_days": 3,
    "reporting.reconfirm_days": 183,
    "reporting.deadline_days": 30,
}
CTX = plans.Context(AT, Calendar(), SETTINGS)


def test_the_flow_has_no_state_without_a_way_out_but_the_last() -> None:
    for state in rules.STATES:
        assert bool(rules.FLOW.events(state)) == (state != "ended")


@pytest.mark.req("L17")
@given(
    st.lists(st.sampled_from(sorted({s.event for s in rules.FLOW.steps})), max_size=20)
)
def test_nothing_is_live_that_no_community_accepted(events: list[str]) -> None:
    state, was_accepted = "submitted", False
    for event in events:
        try:
            state = rules.FLOW.step(state, event)
        except Conflict:
            continue
        was_accepted |= event == "accept"
        assert state not in rules.LIVE or was_accepted


def test_the_community_has_three_working_days() -> None:
    assert rules.accept_due(AT, Calendar(), SETTINGS) == datetime(
        2026, 11, 26, 10, tzinfo=UTC
    )
    friday = AT + timedelta(days=4)
    assert rules.accept_due(friday, Calendar(), SETTINGS).date() == date(2026, 12, 2)


def test_the_next_confirmation_is_half_a_year_away() -> None:
    assert rules.reconfirm_due(date(2026, 11, 23), SETTINGS) == date(2027, 5, 25)


@pytest.mark.req("A09")
@pytest.mark.parametrize(
    ("channel", "level", "kind", "point", "tied", "fine"),
    [
        ("residence", 5, "neighbourhood", False, False, True),
        ("residence", 5, "virtual", False, False, False),
        ("residence", 6, "", True, True, False),
        ("residence", 4, "town", False, False, False),
        ("unit", 5, "village", True, True, True),
        ("unit", 6, "", True, True, True),
        ("unit", 5, "village", True, False, False),
        ("unit", 5, "village", False, True, False),
        ("unit", 7, "", False, True, False),
    ],
)
def test_one_reports_in_at_communities_and_contact_points_only(
    channel: str, level: int, kind: str, point: bool, tied: bool, fine: bool
) -> None:
    problem = rules.place_problem(
        channel, level, kind, is_contact_point=point, is_tied=tied
    )
    assert (problem == "") is fine


@pytest.mark.req("L05")
def test_a_unit_names_head_and_liaison_and_keeps_private_numbers_out() -> None:
    with pytest.raises(Invalid) as missing:
        plans.check(plans.Statement(), is_unit=True)
    assert set(missing.value.fields) == {"head_name", "liaison_name"}
    said = plans.Statement("甲", "乙", 3, (plans.Item("need", "找 13800000000"),))
    with pytest.raises(Invalid) as private:
        plans.check(said, is_unit=True)
    assert "手机号" in private.value.fields["items"]


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(Invalid):
        plans.check(plans.Statement(skills=("magic",)), is_unit=False)


def test_a_return_needs_reason_and_sentence() -> None:
    row = {"subject_unit_id": None}
    for reason, note in (("", "写了"), ("wrong_community", " ")):
        with pytest.raises(Invalid):
            plans.send_back(row, CTX, reason=reason, note=note)


def test_nobody_confirms_twice_a_day() -> None:
    row = {"confirmed_on": CTX.day, "reconfirm_due": CTX.day}
    with pytest.raises(Conflict):
        plans.reconfirm(row, CTX)
