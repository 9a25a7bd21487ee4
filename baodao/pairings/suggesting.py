"""Members for households, suggested for a community or a whole district at once (A15,
L08, L37): who is free and fits, out of the tables, seven queries however large. Nothing
is written before a person confirms."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import path_range
from baodao.matching.pairing import Helper, Home, Part, Problem, parts, solve, worth
from baodao.orders.following import BY_MEMBER
from baodao.orders.models import Order
from baodao.pairings import rules
from baodao.pairings.fitting import community_of, phones_of
from baodao.pairings.models import Apart, HouseholdPairing
from baodao.people.choices import SKILLS
from baodao.people.models import Member
from baodao.places.models import Household
from baodao.places.rules import GRID

# A household that has said no, has asked to stop or is no longer there is not asked
# again by itself; a person may.
LEFT_ALONE = Q(state="declined") | Q(
    state="ended",
    end_reason__in=(
        "withdrawn",
        "household_moved",
        "care_home",
        "deceased",
        "goal_met",
    ),
)


class Match(NamedTuple):
    """One suggested pair with its reasons."""

    household: Household
    member: Member
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(p.points for p in self.parts)


@dataclass
class Inputs:
    """Free members and households without one, by id; and the same for the solver."""

    members: dict[UUID, Member]
    homes: dict[UUID, Household]
    problem: Problem


def inputs(path: str) -> Inputs:
    """Who could be paired at and below a place."""
    members = {m.pk: m for m in free_members(path)}
    homes = {h.pk: h for h in open_homes(path)}
    return _inputs(members, homes, path, _in_hand(members), _apart(members, homes))


def _inputs(
    members: dict[UUID, Member], homes: dict[UUID, Household], path: str,
    busy: Counter[UUID], apart: Mapping[UUID, set[str]],
) -> Inputs:  # fmt: skip
    helpers = [_helper(m, path, busy, apart) for m in members.values()]
    return Inputs(members, homes, Problem(helpers, [_home(h) for h in homes.values()]))


def free_members(path: str) -> QuerySet[Member]:
    """Members on duty who have reported at or below a place and have no household."""
    live = HouseholdPairing.objects.filter(state__in=rules.LIVE)
    return reported_in(path).exclude(pk__in=live.values("member_id"))


def reported_in(path: str) -> QuerySet[Member]:
    """Members on duty who have reported at or below a place, in either channel."""
    lo, hi = path_range(path)
    here = Q(residence_path__gte=lo, residence_path__lt=hi)
    here |= Q(point_path__gte=lo, point_path__lt=hi)
    found = Member.objects.filter(here, duty_status="on_duty")
    return found.select_related("person", "unit").defer("person__phone")


def open_homes(path: str) -> QuerySet[Household]:
    """Households of key groups at or below a place that nobody looks after, and that
    have not said no."""
    lo, hi = path_range(path)
    bonds = HouseholdPairing.objects.filter(
        Q(state__in=rules.LIVE) | LEFT_ALONE, home_path__gte=lo, home_path__lt=hi
    )
    found = Household.objects.filter(
        path__gte=lo, path__lt=hi, place__valid_to=None
    ).exclude(focus=[])
    found = found.exclude(pk__in=bonds.values("household_id"))
    return found.defer("call_name", "address", "phone").select_related("place")


def _in_hand(members: Mapping[UUID, Member]) -> Counter[UUID]:
    found = Order.objects.filter(state__in=BY_MEMBER, member__id__any=list(members))
    return Counter(pk for pk in found.values_list("member_id", flat=True) if pk)


def _apart(
    members: Mapping[UUID, Member], homes: Mapping[UUID, Household]
) -> dict[UUID, set[str]]:
    """member → households that are marked, or whose telephone is the member's own."""
    found = defaultdict[UUID, set[str]](set)
    marks = Apart.objects.filter(removed=False, household__id__any=list(homes))
    for member_id, household_id in marks.values_list("member_id", "household_id"):
        found[member_id].add(str(household_id))
    of_number = {m.person.phone_hash: pk for pk, m in members.items()}
    for household_id, numbers in phones_of(homes).items():
        for number in numbers & of_number.keys() - {""}:
            found[of_number[number]].add(str(household_id))
    return found


