"""The activities of the demo: a year of confirmed ones whose sessions and person-times
are those of the source, column by column; and by name what the demo people see on
their desks: this month and the next."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from baodao.activities import rules
from baodao.activities.models import (
    Activity,
    Participation,
)
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import at_local, local
from baodao.core.ids import uuid7s
from baodao.core.models import Counter as Series
from baodao.duties.models import Duty
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.portal.demo import activity_desks as desks
from baodao.portal.demo import activity_plan
from baodao.portal.demo.activity_book import Book, Kind
from baodao.portal.demo.world import World
from baodao.records.models import Record

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HALF = 30  # minutes


class Held(NamedTuple):
    """One confirmed session: who hosted it, who handed in and confirmed the list, who
    came."""

    kind: Kind
    place: Place
    unit_id: UUID | None
    host: Actor
    other: Actor
    start: datetime
    end: datetime
    came: Sequence[Member]


def build(w: World) -> int:
    """All activities of the preset. Returns how many were held."""
    book = Book(w)
    desks.venues(w)
    held = [*_of_units(book), *_at_home(book)]
    held.sort(key=lambda h: (h.start, h.place.path))
    _write(book, held)
    desks.coming(book)
    _owed(book, held)
    desks.posts(book)
    w.batch.add(*(Series(key=k, n=n) for k, n in sorted(book.numbers.items())))
    return len(held)


# --- the year ---------------------------------------------------------------------------


def _of_units(book: Book) -> list[Held]:
    """Units at their contact points, in working hours; each month one party day."""
    w, rng = book.w, book.rng
    sessions, times = w.preset.sizes.unit_activities
    workdays = [d for d in book.days if book.calendar.is_workday(d)]
    able = {
        u.id: [m for m in w.of_unit[u.id] if m.duty_status == "on_duty"]
        for u in w.units
    }
    units = [u for u in w.units if len(able[u.id]) >= 2]
    sizes = _sizes(rng, sessions, times)
    found: list[Held] = []
    while len(found) < sessions:
        unit = units[len(found) % len(units)]
        round_ = len(found) // len(units)
        day = rng.choice(workdays)
        came = book.free(able[unit.id], day, sizes[len(found)])
        if len(came) < sizes[len(found)]:
            _give_back(book, came, day)
            _swap(rng, sizes, len(found))
            continue
        place = w.community(w.points_of[unit.id][0])
        kind = book.kind("unit", day.month, party_day=round_ % 2 == 0)
        start = at_local(day, time(rng.choice((9, 10, 15, 16)), rng.choice((0, HALF))))
        found.append(
            _held(book, kind, place, unit.id, w.unit_actor[unit.id], start, came)
        )
    return found


def _at_home(book: Book) -> list[Held]:
    """Communities with the members who live there, mostly outside office hours."""
    w, rng = book.w, book.rng
    sessions, times = w.preset.sizes.home_activities
    living: dict[str, list[Member]] = defaultdict(list)
    for m in w.members:
        if m.residence_path and m.duty_status == "on_duty":
            living[m.residence_path].append(m)
    places = [
        p for p in w.places.values()
        if len(living.get(p.path, ())) >= 6 and w.staff.get(("community_worker", p.path))
    ]  # fmt: skip
    weights = [len(living[p.path]) for p in places]
    sizes = _sizes(rng, sessions, times)
    found: list[Held] = []
    while len(found) < sessions:
        place = rng.choices(places, weights)[0]
        day = rng.choice(book.days)
        came = book.free(living[place.path], day, sizes[len(found)])
        if len(came) < sizes[len(found)]:
            _give_back(book, came, day)
            _swap(rng, sizes, len(found))
            continue
        hours = (18, 19) if book.calendar.is_workday(day) else (9, 10, 15)
        start = at_local(day, time(rng.choice(hours), rng.choice((0, HALF))))
        worker = w.staff["community_worker", place.path][0]
        kind = book.kind("residence", day.month)
        found.append(_held(book, kind, place, None, worker, start, came))
    return found


def _held(
    book: Book, kind: Kind, place: Place, unit_id: UUID | None, host: Actor,
    start: datetime, came: Sequence[Member],
) -> Held:  # fmt: skip
    other = book.w.staff["community_secretary", place.path][0]
    end = start + timedelta(minutes=HALF * book.rng.randrange(2, 6))
    return Held(kind, place, unit_id, host, other, start, end, came)


def _sizes(rng: random.Random, sessions: int, times: int) -> list[int]:
    """How many come to each session: at least one, together exactly `times`."""
    sizes = [times // sessions] * sessions
    for k in rng.sample(range(sessions), times - sum(sizes)):
        sizes[k] += 1
    for _ in range(sessions // 3):
        a, b = rng.randrange(sessions), rng.randrange(sessions)
        if a != b and sizes[a] > 1 and sizes[b] < 6:
            sizes[a] -= 1
            sizes[b] += 1
    return sizes


def _give_back(book: Book, came: Sequence[Member], day: date) -> None:
    book.busy.difference_update((m.id, day) for m in came)


def _swap(rng: random.Random, sizes: list[int], at: int) -> None:
    """Not enough people that day: a smaller session may come first."""
    other = rng.randrange(at, len(sizes))
    sizes[at], sizes[other] = sizes[other], sizes[at]


# --- writing the year -------------------------------------------------------------------


def _write(book: Book, held: Sequence[Held]) -> None:
    """Activities, names, records and events, column by column."""
    w, aims = book.w, book.aims
    ids = uuid7s(len(held))
    confirmed = [
        min(h.end + timedelta(hours=20 + n % 30), w.now - HOUR) for n, h in enumerate(held)
    ]  # fmt: skip
    w.batch.columns(Activity, {
        "id": ids, "no": [book.no(h.place.path) for h in held], "state": "confirmed",
        "created_at": [h.start - 4 * DAY for h in held], "version": 4,
        "title": [h.kind.title for h in held],
        "channel": ["unit" if h.unit_id else "residence" for h in held],
        "joint_type": [h.kind.joint for h in held],
        "occasion": [h.kind.occasion for h in held],
        "occasion_name": [h.kind.name for h in held],
        "carriers": [list(h.kind.carriers) for h in held],
        "place_id": [h.place.id for h in held], "path": [h.place.path for h in held],
        "unit_id": [h.unit_id for h in held], "start_at": [h.start for h in held],
        "end_at": [h.end for h in held], "made_by_name": [h.host.name for h in held],
        "made_by": [h.host.account_id for h in held],
        "recorded_by": [h.host.account_id for h in held],
        "recorded_by_name": [h.host.name for h in held],
        "recorded_at": [h.end + HOUR for h in held],
        "on_paper": [n % 4 == 0 for n in range(len(held))],
        "confirmed_at": confirmed, "confirmed_by_name": [h.other.name for h in held],
        "aim_id": [activity_plan.aim_of(aims, h.kind.joint, h.place.path) for h in held],
    })  # fmt: skip
    _names(book, held, ids, confirmed)
    steps: list[tuple[str, str, str, list[Actor], list[datetime]]] = [
        ("plan", "", "draft", [h.host for h in held], [h.start - 4 * DAY for h in held]),
        ("publish", "draft", "published", [h.host for h in held], [h.start - 3 * DAY for h in held]),
        ("finish", "published", "finished", [h.host for h in held], [h.end + HOUR for h in held]),
        ("confirm", "finished", "confirmed", [h.other for h in held], confirmed),
    ]  # fmt: skip
    for name, before, after, actors, at in steps:
        data: Any = {}
        if name in ("finish", "confirm"):
            key = "attended" if name == "finish" else "records"
            data = [{key: len(h.came)} for h in held]
        _events(
            w, f"activities.{name}", "activities.activity", ids,
            [h.place.path for h in held], (before, after), actors, at, data,
        )  # fmt: skip


def _names(
    book: Book, held: Sequence[Held], ids: Sequence[UUID], confirmed: Sequence[datetime]
) -> None:
    w, settings = book.w, {"service.day_cap_minutes": 480, "service.step_minutes": HALF}
    rows = [
        (h, pk, at, m)
        for h, pk, at in zip(held, ids, confirmed, strict=True)
        for m in h.came
    ]
    parts = uuid7s(len(rows))
    paths = [h.place.path for h, *_ in rows]
    w.batch.columns(Participation, {
        "id": parts, "activity_id": [pk for _, pk, _, _ in rows], "state": "attended",
        "created_at": [h.end + HOUR for h, *_ in rows],
        "member_id": [m.id for *_, m in rows], "path": paths,
        "unit_id": [m.unit_id for *_, m in rows],
        "host_unit_id": [h.unit_id for h, *_ in rows],
        "by_unit": [h.unit_id is not None for h, *_ in rows],
        "signed_at": [h.end + HOUR for h, *_ in rows],
        "start_at": [h.start for h, *_ in rows], "end_at": [h.end for h, *_ in rows],
    })  # fmt: skip
    work = {h.start: book.calendar.is_work_time(h.start) for h in held}
    minutes = settings["service.step_minutes"]
    w.batch.columns(Record, {
        "kind": "activity", "created_at": [at for _, _, at, _ in rows],
        "channel": ["unit" if h.unit_id else "residence" for h, *_ in rows],
        "path": paths, "place_id": [h.place.id for h, *_ in rows],
        "member_id": [m.id for *_, m in rows], "unit_id": [m.unit_id for *_, m in rows],
        "occurred_on": [local(h.start).date() for h, *_ in rows],
        "start_at": [h.start for h, *_ in rows], "end_at": [h.end for h, *_ in rows],
        "minutes": [
            int((h.end - h.start).total_seconds()) // 60 // minutes * minutes
            for h, *_ in rows
        ],
        "work_time": [work[h.start] for h, *_ in rows],
        "source_kind": "activities.activity", "source_id": [pk for _, pk, _, _ in rows],
        "source_class": [h.kind.joint for h, *_ in rows],
        "confirmed_at": [at for _, _, at, _ in rows], "confirmed_how": "list",
        "confirmed_by": [h.other.person_id for h, *_ in rows],
    })  # fmt: skip
    _events(
        w, "participations.attend", "activities.participation", parts, paths,
        ("", "attended"), [h.host for h, *_ in rows], [h.end + HOUR for h, *_ in rows], {},
    )  # fmt: skip


def _events(
    w: World, action: str, kind: str, ids: Sequence[UUID], paths: Sequence[str],
    states: tuple[str, str], actors: Sequence[Actor], at: Sequence[datetime], data: Any,
) -> None:  # fmt: skip
    w.batch.columns(Event, {
        "at": list(at), "action": action, "kind": kind, "object_id": list(ids),
        "path": list(paths), "from_state": states[0], "to_state": states[1],
        "actor_account": [a.account_id for a in actors],
        "actor_person": [a.person_id for a in actors],
        "actor_unit": [a.unit_id for a in actors],
        "actor_name": [a.name for a in actors], "actor_role": [a.role for a in actors],
        "data": data,
    })  # fmt: skip


# --- what is owed --------------------------------------------------------


def _owed(book: Book, held: Sequence[Held]) -> None:
    """The party days of this month and the last: done by those who had one."""
    w, day = book.w, local(book.w.now).date()
    months = [rules.month(day.replace(day=1) - DAY)[0], day.replace(day=1)]
    had: dict[tuple[UUID | None, str], date] = {}
    for h in held:
        if "party_day" in h.kind.carriers:
            first_had = local(h.start).date()
            had.setdefault((h.unit_id, rules.month_key(first_had)), first_had)
    rows = []
    for unit in w.units:
        place = w.community(w.points_of[unit.id][0])
        for first in months:
            key = rules.month_key(first)
            on = had.get((unit.id, key))
            over = rules.month(first)[1] < day
            state = "confirmed" if on else "missed" if over else "due"
            rows.append((unit, place, first, key, on, state))
    w.batch.columns(Duty, {
        "kind": "party_day", "source_kind": "people.partyorg", "created_at": w.now,
        "title": [f"{first.month}月主题党日" for _, _, first, *_ in rows],
        "state": [state for *_, state in rows],
        "source_id": [w.orgs[u.id].id for u, *_ in rows],
        "key": [key for _, _, _, key, _, _ in rows],
        "path": [p.path for _, p, *_ in rows], "place_id": [p.id for _, p, *_ in rows],
        "unit_id": [u.id for u, *_ in rows],
        "opens_on": [first for _, _, first, *_ in rows],
        "due_on": [rules.month(first)[1] for _, _, first, *_ in rows],
        "done_on": [on for *_, on, _ in rows],
    })  # fmt: skip
