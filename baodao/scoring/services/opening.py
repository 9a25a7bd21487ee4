"""Opening the yearly evaluation: one row for each member and unit that was reported in or
has a card, at the primary community. Set-based: a community and a prefecture alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.access import require, within
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.bulk import create_rows
from baodao.acts.engine import create
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, NotFound
from baodao.core.ids import uuid7s
from baodao.core.locks import one_at_a_time
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, community_path
from baodao.places.settings import at_each
from baodao.places.succeeding import now_at, ranges_of
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation, Round
from baodao.scoring.rules_evaluation import Span
from baodao.scoring.services.attaching import unreported_at
from baodao.scoring.services.gathering import Stay, spans, stays
from baodao.scoring.services.opening_cards import Key, cards_for

_SHORT = "scoring.short_months"


class _Row(NamedTuple):
    """An evaluation to be."""

    key: Key
    attached: list[UUID]
    months: int


def open_round(
    *, actor: Actor, place_id: UUID, year: int, now: datetime | None = None
) -> Round:
    """Open the year of one community, or add whoever was not there the first time. Raises
    Conflict while the year is not over."""
    place = Place.objects.filter(pk=place_id, level=COMMUNITY).first()
    if place is None:
        raise NotFound
    require(actor, "evaluation_rounds.open", Round(place=place, path=place.path))
    year_span = spans([place.path], year)[place.path]
    if today(now) < year_span[1]:
        raise Conflict(
            f"{year}年度到{year_span[1].year}年{year_span[1].month}月"
            f"{year_span[1].day}日才结束，到时再开始评价。"
        )
    open_rounds(actor=actor, places=[place], year=year, now=now)
    return Round.objects.get(place=place, year=year)


def open_year(*, year: int, now: datetime | None = None) -> int:
    """What the job on the first day after the year does: every community in which there
    is a card or a report-in and whose year is over. Returns how many evaluations."""
    day = today(now)
    paths = {
        community_path(p)
        for p in Card.objects.filter(year=year)
        .values_list("path", flat=True)
        .distinct()
    }
    paths |= {
        community_path(p)
        for p in ReportIn.objects.filter(accepted_at__isnull=False)
        .values_list("path", flat=True).distinct()
    }  # fmt: skip
    paths = set(now_at(paths).values())
    over = spans(paths, year)
    places = Place.objects.filter(
        path__in=[p for p in paths if over[p][1] <= day], level=COMMUNITY, valid_to=None
    )
    return open_rounds(actor=SYSTEM, places=list(places), year=year, now=now)


def open_rounds(
    *, actor: Actor, places: Sequence[Place], year: int, now: datetime | None = None
) -> int:
    """The same for these communities; those that are open get who is missing. Returns how
    many evaluations are new."""
    at = now or clock_now()
    with transaction.atomic():
        one_at_a_time("scoring.evaluate")
        rounds = _rounds(actor, places, year, at)
        by_span: dict[Span, list[Place]] = defaultdict(list)
        known = spans([p.path for p in places], year)
        for place in places:
            by_span[known[place.path]].append(place)
        return sum(
            _open(actor, their, year, span, rounds, at)
            for span, their in by_span.items()
        )


def _rounds(
    actor: Actor, places: Sequence[Place], year: int, at: datetime
) -> dict[UUID, UUID]:
    there = dict(
        Round.objects.filter(place__in=places, year=year).values_list("place_id", "pk")
    )
    new = [p for p in places if p.pk not in there]
    if len(new) == 1:
        made = Round(place=new[0], path=new[0].path, year=year, created_at=at)
        create(actor, "evaluation_rounds.open", made, now=at)
        return {**there, new[0].pk: made.pk}
    ids = uuid7s(len(new))
    create_rows(
        actor, "evaluation_rounds.open", Round,
        {"id": ids, "place_id": [p.pk for p in new], "path": [p.path for p in new],
         "year": year, "created_at": at},
        at=at,
    ) if new else None  # fmt: skip
    return {**there, **dict(zip((p.pk for p in new), ids, strict=True))}


def _open(
    actor: Actor, places: Sequence[Place], year: int, span: Span,
    rounds: Mapping[UUID, UUID], at: datetime,
) -> int:  # fmt: skip
    due = [*_members(places, year, span), *_units(places, year, span)]
    there = Evaluation.objects.filter(year=year)
    members = [d.key[3] for d in due if d.key[2] == "member"]
    have = set(
        there.filter(subject="member", member__in=members)
        .values_list("member_id", flat=True)
    )  # fmt: skip
    due = [d for d in due if d.key[2] == "unit" or d.key[3] not in have]
    cards = {k: c.pk for k, c in cards_for({d.key: None for d in due}).items()}
    taken = set(
        there.filter(card__in=list(cards.values())).values_list("card_id", flat=True)
    )
    due = [d for d in due if cards[d.key] not in taken]
    if due:
        _write(actor, due, cards, places, rounds, at)
    return len(due)


def _paths(places: Iterable[Place]) -> Q:
    """With what these communities have taken over from others (8.22)."""
    return within("path", ranges_of(p.path for p in places))


def _members(places: Sequence[Place], year: int, span: Span) -> list[_Row]:
    """Members whose primary community is one of these."""
    here, inside = {p.path: p for p in places}, _paths(places)
    reported = ReportIn.objects.filter(
        inside, Q(ended_on=None) | Q(ended_on__gt=span[0]),
        accepted_at__isnull=False, reported_on__lt=span[1], member__isnull=False,
    )  # fmt: skip
    cards = Card.objects.filter(inside, year=year, subject="member")
    ids = {*reported.values_list("member_id", flat=True),
           *cards.values_list("member_id", flat=True)}  # fmt: skip
    known = stays(Q(member__in=list(ids)), span)
    held: dict[UUID, dict[str, UUID]] = defaultdict(dict)
    rows = Card.objects.filter(member__in=list(ids), year=year, subject="member")
    for member, path, pk in rows.values_list("member_id", "path", "pk"):
        held[member][path] = pk
    at_today = now_at({path for its in held.values() for path in its})
    away = unreported_at([pk for its in held.values() for pk in its.values()])
    found = []
    for member in sorted(m for m in ids if m):
        stay = known.get(member, Stay())
        row = _member(member, stay, held[member], away, at_today, here, year, span)
        if row:
            found.append(row)
    return found


def _member(
    member: UUID, stay: Stay, cards: Mapping[str, UUID], away: Mapping[UUID, int],
    at_today: Mapping[str, str], here: Mapping[str, Place], year: int, span: Span,
) -> _Row | None:  # fmt: skip
    months = {
        p: stay.months(p, span) for p in {*stay.at, *(at_today[p] for p in cards)}
    }
    path = rules.primary(months, stay.homes)
    owed = {at_today[p]: away[pk] for p, pk in cards.items() if pk in away}
    if owed and months[path] < at_each([path], _SHORT)[path]:
        # Not reported in for too long to have been anywhere else (7.1).
        path = min(owed, key=lambda p: (-owed[p], p))
    if path not in here:
        return None
    others = [pk for p, pk in sorted(cards.items()) if p != path]
    return _Row((here[path].pk, year, "member", member), others, months[path])


def _units(places: Sequence[Place], year: int, span: Span) -> list[_Row]:
    """Units that were reported in at these communities, or have a card there."""
    here, inside = {p.path: p for p in places}, _paths(places)
    reported = ReportIn.objects.filter(
        inside, Q(ended_on=None) | Q(ended_on__gt=span[0]),
        accepted_at__isnull=False, reported_on__lt=span[1], subject_unit__isnull=False,
    )  # fmt: skip
    cards = Card.objects.filter(inside, year=year, subject="unit", unit__isnull=False)
    held = list(cards.values_list("path", "unit", "pk"))
    done = Evaluation.objects.filter(inside, year=year, subject="unit")
    done_at = list(done.values_list("path", "unit"))
    reports = [
        (community_path(p), u)
        for p, u in reported.values_list("path", "subject_unit") if u
    ]  # fmt: skip
    at_today = now_at({*(p for p, _ in (*reports, *done_at)), *(p for p, *_ in held)})
    own = {(p, u) for p, u, _ in held if at_today[p] == p}
    there = {(at_today[p], u) for p, u, _ in held} | {
        (at_today[p], u) for p, u in reports
    }
    # What was evaluated at a community that is no more is not evaluated again here.
    due = there - {(at_today[p], u) for p, u in done_at} | own
    left: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
    for path, unit, pk in held:
        if at_today[path] != path:  # beside the card of the receiving community
            left[at_today[path], unit].append(pk)
    known = stays(Q(subject_unit__in=[u for _, u in due]), span)
    return [
        _Row((here[path].pk, year, "unit", unit), left[path, unit],
             known.get(unit, Stay()).months(path, span))
        for path, unit in sorted(due, key=str) if path in here
    ]  # fmt: skip


def _write(
    actor: Actor, due: Sequence[_Row], cards: Mapping[Key, UUID],
    places: Sequence[Place], rounds: Mapping[UUID, UUID], at: datetime,
) -> None:  # fmt: skip
    path_of = {p.pk: p.path for p in places}
    members = _people([d.key[3] for d in due if d.key[2] == "member"])
    units = Unit.objects.in_bulk([d.key[3] for d in due if d.key[2] == "unit"])
    names, belongs = [], []
    for d in due:
        if d.key[2] == "member":
            name, unit = members[d.key[3]]
        else:
            it = units[d.key[3]]
            name, unit = it.name, it.pk
        names.append(name)
        belongs.append(unit)
    create_rows(
        actor, "evaluations.open", Evaluation,
        {
            "round_id": [rounds[d.key[0]] for d in due],
            "card_id": [cards[d.key] for d in due],
            "attached": [d.attached for d in due],
            "subject": [d.key[2] for d in due],
            "member_id": [d.key[3] if d.key[2] == "member" else None for d in due],
            "unit_id": belongs, "name": names,
            "path": [path_of[d.key[0]] for d in due],
            "year": [d.key[1] for d in due],
            "state": "collecting", "months": [d.months for d in due], "created_at": at,
        },
        at=at,
    )  # fmt: skip


def _people(ids: Collection[UUID]) -> dict[UUID, tuple[str, UUID | None]]:
    rows = Member.objects.filter(pk__in=ids)
    return {
        pk: (name, unit)
        for pk, name, unit in rows.values_list("pk", "person__name", "unit_id")
    }
