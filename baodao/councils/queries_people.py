"""Part-time members, federations, estate roles with their vacancies, and leaders'
contact points, read back under one's own access. Everything in the order of place
codes or dates, nothing by number of visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils import rules
from baodao.councils.models import (
    EstateNote,
    Federation,
    FederationMember,
    LeaderContact,
    LeaderVisit,
    PartTimeMember,
)
from baodao.councils.queries import Wanted, below
from baodao.councils.services.estates import LEVEL
from baodao.people.models import Member, Person, RoleTie
from baodao.people.queries import current, persons
from baodao.places import search
from baodao.places.models import Place
from baodao.places.rules import BUILDING, ESTATE

WHEN = {"soon": "60天内到期"}


def choosable(actor: Actor, text: str) -> QuerySet[Person]:
    """Persons to appoint: those one sees, and members who report in here."""
    text = text.strip()
    if not text or text.replace(" ", "").isdigit():
        return persons(actor, text)
    members = visible(Member.objects.exclude(duty_status="left"), actor, "members.view")
    seen = visible(Person.objects.defer("phone"), actor, "persons.view")
    mine = Person.objects.defer("phone").filter(
        Q(pk__in=seen.values("pk")) | Q(pk__in=members.values("person"))
    )
    found = search.matching(mine, text)
    return found.select_related("member__unit").order_by("pinyin", "pk")


def person_to_appoint(actor: Actor, pk: UUID) -> Person:
    """One of them. Raises NotFound."""
    members = visible(Member.objects.filter(person=pk), actor, "members.view")
    found = visible(Person.objects.filter(pk=pk), actor, "persons.view").first()
    if found is None and members.exists():
        found = Person.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- part-time members --------------------------------------------------------------------

PART_TIME_TABS = {
    "coming": ("在办", rules.COMING),
    "appointed": ("在任", ("appointed",)),
    "over": ("卸任、没有通过", ("ended", "declined")),
}


def part_times(actor: Actor, wanted: Wanted) -> QuerySet[PartTimeMember]:
    """By community, then by name."""
    found = below(
        visible(PartTimeMember.objects.all(), actor, "part_time.view"), wanted.path
    )
    if wanted.when == "soon":
        soon = today() + timedelta(days=rules.SOON_DAYS)
        found = found.filter(state="appointed", valid_to__lte=soon)
    if text := wanted.text.strip():
        found = found.filter(
            Q(person__name__icontains=text)
            | Q(person__pinyin__icontains=text.lower())
            | Q(unit__name__icontains=text)
            | Q(unit__short_name__icontains=text)
        )
    related = found.select_related("person", "unit", "place__parent")
    return related.defer("person__phone").order_by("path", "person__pinyin", "pk")


def part_time(actor: Actor, pk: UUID) -> PartTimeMember:
    """One of them. Raises NotFound."""
    found = visible(PartTimeMember.objects.filter(pk=pk), actor, "part_time.view")
    row = found.select_related("person", "unit", "place__parent").first()
    if row is None:
        raise NotFound
    return row


def part_time_counts(found: QuerySet[PartTimeMember]) -> dict[str, int]:
    n = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {
        tab: sum(n.get(s, 0) for s in states)
        for tab, (_, states) in PART_TIME_TABS.items()
    }


def part_time_events(row: PartTimeMember, actor: Actor) -> tuple[str, ...]:
    return tuple(
        e
        for e in rules.PART_TIME_FLOW.events(row.state)
        if can(actor, f"part_time.{e}", row) and e not in ("expire", "drop")
    )


class Committee(NamedTuple):
    """A community and how many part-time members it has, with what to say of it."""

    place: Place
    n: int
    warning: str


def committees(actor: Actor, path: str) -> list[Committee]:
    """The communities that have any, with the suggested number beside (domain 6.6)."""
    found = visible(PartTimeMember.objects.all(), actor, "part_time.view")
    counted = below(found, path).filter(state="appointed").order_by()
    n = dict(counted.values_list("place").annotate(n=Count("pk")))
    places = Place.objects.filter(pk__in=n).order_by("path")
    return [Committee(p, n[p.pk], rules.part_time_warning(n[p.pk])) for p in places]


# --- federations ----------------------------------------------------------------------------


def federations(actor: Actor, wanted: Wanted) -> Any:
    """Those that are in force, or with state "over" the others."""
    found = below(
        visible(Federation.objects.all(), actor, "federations.view"), wanted.path
    )
    day = today()
    live = Q(dissolved=False, valid_to__gt=day)
    found = found.filter(~live if wanted.state == "over" else live)
    if text := wanted.text.strip():
        found = found.filter(Q(name__icontains=text) | Q(head__icontains=text))
    inside = Q(members__valid_to=None) | Q(members__valid_to__gt=day)
    return (
        found.select_related("place__parent")
        .annotate(
            units=Count("members", filter=inside & ~Q(members__unit=None)),
            communities=Count("members", filter=inside & ~Q(members__community=None)),
        )
        .order_by("path", "pk")
    )


def federation(actor: Actor, pk: UUID) -> Federation:
    """One of them. Raises NotFound."""
    found = visible(Federation.objects.filter(pk=pk), actor, "federations.view")
    row = found.select_related("place__parent").first()
    if row is None:
        raise NotFound
    return row


def federated(row: Federation) -> tuple[list[FederationMember], list[FederationMember]]:
    """(communities, units) in it now, or when it ended."""
    day = min(today(), row.valid_to - timedelta(days=1))
    day = max(day, row.valid_from)
    held = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    rows = list(row.members.filter(held).select_related("unit", "community"))
    places = sorted((m for m in rows if m.community), key=lambda m: m.community.path)  # type: ignore[union-attr]
    units = sorted((m for m in rows if m.unit), key=lambda m: m.unit.pinyin)  # type: ignore[union-attr]
    return places, units


# --- estate roles ---------------------------------------------------------------------------


@dataclass
class Line:
    """An estate with its holders: role → ties there; for buildings how many of them
    have somebody."""

    place: Place
    held: dict[str, list[RoleTie]] = field(default_factory=lambda: defaultdict(list))
    buildings: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    soon: list[RoleTie] = field(default_factory=list)

    @property
    def vacant(self) -> list[str]:
        """What is missing, in words."""
        found = [
            f"缺{rules.ESTATE_ROLES[role]}"
            for role, level in LEVEL.items()
            if level == ESTATE and not self.held[role]
        ]
        for role, level in LEVEL.items():
            missing = self.buildings - self.filled.get(role, 0)
            if level == BUILDING and missing:
                found.append(f"{missing}栋缺{rules.ESTATE_ROLES[role]}")
        return found


def estates(actor: Actor, wanted: Wanted) -> QuerySet[Place]:
    """Estates in sight by code. `state`: a role that is vacant there, or "any"."""
    found = visible(Place.objects.all(), actor, "estate_notes.view")
    found = below(found.filter(level=ESTATE, valid_to=None), wanted.path)
    if wanted.text.strip():
        found = search.matching(found, wanted.text)
    roles = list(LEVEL) if wanted.state == "any" else [wanted.state]
    if wanted.state in (*LEVEL, "any"):
        lacks = Q(pk=None)
        for role in roles:
            lacks |= _vacant(role)
        found = found.filter(lacks)
    if wanted.when == "soon":
        found = found.filter(Exists(_ending()))
    return found.select_related("parent__parent").order_by("path")


def _vacant(role: str) -> Q:
    held = RoleTie.objects.filter(current(), role=role)
    if LEVEL[role] == ESTATE:
        return ~Q(Exists(held.filter(place=OuterRef("pk"))))
    open_ = Place.objects.filter(parent=OuterRef("pk"), level=BUILDING, valid_to=None)
    return Q(Exists(open_.filter(~Exists(held.filter(place=OuterRef("pk"))))))


def _ending() -> QuerySet[RoleTie]:
    day = today()
    ties = RoleTie.objects.filter(current(day), role__in=LEVEL)
    ties = ties.filter(valid_to__lte=day + timedelta(days=rules.SOON_DAYS))
    return ties.filter(Q(place=OuterRef("pk")) | Q(place__parent=OuterRef("pk")))


def estate(actor: Actor, pk: UUID) -> Place:
    """One estate. Raises NotFound."""
    found = visible(Place.objects.filter(pk=pk), actor, "estate_notes.view")
    row = found.filter(level=ESTATE).select_related("parent__parent").first()
    if row is None:
        raise NotFound
    return row


def buildings_of(ids: Iterable[UUID]) -> list[Place]:
    found = Place.objects.filter(parent__in=ids, level=BUILDING, valid_to=None)
    return list(found.order_by("path"))


def lines(places: Sequence[Place]) -> list[Line]:
    """The holders at these estates and their buildings; two queries."""
    by_id = {p.pk: Line(p) for p in places}
    owner = {pk: pk for pk in by_id}
    for b in buildings_of(by_id):
        assert b.parent_id
        owner[b.pk] = b.parent_id
        by_id[b.parent_id].buildings += 1
    ties = RoleTie.objects.filter(current(), role__in=LEVEL, place__in=owner)
    seen: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    soon = today() + timedelta(days=rules.SOON_DAYS)
    for t in ties.select_related("person", "place").defer("person__phone"):
        assert t.place_id
        line = by_id[owner[t.place_id]]
        line.held[t.role].append(t)
        seen[line.place.pk, t.role].add(t.place_id)
        if t.valid_to and t.valid_to <= soon:
            line.soon.append(t)
    for line in by_id.values():
        line.filled = {role: len(seen[line.place.pk, role]) for role in LEVEL}
    return list(by_id.values())


class Post(NamedTuple):
    """One role at one place, with who holds it; None is a vacancy. `next`: a further
    term is given already."""

    role: str
    title: str
    place: Place
    tie: RoleTie | None
    soon: bool = False
    next: RoleTie | None = None

    @property
    def end_id(self) -> str:
        return str(self.tie.pk) if self.tie else ""


def posts(place: Place) -> list[Post]:
    """All roles of an estate and of its buildings, those of the estate first."""
    places = [place, *buildings_of([place.pk])]
    day = today()
    ties = RoleTie.objects.filter(role__in=LEVEL, place__in=[p.pk for p in places])
    ties = ties.filter(Q(valid_to=None) | Q(valid_to__gt=day)).order_by("valid_from")
    by_post: dict[tuple[UUID | None, str], list[RoleTie]] = defaultdict(list)
    for t in ties.select_related("person").defer("person__phone"):
        by_post[t.place_id, t.role].append(t)
    found = []
    for p in places:
        for role, level in LEVEL.items():
            if level == p.level:
                found += _posts(role, p, by_post[p.pk, role], day)
    return found


def _posts(role: str, place: Place, ties: list[RoleTie], day: date) -> list[Post]:
    now = [t for t in ties if t.valid_from <= day]
    later = {t.person_id: t for t in ties if t.valid_from > day}
    title = rules.ESTATE_ROLES[role]
    soon = day + timedelta(days=rules.SOON_DAYS)
    found = [
        Post(
            role, title, place, t, bool(t.valid_to and t.valid_to <= soon),
            later.pop(t.person_id, None),
        )
        for t in now
    ]  # fmt: skip
    coming = [Post(role, title, place, t, next=t) for t in later.values()]
    return found + coming or [Post(role, title, place, None)]


def notes(actor: Actor, wanted: Wanted) -> QuerySet[EstateNote]:
    """Organised life, the newest first."""
    found = below(
        visible(EstateNote.objects.all(), actor, "estate_notes.view"), wanted.path
    )
    if wanted.state in rules.NOTE_STATES:
        found = found.filter(state=wanted.state)
    return found.select_related("place__parent").order_by("-on", "-pk")


def note_events(row: EstateNote, actor: Actor) -> tuple[str, ...]:
    return tuple(
        e
        for e in rules.NOTE_FLOW.events(row.state)
        if can(actor, f"estate_notes.{e}", row)
    )


# --- leaders --------------------------------------------------------------------------------

VISITED = {"none": "今年还没走访", "waiting": "有走访待确认", "ended": "已结束的"}


def _year(wanted: Wanted) -> int:
    return int(wanted.year) if wanted.year.isdigit() else today().year


def leaders(actor: Actor, wanted: Wanted) -> Any:
    """In the order of places, each with the visits of the year: confirmed, waiting, the
    last one. `state`: a rank; `when`: one of VISITED."""
    found = below(
        visible(LeaderContact.objects.all(), actor, "leader_contacts.view"), wanted.path
    )
    year = _year(wanted)
    in_year = Q(visits__on__year=year)
    found = found.annotate(
        n=Count("visits", filter=in_year & Q(visits__state="confirmed")),
        waiting=Count("visits", filter=Q(visits__state="noted")),
        last_on=Max("visits__on", filter=Q(visits__state="confirmed")),
    )
    day = today()
    if wanted.when == "ended":
        found = found.filter(valid_to__lte=day)
    else:
        found = found.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    if wanted.when == "none":
        found = found.filter(n=0)
    elif wanted.when == "waiting":
        found = found.filter(waiting__gt=0)
    if wanted.state in rules.LEADER_RANKS:
        found = found.filter(rank=wanted.state)
    if text := wanted.text.strip():
        found = found.filter(
            Q(post__icontains=text)
            | Q(name__icontains=text)
            | Q(point__name__icontains=text)
        )
    return found.select_related("point__parent__parent").order_by("path", "post", "pk")


class Totals(NamedTuple):
    """People, points, confirmed visits of the year (场次), issues found in them."""

    leaders: int
    points: int
    visits: int
    issues: int


def totals(actor: Actor, wanted: Wanted) -> Totals:
    """Of what is in sight and in force on any day of the year."""
    year = _year(wanted)
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = below(
        visible(LeaderContact.objects.all(), actor, "leader_contacts.view"), wanted.path
    )
    found = found.filter(valid_from__lte=last).filter(
        Q(valid_to=None) | Q(valid_to__gt=first)
    )
    points = found.values("point").distinct().count()
    # One leader with two points is one person.
    people = found.values("post", "name").distinct().count()
    visits = visited(actor, wanted).filter(state="confirmed")
    return Totals(people, points, visits.count(), visits.exclude(issues="").count())


def visited(actor: Actor, wanted: Wanted) -> QuerySet[LeaderVisit]:
    """The visits of a year, the newest first."""
    found = below(
        visible(LeaderVisit.objects.all(), actor, "leader_visits.view"), wanted.path
    )
    found = found.filter(on__year=_year(wanted)).exclude(state="voided")
    related = found.select_related("contact__point__parent")
    return related.order_by("-on", "path", "pk")


def leader(actor: Actor, pk: UUID) -> LeaderContact:
    """One bond. Raises NotFound."""
    found = visible(LeaderContact.objects.filter(pk=pk), actor, "leader_contacts.view")
    row = found.select_related("point__parent__parent").first()
    if row is None:
        raise NotFound
    return row


def visit_events(row: LeaderVisit, actor: Actor) -> tuple[str, ...]:
    return tuple(
        e
        for e in rules.VISIT_FLOW.events(row.state)
        if can(actor, f"leader_visits.{e}", row)
    )


def where(point: Place) -> str:
    """The names above a contact point, the county first; a grid's community too."""
    found: list[str] = []
    above = point.parent
    for _ in range(2):
        if above is None or above.level < 3:
            break
        found.insert(0, above.name)
        above = above.parent
    return " · ".join(found)
