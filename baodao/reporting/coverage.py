"""Coverage 覆盖面 (A05): who should have reported, who has, and why the others have
not. In each channel eligible = reported + waiting + returned + exempt + not submitted.

Eligible is every in-service member who has neither retired nor left. They are counted
where their unit's contact point is (without one: where the unit sits), in both
channels, because somebody who has not reported lives nowhere yet. A figure and the
list behind it come from one and the same query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people.choices import EXEMPTION_KINDS
from baodao.people.models import Unit
from baodao.places.areas import NOW, THEN, Area, area, holds
from baodao.places.models import Place
from baodao.reporting import rules

REASONS = {
    "reported": "已报到",
    "waiting": "等社区接收",
    "returned": "被退回，待改",
    "exempt": "免责期",
    "none": "还没有报",
}
UNIT_ROLES = ("unit_secretary", "unit_liaison")

# One index look-up per member (LATERAL), on purpose: joined as a whole, a wrong guess
# of the planner compares each member with each report-in.
_MEMBERS = """
WITH eligible AS (
  SELECT m.id, m.unit_id, p.pinyin, r.su, r.sr,
    coalesce(u.point_path, m.unit_path, '') COLLATE "C" AS at,
    coalesce(e.kind, CASE m.duty_status
      WHEN 'seconded_away' THEN 'secondment' WHEN 'exempt' THEN 'other' END, '') AS kind
  FROM people_member m
  JOIN people_person p ON p.id = m.person_id
  LEFT JOIN people_unit u ON u.id = m.unit_id
  CROSS JOIN LATERAL (
    SELECT max(s) FILTER (WHERE channel = 'unit') AS su,
      max(s) FILTER (WHERE channel = 'residence') AS sr
    FROM (
      SELECT channel, CASE state WHEN 'submitted' THEN 2 WHEN 'returned' THEN 1
        WHEN 'draft' THEN 0 ELSE 3 END AS s
      FROM reporting_reportin WHERE member_id = m.id AND state <> 'ended'
    ) held
  ) r
  LEFT JOIN LATERAL (
    SELECT kind FROM people_exemption
    WHERE member_id = m.id AND valid_from <= %(day)s
      AND (valid_to IS NULL OR valid_to > %(day)s)
    ORDER BY valid_from DESC LIMIT 1
  ) e ON TRUE
  WHERE m.kind = 'in_service' AND m.duty_status NOT IN ('retired', 'left')
    AND (%(unit)s::uuid IS NULL OR m.unit_id = %(unit)s::uuid)
), scoped AS (
  SELECT eligible.*, coalesce(later.new_path, at) COLLATE "C" AS here,
    CASE WHEN su = 3 THEN 'reported' WHEN su = 2 THEN 'waiting' WHEN su = 1 THEN 'returned'
      WHEN kind <> '' THEN 'exempt' ELSE 'none' END AS unit,
    CASE WHEN sr = 3 THEN 'reported' WHEN sr = 2 THEN 'waiting' WHEN sr = 1 THEN 'returned'
      WHEN kind <> '' THEN 'exempt' ELSE 'none' END AS residence
  FROM eligible
  JOIN unnest(%(los)s::text[], %(his)s::text[]) r(lo, hi)
    ON at >= r.lo COLLATE "C" AND at < r.hi COLLATE "C"
  LEFT JOIN (
    SELECT s.old_path, s.new_path FROM places_succession s
    JOIN places_place n ON n.id = s.new_id AND n.valid_to IS NULL
    WHERE s.main AND NOT %(then)s
  ) later ON later.old_path = at
)
"""
_KEYS = {
    # One level below the chosen place; what lies at the place itself keeps its path.
    "place": "array_to_string((string_to_array(here, '/'))[1:%(depth)s], '/')",
    "unit": "coalesce(unit_id::text, '')",
}
EXEMPT_TITLES = {**EXEMPTION_KINDS, "other": "其他免责"}


@dataclass(frozen=True)
class Scope:
    """Whom to count: everybody at and below a place, or one unit's members."""

    path: str = ""
    unit_id: UUID | None = None
    place: Place | None = None
    day: date = field(default_factory=today)
    regions: str = NOW

    @cached_property
    def area(self) -> Area:
        """The paths that count here: today's regions, or as recorded."""
        return area(self.path, self.regions)

    @property
    def params(self) -> dict[str, Any]:
        ranges = self.area.ranges
        return {
            "day": self.day, "unit": self.unit_id, "path": self.path,
            "los": [lo for lo, _ in ranges], "his": [hi for _, hi in ranges],
            "depth": self.path.count("/") + 1, "then": self.regions == THEN,
        }  # fmt: skip


