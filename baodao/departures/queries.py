"""What will happen, counted before it does. The actor's sight is judged on the unit or
member itself; what goes along with them is only counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, Sum

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.orders import following as orders
from baodao.orders.rules import STATES, WITH_UNIT
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.rules import LIVE
from baodao.people.models import ContactTie, Member, PartyOrg, RoleTie, Unit
from baodao.people.queries import UnitFilter, units
from baodao.records.models import services
from baodao.reporting import rules as report_rules
from baodao.reporting.models import ReportIn


@dataclass(frozen=True)
class Served:
    """Confirmed service that stays on record whatever happens."""

    times: int
    minutes: int

    @property
    def hours(self) -> str:
        return f"{self.minutes / 60:.1f}"


@dataclass(frozen=True)
class UnitPreview:
    """What hangs on a unit that ends. `ties`: open ties with (point, may the actor end
    it); `held`: points the successor serves already."""

    ties: Sequence[ContactTie]
    outside: int
    held: frozenset[UUID]
    successor_ties: Sequence[ContactTie]
    members: int
    own_report_ins: int
    orders_at_unit: int
    orders_with_resident: int
    roles: Sequence[RoleTie]
    below: int
    served: Served
    closed_orders: int


def successors(actor: Actor, unit: Unit, text: str) -> list[Unit]:
    """Units that might take over, by name, pinyin or code."""
    if not text.strip():
        return []
    found = units(actor, UnitFilter(text=text)).filter(status="active")
    return list(found.exclude(pk=unit.pk)[:20])


def successor(actor: Actor, unit: Unit, pk: UUID | None) -> Unit | None:
    """The chosen one, if it may be chosen."""
    if pk is None:
        return None
    found = visible(Unit.objects.all(), actor, "units.view")
    open_ones = found.filter(pk=pk, status="active", valid_to=None)
    return open_ones.exclude(pk=unit.pk).select_related("seat").first()


def preview_unit(actor: Actor, unit: Unit, to: Unit | None) -> UnitPreview:
    ties = list(_ties(unit))
    theirs = list(_ties(to)) if to else []
    at_unit, with_resident = _orders(unit)
    day = today()
    running = RoleTie.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), unit=unit)
    below = PartyOrg.objects.filter(superior__unit=unit).exclude(unit=unit)
    own = ReportIn.objects.filter(subject_unit=unit).exclude(state="ended")
    members = Member.objects.filter(unit=unit).exclude(duty_status="left")
    return UnitPreview(
        ties=ties,
        outside=sum(not can(actor, "ties.end", t) for t in ties),
        held=frozenset(t.point_id for t in theirs),
        successor_ties=theirs,
        members=members.count(),
        own_report_ins=own.count(),
        orders_at_unit=at_unit,
        orders_with_resident=with_resident,
        roles=list(running.select_related("person").defer("person__phone")),
        below=below.count(),
        served=_served(Q(unit_id=unit.pk)),
        closed_orders=unit.order_set.exclude(state__in=_OPEN).count(),
    )


_OPEN = [s for s, state in STATES.items() if state.side]


def _ties(unit: Unit) -> Sequence[ContactTie]:
    found = ContactTie.objects.filter(unit=unit, valid_to=None)
    return found.select_related("point__parent").order_by("valid_from", "path")  # type: ignore[return-value]


def _orders(unit: Unit) -> tuple[int, int]:
    counted = orders.of_unit(unit.pk).aggregate(
        all=Count("pk"), at=Count("pk", filter=Q(state__in=WITH_UNIT))
    )
    return counted["at"], counted["all"] - counted["at"]


def _served(which: Q) -> Served:
    counted = services().filter(which).aggregate(n=Count("pk"), minutes=Sum("minutes"))
    return Served(counted["n"], counted["minutes"] or 0)


@dataclass(frozen=True)
class MemberPreview:
    """What a member holds. `report_ins`: (channel, place) that have not ended;
    `households`: the numbers of those paired with the member;
    `orders`: (number, title, state) in hand."""

    report_ins: Sequence[tuple[str, str]]
    households: Sequence[str]
    orders: Sequence[tuple[str, str, str]]
    roles: Sequence[RoleTie]
    served: Served


def preview_member(member: Member) -> MemberPreview:
    live = ReportIn.objects.filter(member=member).exclude(state="ended")
    rows = orders.of_member(member.pk).values_list("no", "title", "state")
    day = today()
    running = RoleTie.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    held = running.filter(person_id=member.person_id).select_related("place", "unit")
    return MemberPreview(
        [
            (report_rules.CHANNELS[r.channel], r.point.name)
            for r in live.select_related("point").order_by("-channel")
        ],
        [f"户{it.household.number}" for it in _bonds(member)],
        [(no, title, STATES[state].title) for no, title, state in rows],
        list(held),
        _served(Q(member_id=member.pk)),
    )


def _bonds(member: Member) -> list[HouseholdPairing]:
    found = HouseholdPairing.objects.filter(member=member, state__in=LIVE)
    return list(found.select_related("household").only("household__number", "member"))
