"""The year's plan against what was held (L27): per kind and per piece of central work,
and the parts behind each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from baodao.activities import rules
from baodao.activities.models import Activity, Priority, Target
from baodao.activities.planning import Key, Owner
from baodao.acts.access import within
from baodao.core.clock import at_local
from baodao.people.models import Unit
from baodao.people.queries import units_at
from baodao.places import areas
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, TOWNSHIP
from baodao.places.settings import ancestors

JOINTS = {k: v for k, v in rules.JOINT_TYPES.items() if k != "other"}


@dataclass(frozen=True)
class Line:
    """One row of the plan. `planned`: the owner's own number; `below`: those of its
    communities or units together; `coming`: laid out and not over yet."""

    key: Key
    title: str
    planned: int
    below: int
    done: int
    coming: int

    @property
    def missing(self) -> int:
        return max(0, self.planned - self.done - self.coming)


def in_year(year: int) -> Q:
    """Activities that begin in a year, on the local calendar."""
    lo, hi = (at_local(date(y, 1, 1), time.min) for y in (year, year + 1))
    return Q(start_at__gte=lo, start_at__lt=hi)


def priorities(path: str, year: int) -> list[Priority]:
    """The central work that is asked of a place: its own and that of those above."""
    found = Priority.objects.filter(path__in=ancestors(path), year=year, retired=False)
    return list(found.order_by("path", "created_at"))


def held(owner: Owner, year: int) -> QuerySet[Activity]:
    """What the owner holds in the year: a unit what it hosts, a place what is held
    there and below. Above the township plans are nobody's to see, as in the list."""
    if owner.unit:
        mine = Q(unit=owner.unit.pk)
    else:
        mine = within("path", areas.today(owner.path))
    found = Activity.objects.filter(mine & in_year(year)).order_by()
    wide = owner.place is not None and owner.place.level < TOWNSHIP
    return found.exclude(state="draft") if wide else found


def lines(owner: Owner, year: int) -> tuple[list[Line], list[Line]]:
    """The five kinds, and the pieces of central work."""
    found = held(owner, year)
    numbers = {
        "joint_type": _counted(found, "joint_type"), "aim": _counted(found, "aim"),
    }  # fmt: skip
    own = {
        Key(t.joint_type, t.aim_id): t.count
        for t in Target.objects.filter(year=year, **owner.columns)
    }
    below = _below(owner, year)

    def line(key: Key, title: str) -> Line:
        which = numbers["joint_type" if key.joint else "aim"]
        done, coming = which.get(key.joint or key.aim, (0, 0))
        return Line(key, title, own.get(key, 0), below.get(key, 0), done, coming)

    return (
        [line(Key(joint=k), t) for k, t in JOINTS.items()],
        [line(Key(aim=p.pk), p.title) for p in priorities(owner.path, year)],
    )


def _counted(found: QuerySet[Activity], by: str) -> dict[Any, tuple[int, int]]:
    rows = found.values_list(by).annotate(
        done=Count("pk", filter=Q(state__in=rules.COUNTED)),
        coming=Count("pk", filter=Q(state__in=(*rules.PLANNED, "finished"))),
    )
    return {key: (done, coming) for key, done, coming in rows}


def _targets(owner: Owner, year: int) -> QuerySet[Target]:
    """What the communities of a place, or the units of a community, mean to hold."""
    found = Target.objects.filter(year=year).order_by()
    if owner.unit or owner.place is None:
        return found.none()
    if owner.place.level >= COMMUNITY:
        return found.filter(unit__isnull=False, path=owner.path)
    inside = within("path", areas.today(owner.path))
    return found.filter(inside, place__level=COMMUNITY)


def _below(owner: Owner, year: int) -> dict[Key, int]:
    rows = _targets(owner, year).values_list("joint_type", "aim")
    return {Key(j, a): n for j, a, n in rows.annotate(n=Sum("count"))}


@dataclass(frozen=True)
class Part:
    """One community's or unit's share of a line."""

    name: str
    planned: int
    done: int
    coming: int
    code: str = ""


def part_rows(owner: Owner) -> QuerySet[Any]:
    """The communities or units that a number is made of, in their own order: nobody is
    ranked."""
    assert owner.place
    if owner.place.level >= COMMUNITY:
        return units_at(owner.path).order_by("name", "pk")
    found = Place.objects.filter(
        within("path", areas.today(owner.path)), level=COMMUNITY, valid_to=None
    )
    return found.exclude(kind="virtual").order_by("path")


def parts(
    owner: Owner, year: int, key: Key, rows: Sequence[Place | Unit]
) -> list[Part]:
    """These rows with their numbers, three queries."""
    of_units = bool(rows) and isinstance(rows[0], Unit)
    which = Q(joint_type=key.joint) if key.joint else Q(aim=key.aim)
    column = "unit" if of_units else "path"
    found = held(owner, year).filter(which)
    counted: Mapping[Any, tuple[int, int]] = _counted(found, column)
    wanted: Mapping[Any, int] = dict(
        _targets(owner, year).filter(which).values_list(
            column if of_units else "place__path"
        ).annotate(n=Sum("count"))
    )  # fmt: skip

    def part(row: Place | Unit) -> Part:
        at: UUID | str = row.pk if isinstance(row, Unit) else row.path
        done, coming = counted.get(at, (0, 0))
        code = "" if isinstance(row, Unit) else row.code
        return Part(str(row), wanted.get(at, 0), done, coming, code)

    return [part(row) for row in rows]
