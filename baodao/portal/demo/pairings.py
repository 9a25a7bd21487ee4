"""Bonds of a year: the solver of the product says who with whom, the households agree
in the first weeks, and in the demo community some still wait for an answer. Where the
preset has members but no households (Luzhou), those are registered first."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta

from baodao.acts.actor import Actor
from baodao.core.clock import at_local, local, today
from baodao.pairings import estates, plans, services, suggesting
from baodao.pairings.fitting import community_of
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.people.models import Member
from baodao.places.models import Estate, Household, Place
from baodao.places.rules import (
    ESTATE,
    ESTATE_RISKS,
    ESTATE_SERVICES,
    HOUSEHOLD,
    segment,
)
from baodao.portal.demo import names
from baodao.portal.demo.tree import ESTATES, FOCUS, STREETS
from baodao.portal.demo.world import World

MADE_UP = "luzhou"  # every member has a household there, every unit an estate
UNITS_PER_ESTATE = 3
WITNESSES = ("邻居王师傅", "网格员", "楼长", "社区民警")
# In the demo community: how many are at which step.
WAITING = (
    ("proposed",) * 6 + ("consent_pending",) * 5 + ("declined",) * 2 + ("paused",) * 2
)
UNCOVERED = 8


def build(w: World) -> None:
    """Estates and households where there are none, then bonds; what they owe comes with
    the visits."""
    rng = w.rng("pairings")
    root = w.places[w.preset.root].path
    if w.preset.code == MADE_UP:
        _estates(w, rng)
        _households(w, rng)
    _pair_estates(w)
    made = _pair_households(w, rng, root)
    w.batch.flush()
    w.say(
        f"结对 {len(made)} 户，其中在联系 {sum(p.state == 'active' for p in made)} 户"
    )


def _worker(w: World, path: str) -> Actor:
    return w.staff["community_worker", path][0]


# --- where there is nothing yet -------------------------------------------------------------


def _estates(w: World, rng: random.Random) -> None:
    """Key estates in every community that units serve, one for three units."""
    held = Counter(
        w.community(points[0]).path for points in w.points_of.values() if points
    )
    there = Counter(community_of(e.path) for e in w.estates if e.is_key)
    for path, n in sorted(held.items()):
        community = next(p for p in w.places.values() if p.path == path)
        wanted = max(1, -(-n // UNITS_PER_ESTATE)) - there[path]
        for i in range(1, wanted + 1):
            _estate(w, rng, community, 100 + i)


def _estate(w: World, rng: random.Random, community: Place, number: int) -> None:
    name = rng.choice(ESTATES)
    place = Place(
        code=f"{community.code}-E{number:03d}", level=ESTATE, name=name,
        official_name=name, population=rng.randrange(300, 2400),
        households=rng.randrange(90, 800), lon=community.lon, lat=community.lat,
    )  # fmt: skip
    _below(w, place, community)
    profile = Estate(
        place=place, path=place.path, built_year=rng.randrange(1982, 2019),
        homes=place.households, elder_share=rng.randrange(14, 48),
        has_lift=rng.random() < 0.3, is_key=True, created_at=w.since,
        services=rng.sample(sorted(ESTATE_SERVICES), 3),
        risks=rng.sample(sorted(ESTATE_RISKS)[:6], 2),
    )  # fmt: skip
    w.batch.add(profile)
    w.estates.append(profile)


def _below(w: World, place: Place, parent: Place) -> None:
    place.parent, place.valid_from = parent, w.preset.since
    place.path = parent.path + segment(place.code) + "/"
    place.pinyin = f"h {place.code[-4:]}"
    w.create("places.add", place, actor=_worker(w, w.community(parent).path))


def _households(w: World, rng: random.Random) -> None:
    """As many households of key groups as members have reported in a community."""
    living = Counter(_home_of(m) for m in w.members if m.duty_status == "on_duty")
    by_path = {p.path: p for p in w.places.values()}
    focus = [f for f in FOCUS if f]
    for path, n in sorted(living.items()):
        if not path:
            continue
        there = w.households[path]
        key = sum(bool(h.focus) for h in there)
        spare = UNCOVERED + len(WAITING) if by_path[path].code == w.preset.main else 0
        for number in range(len(there) + 1, len(there) + n - key + spare + 1):
            _household(w, rng, by_path[path], number, rng.choice(focus))


def _home_of(m: Member) -> str:
    return m.residence_path or (community_of(m.point_path) if m.point_path else "")


def _household(
    w: World, rng: random.Random, community: Place, number: int, focus: list[str]
) -> None:
    name = f"户 {number:04d}"
    place = Place(
        code=f"{community.code}-H{number:04d}", level=HOUSEHOLD, name=name,
        official_name=name, population=rng.randrange(1, 5), households=1,
    )  # fmt: skip
    _below(w, place, community)
    row = Household(
        place=place, path=place.path, number=f"{number:04d}", phone=w.phone(),
        address=f"{rng.choice(STREETS)}{rng.randrange(1, 240)}号", focus=focus,
        call_name=names.call_name(rng, w.preset.tibetan),
    )  # fmt: skip
    w.create("households.add", row, actor=_worker(w, community.path))
    w.households[community.path].append(row)


# --- bonds ------------------------------------------------------------------------------------


def _pair_estates(w: World) -> None:
    """What the product suggests, confirmed by each community."""
    active = {u.pk: u for u in w.units if u.status == "active" and u.valid_to is None}
    tied = {
        pk: {community_of(p.path) for p in points}
        for pk, points in w.points_of.items()
        if pk in active and points
    }
    key = {e.place_id: e for e in w.estates if e.is_key}
    there = estates.Standing({pk: active[pk] for pk in tied}, key, {}, tied)
    at = at_local(date(w.year, 1, 20), time(15))
    for m in estates.suggest_in(there):
        worker = _worker(w, community_of(m.estate.path))
        row = EstatePairing(
            unit=m.unit, estate=m.estate, path=m.estate.path, parts=m.parts,
            decided_by=worker.name, valid_from=today(at),
        )  # fmt: skip
        w.create("estates_paired.add", row, actor=worker, at=at)


def _pair_households(w: World, rng: random.Random, root: str) -> list[HouseholdPairing]:
    members = [m for m in w.members if m.duty_status == "on_duty"]
    homes = [h for rows in w.households.values() for h in rows if h.focus]
    main = w.places[w.preset.main].path
    steps, left = list(WAITING), UNCOVERED
    made = []
    for match in _demo_first(w, suggesting.suggest_from(members, homes, root)):
        it_is_demo = w.demo_member is not None and match.member.pk == w.demo_member.pk
        near = match.household.path.startswith(main) and not it_is_demo
        if near and left:
            left -= 1
            continue
        step = steps.pop() if near and steps else "active"
        made.append(_bond(w, rng, match, step))
    return made


def _demo_first(
    w: World, found: Iterable[suggesting.Match]
) -> Iterable[suggesting.Match]:
    """The demo member first, so that what waits is somebody else's; where the solver
    has fewer households than members, one of a neighbour's."""
    demo, matches = w.demo_member, list(found)
    if demo and all(m.member.pk != demo.pk for m in matches):
        home = _home_of(demo)
        for i, m in enumerate(matches):
            if _home_of(m.member) == home and m.household.path.startswith(home):
                matches[i] = suggesting.Match(m.household, demo, ())
                break
    mine = demo.pk if demo else None
    return sorted(matches, key=lambda m: m.member.pk != mine)


