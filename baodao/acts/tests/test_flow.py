"""The flow table, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.acts.flow import Flow, State
from baodao.core.errors import Conflict
from baodao.orders.rules import ACTIONS, FLOW, OPEN, STATES


def test_a_flow_with_an_unnamed_or_unreachable_state_is_refused() -> None:
    states = {"a": State("甲"), "b": State("乙")}
    with pytest.raises(ValueError):
        Flow.of("x", states, [("", "make", "a")])
    with pytest.raises(ValueError):
        Flow.of("x", {"a": State("甲")}, [("", "make", "a"), ("a", "go", "c")])


def test_every_step_of_an_order_has_its_row_in_the_access_table() -> None:
    assert {step.event for step in FLOW.steps} <= set(ACTIONS)


def test_every_open_state_has_a_way_on_and_says_whose_turn_it_is() -> None:
    for state in OPEN:
        assert FLOW.events(state), state
        assert STATES[state].side and STATES[state].verb, state


@given(st.lists(st.sampled_from([s.event for s in FLOW.steps]), max_size=40))
def test_no_sequence_of_events_leaves_the_table(events: list[str]) -> None:
    state = ""
    for event in events:
        try:
            after = FLOW.step(state, event)
        except Conflict:
            assert event not in FLOW.events(state)
        else:
            assert (state, event, after) in FLOW.steps
            state = after
