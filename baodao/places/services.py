"""places, the verbs: add, edit and close places, contact points, estates,
households and their reveal, settings, work calendar days, pauses. One act each
(domain 3.1, 3.9, 6.1, 9.1)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.core.text import pinyin_key
from baodao.places import rules, values
from baodao.places.constraints import said
from baodao.places.models import (
    FOCUS_GROUPS,
    Estate,
    Household,
    LocalDay,
    Pause,
    Place,
    Setting,
)

# What else hangs on a place is known to the layers above: each adds a question
# that answers with a sentence when the place may not be closed, or may not stop
# being a contact point.
Question = Callable[[Place], str]
ASK_BEFORE: dict[str, list[Question]] = {"close": [], "unpoint": []}

_CODE_TAKEN = {"place_code_once": ("code", "这个代码已经有了。请核对后换一个。")}
_PATH_TAKEN = {"path": ("code", "这个代码以前用过，已停用的也不能重用。请换一个。")}


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
    digits (domain 3.1). Errors: code, name."""
    level = rules.level_of(code)
    parent = Place.objects.filter(code=rules.parent_code(code), valid_to=None).first()
    if parent is None and level > rules.PROVINCE:
        raise Invalid(
            fields={"code": f"还没有上级{rules.parent_code(code)}。请先加上级。"}
        )
    place = _new_place(parent, code, level, name, now)
    place.kind = rules.kind_of(code, name)
    place.phone, place.population, place.lon, place.lat = phone, population, lon, lat
    with said(**_CODE_TAKEN, **_PATH_TAKEN):
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
    parent = _parent(actor, "places.add", parent_id, level)
    place = _local_place(parent, level, name, number, now)
    adds = [Estate(place=place, path=place.path)] if level == rules.ESTATE else []
    with said(**_CODE_TAKEN, **_PATH_TAKEN):
        return create(
            actor, "places.add", place, Write(adds=adds), now=now, client_id=client_id
        )


def _parent(actor: Actor, action: str, parent_id: UUID, level: int) -> Place:
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


