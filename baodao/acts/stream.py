"""New rows by the hundred thousand: what `Batch.create` writes, from plain tuples and
without an instance per row. A test holds both equal (imports of a nation's places)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from baodao.acts.actor import Actor
from baodao.acts.copying import copy_lines, text_of
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
TELL = 100_000  # rows between two words of progress


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
    made: list[tuple[Any, Any]] = []
    kept = _kept(rows, made, _path_index(model, names), say)
    copy_lines(model, columns, _lines(kept, tail))
    event = event_for(
        actor, action, model, UUID(int=0), path="", states=("", ""), write=Write(), at=at
    )  # fmt: skip
    copy_lines(Event, *_events(event, made))
    return len(made)


def _kept(
    rows: Iterable[Row], made: list[tuple[Any, Any]], at: int, say: Say
) -> Iterator[Row]:
    """The rows, noting of each what its event needs: the id and the path."""
    for n, row in enumerate(rows, 1):
        made.append((row[0], row[at] if at >= 0 else ""))
        yield row
        if n % TELL == 0:
            say(f"写入{n:,}行")


def _path_index(model: type[models.Model], names: Sequence[str]) -> int:
    """Where in a row the path of its event is."""
    found = path_of(model, {name: str(i) for i, name in enumerate(names)})
    return int(found) if found else -1


def _events(
    event: Event, made: Sequence[tuple[Any, Any]]
) -> tuple[list[str], Iterator[str]]:
    fields = {f.attname: f for f in written_fields(Event)}
    own = ["id", "object_id", "path"]
    rest = [f for name, f in fields.items() if name not in own]
    tail = [db_value(f, f.value_from_object(event)) for f in rest]
    columns = [column(fields[n]) for n in own] + [column(f) for f in rest]
    ids = uuid7_texts(len(made))
    end = "".join(f"\t{text_of(v)}" for v in tail) + "\n"
    # Ids and paths are plain.
    return columns, (
        f"{pk}\t{of}\t{path}{end}" for pk, (of, path) in zip(ids, made, strict=True)
    )


def _lines(rows: Iterable[Row], tail: Sequence[Any]) -> Iterator[str]:
    """Rows as lines of COPY's text format; `tail` is the same in all of them."""
    end = "".join(f"\t{text_of(v)}" for v in tail) + "\n"
    for row in rows:
        # Most text COPY reads as it stands: no tab, line end or backslash in it.
        yield (
            "\t".join([
                v if type(v) is str and v.isprintable() and "\\" not in v else text_of(v)
                for v in row
            ])
            + end
        )  # fmt: skip


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
