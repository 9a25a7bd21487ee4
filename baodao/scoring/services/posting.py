"""From records to entries to cards: called with what is new in the record book
(`records.following`). Doing it again writes nothing: an entry is there once per record,
rule and card."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import path_range
from baodao.acts.copying import copy_columns
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.locks import one_at_a_time
from baodao.core.memory import epoch
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.records.models import SERVICES, Record
from baodao.records.rules import day_shares
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card, Entry
from baodao.scoring.retaining import kept_from
from baodao.scoring.services.opening_cards import Held, Key, cards_for
from baodao.scoring.services.recounting import recount
from baodao.scoring.standing import Book, book

PART = 5_000
# Kinds of records that a decision about a deduction leaves.
DECIDED_ON = ("breach", "duty_missed")


class Due(NamedTuple):
    """An entry to be."""

    key: Key
    rule: str
    code: str
    record: Record
    quantity: int


def post(new: QuerySet[Record]) -> None:
    """Entries of these records and of their reversals; the cards they are on are counted
    anew. Raises nothing for a record that no rule counts."""
    one_at_a_time("scoring.post")
    touched: set[UUID] = set()
    rows = new.filter(reversal_of=None).order_by("xid", "id")
    for part in _parts(rows.iterator(chunk_size=PART)):
        touched |= _post(part)
    back = new.exclude(reversal_of=None).order_by("xid", "id")
    for part in _parts(back.iterator(chunk_size=PART)):
        touched |= _take_back(part)
    recount(touched)


def records_of(card: Card) -> QuerySet[Record]:
    """All records of the card's subject in its community and year; a day more at the
    beginning, for what went over midnight."""
    first = int(ground(card.path).settings["scoring.year_from_month"])
    begin, end = counting.year_days(card.year, first)
    lo, hi = path_range(card.path)
    found = Record.objects.filter(
        path__gte=lo, path__lt=hi, occurred_on__gte=begin - timedelta(days=1),
        occurred_on__lt=end,
    )  # fmt: skip
    if card.subject == "member":
        return found.filter(member_id=card.member_id)
    return found.filter(unit_id=card.unit_id)


def uncounted(card: Card) -> list[Record]:
    """Services that stand on record and that this card does not count, because they were
    confirmed after it was decided (8.23), in the order of their days."""
    if card.state != "decided":
        return []
    held = card.entries.values("record_id")
    rows = records_of(card).filter(reversal_of=None, reversals=None)
    left = list(rows.exclude(pk__in=held).order_by("occurred_on", "pk"))
    if not left:
        return []
    read = Ground(_communities(left), book(), epoch(), today())
    whose = card.member_id if card.subject == "member" else card.unit_id
    key = (card.place_id, card.year, card.subject, whose)
    return [
        r
        for r in left
        if any(d.key == key and read.book.rules[d.rule].sign > 0 for d in _due(r, read))
    ]


def _parts(rows: Iterable[Record]) -> Iterator[list[Record]]:
    it = iter(rows)
    while part := list(islice(it, PART)):
        yield part


# --- what counts -------------------------------------------------------------------------


class Ground(NamedTuple):
    """What is read once for a batch: communities by path, sets, the epoch with which
    settings are kept, the day."""

    places: Mapping[str, Place]
    book: Book
    epoch: int
    day: date

    def setting(self, path: str, key: str) -> int:
        return int(ground(path, self.epoch).settings[key])


def _post(records: Sequence[Record]) -> set[UUID]:
    read = Ground(_communities(records), book(), epoch(), today())
    due = [d for r in records for d in _due(r, read)]
    known = set(
        Entry.objects.filter(record__in=[r.pk for r in records]).values_list(
            "record_id", "rule_id"
        )
    )
    due = [d for d in due if (d.record.pk, UUID(d.rule)) not in known]
    cards = cards_for({d.key: d.record.unit_id for d in due})
    standing = [d for d in due if cards[d.key].state == "open"]
    shut = [d for d in due if cards[d.key].state != "open"]
    standing += _stood_before(shut, cards)
    _write(standing, cards, read)
    return {cards[d.key].pk for d in standing}


def _stood_before(due: Sequence[Due], cards: Mapping[Key, Held]) -> list[Due]:
    """Of what is due on cards that take nothing new: what they held already and was only
    taken back while somebody looked at it (a mark that was checked, a deduction that was
    appealed, a milder one in its place)."""
    if not due:
        return []
    held = Entry.objects.filter(
        card__in={cards[d.key].pk for d in due},
        source_id__in={d.record.source_id for d in due},
    )
    known = set(held.values_list("card_id", "source_id", "code"))
    sources = {(card, source) for card, source, _ in known}
    return [
        d
        for d in due
        if (cards[d.key].pk, d.record.source_id, d.code) in known
        or (
            d.record.kind in DECIDED_ON
            and (cards[d.key].pk, d.record.source_id) in sources
        )
    ]


def _communities(records: Sequence[Record]) -> Mapping[str, Place]:
    paths = {community_path(r.path) for r in records}
    return {p.path: p for p in Place.objects.filter(path__in=paths)}


def _due(record: Record, read: Ground) -> Iterator[Due]:
    place = read.places.get(community_path(record.path))
    if place is None:
        return
    fact = counting.Fact(
        record.kind, record.source_class, record.channel, record.minutes,
        record.quantity, record.member_id is not None, record.unit_id is not None,
    )  # fmt: skip
    first_month = read.setting(place.path, "scoring.year_from_month")
    oldest = kept_from(place.path, read.day, read.epoch)
    for rule in read.book.looking_at(place.path, record.occurred_on, record.kind):
        if not counting.selected(rule, fact):
            continue
        whose = record.member_id if rule.subject == "member" else record.unit_id
        assert whose
        for year, minutes in _years(record, first_month):
            n = counting.quantity(rule, minutes, record.quantity)
            if n and year >= oldest:
                key = (place.pk, year, rule.subject, whose)
                yield Due(key, rule.id, rule.code, record, n)
            if rule.measure != "minutes":
                break  # only time is divided; what is once is of the day it began


def _years(record: Record, first_month: int) -> list[tuple[int, int]]:
    """The minutes of a record by evaluation year: a service over midnight of the last
    day is in both (domain 8.24). The first is the year in which it began."""
    begun = counting.year_of(record.occurred_on, first_month)
    if record.start_at is None or record.end_at is None:
        return [(begun, record.minutes)]
    shares = day_shares(record.start_at, record.end_at)
    left, found = record.minutes, {begun: 0}
    for day, share in shares.items():
        part = min(share, left)
        left -= part
        year = counting.year_of(day, first_month)
        found[year] = found.get(year, 0) + part
    return list(found.items())


# --- cards and entries -------------------------------------------------------------------


def _write(due: Sequence[Due], cards: Mapping[Key, Held], read: Ground) -> None:
    if not due:
        return
    at = clock_now()
    copy_columns(
        Entry,
        {
            "card_id": [cards[d.key].pk for d in due],
            "rule_id": [UUID(d.rule) for d in due],
            "code": [d.code for d in due],
            "record_id": [d.record.pk for d in due],
            "source_id": [d.record.source_id for d in due],
            "quantity": [d.quantity for d in due],
            "occurred_on": [d.record.occurred_on for d in due],
            "posted_at": at,
            "late": [_late(d.record, at, read) for d in due],
        },
        len(due),
    )


def _late(record: Record, at: datetime, read: Ground) -> bool:
    """A service that was entered so many days after, or after its quarter was closed
    (8.23). What a person confirmed in time is not late because the sum came later; what
    has to wait by the rules (a dispute, a deduction, a rate) is none."""
    if record.kind not in SERVICES:
        return False
    day, entered = record.occurred_on, min(today(record.confirmed_at), today(at))
    after = date(day.year, (day.month - 1) // 3 * 3 + 1, 1) + timedelta(days=92)
    path = community_path(record.path)
    days = read.setting(path, "visits.quarter_closes_days")
    closed = after.replace(day=1) + timedelta(days=days)
    most = timedelta(days=read.setting(path, "scoring.late_entry_days"))
    return entered - day > most or entered > closed


def _take_back(reversals: Sequence[Record]) -> set[UUID]:
    """For each entry of the record that was reversed one with the quantity negative,
    whatever the state of its card: what was false counts nowhere (8.17, 8.18)."""
    by_record = {r.reversal_of_id: r for r in reversals}
    known = set(
        Entry.objects.filter(record__in=[r.pk for r in reversals]).values_list(
            "record_id", "rule_id", "card_id"
        )
    )
    rows = [
        (e, by_record[e.record_id])
        for e in Entry.objects.filter(record__in=list(by_record))
    ]
    rows = [
        (e, r) for e, r in rows if (r.pk, e.rule_id, e.card_id) not in known
    ]  # fmt: skip
    if rows:
        copy_columns(
            Entry,
            {
                "card_id": [e.card_id for e, _ in rows],
                "rule_id": [e.rule_id for e, _ in rows],
                "code": [e.code for e, _ in rows],
                "record_id": [r.pk for _, r in rows],
                "source_id": [e.source_id for e, _ in rows],
                "quantity": [-e.quantity for e, _ in rows],
                "occurred_on": [e.occurred_on for e, _ in rows],
                "posted_at": clock_now(),
            },
            len(rows),
        )
    return {e.card_id for e, _ in rows}
