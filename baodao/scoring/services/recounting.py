"""What a card's entries come to, on the card for lists. The same entries give the same
card at any time, and a card as of a day is that of the entries posted until then."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from baodao.core.clock import now as clock_now
from baodao.core.updating import set_columns
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card, Entry
from baodao.scoring.standing import Book, book

PART = 2_000


def recount(cards: Collection[UUID]) -> None:
    """Count these cards anew from their entries. Columns only: the entries say when and
    why they changed."""
    ids = sorted(cards)
    for start in range(0, len(ids), PART):
        _recount(ids[start : start + PART])


_KEPT = ("adds", "deducts", "score", "ceiling", "counted_at")


def _recount(ids: list[UUID]) -> None:
    at = clock_now()
    rows = [
        (pk, t.adds, t.deducts, t.score, t.ceiling, at)
        for pk, t in totals_of(ids).items()
    ]
    set_columns(Card, _KEPT, rows)


def totals_of(
    ids: Iterable[UUID], as_of: datetime | None = None
) -> dict[UUID, counting.Total]:
    """Card → what its entries come to; `as_of`: only of those posted until then."""
    return totals(Card.objects.filter(pk__in=list(ids)), as_of)


def totals(
    cards: Iterable[Card], as_of: datetime | None = None, known: Book | None = None
) -> dict[UUID, counting.Total]:
    """The same of cards that are at hand."""
    cards = list(cards)
    ids = [c.pk for c in cards]
    entries = Entry.objects.filter(card__in=ids).order_by("card_id", "id")
    if as_of:
        entries = entries.filter(posted_at__lte=as_of)
    by_card: dict[UUID, list[counting.Counted]] = defaultdict(list)
    for card, rule, n, day, source in entries.values_list(
        "card_id", "rule_id", "quantity", "occurred_on", "source_id"
    ):
        by_card[card].append(counting.Counted(str(rule), n, day, str(source)))
    known = known or book()
    return {card.pk: total_of(card, by_card.get(card.pk, []), known) for card in cards}


def total_of(
    card: Card, entries: list[counting.Counted], known: Book | None = None
) -> counting.Total:
    """By the versions of the rules that the entries name, in the order of their sets,
    and the frame that held on the first day of the card's year."""
    known = known or book()
    used = sorted({e.rule for e in entries}, key=known.order.__getitem__)
    rules = [known.rules[r] for r in used]
    return counting.total(entries, rules, known.frame(card.path, card.year))


def digest(card: Card, as_of: datetime | None = None) -> str:
    """sha256 of the card as of a moment: recomputing it gives the same bytes."""
    return digest_of(totals_of([card.pk], as_of)[card.pk])


def digest_of(total: counting.Total) -> str:
    """The same of a card that is counted already."""
    text = json.dumps(asdict(total), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
