"""Drafting a change, correcting it, carrying it out or dropping it. One act each; the
carrying out is many, in one transaction (`carry`)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.places import rules
from baodao.places.changes.carry import carry_out
from baodao.places.changes.plan import Spec, place_above, title
from baodao.places.changes.preview import (
    change,
    names_of_codes,
    preview_of,
    spec_of,
)
from baodao.places.models import Place, PlaceChange

# Beyond so many rows the work is done in the background.
AT_ONCE = 4_000
FAR = "这样的调整牵涉到您负责的范围以外。请由管着双方的上级来做。"


def draft_change(
    *, actor: Actor, kind: str, place_id: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Begin a change of a place. Errors: kind, olds."""
    if kind not in rules.CHANGE_KINDS:
        raise Invalid(fields={"kind": "请选调整的种类。"})
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.level not in rules.CHANGE_LEVELS:
        raise Invalid(
            fields={"olds": "请选一个在用的地市、县、乡镇、社区（村）或网格。"}
        )
    spec = Spec(kind, (place.code,))
    row = PlaceChange(
        kind=kind, on=today(now), plan=spec.stored(), by_name=actor.name,
        path=place_above([place.code]), title=title(spec, {place.code: place.name}),
    )  # fmt: skip
    if not can(actor, "changes.draft", row):
        raise Invalid(fields={"olds": FAR})
    write = Write(data={"kind": kind})
    return create(actor, "changes.draft", row, write, now=now, client_id=client_id)


def edit_change(
    *,
    actor: Actor,
    change_id: UUID,
    spec: Spec,
    on: date,
    reason: str,
    now: datetime | None = None,
) -> Done:
    """Say what is to be done, from which day, and on what ground. The places must all
    be the actor's to decide about. Errors: olds, on."""
    codes = _named(spec)
    path = place_above(codes)
    if not can(actor, "changes.edit", {"path": path}):
        raise Invalid(fields={"olds": FAR})
    if on > date(today(now).year + 2, 12, 31):
        raise Invalid(fields={"on": "生效日期太远了。请核对年份。"})
    changed = {
        "plan": spec.stored(),
        "path": path,
        "on": on,
        "reason": reason.strip(),
        "title": title(spec, names_of_codes(codes)),
    }
    data = {"olds": list(spec.olds), "into": spec.into, "on": on.isoformat()}
    write = Write(set=changed, data=data)
    return act(actor, "changes.edit", change_id, lambda row: write, now=now)


def _named(spec: Spec) -> list[str]:
    """The codes a decision names. Raises Invalid for what is no code at all."""
    named = {
        "olds": list(spec.olds),
        "into": [spec.into],
        "parts": [p.code.strip() for p in spec.parts],
    }
    for field, codes in named.items():
        for code in codes:
            if code and not rules.is_code(code):
                raise Invalid(fields={field: f"“{code}”不是区划代码。请核对位数。"})
    return [code for codes in named.values() for code in codes if code]


def set_codes(
    *,
    actor: Actor,
    change_id: UUID,
    codes: Mapping[str, str],
    now: datetime | None = None,
) -> Done:
    """Give places that go along other codes than the proposed ones ("" takes a code
    back). Raises Invalid, with the old code as the field, when the whole no longer
    fits; then nothing is kept."""
    row = change(actor, change_id)
    spec = spec_of(row)
    kept = {k: v for k, v in {**spec.codes, **_trimmed(codes)}.items() if v}
    row.plan = {**row.plan, "codes": kept}
    if problem := preview_of(row, now or clock_now()).problem:
        raise problem
    return _replan(actor, row, {"codes": sorted(codes)}, now)


def assign_children(
    *,
    actor: Actor,
    change_id: UUID,
    assign: Mapping[str, int],
    now: datetime | None = None,
) -> Done:
    """Say which part of a split place each child goes to."""
    row = change(actor, change_id)
    row.plan = {**row.plan, "assign": {**spec_of(row).assign, **assign}}
    return _replan(actor, row, {"assigned": sorted(assign)}, now)


def _trimmed(codes: Mapping[str, str]) -> dict[str, str]:
    return {old: new.strip() for old, new in codes.items()}


def _replan(
    actor: Actor, row: PlaceChange, data: Mapping[str, Any], now: datetime | None
) -> Done:
    write = Write(set={"plan": row.plan}, data=data)
    return act(
        actor, "changes.edit", row.pk, lambda _: write, now=now, version=row.version
    )


def start_change(
    *, actor: Actor, change_id: UUID, seen: str, now: datetime | None = None
) -> Done:
    """Carry a draft out: at once, or in the background when it is big (then the
    state stays "running"). `seen`: the digest of what was shown; when something has
    changed since, nothing is done. Errors: on, reason; raises Conflict."""
    row = change(actor, change_id)
    at = now or clock_now()
    if row.state != "draft":
        raise Conflict("这项调整已经执行或放弃了。请回到列表看最新的情况。")
    if row.on > today(at):
        raise Invalid(fields={"on": "还没有到生效日期。到了那一天再来执行。"})
    if not row.reason:
        raise Invalid(fields={"reason": "请写调整的依据，如批复的文号。"})
    shown = preview_of(row, at)
    if shown.problem:
        raise shown.problem
    if shown.digest != seen:
        raise Conflict("这些地方刚刚有变动，和您看到的不一样了。请再看一遍预览。")
    if shown.size > AT_ONCE:
        job = ("places.carry_out", {"change_id": str(change_id), "seen": seen})
        write = Write(data={"size": shown.size}, job=job)
        return act(actor, "changes.start", change_id, lambda _: write, now=at)
    with transaction.atomic():
        act(actor, "changes.start", change_id, now=at)
        return carry_out(actor=actor, change_id=change_id, now=at)


def drop_change(*, actor: Actor, change_id: UUID, now: datetime | None = None) -> Done:
    """A draft that is not to be."""
    return act(actor, "changes.drop", change_id, now=now)


def give_up(
    *, actor: Actor, change_id: UUID, why: str, now: datetime | None = None
) -> Done:
    """The background could not do it: a draft again, with the sentence that says why."""
    write = Write(set={"left": [[why, 0]]})
    return act(actor, "changes.fail", change_id, lambda _: write, now=now)
