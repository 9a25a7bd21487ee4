"""people, the nouns: units, members, residents, roles and accounts under one's own
access, and why a place may not be closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from baodao.acts.access import path_range, visible, within
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people import roles
from baodao.people.auth import phone_hash
from baodao.people.models import (
    Account,
    ContactTie,
    Exemption,
    Member,
    PartyOrg,
    Person,
    Resident,
    RoleTie,
    Unit,
    UnitName,
)
from baodao.places import search
from baodao.places.models import Place


def current(on: date | None = None) -> Q:
    """[valid_from, valid_to) holds on a day."""
    day = on or today()
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def on_roster(path: str, name: str) -> bool:
    """Whether somebody of that name holds a role, or is a member who lives or has the
    contact point, in the township of a place: a name on a paper is a person's."""
    there = path_range("/".join(path.split("/")[:4]) + "/")
    ties = RoleTie.objects.filter(current(), within("path", [there]), person__name=name)
    home = within("residence_path", [there]) | within("point_path", [there])
    members = Member.objects.filter(home, person__name=name, duty_status="on_duty")
    return ties.exists() or members.exists()


# --- units ----------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFilter:
    """What the address of the list says. `seat`: a path; `point`: the path of a
    place at or below which the unit's contact point lies."""

    text: str = ""
    kind: str = ""
    affiliation: str = ""
    function: str = ""
    seat: str = ""
    point: str = ""
    no_point: bool = False
    closed: bool = False


UNIT_ORDER = {"name": "pinyin", "seat": "path", "-members": "-member_count"}


def units(actor: Actor, wanted: UnitFilter, order: str = "name") -> QuerySet[Unit]:
    """Units in the actor's sight, with their seat and number of members."""
    found = visible(Unit.objects.all(), actor, "units.view")
    found = (
        found.exclude(valid_to=None) if wanted.closed else found.filter(valid_to=None)
    )
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.affiliation:
        found = found.filter(affiliation=wanted.affiliation)
    if wanted.function:
        found = found.filter(functions__contains=[wanted.function])
    if wanted.no_point:
        found = found.filter(point_path=None)
    for column, path in (("path", wanted.seat), ("point_path", wanted.point)):
        if path:
            lo, hi = path_range(path)
            found = found.filter(**{f"{column}__gte": lo, f"{column}__lt": hi})
    found = _find_units(found, wanted.text)
    on_books = Count("members", filter=~Q(members__duty_status="left"))
    found = found.select_related("seat", "successor").annotate(member_count=on_books)
    return found.order_by(UNIT_ORDER.get(order, "pinyin"), "pk")


def _find_units(found: QuerySet[Unit], text: str) -> QuerySet[Unit]:
    text = text.strip()
    code = text.upper().replace(" ", "")
    if len(code) == 18 and code.isalnum() and code.isascii():
        return found.filter(uscc=code)
    return search.matching(found, text) if text else found


def unit(actor: Actor, unit_id: UUID) -> Unit:
    """One unit with its party organisations and contact ties. Raises NotFound."""
    found = visible(Unit.objects.filter(pk=unit_id), actor, "units.view")
    ties = ContactTie.objects.select_related("point", "point__parent")
    row = (
        found.select_related("seat", "successor")
        .prefetch_related(
            Prefetch(
                "party_orgs",
                PartyOrg.objects.select_related("superior").order_by("created_at"),
            ),
            Prefetch("contact_ties", ties.order_by("valid_to", "valid_from")),
            "former_names",
        )
        .first()
    )
    if row is None:
        raise NotFound
    return row


def predecessors(actor: Actor, unit_id: UUID) -> QuerySet[Unit]:
    """Units that ended in this one, the last first (domain 8.7)."""
    found = visible(Unit.objects.filter(successor_id=unit_id), actor, "units.view")
    return found.order_by("-valid_to", "pinyin")


def found_by_former_name(ids: Sequence[UUID], text: str) -> dict[UUID, UnitName]:
    """For the rows of a search: the name a unit had that the text is found in."""
    if not text.strip():
        return {}
    found = UnitName.objects.filter(unit__in=ids).filter(
        Q(name__icontains=text.strip()) | Q(short_name__icontains=text.strip())
    )
    return {row.unit_id: row for row in found.order_by("valid_to")}


def name_on(unit: Unit, day: date) -> str:
    """The name a unit had on a day (domain 8.6), for what is printed of that day."""
    past = unit.former_names.filter(valid_from__lte=day, valid_to__gt=day).first()
    return past.name if past else unit.name


def points_without_unit(actor: Actor) -> QuerySet[Place]:
    """Contact points to which no unit is tied."""
    tied = ContactTie.objects.filter(current(), point=OuterRef("pk"))
    found = visible(Place.objects.all(), actor, "places.view")
    found = found.filter(~Exists(tied), is_contact_point=True, valid_to=None)
    return found.select_related("parent").order_by("path")


