"""Cards as of the end of a quarter: what they come to, what the quarter brought, who is
there at all; statements of letters (L12)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import path_range, within
from baodao.core.clock import today
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.records.models import services
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_quarter as rules
from baodao.scoring.models import Card, Entry, Letter
from baodao.scoring.queries_health import AWAY, exempt, name_of, standing_here
from baodao.scoring.services.recounting import total_of
from baodao.scoring.standing import Book, book

# (code, title, sign, tenths) by which a line has grown.
Gain = tuple[str, str, int, int]
_RELATED = ("member__person", "member__unit", "unit", "place")


@dataclass(frozen=True)
class Sum:
    """A card as of the end of a quarter: what it comes to, and what came in it."""

    card: Card
    total: counting.Total
    gained: Sequence[Gain]

    @property
    def name(self) -> str:
        return name_of(self.card)


@dataclass(frozen=True)
class Scored(Sum):
    """With how many services there were, since when the subject is here, and why it is
    not to be asked now."""

    services: int
    since: date
    paused: str


def years_of(path: str, key: str) -> list[int]:
    """The evaluation years of a place in which a quarter lies: two where the year begins
    in the middle of it (`scoring.year_from_month`)."""
    begins = ground(path).settings["scoring.year_from_month"]
    first, after = rules.days_of(key)
    return sorted({counting.year_of(d, begins) for d in (first, after - rules.DAY)})


def cards_of(place: Place, key: str) -> QuerySet[Card]:
    """The cards of a community on which the quarter's services are."""
    found = Card.objects.filter(place=place, year__in=years_of(place.path, key))
    return found.select_related(*_RELATED)


def owner(card: Card) -> UUID:
    found = card.member_id if card.subject == "member" else card.unit_id
    assert found
    return found


def summed(
    cards: Iterable[Card], key: str, as_of: datetime | None = None,
    main: Collection[UUID] = (),
) -> list[Sum]:  # fmt: skip
    """One for each subject. Where the quarter lies in two years the score is that of the
    year in which it began, and what it brought is on both cards; `main` are cards whose
    score it is to be."""
    first, after = rules.days_of(key)
    whose: dict[tuple[str, UUID], list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda c: (c.pk not in main, c.year)):
        whose[card.subject, owner(card)].append(card)
    entries = _entries([c.pk for some in whose.values() for c in some], after, as_of)
    known, found = book(), []
    for some in whose.values():
        totals, grown = [], []
        for card in some:
            mine = entries.get(card.pk, [])
            totals.append(total_of(card, mine, known))
            begun = total_of(card, [e for e in mine if e.occurred_on < first], known)
            grown.append(_gained(totals[-1], begun, known))
        found.append(Sum(some[0], totals[0], _together(grown)))
    return found


def scored(
    cards: Iterable[Card], key: str, as_of: datetime | None = None,
    day: date | None = None,
) -> list[Scored]:  # fmt: skip
    """The cards of one community as of the quarter's end, or of `day` (default: today)
    in a quarter that runs. About six queries."""
    sums = summed(cards, key, as_of)
    if not sums:
        return []
    path = sums[0].card.path
    first, after = rules.days_of(key)
    until = min(after, (day or today()) + rules.DAY)
    members = {s.card.member_id for s in sums if s.card.member_id}
    served, here = _served(path, key, members), standing_here(path, until)
    paused = exempt(members, first, until, "这个季度有免责期")
    found = []
    for s in sums:
        who = owner(s.card)
        away = "" if who in here else AWAY
        found.append(
            Scored(
                s.card, s.total, s.gained, served[s.card.subject, who],
                here.get(who, until), away or paused.get(who, ""),
            )
        )  # fmt: skip
    return found


def _entries(
    ids: Sequence[UUID], after: date, as_of: datetime | None
) -> Mapping[UUID, list[counting.Counted]]:
    rows = Entry.objects.filter(card__in=ids, occurred_on__lt=after)
    if as_of:
        rows = rows.filter(posted_at__lte=as_of)
    found: dict[UUID, list[counting.Counted]] = defaultdict(list)
    for card, rule, n, day, source in rows.order_by("card_id", "id").values_list(
        "card_id", "rule_id", "quantity", "occurred_on", "source_id"
    ):
        found[card].append(counting.Counted(str(rule), n, day, str(source)))
    return found


def _gained(whole: counting.Total, begun: counting.Total, known: Book) -> list[Gain]:
    """By how much each line has grown in the quarter."""
    had = {line.code: line.points for line in begun.lines}
    return [
        (line.code, known.rules[line.rules[-1]].title, line.sign, n)
        for line in whole.lines
        if (n := line.points - had.get(line.code, 0))
    ]


def _together(parts: Iterable[Iterable[Gain]]) -> list[Gain]:
    """What several cards have gained, a line for each code."""
    found: dict[str, Gain] = {}
    for code, title, sign, n in (g for part in parts for g in part):
        had = found.get(code, (code, title, sign, 0))
        found[code] = (code, had[1], sign, had[3] + n)
    return list(found.values())


def _served(
    path: str, key: str, members: Collection[UUID]
) -> Counter[tuple[str, UUID]]:
    """How many services each of these members had, wherever it was, and each unit
    (sources, not people) here: a unit has a card at each of its communities."""
    first, after = rules.days_of(key)
    rows = services().filter(occurred_on__gte=first, occurred_on__lt=after)
    theirs = rows.filter(member_id__in=members).order_by()
    counts = theirs.values_list("member_id").annotate(n=Count("pk"))
    found = Counter({("member", member): n for member, n in counts})
    sources: dict[UUID, set[UUID]] = defaultdict(set)
    here = rows.filter(within("path", [path_range(path)]), unit_id__isnull=False)
    for unit, source in here.values_list("unit_id", "source_id"):
        if unit:
            sources[unit].add(source)
    found.update({("unit", unit): len(some) for unit, some in sources.items()})
    return found


# --- what a letter shows --------------------------------------------------------------------


class Statement(NamedTuple):
    """What a letter shows of its card: as of the moment it was written."""

    scored: Sum
    lines: Sequence[tuple[str, int, int]]


def statements(letters: Iterable[Letter]) -> dict[UUID, Statement]:
    """Letter → the quarter's lines of the card, and the year's so far: the same at any
    time. A few queries for all letters that a community sent at once."""
    groups: dict[tuple[UUID, str, datetime], list[Letter]] = defaultdict(list)
    for it in letters:
        groups[it.card.place_id, it.key, it.as_of].append(it)
    found: dict[UUID, Statement] = {}
    for (_, key, as_of), some in groups.items():
        place, main = some[0].card.place, {it.card_id for it in some}
        mine = Q(subject="member", member__in={it.member_id for it in some})
        mine |= Q(subject="unit", unit__in={it.unit_id for it in some})
        cards = cards_of(place, key).filter(mine | Q(pk__in=main))
        sums = {s.card.pk: s for s in summed(cards, key, as_of, main)}
        known = book()
        found |= {it.pk: _statement(sums[it.card_id], known) for it in some}
    return found


def statement(it: Letter) -> Statement:
    return statements([it])[it.pk]


def _statement(found: Sum, known: Book) -> Statement:
    lines = [
        (known.rules[line.rules[-1]].title, line.sign, line.points)
        for line in found.total.lines
    ]
    return Statement(found, lines)
