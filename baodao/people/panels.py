"""What people adds to the page of a place: the units tied to it, who holds a role
there; and what the subjects above add to the pages of units and members."""

from collections.abc import Callable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.people import queries, roles
from baodao.people.models import Member, RoleTie, Unit
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, ESTATE

SHOWN = 12
Links = list[tuple[str, str]]
# (address, words) of what else can be done with a unit or a member, in order.
UNIT_LINKS: list[Callable[[Actor, Unit], Links]] = []
MEMBER_LINKS: list[Callable[[Actor, Member], Links]] = []


def unit_links(actor: Actor, unit: Unit) -> Links:
    return [link for ask in UNIT_LINKS for link in ask(actor, unit)]


def member_links(actor: Actor, member: Member) -> Links:
    return [link for ask in MEMBER_LINKS for link in ask(actor, member)]


def at_place(request: HttpRequest, place: Place) -> SafeString:
    """Units whose contact point is here or below, and roles held right here."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if place.level < COMMUNITY or place.level > ESTATE:
        return SafeString("")
    units = _units(actor, place) if can(actor, "units.view") else []
    held = _roles(actor, place)
    if not units and not held:
        return SafeString("")
    context = {
        "place": place,
        "units": units[:SHOWN],
        "more": len(units) > SHOWN,
        "roles": held,
    }
    return SafeString(
        render_to_string("people/_at_place.html", context, request=request)
    )


def _units(actor: Actor, place: Place) -> list[Unit]:
    found = visible(queries.units_at(place.path), actor, "units.view")
    return list(found[: SHOWN + 1])


def _roles(actor: Actor, place: Place) -> list[tuple[str, str]]:
    if not can(actor, "roles.view", RoleTie(path=place.path)):
        return []
    return [(roles.title(t.role), t.person.name) for t in queries.roles_at(place.path)]
