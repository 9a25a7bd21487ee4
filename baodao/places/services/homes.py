"""Households: registered by number, revealed for a purpose (domain 9.1, 9.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.errors import Invalid, NotFound
from baodao.core.text import pinyin_key
from baodao.places import rules
from baodao.places.constraints import said
from baodao.places.models import (
    FOCUS_GROUPS,
    Household,
    Place,
)
from baodao.places.services.tree import (
    CODE_TAKEN,
    local_place,
    parent_of,
)


def add_household(
    *,
    actor: Actor,
    parent_id: UUID,
    number: int | None = None,
    call_name: str = "",
    address: str = "",
    phone: str = "",
    focus: Sequence[str] = (),
    language: str = "zh",
    remote: bool = False,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Register a household below a community, grid, estate or building. Its place
    in the tree is written with it. Errors: number, focus."""
    parent = parent_of(actor, "households.add", parent_id, rules.HOUSEHOLD)
    place = local_place(parent, rules.HOUSEHOLD, "户", number, now)
    shown = rules.segment(place.code)[1:]
    if number:
        _refuse_taken(parent, number)
    place.name = place.official_name = f"户{shown}"
    place.pinyin = pinyin_key(place.name)
    household = Household(
        place=place, path=place.path, number=shown, call_name=call_name.strip(),
        address=address.strip(), phone=phone.strip(), focus=_focus(focus),
        language=language, remote=remote,
    )  # fmt: skip
    with said(**CODE_TAKEN, household_path_once=("number", "这个户号已经有了。")):
        return create(
            actor, "households.add", household, Write(adds=[place]),
            now=now, client_id=client_id,
        )  # fmt: skip


def _refuse_taken(parent: Place, number: int) -> None:
    lo, hi = path_range(rules.community_path(parent.path))
    shown = f"{number:0{rules.DIGITS[rules.HOUSEHOLD]}d}"
    if Household.objects.filter(path__gte=lo, path__lt=hi, number=shown).exists():
        raise Invalid(fields={"number": f"本社区已经有户{shown}。请换一个户号。"})


def _focus(codes: Sequence[str]) -> list[str]:
    unknown = set(codes) - set(FOCUS_GROUPS)
    if unknown:
        raise Invalid(fields={"focus": "重点人群请从列表里选。"})
    return sorted(codes)


def edit_household(
    *,
    actor: Actor,
    household_id: UUID,
    changes: Mapping[str, Any],
    now: datetime | None = None,
    version: int | None = None,
) -> Done:
    """Change a household's `call_name`, `address`, `phone`, `focus`, `language`,
    `remote`. A field that is not named stays: nobody has to see a phone number in
    order to change the language."""
    known = {"call_name", "address", "phone", "focus", "language", "remote"}
    if set(changes) - known:
        raise Invalid(f"不能改的内容：{'、'.join(sorted(set(changes) - known))}。")
    changed = dict(changes)
    if "focus" in changed:
        changed["focus"] = _focus(changed["focus"])
    write = Write(set=changed, data={"fields": sorted(changed)})
    return act(
        actor,
        "households.edit",
        household_id,
        lambda row: write,
        now=now,
        version=version,
    )


def reveal_household(
    *, actor: Actor, household_id: UUID, purpose: str, now: datetime | None = None
) -> dict[str, str]:
    """Who and where a household is, for a purpose of `rules.PURPOSES`. The look is
    on record before anything is shown (domain 9.1, 9.5)."""
    if purpose not in rules.PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    household = Household.objects.filter(pk=household_id).first()
    if household is None:
        raise NotFound
    shown = {f: getattr(household, f) for f in ("call_name", "address", "phone")}
    write = Write(
        reason=purpose, data={"fields": sorted(k for k, v in shown.items() if v)}
    )
    note_event(actor, "households.reveal", household, write, now=now)
    return shown
