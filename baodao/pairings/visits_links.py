"""How a household confirms a visit without an account: by a link, of which only the
hash is kept, or by the eight digits on the slip. Both work once and for ten days; the
household's own page (its card) has no end but that of the bond."""

from datetime import datetime, timedelta
from uuid import UUID

from baodao.core.crypto import keyed_hash
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_limits import limits_at

JOINED = ("pairing__household", "member__person", "member__unit", "stand_in__person")


def raw_token(visit_id: UUID) -> str:
    """The secret part of a visit's link. It is computed, not stored: who reads the
    database cannot confirm anything."""
    return keyed_hash(str(visit_id), "visit link")[:32]


def stored(token: str) -> str:
    """What is kept of it."""
    return keyed_hash(token, "visit token")


def by_token(token: str) -> Visit | None:
    """The visit of a link."""
    return Visit.objects.select_related(*JOINED).filter(token=stored(token)).first()


def by_code(code: str) -> Visit | None:
    """The visit of the digits on a slip, while it waits; None when there is none, or
    two of the same, for which somebody has to ring."""
    rows = Visit.objects.select_related(*JOINED).filter(code=code, state="done")
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def expired(visit: Visit, now: datetime) -> bool:
    """Whether its link and code are over; then the community rings."""
    days = limits_at(visit.home_path).link_days
    return now > visit.created_at + timedelta(days=days)


def home_of(token: str) -> HouseholdPairing | None:
    """The bond whose household came by the link on its card."""
    rows = HouseholdPairing.objects.select_related("household", "member__person")
    return rows.filter(token=token, state__in=("active", "paused")).first()
