"""Who asks, and whether the role may use the page at all."""

from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.reporting.models import ReportIn
from baodao.reporting.standing import RELATED


def report_in_for(actor: Actor, pk: UUID) -> ReportIn:
    """A report-in the actor may see, with what its page shows."""
    found = ReportIn.objects.select_related(*RELATED).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "reporting.view", found)
    if found.state == "draft" and actor.unit_id != found.unit_id:
        raise NotFound
    return found
