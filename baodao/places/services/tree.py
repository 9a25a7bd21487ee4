"""Add, edit and close places; contact points; estates (domain 3.1, 6.1; A08, L51)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.core.text import pinyin_key
from baodao.places import rules
from baodao.places.constraints import said
from baodao.places.models import (
    Estate,
    Place,
)
from baodao.places.services.names import former_names, search_text

# What else hangs on a place is known to the layers above: each adds a question
# that answers with a sentence when the place may not be closed, or may not stop
# being a contact point.
Question = Callable[[Place], str]
ASK_BEFORE: dict[str, list[Question]] = {"close": [], "unpoint": []}

CODE_TAKEN = {"place_code_once": ("code", "这个代码已经有了。请核对后换一个。")}
_PATH_TAKEN = {
    "place_path_once": ("code", "这个代码以前用过，已停用的也不能重用。请换一个。")
}


def add_official_place(
    *,
    actor: Actor,
    code: str,
    name: str,
    phone: str = "",
    population: int = 0,
    lon: float | None = None,
    lat: float | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Add a place with its official code; the level and the parent come from the
    digits, zeros that fill it up left out (domain 3.1). Errors: code, name."""
    code = rules.short_code(code)
    level = rules.level_of(code)
    parent = Place.objects.filter(code=rules.parent_code(code), valid_to=None).first()
    if parent is None and level > rules.PROVINCE:
        raise Invalid(
            fields={"code": f"还没有上级{rules.parent_code(code)}。请先加上级。"}
        )
    place = _new_place(parent, code, level, name, now)
    above = parent.official_name if parent else ""
    place.kind = rules.kind_of(code, name, above)
    place.name = rules.shown_name(code, name, above)
    place.pinyin = pinyin_key(place.name)
    place.phone, place.population, place.lon, place.lat = phone, population, lon, lat
    with said(**CODE_TAKEN, **_PATH_TAKEN):
        return create(actor, "places.add", place, now=now, client_id=client_id)


