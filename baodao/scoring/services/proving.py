"""The proof of the cards: all of a year counted anew from the record book by the one
expression, against what stands on each. Every night and when a year is closed; read by
`baodao check`, too."""

import logging
from typing import NamedTuple
from uuid import UUID

from baodao.acts.access import path_range
from baodao.scoring.models import Card
from baodao.scoring.services.counting_all import Key, Sum, Sums, count_all
from baodao.scoring.services.recounting import recount
from baodao.scoring.standing import Book, book

log = logging.getLogger(__name__)


class Off(NamedTuple):
    """A card that says something else than the record book; `card` is None where records
    count and there is no card."""

    card: UUID | None
    key: Key
    stands: Sum | None
    counted: Sum


class Proof(NamedTuple):
    """How many open cards were looked at, and those that are off. What was decided or
    frozen takes nothing new (8.7, 8.23) and is left out."""

    cards: int
    off: list[Off]


def years() -> list[int]:
    """Of which cards are open."""
    found = Card.objects.filter(state="open").order_by("year")
    return list(found.values_list("year", flat=True).distinct())


def proof(year: int, path: str = "") -> Proof:
    """Of a place and evaluation year. Changes nothing."""
    (counted,) = count_all(path, year, book().sets)
    return compared(counted, year, path)


def compared(sums: Sums, year: int, path: str = "") -> Proof:
    """What was counted against the cards."""
    known, counted = book(), dict(sums)
    lo, hi = path_range(path)
    rows = Card.objects.filter(path__gte=lo, path__lt=hi, year=year).order_by("pk")
    looked, off = 0, []
    for card in rows.iterator(chunk_size=5_000):
        owner = card.member_id if card.subject == "member" else card.unit_id
        assert owner
        key = card.subject, owner, card.path
        found = counted.pop(key, None) or _base(known, key, year)
        if card.state != "open":
            continue
        looked += 1
        stands = Sum(card.adds, card.deducts, card.score, card.ceiling)
        if stands != found:
            off.append(Off(card.pk, key, stands, found))
    off += [
        Off(None, key, None, found)
        for key, found in sorted(counted.items())
        if found != _base(known, key, year)
    ]
    return Proof(looked, off)


def _base(known: Book, key: Key, year: int) -> Sum:
    """A card without an entry."""
    return Sum(0, 0, known.frame(key[2], year).base, "")


def prove(year: int, path: str = "") -> Proof:
    """The proof, after what was only stale on a row is counted again from its entries;
    what is left differs in its entries and is named in the log."""
    first = proof(year, path)
    if not first.off:
        return first
    recount({o.card for o in first.off if o.card})
    left = proof(year, path)
    for o in left.off:
        log.error("card %s of %s differs from the record book: %s, counted %s", *o)
    return left
