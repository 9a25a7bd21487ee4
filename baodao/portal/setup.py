"""First run: who comes first makes the first system administrator, so only the
person at the machine, or who was told the one-time token, may come first."""

import hmac
import os
import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from baodao.acts.actor import SYSTEM, Actor
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden
from baodao.core.models import next_number
from baodao.people.checks import years_later
from baodao.people.models import Account
from baodao.people.roles import YEARS
from baodao.people.services.accounts import change_own_password, open_account
from baodao.people.services.roles import add_person, give_role

TOKEN_FILE = settings.VAR / "setup-token"
LOOPBACK = ("127.0.0.1", "::1")


def needed() -> bool:
    """Whether there is no account yet."""
    return not Account.objects.exists()


def setup_token() -> str:
    """The one-time token of an empty deployment, made on the first call; the
    launcher prints it. "" once there is an account."""
    if not needed():
        return ""
    if not TOKEN_FILE.exists():
        TOKEN_FILE.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(TOKEN_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(12))
    return TOKEN_FILE.read_text().strip()


def at_the_machine(request: HttpRequest) -> bool:
    """From this very machine and not through a proxy, which would make everybody
    look as if they were here."""
    passed_on = {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via"}
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not (
        passed_on & set(request.headers)
    )


def token_fits(token: str) -> bool:
    """Compares with the file; without a file no token fits."""
    if not token or not TOKEN_FILE.exists():
        return False
    return hmac.compare_digest(token.strip(), TOKEN_FILE.read_text().strip())


def make_first_admin(*, name: str, username: str, password: str, trusted: bool) -> UUID:
    """Person, account and the role for the whole deployment, all or nothing. Raises
    Forbidden without trust, Conflict when somebody was first, Invalid per field."""
    if not trusted:
        raise Forbidden("请在服务器上打开这一页，或输入启动时显示的一次性口令。")
    with transaction.atomic():
        # The row of this counter is locked until the end: the second one waits here.
        next_number("setup")
        if not needed():
            raise Conflict("已经有账号了。请直接登录。")
        person = add_person(actor=SYSTEM, name=name, path="").id
        account, once = open_account(actor=SYSTEM, person_id=person, username=username)
        role, end = "system_admin", years_later(today(), YEARS)
        give_role(actor=SYSTEM, person_id=person, role=role, valid_to=end)
        me = Actor(
            role=role, name=name, path="", person_id=person, account_id=account.id
        )
        change_own_password(actor=me, old=once, new=password)
    TOKEN_FILE.unlink(missing_ok=True)
    return account.id
