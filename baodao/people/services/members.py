"""Members, their exemptions, and residents (A09; domain 6.3, 8.5, 8.12, 9.1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.access import require, visible
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create, note_event
from baodao.acts.grants import COMMUNITY
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.core.models import next_number
from baodao.core.text import pinyin_key
from baodao.people import checks
from baodao.people.auth import phone_hash
from baodao.people.choices import (
    AVAILABILITY,
    EXEMPTION_KINDS,
    MEMBER_KINDS,
    SERVICE_CLASSES,
    SKILLS,
)
from baodao.people.models import Exemption, Member, PartyOrg, Person, Resident, Unit
from baodao.places import rules as place_rules
from baodao.places.models import Household, Place
from baodao.places.rules import PURPOSES

SETTABLE = ("on_duty", "seconded_away")
# What a member may change on their own page; the rest is the unit's or community's.
OWN_FIELDS = {"skills", "service_classes", "availability", "praise_public"}


def volunteer_no(path: str) -> str:
    """The next volunteer number of a prefecture: 5425-000123."""
    prefix = volunteer_prefix(path)
    return f"{prefix}-{next_number(f'volunteer:{prefix}'):06d}"


def volunteer_prefix(path: str) -> str:
    """What the numbers of a prefecture begin with."""
    return "".join(path.split("/")[:2]) or "00"


def add_member(
    *,
    actor: Actor,
    name: str,
    phone: str = "",
    unit_id: UUID | None = None,
    party_org_id: UUID | None = None,
    residence_id: UUID | None = None,
    kind: str = "in_service",
    skills: Sequence[str] = (),
    service_classes: Sequence[str] = (),
    availability: Sequence[str] = (),
    joined_on: date | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Put a member on the books, with the person. In-service members belong to a
    unit; `residence_id` is for community members, who report nowhere else.
    Errors: name, phone, kind, unit, residence, skills …"""
    unit = _unit(actor, unit_id) if unit_id else None
    home = _community(residence_id) if residence_id else None
    if kind not in MEMBER_KINDS:
        raise Invalid(fields={"kind": "请选党员类别。"})
    if unit is None and (home is None or kind == "in_service"):
        field = "unit" if kind == "in_service" else "residence"
        raise Invalid(fields={field: "在职党员请选单位，其他党员请选所在社区。"})
    path = unit.path if unit else home.path if home else ""
    person = _new_person(name, phone, path, unit_id)
    member = Member(
        person=person, volunteer_no="", unit=unit, unit_path=unit.path if unit else None,
        party_org_id=_org(party_org_id, unit_id), kind=kind, residence=home,
        residence_path=home.path if home else None, joined_on=joined_on or today(now),
        **_lists(skills=skills, service_classes=service_classes, availability=availability),
    )  # fmt: skip
    require(actor, "members.add", member)
    with transaction.atomic():
        member.volunteer_no = volunteer_no(path)
        write = Write(adds=[person])
        return create(actor, "members.add", member, write, now=now, client_id=client_id)


def _unit(actor: Actor, unit_id: UUID) -> Unit:
    found = visible(Unit.objects.all(), actor, "units.view").filter(pk=unit_id)
    unit = found.exclude(status="dissolved").first()
    if unit is None:
        raise Invalid(fields={"unit": "没有找到这个单位，可能不在您负责的范围。"})
    return unit


def _community(place_id: UUID) -> Place:
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.level != place_rules.COMMUNITY:
        raise Invalid(fields={"residence": "请选社区（村）。"})
    return place


def _org(org_id: UUID | None, unit_id: UUID | None) -> UUID | None:
    if org_id is None:
        return None
    org = PartyOrg.objects.filter(pk=org_id).values_list("unit_id", flat=True).first()
    if org is None or org != unit_id:
        raise Invalid(fields={"party_org": "这个党组织不属于所选单位。请重新选。"})
    return org_id


def _new_person(
    name: str, phone: str, path: str | None, unit_id: UUID | None
) -> Person:
    name, phone = checks.named(name, what="姓名"), checks.phone(phone)
    return Person(
        name=name, pinyin=pinyin_key(name), phone=phone, phone_hash=phone_hash(phone),
        path=path, unit_id=unit_id,
    )  # fmt: skip


_LISTS: dict[str, Mapping[str, str]] = {
    "skills": SKILLS,
    "service_classes": SERVICE_CLASSES,
    "availability": AVAILABILITY,
}


