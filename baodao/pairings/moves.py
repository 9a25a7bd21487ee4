"""Bonds follow when places change (domain 8.22). What is over stays where it was."""

from django.db.models import Q

from baodao.pairings import rules
from baodao.places.changes.moves import Dated, Follow

ESTATES = Dated(
    "个单位包联的小区", "个单位在新地方已经包联这个小区，不再重复",
    "pairings.EstatePairing", "estates_paired.follow_place", Q(valid_to=None),
    "estate", ("unit_id",), ("unit_id", "parts", "why", "decided_by"),
)  # fmt: skip
HOUSEHOLDS = Follow(
    "个联系户", "pairings.HouseholdPairing", "pairings.follow_place",
    Q(state__in=rules.LIVE), {"path": "", "home_path": ""},
)  # fmt: skip
# What only says again where its household is.
CONSENTS = Follow(
    "份同意书", "pairings.Consent", "consents.follow_place", Q(closed_on=None),
    {"home_path": ""}, quiet=True,
)  # fmt: skip
APART = Follow(
    "个不能结对的标记", "pairings.Apart", "apart.follow_place", Q(removed=False),
    {"home_path": ""}, quiet=True,
)  # fmt: skip
VISITS = Follow(
    "次还没有确认的走访", "pairings.Visit", "visits.follow_place", Q(state="done"),
    {"path": "", "home_path": ""}, quiet=True,
)  # fmt: skip
ALL = (ESTATES, HOUSEHOLDS, CONSENTS, APART, VISITS)
