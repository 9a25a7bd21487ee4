"""All tables of exchange."""

from baodao.exchange.models.agreements import (
    Agreement,
    AgreementItem,
    Deed,
    Scan,
    Signature,
    Voice,
)
from baodao.exchange.models.lists import (
    Booking,
    ListEdition,
    ListProject,
    Need,
    Resource,
)
from baodao.exchange.models.pool import PoolEntry, PoolUse
from baodao.exchange.models.projects import CoProject, KeyProblem

__all__ = [
    "Agreement",
    "AgreementItem",
    "Booking",
    "CoProject",
    "Deed",
    "KeyProblem",
    "ListEdition",
    "ListProject",
    "Need",
    "PoolEntry",
    "PoolUse",
    "Resource",
    "Scan",
    "Signature",
    "Voice",
]
