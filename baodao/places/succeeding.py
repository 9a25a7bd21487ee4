"""Which community speaks today for what was recorded at one that is no more (domain
8.22)."""

from collections.abc import Collection, Iterable

from django.db.models import Q

from baodao.acts.access import Range, path_range
from baodao.places.areas import exactly
from baodao.places.models import Place, Succession


def now_at(paths: Collection[str]) -> dict[str, str]:
    """Path → the path of today; itself where nothing has changed. One query."""
    rows = Succession.objects.filter(
        old_path__in=list(paths), main=True, new__valid_to=None
    )
    return {**{p: p for p in paths}, **dict(rows.values_list("old_path", "new_path"))}


def around(paths: Collection[str]) -> dict[str, str]:
    """Path → the path of today, of these and of what these have taken over; only those
    that have changed. One query."""
    which = Q(old_path__in=list(paths)) | Q(new_path__in=list(paths))
    rows = Succession.objects.filter(which, main=True, new__valid_to=None)
    return dict(rows.values_list("old_path", "new_path"))


def now_of(places: Iterable[tuple[str, Place]]) -> dict[str, str]:
    """As `now_at` for (path, its place): no query where all of them are there today."""
    known = dict(places)
    gone = [p for p, place in known.items() if place.valid_to is not None]
    return {**{p: p for p in known}, **(now_at(gone) if gone else {})}


def ranges_of(paths: Iterable[str]) -> list[Range]:
    """The ranges of these communities with those that each has taken over. One query."""
    here = list(paths)
    rows = Succession.objects.filter(new_path__in=here, main=True)
    taken = rows.values_list("old_path", "whole")
    return [
        *map(path_range, here),
        *(path_range(old) if whole else exactly(old) for old, whole in taken),
    ]
