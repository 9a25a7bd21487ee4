"""Many acts at once, set-based. `Batch` takes the same decisions as `engine.act`
in memory and writes everything by COPY (demo, imports); `act_many` gives one
decision to many rows in one statement (sweeps). A test holds them equal to the
single act."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from psycopg import sql as psql

from baodao.acts.access import ACTIONS, columns, require
from baodao.acts.actor import Actor
from baodao.acts.engine import _insert
from baodao.acts.models import Event
from baodao.acts.writing import (
    Write,
    column,
    db_value,
    event_for,
    flow_of,
    json_row,
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


def act_many(
    actor: Actor,
    action: str,
    ids: Sequence[UUID],
    write: Write | None = None,
    *,
    versions: Sequence[int] | None = None,
    now: datetime | None = None,
) -> list[UUID]:
    """Give one decision to many rows in one statement; returns the ids it moved.
    Rows that are no longer in a fitting state are left alone, and with `versions`
    (what the caller saw, one per id) all that have changed since: two sweeps at the
    same moment act once. The write's job is deferred once per event. For the
    system's own sweeps: the caller has chosen the rows, so the grant is judged on
    the role. Notes are not written."""
    rule = ACTIONS[action]
    if actor.role not in rule.grants:
        raise PermissionError(action)
    model = apps.get_model(rule.model)
    flow = flow_of(model)
    write = write or Write()
    event_name = action.split(".", 1)[1]
    sources = list(flow.sources(event_name)) if flow and flow.moves(event_name) else []
    events = [
        json_row(
            event_for(
                actor, action, model, pk, path="", states=("", ""), write=write,
                at=now or clock_now(),
            )
        )
        for pk in ids
    ]  # fmt: skip
    sql, params = _update_many(
        model, write, flow is not None, sources, event_name, versions is not None
    )
    adds = "".join(
        f", a{i} AS ({_insert(type(row), f'_a{i}', 'o')})"
        for i, row in enumerate(write.adds)
    )
    params |= {f"_a{i}": json.dumps([json_row(r)]) for i, r in enumerate(write.adds)}
    params |= {"_ids": list(ids), "_events": json.dumps(events)}
    if versions is not None:
        params["_versions"] = list(versions)
    tail = "SELECT id FROM o"
    if write.job:
        adds += _JOBS
        params["_task"], params["_args"] = write.job[0], json.dumps(dict(write.job[1]))
        # A SELECT in WITH runs only when it is referenced.
        tail = "SELECT id, (SELECT count(*) FROM j) FROM o"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql}{adds} {tail}", params)
        return [row[0] for row in cursor.fetchall()]


_JOBS = """, j AS (SELECT procrastinate_defer_jobs_v1(coalesce(array_agg(ROW(
  'default', %(_task)s::text, 0, NULL, NULL,
  %(_args)s::jsonb || jsonb_build_object('event_id', e.id), NULL
)::procrastinate_job_to_defer_v1), '{}')) FROM e)"""


def _update_many(
    model: type[M], write: Write, has_state: bool, sources: list[str], event: str,
    guarded: bool,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    table = model._meta.db_table
    parts, params = ["version = t.version + 1"], dict[str, Any]()
    for name, value in write.set.items():
        f = model._meta.get_field(name)
        assert isinstance(f, models.Field)
        parts.append(f'"{column(f)}" = %({column(f)})s::{f.db_type(connection)}')
        params[column(f)] = db_value(f, value)
    moved = "''::text AS a, ''::text AS b"
    where = ""
    if has_state:
        moved = "was.state::text AS a, t.state::text AS b"
    if sources:
        flow = flow_of(model)
        assert flow
        to = {flow.step(s, event) for s in sources}
        if len(to) != 1:
            raise ValueError(f"{event} leads to several states")
        parts.append("state = %(_to)s::text")
        params["_to"] = to.pop()
        where = " AND was.state = ANY(%(_from)s::text[])"
        params["_from"] = sources
    path = _path_sql(model)
    names = [column(f) for f in written_fields(Event)]
    special = {"path": "o.path", "from_state": "o.a", "to_state": "o.b"}
    chosen = ", ".join(special.get(n, f'r."{n}"') for n in names)
    listed = ", ".join(f'"{n}"' for n in names)
    seen = ""
    if guarded:
        seen = (
            " AND (id, version) IN (SELECT * FROM "
            "unnest(%(_ids)s::uuid[], %(_versions)s::int[]))"
        )
    sql = (
        f"WITH was AS (SELECT * FROM {table} WHERE id = ANY(%(_ids)s::uuid[]){seen} "
        "ORDER BY id FOR UPDATE), "
        f"o AS (UPDATE {table} t SET {', '.join(parts)} FROM was "
        f"WHERE t.id = was.id{where} RETURNING t.id, {path} AS path, {moved}), "
        f"e AS (INSERT INTO acts_event ({listed}) SELECT {chosen} FROM "
        "jsonb_populate_recordset(NULL::acts_event, %(_events)s::jsonb) r "
        "JOIN o ON o.id = r.object_id RETURNING id)"
    )
    return sql, params


def _path_sql(model: type[M]) -> str:
    paths = columns(model).path
    return (
        f"coalesce({', '.join(f't.{p}' for p in paths)}, '')" if paths else "''::text"
    )
