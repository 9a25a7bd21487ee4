"""Members who change unit, retire or leave for good (domain 8.2–8.4): the books of
people. Report-ins and orders follow in the subjects above; `baodao.departures` does
all of it in one transaction."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.people.models import Account, Exemption, Member, PartyOrg, RoleTie, Unit
from baodao.people.rules import LEAVING

Row = Mapping[str, Any]


def transfer_member(
    *,
    actor: Actor,
    member_id: UUID,
    unit_id: UUID,
    party_org_id: UUID | None = None,
    joined_on: date | None = None,
    now: datetime | None = None,
) -> Done:
    """Move a member to another unit, with person, account and running exemptions;
    roles held for the old unit end (domain 8.4). Where they report in at home stays.
    Errors: unit, party_org, joined_on."""
    unit = Unit.objects.filter(pk=unit_id, valid_to=None).first()
    if unit is None:
        raise Invalid(fields={"unit": "没有找到这个单位。请重新选。"})
    if joined_on and joined_on > today(now):
        raise Invalid(
            fields={"joined_on": "到新单位的日期还没到。请到那天再转，或改日期。"}
        )
    org = None
    if party_org_id:
        org = PartyOrg.objects.filter(pk=party_org_id, unit=unit).first()
        if org is None:
            raise Invalid(fields={"party_org": "这个党组织不属于所选单位。请重新选。"})
    person: list[UUID] = []

    def decide(row: Row) -> Write:
        if row["unit_id"] == unit.pk:
            raise Invalid(fields={"unit": f"本来就在{unit}。请选别的单位。"})
        person.append(row["person_id"])
        return Write(
            set={**_in(unit, org), "joined_on": joined_on or today(now)},
            data={"from": str(row["unit_id"] or ""), "to": str(unit.pk)},
        )

    with transaction.atomic():
        done = act(
            actor, "members.transfer", member_id, decide, reads=("person_id",), now=now
        )
        carry_persons(actor, {person[0]: (unit.pk, unit.path)}, now)
        move_exemptions(actor, [member_id], unit.pk, now)
        roles = RoleTie.objects.filter(person_id=person[0]).exclude(unit=None)
        end_roles(consequence_of(actor, actor.name), roles.exclude(unit=unit), now)
    return done


def _in(unit: Unit, org: PartyOrg | None) -> dict[str, Any]:
    return {"unit": unit.pk, "unit_path": unit.path, "party_org": org and org.pk}


def move_members(
    *, actor: Actor, unit: Unit, to: Unit, now: datetime | None = None
) -> int:
    """All members of a unit that ends go along to its successor, one act each; those
    who had left before stay in the old unit's records. Returns how many."""
    found = Member.objects.filter(unit=unit).exclude(duty_status="left")
    people = dict(found.values_list("pk", "person_id"))
    org = PartyOrg.objects.filter(unit=to, is_main=True).first()
    write = Write(
        set={**_in(to, org), "joined_on": today(now)},
        data={"from": str(unit.pk), "to": str(to.pk)},
    )
    with transaction.atomic():
        moved = act_many(actor, "members.transfer", list(people), write, now=now)
        carry_persons(actor, {people[pk]: (to.pk, to.path) for pk in moved}, now)
        move_exemptions(actor, moved, to.pk, now)
    return len(moved)


def carry_persons(
    actor: Actor,
    where: Mapping[UUID, tuple[UUID | None, str | None]],
    now: datetime | None,
) -> None:
    """Persons and their accounts go along: person → (unit, path)."""
    persons = {
        pk: Write(set={"unit_id": unit, "path": path})
        for pk, (unit, path) in where.items()
    }
    found = Account.objects.filter(person_id__in=list(where))
    accounts = {
        pk: persons[person] for pk, person in found.values_list("pk", "person_id")
    }
    act_rows(actor, "persons.move", persons, now=now)
    act_rows(actor, "accounts.move", accounts, now=now)


def move_exemptions(
    actor: Actor, member_ids: Collection[UUID], unit_id: UUID, now: datetime | None
) -> None:
    """Running exemptions become the new unit's to end."""
    running = _running(Exemption.objects.filter(member_id__in=member_ids), now)
    ids = list(running.values_list("pk", flat=True))
    act_many(actor, "exemptions.move", ids, Write(set={"unit_id": unit_id}), now=now)


def _running(found: Any, now: datetime | None) -> Any:
    return found.filter(Q(valid_to=None) | Q(valid_to__gt=today(now)))


