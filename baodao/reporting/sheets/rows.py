"""Rows of report-ins (A09, L06): the member is found, never made; one per channel. Who
may accept may say so in the table. The decisions are those of `plans`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from baodao.acts.access import can
from baodao.acts.actor import consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.models import next_numbers
from baodao.people.models import ContactTie, Unit
from baodao.people.sheets.adding import source
from baodao.people.sheets.refs import (
    Known,
    Members,
    Units,
    Wanted,
    hashed,
    look_up,
    unit_column,
)
from baodao.places import rules as levels
from baodao.places.rules import community_path
from baodao.places.sheets import refs as places
from baodao.reporting import plans, rules
from baodao.reporting.models import ReportIn
from baodao.reporting.queries import county_of, members_in_reach
from baodao.reporting.services import context, receipt_key
from baodao.sheets.cases import Case, Change
from baodao.sheets.cells import Unclear, bare
from baodao.sheets.columns import Load

Spot = places.Spot
_SAID = ("skills", "posts", "service_classes", "availability")


class _New(NamedTuple):
    row: int
    member: Known
    channel: str
    spot: Spot


@dataclass
class _Work:
    """What is to be written, filled while the rows are judged."""

    case: Case
    members: Members
    units: Sequence[Any]
    spots: places.Spots
    points: dict[UUID, list[Spot]]
    held: dict[tuple[UUID, str], list[ReportIn]]
    hashes: Sequence[str]
    unclear: Mapping[int, Unclear]
    seen: dict[tuple[UUID, str], int] = field(default_factory=dict)
    new: list[_New] = field(default_factory=list)
    accepted: dict[UUID, ReportIn] = field(default_factory=dict)
    contexts: dict[str, plans.Context] = field(default_factory=dict)


def plan(case: Case) -> Load:
    """Judge every row; the load reports in, and accepts where the table says so."""
    work = _look_up(case)
    for row in case.rows:
        _judge(work, row)
    return partial(_load, work)


def _look_up(case: Case) -> _Work:
    reach = members_in_reach(case.actor)
    # A unit that nobody knows matters only where the member is not found without it.
    unclear: dict[int, Unclear] = {}
    words = case.column("unit")
    units = unit_column(Units.of(_units_in_reach(case)), words, unclear.__setitem__)
    hashes = hashed(case.column("phone"))
    wanted = Wanted(
        [n for n in case.column("no") if n], [h for h in hashes if h],
        [u.id for u in units if u], [n for n in case.column("name") if n],
    )  # fmt: skip
    members = look_up(reach, wanted)
    spots = places.look_up(
        case.actor, case.column("place"), [levels.COMMUNITY, levels.GRID],
        what="报到地", everywhere=True,
    )  # fmt: skip
    known = list(members.by_no.values())
    points = _points({m.unit_id for m in known if m.unit_id}, case)
    held: dict[tuple[UUID, str], list[ReportIn]] = {}
    here = ReportIn.objects.filter(member__id__any=[m.id for m in known])
    for it in here.exclude(state="ended").select_related("point"):
        assert it.member_id
        held.setdefault((it.member_id, it.channel), []).append(it)
    return _Work(case, members, units, spots, points, held, hashes, unclear)


def _units_in_reach(case: Case) -> Any:
    """As for members: those of the county, for newcomers work anywhere in it."""
    found, actor = Unit.objects.exclude(status="dissolved"), case.actor
    if actor.path is None:
        return found.filter(pk=actor.unit_id) if actor.unit_id else found.none()
    county = county_of(actor.path)
    near = Q(path__gte=county, path__lt=f"{county}~") | Q(
        point_path__gte=county, point_path__lt=f"{county}~"
    )
    return found.filter(near) if county else found


def _points(unit_ids: set[UUID], case: Case) -> dict[UUID, list[Spot]]:
    """The contact points of each unit today."""
    day = today(case.now)
    ties = ContactTie.objects.filter(unit__id__any=unit_ids, valid_from__lte=day)
    ties = ties.filter(Q(valid_to=None) | Q(valid_to__gt=day)).select_related("point")
    found: dict[UUID, list[Spot]] = {}
    for tie in ties.order_by("path"):
        p = tie.point
        spot = Spot(p.pk, p.code, p.path, p.level, p.kind, p.name, p.official_name,
                    p.is_contact_point, ())  # fmt: skip
        found.setdefault(tie.unit_id, []).append(spot)
    return found


def _judge(work: _Work, row: int) -> None:
    case = work.case
    member = _member(work, row)
    channel = case.column("channel")[row]
    if not channel and not case.frame.said(row, "channel"):
        case.wrong(row, "channel", "没写渠道。请写单位联系点或居住地")
    spot = _spot(work, row, member, channel)
    day = case.column("reported_on")[row]
    if day and day > today(case.now):
        case.wrong(row, "reported_on", "报到日期不能在今天以后。请核对")
    if member is None or not channel or spot is None:
        return
    if not _may_report(work, row, member, channel, spot):
        return
    if (first := work.seen.setdefault((member.id, channel), row)) != row:
        line = case.frame.numbers[first]
        case.wrong(row, "name", f"和第{line}行是同一个人、同一个渠道。请只留一行")
        return
    held = work.held.get((member.id, channel), [])
    if held:
        _compare(work, row, held, spot)
    else:
        _add(work, row, member, channel, spot)


def _member(work: _Work, row: int) -> Known | None:
    """The one member a row means, who has to be on the books already."""
    case, members = work.case, work.members
    no, name = case.column("no")[row], case.column("name")[row]
    if no:
        if found := members.by_no.get(no):
            return found
        case.wrong(row, "no", "没有这个志愿者编号，可能不在您负责的范围。请核对")
        return None
    same = members.by_phone.get(work.hashes[row], []) if work.hashes[row] else []
    if name:
        same = [m for m in same if bare(m.name) == bare(name)]
    unit = work.units[row]
    if not same and unit and name:
        same = members.by_name.get((unit.id, bare(name)), [])
    answer = case.choice(row, "name")
    picked = [m for m in same if str(m.id) == answer] or same
    if len(picked) == 1:
        return picked[0]
    if picked:
        options = [(str(m.id), f"{m.name}，{m.volunteer_no}") for m in picked]
        case.wrong(
            row, "name", f"有{len(picked)}位{name}，请您认是哪一位", options, ask=True
        )
    elif row in work.unclear:
        unclear = work.unclear[row]
        case.wrong(row, "unit", unclear.message, unclear.options)
    elif name or work.hashes[row]:
        words = "没有找到这名党员。请写手机号或单位，没登记的先用党员表导入"
        case.wrong(row, "name", words)
    else:
        case.wrong(row, "name", "没写是谁。请写编号，或姓名加手机号或单位")
    return None


def _spot(
    work: _Work, row: int, member: Known | None, channel: str | None
) -> Spot | None:
    case, word = work.case, work.case.column("place")[row]
    if word:
        try:
            return work.spots.find(word)
        except Unclear as unclear:
            case.wrong(row, "place", unclear.message, unclear.options)
            return None
    if channel is None or member is None:
        return None
    points = work.points.get(member.unit_id, []) if member.unit_id else []
    if channel == "unit" and len(points) == 1:
        return points[0]
    options = [(p.code, p.name) for p in points] if channel == "unit" else []
    case.wrong(row, "place", "没写报到地。请补上", options)
    return None


def _may_report(work: _Work, row: int, member: Known, channel: str, spot: Spot) -> bool:
    """The rules of `services.submit_member`, row by row without a query."""
    case = work.case
    tied = [p.id for p in work.points.get(member.unit_id, ())] if member.unit_id else []
    problem = rules.place_problem(
        channel, spot.level, spot.kind, is_contact_point=spot.is_contact_point,
        is_tied=spot.id in tied, community_level=levels.COMMUNITY, grid_level=levels.GRID,
    )  # fmt: skip
    column = "place"
    if not problem and channel == "unit" and member.duty_status == "retired":
        problem, column = (
            "已退休的党员不用到单位联系点报到，可以到居住地报到",
            "channel",
        )
    if not problem and not can(case.actor, "reporting.submit", _row(member, spot)):
        problem = "这里不在您负责的范围。请删掉这一行，或交给那里登记"
    if problem:
        case.wrong(row, column, problem.rstrip("。"))
    return not problem


def _row(member: Known, spot: Spot) -> dict[str, Any]:
    return {
        "id": None, "path": spot.path, "unit_id": member.unit_id, "member_id": member.id,
        "subject_unit_id": None,
    }  # fmt: skip


def _accepts(work: _Work, row: int, row_to_be: Mapping[str, Any]) -> bool:
    """Whether the table says that the community has taken the member in, and the
    actor may say so."""
    case = work.case
    if not case.column("accept")[row]:
        return False
    if can(case.actor, "reporting.accept", row_to_be):
        return True
    case.wrong(row, "accept", "接收要由那里的社区来做，本人的请同事接收。这里请留空")
    return False


def _add(work: _Work, row: int, member: Known, channel: str, spot: Spot) -> None:
    case = work.case
    accepts = _accepts(work, row, _row(member, spot))
    if case.new(row, (member.id, channel, spot.id, accepts)):
        work.new.append(_New(row, member, channel, spot))


def _compare(work: _Work, row: int, held: Sequence[ReportIn], spot: Spot) -> None:
    case = work.case
    here = next((it for it in held if it.point_id == spot.id), None)
    if here is None:
        it = held[0]
        what = "已在" if it.state in rules.LIVE else "已有一份报到在等"
        words = f"{what}{it.point.name}。换地方请在报到页面办转出或撤回，这一行请删掉"
        case.wrong(row, "place", words)
        return
    if here.state != "submitted" or not _accepts(work, row, vars(here)):
        case.same(row, here.pk)
    elif case.update(row, [Change("状态", "待接收", "在岗")], here.pk):
        work.accepted[here.pk] = here


# --- load -------------------------------------------------------------------------


def _load(work: _Work) -> None:
    created = _create(work)
    _accept(work, {**work.accepted, **created})


def _context(work: _Work, path: str) -> plans.Context:
    """Calendar and settings of a community, once each."""
    key = community_path(path)
    if key not in work.contexts:
        work.contexts[key] = context(path, work.case.now)
    return work.contexts[key]


def _create(work: _Work) -> dict[UUID, ReportIn]:
    """Write the new report-ins; returns those to be accepted at once."""
    case, new = work.case, work.new
    if not new:
        return {}
    actor = case.actor.for_someone("党员本人")
    ids = create_rows(
        actor, "reporting.submit", ReportIn, _columns(work),
        data={"method": "import", "items": 0, **source(case)}, at=case.now,
    )  # fmt: skip
    accept = case.column("accept")
    chosen = {pk: n for pk, n in zip(ids, new, strict=True) if accept[n.row]}
    return {
        pk: ReportIn(
            id=pk, state="submitted", channel=n.channel, member_id=n.member.id,
            unit_id=n.member.unit_id, point_id=n.spot.id, path=n.spot.path,
            **{f: case.column(f)[n.row] or [] for f in _SAID},
        )
        for pk, n in chosen.items()
    }  # fmt: skip


def _columns(work: _Work) -> dict[str, Any]:
    case, new = work.case, work.new
    clocks = [plans.begun("submitted", _context(work, n.spot.path)) for n in new]
    days = case.column("reported_on")
    said = {f: [case.column(f)[n.row] or [] for n in new] for f in _SAID}
    return {
        "receipt_no": list(_receipts([n.spot.path for n in new])),
        "state": "submitted", "method": "import",
        "channel": [n.channel for n in new], "member_id": [n.member.id for n in new],
        "unit_id": [n.member.unit_id for n in new], "point_id": [n.spot.id for n in new],
        "path": [n.spot.path for n in new],
        "reported_on": [days[n.row] or today(case.now) for n in new],
        **{name: [clock[name] for clock in clocks] for name in clocks[0]},
        **said,
    }  # fmt: skip


def _receipts(paths: Sequence[str]) -> Iterator[str]:
    keys = [receipt_key(path) for path in paths]
    series = {key: iter(next_numbers(key, n)) for key, n in Counter(keys).items()}
    return (f"{next(series[key]):04d}" for key in keys)


def _accept(work: _Work, chosen: Mapping[UUID, ReportIn]) -> None:
    """The community's word for all of them, and where the members report now."""
    case = work.case
    writes, places_of = {}, dict[tuple[str, ...], dict[UUID, Write]]()
    for pk, it in chosen.items():
        row = {name: getattr(it, name) for name in ("id", "state", *plans.READS)}
        # Nobody is told one by one: the table came from those it is about.
        writes[pk] = replace(plans.accept(row, _context(work, it.path)), job=None)
        place = plans.set_place(row, it.path)
        if it.member_id:
            shape = tuple(sorted(place.set))
            places_of.setdefault(shape, {})[it.member_id] = place
    act_rows(case.actor, "reporting.accept", writes, now=case.now)
    for placed in places_of.values():
        act_rows(
            consequence_of(case.actor), "members.set_place", placed,
            now=case.now,
        )  # fmt: skip
