"""Candidates for an order out of the tables, in four queries; `matching` ranks them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from baodao.acts.access import path_range
from baodao.core.clock import at_local, local, today
from baodao.core.clock import now as clock_now
from baodao.matching import ranking
from baodao.orders import rules
from baodao.orders.models import Answer, Order
from baodao.people.choices import FUNCTIONS, SKILLS
from baodao.people.models import ContactTie, Member, Unit
from baodao.places.models import Place
from baodao.places.settings import ancestors

AT_MEMBER = ("claimed", "assigned", "accepted", "in_service")
MOST = 60


def community_of(path: str) -> str:
    """The path of the community that `path` lies in."""
    return "/".join(path.split("/")[:5]) + "/"


def _county_of(path: str) -> str:
    return "/".join(path.split("/")[:3]) + "/"


def below(path: str, column: str = "path") -> Q:
    """At or below `path`."""
    low, high = path_range(path)
    return Q(**{f"{column}__gte": low, f"{column}__lt": high})


def unit_suggestions(
    order: Order, *, now: datetime | None = None, search: str = ""
) -> list[ranking.Suggestion]:
    """Units for `order`, best first: contact units of its community and whatever is
    above or below, and units of the county with a fitting function; at most 60.
    With `search`, all active units of the county by name instead."""
    now = now or clock_now()
    units = list(_units(order, search)[:MOST])
    ties = _ties([u.id for u in units], now)
    late = _late_answers([u.id for u in units], now)
    near = community_of(order.path)
    wanted = _wanted(order, now)
    candidates = []
    for unit in units:
        mine = ties.get(unit.id, [])
        candidates.append(
            ranking.UnitCandidate(
                str(unit.id), str(unit), unit.functions, _position(unit, unit.seat),
                any(_serves(path, near) for path, _ in mine), _points(mine, near),
                unit.head_count, unit.skilled, unit.load, unit.overdue + late.get(unit.id, 0),
            )
        )  # fmt: skip
    return ranking.rank_units(wanted, candidates)


def _serves(tie_path: str, community: str) -> bool:
    """A tie to the community, one of its grids, or a place the community is in."""
    return tie_path.startswith(community) or community.startswith(tie_path)


def _points(ties: Iterable[tuple[str, str]], community: str) -> str:
    """Names of contact points, this community's own first."""
    found = sorted(ties, key=lambda t: (not _serves(t[0], community), t[0]))
    return "、".join(name for _, name in found[:2])


def _units(order: Order, search: str) -> Any:
    near = community_of(order.path)
    day = today()
    tied = ContactTie.objects.filter(
        Q(path__in=ancestors(near)) | below(near),
        Q(valid_to=None) | Q(valid_to__gt=day),
        unit=OuterRef("pk"), valid_from__lte=day,
    )  # fmt: skip
    units = Unit.objects.filter(status="active").alias(is_contact=Exists(tied))
    county = below(_county_of(order.path)) | below(_county_of(order.path), "point_path")
    if search:
        name = Q(name__icontains=search) | Q(short_name__icontains=search)
        units = units.filter(name | Q(pinyin__contains=search.lower()))
    elif order.category.functions:
        fitting = Q(functions__overlap=order.category.functions) & county
        units = units.filter(Q(is_contact=True) | fitting)
    else:
        units = units.filter(is_contact=True)
    return units.select_related("seat").annotate(
        skilled=_skilled(order.category.skills),
        load=_orders_at("unit", Q(state__in=rules.WITH_UNIT)),
        overdue=_orders_at("unit", Q(state="dispatched", due_at__lt=clock_now(), paused_at=None)),
        first=Case(When(is_contact=True, then=0), default=1, output_field=IntegerField()),
    ).order_by("first", "name", "id")  # fmt: skip


def _skilled(skills: Sequence[str]) -> Any:
    if not skills:
        return Value(0, output_field=IntegerField())
    found = Member.objects.filter(
        unit=OuterRef("pk"), duty_status="on_duty", skills__overlap=list(skills)
    )
    return _counted(found, "unit")


def _orders_at(column: str, which: Q) -> Any:
    return _counted(Order.objects.filter(which, **{column: OuterRef("pk")}), column)


def _counted(queryset: Any, column: str) -> Any:
    grouped = queryset.order_by().values(column).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)


def _ties(units: Sequence[UUID], now: datetime) -> dict[UUID, list[tuple[str, str]]]:
    day = today(now)
    rows = ContactTie.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), unit__in=units, valid_from__lte=day
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for unit, path, name in rows.values_list("unit_id", "path", "point__name"):
        found.setdefault(unit, []).append((path, name))
    return found


def _late_answers(units: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    """Answers of this month that came after the limit."""
    month = at_local(local(now).date().replace(day=1), time.min)
    late = Answer.objects.filter(unit__in=units, at__gte=month, in_time=False)
    return dict(late.values_list("unit").annotate(n=Count("pk")))


def _position(thing: Any, fallback: Any = None) -> ranking.Point | None:
    for at in (thing, fallback):
        if at is not None and at.lon is not None and at.lat is not None:
            return (at.lon, at.lat)
    return None


def _wanted(order: Order, now: datetime) -> ranking.Wanted:
    category = order.category
    return ranking.Wanted(
        functions={c: FUNCTIONS[c] for c in category.functions if c in FUNCTIONS},
        skills={c: SKILLS[c] for c in category.skills if c in SKILLS},
        at=_where(order.path),
        by_phone=category.by_phone,
        local_now=local(now),
        returned_by=[order.returned_by] if order.returned_by else [],
    )


def _where(path: str) -> ranking.Point | None:
    """The nearest known position at or above `path`, no further up than the county:
    a province's middle says nothing about a distance."""
    places = Place.objects.filter(
        path__in=ancestors(path),
        level__gte=4,
        valid_to=None,
        lon__isnull=False,
        lat__isnull=False,
    )
    found = places.order_by("-level").values_list("lon", "lat").first()
    if found is None or found[0] is None or found[1] is None:
        return None
    return found[0], found[1]


def member_suggestions(
    order: Order, *, unit_id: UUID | None = None, now: datetime | None = None
) -> list[ranking.Suggestion]:
    """Members on duty for `order`, best first, at most 60: of one unit, or without
    `unit_id` those who live in its community. Two queries."""
    now = now or clock_now()
    near = community_of(order.path)
    members = Member.objects.filter(duty_status="on_duty").select_related("person")
    members = (
        members.filter(unit_id=unit_id)
        if unit_id
        else members.filter(below(near, "residence_path"))
    )
    if order.category.skills and not unit_id:
        members = members.filter(skills__overlap=order.category.skills)
    rows = members.annotate(
        load=_orders_at("member", Q(state__in=AT_MEMBER)),
        overdue=_orders_at("member", Q(state__in=AT_MEMBER, due_at__lt=now, paused_at=None)),
        fits=Case(
            When(skills__overlap=order.category.skills or ["-"], then=0),
            default=1, output_field=IntegerField(),
        ),
    ).order_by("fits", "load", "person__name", "id")[:MOST]  # fmt: skip
    candidates = [
        ranking.MemberCandidate(
            str(m.id), m.person.name, m.skills, m.availability,
            (m.residence_path or "").startswith(near), m.load, m.overdue,
        )
        for m in rows
    ]  # fmt: skip
    return ranking.rank_members(_wanted(order, now), candidates)
