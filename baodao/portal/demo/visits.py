"""A year of visits: most in time, some made up, a few missed or excused, the last days
waiting for the household's word. Duties, visits, records and events tell one story;
they are made in memory and sent column by column."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor, link_holder
from baodao.acts.copying import copy_columns, sending
from baodao.acts.models import Event
from baodao.core.clock import at_local, today
from baodao.core.errors import Invalid
from baodao.core.ids import uuid7, uuid7s
from baodao.duties.cadence import Window
from baodao.duties.generating import Source, owed
from baodao.duties.models import Duty, DutyRun
from baodao.duties.visits import visit_windows
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.owing import SOURCE
from baodao.pairings.visits_flow import DUTIES
from baodao.pairings.visits_limits import usual
from baodao.pairings.visits_links import raw_token, stored
from baodao.pairings.visits_rules import retry_on
from baodao.people.models import Member
from baodao.portal.demo.world import World
from baodao.records.models import Record

LIMITS = usual()
DAY = timedelta(days=1)
MAKE_UP = 15
ASKED = 9  # days until somebody has asked every household
TOPICS = ("policy", "notice", "mediation", "needs", "care", "errand")
NOTES = (
    "下次带一份医保缴费说明。", "想要一副老花镜。", "楼道灯坏了，已告诉网格员。",
    "周末在家，平时去医院。",
)  # fmt: skip
METHODS = (("in_person", "phone", "video"), (72, 25, 3))
HOWS = (("link", "call", "spoken"), (45, 42, 13))
# Of a window that is over: visited, made up, excused; the rest is missed.
VISITED, MADE_UP, EXCUSED = 0.935, 0.025, 0.02
EXCUSES = ("trip", "leave", "household_away", "road_closed")

Row = dict[str, Any]


@dataclass
class Year:
    """All rows to be: each a dictionary of columns, alike within its list."""

    w: World
    day: date
    rng: random.Random
    members: dict[UUID, Member]
    communities: dict[str, UUID]
    duties: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)


def build(w: World) -> None:
    """Duties and visits of all active bonds; nothing when they are there already."""
    if Duty.objects.filter(source_kind=SOURCE).exists():
        return
    year = Year(
        w, today(w.now), w.rng("visits"), {m.pk: m for m in w.members},
        {p.path: p.pk for p in w.places.values() if p.level == 5},
    )  # fmt: skip
    patterns: dict[tuple[str, str, tuple[int, ...]], dict[str, list[Window]]] = {}
    bonds = HouseholdPairing.objects.filter(state="active").order_by("home_path", "pk")
    for bond in bonds.iterator():
        pattern = (bond.path, bond.focus, tuple(bond.quiet_months))
        if pattern not in patterns:
            patterns[pattern] = _windows(w, *pattern)
        _bond(year, bond, patterns[pattern])
    _write(year)
    missed = sum(d["state"] in ("missed", "lapsed") for d in year.duties)
    w.say(f"应访 {len(year.duties)} 次，走访 {len(year.visits)} 次，没做 {missed} 次")


def _windows(
    w: World, path: str, focus: str, quiet: Sequence[int]
) -> dict[str, list[Window]]:
    try:
        return visit_windows(path, [focus], quiet, w.year)
    except Invalid:  # a year whose festivals are not known yet
        return {}


def _bond(year: Year, bond: HouseholdPairing, windows: dict[str, list[Window]]) -> None:
    """Festivals first: a visit in their window is the month's too (domain 7.3)."""
    assert bond.since
    source = Source(
        bond.pk, "", bond.path, year.communities[bond.path], valid_from=bond.since
    )
    months = [
        _duty(bond, source, "visit_month", x)
        for x in windows.get("visit_month", ())
        if owed(source, x)
    ]
    feasts = [
        _duty(bond, source, "visit_festival", x)
        for x in windows.get("visit_festival", ())
        if owed(source, x)
    ]
    year.duties += [*months, *feasts]
    demo = year.w.demo_member
    mine = demo is not None and bond.member_id == demo.pk
    for d in (*feasts, *months):
        if d["state"] != "due" or d["opens_on"] > year.day:
            continue
        if mine and d["due_on"] >= year.day:
            continue  # what the demo member does on the first page
        also = months if d["kind"] == "visit_festival" else ()
        _happen(year, bond, d, also, 0.0 if mine else year.rng.random())


