"""What an allocation looks at, out of the tables: units, points with their needs, ties,
where members live. Eight queries for a whole prefecture, however large."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, Value

from baodao.acts.access import path_range
from baodao.allocation import rules
from baodao.core.clock import now as clock_now
from baodao.core.fields import CText
from baodao.matching.allocation import Need, Point, Problem, Weights
from baodao.matching.allocation import Unit as Candidate
from baodao.orders.models import Order
from baodao.people.choices import FUNCTIONS
from baodao.people.models import ContactTie, Member, Unit
from baodao.places.models import FOCUS_GROUPS, Estate, Household, Place
from baodao.places.rules import COMMUNITY, ESTATE_RISKS, GRID

YEAR = timedelta(days=365)
# Not what somebody needed, or told twice.
_NOT_COUNTED = ("rejected", "merged", "withdrawn")


@dataclass(frozen=True)
class Fixed:
    """What a person has decided for a unit."""

    point_id: UUID
    reason: str = ""
    decided_by: str = ""


@dataclass
class Inputs:
    """`was`: unit → the tie that the plan may move (the oldest one in the area);
    `extras`: other ties in the area; `elsewhere`: units of the area that serve a point
    outside it only, and are left alone."""

    units: dict[UUID, Unit] = field(default_factory=dict)
    points: dict[UUID, Place] = field(default_factory=dict)
    was: dict[UUID, ContactTie] = field(default_factory=dict)
    extras: list[ContactTie] = field(default_factory=list)
    elsewhere: list[Unit] = field(default_factory=list)
    needs: dict[UUID, dict[str, Need]] = field(default_factory=dict)
    living: dict[UUID, dict[str, int]] = field(default_factory=dict)
    members: Counter[UUID] = field(default_factory=Counter)

    def problem(
        self, weights: Mapping[str, Any], fixed: Mapping[UUID, Fixed] | None = None
    ) -> Problem:
        """The same for the pure functions; keys are ids as text."""
        decided = {u: f.point_id for u, f in (fixed or {}).items()}
        apart: dict[UUID, set[str]] = defaultdict(set)
        for tie in self.extras:
            apart[tie.unit_id].add(str(tie.point_id))
        mine = [
            self._candidate(u, decided.get(u.pk), frozenset(apart[u.pk]))
            for u in self.units.values()
        ]
        stay = [
            Candidate(
                f"{t.unit_id}/{t.point_id}", t.unit.path, t.unit.name,
                tuple(t.unit.functions), _at(t.unit, t.unit.seat), fixed=str(t.point_id),
            )
            for t in self.extras
        ]  # fmt: skip
        points = [
            Point(
                str(p.pk),
                p.path,
                p.name,
                p.population,
                _at(p),
                self.needs.get(p.pk, {}),
            )
            for p in self.points.values()
        ]
        return Problem(mine + stay, points, Weights(**weights))

    def _candidate(
        self, u: Unit, fixed: UUID | None, apart: frozenset[str]
    ) -> Candidate:
        tie = self.was.get(u.pk)
        return Candidate(
            str(u.pk), u.path, u.name, tuple(u.functions), _at(u, u.seat),
            now=str(tie.point_id) if tie else "", fixed=str(fixed) if fixed else "",
            apart=apart, members=self.members[u.pk], living=self.living.get(u.pk, {}),
        )  # fmt: skip


def _at(*things: Any) -> tuple[float, float] | None:
    for thing in things:
        if thing.lon is not None and thing.lat is not None:
            return (thing.lon, thing.lat)
    return None


def within(path: str, column: str = "path") -> Q:
    """At or below a path."""
    lo, hi = path_range(path)
    return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def units_and_points(path: str) -> Inputs:
    """Who and where, and the ties: what tells whether a plan has grown old. Units that
    are merging or have ended are left out."""
    found = Inputs()
    units = Unit.objects.filter(within(path), status="active", valid_to=None)
    rows = units.select_related("seat").order_by("path", "name", "id")
    found.units = {u.pk: u for u in rows}
    points = Place.objects.filter(within(path), is_contact_point=True, valid_to=None)
    found.points = {p.pk: p for p in points.select_related("parent").order_by("path")}
    ties = ContactTie.objects.filter(
        within(path) | within(path, "unit__path"), valid_to=None
    )
    outside: set[UUID] = set()
    for tie in ties.select_related("unit__seat").order_by("valid_from", "created_at"):
        if tie.point_id not in found.points:
            outside.add(tie.unit_id)
        elif tie.unit_id in found.units and tie.unit_id not in found.was:
            found.was[tie.unit_id] = tie
        elif tie.unit.valid_to is None:
            found.extras.append(tie)
    for pk in outside - found.was.keys():
        if unit := found.units.pop(pk, None):
            found.elsewhere.append(unit)
    return found


def gather(path: str) -> Inputs:
    """Everything, at and below a path."""
    found = units_and_points(path)
    found.needs = needs(path, list(found.points.values()))
    _who_lives_where(found)
    return found


# --- needs -------------------------------------------------------------------------


class _Cut(Func):
    """The path down to the grid: a household's order counts for its grid."""

    template = (
        "array_to_string((string_to_array(%(expressions)s, '/'))[1:"
        f"{GRID}], '/') || '/'"
    )
    output_field = CText()


