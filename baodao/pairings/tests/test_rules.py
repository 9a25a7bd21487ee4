"""Rules of bonds without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Conflict, Invalid
from baodao.pairings import consents, plans, rules


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_a_consent_holds_for_one_year_whatever_the_day(day: date) -> None:
    until = rules.consent_until(day)
    assert timedelta(days=365) <= until - day <= timedelta(days=366)
    assert until - rules.renew_from(until) == timedelta(days=30)


def test_the_leap_day_ends_on_the_first_of_march() -> None:
    """domain 8.40."""
    assert rules.consent_until(date(2028, 2, 29)) == date(2029, 3, 1)


@given(st.sets(st.sampled_from(sorted(rules.FOCUS))))
def test_a_minor_decides_the_group(groups: set[str]) -> None:
    found = rules.main_focus(groups)
    assert found == "minor" if "minor" in groups else found in groups | {"other"}


@pytest.mark.parametrize(
    ("months", "fine"),
    [((), True), ((1, 2), True), ((13,), False), (tuple(range(1, 11)), False)],
)
def test_terms(months: tuple[int, ...], fine: bool) -> None:
    assert (rules.terms_problem(months) == "") is fine


@pytest.mark.req("L37")
def test_a_minor_is_never_visited_alone() -> None:
    assert rules.needs_adult("minor", second=False, guardian=False)
    assert not rules.needs_adult("minor", second=True, guardian=False)
    assert not rules.needs_adult("minor", second=False, guardian=True)
    assert not rules.needs_adult("elder", second=False, guardian=False)


def test_no_state_is_left_from_an_end() -> None:
    for state in ("ended", "declined"):
        assert rules.FLOW.events(state) == ()
    with pytest.raises(Conflict):
        rules.FLOW.step("proposed", "consent")


def test_a_consent_says_which_words_were_read() -> None:
    assert consents.digest("zh") != consents.digest("bo")
    assert len(consents.TEXT["zh"]) == len(consents.TEXT["bo"])


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        (plans.Given("spoken"), "witness"),
        (plans.Given("nod"), "way"),
        (plans.Given("written", "fr"), "language"),
        (plans.Given("written", given_on=date(2026, 11, 4)), "given_on"),
        (plans.Given("written", given_on=date(2026, 9, 1)), "given_on"),
        (plans.Given("written", by_proxy=True), "signer"),
        (plans.Given("written", by_proxy=True, signer="儿子13812345678"), "signer"),
    ],
)
def test_what_is_missing_in_a_consent_is_named(given_: plans.Given, field: str) -> None:
    with pytest.raises(Invalid) as error:
        plans.check_given(given_, focus="elder", day=date(2026, 11, 3))
    assert field in error.value.fields
