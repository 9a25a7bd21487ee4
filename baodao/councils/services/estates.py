"""The four estate roles (L22) as role ties with terms, and the log of organised life in
an estate (L23)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.councils import rules
from baodao.councils.models import EstateNote
from baodao.people.models import RoleTie
from baodao.people.services.roles import end_role, give_role
from baodao.places.models import Place
from baodao.places.rules import BUILDING, ESTATE

LEVEL = {
    "instructor": ESTATE, "compound_branch_secretary": ESTATE,
    "building_group_leader": BUILDING, "center_household": BUILDING,
}  # fmt: skip


def appoint(
    *, actor: Actor, role: str, place_id: UUID, person_id: UUID,
    valid_from: date | None = None, valid_to: date | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Somebody takes the role for a term (three years unless said otherwise). Errors:
    role, place, valid_from, valid_to."""
    if role not in rules.ESTATE_ROLES:
        raise Invalid(fields={"role": "请选指导员、支部书记、小组长或中心户。"})
    start = valid_from or today(now)
    return give_role(
        actor=actor, person_id=person_id, role=role, place_id=place_id,
        valid_from=start, valid_to=valid_to or rules.term_end(start), now=now,
        client_id=client_id,
    )  # fmt: skip


def tie_of(tie_id: UUID) -> RoleTie:
    """One of the four roles with its person and place. Raises NotFound."""
    found = RoleTie.objects.filter(pk=tie_id, role__in=rules.ESTATE_ROLES)
    tie = found.select_related("person", "place").first()
    if tie is None:
        raise NotFound
    return tie


def renew(
    *, actor: Actor, tie_id: UUID, valid_to: date | None = None,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another term that begins when this one ends. Errors: valid_to."""
    tie = tie_of(tie_id)
    require(actor, "roles.view", tie)
    start = max(tie.valid_to or today(now), today(now))
    assert tie.place_id
    later = RoleTie.objects.filter(
        person=tie.person_id, role=tie.role, path=tie.path, valid_from__gte=start
    )
    if later.exists():
        raise Conflict("已经续任了，不用再办。")
    return appoint(
        actor=actor, role=tie.role, place_id=tie.place_id, person_id=tie.person_id,
        valid_from=start, valid_to=valid_to or rules.term_end(start), now=now,
    )  # fmt: skip


def end(
    *, actor: Actor, tie_id: UUID, on: date | None = None, now: datetime | None = None
) -> Done:
    """The role ends; its place is vacant. A further term that was given falls away
    with it. Errors: on."""
    tie = tie_of(tie_id)
    day = on or today(now)
    later = RoleTie.objects.filter(
        person=tie.person_id, role=tie.role, path=tie.path, valid_from__gt=day
    ).exclude(pk=tie_id)
    with transaction.atomic():
        done = end_role(actor=actor, tie_id=tie_id, on=on, now=now)
        for pk in list(later.values_list("pk", flat=True)):
            end_role(actor=actor, tie_id=pk, on=day, now=now)
    return done


# --- organised life -------------------------------------------------------------------


def note(
    *, actor: Actor, place_id: UUID, kind: str, on: date, attended: int, text: str,
    advice: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Write down one occasion in an estate; somebody else confirms it. Errors: place,
    kind, on, attended, text."""
    place = Place.objects.filter(pk=place_id, valid_to=None, level=ESTATE).first()
    if place is None:
        raise Invalid(fields={"place": "请选小区。"})
    row = EstateNote(
        place=place, path=place.path, made_by=actor.person_id, made_name=actor.name,
        kind=kind, on=on, **_said(attended, text, advice),
    )  # fmt: skip
    require(actor, "estate_notes.note", row)
    _check(kind, on, today(now))
    return create(actor, "estate_notes.note", row, now=now, client_id=client_id)


def _said(attended: int, text: str, advice: str) -> dict[str, Any]:
    wrong = {}
    if not text.strip():
        wrong["text"] = "请写内容。"
    if found := private_numbers(f"{text} {advice}"):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if attended < 1:
        wrong["attended"] = "请写参加人数。"
    if wrong:
        raise Invalid(fields=wrong)
    return {"attended": attended, "text": text.strip(), "advice": advice.strip()}


def _check(kind: str, on: date, day: date) -> None:
    if kind not in rules.NOTE_KINDS:
        raise Invalid(fields={"kind": "请选种类。"})
    if on > day:
        raise Invalid(fields={"on": "这一天还没到。请选今天或以前。"})


def note_of(pk: UUID) -> EstateNote:
    """The row with its estate. Raises NotFound."""
    row = EstateNote.objects.select_related("place").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def confirm(*, actor: Actor, note_id: UUID, now: datetime | None = None) -> Done:
    """The community says that it was so."""
    return act(actor, "estate_notes.confirm", note_id, now=now)


def give_back(
    *, actor: Actor, note_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Something is missing. Errors: reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写要补充什么，记录人看得到。"})
    write = Write(notes=[("unit", reason)])
    return act(actor, "estate_notes.return", note_id, lambda _: write, now=now)


def amend(
    *, actor: Actor, note_id: UUID, kind: str, on: date, attended: int, text: str,
    advice: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """Send it again with what was missing. Errors: as `note`."""
    _check(kind, on, today(now))
    said = _said(attended, text, advice)

    def decide(row: Mapping[str, Any]) -> Write:
        return Write(set={"kind": kind, "on": on, **said, "made_by": actor.person_id})

    return act(actor, "estate_notes.amend", note_id, decide, now=now)