class _Each(Func):
    function = "unnest"
    output_field = CText()


def needs(path: str, points: Sequence[Place]) -> dict[UUID, dict[str, Need]]:
    """Point → function → how much and why. What lies in a grid that is a point counts
    for the grid, else for its community."""
    paths = {p.path: p.pk for p in points}
    orders, people, estates = _orders(path), _people(path), _estates(path)
    found: dict[UUID, dict[str, list[tuple[int, str]]]] = {
        p.pk: defaultdict(list) for p in points
    }
    for (at, f), n in _per_point(orders, paths).items():
        text = f"一年来{FUNCTIONS[f]}方面点单 {n} 件"
        found[at][f].append((n * rules.ORDER, text))
    for (at, group), n in _per_point(people, paths).items():
        if n >= rules.SMALLEST:
            for f in rules.FOCUS_FUNCTIONS.get(group, ()):
                text = f"有{FOCUS_GROUPS[group]}的住户 {n} 户"
                found[at][f].append((n * rules.HOUSEHOLD, text))
    for (at, risk), n in _per_point(estates, paths).items():
        for f in rules.RISK_FUNCTIONS.get(risk, ("health", "civil_affairs")):
            text = f"{n} 个小区{_risk(risk)}"
            found[at][f].append((n * rules.ESTATE, text))
    common = _common(orders)
    return {pk: _summed(parts, common) for pk, parts in found.items()}


def _risk(code: str) -> str:
    return ESTATE_RISKS.get(code, "老年人多")


def _summed(
    parts: Mapping[str, list[tuple[int, str]]], common: Mapping[str, int]
) -> dict[str, Need]:
    summed = {}
    for f in FUNCTIONS:
        told = sorted(parts.get(f, ()), reverse=True)
        weight = sum(n for n, _ in told) + common.get(f, 0)
        if weight:
            why = "，".join(text for _, text in told[:2])
            around = f"周边{FUNCTIONS[f]}方面点单多"
            summed[f] = Need(weight, why or around, own=bool(told))
    return summed


def _common(orders: Mapping[tuple[str, str], int]) -> dict[str, int]:
    by_function: Counter[str] = Counter()
    for (_, f), n in orders.items():
        by_function[f] += n
    whole = sum(by_function.values())
    return {f: round(rules.COMMON * n / whole) for f, n in by_function.items()}


def _per_point(
    counted: Mapping[tuple[str, str], int], paths: Mapping[str, UUID]
) -> Counter[tuple[UUID, str]]:
    """Counts by grid path, given to the grid or else its community."""
    found: Counter[tuple[UUID, str]] = Counter()
    for (path, what), n in counted.items():
        community = "/".join(path.split("/")[:COMMUNITY]) + "/"
        at = paths.get(path) or paths.get(community)
        if at:
            found[at, what] += n
    return found


def _orders(path: str) -> dict[tuple[str, str], int]:
    found = Order.objects.filter(within(path), placed_at__gte=clock_now() - YEAR)
    found = found.exclude(state__in=_NOT_COUNTED)
    return _counted(found, _Each(F("category__functions")), FUNCTIONS)


def _people(path: str) -> dict[tuple[str, str], int]:
    found = Household.objects.filter(within(path), place__valid_to=None)
    return _counted(found, _Each(F("focus")), rules.FOCUS_FUNCTIONS)


def _estates(path: str) -> dict[tuple[str, str], int]:
    found = Estate.objects.filter(within(path), place__valid_to=None)
    risks = _counted(found, _Each(F("risks")), rules.RISK_FUNCTIONS)
    old = found.filter(elder_share__gte=rules.OLD_ESTATE)
    return risks | _counted(old, Value("old", output_field=CText()), {"old"})


def _counted(
    found: QuerySet[Any], what: Any, known: Iterable[str]
) -> dict[tuple[str, str], int]:
    rows = (
        found.order_by()
        .annotate(at=_Cut(F("path")), what=what)
        .values_list("at", "what")
        .annotate(n=Count("pk"))
    )
    wanted = set(known)
    return {(at, what): n for at, what, n in rows if what in wanted}


def _who_lives_where(found: Inputs) -> None:
    """How many members on duty each unit has, and at which points they live."""
    rows = Member.objects.filter(duty_status="on_duty", unit__in=list(found.units))
    counted = rows.values_list("unit_id", "residence_path").annotate(n=Count("pk"))
    by_community: dict[str, list[str]] = defaultdict(list)
    for p in found.points.values():
        community = "/".join(p.path.split("/")[:COMMUNITY]) + "/"
        by_community[community].append(str(p.pk))
    for unit, path, n in counted.order_by():
        assert unit
        found.members[unit] += n
        for key in by_community.get(path or "-", ()):
            found.living.setdefault(unit, {})[key] = n
