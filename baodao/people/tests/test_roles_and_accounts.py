from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.people import services
from baodao.people.auth import PhoneOrNameBackend
from baodao.people.middleware import actors_of
from baodao.people.models import (
    Account,
)
from baodao.people.tests.make import PASSWORD, World, uid, world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def role_fields(w: World, **changes: Any) -> dict[str, Any]:
    fields = {
        "person_id": w.people["neighbour"].id, "role": "grid_worker",
        "place_id": w.places.second_grid.id, "valid_to": today() + 365 * DAY,
    }  # fmt: skip
    return fields | changes


def test_a_role_is_given_with_dates_and_works_at_once(w: World) -> None:
    services.give_role(actor=w.actors["community_secretary"], **role_fields(w))
    held = actors_of(w.accounts["neighbour"])
    assert [(a.role, a.path) for a in held] == [
        ("grid_worker", w.places.second_grid.path), ("member", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("giver", "changes", "error"),
    [
        (
            "community_secretary",
            {"role": "township_party", "place_id": "street"},
            NotFound,
        ),
        ("community_secretary", {"place_id": "other_grid"}, NotFound),
        (
            "community_secretary",
            {"role": "community_secretary", "place_id": "community"},
            Forbidden,
        ),
        ("community_worker", {}, Forbidden),
        ("grid_worker", {}, NotFound),
        ("county_org", {"role": "prefecture_org", "place_id": "prefecture"}, NotFound),
        ("county_org", {"place_id": "community"}, Invalid),
        ("county_org", {"role": "member"}, Invalid),
        ("county_org", {"valid_to": None}, Invalid),
        ("county_org", {"valid_to": date(2040, 1, 1)}, Invalid),
        ("county_org", {"role": "unit_secretary"}, Invalid),
        ("member", {"role": "unit_liaison", "unit_id": "unit"}, NotFound),
    ],
)
def test_roles_are_refused(w: World, giver: str, changes: Any, error: Any) -> None:
    for key in ("place_id", "unit_id"):
        if isinstance(changes.get(key), str):
            kind = w.places if key == "place_id" else w.units
            changes = changes | {key: getattr(kind, changes[key]).id}
    with pytest.raises(error):
        services.give_role(actor=w.actors[giver], **role_fields(w, **changes))


def test_nobody_gives_or_ends_their_own_role(w: World) -> None:
    county = w.actors["county_org"]
    with pytest.raises(Forbidden):
        services.give_role(actor=county, **role_fields(w, person_id=county.person_id))
    with pytest.raises(Forbidden):
        services.end_role(actor=county, tie_id=uid("role:county_org"))
    with pytest.raises(NotFound):
        services.end_role(
            actor=w.actors["community_secretary"],
            tie_id=uid("role:township_party"),
        )


def test_the_administrators_stay_apart(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        services.give_role(
            actor=w.actors["security_admin"], person_id=w.people["system_admin"].id,
            role="audit_admin", valid_to=today() + DAY,
        )  # fmt: skip
    assert "不能是同一个人" in refused.value.fields["role"]


def test_a_role_that_ends_no_longer_acts(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    services.end_role(actor=secretary, tie_id=uid("role:unit_liaison"))
    assert actors_of(w.accounts["unit_liaison"]) == []
    with pytest.raises(Invalid):
        services.end_role(actor=secretary, tie_id=uid("role:unit_liaison"))


def test_the_same_role_is_not_given_twice(w: World) -> None:
    actor = w.actors["community_secretary"]
    services.give_role(actor=actor, **role_fields(w))
    with pytest.raises(Invalid):
        services.give_role(actor=actor, **role_fields(w))


def test_an_account_is_opened_with_a_password_shown_once(w: World) -> None:
    actor = w.actors["community_secretary"]
    person = services.add_person(actor=actor, name="阿旺", path=w.places.community.path)
    done, password = services.open_account(
        actor=actor, person_id=person.id, username="Awang"
    )
    account = Account.objects.get(pk=done.id)
    assert account.must_change_password and password not in account.password
    assert PhoneOrNameBackend().authenticate(None, "awang", password) == account
    with pytest.raises(Invalid):
        services.open_account(actor=actor, person_id=person.id, username="awang2")
    other = services.add_person(actor=actor, name="阿旺", path=w.places.community.path)
    for name in ("awang", "汉字", "a"):
        with pytest.raises(Invalid):
            services.open_account(actor=actor, person_id=other.id, username=name)


def test_nobody_resets_the_account_of_somebody_above(w: World) -> None:
    services.give_role(
        actor=w.actors["prefecture_org"], person_id=w.people["community_worker"].id,
        role="county_org", place_id=w.places.district.id, valid_to=today() + DAY,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        services.reset_password(
            actor=w.actors["community_secretary"],
            account_id=w.accounts["community_worker"].id,
        )
    services.reset_password(
        actor=w.actors["prefecture_org"], account_id=w.accounts["community_worker"].id
    )
    with pytest.raises(NotFound):
        services.reset_password(
            actor=w.actors["outsider"], account_id=w.accounts["community_worker"].id
        )


def test_a_disabled_account_is_out_at_once(w: World) -> None:
    actor, account = w.actors["unit_secretary"], w.accounts["unit_liaison"]
    services.disable_account(actor=actor, account_id=account.id)
    assert PhoneOrNameBackend().get_user(account.id) is None
    services.enable_account(actor=actor, account_id=account.id)
    assert PhoneOrNameBackend().get_user(account.id) == account
    with pytest.raises(Forbidden):
        services.disable_account(
            actor=actor, account_id=w.accounts["unit_secretary"].id
        )


def test_ones_own_password_is_changed_with_the_old_one(w: World) -> None:
    actor = w.actors["grid_worker"]
    for old, new in (("wrong", "新的密码-2027-abc"), (PASSWORD, "short"), (PASSWORD, PASSWORD),
                     (PASSWORD, "1234567890123")):  # fmt: skip
        with pytest.raises(Invalid):
            services.change_own_password(actor=actor, old=old, new=new)
    services.change_own_password(actor=actor, old=PASSWORD, new="新的密码-2027-abc")
    assert PhoneOrNameBackend().authenticate(None, "grid_worker", "新的密码-2027-abc")
