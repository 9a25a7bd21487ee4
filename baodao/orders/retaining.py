"""How long the private side of an order is kept after it is closed (domain 9.3)."""

from uuid import UUID

from django.db.models import Q

from baodao.acts import forgetting
from baodao.people.retention import Retention

ORDER = "orders.Order"
PRIVATE = ("detail", "call_name", "phone", "address", "rating_text")


def _private() -> Q:
    """Orders that still hold something private; "" is kept as NULL."""
    found = Q(household__isnull=False)
    for name in PRIVATE:
        found |= Q(**{f"{name}__isnull": False})
    return found


def _forget(ids: list[UUID]) -> None:
    """Public wording and category stay, and every step that was taken."""
    gone = dict.fromkeys(PRIVATE, "")
    forgetting.blank(ORDER, ids, {**gone, "phone_hash": "", "household_id": None})
    forgetting.notes_of(ids)


PRIVATE_TEXT = Retention(
    "orders", "办结了的点单的原话和联系方式", "只留对外文字和类别", "retention.order_days",
    ORDER, "path", "closed_at", _forget, ready=_private, instant=True,
)  # fmt: skip
