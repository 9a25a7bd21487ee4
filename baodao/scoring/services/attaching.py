"""The cards of a member at other communities 附卡 (domain 8.1): what is on them is shown to
the meeting, and what was deducted there counts for the grade: who reports in late at home
does not leave behind what was deducted at the unit's contact point (7.1)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Sum

from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card, Entry
from baodao.scoring.models_evaluation import Evaluation
from baodao.scoring.standing import Book

NOT_REPORTED = "not_reported"  # how the classes of these breaches begin


class Other(NamedTuple):
    """A card elsewhere, and what it comes to."""

    card: Card
    total: counting.Total

    @property
    def place(self) -> str:
        return self.card.place.name

    def as_told(self) -> dict[str, Any]:
        """As it stands in a draft and on the feedback card: tenths."""
        t = self.total
        return {
            "place": self.place, "base": t.base, "adds": t.adds, "deducts": t.deducts,
            "score": t.score,
        }  # fmt: skip


def cards_elsewhere(rows: Sequence[Evaluation]) -> dict[UUID, list[Card]]:
    """Evaluation → the other cards of the same year: of a member all there are, of a unit
    those that its community has taken over from another."""
    own = {e.card_id for e in rows}
    by_member = {(e.member_id, e.year): e.pk for e in rows if e.member_id}
    by_card = {pk: e.pk for e in rows if not e.member_id for pk in e.attached}
    found: dict[UUID, list[Card]] = defaultdict(list)
    members = Card.objects.filter(
        subject="member", member__in={m for m, _ in by_member if m},
        year__in={y for _, y in by_member},
    )  # fmt: skip
    for card in members.exclude(pk__in=own).select_related("place").order_by("path"):
        assert card.member_id
        if pk := by_member.get((card.member_id, card.year)):
            found[pk].append(card)
    units = (
        Card.objects.filter(pk__in=list(by_card)) if by_card else Card.objects.none()
    )
    for card in units.select_related("place").order_by("path"):
        found[by_card[card.pk]].append(card)
    return found


def together(own: counting.Total, others: Sequence[Other]) -> counting.Total:
    """The card with what was deducted elsewhere, and under the lowest ceiling; what was
    earned elsewhere stays there."""
    deducts = own.deducts + sum(o.total.deducts for o in others)
    ceilings = [t.ceiling for t in (own, *(o.total for o in others)) if t.ceiling]
    return counting.Total(
        own.base, own.adds, deducts,
        max(0, min(1000, own.base + own.adds - deducts)),
        max(ceilings, key=counting.ORDER.index, default=""), own.lines,
    )  # fmt: skip


def not_reported(totals: Sequence[counting.Total], known: Book) -> bool:
    """Whether something was deducted for not having reported in."""
    return any(
        _is_that(known.rules[line.rules[-1]])
        for total in totals
        for line in total.lines
        if line.sign < 0 and line.points
    )


def _is_that(rule: counting.Rule) -> bool:
    return any(s.startswith(f"breach:{NOT_REPORTED}") for s in rule.selects)


def unreported_at(cards: Collection[UUID]) -> Mapping[UUID, int]:
    """Of these cards those on which not having reported in was deducted, and how often."""
    rows = Entry.objects.filter(
        card__in=list(cards), record__kind="breach",
        record__source_class__startswith=NOT_REPORTED,
    ).order_by()  # fmt: skip
    return {
        pk: n
        for pk, n in rows.values_list("card_id").annotate(n=Sum("quantity"))
        if n > 0
    }
