"""One act: plain read, decide in Python, one guarded statement (two trips).

Guarding by version makes the unlocked read safe: what was judged is what is
written. Why it is built this way, and what it costs: docs/decisions/0002."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, models

from baodao.acts.access import ACTIONS, columns, require
from baodao.acts.actor import Actor
from baodao.acts.models import Event, Note
from baodao.acts.writing import (
    Done,
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
from baodao.core.errors import Conflict, NotFound

Row = Mapping[str, Any]
Decide = Callable[[Row], Write]

_JOB = """, j AS (SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
  'default', %(job_task)s::text, 0, NULL, NULL, %(job_args)s::jsonb, NULL
)::procrastinate_job_to_defer_v1]) FROM o)"""


def act(
    actor: Actor,
    action: str,
    pk: UUID,
    decide: Decide | None = None,
    *,
    reads: tuple[str, ...] = (),
    now: datetime | None = None,
    client_id: str = "",
    version: int | None = None,
) -> Done:
    """Do `action` on the row `pk`. `decide` gets the row (the columns of access,
    state and version, and `reads`) and returns what to write.

    `client_id` makes a retry harmless: the same actor and id act once. `version`
    is what the person saw; a newer row is a conflict.
    Raises NotFound, Forbidden, Conflict, and whatever `decide` raises."""
    model = apps.get_model(ACTIONS[action].model)
    key = _client_key(actor, action, client_id, pk)
    row = read(action, pk, reads)
    if key and (done := _done_before(key)):
        return done
    require(actor, action, row)
    if version is not None and version != row["version"]:
        raise Conflict
    states = _states(model, action, row)
    write = decide(row) if decide else Write()
    at = now or clock_now()
    event = event_for(
        actor, action, model, pk,
        path=path_of(model, {**row, **write.set}), states=states, write=write,
        at=at, client_key=key,
    )  # fmt: skip
    changes = dict(write.set)
    if states[0] != states[1]:
        changes["state"] = states[1]
    sql, params = _update(model, changes)
    params |= {"_id": pk, "_version": row["version"]}
    return _run(sql, params, event, write, states[1])


def create(
    actor: Actor,
    action: str,
    instance: models.Model,
    write: Write | None = None,
    *,
    now: datetime | None = None,
    client_id: str = "",
) -> Done:
    """Write a new row as an act. The grant is judged on the row to be."""
    model = type(instance)
    key = _client_key(actor, action, client_id)
    if key and (done := _done_before(key)):
        return done
    row = {
        f.attname: f.value_from_object(instance) for f in model._meta.concrete_fields
    }
    require(actor, action, row)
    write = write or Write()
    state = str(row.get("state", ""))
    event = event_for(
        actor, action, model, instance.pk,
        path=path_of(model, row), states=("", state), write=write,
        at=now or clock_now(), client_key=key,
    )  # fmt: skip
    sql = f"WITH o AS ({_insert(model, '_row')} RETURNING id, version)"
    params = {"_row": json.dumps([json_row(instance)])}
    return _run(sql, params, event, write, state)


def note_event(
    actor: Actor,
    action: str,
    instance: models.Model,
    write: Write,
    *,
    now: datetime | None = None,
) -> Done:
    """An act that changes no row but must be on record: a reveal, an export."""
    model = type(instance)
    row = {
        f.attname: f.value_from_object(instance) for f in model._meta.concrete_fields
    }
    require(actor, action, row)
    state = str(row.get("state", ""))
    event = event_for(
        actor, action, model, instance.pk,
        path=path_of(model, row), states=(state, state), write=write,
        at=now or clock_now(),
    )  # fmt: skip
    sql = (
        f"WITH o AS (SELECT id, version FROM {model._meta.db_table} WHERE id = %(_id)s)"
    )
    return _run(sql, {"_id": instance.pk}, event, write, state)


def read(action: str, pk: UUID, reads: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row an action judges, without a lock. Raises NotFound."""
    model = apps.get_model(ACTIONS[action].model)
    names = _read_columns(action, reads)
    quoted = ", ".join(f'"{name}"' for name in names)
    sql = f"SELECT {quoted} FROM {model._meta.db_table} WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [pk])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return dict(zip(names, found, strict=True))


