"""A unit that merges into another or is dissolved (domain 8.7): the books of people.
Its own records, ended ties and those who had left stay its own; what goes on goes to
the successor. Report-ins and orders follow in the subjects above."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from baodao.acts.access import can, require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.bulk import Batch
from baodao.acts.engine import act
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.people import checks
from baodao.people.models import ContactTie, Member, PartyOrg, Person, RoleTie, Unit
from baodao.people.services.leaving import (
    carry_persons,
    end_roles,
    move_members,
)
from baodao.people.services.ties import TieMove, move_contact_ties


@dataclass(frozen=True)
class Succession:
    """What was decided: who takes over (None: nobody), which open ties the successor
    goes on with, whether secretary and liaison keep their role there."""

    unit_id: UUID
    successor_id: UUID | None
    reason: str
    keep_ties: Collection[UUID] = ()
    keep_roles: bool = False


@dataclass(frozen=True)
class Ended:
    """What became of it: the event, how many members went along, and the paths of the
    contact points it had."""

    event_id: UUID
    members: int
    points: Collection[str]


def end_unit(
    *, actor: Actor, decided: Succession, now: datetime | None = None
) -> Ended:
    """End a unit in one transaction: ties, members, persons and accounts, roles,
    superiors, and the unit itself. Raises Invalid (successor, reason) when it is not
    possible so, NotFound and Forbidden by the access table."""
    checks.named(decided.reason, "reason", "理由")
    unit = Unit.objects.filter(pk=decided.unit_id).first()
    if unit is None:
        raise NotFound
    require(actor, "units.close", unit)
    if unit.valid_to:
        raise Conflict("这个单位已经停用了。")
    to = _successor(actor, unit, decided.successor_id)
    with transaction.atomic():
        points = _hand_ties(actor, unit, to, decided, now)
        moved = move_members(actor=actor, unit=unit, to=to, now=now) if to else 0
        _hand_roles(actor, unit, to if decided.keep_roles else None, now)
        if to:
            _hand_people(actor, unit, to, now)
        closed = Write(
            set={
                "status": "dissolved",
                "valid_to": today(now),
                "successor": to and to.pk,
            },
            notes=[("staff", decided.reason)],
            data={"successor": str(to.pk) if to else ""},
        )
        done = act(actor, "units.close", unit.pk, lambda row: closed, now=now)
    return Ended(done.event_id, moved, points)


def _successor(actor: Actor, unit: Unit, pk: UUID | None) -> Unit | None:
    if pk is None:
        n = Member.objects.filter(unit=unit).exclude(duty_status="left").count()
        if n:
            raise Invalid(
                fields={
                    "successor": f"还有{n}名党员。请选由哪个单位承接，或先把党员转走。"
                }
            )
        return None
    found = Unit.objects.filter(pk=pk, status="active", valid_to=None).first()
    if found is None or found.pk == unit.pk or not can(actor, "units.view", found):
        raise Invalid(fields={"successor": "没有找到承接的单位。请重新选。"})
    return found


def _hand_ties(
    actor: Actor, unit: Unit, to: Unit | None, decided: Succession, now: datetime | None
) -> list[str]:
    ties = list(ContactTie.objects.filter(unit=unit, valid_to=None))
    outside = [t for t in ties if not can(actor, "ties.end", t)]
    if outside:
        raise Invalid(
            f"还有{len(outside)}个联系点不在您负责的范围。请上级先结束，再办合并或撤销。"
        )
    keep = set(decided.keep_ties)
    if keep - {t.pk for t in ties} or (keep and to is None):
        raise Conflict("联系点刚刚有变化。请看一下最新的情况再办。")
    moves = [TieMove(unit.pk, [t.pk for t in ties], reason=decided.reason)]
    if to:
        has = ContactTie.objects.filter(unit=to, valid_to=None)
        held = set(has.values_list("point_id", flat=True))
        points = [t.point_id for t in ties if t.pk in keep and t.point_id not in held]
        moves.append(TieMove(to.pk, points=points, reason=f"承接{unit}"))
    move_contact_ties(actor=actor, moves=moves, now=now)
    return sorted(t.path for t in ties)


def _hand_roles(
    actor: Actor, unit: Unit, to: Unit | None, now: datetime | None
) -> None:
    """Roles held for the unit end; with `to` the same people hold them there, as long
    as they were given for."""
    ties = RoleTie.objects.filter(unit=unit)
    running = [t for t in ties if t.valid_to is None or t.valid_to > today(now)]
    end_roles(consequence_of(actor, actor.name), ties, now)
    if to is None:
        return
    held = set(
        RoleTie.objects.filter(unit=to).values_list("person_id", "role", "valid_to")
    )
    batch = Batch()
    for t in running:
        if not any(
            h[:2] == (t.person_id, t.role) and (not h[2] or h[2] > today(now))
            for h in held
        ):
            role = RoleTie(
                person_id=t.person_id, role=t.role, unit=to, path=to.path,
                valid_from=max(t.valid_from, today(now)), valid_to=t.valid_to,
            )  # fmt: skip
            batch.create(consequence_of(actor, actor.name), "roles.give", role, at=now)
    batch.flush()


def _hand_people(actor: Actor, unit: Unit, to: Unit, now: datetime | None) -> None:
    """People of the unit who are no members (members have gone along), and
    organisations that answered to one of the unit's."""
    left = Member.objects.filter(unit=unit, duty_status="left").values("person_id")
    others = Person.objects.filter(unit_id=unit.pk).exclude(pk__in=left)
    where = dict.fromkeys(others.values_list("pk", flat=True), (to.pk, to.path))
    carry_persons(actor, where, now)
    above = PartyOrg.objects.filter(unit=to, is_main=True).first()
    if above is None:
        return
    below = PartyOrg.objects.filter(superior__unit=unit).exclude(unit=unit)
    ids = list(below.exclude(pk=above.pk).values_list("pk", flat=True))
    act_many(actor, "orgs.edit", ids, Write(set={"superior": above.pk}), now=now)
