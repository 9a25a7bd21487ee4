"""Which place figures are about. Every question of "where" is asked here and nowhere
else: what lies in a place, which rows stand below it, and whose business it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.places.models import Place
from baodao.places.rules import GRID, HOUSEHOLD, LEVELS
from baodao.places.settings import ancestors


@dataclass(frozen=True)
class Scope:
    """A place and all below it; without a place the whole deployment. `only_here`:
    what lies at the place itself, in none of those below."""

    path: str = ""
    place: Place | None = None
    only_here: bool = False

    @property
    def title(self) -> str:
        return self.place.name if self.place else "全部地区"

    @property
    def code(self) -> str:
        return self.place.code if self.place else ""

    def within(self, column: str = "path") -> Q:
        """The rows of this scope, for a path column: a range of an index."""
        if self.only_here:
            return Q(**{column: self.path})
        low, high = path_range(self.path)
        return Q(**{f"{column}__gte": low, f"{column}__lt": high})

    def row_of(self, column: str = "path") -> Concat:
        """The row of the table a path column belongs to: the place one level below,
        or this one's own path with a slash too many."""
        text = TextField()
        part = Func(
            F(column), Value("/"), Value(self.path.count("/") + 1),
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


def scope_of(actor: Actor, code: str = "", *, only_here: bool = False) -> Scope:
    """The actor's scope, or a place in it. Raises NotFound outside."""
    top = actor.path or ""
    found = Place.objects.filter(valid_to=None)
    place = (found.filter(code=code) if code else found.filter(path=top)).first()
    if place is None and not code and top == "":
        return Scope(only_here=only_here)
    if place is None or not place.path.startswith(top):
        raise NotFound
    return Scope(place.path, place, only_here)


def rows_below(scope: Scope) -> list[Place]:
    """The places that get a row, in the order of codes; none below a grid, where rows
    would point at homes."""
    if scope.is_leaf:
        return []
    parent = scope.place.id if scope.place else None
    below = Place.objects.filter(parent_id=parent, valid_to=None, level__lt=HOUSEHOLD)
    return list(below.exclude(kind="virtual").order_by("path"))


def crumbs(actor: Actor, scope: Scope) -> Sequence[Place]:
    """The way down to the place, from where the actor's own scope begins."""
    top = actor.path or ""
    above = [p for p in ancestors(scope.path) if p and p.startswith(top)]
    found = Place.objects.filter(path__in=above, valid_to=None).exclude(path=scope.path)
    return list(found.order_by("path"))