@dataclass
class Figures:
    """One channel of one row of the table."""

    by_reason: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    exempt_kinds: dict[str, int] = field(default_factory=dict)

    @property
    def eligible(self) -> int:
        return sum(self.by_reason.values())

    @property
    def reported(self) -> int:
        return self.by_reason["reported"]

    @property
    def missing(self) -> int:
        return self.eligible - self.reported

    def add(self, reason: str, kind: str, n: int) -> None:
        self.by_reason[reason] += n
        if reason == "exempt":
            title = EXEMPT_TITLES.get(kind, "其他免责")
            self.exempt_kinds[title] = self.exempt_kinds.get(title, 0) + n


@dataclass
class Line:
    """A row: the place or unit, and its figures in both channels."""

    key: str
    title: str = ""
    code: str = ""
    unit: Figures = field(default_factory=Figures)
    residence: Figures = field(default_factory=Figures)
    living_here: int = 0

    def channel(self, name: str) -> Figures:
        return self.unit if name == "unit" else self.residence


def scope_of(actor: Actor, code: str = "", regions: str = NOW) -> Scope:
    """The actor's scope, narrowed to a place below it; as recorded also to a place
    that has gone into it. Raises NotFound outside."""
    if actor.role in UNIT_ROLES:
        return Scope(unit_id=actor.unit_id)
    path = actor.path or ""
    found = Place.objects.order_by(F("valid_to").desc(nulls_first=True))
    found = found if regions == THEN else found.filter(valid_to=None)
    place = (found.filter(code=code) if code else found.filter(path=path)).first()
    if place is None and not code and path == "":
        return Scope(regions=regions)
    if place is None or not holds((path_range(path), *actor.former), place.path):
        raise NotFound
    return Scope(path=place.path, place=place, regions=regions)


def _rows(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def count(scope: Scope, by: str) -> dict[str, Line]:
    """Figures per place below, or per unit, in one query; keys are paths or ids."""
    sql = f"{_MEMBERS} SELECT {_KEYS[by]}, unit, residence, kind, count(*) FROM scoped GROUP BY 1, 2, 3, 4"
    lines: dict[str, Line] = {}
    for key, unit, residence, kind, n in _rows(sql, scope.params):
        key = f"{key.rstrip('/')}/" if by == "place" and key else key
        line = lines.setdefault(key, Line(key))
        line.unit.add(unit, kind, n)
        line.residence.add(residence, kind, n)
    return lines


def total(lines: Mapping[str, Line]) -> Line:
    """All rows together: the members of a scope are in exactly one row each."""
    whole = Line("", "合计")
    for line in lines.values():
        whole.living_here += line.living_here
        for name in rules.CHANNELS:
            for reason, n in line.channel(name).by_reason.items():
                whole.channel(name).by_reason[reason] += n
            for title, n in line.channel(name).exempt_kinds.items():
                kinds = whole.channel(name).exempt_kinds
                kinds[title] = kinds.get(title, 0) + n
    return whole


def by_place(scope: Scope) -> list[Line]:
    """One row per place below in the order of codes, those without anybody too."""
    counted = count(scope, "place")
    parent = scope.place.id if scope.place else None
    below = Place.objects.filter(parent_id=parent, level__lte=6).order_by("path")
    if scope.regions != THEN:
        below = below.filter(valid_to=None)
    here = {p.path: p for p in below}
    if scope.place:
        here[scope.place.path] = scope.place
    living = _living(scope)
    found = []
    for path, place in here.items():
        line = counted.pop(path, None) or Line(path)
        line.title, line.code = place.name, place.code
        line.living_here = living.get(path, 0)
        if place.valid_to and not (line.unit.eligible or line.living_here):
            continue
        if scope.place and path == scope.place.path:
            line.title = f"{place.name}本级"
            if not line.unit.eligible and (line.living_here == 0 or len(here) > 1):
                continue
        found.append(line)
    # Units whose path is no longer in the tree must not vanish from the sum.
    found += [Line(k, "其他地方", "", v.unit, v.residence) for k, v in counted.items()]
    return found


def _living(scope: Scope) -> dict[str, int]:
    """Members active in the residence channel, by where they live."""
    sql = (
        f"SELECT {_KEYS['place'].replace('here,', 'path,')}, count(*) "
        "FROM reporting_reportin JOIN unnest(%(los)s::text[], %(his)s::text[]) r(lo, hi) "
        'ON path >= r.lo COLLATE "C" AND path < r.hi COLLATE "C" '
        "WHERE channel = 'residence' AND state IN ('active', 'transfer_pending') "
        "GROUP BY 1"
    )
    params = {k: scope.params[k] for k in ("los", "his", "depth")}
    return {f"{key.rstrip('/')}/": n for key, n in _rows(sql, params)}


def by_unit(scope: Scope) -> list[Line]:
    """One row per unit in the order of names; members without a unit come last."""
    counted = count(scope, "unit")
    alone = counted.pop("", None)
    names = Unit.objects.filter(id__in=list(counted)).order_by("pinyin", "id")
    found = []
    for pk, name in names.values_list("id", "name"):
        line = counted[str(pk)]
        line.title = name
        found.append(line)
    if alone:
        alone.title = "没有单位的党员"
        found.append(alone)
    return found


def member_ids(
    scope: Scope, channel: str, reason: str, *, key: str = "", only_here: bool = False,
) -> list[UUID]:  # fmt: skip
    """The members behind a figure, in the order of names. `reason`: one of `REASONS`,
    "missing" or "eligible"; `key`: one unit; `only_here`: at the place itself, not
    below it."""
    if channel not in rules.CHANNELS or reason not in (*REASONS, "missing", "eligible"):
        raise NotFound
    tests = {"eligible": "TRUE", "missing": f"{channel} <> 'reported'"}
    where = [tests.get(reason, f"{channel} = %(reason)s")]
    params = {**scope.params, "reason": reason, "key": _uuid(key)}
    if key:
        where.append("unit_id = %(key)s::uuid")
    if only_here:
        where.append("here = %(path)s")
    sql = f"{_MEMBERS} SELECT id FROM scoped WHERE {' AND '.join(where)} ORDER BY pinyin, id"
    return [row[0] for row in _rows(sql, params)]


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key) if key else None
    except ValueError:
        raise NotFound from None


