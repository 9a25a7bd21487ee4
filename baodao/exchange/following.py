"""What happens here when a unit ends in another, or at all (domain 8.7)."""

from datetime import datetime
from uuid import UUID

from baodao.exchange.agreements import following as agreements
from baodao.exchange.lists import following as lists


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """Agreements and lists; returns how many rows changed."""
    return agreements.follow_unit(unit_id, now) + lists.follow_unit(unit_id, now)
