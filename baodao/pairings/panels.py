"""What pairings adds to the pages below it: how far a place is covered, and the way to
the bonds of a unit or a member."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.pairings.rules import LIVE
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, ESTATE

Links = list[tuple[str, str]]


def at_place(request: HttpRequest, place: Place) -> SafeString:
    """On an estate's page: the units that look after it; on one's own county's or
    township's the way to the figures."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    probe = EstatePairing(path=place.path)
    if place.level < COMMUNITY and place.path == actor.path:
        return _way_to_coverage(request, probe)
    if place.level != ESTATE or not can(actor, "estates_paired.view", probe):
        return SafeString("")
    rows = EstatePairing.objects.filter(estate=place, valid_to=None)
    context = {
        "place": place, "rows": rows.select_related("unit"),
        "may_add": can(actor, "estates_paired.add", probe),
    }  # fmt: skip
    return SafeString(render_to_string("pairings/_at_place.html", context, request))


def _way_to_coverage(request: HttpRequest, probe: EstatePairing) -> SafeString:
    """On the page of one's own county or township: how far it is covered."""
    if not can(request.actor, "estates_paired.view", probe):  # type: ignore[attr-defined]
        return SafeString("")
    return SafeString(render_to_string("pairings/_way_to_coverage.html", {}, request))


def of_unit(actor: Actor, unit: Unit) -> Links:
    """The unit's estate."""
    found = visible(EstatePairing.objects.all(), actor, "estates_paired.view")
    if not found.filter(unit=unit, valid_to=None).exists():
        return []
    url = f"{reverse('pairings:list')}?tab=estates&q={unit.name}"
    return [(url, "看包联的小区")]


def of_member(actor: Actor, member: Member) -> Links:
    """The member's household, by its number."""
    if actor.role == "member":
        return []
    found = visible(HouseholdPairing.objects.all(), actor, "pairings.view")
    row = found.filter(member=member, state__in=LIVE).first()
    if row is None:
        return []
    return [(reverse("pairings:detail", args=[row.pk]), "看联系户")]
