"""The activities of the demo: a year of confirmed ones whose sessions and person-times
are those of the source, column by column; and by name what the demo people see on
their desks: this month and the next."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from baodao.activities import plans, rules
from baodao.activities.models import Activity, Carrier, Participation, Venue
from baodao.activities.services import number_series
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.core.ids import uuid7s
from baodao.core.models import Counter as Series
from baodao.people.models import Member
from baodao.places.calendars import Calendar, calendar_for
from baodao.places.models import Place
from baodao.portal.demo.world import World, table
from baodao.records.models import Record

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HALF = 30  # minutes
BRANDS = {
    "luzhou": (("新晋邻", "党建品牌创建"), ("潞邻幸福圈·相熟相知", "主题交流活动")),
    "ali": (),
}


class Kind(NamedTuple):
    """A row of activities.csv. `months`: when, "" for always; `channel`: in which."""

    title: str
    joint: str
    occasion: str
    name: str
    months: frozenset[int]
    channel: str
    carriers: tuple[str, ...]


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


class Book:
    """What has been made so far: numbers, who was where on which day."""

    def __init__(self, w: World) -> None:
        self.w, self.rng = w, w.rng("activities")
        root = w.places[w.preset.root]
        self.calendar: Calendar = calendar_for(root.path)
        self.numbers: Counter[str] = Counter()
        self.busy: set[tuple[UUID, date]] = set()
        brands = [c.code for c in _brands(w)]
        self.kinds = [_kind(row, brands) for row in table("activities.csv")]
        last = min(date(w.year, 12, 31), local(w.now).date() - 5 * DAY)
        n = (last - date(w.year, 1, 4)).days
        self.days = [date(w.year, 1, 4) + k * DAY for k in range(n + 1)]

    def no(self, path: str) -> str:
        key = number_series(path)
        self.numbers[key] += 1
        return f"{self.numbers[key]:04d}"

    def kind(self, channel: str, month: int, party_day: bool = False) -> Kind:
        fitting = [
            k for k in self.kinds
            if k.channel in ("", channel) and (not k.months or month in k.months)
            and (k.occasion == "party_day") == party_day
        ]  # fmt: skip
        return self.rng.choice(fitting)

    def free(self, people: Sequence[Member], day: date, n: int) -> list[Member]:
        """Up to `n` of them who are nowhere else that day; taken from now on."""
        found = []
        for m in self.rng.sample(people, min(len(people), n + 6)):
            if (m.id, day) not in self.busy:
                self.busy.add((m.id, day))
                found.append(m)
                if len(found) == n:
                    break
        return found


def _brands(w: World) -> list[Carrier]:
    """The local carriers of the preset."""
    rows = []
    org = w.organiser()
    for n, (name, note) in enumerate(BRANDS[w.preset.code]):
        row = Carrier(path=org.path or "", code=f"local{n + 1}", name=name, note=note)
        w.create("carriers.add", row, actor=org)
        rows.append(row)
    return rows


def _kind(row: dict[str, str], brands: Sequence[str]) -> Kind:
    carriers = [c for c in row["carriers"].split() if not c.startswith("local")]
    carriers += [c for c in row["carriers"].split() if c in brands]
    months = frozenset(int(m) for m in row["months"].split())
    return Kind(
        row["title"], row["joint"], row["occasion"], row["name"], months,
        row["channel"], tuple(sorted(carriers)),
    )  # fmt: skip


def build(w: World) -> int:
    """All activities of the preset. Returns how many were held."""
    book = Book(w)
    _venues(w)
    held = [*_of_units(book), *_at_home(book)]
    held.sort(key=lambda h: (h.start, h.place.path))
    _write(book, held)
    _coming(book)
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
    w = book.w
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
        "confirmed_by": [h.other.account_id for h, *_ in rows],
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


# --- this month and the next ------------------------------------------------------------


def _venues(w: World) -> None:
    """Practice centre, its institute and the stations around the demo community."""
    main = w.places[w.preset.main]
    street, county = w.above(main, 4), w.above(main, 3)
    rows = [
        (county, "center", f"{county.name}新时代文明实践中心", 200, range(7), 20),
        (street, "institute", f"{street.name}新时代文明实践所", 80, range(6), 19),
    ]
    for code in (w.preset.main, *w.preset.near):
        place = w.places[code]
        rows.append(
            (place, "station", f"{place.name}新时代文明实践站", 40, range(7), 21)
        )
        rows.append((place, "room", f"{place.name}党群活动室", 30, range(5), 18))
    for place, kind, name, capacity, days, closes in rows:
        roles = ("county_org", "township_party", "community_worker")
        actor = next(a for r in roles for a in w.staff.get((r, place.path), ()))
        venue = Venue(
            place=place, path=place.path, name=name, kind=kind, capacity=capacity,
            weekdays=list(days), opens=time(8, 30), closes=time(closes),
            phone=place.phone,
        )  # fmt: skip
        w.create("venues.add", venue, actor=actor)


def _coming(book: Book) -> None:
    """Around the demo community: what is planned, open, over without a list, and
    handed in."""
    w = book.w
    day = local(w.now).date()
    for n, row in enumerate(table("activities_open.csv")):
        if row["where"] not in ("", w.preset.code):
            continue
        codes = (w.preset.main, *w.preset.near)
        place = w.places[codes[int(row["place"])]]
        start = at_local(day + int(row["day"]) * DAY, time.fromisoformat(row["at"]))
        _tell(book, row, place, start, n)


def _tell(
    book: Book, row: dict[str, str], place: Place, start: datetime, n: int
) -> None:
    w = book.w
    unit = next((u for u in w.units if u.short_name == w.preset.demo_unit), None)
    by_unit = row["host"] == "unit" and unit is not None
    worker = w.staff["community_worker", place.path][0]
    host = w.unit_actor[unit.id] if by_unit and unit else worker
    brands = {c for k in book.kinds for c in k.carriers}
    it = Activity(
        no=book.no(place.path), title=row["title"], state="draft",
        channel="unit" if by_unit else "residence", joint_type=row["joint"],
        occasion=row["occasion"], occasion_name=row["name"], place=place,
        carriers=sorted(set(row["carriers"].split()) & {*rules.CARRIERS, *brands}),
        path=place.path, unit_id=unit.id if by_unit and unit else None, spot=row["spot"],
        start_at=start, end_at=start + timedelta(minutes=int(row["minutes"])),
        slots=int(row["slots"]) if row["slots"] else None, about=row["about"],
        contact=host.name, phone=place.phone, public=not by_unit,
        made_by=host.account_id, made_by_name=host.name,
    )  # fmt: skip
    planned = min(start, w.now) - timedelta(days=6, minutes=n)
    w.create("activities.plan", it, actor=host, at=planned)
    if row["state"] == "draft":
        return
    w.act("activities.publish", it, Write(), actor=host, at=planned + HOUR)
    people = _people(book, it, int(row["signed"]), start)
    parts = []
    for k, member in enumerate(people):
        full = it.slots is not None and k >= it.slots
        at = planned + (2 + k) * HOUR
        part = Participation(
            activity=it, member=member, path=it.path, unit_id=member.unit_id,
            host_unit_id=it.unit_id, signed_at=at,
            state="waitlisted" if full else "signed_up",
        )  # fmt: skip
        event = "wait" if full else "sign_up"
        w.create(f"participations.{event}", part, actor=w.actor_of(member), at=at)
        parts.append(part)
    if row["state"] == "finished":
        _finish(book, it, host, parts)


def _people(book: Book, it: Activity, n: int, start: datetime) -> list[Member]:
    w = book.w
    near = [
        m for m in w.members
        if m.duty_status == "on_duty"
        and (m.unit_id == it.unit_id if it.unit_id else m.residence_path == it.path)
    ]  # fmt: skip
    found = book.free(near, local(start).date(), n)
    me = w.demo_member
    # The demo member has been to some, and finds others still open.
    mine = it.unit_id is not None or start < w.now
    if (
        me
        and mine
        and me in near
        and n > 3
        and (me.id, local(start).date()) not in book.busy
    ):
        book.busy.add((me.id, local(start).date()))
        found[0] = me
    return found


def _finish(
    book: Book, it: Activity, host: Actor, parts: Sequence[Participation]
) -> None:
    """The list is handed in: most came, one is excused."""
    w, at = book.w, min(it.end_at + HOUR, book.w.now - HOUR)
    marks = [
        plans.Mark(p.member_id, "excused" if k == 1 else "attended")
        for k, p in enumerate(parts)
    ]
    sheet = plans.Sheet(marks, it.start_at, it.end_at, residents=6, on_paper=True)
    row = {name: getattr(it, name) for name in plans.READS} | {"id": it.id}
    write = plans.finish(row, sheet, by=host.account_id, name=host.name, now=at)
    w.act(
        "activities.finish",
        it,
        Write(set=write.set, data=write.data),
        actor=host,
        at=at,
    )
    for part, mark in zip(parts, marks, strict=True):
        there = mark.state == "attended"
        times = {"start_at": it.start_at, "end_at": it.end_at} if there else {}
        w.act(
            f"participations.{rules.MARKS[mark.state]}", part, Write(set=times),
            actor=host, at=at,
        )  # fmt: skip
