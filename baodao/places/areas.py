"""Which paths a place stands for: as recorded, its own subtree; in today's regions,
also what was recorded elsewhere and belongs here now, without what was recorded here
and belongs elsewhere (domain 8.22). Records keep the path of their day, so one and
the same list gives both figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Concat

from baodao.acts.access import Range, path_range, within
from baodao.core.fields import CText
from baodao.places.models import Succession

Ranges = tuple[Range, ...]
NOW, THEN = "now", "then"
_END = "\U0010ffff"
# No path ends with it: marks that only the place itself went, not what is below.
_ALONE = "!"


def exactly(path: str) -> Range:
    """The range that holds one path alone."""
    return path, path + "\x01"


def holds(ranges: Iterable[Range], path: str) -> bool:
    """Whether a path lies in one of `ranges`."""
    return any(lo <= path < hi for lo, hi in ranges)


def recorded(path: str) -> Ranges:
    """The paths of a place as recorded: its own subtree."""
    return (path_range(path),)


@dataclass(frozen=True)
class Area:
    """A place as figures see it: in today's regions (`NOW`) or as recorded (`THEN`)."""

    path: str
    ranges: Ranges
    regions: str = NOW

    @property
    def changed(self) -> bool:
        """Whether the two ways of counting may differ here."""
        return self.regions == THEN or self.ranges != recorded(self.path)


def area(place: "str | Area", regions: str = NOW) -> Area:
    """The area of a path; one query in today's regions. An area is itself."""
    if isinstance(place, Area):
        return place
    if regions == THEN:
        return Area(place, recorded(place), THEN)
    return Area(place, today(place))


def regions_of(wanted: str | None) -> str:
    """What an address asks for; today's regions unless it says otherwise."""
    return THEN if wanted == THEN else NOW


def today(path: str) -> Ranges:
    """The paths of a place in today's regions. One query."""
    if not path:
        return recorded(path)
    rows = _touching(path).values_list("old_path", "whole", "new_path")
    lo, hi = path_range(path)
    return carved(path, [Moved(old, whole, lo <= new < hi) for old, whole, new in rows])


class Moved(NamedTuple):
    """What is recorded at `old` (`whole`: and below it) belongs here now, or not."""

    old: str
    whole: bool
    here: bool


def carved(path: str, rows: Iterable[Moved]) -> Ranges:
    """A subtree with pieces added and cut out, the wider ones first."""
    found = [path_range(path)]
    for old, whole, here in sorted(rows, key=lambda row: (len(row.old), row.old)):
        piece = path_range(old) if whole else exactly(old)
        found = _without(found, piece)
        if here:
            found.append(piece)
    return tuple(_joined(sorted(found)))


def _without(ranges: Iterable[Range], cut: Range) -> list[Range]:
    a, b = cut
    left = []
    for lo, hi in ranges:
        if b <= lo or hi <= a:
            left.append((lo, hi))
            continue
        if lo < a:
            left.append((lo, a))
        if b < hi:
            left.append((b, hi))
    return left


def _joined(ranges: Iterable[Range]) -> list[Range]:
    joined: list[Range] = []
    for lo, hi in ranges:
        if joined and lo <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], hi))
        else:
            joined.append((lo, hi))
    return joined


def _touching(path: str) -> QuerySet[Succession]:
    """Where things recorded in or near `path` belong now. A step that follows from
    that of the place above it says nothing new and is left out."""
    here = recorded(path)
    arrived = Succession.objects.filter(
        within("new_path", here), main=True, old_path__lte=OuterRef("old_path")
    )
    arrived = arrived.annotate(end=_then(F("old_path"), _END))
    arrived = arrived.filter(end__gt=OuterRef("old_path"))
    comes = within("new_path", here) & ~within("above", here)
    goes = ~within("new_path", here) & (Q(above="") | Q(old_path=path))
    nearby = within("old_path", here) | Exists(arrived)
    current = Succession.objects.filter(main=True, new__valid_to=None)
    return current.filter(comes | (goes & nearby))


def former_of(column: str) -> ArraySubquery:
    """For a queryset with a path in `column`: the places that each row's place has
    taken over. `decoded` makes ranges of it."""
    path = OuterRef(column)
    end = _then(path, _END)
    # What was and is inside the place needs no range of its own.
    outside = Q(old_path__lt=path) | Q(old_path__gte=end)
    here = Succession.objects.filter(
        Q(above__lt=path) | Q(above__gte=end), outside,
        new_path__gte=path, new_path__lt=end,
    )  # fmt: skip
    coded = Case(
        When(whole=True, then=F("old_path")),
        default=_then(F("old_path"), _ALONE),
        output_field=CText(),
    )
    return ArraySubquery(here.values_list(coded).distinct())


def _then(path: F | OuterRef, more: str) -> Concat:
    return Concat(path, Value(more, output_field=CText()), output_field=CText())


def decoded(former: Iterable[str] | None) -> Ranges:
    """Ranges of what `former_of` gave."""
    return tuple(
        exactly(text[:-1]) if text.endswith(_ALONE) else path_range(text)
        for text in sorted(former or ())
    )