def _helper(
    m: Member, path: str, busy: Counter[UUID], apart: Mapping[UUID, set[str]]
) -> Helper:
    at = dict[str, bool]()
    for place, lives in ((m.point_path, False), (m.residence_path, True)):
        if place and place.startswith(path):
            at[community_of(place)] = lives
    point = m.point_path or ""
    return Helper(
        str(m.pk), at, frozenset(m.skills), frozenset(m.service_classes), busy[m.pk],
        grid=point if len(point.split("/")) - 1 == GRID else "",
        apart=frozenset(apart.get(m.pk, ())),
    )  # fmt: skip


def _home(h: Household) -> Home:
    steps = h.path.split("/")
    grid = "/".join(steps[:GRID]) + "/" if steps[GRID - 1].startswith("G") else ""
    return Home(
        str(h.pk), community_of(h.path), h.path, grid, rules.main_focus(h.focus),
        h.language, h.remote,
    )  # fmt: skip


def suggest(path: str) -> list[Match]:
    """The best plan for a place: one member for each household, as far as they go."""
    return solved(inputs(path))


def suggest_from(
    members: Iterable[Member], homes: Iterable[Household], path: str
) -> list[Match]:
    """The same for rows that are in memory and have nothing in hand yet (demo)."""
    mine = {m.pk: m for m in members}
    found = _inputs(mine, {h.pk: h for h in homes}, path, Counter(), {})
    return solved(found)


def solved(found: Inputs) -> list[Match]:
    helpers = {h.key: h for h in found.problem.helpers}
    placed = solve(found.problem)
    return [
        Match(
            found.homes[UUID(home.key)], found.members[UUID(placed[home.key])],
            parts(helpers[placed[home.key]], home, SKILLS),
        )
        for home in found.problem.homes
        if home.key in placed
    ]  # fmt: skip


def best_for(household: Household, n: int) -> list[Match]:
    """The best free members for one household: for a person who chooses."""
    community = community_of(household.path)
    members = {m.pk: m for m in free_members(community)}
    busy, homes = _in_hand(members), {household.pk: household}
    apart, home = _apart(members, homes), _home(household)
    helpers = [_helper(m, community, busy, apart) for m in members.values()]
    fit = [h for h in helpers if home.key not in h.apart]
    fit.sort(key=lambda h: (-worth(h, home), h.key))
    return [
        Match(household, members[UUID(h.key)], parts(h, home, SKILLS)) for h in fit[:n]
    ]


def reasons_for(household: Household, member: Member) -> tuple[Part, ...]:
    """Why this member, when a person has chosen."""
    community = community_of(household.path)
    members = {member.pk: member}
    helper = _helper(member, community, _in_hand(members), {})
    return parts(helper, _home(household), SKILLS)


def columns(rows: Sequence[Match]) -> dict[str, Any]:
    """The columns of proposed bonds, as `services.new` fills them."""
    focus = [rules.main_focus(m.household.focus) for m in rows]
    return {
        "state": "proposed", "member_id": [m.member.pk for m in rows],
        "unit_id": [m.member.unit_id for m in rows],
        "household_id": [m.household.pk for m in rows],
        "path": [community_of(m.household.path) for m in rows],
        "home_path": [m.household.path for m in rows],
        "channel": [_channel(m) for m in rows], "focus": focus,
        "remote": [m.household.remote for m in rows],
        # Until somebody has asked: a minor is not visited alone (L37).
        "guardian_present": [f == "minor" for f in focus],
        "parts": [[list(p) for p in m.parts] for m in rows],
        "token": [HouseholdPairing._meta.get_field("token").get_default() for _ in rows],
    }  # fmt: skip


def _channel(m: Match) -> str:
    path = community_of(m.household.path)
    return "residence" if (m.member.residence_path or "").startswith(path) else "unit"
