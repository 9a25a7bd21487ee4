"""Rows of oversight that the route tests ask for, by the first words of the route."""

from datetime import timedelta
from uuid import UUID

from baodao.core.clock import now, today
from baodao.duties.models import Duty
from baodao.oversight.tests import make
from baodao.people.tests.make import World


def directive_rows(w: World) -> dict[str, UUID]:
    """A draft, one that runs, and the standing community's item of it."""
    due_on = today() + timedelta(days=14)
    draft = make.drafted(w, now=now(), due_on=due_on)
    sent = make.published(w, now=now(), due_on=due_on)
    item = make.item(sent, w.places.community.pk).pk
    return {
        "oversight:directive_edit": draft.pk, "oversight:directive_choose": draft.pk,
        "oversight:directive": sent.pk, "oversight:item": item,
        "oversight:duty": Duty.objects.get(source_id=item).pk,
    }  # fmt: skip
