"""Report-ins follow what happens to units (domain 8.4, 8.7): a member's unit channel
goes where the unit's contact point is, also when the point is changed, the member
changes unit, or the unit merges; a unit's own report-in goes to its successor. The
residence channel stays where the member lives and only changes desk.

Nobody reports in anew because an office has moved a unit: where a unit belongs is the
organisation department's decision, which the community has not to judge again. Old
report-ins end with their reason, so that what was last year stays readable; new ones
name the old as `previous`. Everything is set-based: a merger may carry hundreds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import Batch
from baodao.acts.many import act_many, act_rows
from baodao.acts.models import Event
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.models import next_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import ContactTie, Unit
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.reporting import plans, rules
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.services import context, receipt_key

LIMIT = 2_000  # of one run of the sweep; the next one takes the rest


@dataclass
class _Step:
    """One run: when, the contexts of places asked for already, the new rows."""

    at: datetime
    limit: int | None = LIMIT
    batch: Batch = field(default_factory=Batch)
    contexts: dict[str, plans.Context] = field(default_factory=dict)
    made: list[ReportIn] = field(default_factory=list)

    def context(self, path: str) -> plans.Context:
        if path not in self.contexts:
            self.contexts[path] = context(path, self.at)
        return self.contexts[path]


def follow(
    now: datetime | None = None, *, units: Collection[UUID] | None = None
) -> int:
    """Let report-ins follow: those of some units and their members at once, or
    whatever has to (worker, every ten minutes). Returns how many changed."""
    step = _Step(now or clock_now(), None if units is not None else LIMIT)
    with transaction.atomic():
        n = _change_desk(_of(units), step)
        n += _members(_of(units), step)
        n += _units(_of(units), step)
        _write(step)
    return n


def _of(units: Collection[UUID] | None) -> QuerySet[ReportIn]:
    found = ReportIn.objects.exclude(state="ended")
    if units is None:
        return found.order_by("id")
    mine = Q(unit_id__in=units) | Q(member__unit__in=units)
    return found.filter(mine).order_by("id")


def _change_desk(found: QuerySet[ReportIn], step: _Step) -> int:
    """What stays where it is but belongs to another unit's desk now."""
    strange = found.filter(member__isnull=False).exclude(unit_id=F("member__unit_id"))
    nowhere = Q(unit_id__isnull=True, member__unit__isnull=True)
    tied = Exists(_tie(OuterRef("member__unit_id")))
    stays = Q(channel="residence") | Q(tied, channel="unit")
    rows = strange.exclude(nowhere).filter(stays).values_list("id", "member__unit_id")
    writes = {
        pk: Write(set={"unit_id": unit}, data={"unit": str(unit or "")})
        for pk, unit in rows[: step.limit]
    }
    return len(act_rows(SYSTEM, "reporting.follow_unit", writes, now=step.at))


def _tie(unit: Any) -> QuerySet[ContactTie]:
    """The open ties of a unit to the point of the report-in outside."""
    return ContactTie.objects.filter(current(), unit=unit, point=OuterRef("point_id"))


# --- members: the unit channel goes where the unit's point is -----------------------


def _members(found: QuerySet[ReportIn], step: _Step) -> int:
    lost = found.filter(~Exists(_tie(OuterRef("member__unit_id"))), channel="unit")
    rows = lost.filter(member__isnull=False).select_related("member")[: step.limit]
    by_member: dict[UUID, list[ReportIn]] = {}
    for row in rows:
        by_member.setdefault(row.member_id, []).append(row)  # type: ignore[arg-type]
    points = _first_points({rs[0].member.unit_id for rs in by_member.values()})  # type: ignore[union-attr]
    gone: dict[tuple[str, str, bool], list[UUID]] = {}
    places: dict[UUID, Place | None] = {}
    for rs in by_member.values():
        member = rs[0].member
        assert member
        to = points.get(member.unit_id) if member.unit_id else None
        reason = "point_changed"
        if rs[0].unit_id != member.unit_id:
            reason = "unit_changed"
        for r in rs:
            event = "end" if r.state in rules.LIVE else "withdraw"
            gone.setdefault((event, reason, to is None), []).append(r.id)
        best = min(rs, key=lambda r: r.state not in rules.LIVE)
        if to and best.state != "draft":
            _carry(best, to, member.unit_id, step)
        if best.state in rules.LIVE:
            places[member.pk] = to
    _end(gone, step)
    _set_places(places, step)
    return len(rows)


def _first_points(units: Iterable[UUID | None]) -> dict[UUID, Place]:
    """The oldest open tie's point of each unit."""
    ties = ContactTie.objects.filter(current(), unit__in=[u for u in units if u])
    first: dict[UUID, Place] = {}
    for tie in ties.select_related("point").order_by("valid_from", "created_at"):
        first.setdefault(tie.unit_id, tie.point)
    return first


def _carry(
    old: ReportIn, to: Place, unit_id: UUID | None, step: _Step, **more: Any
) -> ReportIn:
    new = ReportIn(
        point=to, path=to.path, unit_id=unit_id,
        **plans.carried(old, step.context(to.path)), **more,
    )  # fmt: skip
    step.made.append(new)
    return new


def _end(gone: dict[tuple[str, str, bool], list[UUID]], step: _Step) -> None:
    """Each group in one statement; those that go nowhere are told so."""
    for (event, reason, tells), ids in gone.items():
        write = plans.ended(step.context(""), reason, tells=tells)
        act_many(SYSTEM, f"reporting.{event}", ids, write, now=step.at)