def _bond(
    w: World, rng: random.Random, match: suggesting.Match, step: str
) -> HouseholdPairing:
    home = match.household
    worker = _worker(w, community_of(home.path))
    it = services.new(
        match.member, home, _terms(rng, home), parts=[list(p) for p in match.parts]
    )
    # What waits began in these days, the others in the first weeks of the year.
    late = step in ("proposed", "consent_pending")
    began = today(w.now) - timedelta(days=rng.randrange(2, 9))
    first = began if late else date(w.year, 1, 4) + timedelta(days=rng.randrange(20))
    at = at_local(first, time(10, rng.randrange(60)))
    at = min(at, w.now - timedelta(hours=1))
    w.create("pairings.propose", it, actor=worker, at=at)
    if step != "proposed":
        asked = at + timedelta(hours=rng.randrange(1, 30))
        write = plans.ask(local(asked).date())
        w.act("pairings.ask", it, write, actor=worker, at=min(asked, w.now))
    if step == "declined":
        no = at + timedelta(days=3)
        write = replace(plans.decline(local(no).date()), job=None)
        w.act("pairings.decline", it, write, actor=worker, at=no)
    if step in ("active", "paused"):
        _agree(w, rng, it, worker, first + timedelta(days=rng.randrange(1, 9)))
    if step == "paused":
        day = today(w.now) - timedelta(days=rng.randrange(5, 40))
        write = replace(plans.pause("household_away", day), job=None)
        w.act("pairings.pause", it, write, actor=worker, at=at_local(day, time(9)))
    return it


def _terms(rng: random.Random, home: Household) -> plans.Terms:
    minor = "minor" in home.focus
    months = (1, 2) if rng.random() < 0.04 else ()
    return plans.Terms(months, rng.random() < 0.05, guardian_present=minor)


def _agree(
    w: World, rng: random.Random, it: HouseholdPairing, worker: Actor, day: date
) -> None:
    minor = it.focus == "minor"
    spoken = rng.random() < 0.18
    given = plans.Given(
        "spoken" if spoken else "written",
        language="bo" if it.household.language == "bo" else "zh",
        witness=rng.choice(WITNESSES) if spoken else "", by_guardian=minor,
        signer="家长" if minor else "",
    )  # fmt: skip
    row = {f.attname: getattr(it, f.attname) for f in it._meta.concrete_fields}
    write = replace(plans.consent(row, worker, given, day), job=None)
    at = at_local(day, time(11, rng.randrange(60)))
    w.act("pairings.consent", it, write, actor=worker, at=at)