def _duty(bond: HouseholdPairing, source: Source, kind: str, window: Window) -> Row:
    return {
        "id": uuid7(), "kind": kind, "source_kind": SOURCE, "source_id": bond.pk,
        "key": window.key, "title": window.title, "path": bond.path,
        "place_id": source.place_id, "member_id": bond.member_id, "unit_id": bond.unit_id,
        "opens_on": window.opens_on, "due_on": window.due_on, "state": "due",
        "done_on": None, "done_by_id": None, "done_kind": "", "done_id": None,
        "made_up": False, "excuse": "", "attempts": 0, "retry_on": None, "version": 1,
    }  # fmt: skip


def _happen(
    year: Year, bond: HouseholdPairing, d: Row, also: Sequence[Row], draw: float
) -> None:
    """What became of one window."""
    first, last = max(d["opens_on"], bond.since or d["opens_on"]), d["due_on"]
    if last >= year.day:
        share = (year.day - d["opens_on"]).days / max((last - d["opens_on"]).days, 1)
        if draw < share * 0.82:
            _visit(year, bond, _some_day(year, first, year.day), d, also)
        elif draw > 0.97:
            _tried(year, bond, d)
    elif draw < VISITED:
        _visit(year, bond, _some_day(year, first, last), d, also)
    elif draw < VISITED + MADE_UP and last + DAY < year.day:
        until = min(last + MAKE_UP * DAY, year.day)
        _visit(year, bond, _some_day(year, last + DAY, until), d, ())
    elif draw < VISITED + MADE_UP + EXCUSED:
        d |= {"state": "excused", "excuse": year.rng.choice(EXCUSES)}
        _log(
            year,
            "duties.excuse",
            d,
            "due",
            "excused",
            SYSTEM,
            at_local(last, time(17)),
            d["excuse"],
        )
    else:
        _missed(year, d)


def _some_day(year: Year, first: date, last: date) -> date:
    return first + DAY * year.rng.randint(0, max((last - first).days, 0))


def _missed(year: Year, d: Row) -> None:
    """Missed when the window is over, closed fifteen days on."""
    d["state"] = "missed"
    _log(
        year,
        "duties.miss",
        d,
        "due",
        "missed",
        SYSTEM,
        at_local(d["due_on"] + DAY, time(0, 30)),
    )
    over = d["due_on"] + (MAKE_UP + 1) * DAY
    if over <= year.day:
        d["state"] = "lapsed"
        _log(
            year,
            "duties.lapse",
            d,
            "missed",
            "lapsed",
            SYSTEM,
            at_local(over, time(0, 30)),
        )


def _visit(
    year: Year, bond: HouseholdPairing, on: date, d: Row, also: Sequence[Row]
) -> None:
    done = [
        d,
        *(
            x
            for x in also
            if x["state"] == "due" and x["opens_on"] <= on <= x["due_on"]
        ),
    ]
    v = _row(year, bond, on, d["kind"])
    year.visits.append(v)
    at = min(
        at_local(on, time(18 + year.rng.randrange(2), year.rng.randrange(60))),
        year.w.now,
    )
    actor = year.w.actor_of(year.members[bond.member_id])
    worker = _worker(year.w, bond.path)
    _log(
        year,
        "visits.record",
        v,
        "",
        "done",
        worker if v["entry"] == "paper" else actor,
        at,
    )
    then = at + timedelta(minutes=year.rng.randrange(120, ASKED * 24 * 60))
    confirmed = then < year.w.now
    if confirmed:
        how = year.rng.choices(*HOWS)[0]
        by = link_holder(v["id"]) if how == "link" else worker
        v |= {
            "state": "confirmed",
            "confirmed_how": how,
            "confirmed_by": by.person_id,
            "confirmed_at": then,
        }
        year.records.append(_record(bond, v, year.communities[bond.path]))
        _log(year, "visits.confirm", v, "done", "confirmed", by, then)
    for x in done:
        _fulfil(year, x, v, at, then if confirmed else None)


def _fulfil(year: Year, d: Row, v: Row, at: datetime, then: datetime | None) -> None:
    on, was = v["visited_on"], "due"
    late = on > d["due_on"]
    if late:
        _log(
            year,
            "duties.miss",
            d,
            "due",
            "missed",
            SYSTEM,
            at_local(d["due_on"] + DAY, time(0, 30)),
        )
        was = "missed"
    d |= {
        "state": "confirmed" if then else "done", "done_on": on, "done_by_id": v["member_id"],
        "done_kind": "visit", "done_id": v["id"], "made_up": late,
    }  # fmt: skip
    _log(year, "duties.fulfil", d, was, "done", SYSTEM, at)
    if then:
        _log(year, "duties.confirm", d, "done", "confirmed", SYSTEM, then)


