"""Who asks, and where they may plan."""

from collections.abc import Sequence

from baodao.activities import services
from baodao.acts.actor import Actor
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY


def planning_places(actor: Actor) -> Sequence[Place]:
    """The communities in which the actor may plan."""
    if actor.role.startswith("unit_") and actor.unit_id:
        return services.communities_of_unit(actor.unit_id)
    if actor.path is None:
        return []
    found = Place.objects.filter(
        level=COMMUNITY, valid_to=None, path__startswith=actor.path
    )
    return list(found.exclude(kind="virtual").select_related("parent").order_by("path"))
