"""Who calls: a program with a token, or a signed-in browser with its CSRF token."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from baodao.acts.actor import Actor
from baodao.people.models import Account
from baodao.tokens.services import actor_of_token


class TokenAuth(HttpBearer):
    """`Authorization: Bearer bd_…`. The actor becomes `request.auth`. `by_epoch`: for
    operations that are one act on one row, which judges itself whether what is kept
    of the actor still holds; all others ask first, one query."""

    def __init__(self, *, by_epoch: bool = False) -> None:
        super().__init__()
        self.by_epoch = by_epoch

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(token, exact=not self.by_epoch)
        if actor is None:
            return None
        request_id = getattr(request, "request_id", "")
        held = actor.epoch if self.by_epoch else None
        return replace(actor, request_id=request_id, epoch=held)


class BrowserAuth(APIKeyCookie):
    """The session of the pages, in the role chosen there."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        user: Any = getattr(request, "user", None)
        if not isinstance(user, Account) or user.must_change_password:
            return None
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return None if actor.is_anonymous else actor


ANY = (TokenAuth(), BrowserAuth())
ONE_ACT = (TokenAuth(by_epoch=True), BrowserAuth())
