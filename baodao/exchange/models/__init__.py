"""All tables of exchange."""

from baodao.exchange.models.agreements import (
    Agreement,
    AgreementItem,
    Deed,
    Scan,
    Signature,
)
from baodao.exchange.models.lists import (
    Booking,
    ListEdition,
    ListProject,
    Need,
    Resource,
)

__all__ = [
    "Agreement",
    "AgreementItem",
    "Booking",
    "Deed",
    "ListEdition",
    "ListProject",
    "Need",
    "Resource",
    "Scan",
    "Signature",
]
