"""What happens here when a unit ends in another, or at all (domain 8.7)."""

from datetime import datetime
from uuid import UUID

from baodao.exchange.agreements import following as agreements
from baodao.exchange.lists import following as lists
from baodao.exchange.pool import services as pool
from baodao.exchange.projects import following as projects


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """Agreements, lists, projects, problems, the pool; returns how many rows
    changed."""
    areas = (agreements, lists, projects, pool)
    return sum(area.follow_unit(unit_id, now) for area in areas)
