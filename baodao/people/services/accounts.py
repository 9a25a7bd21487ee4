"""Accounts: opened for a person by somebody above them, with a password that is
shown once (domain 5, 0.1: no log-in statistic)."""

import re
import secrets
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.people import roles
from baodao.people.models import Account, Person, RoleTie
from baodao.places.constraints import said

# Without letters and digits that look alike on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"


def one_time_password() -> str:
    """Three groups that are easy to read out: kdmw-4729-rtxe (about 47 bits)."""
    groups = [LETTERS, DIGITS, LETTERS]
    return "-".join("".join(secrets.choice(g) for _ in range(4)) for g in groups)


def open_account(
    *,
    actor: Actor,
    person_id: UUID,
    username: str,
    now: datetime | None = None,
    client_id: str = "",
) -> tuple[Done, str]:
    """Open an account; returns the act and the one-time password, which is kept
    nowhere. Errors: username."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    password = one_time_password()
    account = Account(
        username=_username(username), person=person, path=person.path,
        unit_id=person.unit_id, password=make_password(password),
        must_change_password=True,
    )  # fmt: skip
    require(actor, "accounts.add", account)
    _refuse_above(actor, person_id)
    taken = {
        "people_account_username": ("username", "这个账号名有人用了。请换一个。"),
        "people_account_person_id_key": ("username", "这个人已经有账号了。"),
        "username_key": ("username", "这个账号名有人用了。请换一个。"),
        "person_id_key": ("username", "这个人已经有账号了。"),
    }
    with said(**taken):
        done = create(actor, "accounts.add", account, now=now, client_id=client_id)
    return done, "" if done.repeated else password


def _username(text: str) -> str:
    name = text.strip().lower()
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{2,31}", name):
        raise Invalid(fields={"username": "账号用3到32个小写字母、数字，以字母开头。"})
    return name


def _refuse_above(actor: Actor, person_id: UUID) -> None:
    """Who can reset a password can sign in: nobody reaches the account of a person
    who holds a role that they could not give themselves."""
    day = today()
    held = RoleTie.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), person_id=person_id
    )
    for tie in held:
        if not (roles.may_give(actor.role, tie.role) and can(actor, "roles.give", tie)):
            raise Forbidden(
                "这个人还有更高或别处的角色，账号要由上级来管。请交给上级。"
            )


def reset_password(
    *, actor: Actor, account_id: UUID, now: datetime | None = None
) -> tuple[Done, str]:
    """A new one-time password, shown once; sessions of the old one end."""
    password = one_time_password()
    changed = {"password": make_password(password), "must_change_password": True}
    return _manage(actor, "accounts.reset", account_id, changed, now), password


def disable_account(
    *, actor: Actor, account_id: UUID, now: datetime | None = None
) -> Done:
    """Nobody signs in with it any more; open sessions end at once."""
    return _manage(actor, "accounts.disable", account_id, {"is_active": False}, now)


def enable_account(
    *, actor: Actor, account_id: UUID, now: datetime | None = None
) -> Done:
    return _manage(actor, "accounts.enable", account_id, {"is_active": True}, now)


def _manage(
    actor: Actor, action: str, account_id: UUID, changed: dict[str, object],
    now: datetime | None,
) -> Done:  # fmt: skip
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound
    require(actor, action, account)
    _refuse_above(actor, account.person_id)
    return act(actor, action, account_id, lambda row: Write(set=changed), now=now)


def change_own_password(
    *, actor: Actor, old: str, new: str, now: datetime | None = None
) -> Done:
    """Change one's own password. Errors: old, new."""
    mine = Account.objects.filter(pk=actor.account_id) if actor.account_id else None
    account = mine.first() if mine is not None else None
    if account is None:
        raise NotFound
    if not check_password(old, account.password):
        raise Invalid(fields={"old": "现在的密码不对。请再输一次。"})
    _check_new(old, new, account)
    changed = {"password": make_password(new), "must_change_password": False}
    return act(
        actor, "accounts.password", account.pk, lambda row: Write(set=changed), now=now
    )


def _check_new(old: str, new: str, account: Account) -> None:
    if old == new:
        raise Invalid(fields={"new": "新密码不能和现在的一样。"})
    try:
        validate_password(new, account)
    except ValidationError as error:
        raise Invalid(fields={"new": _sentence(error)}) from error


_SENTENCES: dict[str, str] = {
    "password_too_short": "密码至少10个字符。",
    "password_too_common": "这个密码太常见，容易被猜到。请换一个。",
    "password_entirely_numeric": "密码不能全是数字。",
}


def _sentence(error: ValidationError) -> str:
    known = [_SENTENCES.get(e.code or "", "") for e in error.error_list]
    return "".join(known) or "这个密码不合要求。请换一个。"
