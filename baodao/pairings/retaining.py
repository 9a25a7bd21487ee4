"""How long bonds, visits, consents and suggested pairs are kept, and what is left of them
(domain 8.8, 9.3)."""

from uuid import UUID

from django.db.models import Q

from baodao.acts import forgetting
from baodao.core.clock import today
from baodao.people.retention import Retention

BOND, VISIT = "pairings.HouseholdPairing", "pairings.Visit"


def _bonds(ids: list[UUID]) -> None:
    """What is left says that there was a bond, in which community and why it ended:
    so nobody asks a household again that has said no."""
    forgetting.blank(
        BOND, ids,
        {
            "parts": [], "why": "", "focus": "other", "quiet_months": [],
            "phone_only": False, "not_after": None, "guardian_present": False,
            "second_id": None, "pause_reason": "", "forgotten_on": today(),
        },
    )  # fmt: skip
    forgetting.notes_of(ids)


def _visits(ids: list[UUID]) -> None:
    """Visited on a day, by whom and in which way; nothing of what it was about."""
    forgetting.blank(
        VISIT, ids,
        {
            "note": "", "companion": "", "topics": [], "started_at": None, "minutes": 0,
            "forgotten_on": today(),
        },
    )  # fmt: skip
    forgetting.notes_of(ids)


ALL = (
    Retention(
        "bonds", "结束了的结对的情况", "只留结过对、哪天结束", "retention.pairing_days",
        BOND, "home_path", "ended_on", _bonds,
        ready=lambda: Q(state__in=("ended", "declined"), forgotten_on=None),
    ),
    Retention(
        "planned", "结对方案里的建议", "只留提出了几对", "retention.pairing_days",
        "pairings.PlannedPair", "home_path", "created_at",
        lambda ids: forgetting.delete("pairings.PlannedPair", ids),
        ready=lambda: ~Q(plan__state="draft"), instant=True,
    ),
    Retention(
        "visits", "走访的情况", "只留哪天走访过", "retention.visit_days", VISIT,
        "home_path", "visited_on", _visits, ready=lambda: Q(forgotten_on=None),
        held_by=("pk", "pairing_id"),
    ),
    Retention(
        "consents", "结对同意书", "不再留", "retention.consent_days",
        "pairings.Consent", "home_path", "closed_on",
        lambda ids: forgetting.delete("pairings.Consent", ids),
        ready=lambda: Q(closed_on__isnull=False), held_by=("pk", "pairing_id"),
    ),
)  # fmt: skip
