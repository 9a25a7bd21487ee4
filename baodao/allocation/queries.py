"""Plans read back: before and after of the whole area and of each point, the units
with their reasons. All pairs of a round are read at once; figures are counted over the
same rows that the lists show."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.allocation import rules
from baodao.allocation.inputs import within
from baodao.allocation.models import AllocationPair, AllocationPlan, AllocationPoint
from baodao.core.errors import NotFound
from baodao.people.choices import FUNCTIONS
from baodao.people.models import ContactTie, Unit
from baodao.people.queries import points_without_unit
from baodao.places import search
from baodao.places.models import Place
from baodao.places.rules import COUNTY


def plans(actor: Actor) -> QuerySet[AllocationPlan]:
    """Plans in the actor's sight, the newest first."""
    found = visible(AllocationPlan.objects.all(), actor, "allocation.view")
    return found.select_related("place").order_by("-computed_at", "pk")


def plan(actor: Actor, plan_id: UUID) -> AllocationPlan:
    """One plan. Raises NotFound."""
    row = plans(actor).filter(pk=plan_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Standing:
    """What holds now, before any plan: how many units and points, and which of them
    are without the other (A08)."""

    units: int
    points: int
    loose_units: int
    bare_points: int


def standing(actor: Actor, path: str) -> Standing:
    units = visible(Unit.objects.all(), actor, "units.view")
    mine = units.filter(within(path), valid_to=None, status="active")
    points = Place.objects.filter(within(path), is_contact_point=True, valid_to=None)
    return Standing(
        mine.count(),
        points.count(),
        mine.filter(point_path=None).count(),
        points_without_unit(actor).filter(within(path)).count(),
    )


# --- the board: points of a plan -----------------------------------------------------


@dataclass
class Side:
    """The units of a point, before or after."""

    pairs: list[AllocationPair] = field(default_factory=list)
    metres: list[int] = field(default_factory=list)

    @property
    def n(self) -> int:
        return len(self.pairs)

    @property
    def functions(self) -> set[str]:
        return {f for p in self.pairs for f in p.functions}


@dataclass
class Line:
    """One contact point of a plan, before and after."""

    row: AllocationPoint
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)

    @property
    def place(self) -> Place:
        return self.row.point

    @property
    def expected(self) -> float:
        return self.row.expected / 10

    @property
    def coming(self) -> list[AllocationPair]:
        return [p for p in self.after.pairs if p.moved]

    @property
    def going(self) -> list[AllocationPair]:
        return [p for p in self.before.pairs if p.moved]

    @property
    def staying(self) -> list[AllocationPair]:
        return [p for p in self.after.pairs if not p.moved]

    @property
    def moves(self) -> bool:
        return bool(self.coming or self.going)

    @cached_property
    def wanted(self) -> list[str]:
        """Functions the point itself asks for enough to name their absence."""
        top = self.row.needs[0][1] if self.row.needs else 0
        return [f for f, n, _, own in self.row.needs if rules.notable(n, top, own)]

    def gaps(self, side: Side) -> list[str]:
        return [f for f in self.wanted if f not in side.functions]

    @property
    def missing(self) -> list[str]:
        """Short words of what is wanted and not there, after."""
        return [rules.SHORT[f] for f in self.gaps(self.after)]

    @property
    def km(self) -> float | None:
        return mean(self.after.metres)


@dataclass(frozen=True)
class Figure:
    """One measure of a plan, before and after, as it is shown."""

    title: str
    after: str
    before: str


