"""Make and revoke tokens, and find the actor behind one."""

import hashlib
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.core.memory import Kept, epoch
from baodao.people.middleware import actors_of, key_of
from baodao.people.models import Account
from baodao.tokens import rules
from baodao.tokens.models import ApiToken

PREFIX = "bd_"


def make_token(
    *, actor: Actor, account: Account, role_key: str, name: str,
    days: int = rules.DAYS, now: datetime | None = None, client_id: str = "",
) -> tuple[Done, str]:  # fmt: skip
    """A token for `account` in one of its roles; returns the act and the token, which
    is kept nowhere. Errors: name, days, role."""
    name = name.strip()
    if not name:
        raise Invalid(fields={"name": "请写这个令牌给什么程序用。"})
    if not 1 <= days <= rules.MOST_DAYS:
        raise Invalid(fields={"days": f"有效期请填 1 到 {rules.MOST_DAYS} 天。"})
    if role_key not in {key_of(a) for a in actors_of(account)}:
        raise Invalid(fields={"role": "这个账号现在没有这个角色。请重新选。"})
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        account=account, role_key=role_key, name=name, hashed=hash_of(token),
        hint=token[-4:], valid_to=(now or clock_now()) + timedelta(days=days),
    )  # fmt: skip
    done = create(actor, "tokens.add", row, now=now, client_id=client_id)
    return done, "" if done.repeated else token


def revoke_token(*, actor: Actor, token_id: UUID, now: datetime | None = None) -> Done:
    """It opens nothing from now on."""

    def decide(row: object) -> Write:
        return Write(set={"revoked_at": now or clock_now()})

    if ApiToken.objects.filter(pk=token_id, revoked_at__isnull=False).exists():
        raise Conflict("这个令牌已经停用了。")
    return act(actor, "tokens.revoke", token_id, decide, now=now)


def hash_of(token: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# By day: roles begin and end with one, without any write.
_ACTORS: Kept[tuple[str, date], Actor | None] = Kept()


def actor_of_token(token: str, *, exact: bool) -> Actor | None:
    """Whoever the token lets act, or None. Kept in memory with the epoch it was read
    at. `exact` asks whether that still holds, one query; acts need not, for the
    statement that writes judges it (`engine.Stale`)."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    hashed = hash_of(token)
    key = hashed, today()
    if not exact and (actor := _ACTORS.held(key)):
        return actor
    now = epoch()
    return _ACTORS.get(key, now, lambda: _read_actor(hashed, now))


def forget_token(token: str) -> None:
    """Read it anew the next time."""
    _ACTORS.forget((hash_of(token), today()))


def _read_actor(hashed: str, at: int) -> Actor | None:
    row = ApiToken.objects.select_related("account").filter(hashed=hashed).first()
    if row is None or row.revoked_at or row.valid_to <= clock_now():
        return None
    if not row.account.is_active or row.account.must_change_password:
        return None
    held = {key_of(a): a for a in actors_of(row.account)}
    actor = held.get(row.role_key)
    return replace(actor, epoch=at) if actor else None
