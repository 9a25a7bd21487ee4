"""All tables of exchange."""

from baodao.exchange.models.agreements import (
    Agreement,
    AgreementItem,
    Deed,
    Scan,
    Signature,
)

__all__ = ["Agreement", "AgreementItem", "Deed", "Scan", "Signature"]