def _set_places(places: dict[UUID, Place | None], step: _Step) -> None:
    writes = {
        member: Write(
            set={"point": to and to.pk, "point_path": to and to.path},
            data={"channel": "unit"},
        )
        for member, to in places.items()
    }
    act_rows(SYSTEM, "members.set_place", writes, now=step.at)


# --- units: their own report-ins ----------------------------------------------------


def _units(found: QuerySet[ReportIn], step: _Step) -> int:
    """Where the unit is not tied any more: the successor goes on where it took the tie
    over and has not reported in itself; else it ends, and a unit that moved reports in
    at its new point, for its head is to be known there (L04)."""
    lost = found.filter(
        ~Exists(_tie(OuterRef("subject_unit_id"))), subject_unit__isnull=False
    )
    rows = list(lost.select_related("subject_unit", "point")[: step.limit])
    heirs = _heirs(rows)
    gone: dict[tuple[str, str, bool], list[UUID]] = {}
    for r in rows:
        assert r.subject_unit
        heir = heirs.get(r.id)
        reason = "unit_dissolved" if r.subject_unit.valid_to else "point_changed"
        event = "end" if r.state in rules.LIVE else "withdraw"
        gone.setdefault((event, reason, heir is None), []).append(r.id)
        if heir and r.state != "draft":
            new = _carry(r, r.point, heir, step, subject_unit_id=heir)
            _copy_lists(r, new, step)
    _end(gone, step)
    return len(rows)


def _heirs(rows: Sequence[ReportIn]) -> dict[UUID, UUID]:
    """Report-in → the successor that goes on with it; each successor once a point."""
    wanted = {
        (r.subject_unit.successor_id, r.point_id): r.id
        for r in rows
        if r.subject_unit and r.subject_unit.successor_id
    }
    units = [unit for unit, _ in wanted]
    ties = ContactTie.objects.filter(current(), unit__in=units)
    has = ReportIn.objects.exclude(state="ended").filter(subject_unit__in=units)
    taken = set(has.values_list("subject_unit_id", "point_id"))
    tied = set(ties.values_list("unit_id", "point_id"))
    return {pk: key[0] for key, pk in wanted.items() if key[0] and key in tied - taken}


def _copy_lists(old: ReportIn, new: ReportIn, step: _Step) -> None:
    rows = ReportInItem.objects.filter(report_in=old, edition=old.edition)
    step.batch.add(
        *(
            ReportInItem(
                report_in=new, edition=1, position=i.position, kind=i.kind,
                title=i.title, quantity=i.quantity, conditions=i.conditions,
            )
            for i in rows
        )
    )  # fmt: skip


def end_of_members(
    member_ids: Collection[UUID], reason: str, *, channel: str = "",
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Everything these members have reported (in one channel only) ends with one
    reason, as a consequence of what happened to them: retired, moved_out, deceased.
    Returns how many ended."""
    step = _Step(now or clock_now())
    found = ReportIn.objects.filter(member__in=member_ids).exclude(state="ended")
    if channel:
        found = found.filter(channel=channel)
    gone: dict[tuple[str, str, bool], list[UUID]] = {}
    cleared: dict[str, set[UUID]] = {}
    rows = found.values_list("id", "state", "member_id", "channel")
    for pk, state, member, side in rows:
        event = "end" if state in rules.LIVE else "withdraw"
        gone.setdefault((event, reason, False), []).append(pk)
        if state in rules.LIVE and member:
            column = "residence" if side == "residence" else "point"
            cleared.setdefault(column, set()).add(member)
    with transaction.atomic():
        _end(gone, step)
        for side, ids in cleared.items():
            write = Write(set={side: None, f"{side}_path": None}, data={"ended": True})
            act_many(SYSTEM, "members.set_place", list(ids), write, now=step.at)
    return sum(map(len, gone.values()))


# --- write and tell -----------------------------------------------------------------


def _write(step: _Step) -> None:
    _number(step.made)
    lists = step.batch.rows.pop(ReportInItem, [])
    for new in step.made:
        event = "carry_over" if new.state == "active" else "submit"
        write = Write(data={"method": "carried"})
        step.batch.create(SYSTEM, f"reporting.{event}", new, write, at=step.at)
    events: list[Any] = step.batch.rows.get(Event, [])
    told = {e.object_id: e.id for e in events}
    step.batch.add(*lists)
    step.batch.flush()
    send(_messages(step.made, told))


def _number(made: Sequence[ReportIn]) -> None:
    """The next numbers of each community, in one statement each."""
    by_key: dict[str, list[ReportIn]] = {}
    for new in made:
        by_key.setdefault(receipt_key(new.path), []).append(new)
    for key in sorted(by_key):
        numbers = next_numbers(key, len(by_key[key]))
        for new, n in zip(by_key[key], numbers, strict=True):
            new.receipt_no = f"{n:04d}"


def _messages(made: Sequence[ReportIn], told: dict[UUID, UUID]) -> list[Message]:
    """Members are told where they belong now; nobody has to do anything."""
    ids = [r.id for r in made]
    rows = ReportIn.objects.filter(id__in=ids).select_related("point", "member")
    names = dict(
        Unit.objects.filter(id__in=[r.unit_id for r in made]).values_list("id", "name")
    )
    text = "单位一边的报到随单位转过去了，不用重新报。居住地的报到不变。"
    return [
        message(
            event_id=told[r.id], text=text, url=reverse("reporting:detail", args=[r.id]),
            title=f"{names.get(r.unit_id, '单位')}的联系点是{r.point.name}",  # type: ignore[arg-type]
            person_id=r.member.person_id,
        )
        for r in rows
        if r.member
    ]  # fmt: skip