@cache
def _read_columns(action: str, reads: tuple[str, ...]) -> tuple[str, ...]:
    rule = ACTIONS[action]
    model = apps.get_model(rule.model)
    state = ("state",) if flow_of(model) else ()
    names = ("id", "version", *state, *columns(model).names, *rule.conflict, *reads)
    return tuple(dict.fromkeys(names))


def _states(model: type[models.Model], action: str, row: Row) -> tuple[str, str]:
    flow = flow_of(model)
    if flow is None:
        return "", ""
    prefix, event = action.split(".", 1)
    state = str(row["state"])
    return state, flow.step(state, event) if prefix == flow.name else state


def _client_key(
    actor: Actor, action: str, client_id: str, pk: UUID | None = None
) -> str | None:
    """Who, what, on which row: a client id need not be unique beyond that."""
    who = actor.account_id or actor.link_id or actor.role
    return f"{who}:{action}:{pk or ''}:{client_id}" if client_id else None


def _done_before(key: str) -> Done | None:
    found = Event.objects.filter(client_key=key).values_list(
        "object_id", "to_state", "id"
    )
    first = found.first()
    return Done(first[0], first[1], 0, first[2], repeated=True) if first else None


def _update(
    model: type[models.Model], changes: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """`UPDATE … RETURNING` of the named columns, guarded by id and version."""
    parts, params = ["version = version + 1"], dict[str, Any]()
    for name, value in changes.items():
        f = model._meta.get_field(name)
        assert isinstance(f, models.Field)
        parts.append(f'"{column(f)}" = %({column(f)})s::{f.db_type(connection)}')
        params[column(f)] = db_value(f, value)
    sql = (
        f"WITH o AS (UPDATE {model._meta.db_table} SET {', '.join(parts)} "
        "WHERE id = %(_id)s AND version = %(_version)s RETURNING id, version)"
    )
    return sql, params


@cache
def _insert_columns(model: type[models.Model]) -> str:
    return ", ".join(f'"{column(f)}"' for f in written_fields(model))


def _insert(model: type[models.Model], param: str, source: str = "") -> str:
    """An insert of all rows of a JSON parameter; with `source` only where that
    earlier part wrote something."""
    table, names = model._meta.db_table, _insert_columns(model)
    guard = f" WHERE EXISTS (SELECT 1 FROM {source})" if source else ""
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM "
        f"jsonb_populate_recordset(NULL::{table}, %({param})s::jsonb){guard}"
    )


def _run(
    sql: str, params: dict[str, Any], event: Event, write: Write, state: str
) -> Done:
    """Finish the statement with its additions and execute it. One statement in
    autocommit is one transaction; inside `atomic` it joins that one."""
    added: dict[type[models.Model], list[models.Model]] = {Event: [event]}
    for instance in [*notes_for(event, write), *write.adds]:
        added.setdefault(type(instance), []).append(instance)
    for i, (model, rows) in enumerate(added.items()):
        sql += f", a{i} AS ({_insert(model, f'_a{i}', 'o')})"
        params[f"_a{i}"] = json.dumps([json_row(r) for r in rows])
    tail = "SELECT id, version FROM o"
    if write.job:
        sql += _JOB
        args = {**write.job[1], "event_id": str(event.id)}
        params["job_task"], params["job_args"] = write.job[0], json.dumps(args)
        # A SELECT in WITH runs only when it is referenced.
        tail = "SELECT id, version, (SELECT count(*) FROM j) FROM o"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"{sql} {tail}", params)
        except IntegrityError as error:
            return _lost_race(error, event)
        found = cursor.fetchone()
    if found is None:
        raise Conflict
    return Done(found[0], state, found[1], event.id)


def _lost_race(error: IntegrityError, event: Event) -> Done:
    """Two requests with one client id at the same moment: the second is told what
    the first did. Any other violation is for the caller."""
    if event.client_key and "event_client_key_once" in str(error):
        done = _done_before(event.client_key)
        if done:
            return done
    raise error


__all__ = ["Done", "Note", "Write", "act", "create", "note_event", "read"]
