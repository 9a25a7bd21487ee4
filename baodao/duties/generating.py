"""Duties made from sources and windows, by COPY and only those that are not there yet:
a year of a hundred thousand members is two million rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import Actor, consequence_of
from baodao.acts.copying import copy_columns
from baodao.acts.engine import create
from baodao.acts.writing import Write
from baodao.core.collecting import paused
from baodao.core.ids import uuid7s
from baodao.core.locks import one_at_a_time
from baodao.duties import rules
from baodao.duties.cadence import Window
from baodao.duties.models import Duty, DutyRun

PART = 5_000  # sources whose duties are made together


class Source(NamedTuple):
    """What duties follow from. `pattern` names its list of windows; only windows that
    end on or after `valid_from` and begin before `valid_to` are owed."""

    id: UUID
    pattern: str
    path: str
    place_id: UUID
    member_id: UUID | None = None
    unit_id: UUID | None = None
    valid_from: date = date.min
    valid_to: date = date.max


def generate(
    *, actor: Actor, kind: str, source_kind: str, sources: Sequence[Source],
    windows: Mapping[str, Sequence[Window]], path: str = "", now: datetime | None = None,
) -> int:  # fmt: skip
    """Write the duties that are not there yet; returns how many. The same call again
    writes nothing. `path`: the place whose duties these are, for the run's event."""
    if kind not in rules.KINDS:
        raise ValueError(f"duty kind {kind} is not registered")
    made = 0
    with transaction.atomic(), paused():
        one_at_a_time(f"duties:{kind}")
        for start in range(0, len(sources), PART):
            made += _part(kind, source_kind, sources[start : start + PART], windows)
        if made:
            _note(actor, kind, path, len(sources), windows, made, now)
    return made


def owed(source: Source, window: Window) -> bool:
    """Whether a source owes this window at all."""
    return (
        window.due_on >= source.valid_from
        and window.opens_on < source.valid_to
        and (window.owed_from is None or source.valid_from <= window.owed_from)
    )


def _part(
    kind: str, source_kind: str, sources: Sequence[Source],
    windows: Mapping[str, Sequence[Window]],
) -> int:  # fmt: skip
    there = Duty.objects.filter(kind=kind, source_id__in=[s.id for s in sources])
    known = set(there.values_list("source_id", "key").iterator(chunk_size=20_000))
    new = [
        (s, w)
        for s in sources
        for w in windows[s.pattern]
        if owed(s, w) and (s.id, w.key) not in known
    ]
    if new:
        columns = {"kind": kind, "source_kind": source_kind, **_columns(new)}
        copy_columns(Duty, columns, len(new))
    return len(new)


def _columns(new: Iterable[tuple[Source, Window]]) -> dict[str, list[Any]]:
    rows = [
        (s.id, w.key, w.title, s.path, s.place_id, s.member_id, s.unit_id, w.opens_on, w.due_on)
        for s, w in new
    ]  # fmt: skip
    names = (
        "source_id", "key", "title", "path", "place_id", "member_id", "unit_id",
        "opens_on", "due_on",
    )  # fmt: skip
    columns = zip(names, map(list, zip(*rows, strict=True)), strict=True)
    return {"id": uuid7s(len(rows)), **dict(columns)}


def _note(
    actor: Actor, kind: str, path: str, sources: int,
    windows: Mapping[str, Sequence[Window]], made: int, now: datetime | None,
) -> None:  # fmt: skip
    """One act for the run: a duty follows from its source, whose own acts are on
    record; two million events would say nothing more."""
    days = [
        d for each in windows.values() for w in each for d in (w.opens_on, w.due_on)
    ]
    run = DutyRun(
        kind=kind,
        path=path,
        first=min(days),
        last=max(days),
        sources=sources,
        made=made,
    )
    write = Write(data={"kind": kind, "made": made})
    create(consequence_of(actor), "duty_runs.add", run, write, now=now)
