"""The first rules of how points come (domain 7.6): rows of the whole deployment, which
any place below replaces by its own."""

from datetime import date
from typing import Any
from uuid import UUID

from baodao.records.models import SERVICES

SINCE = date(2020, 1, 1)
RULES: tuple[dict[str, Any], ...] = (
    {
        "id": UUID("01900000-0000-7000-8000-000000000a21"),
        "code": "service", "title": "志愿服务", "measure": "minutes",
        "kinds": list(SERVICES), "classes": [], "tenths": 10, "per_minutes": 60,
        "reason": "经社区确认的服务，每60分钟1分", "valid_from": SINCE,
    },
    {
        "id": UUID("01900000-0000-7000-8000-000000000a22"),
        "code": "wish", "title": "办成心愿", "measure": "each",
        "kinds": ["order_served"], "classes": ["dream", "wish"], "tenths": 20,
        "per_minutes": 60, "reason": "居民确认办成的心愿，每个加2分", "valid_from": SINCE,
    },
)  # fmt: skip


def seed(model: Any) -> None:
    """Write them where they are missing."""
    for row in RULES:
        model._default_manager.get_or_create(id=row["id"], defaults=row)
