"""Who asks, and whether the role may use the page at all."""

from django.http import HttpRequest

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound


def actor_for(request: HttpRequest, *actions: str) -> Actor:
    """The actor, if the role holds one of `actions` anywhere. A visitor finds nothing,
    a signed-in person of another role is told that it is not theirs."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if any(can(actor, action) for action in actions):
        return actor
    if actor.is_anonymous:
        raise NotFound
    raise Forbidden
