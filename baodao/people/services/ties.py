"""Contact ties (A08): one at a time from a unit's page, and many in one decision, as an
allocation or a merger of units makes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.acts.bulk import Batch
from baodao.acts.engine import act, create
from baodao.acts.many import act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.people import checks
from baodao.people.models import ContactTie, Unit
from baodao.places.constraints import said
from baodao.places.models import Place


def add_contact_tie(
    *,
    actor: Actor,
    unit_id: UUID,
    point_id: UUID,
    reason: str = "",
    valid_from: date | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Tie a unit to a contact point (A08); from then on the community sees the
    unit. Errors: point, valid_from."""
    unit = visible(Unit.objects.all(), actor, "units.view").filter(pk=unit_id).first()
    point = Place.objects.filter(pk=point_id).first()
    if unit is None or point is None:
        raise NotFound
    if not point.is_contact_point or point.valid_to:
        raise Invalid(
            fields={"point": f"{point.name}不是联系点。请先把它设为联系点，或换一个。"}
        )
    start = valid_from or today(now)
    if start > today(now):
        raise Invalid(fields={"valid_from": "开始日期不能晚于今天。"})
    tie = ContactTie(
        unit=unit, point=point, path=point.path, reason=reason.strip(), valid_from=start
    )
    overlap = ("point", f"{unit}这段时间已经联系{point.name}。")
    with said(contact_tie_no_overlap=overlap):
        done = create(actor, "ties.add", tie, now=now, client_id=client_id)
        _set_point_path(actor, unit_id, now)
    return done


def end_contact_tie(
    *,
    actor: Actor,
    tie_id: UUID,
    reason: str,
    on: date | None = None,
    now: datetime | None = None,
) -> Done:
    """End a tie; `on` is the first day without it (default: today). Errors: on,
    reason."""
    checks.named(reason, "reason", "理由")
    day = on or today(now)

    def decide(row: Mapping[str, Any]) -> Write:
        if row["valid_to"] is not None:
            raise Invalid("这个联系已经结束了。")
        if not row["valid_from"] <= day <= today(now):
            raise Invalid(fields={"on": "结束日期要在开始日期和今天之间。"})
        return Write(set={"valid_to": day}, notes=[("staff", reason)])

    reads = ("valid_from", "valid_to")
    with transaction.atomic():
        done = act(actor, "ties.end", tie_id, decide, reads=reads, now=now)
        unit_id = ContactTie.objects.values_list("unit_id", flat=True).get(pk=tie_id)
        _set_point_path(actor, unit_id, now)
    return done


def _set_point_path(actor: Actor, unit_id: UUID, now: datetime | None) -> None:
    """`Unit.point_path` follows the oldest open tie, in the same transaction."""
    ties = ContactTie.objects.filter(unit_id=unit_id, valid_to=None)
    path = (
        ties.order_by("valid_from", "created_at").values_list("path", flat=True).first()
    )
    act(
        actor,
        "units.set_point",
        unit_id,
        lambda row: Write(set={"point_path": path}),
        now=now,
    )


@dataclass(frozen=True)
class TieMove:
    """What changes for one unit: ties to end, points to tie it to, with a reason that
    both leave behind."""

    unit_id: UUID
    end: Sequence[UUID] = ()
    points: Sequence[UUID] = ()
    reason: str = ""


def move_contact_ties(
    *, actor: Actor, moves: Iterable[TieMove], now: datetime | None = None
) -> int:
    """End and begin ties of many units at once, from today; `Unit.point_path` follows.
    All of it or nothing. Returns how many ties changed. Raises NotFound outside the
    actor's scope, Invalid for a point that is none, Conflict when a tie or a unit has
    been changed by somebody else meanwhile."""
    chosen = [m for m in moves if m.end or m.points]
    day = today(now)
    units = {m.unit_id for m in chosen}
    with transaction.atomic():
        versions = dict(Unit.objects.filter(pk__in=units).values_list("pk", "version"))
        ties = {
            t.pk: t for t in ContactTie.objects.filter(unit_id__in=units, valid_to=None)
        }
        _end_ties(actor, chosen, ties, day, now)
        begun = _begin_ties(actor, chosen, day, now)
        ended = {pk for m in chosen for pk in m.end}
        left = [t for t in ties.values() if t.pk not in ended] + begun
        _set_point_paths(actor, versions, left, now)
    return len(ended) + len(begun)


def _end_ties(
    actor: Actor, moves: Iterable[TieMove], ties: Mapping[UUID, ContactTie], day: date,
    now: datetime | None,
) -> None:  # fmt: skip
    writes, versions = dict[UUID, Write](), dict[UUID, int]()
    for move in moves:
        for pk in move.end:
            tie = ties.get(pk)
            if tie is None or tie.unit_id != move.unit_id:
                raise Conflict
            require(actor, "ties.end", tie)
            writes[pk] = Write(set={"valid_to": day}, notes=[("staff", move.reason)])
            versions[pk] = tie.version
    done = act_rows(actor, "ties.end", writes, versions=versions, now=now)
    if len(done) != len(writes):
        raise Conflict


def _begin_ties(
    actor: Actor, moves: Sequence[TieMove], day: date, now: datetime | None
) -> list[ContactTie]:
    wanted = {pk for m in moves for pk in m.points}
    points = {p.pk: p for p in Place.objects.filter(pk__in=wanted)}
    batch, begun = Batch(), list[ContactTie]()
    for move in moves:
        for pk in move.points:
            point = points.get(pk)
            if point is None or not point.is_contact_point or point.valid_to:
                name = point.name if point else "这个地方"
                raise Invalid(fields={"point": f"{name}不是联系点。请换一个。"})
            tie = ContactTie(
                unit_id=move.unit_id, point=point, path=point.path,
                reason=move.reason, valid_from=day,
            )  # fmt: skip
            require(actor, "ties.add", tie)
            batch.create(actor, "ties.add", tie, at=now)
            begun.append(tie)
    overlap = ("point", "有单位这段时间已经联系这个联系点。请看一下最新的情况。")
    # COPY speaks to the driver itself: its errors are made Django's first.
    with said(contact_tie_no_overlap=overlap), connection.wrap_database_errors:
        batch.flush()
    return begun


def _set_point_paths(
    actor: Actor, versions: Mapping[UUID, int], ties: Iterable[ContactTie],
    now: datetime | None,
) -> None:  # fmt: skip
    first: dict[UUID, str | None] = dict.fromkeys(versions)
    for tie in sorted(ties, key=lambda t: (t.valid_from, t.created_at), reverse=True):
        first[tie.unit_id] = tie.path
    writes = {pk: Write(set={"point_path": path}) for pk, path in first.items()}
    done = act_rows(actor, "units.set_point", writes, versions=versions, now=now)
    if len(done) != len(writes):
        raise Conflict
