"""Carrying a change out: new places, what hung on the old ones, the old ones closed
with their successors. Everything or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import Actor
from baodao.acts.bulk import Batch
from baodao.acts.engine import Decide, act
from baodao.acts.many import act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid
from baodao.core.progress import Tell, nobody
from baodao.core.text import pinyin_key
from baodao.places import rules
from baodao.places.changes.moves import Line, move_all
from baodao.places.changes.plan import (
    Ground,
    Made,
    Plan,
    Spec,
    Step,
    derive,
)
from baodao.places.changes.preview import ground_of, moves_of, spec_of
from baodao.places.models import Place, PlaceChange, PlaceName, Succession
from baodao.places.services.names import (
    NewName,
    former_names,
    rename_places,
    search_text,
)

CHANGED = "这些地方刚刚有人改过。什么也没有写入，请再看一遍预览。"
_KEPT = (
    "name_bo", "population", "households", "phone", "lon", "lat", "is_contact_point",
)  # fmt: skip


def carry_out(
    *,
    actor: Actor,
    change_id: UUID,
    now: datetime | None = None,
    tell: Tell = nobody,
) -> Done:
    """Carry out a change that was started, in one transaction. Raises Invalid or
    Conflict when the places are no longer as they were."""
    at = now or clock_now()
    with transaction.atomic():
        row = PlaceChange.objects.get(pk=change_id)
        spec = spec_of(row)
        if spec.kind == "rename":
            return _rename(actor, row, spec, at)
        ground = ground_of(spec)
        plan = derive(spec, ground)
        _check_dates(plan, row.on)
        places = _make(actor, plan, ground, row, at)
        _absorb(actor, plan, ground, row, at)
        _close(actor, plan, row, at)
        ids = {code: p.id for code, p in places.items()}
        ids |= {code: node.id for code, node in ground.targets.items()}
        ids |= {code: node.id for code, node in ground.nodes.items() if code not in ids}
        data = {"change": str(row.pk)}
        moves = moves_of(plan, on=row.on, at=at, ids=ids, data=data)
        moved, left = move_all(actor, moves, tell)
        if plan.renumbered:
            left = [Line("户的户号在新的社区里重复，换了新号", plan.renumbered), *left]
        steps = [*_steps(row, plan.steps, ids), *_carried_on(row, plan.steps, ids)]
        return _finish(actor, row, steps, moved, left, at)


def _finish(
    actor: Actor, row: PlaceChange, steps: Sequence[Succession],
    moved: Sequence[Line], left: Sequence[Line], at: datetime,
) -> Done:  # fmt: skip
    done = {
        "done_at": at,
        "by_name": actor.name,
        "moved": [list(line) for line in moved],
        "left": [list(line) for line in left],
    }
    write = Write(set=done, adds=steps, data={"places": len(steps)})
    return act(actor, "changes.finish", row.pk, lambda _: write, now=at)


def _rename(actor: Actor, row: PlaceChange, spec: Spec, at: datetime) -> Done:
    place = Place.objects.select_related("parent").get(code=spec.olds[0], valid_to=None)
    derive(spec, ground_of(spec))
    official = spec.parts[0].name.strip()
    above = place.parent.official_name if place.parent else ""
    name = rules.shown_name(place.code, official, above)
    kind = (
        place.kind if "-" in place.code else rules.kind_of(place.code, official, above)
    )
    new = NewName(official, name, pinyin_key(name), kind)
    data = {"change": str(row.pk)}
    if not rename_places(
        actor=actor, wanted={place.id: new}, on=row.on, data=data, now=at
    ):
        raise Conflict(CHANGED)
    return _finish(actor, row, [], [Line("个地方更名", 1)], [], at)


def _check_dates(plan: Plan, on: date) -> None:
    ids = [s.old.id for s in plan.steps]
    late = Place.objects.filter(pk__in=ids, valid_from__gt=on).order_by("path").first()
    if late:
        raise Invalid(
            fields={"on": f"{late.name}在这一天还没有启用。生效日期请选在它启用以后。"}
        )


def _make(
    actor: Actor, plan: Plan, ground: Ground, row: PlaceChange, at: datetime
) -> dict[str, Place]:
    """The new places, parents first, each with its act."""
    sources = [ground.nodes[m.like].id for m in plan.made.values() if m.like]
    old, names = Place.objects.in_bulk(sources), former_names(sources)
    merged = _merged_into(plan)
    made: dict[str, Place] = {}
    batch = Batch()
    for code, new in plan.made.items():
        place = _place(new, made, ground, row.on)
        like = old[ground.nodes[new.like].id] if new.like else None
        history = _take_over(place, like, names, row.on)
        history += _gone(place, merged.get(code, ()), row.on)
        place.pinyin = search_text(pinyin_key(place.name), [h.name for h in history])
        write = Write(data={"change": str(row.pk)}, adds=history)
        batch.create(actor, "places.add", place, write, at=at)
        made[code] = place
    batch.flush()
    return made


def _place(new: Made, made: Mapping[str, Place], ground: Ground, on: date) -> Place:
    above = rules.parent_code(new.code)
    if above in made:
        parent_id, official = made[above].id, made[above].official_name
    else:
        upper = ground.targets[above]
        parent_id, official = upper.id, upper.official
    kind = rules.kind_of(new.code, new.official, official)
    return Place(
        code=new.code, path=new.path, level=new.level, parent_id=parent_id,
        official_name=new.official, name=new.name, valid_from=on,
        kind=kind if new.code.isdigit() else "",
    )  # fmt: skip


def _take_over(
    place: Place, old: Place | None, names: Mapping[UUID, list[PlaceName]], on: date
) -> list[PlaceName]:
    """The facts and the former names of the place that this one is like."""
    if old is None:
        return []
    for name in _KEPT:
        setattr(place, name, getattr(old, name))
    if place.kind == "virtual":
        place.is_contact_point = False
    own = names.get(old.id, [])
    history = [
        PlaceName(
            place=place, name=n.name, official_name=n.official_name,
            valid_from=n.valid_from, valid_to=n.valid_to, merged=n.merged,
        )
        for n in own
    ]  # fmt: skip
    if old.official_name != place.official_name:
        since = max((n.valid_to for n in own if not n.merged), default=old.valid_from)
        history.append(_named(place, old, since, on))
    return history


def _named(
    place: Place, old: Place, since: date, on: date, *, merged: bool = False
) -> PlaceName:
    return PlaceName(
        place=place, name=old.name, official_name=old.official_name, valid_from=since,
        valid_to=on, merged=merged,
    )  # fmt: skip


def _merged_into(plan: Plan) -> dict[str, list[UUID]]:
    """Which places go into another one, by its code: their names stay findable."""
    found: dict[str, list[UUID]] = {}
    for s in plan.steps:
        if s.ends and s.main and s.whole and not _like(plan, s):
            found.setdefault(s.code, []).append(s.old.id)
    return found


def _like(plan: Plan, step: Step) -> bool:
    made = plan.made.get(step.code)
    return made is not None and made.like == step.old.code


def _gone(place: Place, ids: Sequence[UUID], on: date) -> list[PlaceName]:
    olds = Place.objects.filter(pk__in=ids).order_by("path") if ids else ()
    rows = [_named(place, old, old.valid_from, on, merged=True) for old in olds]
    if rows and not place.population:
        place.population = sum(old.population for old in olds)
        place.households = sum(old.households for old in olds)
    return rows


def _absorb(
    actor: Actor, plan: Plan, ground: Ground, row: PlaceChange, at: datetime
) -> None:
    """A place that goes on takes in the people, the names, and the contact point."""
    for code, ids in _merged_into(plan).items():
        if code not in plan.made:
            place = Place.objects.get(pk=ground.targets[code].id)
            olds = list(Place.objects.filter(pk__in=ids).order_by("path"))
            write = _taken_in(place, olds, row)
            act(actor, "places.absorb", place.pk, _always(write), now=at)


def _always(write: Write) -> Decide:
    return lambda _: write


def _taken_in(place: Place, olds: Sequence[Place], row: PlaceChange) -> Write:
    history = [_named(place, o, o.valid_from, row.on, merged=True) for o in olds]
    former = [n.name for n in [*former_names([place.pk]).get(place.pk, []), *history]]
    points = place.kind != "virtual" and any(o.is_contact_point for o in olds)
    return Write(
        set={
            "population": place.population + sum(o.population for o in olds),
            "households": place.households + sum(o.households for o in olds),
            "is_contact_point": place.is_contact_point or points,
            "pinyin": search_text(pinyin_key(place.name), former),
        },
        data={"change": str(row.pk)},
        adds=history,
    )


def _close(actor: Actor, plan: Plan, row: PlaceChange, at: datetime) -> None:
    writes, versions = dict[UUID, Write](), dict[UUID, int]()
    for step in plan.steps:
        if step.ends and (step.main or step.old.id not in writes):
            data = {"change": str(row.pk), "to": step.code}
            writes[step.old.id] = Write(set={"valid_to": row.on}, data=data)
            versions[step.old.id] = step.old.version
    done = act_rows(actor, "places.succeed", writes, versions=versions, now=at)
    if len(done) != len(writes):
        raise Conflict(CHANGED)


def _steps(
    row: PlaceChange, steps: Sequence[Step], ids: Mapping[str, UUID]
) -> list[Succession]:
    return [
        Succession(
            change_id=row.pk, old_id=s.old.id, new_id=ids[s.code], old_path=s.old.path,
            new_path=rules.path_of(s.code), main=s.main, whole=s.whole,
            above=rules.path_of(s.above) if s.above else "",
        )
        for s in steps
    ]  # fmt: skip


def _carried_on(
    row: PlaceChange, steps: Sequence[Step], ids: Mapping[str, UUID]
) -> list[Succession]:
    """What earlier changes brought to the old places is carried on to the new ones."""
    onwards: dict[str, list[Step]] = {}
    for step in steps:
        if step.ends:
            onwards.setdefault(step.old.path, []).append(step)
    earlier = Succession.objects.filter(new_path__in=list(onwards)) if onwards else ()
    found: dict[tuple[UUID, UUID], Succession] = {}
    for past in earlier:
        for step in onwards[past.new_path]:
            follows = bool(past.above and step.above)
            new = Succession(
                change_id=row.pk, old_id=past.old_id, new_id=ids[step.code],
                old_path=past.old_path, new_path=rules.path_of(step.code),
                main=past.main and step.main, whole=past.whole and step.whole,
                above=rules.path_of(step.above) if follows else "", direct=False,
            )  # fmt: skip
            found[new.old_id, new.new_id] = new
    return list(found.values())