@dataclass
class Board:
    """A round of a plan as a whole."""

    plan: AllocationPlan
    lines: list[Line]
    pairs: list[AllocationPair]

    @property
    def mine(self) -> list[AllocationPair]:
        return [p for p in self.pairs if not p.extra]

    @property
    def moved(self) -> int:
        return sum(p.moved for p in self.mine)

    @property
    def stays(self) -> int:
        return sum(not p.moved and p.point_id is not None for p in self.mine)

    @property
    def fixed(self) -> int:
        return sum(p.fixed for p in self.mine)

    @property
    def lost(self) -> int:
        """Units that no point may have: for a person to look at."""
        return sum(p.point_id is None for p in self.mine)

    @property
    def unknown(self) -> int:
        """Units whose functions nobody has noted."""
        return sum(not p.functions for p in self.mine)

    @property
    def empty(self) -> int:
        """Points without any unit, after; `empty_before`: now."""
        return sum(not line.after.n for line in self.lines)

    @property
    def empty_before(self) -> int:
        return sum(not line.before.n for line in self.lines)

    @property
    def loose_before(self) -> int:
        """Units without any point now; after the plan: those of `lost` that had none."""
        return sum(p.was_id is None for p in self.mine)

    @property
    def loose(self) -> int:
        return sum(p.was_id is None and p.point_id is None for p in self.mine)

    @cached_property
    def cells(self) -> list[str]:
        """The functions that the area asks for most, in the order of the list."""
        weight: dict[str, int] = defaultdict(int)
        for line in self.lines:
            for f, n, *_ in line.row.needs:
                weight[f] += n
        top = sorted(weight, key=lambda f: (-weight[f], f))[: rules.CELLS]
        return [f for f in FUNCTIONS if f in top]

    def line(self, point_id: UUID) -> Line | None:
        return next((ln for ln in self.lines if ln.row.point_id == point_id), None)

    @property
    def figures(self) -> list[Figure]:
        """Five measures, after and before."""
        sides: tuple[Callable[[Line], Side], ...] = (
            lambda ln: ln.after,
            lambda ln: ln.before,
        )
        titles = ("每点单位数", "职能缺口", "平均路程", "每千人单位数差")
        shown = [_measures(self.lines, side) for side in sides]
        found = [
            Figure(t, a, b) for t, a, b in zip(titles, shown[0], shown[1], strict=True)
        ]
        look = f"没有合适联系点 {self.lost}，职能没登记 {self.unknown}"
        return [*found, Figure("须人工看", f"{self.lost + self.unknown} 家", look)]


def _measures(lines: Sequence[Line], side: Callable[[Line], Side]) -> list[str]:
    counts = [side(ln).n for ln in lines]
    gaps = sum(len(ln.gaps(side(ln))) for ln in lines)
    far = mean([m for ln in lines for m in side(ln).metres])
    return [
        f"{min(counts, default=0)}–{max(counts, default=0)} 家",
        f"{gaps} 处",
        f"{far:.1f} 公里" if far is not None else "没有坐标",
        _spread(lines, side),
    ]


def _spread(lines: Sequence[Line], side: Callable[[Line], Side]) -> str:
    """How many times as many units per 1,000 people the best point has against the
    worst, among points with at least 100 people."""
    rates = [
        side(ln).n * 1000 / ln.row.population
        for ln in lines
        if ln.row.population >= 100
    ]
    if not rates or not min(rates):
        return "有空点" if rates else "没有人口"
    return f"{max(rates) / min(rates):.1f} 倍"


def mean(metres: Sequence[int]) -> float | None:
    """The mean of metres, in kilometres."""
    return sum(metres) / len(metres) / 1000 if metres else None


def board(plan: AllocationPlan) -> Board:
    """The present round of a plan, points in the order of codes; two queries."""
    points = plan.points.filter(round=plan.round).select_related(
        "point__parent__parent"
    )
    lines = {r.point_id: Line(r) for r in points.order_by("path")}
    rows = plan.pairs.filter(round=plan.round).select_related("unit")
    pairs = list(rows.order_by("unit__pinyin", "unit_id"))
    for p in pairs:
        if p.was_id in lines:
            _put(lines[p.was_id].before, p, p.metres_was)
        if p.point_id in lines:
            _put(lines[p.point_id].after, p, p.metres)
        elif p.point_id is None and p.was_id in lines:
            # Without a suggestion the unit stays where it is.
            _put(lines[p.was_id].after, p, p.metres_was)
    return Board(plan, list(lines.values()), pairs)


