"""Units and their key estates (L07, L34, L36): one estate a unit, dated. The suggestion
is the solver of contact points with a community's estates as points, so function, path,
need and number count alike."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.matching.allocation import Need, Point, Problem, Weights, solve
from baodao.matching.allocation import Unit as Candidate
from baodao.matching.allocation_reasons import Explainer
from baodao.pairings import rules
from baodao.pairings.fitting import community_of
from baodao.pairings.models import EstatePairing
from baodao.people.models import ContactTie, Unit
from baodao.places.constraints import said
from baodao.places.models import Estate, Place
from baodao.places.rules import ESTATE_RISKS

# What an estate's figures ask of a unit (L34, L36, L51); weights in the solver's tenths.
RISK_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "fire_lane": ("fire_safety", "justice"), "old_pipes": ("utilities", "housing"),
    "old_wiring": ("utilities", "fire_safety"), "no_property": ("housing", "civil_affairs"),
    "falling": ("housing",), "flood": ("housing", "agriculture"),
    "landslide": ("transport",), "snow": ("transport",),
}  # fmt: skip
RISK, OLD, OLD_SHARE, OLD_YEAR = 30, 40, 30, 2000
WEIGHTS = Weights(least=1, most=12, stay=0, living=0, across=True)
_TAKEN = {
    "estate_one_per_unit": ("unit", "这个单位已经包联一个小区。请先结束原来的。"),
    "estate_pairing_no_overlap": ("unit", "这个单位这段时间已经包联一个小区。"),
}  # fmt: skip


class Match(NamedTuple):
    """One suggested pair, with its reasons [kind, tone, title, text, points]."""

    unit: Unit
    estate: Place
    parts: list[list[Any]]
    total: int


@dataclass
class Standing:
    """Units tied to a community, the key estates there, and which units have none."""

    units: dict[UUID, Unit]
    estates: dict[UUID, Estate]
    held: dict[UUID, UUID]  # unit → estate
    communities: dict[UUID, set[str]]  # unit → communities it is tied to

    @property
    def free(self) -> list[Unit]:
        return [u for pk, u in self.units.items() if pk not in self.held]


def standing(path: str) -> Standing:
    """What there is at and below a place; four queries for a whole district."""
    lo, hi = path_range(path)
    ties = ContactTie.objects.filter(
        path__gte=lo, path__lt=hi, valid_to=None, unit__status="active"
    )
    units, communities = dict[UUID, Unit](), defaultdict[UUID, set[str]](set)
    for tie in ties.select_related("unit__seat").order_by("path", "unit__name"):
        units[tie.unit_id] = tie.unit
        communities[tie.unit_id].add(community_of(tie.path))
    found = Estate.objects.filter(
        path__gte=lo, path__lt=hi, is_key=True, place__valid_to=None
    )
    estates = {
        e.place_id: e for e in found.select_related("place__parent").order_by("path")
    }
    live = EstatePairing.objects.filter(unit__in=list(units), valid_to=None)
    held = dict(live.values_list("unit_id", "estate_id"))
    return Standing(units, estates, held, communities)


def suggest(path: str) -> list[Match]:
    """A key estate for every unit that has none, for all communities at and below a
    place. Nothing is written."""
    return suggest_in(standing(path))


def suggest_in(there: Standing) -> list[Match]:
    """The same for what stands there."""
    by_community = defaultdict[str, list[Estate]](list)
    for estate in there.estates.values():
        by_community[community_of(estate.path)].append(estate)
    found = []
    for community, estates in by_community.items():
        units = [
            u for pk, u in there.units.items() if community in there.communities[pk]
        ]
        found += _matches(there, units, estates)
    once = dict[UUID, Match]()
    for match in sorted(found, key=lambda m: (-m.total, m.estate.path)):
        once.setdefault(match.unit.pk, match)
    return sorted(once.values(), key=lambda m: (m.estate.path, m.unit.name))


def _matches(
    there: Standing, units: Sequence[Unit], estates: Sequence[Estate]
) -> list[Match]:
    free = [u for u in units if u.pk not in there.held]
    if not free:
        return []
    explainer = explain(there, units, estates)
    by_key = {str(e.place_id): e.place for e in estates}
    found = []
    for unit in free:
        key = explainer.placed.get(str(unit.pk), "")
        if key:
            told = explainer.explain(str(unit.pk))
            parts = [list(p) for p in told.parts]
            found.append(Match(unit, by_key[key], parts, told.total))
    return found


def explain(
    there: Standing, units: Sequence[Unit], estates: Sequence[Estate]
) -> Explainer:
    """The solved plan of one community, with its reasons. What stands is fixed."""
    keys = {e.place_id for e in estates}
    candidates = [
        Candidate(
            str(u.pk), u.path, str(u), tuple(u.functions), _at(u, u.seat),
            fixed=str(there.held[u.pk]) if there.held.get(u.pk) in keys else "",
        )
        for u in units
        if u.pk not in there.held or there.held[u.pk] in keys
    ]  # fmt: skip
    points = [
        Point(
            str(e.place_id), e.path, e.place.name, max(e.homes, 1),
            _at(e.place, e.place.parent), needs_of(e),
        )
        for e in estates
    ]  # fmt: skip
    problem = Problem(candidates, points, WEIGHTS)
    return Explainer(problem, solve(problem))


def needs_of(estate: Estate) -> dict[str, Need]:
    """What an estate asks of functions: risks, many old people, an old house, services
    that are missing (L34, L51)."""
    found = dict[str, Need]()

    def ask(functions: Sequence[str], weight: int, why: str) -> None:
        for i, f in enumerate(functions):
            had = found.get(f, Need(0))
            more = weight if i == 0 else weight // 2
            found[f] = Need(had.weight + more, had.why or why)

    for risk in estate.risks:
        ask(RISK_FUNCTIONS.get(risk, ()), RISK, ESTATE_RISKS.get(risk, risk))
    if estate.elder_share >= OLD_SHARE:
        why = f"60 岁以上占 {estate.elder_share}%"
        ask(("health", "civil_affairs"), OLD, why)
    if estate.built_year and estate.built_year < OLD_YEAR:
        why = f"{estate.built_year} 年建成{'' if estate.has_lift else '，没有电梯'}"
        ask(("housing", "utilities"), OLD, why)
    if "clinic" not in estate.services:
        ask(("health",), RISK // 2, "没有卫生站")
    if "shop" not in estate.services:
        ask(("commerce",), RISK // 2, "没有便利店")
    return found


def _at(*things: Any) -> tuple[float, float] | None:
    for thing in things:
        if thing is not None and thing.lon is not None and thing.lat is not None:
            return (thing.lon, thing.lat)
    return None


# --- verbs -------------------------------------------------------------------------------


def pair_estate(
    *, actor: Actor, unit_id: UUID, estate_id: UUID, why: str = "",
    parts: Sequence[Any] = (), now: datetime | None = None,
) -> Done:  # fmt: skip
    """A unit looks after an estate from today; the estate it had until today ends.
    Errors: unit, estate, why (another one than suggested needs a reason)."""
    at = now or clock_now()
    place = Place.objects.filter(pk=estate_id).first()
    if place is None:
        raise NotFound
    row = EstatePairing(
        unit_id=unit_id, estate=place, path=place.path, parts=[list(p) for p in parts],
        why=why.strip(), decided_by=actor.name, valid_from=today(at),
    )  # fmt: skip
    require(actor, "estates_paired.add", row)
    _refuse_unfit(row)
    if not parts and not why.strip():
        raise Invalid(fields={"why": "请写为什么选这个小区，单位看得到。"})
    old = EstatePairing.objects.filter(unit_id=unit_id, valid_to=None).first()
    with said(**_TAKEN):
        if old:
            if old.estate_id == estate_id:
                raise Invalid(fields={"estate": "这个单位已经包联这个小区。"})
            end_estate(actor=actor, pairing_id=old.pk, reason="changed", now=at)
        return create(actor, "estates_paired.add", row, Write(), now=at)


def _refuse_unfit(row: EstatePairing) -> None:
    estate = Estate.objects.filter(place=row.estate, place__valid_to=None).first()
    if estate is None or not estate.is_key:
        raise Invalid(fields={"estate": "包联要选重点小区。请先在小区页上标为重点。"})
    lo, hi = path_range(community_of(row.path))
    ties = ContactTie.objects.filter(path__gte=lo, path__lt=hi, valid_to=None)
    if not ties.filter(unit_id=row.unit_id, unit__status="active").exists():
        raise Invalid(
            fields={"unit": "这个单位的联系点不在本社区。请选联系本社区的单位。"}
        )


def confirm_estates(
    *, actor: Actor, path: str, chosen: Mapping[UUID, UUID], now: datetime | None = None
) -> int:
    """Write suggested pairs (unit → estate) that a person has confirmed; returns how
    many. Conflict when anything has changed since they were shown."""
    at = now or clock_now()
    with transaction.atomic():
        now_suggested = {m.unit.pk: m for m in suggest(path)}
        rows = [now_suggested.get(u) for u in chosen]
        kept = [m for m in rows if m and m.estate.pk == chosen[m.unit.pk]]
        if len(kept) != len(chosen):
            raise Conflict("单位或小区刚刚有变化，建议和您看到的不一样了。请再看一遍。")
        write(actor, kept, at)
    return len(kept)


def write(actor: Actor, rows: Sequence[Match], at: datetime) -> None:
    """Suggested pairs, as one act each, from that day on."""
    create_rows(
        actor, "estates_paired.add", EstatePairing,
        {
            "unit_id": [m.unit.pk for m in rows],
            "estate_id": [m.estate.pk for m in rows],
            "path": [m.estate.path for m in rows],
            "parts": [m.parts for m in rows],
            "decided_by": actor.name, "valid_from": today(at),
        }, at=at,
    )  # fmt: skip


def end_estate(
    *, actor: Actor, pairing_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """The unit no longer looks after the estate, from today. Errors: reason."""
    if reason not in rules.ESTATE_ENDS:
        raise Invalid(fields={"reason": "请选为什么结束。"})
    at = now or clock_now()

    def decide(row: Mapping[str, Any]) -> Write:
        if row["valid_to"]:
            raise Conflict("这一条已经结束了，不用再办。")
        day = max(today(at), row["valid_from"])
        return Write(set={"valid_to": day, "end_reason": reason}, reason=reason)

    reads = ("valid_to", "valid_from")
    return act(actor, "estates_paired.end", pairing_id, decide, reads=reads, now=at)


def live(path: str) -> Q:
    """Estate pairings that hold, at and below a place."""
    lo, hi = path_range(path)
    return Q(path__gte=lo, path__lt=hi, valid_to=None)
