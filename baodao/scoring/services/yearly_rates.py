"""The rates of an evaluation year that is over (domain 7.2 U_ADD_MEETING, U_ADD_RATE,
U_DED_RATE): a good one is registered as a merit that the secretary confirms, a low one is
proposed like every deduction. What counts as good or low is in the rules of the last day."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.acts.engine import create
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.councils.models import MeetingSeat
from baodao.councils.rules import CAME
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import ContactTie, Exemption, Member
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.places.settings import at_each
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_rates as rules
from baodao.scoring.models import Deduction, Merit
from baodao.scoring.services.facts import Fact
from baodao.scoring.standing import Standing, all_sets, set_at

DAYS = 30  # after the year's end; later the books of today no longer tell about it
DAY = timedelta(days=1)


class Rate(NamedTuple):
    """What a unit came to at a community in a year; `tie`: the oldest that held on the
    last day."""

    name: str
    tie: UUID
    unit: UUID
    path: str
    year: int
    last: date
    part: int
    whole: int

    @property
    def value(self) -> int:
        return rules.per_mille(self.part, self.whole) or 0

    @property
    def key(self) -> str:
        return f"{self.year}:{self.name}"

    @property
    def title(self) -> str:
        """2026年党员报到率（应报到10人，报到6人）"""
        counts = rules.COUNTS[self.name].format(part=self.part, whole=self.whole)
        return f"{self.year}年{rules.RATES[self.name]}（{counts}）"


class _Tied(NamedTuple):
    tie: UUID
    unit: UUID
    path: str


# --- a good one -----------------------------------------------------------------------


def register_good(now: datetime | None = None) -> int:
    """For the secretary to confirm; returns how many are new (worker, every night)."""
    at = now or clock_now()
    found, sets = list(_new(at)), all_sets()
    places = {p.path: p for p in Place.objects.filter(path__in={r.path for r in found})}
    told: dict[str, Message] = {}
    n = 0
    with transaction.atomic():
        for r in found:
            place = places.get(r.path)
            if place and _good(r, sets):
                event = _register(r, place, at)
                told.setdefault(r.path, _tell(place, event, r.year))
                n += 1
        send(told.values())
    return n


def _good(r: Rate, sets: Sequence[Standing]) -> bool:
    fact = counting.Fact("rate", r.name, "unit", 0, r.value, False, True)
    return any(
        rule.sign == counting.ADD
        and rule.subject == "unit"
        and counting.selected(rule, fact)
        for rule in set_at(r.path, r.last, sets).rules
    )


def _register(r: Rate, place: Place, at: datetime) -> UUID:
    row = Merit(
        subject="unit", unit_id=r.unit, place=place, path=place.path, kind=r.name,
        deed=r.title, quantity=r.value, occurred_on=r.last, source_id=r.tie, key=r.key,
    )  # fmt: skip
    return create(SYSTEM, "merits.register", row, now=at).event_id


def _tell(place: Place, event: UUID, year: int) -> Message:
    return message(
        event_id=event, role="community_secretary", path=place.path,
        title=f"{year}年单位的到会率、报到率算出来了", text="达到加分标准的，请在“成绩”里核对、确认。",
        url=reverse("scoring:merits"),
    )  # fmt: skip


# --- a low one ------------------------------------------------------------------------


def low(since: date, at: datetime) -> Iterator[Fact]:
    """Every rate, for the rules to say whether it is low."""
    for r in _new(at):
        yield Fact(
            rules.low(r.name), "unit", r.unit, r.path, r.last,
            f"{r.title}，只有{rules.said(r.value)}",
            "people.contacttie", r.tie, key=r.key, quantity=r.value,
        )  # fmt: skip


# --- what they came to ----------------------------------------------------------------


def _new(at: datetime) -> Iterator[Rate]:
    """Of the years that ended lately: what is neither registered nor proposed yet, so
    that nobody is measured twice by books that have moved on."""
    found = [r for year in _ended(today(at)) for r in _rates(*year)]
    ties = {r.tie for r in found}
    there = set(
        Merit.objects.filter(source_id__in=ties).values_list("source_id", "key")
    )
    there |= set(
        Deduction.objects.filter(source_id__in=ties).values_list("source_id", "key")
    )
    yield from (r for r in found if (r.tie, r.key) not in there)


def _ended(day: date) -> Iterator[tuple[int, date, date, list[_Tied]]]:
    """(year, first, last, who was tied where) of the years that have just ended."""
    for first_month in range(1, 13):
        year = counting.year_of(day, first_month) - 1
        first, after = counting.year_days(year, first_month)
        if day < after + timedelta(days=DAYS) and (
            tied := _tied(after - DAY, first_month)
        ):
            yield year, first, after - DAY, tied


def _tied(last: date, first_month: int) -> list[_Tied]:
    """One tie per unit and community whose year begins with that month, the oldest."""
    rows = ContactTie.objects.filter(current(last)).order_by("valid_from", "pk")
    found: dict[tuple[UUID, str], UUID] = {}
    for pk, unit, path in rows.values_list("pk", "unit_id", "path"):
        found.setdefault((unit, community_path(path)), pk)
    month = at_each({path for _, path in found}, "scoring.year_from_month")
    return [
        _Tied(pk, unit, path)
        for (unit, path), pk in found.items()
        if month[path] == first_month
    ]


def _rates(year: int, first: date, last: date, tied: list[_Tied]) -> Iterator[Rate]:
    came = _meetings(first, last, {t.unit for t in tied})
    reported = _reported(last, tied)
    for t in tied:
        for name, found in (
            ("meetings", came.get((t.unit, t.path))),
            ("reported", reported.get(t.unit)),
        ):
            if found:
                yield Rate(name, t.tie, t.unit, t.path, year, last, *found)


def _meetings(
    first: date, last: date, units: Collection[UUID]
) -> dict[tuple[UUID, str], tuple[int, int]]:
    """(Unit, community) → meetings it came to, itself or by somebody else, of those
    whose list is settled."""
    seats = MeetingSeat.objects.filter(
        unit__in=units, meeting__state="closed", meeting__held_on__range=(first, last)
    ).exclude(attendance="")
    found: dict[tuple[UUID, str], tuple[int, int]] = {}
    for unit, path, how in seats.values_list("unit_id", "path", "attendance"):
        key = (unit, community_path(path))
        part, whole = found.get(key, (0, 0))
        found[key] = part + (how in CAME), whole + 1
    return found


def _reported(last: date, tied: Iterable[_Tied]) -> dict[UUID, tuple[int, int]]:
    """Unit → members who had reported in, or were waiting for an answer, on the last day,
    of those whose days to do so were over and who had no exemption."""
    paths = {t.unit: t.path for t in tied}
    days = at_each(set(paths.values()), "reporting.deadline_days")
    there = ReportIn.objects.filter(
        ~Q(state="ended") | Q(ended_on__gt=last), member=OuterRef("pk"),
        reported_on__lte=last,
    )  # fmt: skip
    away = Exemption.objects.filter(current(last), member=OuterRef("pk"))
    rows = Member.objects.filter(
        ~Exists(away), unit__in=paths, kind="in_service", duty_status="on_duty"
    ).annotate(there=Exists(there))
    found: dict[UUID, tuple[int, int]] = {}
    for unit, joined, is_there in rows.values_list("unit_id", "joined_on", "there"):
        late = joined + timedelta(days=days[paths[unit]]) <= last
        if late or is_there:
            part, whole = found.get(unit, (0, 0))
            found[unit] = part + is_there, whole + 1
    return found
