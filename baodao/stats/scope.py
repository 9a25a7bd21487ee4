"""Which place figures are about. Every question of "where" is asked here and nowhere
else: what lies in a place, which rows stand below it, and whose business it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import F, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from baodao.acts.access import path_range, within
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.core.fields import CText
from baodao.places.areas import NOW, THEN, Area, area, holds
from baodao.places.models import Place, Succession
from baodao.places.rules import GRID, HOUSEHOLD, LEVELS
from baodao.places.settings import ancestors


@dataclass(frozen=True)
class Scope:
    """A place and all below it; without a place the whole deployment. `only_here`:
    what lies at the place itself, in none of those below. `regions`: today's, or as
    they were recorded (domain 8.22): what is over keeps the path of its day, an order
    still open remembers where it was placed."""

    path: str = ""
    place: Place | None = None
    only_here: bool = False
    regions: str = NOW

    @cached_property
    def area(self) -> Area:
        """The paths that count here. One query in today's regions."""
        return area(self.path, self.regions)

    @property
    def title(self) -> str:
        return self.place.name if self.place else "全部地区"

    @property
    def code(self) -> str:
        return self.place.code if self.place else ""

    def within(self, column: str = "path") -> Q:
        """The rows of this scope, for a path column: a range of an index."""
        if not self.only_here:
            return within(column, self.area.ranges)
        alone = Q(**{column: self.path})
        if self.regions == THEN:
            return alone
        came = _LATER.filter(new_path=self.path).values("old_path")
        return alone & ~Q(**{f"{column}__in": _moved()}) | Q(**{f"{column}__in": came})

    def placed(self) -> Q:
        """Orders that were placed here."""
        if self.regions != THEN:
            return self.within()
        return Q(placed_path=None) & self.within() | self.within("placed_path")

    @cached_property
    def _any_moved(self) -> bool:
        """Whether something recorded here may belong to another row today."""
        if self.regions == THEN:
            return False
        return _LATER.filter(within("old_path", self.area.ranges)).exists()

    def _today(self, column: str) -> F | Coalesce:
        if not self._any_moved:
            return F(column)
        later = _LATER.filter(old_path=OuterRef(column)).values("new_path")[:1]
        return Coalesce(Subquery(later), F(column), output_field=CText())

    def row_of(self, *, placed: bool = False) -> Concat:
        """The row of the table a path belongs to: the place one level below, or this
        one's own path with a slash too many. `placed`: of an order, by where it was
        placed."""
        text = TextField()
        where = self._today("path")
        if placed and self.regions == THEN:
            where = Coalesce("placed_path", "path", output_field=CText())
        part = Func(
            where, Value("/"), Value(self.path.count("/") + 1),
            function="split_part", output_field=text,
        )  # fmt: skip
        above, end = Value(self.path, text), Value("/", text)
        return Concat(above, part, end, output_field=text)

    def key(self, row: str) -> str:
        """The path a row stands for, from what `row_of` gave."""
        return self.path if row == f"{self.path}/" else row

    @property
    def is_leaf(self) -> bool:
        """Whether nothing below is told apart."""
        return self.only_here or (self.place is not None and self.place.level >= GRID)

    @property
    def level_below(self) -> str:
        """What the rows are: 县（区）, 乡镇（街道）…"""
        level = (self.place.level if self.place else 0) + 1
        return LEVELS[min(level, GRID)]


# Where things recorded at a path belong today.
_LATER = Succession.objects.filter(main=True, new__valid_to=None)


def _moved() -> Subquery:
    return Subquery(_LATER.values("old_path"))


def scope_of(
    actor: Actor, code: str = "", *, only_here: bool = False, regions: str = NOW
) -> Scope:
    """The actor's scope, or a place in it; as recorded also a place that has gone
    into it. Raises NotFound outside."""
    top = actor.path or ""
    found = Place.objects.order_by(F("valid_to").desc(nulls_first=True))
    found = found if regions == THEN else found.filter(valid_to=None)
    place = (found.filter(code=code) if code else found.filter(path=top)).first()
    if place is None and not code and top == "":
        return Scope(only_here=only_here, regions=regions)
    if place is None or not holds((path_range(top), *actor.former), place.path):
        raise NotFound
    return Scope(place.path, place, only_here, regions)


def rows_below(scope: Scope) -> list[Place]:
    """The places that get a row, in the order of codes; none below a grid, where rows
    would point at homes."""
    if scope.is_leaf:
        return []
    parent = scope.place.id if scope.place else None
    below = Place.objects.filter(parent_id=parent, level__lt=HOUSEHOLD)
    if scope.regions != THEN:
        below = below.filter(valid_to=None)
    below = below.exclude(kind="virtual")
    return list(below.order_by("path", F("valid_to").desc(nulls_first=True)))


def crumbs(actor: Actor, scope: Scope) -> Sequence[Place]:
    """The way down to the place, from where the actor's own scope begins."""
    top = actor.path or ""
    above = [p for p in ancestors(scope.path) if p and p.startswith(top)]
    found = Place.objects.filter(path__in=above, valid_to=None).exclude(path=scope.path)
    return list(found.order_by("path"))
