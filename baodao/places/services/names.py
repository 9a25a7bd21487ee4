"""A new name is a new version of the place's name: the old one stays on record with
its dates, and people still find the place by it (domain 6.1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.text import pinyin_key
from baodao.places.models import Place, PlaceName


class NewName(NamedTuple):
    """What a place is called from now on; `pinyin` is `pinyin_key(name)`."""

    official: str
    name: str
    pinyin: str
    kind: str


def search_text(pinyin: str, former: Iterable[str]) -> str:
    """What `Place.pinyin` holds: the name's own key first, which sorts, then former
    names with theirs, so that the one index finds the place by them."""
    words = [f"{name} {pinyin_key(name)}" for name in dict.fromkeys(former)]
    return " ".join([pinyin, *words])


def former_names(ids: Sequence[UUID]) -> dict[UUID, list[PlaceName]]:
    """Former names of places, the newest first."""
    found: dict[UUID, list[PlaceName]] = {}
    for row in PlaceName.objects.filter(place_id__in=ids):
        found.setdefault(row.place_id, []).append(row)
    return found


def rename_places(
    *,
    actor: Actor,
    wanted: Mapping[UUID, NewName],
    on: date,
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> int:
    """Give places their new names, each as an act with its former name; returns how
    many. A place that somebody has changed meanwhile is left alone."""
    places = Place.objects.in_bulk(list(wanted))
    history = former_names(list(places))
    writes, versions = dict[UUID, Write](), dict[UUID, int]()
    for pk, place in places.items():
        new, former = wanted[pk], history.get(pk, [])
        writes[pk] = Write(
            set={
                "official_name": new.official,
                "name": new.name,
                "kind": new.kind,
                "pinyin": search_text(
                    new.pinyin, [place.name, *(f.name for f in former)]
                ),
            },
            data={"from": place.official_name, "to": new.official, **(data or {})},
            adds=[_ended(place, former, on)],
        )
        versions[pk] = place.version
    return len(act_rows(actor, "places.rename", writes, versions=versions, now=now))


def _ended(place: Place, former: Sequence[PlaceName], on: date) -> PlaceName:
    own = [f.valid_to for f in former if not f.merged]
    return PlaceName(
        place=place,
        name=place.name,
        official_name=place.official_name,
        valid_from=max(own, default=place.valid_from),
        valid_to=on,
    )
