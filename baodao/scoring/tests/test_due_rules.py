"""Rules of deductions and appeals, without a database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from baodao.acts.flow import Flow
from baodao.core.errors import Conflict, Invalid
from baodao.scoring import rules_appeals as appeals
from baodao.scoring import rules_deductions as deductions
from baodao.scoring import rules_evaluation
from baodao.scoring.queries_deductions import OTHER, words_of
from baodao.scoring.services.one_by_one import each_it_can, one_by_one

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.mark.req("L44")
def test_silence_decides_nothing_before_its_day() -> None:
    for state in deductions.STATES:
        early = deductions.may_post(state, LATER, False, NOW)
        said = deductions.may_post(state, LATER, True, NOW)
        over = deductions.may_post(state, NOW, False, LATER)
        open_ = state in deductions.OPEN
        assert (early, said, over) == (False, open_, open_)


@pytest.mark.req("L44")
def test_the_second_instance_never_takes_back_what_the_first_gave() -> None:
    weight = {"reverse": 0, "mend": 1, "restore": 2}
    firsts = ("not_admitted", "dismissed", "partly")
    for first, final in product(firsts, ("upheld", "final_dismissed")):
        alone = weight[appeals.outcome(first, "")]
        assert weight[appeals.outcome(first, final)] <= alone
    assert appeals.outcome("upheld", "") == "reverse"


def test_an_appeal_says_why_and_a_late_one_why_late() -> None:
    assert appeals.wrong_filing(["fact"], "去过", False, "") == {}
    assert set(appeals.wrong_filing([], " ", True, "")) == {"grounds", "text", "cause"}
    assert "grounds" in appeals.wrong_filing(["taste"], "去过", False, "")


def test_the_way_to_the_second_instance_is_open_for_its_days() -> None:
    assert appeals.second_open("dismissed", LATER, NOW)
    assert not appeals.second_open("dismissed", NOW, LATER)
    assert not appeals.second_open("upheld", LATER, NOW)
    assert not appeals.second_open("dismissed", None, NOW)


def test_a_further_month_is_a_month_of_the_calendar() -> None:
    found = list(deductions.months_after(date(2025, 12, 31), date(2026, 3, 31)))
    assert found == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert not list(deductions.months_after(date(2026, 1, 1), date(2026, 1, 31)))


def test_one_that_fails_stops_no_other_and_is_raised_at_the_end() -> None:
    done = []
    with pytest.raises(ZeroDivisionError):
        one_by_one([1, 0, 2], lambda n: done.append(1 / n))
    assert done == [1, 0.5]


def test_nobody_hears_what_they_took_part_in() -> None:
    parts = {"proposed_by", "decided_by", "about_person"}
    for event in (*appeals.DECISIONS, "admit", "not_admit"):
        assert parts <= set(appeals.CONFLICTS[event])
    assert "first_by" in appeals.CONFLICTS["final_uphold"]
    assert set(deductions.CONFLICTS["decide_post"]) == {"proposed_by", "about_person"}


@pytest.mark.parametrize(
    ("flow", "actions"),
    [
        (deductions.FLOW, deductions.DEDUCTIONS),
        (appeals.FLOW, appeals.APPEALS),
        (rules_evaluation.FLOW, rules_evaluation.EVALUATIONS),
    ],
)
def test_every_event_of_a_story_has_words(
    flow: Flow, actions: Mapping[str, Any]
) -> None:
    events = {step.event for step in flow.steps} | set(actions)
    for event in events - {"view", "figures"}:
        title, icon = words_of(f"{flow.name}.{event}")
        assert title != OTHER and icon, event
    assert words_of(f"{flow.name}.nothing")[0] == OTHER


def test_what_is_wrong_with_one_keeps_no_other_and_what_was_sent_wrong_is_raised() -> (
    None
):
    def do(n: int) -> None:
        if n == 2:
            raise Conflict("现在不行。")
        if n > 3:
            raise Invalid(fields={"reason": "请写理由。"})

    assert each_it_can([1, 2, 3], do, str) == (2, ["2：现在不行。"])
    with pytest.raises(Invalid):
        each_it_can([4, 5], do, str)