def end_roles(actor: Actor, ties: Any, now: datetime | None) -> int:
    """Take roles back as a consequence; one that has not begun never begins. `ties`:
    a queryset of role ties. Returns how many ended."""
    day = today(now)
    writes = {
        pk: Write(set={"valid_to": max(day, start)})
        for pk, start in _running(ties, now).values_list("pk", "valid_from")
    }
    return len(act_rows(actor, "roles.end", writes, now=now))


# --- retirement ---------------------------------------------------------------------


def plan_retirement(
    *,
    actor: Actor,
    member_id: UUID,
    on: date | None,
    stays: bool = False,
    now: datetime | None = None,
) -> Done:
    """Say which day is the first one in retirement (domain 8.3); None takes it back
    while it has not come. `stays`: the member agrees to go on as a community member,
    for which they must have reported in at home. Errors: on, stays."""

    def decide(row: Row) -> Write:
        if row["kind"] != "in_service" or row["duty_status"] in ("retired", "left"):
            raise Invalid("已经不是在职党员，不用再登记退休。")
        if on is None and row["retires_on"] is None:
            raise Invalid("没有登记过退休，不用取消。")
        if on and on < row["joined_on"]:
            raise Invalid(fields={"on": "退休日期不能早于到本单位的日期。"})
        if stays and row["residence_id"] is None:
            raise Invalid(
                fields={"stays": "还没有到居住地报到，转不了社区党员。请先报到。"}
            )
        return Write(
            set={"retires_on": on, "stays_on": bool(on and stays)},
            data={"on": on.isoformat() if on else None, "stays": stays},
        )

    reads = ("kind", "duty_status", "joined_on", "residence_id", "retires_on")
    return act(actor, "members.retire", member_id, decide, reads=reads, now=now)


def retire_due(now: datetime | None = None) -> tuple[list[UUID], list[UUID]]:
    """Every night: who retires today or should have. Those who stay on become
    community members of where they live, without a unit; the others stay on their
    unit's books as retired. Roles held for a unit end. Returns the members of both
    kinds."""
    due = Member.objects.filter(kind="in_service", retires_on__lte=today(now))
    due = due.exclude(duty_status="left")
    stays = due.filter(stays_on=True).exclude(residence=None)
    staying = {m.pk: m for m in stays}
    gone = due.exclude(pk__in=staying)
    leaving = dict(gone.values_list("pk", "person_id"))
    with transaction.atomic():
        free = {"unit": None, "unit_path": None, "party_org": None}
        write = Write(set={"kind": "community", "duty_status": "on_duty", **free})
        act_many(SYSTEM, "members.retired", list(staying), write, now=now)
        write = Write(set={"kind": "retired", "duty_status": "retired"})
        act_many(SYSTEM, "members.retired", list(leaving), write, now=now)
        homes = {m.person_id: (None, m.residence_path) for m in staying.values()}
        carry_persons(SYSTEM, homes, now)
        people = [*homes, *leaving.values()]
        roles = RoleTie.objects.filter(person_id__in=people).exclude(unit=None)
        end_roles(SYSTEM, roles, now)
    return list(staying), list(leaving)


def leave(
    *,
    actor: Actor,
    member_id: UUID,
    why: str,
    on: date | None = None,
    now: datetime | None = None,
) -> Done:
    """A member is gone for good: moved out of the region (domain 8.2), or died. All
    roles and running exemptions end. Errors: why, on."""
    if why not in LEAVING:
        raise Invalid(fields={"why": "请选离开的原因。"})
    day = on or today(now)
    if day > today(now):
        raise Invalid(fields={"on": "这一天还没到。请到那天再登记。"})
    person: list[UUID] = []

    def decide(row: Row) -> Write:
        if row["duty_status"] == "left":
            raise Invalid("已经登记过离开了。")
        person.append(row["person_id"])
        return Write(set={"duty_status": "left", "left_on": day}, reason=why)

    with transaction.atomic():
        done = act(
            actor, "members.leave", member_id, decide,
            reads=("duty_status", "person_id"), now=now,
        )  # fmt: skip
        mine = RoleTie.objects.filter(person_id=person[0])
        end_roles(consequence_of(actor, actor.name), mine, now)
        running = _running(Exemption.objects.filter(member_id=member_id), now)
        writes = {
            pk: Write(set={"valid_to": max(today(now), start)})
            for pk, start in running.values_list("pk", "valid_from")
        }
        act_rows(consequence_of(actor, actor.name), "exemptions.end", writes, now=now)
    return done
