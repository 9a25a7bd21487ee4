"""Many new rows at once. `Batch` takes the same decisions as `engine.act` in memory
and writes everything by COPY (demo, imports). A test holds it equal to the single
act. For rows that are there already: `acts.many`."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, models
from psycopg import sql as psql

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.writing import (
    Write,
    column,
    db_value,
    event_for,
    flow_of,
    notes_for,
    path_of,
    written_fields,
)
from baodao.core.clock import now as clock_now

M = models.Model


def copy_rows(model: type[M], rows: Iterable[M]) -> int:
    """COPY instances into their table; returns how many."""
    fields = written_fields(model)
    names = psql.SQL(", ").join([psql.Identifier(column(f)) for f in fields])
    statement = psql.SQL("COPY {} ({}) FROM STDIN").format(
        psql.Identifier(model._meta.db_table), names
    )
    n = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([db_value(f, f.value_from_object(row)) for f in fields])
            n += 1
    return n


class Batch:
    """Acts in memory, written at once by `flush`. Tables are written in the order
    in which they first came up, so parents come before children."""

    def __init__(self) -> None:
        self.rows: dict[type[M], list[M]] = {}

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
        return n
