"""Signing in and out, the first run, roles, one's own account."""

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from baodao.people.models import Account, RoleTie
from baodao.people.roles import ROLES
from baodao.people.tests.make import PASSWORD, SINCE, World, uid, world
from baodao.platform.prepare import invite
from baodao.portal import setup
from baodao.portal.demo.accounts import DEMO_ACCOUNTS

pytestmark = pytest.mark.django_db
SIGN_IN, DESK = reverse("portal:sign_in"), reverse("portal:desk")


@pytest.fixture
def w() -> World:
    return world()


def text(response: Any) -> str:
    return str(response.content.decode())


def enter(client: Client, password: str = PASSWORD, **data: str) -> Any:
    return client.post(
        SIGN_IN, {"username": "community_worker", "password": password, **data}
    )


# --- sign in --------------------------------------------------------------------


def test_signing_in_by_name_or_phone_opens_the_desk(w: World) -> None:
    client = Client()
    assert enter(client)["Location"] == "/desk/"
    assert client.get(DESK)["Location"] == reverse("orders:list")
    phone = w.people["community_worker"].phone
    assert enter(Client(), username=phone)["Location"] == "/desk/"


def test_a_wrong_password_says_how_many_tries_are_left_then_waits(w: World) -> None:
    client = Client()
    for left in (4, 3, 2, 1):
        response = enter(client, "wrong")
        assert response.status_code == 422
        assert f"手机号和密码对不上。请再输一次，还可试 {left} 次。" in text(response)
    assert "先停 15 分钟" in text(enter(client, "wrong"))
    response = enter(client)
    assert response.status_code == 429 and "先停 15 分钟" in text(response)


def test_an_unknown_name_is_answered_like_a_wrong_password(w: World) -> None:
    assert "手机号和密码对不上" in text(enter(Client(), username="nobody"))


def test_the_way_back_stays_on_this_site(w: World) -> None:
    assert enter(Client(), next="/messages/")["Location"] == "/messages/"
    assert enter(Client(), next="https://evil.example/")["Location"] == "/desk/"
    assert enter(Client(), next="//evil.example/")["Location"] == "/desk/"


def test_a_disabled_account_stays_out(w: World) -> None:
    Account.objects.filter(username="community_worker").update(is_active=False)
    assert enter(Client()).status_code == 422


def test_the_second_factor_is_asked_for(w: World) -> None:
    account = w.accounts["community_worker"]
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    client = Client()
    response = enter(client)
    assert response["Location"] == reverse("mfa_authenticate")
    assert "再输一次手机上的数字" in text(client.get(response["Location"]))
    assert client.get(DESK)["Location"].startswith(SIGN_IN)
    assert "数字不对" in text(client.post(response["Location"], {"code": "000000"}))


def test_the_second_factor_can_be_set_up(w: World) -> None:
    client = Client()
    enter(client)
    page = text(client.get(reverse("mfa_index")))
    assert "手机验证器还没有启用" in page
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert "请再确认一次是您本人" in text(client.get(asked["Location"]))
    again = client.post(asked["Location"], {"password": PASSWORD})
    assert "用手机验证器扫一扫" in text(client.get(again["Location"]))
    assert not Authenticator.objects.exists()


def test_signing_out_takes_a_post(w: World) -> None:
    client = w.client("community_worker")
    assert client.get(reverse("portal:sign_out")).status_code == 405
    client.post(reverse("portal:sign_out"))
    assert client.get(DESK)["Location"] == f"{SIGN_IN}?next=/desk/"


def test_residents_are_told_that_they_need_no_account(w: World) -> None:
    assert "居民不用登录" in text(Client().get(SIGN_IN))


# --- demo -----------------------------------------------------------------------


def test_demo_tiles_exist_in_demo_mode_only(w: World, settings: Any) -> None:
    worker = next(a for a in DEMO_ACCOUNTS if a.role == "community_worker")
    assert worker.username
    Account.objects.filter(username="community_worker").update(username=worker.username)
    url = reverse("portal:demo", args=[worker.username])
    assert worker.does not in text(Client().get(SIGN_IN))
    assert Client().post(url).status_code == 404
    settings.DEMO = True
    client = Client()
    assert worker.does in text(client.get(SIGN_IN))
    assert client.get(url).status_code == 405
    assert client.post(url)["Location"] == "/desk/"
    assert client.get(DESK)["Location"] == reverse("orders:list")


def test_demo_never_opens_another_account(w: World, settings: Any) -> None:
    settings.DEMO = True
    assert (
        Client().post(reverse("portal:demo", args=["community_worker"])).status_code
        == 404
    )


# --- desk and roles --------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_a_desk_that_opens(w: World, role: str) -> None:
    client = w.client(role)
    response = client.get(DESK)
    assert response.status_code == 302
    assert client.get(response["Location"]).status_code == 200


