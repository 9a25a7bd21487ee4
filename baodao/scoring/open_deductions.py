"""Deductions that nobody has decided or that are appealed against, by the cards that
they are about."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from baodao.places.settings import at_each
from baodao.places.succeeding import now_of
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions
from baodao.scoring.models import Card, Deduction


def open_about(
    cards: Collection[UUID], **wanted: Any
) -> Iterator[tuple[UUID, Deduction]]:
    """(card, deduction) of the same subject, year and community, that of today where
    one or the other was left behind by a change of divisions."""
    about = list(Card.objects.filter(pk__in=list(cards)).select_related("place"))
    members = {c.member_id for c in about if c.subject == "member"}
    units = {c.unit_id for c in about if c.subject == "unit"}
    rows = list(
        Deduction.objects.filter(
            Q(subject="member", member__in=members) | Q(subject="unit", unit__in=units),
            state__in=rules_deductions.OBJECTED, **wanted,
        ).select_related("place")
    )  # fmt: skip
    if not rows:
        return
    today = now_of(
        [*((c.path, c.place) for c in about), *((d.path, d.place) for d in rows)]
    )
    whose: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for c in about:
        whose[(today[c.path], *_owner(c), c.year)].append(c.pk)
    first = at_each({d.path for d in rows}, "scoring.year_from_month")
    for d in rows:
        year = counting.year_of(d.occurred_on, first[d.path])
        for card in whose.get((today[d.path], *_owner(d), year), ()):
            yield card, d


def _owner(row: Card | Deduction) -> tuple[str, UUID | None]:
    return row.subject, row.member_id if row.subject == "member" else row.unit_id
