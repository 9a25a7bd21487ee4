"""Bonds follow when places change (domain 8.22). What is over stays where it was."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from baodao.acts.access import within
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.pairings import rules
from baodao.pairings.models import PairingPlan
from baodao.places.changes.moves import Dated, Follow, Look, Moves

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


@dataclass(frozen=True)
class _Drafts:
    """What was only suggested for a community that changes holds no longer: the drafts
    are given up, and computed anew where people are now."""

    words: str = "份还没有确认的结对方案"
    quiet: bool = True

    def _rows(self, moves: Moves) -> QuerySet[PairingPlan]:
        return PairingPlan.objects.filter(within("path", moves.ranges), state="draft")

    def look(self, moves: Moves) -> Look:
        return Look(self._rows(moves).count(), [])

    def move(self, actor: Actor, moves: Moves) -> int:
        ids = list(self._rows(moves).values_list("pk", flat=True))
        write = Write(data=moves.data)
        who = consequence_of(actor)
        return len(act_many(who, "pair_plans.drop", ids, write, now=moves.at))


DRAFTS = _Drafts()
ALL = (ESTATES, HOUSEHOLDS, CONSENTS, APART, VISITS, DRAFTS)
