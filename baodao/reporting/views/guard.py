"""Who asks, and whether the role may use the page at all."""

from uuid import UUID

from django.http import HttpRequest

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound
from baodao.reporting.models import ReportIn
from baodao.reporting.standing import RELATED


def actor_for(request: HttpRequest, action: str) -> Actor:
    """The actor, if the role holds `action` anywhere. A visitor finds nothing, a
    signed-in person of another role is told that it is not theirs."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if can(actor, f"reporting.{action}"):
        return actor
    if actor.is_anonymous:
        raise NotFound
    raise Forbidden


def report_in_for(actor: Actor, pk: UUID) -> ReportIn:
    """A report-in the actor may see, with what its page shows."""
    found = ReportIn.objects.select_related(*RELATED).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "reporting.view", found)
    if found.state == "draft" and actor.unit_id != found.unit_id:
        raise NotFound
    return found
