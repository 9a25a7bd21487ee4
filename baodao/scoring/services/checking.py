"""Checkups for lists, counted every night: a row per card of the year, written over. A
derived sum like the copy on the card: what it is made of has its own acts (A22)."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from baodao.acts.access import path_range, within
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.places.calendars import ground
from baodao.scoring import rules_health as rules
from baodao.scoring.models import Card, Checkup
from baodao.scoring.queries_health import facts_of, name_of
from baodao.scoring.rules_counting import year_of

FIELDS = [
    "subject", "path", "member_id", "unit_id", "sort", "name", "colour", "marks",
    "services", "last_on", "counted_at",
]  # fmt: skip


def check_all(path: str = "", now: datetime | None = None) -> int:
    """Count the checkups of this year's cards at and below `path` anew; those of past
    years go. Community by community, so that no more than one is in memory. Returns
    how many."""
    at = now or clock_now()
    day = local(at).date()
    rows = Card.objects.filter(
        within("path", [path_range(path)]), year__gte=day.year, year__lte=day.year + 1
    )
    rows = rows.select_related("member__person", "unit").order_by("path", "pk")
    n = 0
    for place, cards in groupby(
        rows.iterator(chunk_size=2_000), key=lambda card: card.path
    ):
        year = year_of(day, ground(place).settings["scoring.year_from_month"])
        n += _write([c for c in cards if c.year == year], day, at)
    _forget(path, at)
    return n


def _write(cards: Sequence[Card], day: date, at: datetime) -> int:
    facts = facts_of(cards, day)
    found = []
    for card in cards:
        f = facts[card.pk]
        checks = rules.checkup(f)
        found.append(
            Checkup(
                card=card, subject=card.subject, path=card.path, member_id=card.member_id,
                unit_id=card.unit_id, sort=_sort(card), name=name_of(card),
                colour=rules.worst(checks), marks=[f"{c.code}:{c.colour}" for c in checks],
                services=len(f.deeds), last_on=max((d.on for d in f.deeds), default=None),
                counted_at=at,
            )
        )  # fmt: skip
    Checkup.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["card"], update_fields=FIELDS,
        batch_size=1_000,
    )  # fmt: skip
    return len(found)


def _sort(card: Card) -> str:
    who = card.member.person if card.member else card.unit
    return who.pinyin if who else ""


def _forget(path: str, at: datetime) -> None:
    """What tonight did not write is of a year that is over."""
    here = within("path", [path_range(path)])
    Checkup.objects.filter(here, counted_at__lt=at).delete()