def _local_place(
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
        lo, hi = path_range(community_path(parent.path))
        taken = taken.filter(path__gte=lo, path__lt=hi)
    else:
        taken = taken.filter(parent=parent)
    return 1 + max(
        (rules.number_of(c) for c in taken.values_list("code", flat=True)), default=0
    )


def community_path(path: str) -> str:
    """The part of a path down to the community."""
    return "/".join(path.split("/")[: rules.COMMUNITY]) + "/"


def _new_place(
    parent: Place | None, code: str, level: int, name: str, now: datetime | None
) -> Place:
    name = _named(name)
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


def _named(name: str) -> str:
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
    """Change what a place is called and its public facts. The code stays: a new
    code is a new place. Errors: name, population, lon, lat."""
    name = _named(name)
    _check_position(lon, lat)
    changed = {
        "name": name,
        "pinyin": pinyin_key(name),
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


def add_household(
    *,
    actor: Actor,
    parent_id: UUID,
    number: int | None = None,
    call_name: str = "",
    address: str = "",
    phone: str = "",
    focus: Sequence[str] = (),
    language: str = "zh",
    remote: bool = False,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Register a household below a community, grid, estate or building. Its place
    in the tree is written with it. Errors: number, focus."""
    parent = _parent(actor, "households.add", parent_id, rules.HOUSEHOLD)
    place = _local_place(parent, rules.HOUSEHOLD, "户", number, now)
    shown = rules.segment(place.code)[1:]
    if number:
        _refuse_taken(parent, number)
    place.name = place.official_name = f"户{shown}"
    place.pinyin = pinyin_key(place.name)
    household = Household(
        place=place, path=place.path, number=shown, call_name=call_name.strip(),
        address=address.strip(), phone=phone.strip(), focus=_focus(focus),
        language=language, remote=remote,
    )  # fmt: skip
    with said(**_CODE_TAKEN, household_path_once=("number", "这个户号已经有了。")):
        return create(
            actor, "households.add", household, Write(adds=[place]),
            now=now, client_id=client_id,
        )  # fmt: skip


def _refuse_taken(parent: Place, number: int) -> None:
    lo, hi = path_range(community_path(parent.path))
    shown = f"{number:0{rules.DIGITS[rules.HOUSEHOLD]}d}"
    if Household.objects.filter(path__gte=lo, path__lt=hi, number=shown).exists():
        raise Invalid(fields={"number": f"本社区已经有户{shown}。请换一个户号。"})


def _focus(codes: Sequence[str]) -> list[str]:
    unknown = set(codes) - set(FOCUS_GROUPS)
    if unknown:
        raise Invalid(fields={"focus": "重点人群请从列表里选。"})
    return sorted(codes)


def edit_household(
    *,
    actor: Actor,
    household_id: UUID,
    changes: Mapping[str, Any],
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change a household's `call_name`, `address`, `phone`, `focus`, `language`,
    `remote`. A field that is not named stays: nobody has to see a phone number in
    order to change the language."""
    known = {"call_name", "address", "phone", "focus", "language", "remote"}
    if set(changes) - known:
        raise Invalid(f"不能改的内容：{'、'.join(sorted(set(changes) - known))}。")
    changed = dict(changes)
    if "focus" in changed:
        changed["focus"] = _focus(changed["focus"])
    write = Write(set=changed, data={"fields": sorted(changed)})
    return act(
        actor,
        "households.edit",
        household_id,
        lambda row: write,
        now=now,
        version=version,
    )


def reveal_household(
    *, actor: Actor, household_id: UUID, purpose: str, now: datetime | None = None
) -> dict[str, str]:
    """Who and where a household is, for a purpose of `rules.PURPOSES`. The look is
    on record before anything is shown (domain 9.1, 9.5)."""
    if purpose not in rules.PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    household = Household.objects.filter(pk=household_id).first()
    if household is None:
        raise NotFound
    shown = {f: getattr(household, f) for f in ("call_name", "address", "phone")}
    write = Write(
        reason=purpose, data={"fields": sorted(k for k, v in shown.items() if v)}
    )
    note_event(actor, "households.reveal", household, write, now=now)
    return shown


def set_setting(
    *,
    actor: Actor,
    path: str,
    key: str,
    value: str,
    reason: str,
    now: datetime | None = None,
) -> Done:
    """Set `key` for a place and below from what a person typed. Errors: key,
    value, reason."""
    parsed = values.parse(key, value)
    return _write_setting(actor, path, key, parsed, reason, False, now)


def remove_setting(
    *, actor: Actor, path: str, key: str, reason: str, now: datetime | None = None
) -> Done:
    """Take a place's own value back: the value of the place above holds again."""
    row = Setting.objects.filter(path=path, key=key, removed=False).first()
    if row is None:
        raise NotFound("这一项在这里没有单独设过。")
    return _write_setting(actor, path, key, row.value, reason, True, now)


def _write_setting(
    actor: Actor,
    path: str,
    key: str,
    value: Any,
    reason: str,
    removed: bool,
    now: datetime | None,
) -> Done:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写理由，方便以后的同事明白。"})
    at = now or clock_now()
    changed = {
        "value": value,
        "set_by": actor.name,
        "reason": reason.strip(),
        "set_at": at,
        "removed": removed,
    }
    data = {"key": key, "value": None if removed else value}
    row = Setting.objects.filter(path=path, key=key).first()
    if row is None:
        new = Setting(path=path, key=key, **changed)
        return create(actor, "settings.set", new, Write(data=data), now=now)
    return act(
        actor, "settings.set", row.pk, lambda _: Write(set=changed, data=data), now=now
    )


def add_local_day(
    *,
    actor: Actor,
    path: str,
    day: date,
    kind: str,
    name: str,
    now: datetime | None = None,
) -> Done:
    """A day off or a working day that differs from the national calendar, for a
    place and below. Errors: kind, name, day."""
    if kind not in LocalDay.KINDS:
        raise Invalid(fields={"kind": "请选休息或上班。"})
    local = LocalDay(path=path, day=day, kind=kind, name=_named(name))
    sentence = f"{day.month}月{day.day}日在这里已经定过了。请先删掉再重新定。"
    with said(local_day_once=("day", sentence)):
        return create(
            actor,
            "days.set",
            local,
            Write(data={"day": str(day), "kind": kind}),
            now=now,
        )


def remove_local_day(
    *, actor: Actor, day_id: UUID, now: datetime | None = None
) -> Done:
    """Take a local day back: the calendar of the place above holds again."""
    return act(
        actor, "days.remove", day_id, lambda row: Write(set={"removed": True}), now=now
    )


def open_pause(
    *,
    actor: Actor,
    path: str,
    start: datetime,
    end: datetime | None = None,
    reason: str,
    now: datetime | None = None,
) -> Done:
    """Stop the clocks of a place and below from `start` on, until `end` or until
    somebody ends it. Errors: end, reason, start."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写暂停的理由，居民会看到。"})
    if end is not None and end <= start:
        raise Invalid(fields={"end": "结束时间要在开始以后。"})
    pause = Pause(path=path, start=start, end=end, reason=reason.strip())
    overlap = ("start", "这段时间这里已经有一个暂停。请先结束它，或改时间。")
    with said(pause_no_overlap_at_one_place=overlap):
        return create(actor, "pauses.open", pause, now=now)


def end_pause(*, actor: Actor, pause_id: UUID, now: datetime | None = None) -> Done:
    """Let the clocks of a pause go on from now. A pause that has not begun ends as
    it begins and counts nothing."""
    at = now or clock_now()

    def decide(row: Mapping[str, Any]) -> Write:
        if row["end"] is not None and row["end"] <= at:
            raise Invalid("这个暂停已经结束了。")
        least = row["start"] + timedelta(seconds=1)
        return Write(set={"end": max(at, least)})

    return act(actor, "pauses.end", pause_id, decide, reads=("start", "end"), now=now)
