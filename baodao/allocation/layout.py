"""布局图 as a table (A35): units and contact points per county and township, what they
cover and what is missing, of today or as a plan would have it. In the order of codes,
without any ranking."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from baodao.allocation import rules
from baodao.allocation.inputs import needs, within
from baodao.allocation.models import AllocationPlan
from baodao.allocation.queries import open_ties
from baodao.matching.allocation import Need
from baodao.people.choices import FUNCTIONS
from baodao.places.models import Place
from baodao.places.rules import COUNTY, TOWNSHIP


@dataclass
class Spot:
    """A contact point with its units: (id, name, functions)."""

    place: Place
    needs: dict[str, Need]
    units: list[tuple[UUID, str, Sequence[str]]] = field(default_factory=list)

    @property
    def covered(self) -> set[str]:
        return {f for _, _, functions in self.units for f in functions}

    @property
    def missing(self) -> list[str]:
        """What the point asks for and no unit brings, in short words."""
        top = max((n.weight for n in self.needs.values()), default=0)
        return [
            rules.SHORT[f]
            for f, n in self.needs.items()
            if rules.notable(n.weight, top, n.own) and f not in self.covered
        ]


@dataclass
class Row:
    """A county, or a township of it. `spots` are those of the township."""

    place: Place
    is_county: bool
    communities: int = 0
    spots: list[Spot] = field(default_factory=list)

    @property
    def points(self) -> int:
        return len(self.spots)

    @property
    def units(self) -> int:
        """Units, each once."""
        return len({pk for s in self.spots for pk, _, _ in s.units})

    @property
    def empty(self) -> list[str]:
        return [s.place.name for s in self.spots if not s.units]

    @property
    def gaps(self) -> int:
        return sum(len(s.missing) for s in self.spots)

    @property
    def population(self) -> int:
        return self.place.population

    def cells(self, wanted: Iterable[str]) -> list[tuple[str, bool]]:
        """(function, whether any point here has it)."""
        here = {f for s in self.spots for f in s.covered}
        return [(rules.SHORT[f], f in here) for f in wanted]


@dataclass
class Layout:
    """The whole table. `wanted`: the functions asked for most."""

    rows: list[Row]
    wanted: list[str]
    spots: list[Spot]

    @property
    def units(self) -> int:
        return len({pk for s in self.spots for pk, _, _ in s.units})

    @property
    def empty(self) -> int:
        return sum(not s.units for s in self.spots)

    @property
    def shorts(self) -> list[str]:
        return [rules.SHORT[f] for f in self.wanted]


def layout(path: str, plan: AllocationPlan | None = None) -> Layout:
    """The table for a place and below; with a plan as it would be. Seven queries."""
    points = Place.objects.filter(within(path), is_contact_point=True, valid_to=None)
    places = list(points.select_related("parent").order_by("path"))
    asked = needs(path, places)
    spots = {p.pk: Spot(p, asked.get(p.pk, {})) for p in places}
    for point_id, unit in _planned(plan) if plan else _today(path):
        if point_id in spots:
            spots[point_id].units.append(unit)
    weight: dict[str, int] = defaultdict(int)
    for s in spots.values():
        for f, n in s.needs.items():
            weight[f] += n.weight
    top = sorted(weight, key=lambda f: (-weight[f], f))[: rules.CELLS]
    wanted = [f for f in FUNCTIONS if f in top]
    return Layout(_rows(path, spots.values()), wanted, list(spots.values()))


Unit = tuple[UUID, tuple[UUID, str, Sequence[str]]]


def _today(path: str) -> list[Unit]:
    return [
        (t.point_id, (t.unit_id, str(t.unit), t.unit.functions))
        for t in open_ties(path)
    ]


def _planned(plan: AllocationPlan) -> list[Unit]:
    rows = plan.pairs.filter(round=plan.round).select_related("unit")
    return [
        (at, (p.unit_id, str(p.unit), p.functions))
        for p in rows.order_by("point_path", "unit__pinyin")
        if (at := p.point_id or p.was_id)
    ]


def _rows(path: str, spots: Iterable[Spot]) -> list[Row]:
    """Counties and townships in the order of codes, those without any point too."""
    upper = Place.objects.filter(
        within(path), level__in=(COUNTY, TOWNSHIP), valid_to=None
    )
    rows = {p.path: Row(p, p.level == COUNTY) for p in upper.order_by("path")}
    for spot in spots:
        parts = spot.place.path.split("/")
        for depth in (COUNTY, TOWNSHIP):
            if row := rows.get("/".join(parts[:depth]) + "/"):
                row.spots.append(spot)
    return list(rows.values())
