"""How long residents' own words are kept (domain 9.3): what is counted stays."""

from uuid import UUID

from django.db.models import Q

from baodao.acts import forgetting
from baodao.people.retention import Retention


def _voices(ids: list[UUID]) -> None:
    forgetting.blank("exchange.Voice", ids, {"words": ""})


ALL = (
    Retention(
        "voices", "居民说看到没看到时写的话", "只留看到没看到", "retention.visit_days",
        "exchange.Voice", "path", "created_at", _voices, ready=lambda: ~Q(words=""),
        instant=True,
    ),
)  # fmt: skip
