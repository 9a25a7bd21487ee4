"""What a place decides for itself and below: settings, days of the work calendar,
pauses (domain 3.9, 8.20)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Invalid, NotFound
from baodao.places import rules, values
from baodao.places.constraints import said
from baodao.places.models import (
    LocalDay,
    Pause,
    Setting,
)
from baodao.places.services.tree import named


def set_setting(
    *,
    actor: Actor,
    path: str,
    key: str,
    value: str,
    reason: str,
    now: datetime | None = None,
) -> Done:
    """Set `key` for a place and below from what a person typed. Errors: key,
    value, reason."""
    parsed = values.parse(key, value)
    return _write_setting(actor, path, key, parsed, reason, False, now)


def remove_setting(
    *, actor: Actor, path: str, key: str, reason: str, now: datetime | None = None
) -> Done:
    """Take a place's own value back: the value of the place above holds again."""
    row = Setting.objects.filter(path=path, key=key, removed=False).first()
    if row is None:
        raise NotFound("这一项在这里没有单独设过。")
    return _write_setting(actor, path, key, row.value, reason, True, now)


def _write_setting(
    actor: Actor,
    path: str,
    key: str,
    value: Any,
    reason: str,
    removed: bool,
    now: datetime | None,
) -> Done:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写理由，方便以后的同事明白。"})
    at = now or clock_now()
    changed = {
        "value": value,
        "set_by": actor.name,
        "reason": reason.strip(),
        "set_at": at,
        "removed": removed,
    }
    data = {"key": key, "value": None if removed else value}
    row = Setting.objects.filter(path=path, key=key).first()
    if row is None:
        new = Setting(path=path, key=key, **changed)
        return create(actor, "settings.set", new, Write(data=data), now=now)
    return act(
        actor, "settings.set", row.pk, lambda _: Write(set=changed, data=data), now=now
    )


def add_local_day(
    *,
    actor: Actor,
    path: str,
    day: date,
    kind: str,
    name: str,
    now: datetime | None = None,
) -> Done:
    """A day off or a working day that differs from the national calendar, for a
    place and below. Errors: kind, name, day."""
    if kind not in LocalDay.KINDS:
        raise Invalid(fields={"kind": "请选休息或上班。"})
    local = LocalDay(path=path, day=day, kind=kind, name=named(name))
    sentence = f"{day.month}月{day.day}日在这里已经定过了。请先删掉再重新定。"
    with said(local_day_once=("day", sentence)):
        return create(
            actor,
            "days.set",
            local,
            Write(data={"day": str(day), "kind": kind}),
            now=now,
        )


def remove_local_day(
    *, actor: Actor, day_id: UUID, now: datetime | None = None
) -> Done:
    """Take a local day back: the calendar of the place above holds again."""
    return act(
        actor, "days.remove", day_id, lambda row: Write(set={"removed": True}), now=now
    )


def check_pause(
    actor: Actor, start: datetime, end: datetime | None, reason: str, now: datetime
) -> None:
    """Raise Invalid for a pause that may not be: without a reason, without length, or
    dated back so far that it would hide what is late."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写暂停的理由，居民会看到。"})
    if end is not None and end <= start:
        raise Invalid(fields={"end": "结束时间要在开始以后。"})
    if start < rules.pause_from(actor.role, now):
        county = actor.role in rules.SETTING_ACTIONS["set"][1]
        far = "24小时以前" if county else "今天0点，更早的请报县（区）"
        raise Invalid(fields={"start": f"开始时间不能早于{far}。以前的超时照常算。"})


def open_pause(
    *,
    actor: Actor,
    path: str,
    start: datetime,
    end: datetime | None = None,
    reason: str,
    now: datetime | None = None,
) -> Done:
    """Stop the clocks of a place and below from `start` on, until `end` or until
    somebody ends it. Errors: end, reason, start."""
    check_pause(actor, start, end, reason, now or clock_now())
    pause = Pause(path=path, start=start, end=end, reason=reason.strip())
    overlap = ("start", "这段时间这里已经有一个暂停。请先结束它，或改时间。")
    with said(pause_no_overlap_at_one_place=overlap):
        return create(actor, "pauses.open", pause, now=now)


def end_pause(*, actor: Actor, pause_id: UUID, now: datetime | None = None) -> Done:
    """Let the clocks of a pause go on from now. A pause that has not begun ends as
    it begins and counts nothing."""
    at = now or clock_now()

    def decide(row: Mapping[str, Any]) -> Write:
        if row["end"] is not None and row["end"] <= at:
            raise Invalid("这个暂停已经结束了。")
        least = row["start"] + timedelta(seconds=1)
        return Write(set={"end": max(at, least)})

    return act(actor, "pauses.end", pause_id, decide, reads=("start", "end"), now=now)
