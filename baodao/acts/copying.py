"""COPY of many rows that are given column by column, in PostgreSQL's text format.

A hundred thousand rows are mostly the same few values again and again. So a column is
turned into text as a whole, each distinct value once, what is the same in all rows is
part of the line's pattern, and the server reads one block while the next is made.
Tests hold it equal to single inserts."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import groupby, islice
from operator import itemgetter
from queue import Queue
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import Connection
from psycopg import sql as psql
from psycopg.types.json import Json, Jsonb

from baodao.acts.writing import column, db_value, written_fields
from baodao.core.fields import CText
from baodao.core.ids import uuid7s

M = models.Model
Field: TypeAlias = "models.Field[Any, Any]"
# Column by column: a list with a value for each row, or one value for all of them (of
# an array column: a tuple). Names are those of the attributes (`unit_id`, not `unit`).
Given = Mapping[str, Any]
BLOCK = 2_000  # lines written at a time
QUEUED = 32  # blocks made before they are sent
SAMPLE = 1_000  # values that show whether a column repeats itself
# Statement and block; None is the end.
Pipe: TypeAlias = Queue[tuple[psql.Composable, bytes] | None]
_outer: ContextVar[Pipe | None] = ContextVar("outer", default=None)
# Fields whose Python values go to the database as they are.
_PLAIN = (
    models.TextField, CText, models.UUIDField, models.DateField, models.DateTimeField,
    models.IntegerField, models.SmallIntegerField, models.BooleanField,
    models.FloatField, models.ForeignKey, models.OneToOneField, ArrayField,
)  # fmt: skip
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_columns(model: type[M], given: Given, n: int) -> None:
    """Write `n` rows; what is not given has the model's default, an id is made.
    Raises ValueError for a column that the model does not have."""
    fields = written_fields(model)
    unknown = set(given) - {f.attname for f in fields}
    if unknown:
        raise ValueError(f"{model.__name__} has no {unknown}")
    if "id" not in given:
        given = {"id": uuid7s(n), **given}
    lines = _lines([(f, given.get(f.attname, _default(f))) for f in fields])
    copy_lines(model, [column(f) for f in fields], lines)


def copy_lines(model: type[M], columns: Sequence[str], lines: Iterator[str]) -> None:
    """Write lines of COPY's text format, a block at a time."""
    statement = psql.SQL("COPY {} ({}) FROM STDIN").format(
        psql.Identifier(model._meta.db_table),
        psql.SQL(", ").join([psql.Identifier(c) for c in columns]),
    )
    with sending() as pipe:
        while block := list(islice(lines, BLOCK)):
            pipe.put((statement, "".join(block).encode()))


@contextmanager
def sending() -> Iterator[Pipe]:
    """Within the block what is copied goes to the server by a thread, in order, while
    the next rows are made; at its end all of it is there. Until then the connection is
    the thread's: no other statement. A block within a block is part of the outer one.
    Raises what the server says (psycopg.Error)."""
    if outer := _outer.get():
        yield outer
        return
    _search_later()
    pipe: Pipe = Queue(QUEUED)
    with ThreadPoolExecutor(1) as alone:
        sent = alone.submit(_send, connection.connection, pipe)
        mark = _outer.set(pipe)
        try:
            yield pipe
        finally:
            _outer.reset(mark)
            pipe.put(None)
        sent.result()


def _send(own: "Connection[Any]", pipe: Pipe) -> None:
    """One COPY after the other, each of the blocks that come for one table in a row."""
    pieces = iter(pipe.get, None)
    try:
        for statement, blocks in groupby(pieces, itemgetter(0)):
            with own.cursor() as cursor, cursor.copy(statement) as copy:
                for _, block in blocks:
                    copy.write(block)
    finally:
        for _ in pieces:  # after a failure nobody shall wait for room in the pipe
            pass


def _search_later() -> None:
    """Search indexes take many rows into a list, which is found through all the same;
    the server sorts it in when it next cleans up, within minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '128MB'")


def _default(f: Field) -> Any:
    value = f.get_default()
    return tuple(value) if isinstance(value, list) else value


def _lines(columns: Sequence[tuple[Field, Any]]) -> Iterator[str]:
    pattern, varying = [], []
    for f, value in columns:
        if isinstance(value, list):
            pattern.append("%s")
            varying.append(_texts(f, value))
        else:
            pattern.append(text_of(db_value(f, value)).replace("%", "%%"))
    line = "\t".join(pattern) + "\n"
    return (line % row for row in zip(*varying, strict=True))


def _texts(f: Field, values: Sequence[Any]) -> Iterable[str]:
    """A column as text. Where few values stand in many rows each is made once."""
    if type(f) not in _PLAIN:
        return [text_of(db_value(f, v)) for v in values]
    if isinstance(f, ArrayField):
        values = [tuple(v) for v in values]
    own = len(set(values[:SAMPLE])) * 2 > SAMPLE  # ids, numbers: each row has its own
    distinct = values if own else set(values)
    if len(distinct) * 2 < len(values):
        made = {v: text_of(v) for v in distinct}
        return map(made.__getitem__, values)
    kinds = set(map(type, distinct))
    if kinds == {UUID}:
        return [f"{v.int:032x}" for v in values]
    if kinds == {str} and not _SPECIAL.search("".join(distinct)):
        return values
    return map(text_of, values)


def text_of(value: Any) -> str:
    """One value in the text format of COPY. Raises TypeError for a kind of value
    that no column of ours has."""
    kind = type(value)
    if kind is str:
        text: str = value
        return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
    if kind is UUID:
        return f"{value.int:032x}"
    if value is None:
        return "\\N"
    # Django wraps numbers in classes of psycopg's (Int4): the base says what they are.
    make = next((_TEXT[k] for k in kind.__mro__ if k in _TEXT), None)
    if make is None:
        raise TypeError(f"COPY of {kind.__name__}")
    return make(value)


def _array(values: Sequence[object]) -> str:
    quoted = (str(v).replace("\\", "\\\\").replace('"', '\\"') for v in values)
    inside = ",".join(f'"{v}"' for v in quoted)
    return text_of(f"{{{inside}}}")


def _json(value: Json | Jsonb) -> str:
    return text_of(json.dumps(value.obj, default=str))


_TEXT: Mapping[type, Callable[[Any], str]] = {
    bool: lambda v: "t" if v else "f",
    int: int.__repr__,
    float: float.__repr__,
    bytes: lambda v: "\\\\x" + v.hex(),
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    dt.time: dt.time.isoformat,
    list: _array,
    tuple: _array,
    Json: _json,
    Jsonb: _json,
}
