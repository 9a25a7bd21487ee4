"""Sums and tables of directives, without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.oversight import rules

DAY = date(2026, 11, 16)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(sorted(rules.ITEM_STATES)),
        st.integers(-30, 30).map(lambda n: DAY + timedelta(days=n)),
    )
)


@pytest.mark.req("A28")
@given(ROWS)
def test_every_item_is_counted_once_and_what_is_late_beside(
    rows: list[tuple[str, date]],
) -> None:
    n = rules.sums(rows, DAY)
    parts = ("unreceived", "doing", "reported", "accepted", "released")
    assert n["all"] == len(rows) == sum(n[p] for p in parts)
    assert n["late"] <= n["unreceived"] + n["doing"]


def test_every_step_has_somebody_who_may_take_it() -> None:
    assert {s.event for s in rules.FLOW.steps} <= set(rules.DIRECTIVES)
    assert {s.event for s in rules.ITEM_FLOW.steps} <= set(rules.ITEMS)
    assert set(rules.BELOW) == set(rules.ISSUERS)


def test_a_deadline_is_ahead_and_not_after_that_of_the_level_above() -> None:
    assert "今天以后" in rules.check_due(DAY, DAY)
    until = DAY + timedelta(days=7)
    assert "不能更晚" in rules.check_due(until + timedelta(days=1), DAY, until)
    assert rules.check_due(until, DAY, until) == ""


def test_desks_are_named_as_people_name_them() -> None:
    assert rules.issuer_name("county_org", "噶尔县") == "噶尔县委组织部"
    assert rules.issuer_name("prefecture_org", "阿里地区") == "阿里地委组织部"
    assert rules.issuer_name("township_party", "狮泉河镇") == "狮泉河镇党委"
    assert rules.issuer_name("township_party", "莲花池街道") == "莲花池街道党工委"


def test_what_waits_for_the_issuer_is_not_late() -> None:
    past = DAY - timedelta(days=1)
    assert rules.overdue("sent", past, DAY) and rules.overdue("received", past, DAY)
    assert not rules.overdue("reported", past, DAY)
    assert not rules.overdue("received", DAY, DAY)
