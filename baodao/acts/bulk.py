"""Many new rows at once. `Batch` takes the same decisions as `engine.act` in memory
and writes everything by COPY (demo, imports); `create_rows` does one and the same act
for rows that are given column by column. Tests hold both equal to the single act. For
rows that are there already: `acts.many`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql as psql

from baodao.acts.access import ACTIONS, columns, require
from baodao.acts.actor import Actor
from baodao.acts.copying import Given, copy_columns, sending
from baodao.acts.models import Event
from baodao.acts.writing import (
    Write,
    column,
    event_for,
    flow_of,
    notes_for,
    path_of,
    setter,
    written_fields,
)
from baodao.core.clock import now as clock_now
from baodao.core.ids import uuid7s

M = models.Model


def copy_rows(model: type[M], rows: Iterable[M]) -> int:
    """COPY instances into their table; returns how many."""
    fields = written_fields(model)
    names = psql.SQL(", ").join([psql.Identifier(column(f)) for f in fields])
    statement = psql.SQL("COPY {} ({}) FROM STDIN").format(
        psql.Identifier(model._meta.db_table), names
    )
    values = [_value_of(f) for f in fields]
    n = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([get(row) for get in values])
            n += 1
    return n


def _value_of(f: "models.Field[Any, Any]") -> Callable[[M], Any]:
    """How a field's value is taken from an instance for psycopg: most as they are."""
    get, prepare = attrgetter(f.attname), setter(f)
    return get if prepare is None else lambda row: prepare(get(row))


def create_rows(
    actor: Actor, action: str, model: type[M], given: Given, *,
    adds: Sequence[tuple[type[M], Given]] = (), data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> list[UUID]:  # fmt: skip
    """`engine.create` for many rows of one table, `adds` written with them (no acts of
    their own); returns the ids. `data` is the same for all events. The grant is judged
    on every row. Call inside `atomic`; what follows within `sending` goes on at once. Raises NotFound or Forbidden."""
    n = _length(given)
    if not n:
        return []
    ids = uuid7s(n) if "id" not in given else list(given["id"])
    rows = {"id": ids, **given}
    _require_all(actor, action, model, rows, n)
    at = at or clock_now()
    with sending():
        for table, its in adds:
            copy_columns(table, its, _length(its))
        copy_columns(model, rows, n)
        copy_columns(
            Event, _events_of(actor, action, model, rows, data or {}, n, at), n
        )
    return ids


def _length(given: Given) -> int:
    lengths = {len(v) for v in given.values() if isinstance(v, list)}
    if len(lengths) != 1:
        raise ValueError(f"columns of different length: {lengths}")
    return lengths.pop()


def _require_all(
    actor: Actor, action: str, model: type[M], rows: Given, n: int
) -> None:
    """Rows that are alike to the access table are judged once."""
    names = tuple(dict.fromkeys((*columns(model).names, *ACTIONS[action].conflict)))
    names = tuple(x for x in names if x != "id")
    judged = ([_fixed(v) for v in _each(model, rows, x, n)] for x in names)
    for seen in set(zip(*judged, strict=True)):
        require(actor, action, {"id": None, **dict(zip(names, seen, strict=True))})


def _fixed(value: Any) -> Any:
    """The value of an array column as one that a set can hold."""
    return tuple(value) if isinstance(value, list) else value


def _each(model: type[M], rows: Given, name: str, n: int) -> Iterable[Any]:
    """The column's values row by row, the model's default where it is not given."""
    if name not in rows:
        field = next(f for f in model._meta.concrete_fields if f.attname == name)
        return repeat(field.get_default(), n)
    value = rows[name]
    return value if isinstance(value, list) else repeat(value, n)


def _events_of(
    actor: Actor, action: str, model: type[M], rows: Given, data: Mapping[str, Any],
    n: int, at: datetime,
) -> Given:  # fmt: skip
    names = columns(model).path
    paths = [_each(model, rows, x, n) for x in names]
    state = rows.get("state", "")
    first = event_for(
        actor, action, model, rows["id"][0], path="", states=("", ""),
        write=Write(data=data), at=at,
    )  # fmt: skip
    shared = {f.attname: f.value_from_object(first) for f in written_fields(Event)}
    return shared | {
        "id": uuid7s(n),
        "object_id": rows["id"],
        "path": [next(filter(None, p), "") for p in zip(*paths, strict=True)],
        "to_state": state,
    }


class Batch:
    """Acts in memory, written at once by `flush`. Tables are written in the order
    in which they first came up, so parents come before children."""

    def __init__(self) -> None:
        self.rows: dict[type[M], list[M]] = {}
        self.given: list[tuple[type[M], Given]] = []

    def columns(self, model: type[M], given: Given) -> None:
        """Rows of one table column by column, written after all others: for numbers
        that instances would be slow for."""
        self.given.append((model, given))

    def add(self, *instances: M) -> None:
        """Rows that are not acts themselves but written with them."""
        for instance in instances:
            self.rows.setdefault(type(instance), []).append(instance)

    def create(
        self, actor: Actor, action: str, instance: M, write: Write | None = None,
        *, at: datetime | None = None,
    ) -> None:  # fmt: skip
        """As `engine.create`."""
        self.add(instance)
        state = str(getattr(instance, "state", ""))
        self._log(actor, action, instance, ("", state), write or Write(), at)

    def act(
        self, actor: Actor, action: str, instance: M, write: Write | None = None,
        *, at: datetime | None = None,
    ) -> None:  # fmt: skip
        """As `engine.act`, on an instance of this batch. Raises what it raises."""
        write = write or Write()
        require(actor, action, instance)
        before = after = str(getattr(instance, "state", ""))
        flow = flow_of(type(instance))
        prefix, event = action.split(".", 1)
        if flow and prefix == flow.name:
            after = flow.step(before, event)
        for name, value in write.set.items():
            setattr(instance, name, value)
        if after != before:
            instance.state = after  # type: ignore[attr-defined]
        instance.version += 1  # type: ignore[attr-defined]
        self._log(actor, action, instance, (before, after), write, at)

    def _log(
        self, actor: Actor, action: str, instance: M, states: tuple[str, str],
        write: Write, at: datetime | None,
    ) -> None:  # fmt: skip
        model = type(instance)
        row = {
            f.attname: f.value_from_object(instance)
            for f in model._meta.concrete_fields
        }
        event = event_for(
            actor, action, model, instance.pk, path=path_of(model, row),
            states=states, write=write, at=at or clock_now(),
        )  # fmt: skip
        self.add(event, *notes_for(event, write), *write.adds)

    def flush(self) -> int:
        """COPY everything; returns the number of rows. Call inside `atomic`."""
        n = sum(copy_rows(model, rows) for model, rows in self.rows.items())
        self.rows.clear()
        with sending():
            for model, given in self.given:
                copy_columns(model, given, _length(given))
        n += sum(_length(given) for _, given in self.given)
        self.given.clear()
        return n
