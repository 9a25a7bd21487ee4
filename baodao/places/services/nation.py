"""The nation's places from the published list: new ones are added, changed names
become acts, what is there already keeps its id. A second run changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.stream import copy_created, rebuilt, refresh_statistics
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.collecting import paused
from baodao.core.ids import uuid7_texts
from baodao.places import rules
from baodao.places.divisions import Division, check, files_of, read, typed
from baodao.places.models import Place
from baodao.places.services.names import NewName, rename_places

Say = Callable[[str], None]
# The columns that an import gives a new place.
COLUMNS = (
    "id", "code", "path", "level", "kind", "parent_id", "official_name", "name",
    "pinyin", "valid_from",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What an import did: places added, renamed, left as they are; rows of places
    that were closed here (`ended`) or are marked 已撤销 (`withdrawn`); and places
    of ours that the list does not have (`missing`), which it never closes."""

    added: int
    renamed: int
    same: int
    ended: int
    withdrawn: int
    missing: int


class _Here(NamedTuple):
    """A place that is there already."""

    id: UUID
    path: str
    official: str


# From so many new rows on it pays to make the indexes anew.
MANY = 20_000


def import_places(
    *,
    actor: Actor,
    paths: Sequence[Path],
    say: Say = lambda line: None,
    now: datetime | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Bring the tree up to the list in `paths` (CSV files or folders of them), in one
    transaction; `dry_run` only says what would be. Raises Invalid that names the rows to mend; then nothing is written.
    665,000 places take well under a minute."""
    with paused():
        return _import(actor, paths, say, now, dry_run)


def _import(
    actor: Actor, paths: Sequence[Path], say: Say, now: datetime | None, dry_run: bool
) -> Outcome:
    lines = read(files_of(paths))
    say(f"读了{len(lines):,}行，正在核对。")
    here, closed = _open(), _closed()
    kept = [line for line in lines if not closed or not _ended(line.code, closed)]
    checked = check(kept, {code: row.official for code, row in here.items()})
    new, renamed = _differing(checked.names, here)
    say(f"核对好了：新增{len(new):,}个，改名{len(renamed):,}个。")
    if not dry_run:
        with transaction.atomic():
            if new:
                upper = _Upper(checked.names, here)
                _add(actor, typed(new, upper), len(new), here, say, now or clock_now())
            rename_places(actor=actor, wanted=renamed, on=today(now), now=now)
        if len(new) > len(here):
            refresh_statistics(Place, Event)
    found = checked.names
    return Outcome(
        added=len(new),
        renamed=len(renamed),
        same=len(found) - len(new) - len(renamed),
        ended=len(lines) - len(kept),
        withdrawn=checked.withdrawn,
        missing=sum(c not in found and c[:2] in found for c in here),
    )


def _differing(
    names: Mapping[str, str], here: Mapping[str, _Here]
) -> tuple[list[tuple[str, str]], dict[UUID, NewName]]:
    """(code and name of the places to add, new names by id)."""
    differing = [x for x in names.items() if _differs(here.get(x[0]), x[1])]
    known = (x for x in differing if x[0] in here)
    renamed = {
        here[d.code].id: NewName(d.official, d.name, d.pinyin, d.kind)
        for d in typed(known, _Upper(names, here))
    }
    return [x for x in differing if x[0] not in here], renamed


def _differs(row: _Here | None, official: str) -> bool:
    return row is None or row.official != official


class _Upper:
    """The official name of a code: the list's, else what is there."""

    def __init__(self, names: Mapping[str, str], here: Mapping[str, _Here]) -> None:
        self.names, self.here = names, here

    def __call__(self, code: str) -> str:
        return self.names.get(code) or self.here[code].official


def _open() -> dict[str, _Here]:
    """The official places in use, by code."""
    rows = Place.objects.filter(valid_to=None, level__lte=rules.COMMUNITY)
    found = rows.values_list("code", "id", "path", "official_name")
    rows_read = found.iterator(chunk_size=20_000)
    return {code: _Here(pk, path, name) for code, pk, path, name in rows_read}


def _closed() -> set[str]:
    """Codes that were closed here and have not been taken into use again."""
    rows = Place.objects.filter(level__lte=rules.COMMUNITY).exclude(valid_to=None)
    return set(rows.values_list("code", flat=True))


def _ended(code: str, closed: set[str]) -> bool:
    """An older list still has what was merged away here, and what was below it."""
    return any(code[:n] in closed for n in rules.LEVEL_OF_LENGTH if n <= len(code))


def _add(
    actor: Actor,
    new: Iterable[Division],
    n: int,
    here: Mapping[str, _Here],
    say: Say,
    at: datetime,
) -> None:
    """Write the new places with their events, each as it is made."""
    big = n > max(MANY, len(here))
    tables = [t for t in (Place, Event) if big and t._default_manager.count() < n]
    with rebuilt(*tables, say=say):
        rows = _rows(actor, new, n, here, today(at).isoformat())
        copy_created(actor, "places.add", Place, COLUMNS, rows, at=at, say=say)


def _rows(
    actor: Actor, new: Iterable[Division], n: int, here: Mapping[str, _Here], day: str
) -> Iterator[tuple[Any, ...]]:
    """The grant is judged where a place is hung into the tree: what lies below it is
    within the same range."""
    above: dict[str, tuple[Any, str]] = {c: (r.id, r.path) for c, r in here.items()}
    levels = [str(n) for n in range(rules.COMMUNITY + 1)]
    for (code, up, level, kind, official, name, pinyin), pk in zip(
        new, uuid7_texts(n), strict=True
    ):
        parent, path = above.get(up, (None, ""))
        path += code[len(up) :] + "/"
        if parent is None or up in here:
            require(actor, "places.add", {"path": path})
        if level < rules.COMMUNITY:
            above[code] = (pk, path)
        yield (pk, code, path, levels[level], kind, parent, official, name, pinyin, day)
