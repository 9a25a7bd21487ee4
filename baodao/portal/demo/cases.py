"""Which units, members, households and steps a case gets: plausible by function,
skill and distance, and never two places at one time."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.people.models import Member, Unit
from baodao.places import rules as levels
from baodao.places.models import Household, Place
from baodao.portal.demo.stories import Case, Desk
from baodao.portal.demo.units import OF_TOWNSHIPS

Span = tuple[datetime, datetime]
SOURCES = (("online", "desk", "phone", "visit", "meeting"), (36, 20, 23, 18, 3))
WISHES = (("dream", "wish", "appeal"), (16, 52, 32))


class Pools:
    """Who is near: units by community and county, members by residence."""

    def __init__(self, desk: Desk) -> None:
        w = desk.w
        self.desk = desk
        self.tied: dict[str, list[Unit]] = defaultdict(list)
        self.county: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        self.lives: dict[str, list[Member]] = defaultdict(list)
        for unit in w.units:
            for point in w.points_of[unit.id]:
                self.tied[w.community(point).path].append(unit)
            own = unit.short_name.endswith(OF_TOWNSHIPS)
            for function in () if own else unit.functions:
                self.county[w.above(unit.seat, levels.COUNTY).path, function].append(
                    unit
                )
        for member in w.members:
            if member.duty_status == "on_duty" and member.residence_path:
                self.lives[member.residence_path].append(member)
        self.given: set[UUID] = set()
        self.communities = [
            p for p in w.places.values()
            if p.level == levels.COMMUNITY and w.staff.get(("community_worker", p.path))
        ]  # fmt: skip

    def place(
        self, rng: random.Random, *, channel: str = "", near: bool = False
    ) -> Place:
        """Where it comes from: the demo community and its neighbours most often."""
        w = self.desk.w
        draw = rng.random()
        if draw < (0.66 if near else 0.2):
            found = w.places[w.preset.main]
        elif draw < (1.0 if near else 0.42):
            found = w.places[rng.choice(w.preset.near)]
        else:
            found = rng.choice(self.communities)
        if channel == "residence" and len(self.lives[found.path]) < 5:
            return self.place(rng, channel=channel, near=near)
        return self.inside(rng, found)

    def inside(self, rng: random.Random, community: Place) -> Place:
        """A grid of the community, or the community itself."""
        grids = [
            p for p in self.desk.w.children[community.id] if p.level == levels.GRID
        ]
        return rng.choice(grids) if grids and rng.random() < 0.75 else community

    def units(
        self, rng: random.Random, place: Place, category: str, n: int
    ) -> list[Unit]:
        """Contact units with the function first, then others of the county with it,
        then any contact unit."""
        w = self.desk.w
        community = w.community(place)
        wanted = self.desk.categories[category].functions
        tied = self.tied[community.path] or self.tied[self._fallback(community)]
        first = [u for u in tied if set(u.functions) & set(wanted)]
        county = w.above(place, levels.COUNTY).path
        second = [u for f in wanted for u in self.county[county, f]]
        found: list[Unit] = []
        while len(found) < n:
            pool = first if first and rng.random() < 0.8 else second or tied
            unit = rng.choice(pool or tied)
            if unit not in found or len(found) >= 3:
                found.append(unit)
            else:
                found.append(rng.choice(tied))
        return found

    def _fallback(self, community: Place) -> str:
        """A community without units of its own: its nearest neighbour with some."""
        same = [p for p, units in self.tied.items() if units]
        here = community.path.split("/")
        return max(same, key=lambda p: (_common(p.split("/"), here), p))

    def member_of(
        self, rng: random.Random, unit: Unit, category: str, spans: Sequence[Span]
    ) -> Member:
        """Somebody of the unit, on duty, able and free."""
        staff = [m for m in self.desk.w.of_unit[unit.id] if m.duty_status == "on_duty"]
        return self._free(rng, staff, category, spans)

    def neighbour(
        self, rng: random.Random, place: Place, category: str, spans: Sequence[Span]
    ) -> Member:
        """Somebody who lives in the community, on duty, able and free."""
        lives = self.lives[self.desk.w.community(place).path]
        return self._free(rng, lives, category, spans)

    def _free(
        self, rng: random.Random, found: Sequence[Member], category: str,
        spans: Sequence[Span],
    ) -> Member:  # fmt: skip
        skills = set(self.desk.categories[category].skills)
        able = [m for m in found if skills & set(m.skills)]
        for n in range(60):
            member = rng.choice(able if able and n < 8 else found)
            if not self.is_busy(member, spans):
                return member
        raise ValueError("nobody is free")

    def is_busy(self, member: Member, spans: Sequence[Span]) -> bool:
        taken = self.desk.busy.get(member.id, [])
        return any(a < d and c < b for a, b in spans for c, d in taken)

    def household(
        self, rng: random.Random, place: Place, goods: int
    ) -> Household | None:
        """A household in the place, for about every second order; none that has had
        a wish for goods already (domain 8.15)."""
        homes = self.desk.w.households.get(self.desk.w.community(place).path, [])
        if not homes or rng.random() < 0.5:
            return None
        for _ in range(8):
            home = rng.choice(homes)
            if not home.path.startswith(place.path) or (
                goods and home.id in self.given
            ):
                continue
            if goods:
                self.given.add(home.id)
            return home
        return None


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(b)
    )


def cast(
    pools: Pools, rng: random.Random, case: Case, times: Sequence[datetime]
) -> None:
    """Choose units and members for the steps of a case, and note when they are busy.
    Whom the case names already stays."""
    spans = served(case.steps, times)
    if not case.units:
        n = case.steps.count("dispatch") or 1
        case.units = pools.units(rng, case.place, case.text.category, n)
    members = list(case.members)
    turn, k = -1, 0
    for step, _ in zip(case.steps, times, strict=True):
        if step == "dispatch":
            turn += 1
        elif step in ("assign", "claim"):
            if k >= len(members):
                members.append(_one(pools, rng, case, step, max(turn, 0), spans))
            k += 1
    case.members = members
    if members and spans:
        pools.desk.busy.setdefault(members[-1].id, []).extend(spans)
    _hold(pools.desk, case, times)


def _one(
    pools: Pools, rng: random.Random, case: Case, step: str, turn: int,
    spans: Sequence[Span],
) -> Member:  # fmt: skip
    category = case.text.category
    if step == "claim" and case.channel == "residence":
        return pools.neighbour(rng, case.place, category, spans)
    unit = case.units[min(turn, len(case.units) - 1)]
    home = pools.desk.w.community(case.place).path
    for _ in range(12):
        member = pools.member_of(rng, unit, category, spans)
        if step == "assign" or member.residence_path != home:
            return member
    case.units = [rng.choice([u for u in pools.desk.w.units if u.path != home])]
    return _one(pools, rng, case, step, 0, spans)


def served(steps: Sequence[str], times: Sequence[datetime]) -> list[Span]:
    """The stretches in which somebody is at work on the case."""
    found: list[Span] = []
    start = None
    for step, at in zip(steps, times, strict=True):
        if step == "start":
            start = at
        elif step == "report_done" and start:
            found.append((start, at))
        elif step == "finish":
            found.append((at - timedelta(minutes=120), at))
    return found


def _hold(desk: Desk, case: Case, times: Sequence[datetime]) -> None:
    """How long a claim was open: nobody has more than three."""
    if "claim" not in case.steps or not case.members:
        return
    begin = times[len(case.steps) - 1 - list(case.steps)[::-1].index("claim")]
    end = (
        times[case.steps.index("report_done")]
        if "report_done" in case.steps
        else desk.w.now
    )
    desk.held.setdefault(case.members[-1].id, []).append(
        (begin + timedelta(seconds=1), end)
    )


def unit_steps(rng: random.Random) -> list[str]:
    """The way through a unit, with the side turns that happen now and then."""
    steps = ["place", "verify"]
    if rng.random() < 0.08:
        steps += ["publish", "unit_claim"]
    else:
        steps += ["publish", "dispatch"] if rng.random() < 0.12 else ["dispatch"]
        if rng.random() < 0.035:
            steps += ["return", "dispatch"]
        steps.append("unit_accept")
    steps += ["assign", "decline", "assign"] if rng.random() < 0.04 else ["assign"]
    steps += (
        ["accept", "hand_back", "assign", "accept"]
        if rng.random() < 0.02
        else ["accept"]
    )
    steps.append("start")
    if rng.random() < 0.015:
        steps += ["cannot_do", "dispatch", "unit_accept", "assign", "accept", "start"]
    return steps


def pool_steps(rng: random.Random) -> list[str]:
    """The way over the public board."""
    claims = ["claim", "release", "claim"] if rng.random() < 0.04 else ["claim"]
    return ["place", "verify", "publish", *claims, "start"]


def ending(rng: random.Random, result: str) -> list[str]:
    """From the end of service to the resident's word."""
    steps = ["report_done"]
    if rng.random() < (0.06 if result == "solved" else 0.3):
        steps += ["reopen", "finish"]
    steps.append("confirm")
    if rng.random() < 0.66:
        steps.append("rate")
    return steps


def rating(rng: random.Random, result: str) -> int:
    """1 to 5; those whose matter was solved are mostly content."""
    weights: Any = (1, 1, 3, 25, 70) if result == "solved" else (2, 6, 24, 42, 26)
    return rng.choices((1, 2, 3, 4, 5), weights)[0]
