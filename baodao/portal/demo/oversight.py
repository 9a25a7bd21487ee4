"""Directives in the demo: one that is over, one that runs in all states, one passed on
to communities by townships, one to units, and a draft (A28, A34)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.duties.models import Duty
from baodao.oversight import rules
from baodao.oversight.models import Directive, DirectiveItem
from baodao.people.models import Unit
from baodao.places import rules as levels
from baodao.places.models import Place
from baodao.portal.demo.councils_people import communities
from baodao.portal.demo.world import World

DAY = timedelta(days=1)
WINTER = (
    "冬季走访重点户",
    "每个社区对独居老人、残疾人、困难家庭走访一遍，查取暖、用电、用气，发现问题当天登记点单。",
)  # fmt: skip
LISTS = (
    "核对报到党员名册",
    "对照花名册逐人核对，已调走、退休的及时转出，没报到的提醒。核对完报人数和变动情况。",
)
UNITS = (
    "报送年度共建项目进展",
    "各单位对照年初定的合作项目，写明做到哪一步、还差什么、年底前怎么完成。",
)
FEEDBACK = (
    "整改走访不实问题",
    "对抽查发现的走访记录不实问题，逐条核对、补走、补记，举一反三。",
)
DONE = ("走访%d户，发现问题%d个，都登记了点单。", "已核对，变动%d人，补登%d人。")


@dataclass
class Office:
    """The desk that issues, with the days it counts from."""

    w: World
    rng: random.Random
    actor: Actor
    place: Place
    today: date


def build(w: World) -> int:
    """All of it; returns how many items."""
    rng = w.rng("oversight")
    here = communities(w)
    counties = {w.above(p, levels.COUNTY).path: w.above(p, levels.COUNTY) for p in here}
    n = 0
    for place in counties.values():
        desks = w.staff.get(("county_org", place.path))
        if not desks:
            continue
        o = Office(w, rng, desks[0], place, local(w.now).date())
        below = [p for p in here if p.path.startswith(place.path)]
        towns = {
            w.above(p, levels.TOWNSHIP).path: w.above(p, levels.TOWNSHIP) for p in below
        }
        staffed = [t for t in towns.values() if w.staff.get(("township_party", t.path))]
        n += _over(o, below) + _running(o, below) + _units(o)
        n += _chain(o, staffed, below)
        _new(
            o, FEEDBACK, "community", o.today + 20 * DAY, w.now - 3 * timedelta(hours=1)
        )
    return n


def _new(
    o: Office, words: Sequence[str], to: str, due_on: date, at: datetime,
    parent: DirectiveItem | None = None,
) -> Directive:  # fmt: skip
    d = Directive(
        title=words[0], text=words[1], place=o.place, path=o.place.path, to=to,
        role=o.actor.role, issuer=rules.issuer_name(o.actor.role, o.place.name),
        due_on=due_on, parent=parent,
    )  # fmt: skip
    o.w.create("directives.draft", d, actor=o.actor, at=at)
    return d


def _publish(
    o: Office, d: Directive, targets: Sequence[Any], at: datetime
) -> list[tuple[DirectiveItem, Duty]]:
    """An item and a duty for each."""
    write = Write(set={"published_at": at}, data={"n": len(targets)})
    o.w.act("directives.publish", d, write, actor=o.actor, at=at)
    found = []
    for t in targets:
        unit = t if isinstance(t, Unit) else None
        place = o.place if unit else t
        i = DirectiveItem(
            directive=d, place=place, path=place.path, unit=unit, name=t.name,
            due_on=d.due_on,
        )  # fmt: skip
        o.w.create("directive_items.send", i, actor=o.actor, at=at)
        duty = Duty(
            kind=rules.DUTY[d.to], source_kind="directive_item", source_id=i.pk,
            key=d.due_on.isoformat(), title=d.title, path=i.path, place_id=place.pk,
            unit_id=unit.id if unit else None, opens_on=local(at).date(), due_on=d.due_on,
        )  # fmt: skip
        o.w.batch.add(duty)
        found.append((i, duty))
    return found


def _who(o: Office, i: DirectiveItem) -> Actor:
    if i.unit:
        return o.w.unit_actor[i.unit.id]
    role = {5: "community_worker", 4: "township_party"}[i.place.level]
    return o.w.staff[role, i.path][0]


def _receive(o: Office, i: DirectiveItem, at: datetime) -> None:
    by = _who(o, i)
    write = Write(set={"received_at": at, "received_by": by.name})
    o.w.act("directive_items.receive", i, write, actor=by, at=at)


def _report(o: Office, i: DirectiveItem, duty: Duty, at: datetime) -> None:
    by = _who(o, i)
    text = DONE[i.directive.title == LISTS[0]] % (
        o.rng.randrange(12, 60),
        o.rng.randrange(1, 9),
    )
    write = Write(
        set={"report": text, "reported_at": at, "reported_by": by.person_id},
        notes=[("unit", text)],
    )
    o.w.act("directive_items.report", i, write, actor=by, at=at)
    on = local(at).date()
    done = {
        "done_on": on, "done_kind": "directive_item", "done_id": i.pk,
        "made_up": on > i.due_on,
    }  # fmt: skip
    o.w.act("duties.fulfil", duty, Write(set=done), actor=SYSTEM, at=at)


def _accept(o: Office, i: DirectiveItem, duty: Duty, at: datetime) -> None:
    o.w.act("directive_items.accept", i, Write(), actor=o.actor, at=at)
    o.w.act("duties.confirm", duty, Write(), actor=SYSTEM, at=at)


def _over(o: Office, below: Sequence[Place]) -> int:
    """Two months ago, all done, ended."""
    due_on = o.today - 45 * DAY
    start = at_local(due_on - 20 * DAY, time(10))
    d = _new(o, LISTS, "community", due_on, start)
    items = _publish(o, d, below, start + timedelta(hours=1))
    for k, (i, duty) in enumerate(items):
        _receive(o, i, start + timedelta(hours=3 + k % 20))
        at = at_local(due_on - (2 + k % 9) * DAY, time(16))
        _report(o, i, duty, at)
        _accept(o, i, duty, at + DAY)
    ended = at_local(due_on + DAY, time(10))
    o.w.act(
        "directives.close", d, Write(set={"ended_at": ended}), actor=o.actor, at=ended
    )
    return len(items)


def _running(o: Office, below: Sequence[Place]) -> int:
    """Every state: not received, being done, asking for time, reported, accepted."""
    start = o.w.now - 9 * DAY
    d = _new(o, WINTER, "community", o.today + 4 * DAY, start)
    items = _publish(o, d, below, start + timedelta(hours=2))
    for k, (i, duty) in enumerate(items):
        luck = o.rng.random()
        # The demo community has yet to receive it.
        if i.place.code == o.w.preset.main or luck < 0.15:
            continue
        _receive(o, i, start + timedelta(hours=5 + k % 30))
        if luck < 0.4:
            continue
        if luck < 0.5:
            reason = "路上结冰，牧区两户还没走到"
            write = Write(
                set={"ask_until": o.today + 9 * DAY, "ask_reason": reason},
                data={"until": (o.today + 9 * DAY).isoformat()}, notes=[("unit", reason)],
            )  # fmt: skip
            by = _who(o, i)
            o.w.act("directive_items.ask_time", i, write, actor=by, at=o.w.now - DAY)
            continue
        _report(o, i, duty, o.w.now - 2 * DAY)
        if luck < 0.8:
            _accept(o, i, duty, o.w.now - DAY)
    return len(items)


def _units(o: Office) -> int:
    """To the units seated in the county; some are late."""
    units = [u for u in o.w.units if u.path.startswith(o.place.path)]
    units = [u for u in units if u.id in o.w.unit_actor][:40]
    if not units:
        return 0
    due_on = o.today - 3 * DAY
    start = at_local(due_on - 14 * DAY, time(9, 30))
    d = _new(o, UNITS, "unit", due_on, start)
    items = _publish(o, d, units, start + timedelta(hours=1))
    for k, (i, duty) in enumerate(items):
        luck = o.rng.random()
        late = luck < 0.15 or (i.unit and i.unit.short_name == o.w.preset.demo_unit)
        if not late or luck < 0.08:
            _receive(o, i, start + timedelta(hours=4 + k % 40))
        if late:
            missed = at_local(due_on + DAY, time(1))
            o.w.act("duties.miss", duty, Write(), actor=SYSTEM, at=missed)
            continue
        _report(o, i, duty, at_local(due_on - (k % 5) * DAY, time(15)))
        if luck < 0.7:
            _accept(o, i, duty, o.w.now - DAY)
    return len(items)


def _chain(o: Office, towns: Sequence[Place], below: Sequence[Place]) -> int:
    """To the townships; every second one has passed it on to its communities."""
    if not towns:
        return 0
    start = o.w.now - 6 * DAY
    d = _new(o, FEEDBACK, "township", o.today + 12 * DAY, start)
    items = _publish(o, d, towns, start + timedelta(hours=1))
    n = len(items)
    for k, (i, _) in enumerate(items):
        if k % 4 == 3:
            continue
        _receive(o, i, start + timedelta(hours=6))
        desk = o.w.staff["township_party", i.path][0]
        office = Office(o.w, o.rng, desk, i.place, o.today)
        mine = [p for p in below if p.path.startswith(i.path)]
        if k % 2:
            continue
        at = start + timedelta(hours=20)
        child = _new(office, FEEDBACK, "community", o.today + 9 * DAY, at, i)
        for j, (c, duty) in enumerate(
            _publish(office, child, mine, at + timedelta(hours=1))
        ):
            if j % 3 == 1:
                continue
            _receive(office, c, at + timedelta(hours=5))
            if j % 3 == 2:
                _report(office, c, duty, o.w.now - 2 * DAY)
                _accept(office, c, duty, o.w.now - DAY)
        n += len(mine)
    return n
