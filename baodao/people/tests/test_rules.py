"""The rules of people, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from baodao.core.errors import Invalid
from baodao.people import checks, roles
from baodao.people.services.accounts import one_time_password

VALID = (
    "11540000MB00001A9Y", "111404030000000190", "125425000000000275",
    "91140403MA0T000115", "12140403MB000T0A1E", "91350100M000100Y43",
)  # fmt: skip


@pytest.mark.parametrize("code", VALID)
def test_valid_credit_codes_pass_in_any_writing(code: str) -> None:
    assert checks.credit_code(f" {code[:8].lower()} {code[8:]}") == code


def test_a_wrong_check_character_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        checks.credit_code("91350100M000100Y4Z")
    assert "字符" in refused.value.fields["uscc"]  # Z is no character of the code
    with pytest.raises(Invalid) as refused:
        checks.credit_code("91350100M000100Y44")
    assert "最后一位应是3" in refused.value.fields["uscc"]


@pytest.mark.parametrize("code", ["123", "9135 0100 M000 100Y", "91350100I000100Y43"])
def test_other_wrong_codes_are_refused_with_a_sentence(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        checks.credit_code(code)
    assert refused.value.fields["uscc"].endswith("。")


def test_a_credit_code_is_optional() -> None:
    assert checks.credit_code("  ") == ""


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_every_computed_code_is_accepted_and_every_other_end_is_not(body: str) -> None:
    right = uscc.calc_check_digit(body)
    for last in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if last == right:
            continue
        with pytest.raises(Invalid):
            checks.credit_code(body + last)
        break


def test_phones_lose_spaces_and_the_country_code() -> None:
    assert checks.phone("+86 138 8997 0312") == "13889970312"
    assert checks.phone("0897-2821234") == "08972821234"
    assert checks.phone("") == ""
    with pytest.raises(Invalid):
        checks.phone("12345")


def test_a_role_ends_within_five_years() -> None:
    start = date(2024, 2, 29)
    checks.period(start, date(2029, 3, 1), must_end=True)
    for end in (None, date(2029, 3, 2), start):
        with pytest.raises(Invalid):
            checks.period(start, end, must_end=True)


def test_nobody_gives_a_role_above_their_own() -> None:
    assert roles.may_give("county_org", "township_party")
    assert roles.may_give("community_secretary", "grid_worker")
    assert roles.may_give("unit_secretary", "unit_liaison")
    for giver, wanted in (
        ("county_org", "prefecture_org"),
        ("county_social_work", "county_org"),
        ("township_party", "county_org"),
        ("community_secretary", "community_secretary"),
        ("community_worker", "grid_worker"),
        ("unit_liaison", "unit_liaison"),
        ("member", "member"),
        ("county_org", "audit_admin"),
    ):
        assert not roles.may_give(giver, wanted), (giver, wanted)


def test_every_role_can_be_given_by_somebody_but_member() -> None:
    given_by_anyone = set().union(*roles.GIVES.values())
    assert given_by_anyone == set(roles.ROLES) - {"member"}


def test_the_three_administrators_are_three_people() -> None:
    assert roles.clash({"system_admin"}, "audit_admin") == "system_admin"
    assert roles.clash({"audit_admin", "member"}, "security_admin") == "audit_admin"
    assert roles.clash({"member"}, "audit_admin") == ""


def test_one_time_passwords_differ_and_avoid_lookalikes() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("01loiIO")