def _put(side: Side, pair: AllocationPair, metres: int | None) -> None:
    side.pairs.append(pair)
    if metres is not None:
        side.metres.append(metres)


@dataclass(frozen=True)
class Wanted:
    """What the address of a list says. `county`: a path; `show`: moved, fixed, nofit,
    none or gaps."""

    text: str = ""
    county: str = ""
    show: str = ""


SHOW_POINTS = {"moved": "有变动", "gaps": "缺职能", "empty": "没有单位"}
SHOW_UNITS = {
    "moved": "换联系点", "fixed": "人工固定", "nofit": "职能不对口", "none": "没有合适的点",
}  # fmt: skip


def lines(found: Board, wanted: Wanted) -> list[Line]:
    """The points that the filters leave, in the order of codes."""
    tests: Mapping[str, Callable[[Line], bool]] = {
        "moved": lambda ln: ln.moves,
        "gaps": lambda ln: bool(ln.gaps(ln.after)),
        "empty": lambda ln: not ln.after.n,
    }
    keep = tests.get(wanted.show)
    text = wanted.text.strip().lower()
    return [
        ln
        for ln in found.lines
        if (keep is None or keep(ln))
        and ln.row.path.startswith(wanted.county)
        and _named(ln.place, text)
    ]


def _named(place: Place, text: str) -> bool:
    return text in place.name or text in place.pinyin.replace(" ", "")


def pairs(plan: AllocationPlan, wanted: Wanted) -> QuerySet[AllocationPair]:
    """The units of a plan that the filters leave, in the order of names."""
    found = plan.pairs.filter(round=plan.round, extra=False)
    tests = {
        "moved": Q(moved=True),
        "fixed": Q(fixed=True),
        "nofit": Q(fits=False, point__isnull=False),
        "none": Q(point=None),
    }
    if wanted.show in tests:
        found = found.filter(tests[wanted.show])
    if wanted.county:
        found = found.filter(
            within(wanted.county, "point_path") | within(wanted.county, "unit_path")
        )
    if wanted.text.strip():
        found = search.matching(
            found, wanted.text, name="unit__name", pinyin="unit__pinyin"
        )
    related = ("unit__seat", "was__parent", "point__parent")
    return found.select_related(*related).order_by("unit__pinyin", "pk")


def pair(actor: Actor, pair_id: UUID) -> AllocationPair:
    """One unit of a plan with everything its reasons name. Raises NotFound."""
    found = visible(AllocationPair.objects.all(), actor, "allocated.view")
    related = (
        "plan__place", "unit__seat", "was__parent", "point__parent", "suggested__parent",
        "runner__parent",
    )  # fmt: skip
    row = found.filter(pk=pair_id, extra=False).select_related(*related).first()
    if row is None:
        raise NotFound
    return row


def counties(plan: AllocationPlan) -> list[tuple[str, str]]:
    """(path, name) of the counties of a plan's area, for the filter; one for a county
    plan needs no filter."""
    if plan.place.level >= COUNTY:
        return []
    below = Place.objects.filter(within(plan.path), level=COUNTY, valid_to=None)
    return list(below.order_by("path").values_list("path", "name"))


def further_points(unit_ids: Iterable[UUID], plan: AllocationPlan) -> dict[UUID, str]:
    """Unit → the names of points it serves besides (domain 8.36)."""
    rows = plan.pairs.filter(round=plan.round, extra=True, unit__in=list(unit_ids))
    found: dict[UUID, list[str]] = defaultdict(list)
    for unit, name in rows.values_list("unit_id", "point__name").order_by("point_path"):
        found[unit].append(name)
    return {unit: "、".join(names) for unit, names in found.items()}


def open_ties(path: str) -> QuerySet[ContactTie]:
    """Ties that hold now at points at and below a path, in the order of points."""
    found = ContactTie.objects.filter(within(path), valid_to=None, unit__valid_to=None)
    return found.select_related("unit", "point").order_by("path", "unit__pinyin")
