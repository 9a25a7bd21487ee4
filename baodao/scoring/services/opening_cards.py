"""Cards: made with the first entry, and for everybody who has reported in before anything
is on them: the base counts from the first day (domain 7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.locks import one_at_a_time
from baodao.core.memory import epoch
from baodao.people.models import Member
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card
from baodao.scoring.standing import book

PART = 5_000
# Whose report-in stands, until another community has accepted the next one.
STANDING = ("active", "transfer_pending")
# A card's place, year, and whose it is.
Key = tuple[UUID, int, str, UUID]


class Held(NamedTuple):
    """A card that is there: all that whoever writes on thousands of them needs."""

    pk: UUID
    state: str


def cards_for(keys: Mapping[Key, UUID | None]) -> dict[Key, Held]:
    """The card of each key; those that are missing are made. The values are units: where
    the member has none today, that of the record."""
    found = there(keys)
    missing = [k for k in keys if k not in found]
    if missing:
        _make(missing, keys)
        found |= there(missing)
    return found


def there(keys: Collection[Key]) -> dict[Key, Held]:
    """The cards that are made already, by their owners alone: places and years besides would be tried with each of them."""
    wanted = set(keys)
    found: dict[Key, Held] = {}
    for subject in counting.SUBJECTS:
        whose = {k[3] for k in wanted if k[2] == subject}
        rows = Card.objects.filter(**{"subject": subject, f"{subject}__in": whose})
        names = ("place_id", "year", f"{subject}_id", "pk", "state")
        for row in rows.values_list(*names) if whose else ():
            key = (row[0], row[1], subject, row[2])
            if key in wanted:
                found[key] = Held(row[3], row[4])
    return found


def _make(keys: Collection[Key], units: Mapping[Key, UUID | None]) -> None:
    places = Place.objects.in_bulk({k[0] for k in keys})
    members = [k[3] for k in keys if k[2] == "member"]
    now_of = dict(Member.objects.filter(pk__in=members).values_list("pk", "unit_id"))
    rules = book()
    create_rows(
        SYSTEM, "cards.open", Card,
        {
            "subject": [k[2] for k in keys],
            "member_id": [k[3] if k[2] == "member" else None for k in keys],
            "unit_id": [
                k[3] if k[2] == "unit" else now_of.get(k[3]) or units[k] for k in keys
            ],
            "place_id": [k[0] for k in keys],
            "path": [places[k[0]].path for k in keys],
            "year": [k[1] for k in keys],
            "score": [rules.frame(places[k[0]].path, k[1]).base for k in keys],
        },
    )  # fmt: skip


# --- of those who have reported in -------------------------------------------------------

# Path, member, unit.
Row = tuple[str, UUID | None, UUID | None]


def open_for_report_ins(now: datetime | None = None) -> None:
    """The cards of this year that are missing: of members where they live, of units where
    they have reported in. Doing it again makes nothing."""
    found = ReportIn.objects.filter(state__in=STANDING)
    found = found.exclude(member__isnull=False, channel="unit").order_by("pk")
    rows = found.values_list("path", "member_id", "subject_unit_id")
    for part in _parts(rows.iterator(chunk_size=PART)):
        with transaction.atomic():
            one_at_a_time("scoring.post")
            cards_for(dict.fromkeys(_keys(part, today(now))))


# --- of units that are gone -----------------------------------------------------------------


def freeze(now: datetime | None = None) -> int:
    """The points of a unit that was merged or dissolved move no more (domain 8.7); its
    members' cards go on. Returns how many cards."""
    gone = Card.objects.filter(subject="unit", state="open").exclude(
        unit__status="active"
    )
    todo = list(gone.values_list("pk", flat=True))
    if todo:
        act_many(SYSTEM, "cards.freeze", todo, Write(set={"state": "frozen"}), now=now)
    return len(todo)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    it = iter(rows)
    while part := list(islice(it, PART)):
        yield part


def _keys(rows: Collection[Row], day: date) -> Iterator[Key]:
    paths = {community_path(path) for path, *_ in rows}
    places = {p.path: p for p in Place.objects.filter(path__in=paths, valid_to=None)}
    at = epoch()
    for path, member, unit in rows:
        place, whose = places.get(community_path(path)), member or unit
        if place and whose:
            first = ground(place.path, at).settings["scoring.year_from_month"]
            subject = "member" if member else "unit"
            yield place.pk, counting.year_of(day, first), subject, whose
