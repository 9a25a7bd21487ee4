"""Who took part in what an appeal is against, and who else may hear it; whether there
has been one already (9.6.3)."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.scoring import rules_appeals as rules
from baodao.scoring.models import Appeal
from baodao.scoring.services.concerning import TOWN, colleagues, cut


def earlier(object_id: UUID, since: datetime | None) -> Appeal | None:
    """The appeal against a decision as it is now; that against what it was before a later
    one does not stand in the way."""
    rows = Appeal.objects.filter(object_id=object_id).order_by("-filed_at")
    if since:
        rows = rows.filter(Q(settled_at=None) | Q(settled_at__gte=since))
    return rows.first()


def _parts(row: Appeal) -> set[UUID | None]:
    """Who took part in what it is against, or is concerned."""
    return {row.proposed_by, row.decided_by, row.about_person, *row.took_part}


def took_part(row: Appeal, actor: Actor) -> bool:
    return actor.person_id is not None and actor.person_id in _parts(row)


def instead_of(row: Appeal, actor: Actor) -> list[str] | None:
    """Who else at the first instance may hear what this actor took part in; None when
    this actor took no part, or it is not for the first instance."""
    parts = _parts(row)
    first = actor.role == "township_party" and row.state in rules.FIRST
    if not first or actor.person_id not in parts:
        return None
    return colleagues(actor.role, cut(row.path, TOWN), parts)
