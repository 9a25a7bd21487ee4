"""Carriers 载体 (L35): those that are the same everywhere, and the local brands of a
place and of all above it."""

from baodao.activities import rules
from baodao.activities.models import Carrier
from baodao.places.settings import ancestors


def offered(path: str) -> dict[str, str]:
    """Code → name of what may be chosen at a place."""
    rows = Carrier.objects.filter(path__in=ancestors(path), retired=False)
    local = rows.order_by("path", "created_at").values_list("code", "name")
    return {**rules.CARRIERS, **dict(local)}


def names() -> dict[str, str]:
    """Code → name of all of them, also of those that are no longer offered."""
    return {**rules.CARRIERS, **dict(Carrier.objects.values_list("code", "name"))}
