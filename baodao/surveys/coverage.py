"""How many doors have been knocked at (A06, L52): by community for those above, by grid
and building for the community, and the households that nobody has reached yet. One query
each: the households of today, each with its sheet if there is one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Substr

from baodao.acts.access import path_range, visible
from baodao.acts.actor import Actor
from baodao.places.models import Household, Place
from baodao.places.rules import COMMUNITY, GRID, TOWNSHIP
from baodao.places.settings import ancestors
from baodao.surveys import rules
from baodao.surveys.models import Sheet, Survey

# Paths of official places have a fixed length, so the place above is a prefix.
WIDTH = {TOWNSHIP: 13, COMMUNITY: 17}
REACHED = tuple(rules.OUTCOMES)


@dataclass(frozen=True)
class Tally:
    """How many households, and what became of them. `left`: not answered yet, whether
    somebody has been there or not."""

    households: int = 0
    answered: int = 0
    nobody_home: int = 0
    unwilling: int = 0

    @property
    def left(self) -> int:
        """Households still to be asked; who does not want to is not asked again."""
        return max(self.households - self.answered - self.unwilling, 0)

    @property
    def percent(self) -> float:
        return rules.share(self.answered, self.households)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.households + other.households, self.answered + other.answered,
            self.nobody_home + other.nobody_home, self.unwilling + other.unwilling,
        )  # fmt: skip


_NUMBERS = {
    "n": Count("id"),
    **{name: Count("id", filter=Q(sheet__outcome=name)) for name in REACHED},
}


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["n"], *(row[name] for name in REACHED))


def root_of(survey: Survey) -> UUID:
    """The survey that the sheets belong to: the one that was sent."""
    return survey.parent_id or survey.pk


def homes(survey: Survey, under: str = "") -> QuerySet[Any]:
    """Today's households of a survey, each with its `sheet`; `under`: of one place
    below only."""
    inside = under if under.startswith(survey.path) else survey.path
    lo, hi = path_range(inside)
    found = Household.objects.filter(path__gte=lo, path__lt=hi, place__valid_to=None)
    # Whatever hangs on the page of one household stays sealed in a list.
    found = found.defer("call_name", "address", "phone")
    return found.annotate(
        sheet=FilteredRelation("sheets", condition=Q(sheets__survey=root_of(survey)))
    )


def reach(actor: Actor, survey: Survey) -> str:
    """The part of the survey that is the actor's: a grid worker's is the grid."""
    path = actor.path or ""
    return path if path.startswith(survey.path) else survey.path


def total(survey: Survey, under: str = "") -> Tally:
    """Of the whole survey, or of a place below."""
    if survey.sums and not under:
        names = ("households", *REACHED)
        return Tally(*(survey.sums[name] for name in names))
    return _tally(homes(survey, under).aggregate(**_NUMBERS))


@dataclass(frozen=True)
class Line:
    """One row of the table: a community, a grid, a building."""

    place: Place
    tally: Tally
    below: "list[Line]" = field(default_factory=list)
    loose: bool = False  # the households right at a grid that has buildings too


def by_area(survey: Survey, level: int = COMMUNITY) -> list[Line]:
    """By community (or by township, for a prefecture), in the order of their codes."""
    width = WIDTH[level]
    rows = homes(survey).annotate(area=Substr("path", 1, width)).values("area")
    found = {r["area"]: _tally(r) for r in rows.annotate(**_NUMBERS).order_by("area")}
    lo, hi = path_range(survey.path)
    places = Place.objects.filter(path__gte=lo, path__lt=hi, level=level, valid_to=None)
    places = places.exclude(kind="virtual").select_related("parent").order_by("path")
    return [Line(p, found.get(p.path, Tally())) for p in places]


def by_building(survey: Survey, under: str) -> list[Line]:
    """Grids with their estates and buildings, for the community itself."""
    rows = homes(survey, under).values(place_id_=F("place__parent"))
    counted = {r["place_id_"]: _tally(r) for r in rows.annotate(**_NUMBERS).order_by()}
    places = {
        p.pk: p for p in Place.objects.filter(pk__in=counted).select_related("parent")
    }
    grids: dict[str, list[tuple[Place, Tally]]] = defaultdict(list)
    for pk, tally in counted.items():
        p = places[pk]
        top = p.path if p.level < GRID else "/".join(p.path.split("/")[:GRID]) + "/"
        grids[top].append((p, tally))
    tops = {p.path: p for p in Place.objects.filter(path__in=list(grids))}
    return [_grid(tops.get(path), grids[path]) for path in sorted(grids)]


def _grid(top: Place | None, parts: list[tuple[Place, Tally]]) -> Line:
    place = top or parts[0][0]
    whole = Tally()
    for _, tally in parts:
        whole += tally
    if len(parts) == 1 and parts[0][0].pk == place.pk:
        return Line(place, whole)
    lines = [
        Line(p, t, loose=p.pk == place.pk)
        for p, t in sorted(parts, key=lambda x: x[0].path)
    ]
    return Line(place, whole, lines)


def tallies(surveys: Iterable[Survey], actor: Actor) -> dict[UUID, Tally]:
    """Of many surveys at once, for a list: two queries."""
    rows = list(surveys)
    found = {s.pk: total(s) for s in rows if s.sums and not _narrow(actor, s)}
    open_ = [s for s in rows if s.pk not in found and s.state != "draft"]
    if not open_:
        return found
    reaches = {s.pk: reach(actor, s) for s in open_}
    inside = Q(pk__in=[])
    for path in set(reaches.values()):
        lo, hi = path_range(path)
        inside |= Q(path__gte=lo, path__lt=hi)
    doors = dict(
        Household.objects.filter(inside, place__valid_to=None)
        .values_list("place__parent__path").annotate(n=Count("id")).order_by()
    )  # fmt: skip
    sheets = (
        Sheet.objects.filter(inside, survey__in={root_of(s) for s in open_})
        .filter(household__place__valid_to=None)
        .values_list("survey", "household__place__parent__path", "outcome")
        .annotate(n=Count("id")).order_by()
    )  # fmt: skip
    counts = list(sheets)
    for s in open_:
        path = reaches[s.pk]
        n = sum(k for at, k in doors.items() if at.startswith(path))
        by = dict.fromkeys(REACHED, 0)
        for root, at, outcome, k in counts:
            if root == root_of(s) and at.startswith(path):
                by[outcome] += k
        found[s.pk] = Tally(n, **by)
    return found


def _narrow(actor: Actor, survey: Survey) -> bool:
    mine: str = survey.path
    return reach(actor, survey) != mine


# --- who is left --------------------------------------------------------------------------

SHOWS = {
    "never": "还没去过",
    "nobody_home": "没人在家",
    "unwilling": "不愿意",
    "answered": "问到了",
}


def doors(
    actor: Actor, survey: Survey, *, under: str = "", show: str = "", number: str = ""
) -> QuerySet[Any]:
    """Households that have not been reached, in walking order; `show`: only those with
    this outcome, the answered ones too; `number`: one household."""
    path = under if under.startswith(reach(actor, survey)) else reach(actor, survey)
    found: QuerySet[Any] = visible(homes(survey, path), actor, "households.view")
    if show == "never":
        found = found.filter(sheet__id=None)
    elif show in REACHED:
        found = found.filter(sheet__outcome=show)
    elif not number:
        found = found.filter(_left())
    if number:
        found = found.filter(number=number.zfill(4) if number.isdigit() else number)
    found = found.annotate(
        outcome=F("sheet__outcome"), tries=F("sheet__tries"), sheet_id_=F("sheet__id"),
        last_on=F("sheet__taken_on"),
    )  # fmt: skip
    return found.select_related("place__parent__parent").order_by("path")


def _left() -> Q:
    return Q(sheet__id=None) | Q(sheet__outcome="nobody_home")


def next_door(
    actor: Actor, survey: Survey, after: Household, under: str = ""
) -> Household | None:
    """The next household to be asked behind this one, in the same building if there is
    one chosen; from the beginning when the end is reached."""
    rows = doors(actor, survey, under=under).exclude(pk=after.pk)
    found: Household | None = rows.filter(path__gt=after.path).first() or rows.first()
    return found


def where(home: Household) -> str:
    """象雄小区 1 号楼, or the grid; never an address."""
    above = home.place.parent
    if above is None:
        return ""
    if above.level > GRID and above.parent and above.parent.level >= GRID:
        return f"{above.parent.name} {above.name}"
    return above.name


def buildings(actor: Actor, survey: Survey) -> list[tuple[str, str]]:
    """(path, name) of grids and buildings with households, for a filter."""
    found: list[tuple[str, str]] = []
    for line in by_building(survey, reach(actor, survey)):
        if line.place.level < GRID:
            continue
        found.append((line.place.path, line.place.name))
        found += [
            (b.place.path, f"{line.place.name} · {_named(b.place)}")
            for b in line.below if not b.loose
        ]  # fmt: skip
    return found


def _named(place: Place) -> str:
    above = place.parent
    if above and above.level > GRID:
        return f"{above.name} {place.name}"
    return place.name


def grid_names(homes_: Iterable[Household]) -> dict[str, str]:
    """Path → name of the grids of some households."""
    paths = {a for h in homes_ for a in ancestors(h.path) if a.count("/") == GRID}
    return dict(Place.objects.filter(path__in=paths).values_list("path", "name"))