def add_place(
    *,
    actor: Actor,
    parent_id: UUID,
    level: int,
    name: str,
    number: int | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Add a grid, estate or building below `parent_id`; without `number` the next
    free one. An estate gets an empty profile. Errors: level, name, number."""
    parent = parent_of(actor, "places.add", parent_id, level)
    place = local_place(parent, level, name, number, now)
    adds = [Estate(place=place, path=place.path)] if level == rules.ESTATE else []
    with said(**CODE_TAKEN, **_PATH_TAKEN):
        return create(
            actor, "places.add", place, Write(adds=adds), now=now, client_id=client_id
        )


def parent_of(actor: Actor, action: str, parent_id: UUID, level: int) -> Place:
    parent = Place.objects.filter(pk=parent_id).first()
    if parent is None:
        raise NotFound
    require(actor, action, parent)
    if level not in rules.LETTER:
        raise Invalid(fields={"level": "社区（村）以上要用法定代码登记。"})
    rules.check_child(parent.level, level)
    if parent.valid_to is not None:
        raise Invalid(f"{parent.name}已经停用，下面不能再加。请换一个上级。")
    return parent


def local_place(
    parent: Place, level: int, name: str, number: int | None, now: datetime | None
) -> Place:
    limit = 10 ** rules.DIGITS[level] - 1
    number = number or _next_number(parent, level)
    if not 1 <= number <= limit:
        raise Invalid(fields={"number": f"编号应在1到{limit}之间。"})
    return _new_place(
        parent, rules.local_code(parent.code, level, number), level, name, now
    )


def _next_number(parent: Place, level: int) -> int:
    """Households are numbered through their whole community, so that 户0312 names
    one household there; the others below their parent."""
    taken = Place.objects.filter(level=level)
    if level == rules.HOUSEHOLD:
        lo, hi = path_range(rules.community_path(parent.path))
        taken = taken.filter(path__gte=lo, path__lt=hi)
    else:
        taken = taken.filter(parent=parent)
    return 1 + max(
        (rules.number_of(c) for c in taken.values_list("code", flat=True)), default=0
    )


def _new_place(
    parent: Place | None, code: str, level: int, name: str, now: datetime | None
) -> Place:
    name = named(name)
    shown = rules.display_name(name)
    return Place(
        code=code,
        path=(parent.path if parent else "") + rules.segment(code) + "/",
        level=level,
        parent=parent,
        official_name=name,
        name=shown,
        pinyin=pinyin_key(shown),
        valid_from=today(now),
    )


def named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(fields={"name": "请写名称。"})
    return name


def edit_place(
    *,
    actor: Actor,
    place_id: UUID,
    name: str,
    name_bo: str = "",
    phone: str = "",
    population: int = 0,
    households: int = 0,
    lon: float | None = None,
    lat: float | None = None,
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Correct what a place is called and its public facts. A new official name or a
    new code is a change of divisions (`places.changes`). Errors: name, population,
    lon, lat."""
    name = named(name)
    _check_position(lon, lat)
    former = [n.name for n in former_names([place_id]).get(place_id, [])]
    changed = {
        "name": name,
        "pinyin": search_text(pinyin_key(name), former),
        "name_bo": name_bo.strip(),
        "phone": phone.strip(),
        "population": population,
        "households": households,
        "lon": lon,
        "lat": lat,
    }
    return act(
        actor, "places.edit", place_id, lambda row: Write(set=changed),
        now=now, version=version,
    )  # fmt: skip


def _check_position(lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise Invalid(fields={"lat": "经度和纬度要一起填，或都不填。"})
    if (
        lon is not None
        and lat is not None
        and not (73 <= lon <= 136 and 3 <= lat <= 54)
    ):
        raise Invalid(fields={"lon": "经纬度不在国内。请核对是否填反了。"})


def close_place(
    *, actor: Actor, place_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Close a place from today on. Refused while something open hangs on it or
    below it; the sentence says what."""
    place = Place.objects.filter(pk=place_id).first()
    if place is None:
        raise NotFound
    require(actor, "places.close", place)
    if place.path == actor.path:
        raise Forbidden("自己负责的地方由上级来停用。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写停用的理由。"})
    if place.valid_to:
        raise Invalid(f"{place.name}已经停用了。")
    below = Place.objects.filter(parent=place, valid_to=None).count()
    if below:
        raise Invalid(
            f"下面还有{below}个在用的地方。请先处理它们，再停用{place.name}。"
        )
    _ask("close", place)
    write = Write(set={"valid_to": today(now)}, notes=[("staff", reason)])
    return act(actor, "places.close", place_id, lambda row: write, now=now)


def set_contact_point(
    *, actor: Actor, place_id: UUID, is_contact_point: bool, now: datetime | None = None
) -> Done:
    """Make a community, village or grid a contact point 联系点 (A08), or no longer.
    Taking it back is refused while units are tied to it."""

    def decide(row: Mapping[str, Any]) -> Write:
        if is_contact_point:
            rules.check_contact_point(row["level"], row["kind"])
        else:
            _ask("unpoint", Place.objects.get(pk=place_id))
        return Write(
            set={"is_contact_point": is_contact_point}, data={"on": is_contact_point}
        )

    return act(
        actor, "places.point", place_id, decide, reads=("level", "kind"), now=now
    )


def _ask(before: str, place: Place) -> None:
    for ask in ASK_BEFORE[before]:
        if sentence := ask(place):
            raise Invalid(sentence)


def edit_estate(
    *,
    actor: Actor,
    place_id: UUID,
    built_year: int | None = None,
    homes: int = 0,
    elder_share: int = 0,
    has_lift: bool = False,
    services: Sequence[str] = (),
    risks: Sequence[str] = (),
    is_key: bool = False,
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """The profile of an estate (L34, L51). Errors: built_year, elder_share."""
    estate = Estate.objects.filter(place_id=place_id).first()
    if estate is None:
        raise NotFound
    if built_year is not None and not 1900 <= built_year <= today(now).year:
        raise Invalid(fields={"built_year": f"年份应在1900到{today(now).year}之间。"})
    if not 0 <= elder_share <= 100:
        raise Invalid(fields={"elder_share": "占比应在0到100之间。"})
    changed = {
        "built_year": built_year,
        "homes": homes,
        "elder_share": elder_share,
        "has_lift": has_lift,
        "services": list(services),
        "risks": list(risks),
        "is_key": is_key,
    }
    return act(
        actor, "estates.edit", estate.pk, lambda row: Write(set=changed),
        now=now, version=version,
    )  # fmt: skip