def _lists(**chosen: Sequence[str]) -> dict[str, list[str]]:
    return {f: checks.codes(f, codes, _LISTS[f]) for f, codes in chosen.items()}


def edit_member(
    *,
    actor: Actor,
    member_id: UUID,
    changes: Mapping[str, Any],
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change some of: kind, skills, service_classes, availability, party_org_id,
    joined_on, praise_public. Agreeing to be praised by name is the member's own
    word; that they take it back, the community may note for them (domain 9.4). Errors
    under the same names."""
    known = {*OWN_FIELDS, "kind", "party_org_id", "joined_on"}
    if set(changes) - known:
        raise Invalid(f"不能改的内容：{'、'.join(sorted(set(changes) - known))}。")
    if actor.role == "member" and set(changes) - OWN_FIELDS:
        raise Forbidden("单位、类别由单位或社区来改。请联系他们。")

    def decide(row: Mapping[str, Any]) -> Write:
        own = row["id"] == actor.member_id
        if "praise_public" in changes and not own:
            _check_noted(actor, changes["praise_public"])
        changed = _member_values(changes, row["unit_id"])
        return Write(set=changed, data={"fields": sorted(changed)})

    return act(actor, "members.edit", member_id, decide, now=now, version=version)


def _check_noted(actor: Actor, agreed: bool) -> None:
    """Raises Forbidden where somebody else's word on being praised is not theirs."""
    if agreed:
        raise Forbidden("同意公布姓名，只能由党员本人来说。")
    if actor.role not in COMMUNITY:
        raise Forbidden("不再公布姓名，请党员本人在“我的”里勾选，或者由社区代办。")


def _member_values(changes: Mapping[str, Any], unit_id: UUID | None) -> dict[str, Any]:
    changed = dict(changes)
    if "kind" in changed and changed["kind"] not in MEMBER_KINDS:
        raise Invalid(fields={"kind": "请选党员类别。"})
    if "party_org_id" in changed:
        changed["party_org"] = _org(changed.pop("party_org_id"), unit_id)
    lists = {f: changed[f] for f in _LISTS if f in changed}
    return {**changed, **_lists(**lists)}


def edit_person(
    *,
    actor: Actor,
    person_id: UUID,
    name: str | None = None,
    phone: str | None = None,
    now: datetime | None = None,
) -> Done:
    """Change a person's name or phone; None leaves it. Errors: name, phone."""
    changed: dict[str, Any] = {}
    if name is not None:
        changed["name"] = checks.named(name, what="姓名")
        changed["pinyin"] = pinyin_key(changed["name"])
    if phone is not None:
        changed["phone"] = checks.phone(phone)
        changed["phone_hash"] = phone_hash(changed["phone"])
    write = Write(set=changed, data={"fields": sorted(changed)})
    return act(actor, "persons.edit", person_id, lambda row: write, now=now)


def set_duty_status(
    *, actor: Actor, member_id: UUID, status: str, now: datetime | None = None
) -> Done:
    """on_duty or seconded_away. "exempt" comes from an exemption alone, "retired" and
    "left" from `services.leaving`, because more goes with them. Only on_duty makes
    obligations (domain 6.3)."""
    if status not in SETTABLE:
        raise Invalid(
            fields={
                "status": "请选在岗或借调外出；免责期、退休、离开各有一页，请到那里登记。"
            }
        )
    write = Write(set={"duty_status": status}, data={"to": status})
    return act(actor, "members.duty", member_id, lambda row: write, now=now)


def add_exemption(
    *,
    actor: Actor,
    member_id: UUID,
    kind: str,
    valid_from: date,
    valid_to: date | None = None,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """A dated reason without duties; the actor's word is the proof, no medical
    paper (domain 8.12). Errors: kind, valid_from, valid_to."""
    if kind not in EXEMPTION_KINDS:
        raise Invalid(fields={"kind": "请选免责的原因。"})
    checks.period(valid_from, valid_to)
    member = (
        visible(Member.objects.all(), actor, "members.view")
        .filter(pk=member_id)
        .first()
    )
    if member is None:
        raise NotFound
    exemption = Exemption(
        member=member, unit_id=member.unit_id, kind=kind, ticked_by=actor.name,
        path=member.residence_path or member.point_path or member.unit_path,
        valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
    with transaction.atomic():
        done = create(actor, "exemptions.add", exemption, now=now, client_id=client_id)
        _sync([member_id], now)
    return done


def end_exemption(
    *,
    actor: Actor,
    exemption_id: UUID,
    on: date | None = None,
    now: datetime | None = None,
) -> Done:
    """End an exemption; `on` is the first day with duties again. Errors: on."""
    day = on or today(now)

    def decide(row: Mapping[str, Any]) -> Write:
        if row["valid_to"] is not None and row["valid_to"] <= day:
            raise Invalid("这段免责期已经结束了。")
        if day < row["valid_from"]:
            raise Invalid(fields={"on": "结束日期不能早于开始日期。"})
        return Write(set={"valid_to": day})

    reads = ("valid_from", "valid_to", "member_id")
    with transaction.atomic():
        done = act(actor, "exemptions.end", exemption_id, decide, reads=reads, now=now)
        member_id = Exemption.objects.values_list("member_id", flat=True).get(
            pk=exemption_id
        )
        _sync([member_id], now)
    return done


def sync_duty_status(*, now: datetime | None = None) -> int:
    """Every night: exemptions that begin or end today change the status. Returns
    how many members changed."""
    with transaction.atomic():
        return _sync(None, now)


def _sync(member_ids: Sequence[UUID] | None, now: datetime | None) -> int:
    day = today(now)
    running = Exemption.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day
    ).values("member_id")
    members = Member.objects.all()
    if member_ids is not None:
        members = members.filter(pk__in=member_ids)
    begin = members.filter(duty_status="on_duty", pk__in=running)
    end = members.filter(duty_status="exempt").exclude(pk__in=running)
    moved = 0
    for found, status in ((begin, "exempt"), (end, "on_duty")):
        ids = list(found.values_list("pk", flat=True))
        write = Write(set={"duty_status": status}, data={"to": status})
        if ids:
            moved += len(act_many(SYSTEM, "members.duty", ids, write, now=now))
    return moved


def reveal_member(
    *, actor: Actor, member_id: UUID, purpose: str, now: datetime | None = None
) -> str:
    """A member's phone, for a purpose; the look is on record first (domain 9.1)."""
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    member = Member.objects.select_related("person").filter(pk=member_id).first()
    if member is None:
        raise NotFound
    write = Write(reason=purpose, data={"fields": ["phone"]})
    note_event(actor, "members.reveal", member, write, now=now)
    return str(member.person.phone)


def add_resident(
    *,
    actor: Actor,
    call_name: str,
    phone: str = "",
    household_id: UUID | None = None,
    place_id: UUID | None = None,
    language: str = "zh",
    channel: str = "phone",
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Note a resident who wants to be known by name. Errors: call_name, phone."""
    path = _resident_path(actor, household_id, place_id)
    phone = checks.phone(phone)
    resident = Resident(
        path=path, household_id=household_id, language=language, channel=channel,
        call_name=checks.named(call_name, "call_name", "称呼"),
        phone=phone, phone_hash=phone_hash(phone),
    )  # fmt: skip
    return create(actor, "residents.add", resident, now=now, client_id=client_id)


def _resident_path(
    actor: Actor, household_id: UUID | None, place_id: UUID | None
) -> str:
    path: str | None = None
    if household_id:
        homes = visible(Household.objects.all(), actor, "households.view")
        path = homes.filter(pk=household_id).values_list("path", flat=True).first()
    elif place_id:
        path = Place.objects.filter(pk=place_id).values_list("path", flat=True).first()
    if path is None:
        raise Invalid(fields={"household": "没有找到这一户。请核对户号。"})
    return path


def edit_resident(
    *,
    actor: Actor,
    resident_id: UUID,
    changes: Mapping[str, Any],
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change some of: call_name, phone, language, channel."""
    changed = {
        k: changes[k]
        for k in ("call_name", "phone", "language", "channel")
        if k in changes
    }
    if "phone" in changed:
        changed["phone"] = checks.phone(changed["phone"])
        changed["phone_hash"] = phone_hash(changed["phone"])
    write = Write(set=changed, data={"fields": sorted(changed)})
    return act(
        actor,
        "residents.edit",
        resident_id,
        lambda row: write,
        now=now,
        version=version,
    )


def reveal_resident(
    *, actor: Actor, resident_id: UUID, purpose: str, now: datetime | None = None
) -> dict[str, str]:
    """A resident's name to address and phone, for a purpose; on record first."""
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    resident = Resident.objects.filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    write = Write(reason=purpose, data={"fields": ["call_name", "phone"]})
    note_event(actor, "residents.reveal", resident, write, now=now)
    return {"call_name": resident.call_name, "phone": resident.phone}
