"""New rows by the hundred thousand: what `Batch.create` writes, from plain tuples and
without an instance per row. A test holds both equal (imports of a nation's places)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models

from baodao.acts.actor import Actor
from baodao.acts.copying import copy_lines, sending, text_of
from baodao.acts.models import Event
from baodao.acts.writing import (
    Write,
    column,
    db_value,
    event_for,
    path_of,
    written_fields,
)
from baodao.core.clock import now as clock_now
from baodao.core.ids import uuid7_texts

Row = Sequence[Any]
Say = Callable[[str], None]
PART = 50_000  # rows between two words of progress


def _silent(line: str) -> None:
    """Nobody listens."""


def copy_created(
    actor: Actor,
    action: str,
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Row],
    *,
    at: datetime | None = None,
    say: Say = _silent,
) -> int:
    """Create `rows`, each with its event of `action`; returns how many. `names`: the
    columns that a row gives, "id" first; values are text, numbers, booleans, ids or
    None. All other columns get the model's defaults, which must be constants. For
    models without a flow. The caller judges the grant on the rows, which may be made
    as they are written, and holds the transaction."""
    at = at or clock_now()
    blank = model(created_at=at)
    fields = {f.attname: f for f in written_fields(model)}
    rest = [f for name, f in fields.items() if name not in names]
    tail = [db_value(f, f.value_from_object(blank)) for f in rest]
    columns = [column(fields[n]) for n in names] + [column(f) for f in rest]
    event = event_for(
        actor, action, model, UUID(int=0), path="", states=("", ""), write=Write(), at=at
    )  # fmt: skip
    where = _path_index(model, names)
    rows, n = iter(rows), 0
    with sending():
        # In turn, so that the server has events to take in while rows are made.
        while part := list(islice(rows, PART)):
            copy_lines(model, columns, _lines(part, tail))
            copy_lines(Event, *_events(event, part, where))
            n += len(part)
            say(f"写入{n:,}行")
    return n


def _path_index(model: type[models.Model], names: Sequence[str]) -> int:
    """Where in a row the path of its event is."""
    found = path_of(model, {name: str(i) for i, name in enumerate(names)})
    return int(found) if found else -1


def _events(
    event: Event, rows: Sequence[Row], where: int
) -> tuple[list[str], Iterator[str]]:
    fields = {f.attname: f for f in written_fields(Event)}
    own = ["id", "object_id", "path"]
    rest = [f for name, f in fields.items() if name not in own]
    tail = [db_value(f, f.value_from_object(event)) for f in rest]
    columns = [column(fields[n]) for n in own] + [column(f) for f in rest]
    end = "".join(f"\t{text_of(v)}" for v in tail) + "\n"
    # Ids and paths are plain.
    return columns, (
        f"{pk}\t{row[0]}\t{row[where] if where >= 0 else ''}{end}"
        for pk, row in zip(uuid7_texts(len(rows)), rows, strict=True)
    )


def _lines(rows: Iterable[Row], tail: Sequence[Any]) -> Iterator[str]:
    """Rows as lines of COPY's text format; `tail` is the same in all of them."""
    end = "".join(f"\t{text_of(v)}" for v in tail) + "\n"
    for row in rows:
        # Most text COPY reads as it stands: no tab, line end or backslash in it.
        try:
            plain = "".join(row)
        except TypeError:  # not all of it is text
            plain = "\\"
        own = row if plain.isprintable() and "\\" not in plain else map(text_of, row)
        yield "\t".join(own) + end


@contextmanager
def rebuilt(*tables: type[models.Model], say: Say = _silent) -> Iterator[None]:
    """Take the indexes and foreign keys of `tables` away and make them again at the
    end, in the same transaction: for a load that brings more rows than there are.
    Readers wait meanwhile. The primary key stays."""
    with connection.cursor() as cursor:
        again = [s for model in tables for s in _taken_away(cursor, model)]
    yield
    if again:
        say("正在建索引……")
    with connection.cursor() as cursor:
        if again:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in again:
            cursor.execute(statement)


def _taken_away(cursor: Any, model: type[models.Model]) -> list[str]:
    """Drop them; returns the statements that bring them back."""
    table, quoted = model._meta.db_table, connection.ops.quote_name
    cursor.execute(_PARTS, {"table": table})
    again = []
    for kind, name, definition in cursor.fetchall():
        if kind == "index":
            cursor.execute(f"DROP INDEX {quoted(name)}")
            again.append(definition)
        else:
            head = f"ALTER TABLE {quoted(table)}"
            cursor.execute(f"{head} DROP CONSTRAINT {quoted(name)}")
            again.append(f"{head} ADD CONSTRAINT {quoted(name)} {definition}")
    return again


def refresh_statistics(*tables: type[models.Model]) -> None:
    """Plans made on empty tables would be slow until autovacuum comes by."""
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


_PARTS = """
SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %(table)s::regclass AND contype IN ('u', 'f')
UNION ALL
SELECT 'index', c.relname, pg_get_indexdef(c.oid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %(table)s::regclass AND NOT i.indisprimary AND NOT EXISTS (
  SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('u', 'x'))
"""
