"""`request.actor`: the signed-in person in the role chosen on screen (domain 8.38:
an explicit switch), or a resident."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from baodao.acts.actor import ANONYMOUS, Actor
from baodao.core.clock import today
from baodao.people.models import Account, Member, RoleTie
from baodao.people.roles import ROLES
from baodao.places.areas import decoded, former_of

Next = Callable[[HttpRequest], HttpResponse]
SESSION_KEY = "role"
# Which desk opens first for a person with several roles.
ORDER = {code: i for i, code in enumerate(ROLES)}


class ActorMiddleware:
    """Sets `request.actor` (lazily: static and health pages ask for nobody) and
    `request.actors`, all roles the person may switch to."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def actors() -> list[Actor]:
            return _actors(request)

        request.actors = SimpleLazyObject(actors)  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: _chosen(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _chosen(request: HttpRequest) -> Actor:
    request_id = getattr(request, "request_id", "")
    if not request.user.is_authenticated:
        return replace(ANONYMOUS, request_id=request_id)
    held: list[Actor] = list(request.actors)  # type: ignore[attr-defined]
    wanted = request.session.get(SESSION_KEY)
    chosen = next(
        (a for a in held if key_of(a) == wanted), held[0] if held else ANONYMOUS
    )
    return replace(chosen, request_id=request_id)


def key_of(actor: Actor) -> str:
    return str(actor.tie_id or actor.role)


def _actors(request: HttpRequest) -> list[Actor]:
    user = request.user
    if not isinstance(user, Account):
        return []
    return actors_of(user)


def actors_of(account: Account) -> list[Actor]:
    """Every role the account's person holds today, two queries. The role "member"
    comes with being one. What a place has taken over comes with the role."""
    day = today()
    ties = RoleTie.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        person_id=account.person_id,
        valid_from__lte=day,
    )
    found = list(ties.select_related("person").annotate(former=former_of("path")))
    member = Member.objects.filter(person_id=account.person_id).exclude(
        duty_status="left"
    )
    mine = member.select_related("person").first()
    base: dict[str, Any] = {
        "account_id": account.id,
        "person_id": account.person_id,
        "member_id": mine.id if mine else None,
    }
    held = [
        Actor(
            role=tie.role, name=tie.person.name, path=_path(tie), unit_id=tie.unit_id,
            tie_id=tie.id, former=decoded(tie.former), **base,
        )
        for tie in found
        if tie.role != "member"
    ]  # fmt: skip
    held.sort(key=lambda a: ORDER[a.role])
    if mine:
        held.append(
            Actor(role="member", name=mine.person.name, unit_id=mine.unit_id, **base)
        )
    return held


def actor_again(account_id: UUID, tie_id: UUID | None, role: str) -> Actor | None:
    """The same person in the same role later (a job), None when they do not hold it
    any more or cannot sign in."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    held = actors_of(account) if account else []
    return next((a for a in held if (a.tie_id, a.role) == (tie_id, role)), None)


def actors_named(username: str) -> list[Actor]:
    """The roles of the account of this name, empty when it is not in use."""
    account = Account.objects.filter(username=username, is_active=True).first()
    return actors_of(account) if account else []


def _path(tie: RoleTie) -> str | None:
    """A role held for a unit reaches no places; the row keeps the seat's path so
    that those who oversee the place see who holds it."""
    return None if ROLES[tie.role].bound == "unit" else tie.path