def units_at(path: str) -> QuerySet[Unit]:
    """Open units tied to a contact point at or below `path`."""
    lo, hi = path_range(path)
    tied = ContactTie.objects.filter(
        current(), unit=OuterRef("pk"), path__gte=lo, path__lt=hi
    )
    found = Unit.objects.filter(Exists(tied), valid_to=None)
    return found.order_by("pinyin")


def orgs_for_superior(actor: Actor) -> QuerySet[PartyOrg]:
    """Party organisations one may choose as a superior."""
    return visible(PartyOrg.objects.all(), actor, "orgs.view").order_by("name")


# --- members --------------------------------------------------------------------


@dataclass(frozen=True)
class MemberFilter:
    """What the address of the list says. `residence`: a path; `reported`: "" for
    all, "no_residence", "no_point" or "none" for who has not reported there."""

    text: str = ""
    unit_id: UUID | None = None
    residence: str = ""
    skill: str = ""
    status: str = ""
    kind: str = ""
    reported: str = ""


MEMBER_ORDER = {"name": "person__pinyin", "no": "volunteer_no", "unit": "unit__pinyin"}
_NOT_REPORTED = {
    "no_residence": Q(residence=None),
    "no_point": Q(point=None),
    "none": Q(residence=None, point=None),
}


def members(
    actor: Actor, wanted: MemberFilter, order: str = "name"
) -> QuerySet[Member]:
    """Members in the actor's sight; without those who have left, unless asked."""
    found = visible(Member.objects.all(), actor, "members.view")
    if wanted.status:
        found = found.filter(duty_status=wanted.status)
    else:
        found = found.exclude(duty_status="left")
    if wanted.unit_id:
        found = found.filter(unit_id=wanted.unit_id)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.skill:
        found = found.filter(skills__contains=[wanted.skill])
    if wanted.residence:
        lo, hi = path_range(wanted.residence)
        found = found.filter(residence_path__gte=lo, residence_path__lt=hi)
    if wanted.reported in _NOT_REPORTED:
        found = found.filter(_NOT_REPORTED[wanted.reported])
    if wanted.text.strip():
        found = _find_members(found, wanted.text.strip())
    return _with_names(found).order_by(MEMBER_ORDER.get(order, "person__pinyin"), "pk")


def _find_members(found: QuerySet[Member], text: str) -> QuerySet[Member]:
    if text.replace("-", "").isdigit():
        return found.filter(
            Q(volunteer_no__startswith=text) | Q(person__phone_hash=phone_hash(text))
        )
    return search.matching(found, text, name="person__name", pinyin="person__pinyin")


def _with_names(found: QuerySet[Member]) -> QuerySet[Member]:
    related = found.select_related("person", "unit", "residence", "point", "party_org")
    return related.defer("person__phone")


def member(actor: Actor, member_id: UUID) -> Member:
    """One member with exemptions, newest first. Raises NotFound."""
    found = visible(Member.objects.filter(pk=member_id), actor, "members.view")
    past = Prefetch("exemptions", Exemption.objects.order_by("-valid_from"))
    row = _with_names(found).prefetch_related(past).first()
    if row is None:
        raise NotFound
    return row


def candidates(
    path: str, *, skills: Sequence[str] = (), unit_id: UUID | None = None
) -> QuerySet[Member]:
    """Members on duty who could serve at `path`: of the unit, or reported there
    (either channel), with one of `skills` if any are named."""
    lo, hi = path_range(path)
    here = Q(residence_path__gte=lo, residence_path__lt=hi) | Q(
        point_path__gte=lo, point_path__lt=hi
    )
    found = Member.objects.filter(duty_status="on_duty")
    found = found.filter(unit_id=unit_id) if unit_id else found.filter(here)
    if skills:
        found = found.filter(skills__overlap=list(skills))
    return _with_names(found).order_by("person__pinyin", "pk")


# --- residents ------------------------------------------------------------------


def residents(actor: Actor, text: str = "") -> QuerySet[Resident]:
    """Residents in the actor's sight; `text` is a whole phone number or a
    household number, since names are sealed."""
    found = visible(Resident.objects.all(), actor, "residents.view")
    text = text.strip().removeprefix("户")
    if text.isdigit():
        found = found.filter(
            Q(household__number=text.zfill(4)) | Q(phone_hash=phone_hash(text))
        )
    elif text:
        found = found.none()
    return found.select_related("household__place__parent__parent").order_by(
        "path", "pk"
    )