def test_roles_are_switched_on_screen_and_only_to_held_ones(w: World) -> None:
    member = w.people["member"]
    tie = RoleTie(
        id=uid("role:second"), person=member, role="grid_worker", place=w.places.grid,
        path=w.places.grid.path, valid_from=SINCE,
    )  # fmt: skip
    RoleTie.objects.bulk_create([tie])
    client = w.client("member")
    assert client.get(DESK)["Location"] == reverse("orders:list")
    role = reverse("portal:role")
    assert client.get(role).status_code == 405
    assert client.post(role, {"role": "member"})["Location"] == reverse("portal:member")
    assert client.get(DESK)["Location"] == reverse("portal:member")
    assert client.post(role, {"role": "prefecture_org"}).status_code == 404
    client.post(role, {"role": str(tie.id)})
    assert client.get(DESK)["Location"] == reverse("orders:list")


@pytest.mark.parametrize(
    "name", ["desk", "account", "password", "search", "messages", "member"]
)
def test_pages_of_the_signed_in_send_visitors_to_the_door(w: World, name: str) -> None:
    response = Client().get(reverse(f"portal:{name}"))
    assert response.status_code == 302 and response["Location"].startswith(SIGN_IN)


def test_changing_the_password_keeps_this_session(w: World) -> None:
    client = w.client("community_worker")
    url, new = reverse("portal:password"), "象雄-湖边-八月-2026"
    wrong = client.post(url, {"old": "x", "new": new, "again": new})
    assert wrong.status_code == 422 and "现在的密码不对" in text(wrong)
    twice = client.post(url, {"old": PASSWORD, "new": new, "again": new + "x"})
    assert "两次输的不一样" in text(twice)
    assert (
        client.post(url, {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    )
    assert client.get(reverse("portal:account")).status_code == 200
    assert enter(Client(), new)["Location"] == "/desk/"


def test_a_password_from_somebody_else_is_changed_first(w: World) -> None:
    Account.objects.filter(username="community_worker").update(
        must_change_password=True
    )
    client = w.client("community_worker")
    for page in (DESK, reverse("orders:list"), reverse("people:members")):
        assert client.get(page)["Location"] == reverse("portal:password")
    assert client.get(reverse("portal:password")).status_code == 200


# --- first run -------------------------------------------------------------------

SETUP = reverse("portal:setup")
FIRST = {
    "name": "旺堆",
    "username": "wangdui",
    "new": "象雄-湖边-八月-2026",
    "again": "象雄-湖边-八月-2026",
}


@pytest.fixture
def token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "setup-token"
    monkeypatch.setattr(setup, "TOKEN_FILE", path)
    return path


def test_the_first_run_makes_one_administrator_and_closes(token_file: Path) -> None:
    client = Client()
    assert client.get(SETUP).status_code == 200
    assert client.post(SETUP, FIRST)["Location"] == DESK
    account = Account.objects.get()
    tie = RoleTie.objects.get(person=account.person)
    assert (tie.role, tie.path, account.must_change_password) == (
        "system_admin",
        "",
        False,
    )
    assert client.get(DESK).status_code == 302
    assert Client().get(SETUP).status_code == 404
    assert Client().post(SETUP, FIRST).status_code == 404


def test_from_elsewhere_the_first_run_needs_the_token(token_file: Path) -> None:
    away = Client(REMOTE_ADDR="10.0.0.7")
    assert "口令不对" in text(away.post(SETUP, {**FIRST, "token": ""}))
    token = setup.setup_token()
    assert token_file.stat().st_mode & 0o077 == 0
    assert "口令不对" in text(away.post(SETUP, {**FIRST, "token": "guess"}))
    assert away.post(SETUP, {**FIRST, "token": token})["Location"] == DESK
    assert not token_file.exists() and setup.setup_token() == ""


def test_the_launcher_says_the_token_while_there_is_no_account(
    token_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invite()
    assert token_file.read_text() in capsys.readouterr().out
    assert Client().post(SETUP, FIRST)["Location"] == DESK
    invite()
    assert capsys.readouterr().out == ""


def test_a_proxy_on_this_machine_does_not_make_everybody_local(
    token_file: Path,
) -> None:
    passed_on = Client(headers={"X-Forwarded-For": "203.0.113.5"})
    assert "口令不对" in text(passed_on.post(SETUP, FIRST))
    assert not Account.objects.exists()


def test_guessing_the_token_is_limited(token_file: Path) -> None:
    setup.setup_token()
    away = Client(REMOTE_ADDR="10.0.0.7")
    answers = [
        away.post(SETUP, {**FIRST, "token": f"{n}"}).status_code for n in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_a_weak_password_leaves_nothing_behind(token_file: Path) -> None:
    response = Client().post(
        SETUP, {**FIRST, "new": "12345678901", "again": "12345678901"}
    )
    assert response.status_code == 422 and "密码不能全是数字" in text(response)
    assert not Account.objects.exists()