# --- units --------------------------------------------------------------------------

_UNITS = """
WITH tied AS (
  SELECT u.id, u.name, u.pinyin, t.point_id, coalesce(t.path, u.path) COLLATE "C" AS at,
    CASE WHEN t.point_id IS NULL THEN 'untied'
      WHEN r.state IN ('active', 'transfer_pending') THEN 'reported'
      WHEN r.state = 'submitted' THEN 'waiting'
      WHEN r.state = 'returned' THEN 'returned' ELSE 'none' END AS reason
  FROM people_unit u
  LEFT JOIN people_contacttie t ON t.unit_id = u.id AND t.valid_from <= %(day)s
    AND (t.valid_to IS NULL OR t.valid_to > %(day)s)
  LEFT JOIN reporting_reportin r ON r.subject_unit_id = u.id AND r.point_id = t.point_id
    AND r.state <> 'ended'
  WHERE u.status <> 'dissolved' AND (%(unit)s::uuid IS NULL OR u.id = %(unit)s::uuid)
)
"""
_INSIDE = (
    "JOIN unnest(%(los)s::text[], %(his)s::text[]) r(lo, hi) "
    'ON at >= r.lo COLLATE "C" AND at < r.hi COLLATE "C"'
)
UNIT_REASONS = {
    "reported": "已报到",
    "waiting": "等社区接收",
    "returned": "被退回，待改",
    "none": "还没有报",
    "untied": "还没有联系点",
}


def units(scope: Scope) -> dict[str, int]:
    """Units by reason, one for each of their contact points (domain 8.36)."""
    sql = f"{_UNITS} SELECT reason, count(*) FROM tied {_INSIDE} GROUP BY 1"
    counted = dict(_rows(sql, _unit_params(scope)))
    return {reason: int(counted.get(reason, 0)) for reason in UNIT_REASONS}


def unit_rows(scope: Scope, reason: str) -> Sequence[tuple[UUID, str, UUID | None]]:
    """The units behind a figure: id, name, contact point."""
    if reason not in (*UNIT_REASONS, "eligible"):
        raise NotFound
    where = "TRUE" if reason == "eligible" else "reason = %(reason)s"
    sql = (
        f"{_UNITS} SELECT id, name, point_id FROM tied {_INSIDE} "
        f"WHERE {where} ORDER BY pinyin, id"
    )
    params = {
        **_unit_params(scope),
        **({"reason": reason} if reason != "eligible" else {}),
    }
    return [(pk, name, point) for pk, name, point in _rows(sql, params)]


def _unit_params(scope: Scope) -> dict[str, Any]:
    return {k: scope.params[k] for k in ("day", "unit", "los", "his")}