def resident(actor: Actor, resident_id: UUID) -> Resident:
    found = visible(Resident.objects.filter(pk=resident_id), actor, "residents.view")
    row = found.select_related("household__place__parent").first()
    if row is None:
        raise NotFound
    return row


# --- persons, roles, accounts ---------------------------------------------------


def persons(actor: Actor, text: str) -> QuerySet[Person]:
    """Persons by name, pinyin or whole phone number, to choose from."""
    found = visible(Person.objects.defer("phone"), actor, "persons.view")
    text = text.strip()
    if text.replace(" ", "").isdigit():
        return found.filter(phone_hash=phone_hash(text)).order_by("pinyin", "pk")
    return (
        search.matching(found, text).order_by("pinyin", "pk") if text else found.none()
    )


@dataclass(frozen=True)
class RoleFilter:
    """`role`: a code; `when`: "" for now, "past", "soon" for the next 60 days."""

    text: str = ""
    role: str = ""
    when: str = ""


def role_ties(actor: Actor, wanted: RoleFilter) -> QuerySet[RoleTie]:
    """Roles in the actor's sight."""
    found = visible(RoleTie.objects.all(), actor, "roles.view")
    day = today()
    if wanted.when == "past":
        found = found.filter(valid_to__lte=day)
    elif wanted.when == "soon":
        soon = date.fromordinal(day.toordinal() + 60)
        found = found.filter(valid_to__gt=day, valid_to__lte=soon)
    else:
        found = found.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.text.strip():
        found = search.matching(
            found, wanted.text, name="person__name", pinyin="person__pinyin"
        )
    related = found.select_related("person", "place", "unit").defer("person__phone")
    return related.order_by("role", "path", "person__pinyin", "pk")


def roles_of_unit(unit_id: UUID) -> list[RoleTie]:
    """Who holds a role for a unit now: its secretary and liaison."""
    found = RoleTie.objects.filter(current(), unit_id=unit_id)
    return list(found.select_related("person").defer("person__phone").order_by("-role"))


def roles_at(path: str) -> list[RoleTie]:
    """Who holds a role for exactly this place now."""
    found = RoleTie.objects.filter(current(), path=path, unit=None)
    return list(found.select_related("person").defer("person__phone").order_by("role"))


def givable(actor: Actor) -> list[tuple[str, str]]:
    """(code, title) of the roles the actor may give, in the order of the table."""
    return [
        (c, r.title) for c, r in roles.ROLES.items() if roles.may_give(actor.role, c)
    ]


def accounts(actor: Actor, text: str = "", status: str = "") -> QuerySet[Account]:
    """Accounts in the actor's sight, by name of the person or of the account."""
    found = visible(Account.objects.all(), actor, "accounts.view")
    if status == "disabled":
        found = found.filter(is_active=False)
    elif status == "first":
        found = found.filter(must_change_password=True)
    text = text.strip()
    if text:
        by_name = search.matching(
            found, text, name="person__name", pinyin="person__pinyin"
        )
        found = found.filter(
            Q(pk__in=by_name.values("pk")) | Q(username__startswith=text)
        )
    now_held = Prefetch(
        "person__role_ties",
        RoleTie.objects.filter(current()).select_related("place", "unit"),
    )
    related = found.select_related("person__member").defer("person__phone", "password")
    return related.prefetch_related(now_held).order_by("person__pinyin", "pk")


def place_of(actor: Actor) -> str:
    """The place that answers for what an actor does: their own, else the seat of
    their unit."""
    if actor.path is not None or actor.unit_id is None:
        return actor.path or ""
    found = Unit.objects.filter(pk=actor.unit_id).values_list("path", flat=True)
    return found.first() or ""


# --- what hangs on a place ------------------------------------------------------


def why_not_unpoint(place: Place) -> str:
    """A sentence while units are tied to a contact point, else ""."""
    n = ContactTie.objects.filter(current(), point=place).count()
    return f"还有{n}个单位联系{place.name}。请先结束或转走，再改。" if n else ""


def why_not_close(place: Place) -> str:
    """A sentence while something of ours is open at a place or below it, else ""."""
    if sentence := why_not_unpoint(place):
        return sentence
    lo, hi = path_range(place.path)
    inside = {"path__gte": lo, "path__lt": hi}
    seats = Unit.objects.filter(valid_to=None, **inside).count()
    homes = (
        Member.objects.filter(residence_path__gte=lo, residence_path__lt=hi)
        .exclude(duty_status="left")
        .count()
    )
    ties = RoleTie.objects.filter(current(), unit=None, **inside).count()
    for n, what in (
        (seats, "个单位驻在"),
        (homes, "名党员住在"),
        (ties, "个角色还管着"),
    ):
        if n:
            return f"还有{n}{what}{place.name}。请先转走，再停用。"
    return ""
