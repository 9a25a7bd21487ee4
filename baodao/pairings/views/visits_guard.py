"""Who asks for a page of visits, and whether it is theirs."""

from uuid import UUID

from django.http import HttpRequest

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_queries import visit_for

STAFF = ("community_worker", "community_secretary", "grid_worker")


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def staff_of(request: HttpRequest) -> Actor:
    """Who works in the community; a visitor finds nothing."""
    actor = actor_of(request)
    if actor.is_anonymous:
        raise NotFound
    if actor.role not in STAFF:
        raise Forbidden(
            "走访台账由社区和网格员使用。党员请到“走访”，单位请到“党员走访”。"
        )
    return actor


def member_of(request: HttpRequest) -> Actor:
    """The acting member."""
    actor = actor_of(request)
    if actor.is_anonymous:
        raise NotFound
    if actor.role != "member":
        raise Forbidden("这是党员的页面。请换成党员的身份，或回到自己的待办。")
    return actor


def bond_for(actor: Actor, pk: UUID) -> HouseholdPairing:
    """A bond in the actor's scope, with its household. Raises NotFound."""
    related = ("household", "member__person", "member__unit", "second__person")
    found = HouseholdPairing.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "pairings.view", found)
    if not can(actor, "visits.record"):
        raise Forbidden
    return found


def visit_of(actor: Actor, pk: UUID) -> Visit:
    found = visit_for(actor, pk)
    if found is None:
        raise NotFound
    return found
