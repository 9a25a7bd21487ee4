"""The year's plan of joint activities (L27): how many of each of the five kinds, and for
each piece of the district's central work, a community, a township or a unit means to
hold. All keyword-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from baodao.activities.models import Priority, Target
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, Invalid
from baodao.core.text import private_numbers
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.places.rules import community_path

MOST = 9999


class Key(NamedTuple):
    """What is planned: one of the five kinds, or a piece of central work."""

    joint: str = ""
    aim: UUID | None = None

    @property
    def name(self) -> str:
        return self.joint or f"aim-{self.aim}"


class Owner(NamedTuple):
    """Whose plan it is."""

    place: Place | None = None
    unit: Unit | None = None

    @property
    def path(self) -> str:
        if self.unit:
            return community_path(self.unit.point_path or self.unit.path or "")
        return self.place.path if self.place else ""

    def __str__(self) -> str:
        return str(self.unit or self.place)

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "place_id": self.place.pk if self.place else None,
            "unit_id": self.unit.pk if self.unit else None,
        }


def owner_of(actor: Actor) -> Owner | None:
    """The unit or the place whose plan the actor looks at."""
    if actor.unit_id:
        return Owner(unit=Unit.objects.filter(pk=actor.unit_id).first())
    place = Place.objects.filter(path=actor.path or "-", valid_to=None).first()
    return Owner(place=place) if place else None


def set_targets(
    *, actor: Actor, year: int, counts: Mapping[Key, int], now: datetime | None = None
) -> int:
    """Write what was changed; returns how many. 0 takes a number back."""
    at, owner = now or clock_now(), owner_of(actor)
    if owner is None:
        raise Forbidden
    if any(not 0 <= n <= MOST for n in counts.values()):
        raise Invalid(f"请填 0 到 {MOST} 的数。")
    mine = Target.objects.filter(year=year, **owner.columns)
    known = {Key(t.joint_type, t.aim_id): t for t in mine}
    changed = 0
    with transaction.atomic():
        for key, n in counts.items():
            row = known.get(key)
            if (row.count if row else 0) == n:
                continue
            changed += 1
            if row:
                write = Write(set={"count": n}, data={"count": n})
                act_rows(actor, "targets.change", {row.pk: write}, now=at)
            else:
                fresh = Target(
                    year=year, joint_type=key.joint, aim_id=key.aim, count=n,
                    path=owner.path, **owner.columns,
                )  # fmt: skip
                create(actor, "targets.set", fresh, Write(data={"count": n}), now=at)
    return changed


def add_priority(*, actor: Actor, year: int, title: str, note: str = "") -> Done:
    """A piece of central work of this year, for the actor's place and below."""
    row = Priority(path=actor.path or "", year=year, title=title.strip(), note=note)
    return _once(title, lambda: create(actor, "priorities.add", row))


def edit_priority(*, actor: Actor, pk: UUID, title: str, **columns: Any) -> Done:
    """Word it otherwise or retire it; what was counted for it stays so."""
    write = Write(set={"title": title.strip(), **columns})
    return _once(title, lambda: act(actor, "priorities.edit", pk, lambda _: write))


def _once(title: str, do: Any) -> Done:
    if found := private_numbers(title):
        raise Invalid(fields={"title": f"这里有{'、'.join(found)}，请去掉。"})
    try:
        with transaction.atomic():
            done: Done = do()
            return done
    except IntegrityError as error:
        if "priority_once" in str(error):
            raise Invalid(fields={"title": "这一年已经有这一条。"}) from error
        raise