def _tried(year: Year, bond: HouseholdPairing, d: Row) -> None:
    """Somebody went, nobody was at home."""
    on = _some_day(year, max(d["opens_on"], year.day - 4 * DAY), year.day)
    v = _row(year, bond, on, d["kind"])
    v |= {"state": "attempted", "outcome": "nobody_home", "household_present": False,
          "topics": (), "note": "", "companion": "", "with_adult": False}  # fmt: skip
    year.visits.append(v)
    d |= {"attempts": 1, "retry_on": retry_on(on, d["due_on"], LIMITS)}
    at = min(at_local(on, time(18, 30)), year.w.now)
    _log(
        year,
        "visits.attempt",
        v,
        "",
        "attempted",
        year.w.actor_of(year.members[bond.member_id]),
        at,
    )
    _log(year, "duties.attempt", d, "due", "due", SYSTEM, at)


def _row(year: Year, bond: HouseholdPairing, on: date, kind: str) -> Row:
    rng, pk = year.rng, uuid7()
    method = "phone" if bond.phone_only else rng.choices(*METHODS)[0]
    minor = bond.focus == "minor" and method == "in_person"
    return {
        "id": pk, "token": stored(raw_token(pk)), "code": str(rng.randrange(10**7, 10**8)),
        "pairing_id": bond.pk, "member_id": bond.member_id, "unit_id": bond.unit_id,
        "path": bond.path, "home_path": bond.home_path, "kind": DUTIES[kind],
        "method": method, "visited_on": on, "state": "done", "version": 1,
        "outcome": "declined" if rng.random() < 0.01 else "met", "household_present": True,
        "topics": tuple(sorted(rng.sample(TOPICS, rng.randint(1, 3)))),
        "note": rng.choice(NOTES) if rng.random() < 0.12 else "", "with_adult": minor,
        "companion": "监护人" if minor else "", "confirmed_how": "", "confirmed_by": None,
        "confirmed_at": None, "entry": "paper" if rng.random() < 0.06 else "self",
        "created_at": at_local(on, time(18)),
    }  # fmt: skip


def _worker(w: World, path: str) -> Actor:
    return w.staff["community_worker", path][0]


def _record(bond: HouseholdPairing, v: Row, place_id: UUID) -> Row:
    return {
        "id": uuid7(), "kind": "visit", "channel": bond.channel, "path": bond.path,
        "place_id": place_id, "member_id": bond.member_id, "unit_id": bond.unit_id,
        "occurred_on": v["visited_on"], "source_kind": "pairings.visit",
        "source_id": v["id"], "source_class": v["kind"], "confirmed_at": v["confirmed_at"],
        "confirmed_how": v["confirmed_how"], "confirmed_by": v["confirmed_by"],
        "created_at": v["confirmed_at"],
    }  # fmt: skip


def _log(
    year: Year, action: str, row: Row, was: str, now: str, actor: Actor, at: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    """The event of one act, as the engine writes it."""
    visit = action.startswith("visits.")
    row["version"] += was != ""
    year.events.append({
        "at": min(at, year.w.now), "action": action,
        "kind": "pairings.visit" if visit else "duties.duty", "object_id": row["id"],
        "path": row["home_path"] if visit else row["path"], "from_state": was,
        "to_state": now, "reason": reason, "actor_role": actor.role, "actor_name": actor.name,
        "actor_account": actor.account_id, "actor_person": actor.person_id,
        "actor_unit": actor.unit_id,
    })  # fmt: skip


# --- sent column by column -----------------------------------------------------------


def _write(year: Year) -> None:
    days = [d for row in year.duties for d in (row["opens_on"], row["due_on"])]
    if not days:
        return
    w = year.w
    run = DutyRun(
        kind="visit_month", path=w.places[w.preset.root].path, first=min(days),
        last=max(days), sources=len({d["source_id"] for d in year.duties}),
        made=len(year.duties),
    )  # fmt: skip
    w.create("duty_runs.add", run, write=None)
    w.batch.flush()
    year.events.sort(key=lambda e: e["at"])
    with sending():
        for model, rows in (
            (Duty, year.duties), (Visit, year.visits), (Record, year.records),
            (Event, year.events),
        ):  # fmt: skip
            _send(model, rows)


def _send(model: Any, rows: list[Row]) -> None:
    columns: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            columns[name].append(value)
    if rows:
        given = {"id": uuid7s(len(rows)), **columns}
        copy_columns(model, given, len(rows))
