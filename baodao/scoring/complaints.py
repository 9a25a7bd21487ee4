"""Upheld complaints that are not over: while one is being answered, decided or appealed
against nobody is proposed 优秀 (7.5)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from baodao.places.settings import at_each
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions
from baodao.scoring.models import Card, Deduction

CLASS = "complaint"  # of the record that the deduction leaves


def open_ones(cards: Collection[UUID]) -> Mapping[UUID, str]:
    """Card → the complaint about its subject in that year that is open."""
    about = Card.objects.filter(pk__in=list(cards))
    rows = list(
        Deduction.objects.filter(
            place__in=about.values("place"), source_class=CLASS,
            state__in=rules_deductions.OBJECTED,
        )
    )  # fmt: skip
    found: dict[UUID, str] = {}
    if not rows:
        return found
    whose = {
        (c.place_id, c.subject, c.member_id or c.unit_id, c.year): c.pk for c in about
    }
    first = at_each({d.path for d in rows}, "scoring.year_from_month")
    for d in rows:
        year = counting.year_of(d.occurred_on, first[d.path])
        card = whose.get((d.place_id, d.subject, d.member_id or d.unit_id, year))
        if card:
            found.setdefault(card, d.words)
    return found
