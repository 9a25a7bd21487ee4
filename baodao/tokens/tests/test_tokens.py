"""Tokens: one person, one role, until a day; and what is kept of them in memory."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, get_resolver

from baodao.acts.models import Event
from baodao.core.clock import now, today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid7
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, place
from baodao.people.middleware import actors_of, key_of
from baodao.people.models import RoleTie
from baodao.people.services import disable_account, end_role
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.tokens import services as s
from baodao.tokens.middleware import PREFIX, _routes, resolve
from baodao.tokens.models import ApiToken

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def token_of(w: World, key: str, **given: Any) -> str:
    account = w.accounts[key]
    role = key_of(actors_of(account)[0])
    actor = w.actors[key]
    return s.make_token(
        actor=actor, account=account, role_key=role, name="试用", **given
    )[1]


def call(token: str, path: str, body: Any = None, **headers: str) -> Any:
    """GET, or POST with a body, by token alone."""
    given = {"HTTP_AUTHORIZATION": f"Bearer {token}", **headers}
    if body is None:
        return Client().get(f"/api/v1{path}", **given)  # type: ignore[arg-type]
    return Client().post(
        f"/api/v1{path}",
        body,
        content_type="application/json",
        **given,  # type: ignore[arg-type]
    )


def test_a_token_acts_as_its_person_in_its_role(w: World) -> None:
    order = place(w)
    token = token_of(w, "community_worker")
    body = {"title": "楼道灯坏了", "category": "repair", "seen_how": "phone"}
    answer = call(token, f"/orders/{order.id}/acts/verify", body)
    assert answer.status_code == 200 and answer.json()["state"] == "verified"
    event = Event.objects.get(pk=answer.json()["event_id"])
    assert event.actor_account == w.accounts["community_worker"].id
    assert event.actor_role == "community_worker"
    assert event.request_id == answer["X-Request-Id"]


def test_nobody_makes_a_token_for_somebody_else(w: World) -> None:
    account = w.accounts["community_worker"]
    role = key_of(actors_of(account)[0])
    for other in ("grid_worker", "system_admin", "security_admin", "county_org"):
        with pytest.raises((NotFound, Forbidden)):
            s.make_token(
                actor=w.actors[other], account=account, role_key=role, name="试用"
            )
    with pytest.raises(Invalid, match="没有这个角色"):
        s.make_token(
            actor=w.actors["community_worker"], account=account, role_key="member",
            name="试用",
        )  # fmt: skip
    with pytest.raises(Invalid, match="366"):
        token_of(w, "community_worker", days=1000)
    assert not ApiToken.objects.exists()


def test_the_token_itself_is_kept_nowhere(w: World) -> None:
    token = token_of(w, "community_worker")
    row = ApiToken.objects.get()
    assert token not in str(vars(row)) and row.hint == token[-4:]
    assert token not in str([e.data for e in Event.objects.all()])


@pytest.mark.parametrize("method", ["read", "act"])
@pytest.mark.parametrize("end", ["revoked", "expired", "role", "account"])
def test_what_ends_a_token_ends_it_at_once(w: World, method: str, end: str) -> None:
    """Although the actor is kept in memory: reads ask, acts are judged."""
    order = order_in("submitted", w)
    token = token_of(w, "community_worker")
    assert call(token, "/orders").status_code == 200  # now it is kept
    tie = RoleTie.objects.get(
        role="community_worker", person=w.people["community_worker"]
    )
    if end == "revoked":
        row = ApiToken.objects.get()
        s.revoke_token(actor=w.actors["security_admin"], token_id=row.id)
        with pytest.raises(Conflict):
            s.revoke_token(actor=w.actors["security_admin"], token_id=row.id)
    elif end == "expired":
        ApiToken.objects.update(valid_to=now() - timedelta(minutes=1))
    elif end == "role":
        end_role(actor=w.actors["community_secretary"], tie_id=tie.id, on=today())
    else:
        disable_account(
            actor=w.actors["system_admin"], account_id=w.accounts["community_worker"].id
        )
    if method == "read":
        answer = call(token, "/orders")
    else:
        answer = call(token, f"/orders/{order.id}/acts/call", {})
    assert answer.status_code == 401 and answer.json()["code"] == "unauthorized"
    assert Order.objects.get(pk=order.pk).version == order.version


def test_a_changed_setting_holds_for_the_next_act(w: World) -> None:
    """The calendar and the settings are kept too; the act reads with them."""
    token = token_of(w, "community_worker")
    verify = {"title": "楼道灯坏了", "category": "repair", "seen_how": "phone"}
    dues = []
    for days in ("1", "9"):
        set_setting(
            actor=w.actors["county_org"], path=w.places.district.path,
            key="orders.publish_days", value=days, reason="试行",
        )  # fmt: skip
        order = place(w)
        call(token, f"/orders/{order.id}/acts/verify", verify)
        dues.append(Order.objects.get(pk=order.pk).due_at)
    assert dues[0] and dues[1] and dues[1] - dues[0] >= timedelta(days=8)


@pytest.mark.parametrize("token", ["bd_wrong", "nothing", "bd_" + "x" * 200, ""])
def test_a_wrong_token_is_a_401_in_words(w: World, token: str) -> None:
    answer = call(token, "/orders")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "令牌" in answer.json()["detail"]


def test_the_short_way_finds_what_the_long_way_finds() -> None:
    """Routes are kept by the shape of the address; whose id it is must not stick."""
    for route in _routes().url_patterns:
        for _ in range(2):
            path = re.sub("<.*?>", lambda _: str(uuid7()), str(route.pattern))
            match = get_resolver().resolve(f"/{PREFIX}{path}")
            assert resolve(f"{PREFIX}{path}") == (match.func, match.kwargs)
    for path in ("orders/1", "orders/00000000/acts/verify", "nothing"):
        with pytest.raises(Resolver404):
            resolve(f"{PREFIX}{path}")
