"""When a document holds, its sums and its clauses, without a database."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.oversight.policies import rules

DAY = date(2026, 11, 16)
ONE = timedelta(days=1)


@pytest.mark.req("A04")
@given(st.integers(-9, 9), st.integers(0, 9), st.integers(-20, 20))
def test_two_versions_hand_over_without_a_gap_or_an_overlap(
    start: int, length: int, at: int
) -> None:
    first, second = DAY + start * ONE, DAY + (start + length) * ONE
    day = DAY + at * ONE
    old = rules.holds("superseded", first, second, day)
    new = rules.holds("published", second, None, day)
    assert not (old and new) and (old or new) == (day >= first)


def test_what_a_version_is_worth_is_said_in_words() -> None:
    later = DAY + 7 * ONE
    assert rules.standing("published", DAY, None, DAY)[1] == "现行"
    assert rules.standing("published", later, None, DAY)[1] == "待生效"
    assert (
        rules.standing("superseded", DAY - ONE, later, DAY)[1]
        == "现行，11月23日起被新版代替"
    )
    assert rules.standing("superseded", DAY - ONE, later, later)[1] == "已被新版代替"
    assert rules.standing("repealed", DAY - ONE, DAY, DAY)[1] == "已废止"
    assert not rules.holds("draft", DAY - ONE, None, DAY)


def test_clauses_are_counted_as_documents_count_them() -> None:
    said = {1: "第一条", 10: "第十条", 12: "第十二条", 20: "第二十条", 35: "第三十五条"}
    assert {n: rules.ordinal(n) for n in said} == said


@given(st.lists(st.text("abcdef", min_size=1), min_size=1, unique=True), st.data())
def test_moving_a_clause_loses_none(keys: list[str], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(keys))
    event = data.draw(st.sampled_from(["up", "down", "remove"]))
    after = rules.moved(keys, key, event)
    assert sorted(after) == sorted(k for k in keys if k != key or event != "remove")
    assert [k for k in after if k != key] == [k for k in keys if k != key]


def test_one_reminder_a_day_and_no_new_version_before_the_old_one() -> None:
    assert rules.may_remind(None, DAY) and rules.may_remind(DAY - ONE, DAY)
    assert not rules.may_remind(DAY, DAY)
    assert "不能更早" in rules.check_effective(DAY - ONE, DAY)
    assert rules.check_effective(DAY, DAY) == ""


@given(st.lists(st.sampled_from(sorted(rules.RECEIPT_STATES))))
def test_every_receipt_is_counted_once(states: list[str]) -> None:
    n = rules.sums(Counter(states))
    assert n["all"] == len(states) == n["waiting"] + n["read"] + n["released"]


def test_every_step_has_somebody_who_may_take_it() -> None:
    assert {s.event for s in rules.FLOW.steps} <= set(rules.POLICIES)
    assert {s.event for s in rules.RECEIPT_FLOW.steps} <= set(rules.RECEIPTS)
    assert {s.event for s in rules.LINK_FLOW.steps} <= set(rules.LINKS)
