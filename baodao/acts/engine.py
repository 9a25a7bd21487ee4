"""One act: plain read, decide in Python, one guarded statement (two trips).

Guarding by version makes the unlocked read safe: what was judged is what is
written. Why it is built this way, and what it costs: docs/decisions/0002."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    Setter,
    Write,
    column,
    event_for,
    field_of,
    flow_of,
    json_rows,
    notes_for,
    path_of,
    setter,
    written_fields,
)
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, NotFound
from baodao.core.memory import EPOCH
from baodao.core.models import NEXT_NUMBER
from baodao.core.prepared import Prepared

Row = Mapping[str, Any]
Decide = Callable[[Row], Write]

_JOB = """, j AS (SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
  'default', %(job_task)s::text, 0, NULL, NULL, %(job_args)s::jsonb, NULL
)::procrastinate_job_to_defer_v1]) FROM o)"""


class Stale(Exception):
    """The actor was kept in memory and may have changed since: whoever kept it
    fetches it anew and does the act again. No person ever sees this."""


@dataclass(frozen=True)
class Numbered:
    """A running number that a new row takes in the statement that writes it: column
    `field` becomes `prefix` and the next number of `series`, at least `width` digits."""

    field: str
    series: str
    prefix: str
    width: int


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
    state, version and epoch, and `reads`) and returns what to write.

    `client_id` makes a retry harmless: the same actor and id act once. `version`
    is what the person saw; a newer row is a conflict.
    Raises NotFound, Forbidden, Conflict, and whatever `decide` raises."""
    key = _client_key(actor, action, client_id, pk)
    row = read(action, pk, reads)
    _same_epoch(actor, row["epoch"])
    if done := _done_early(key):
        return done
    try:
        require(actor, action, row)
        if version is not None and version != row["version"]:
            raise Conflict
        return _write(actor, action, row, decide, now or clock_now(), key)
    except BaodaoError:
        # A retry finds the row moved on by the first try.
        if key and (done := _done_before(key)):
            return done
        raise


def _same_epoch(actor: Actor, now: int) -> None:
    if actor.epoch is not None and actor.epoch != now:
        raise Stale


def _write(
    actor: Actor, action: str, row: Row, decide: Decide | None, at: datetime,
    key: str | None,
) -> Done:  # fmt: skip
    model = apps.get_model(ACTIONS[action].model)
    states = _states(model, action, row)
    write = decide(row) if decide else Write()
    event = event_for(
        actor, action, model, row["id"],
        path=path_of(model, {**row, **write.set}), states=states, write=write,
        at=at, client_key=key,
    )  # fmt: skip
    changes = dict(write.set)
    if states[0] != states[1]:
        changes["state"] = states[1]
    sql, params = _update(model, changes)
    params |= {"_id": row["id"], "_version": row["version"]}
    return _run(sql, params, event, write, states[1])


def create(
    actor: Actor,
    action: str,
    instance: models.Model,
    write: Write | None = None,
    *,
    now: datetime | None = None,
    client_id: str = "",
    numbered: Numbered | None = None,
) -> Done:
    """Write a new row as an act. The grant is judged on the row to be. `numbered`:
    `Done.number` is the number it got."""
    model = type(instance)
    key = _client_key(actor, action, client_id)
    if done := _done_early(key):
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
    params: dict[str, Any] = {"_row": json_rows([instance])}
    head, insert, returned = "", insert_sql(model, "_row"), ""
    if numbered:
        head, insert = _numbered(model, numbered, params)
        returned = f', "{numbered.field}"'
    if actor.epoch is not None:
        # No row was read that would have told: the statement itself asks.
        insert += f" WHERE {EPOCH} = %(_epoch)s"
        params["_epoch"] = actor.epoch
    sql = f"WITH {head}o AS ({insert} RETURNING id, version{returned})"
    return _run(sql, params, event, write, state, returned)


def _numbered(
    model: type[models.Model], numbered: Numbered, params: dict[str, Any]
) -> tuple[str, str]:
    """The part that takes the number, and the insert that uses it."""
    params |= {
        "_series": numbered.series,
        "_prefix": numbered.prefix,
        "_width": numbered.width,
    }
    number = (
        "(SELECT %(_prefix)s::text || lpad(n::text, greatest(%(_width)s::int, "
        "length(n::text)), '0') FROM n)"
    )
    names = _insert_columns(model).split(", ")
    chosen = [number if c == f'"{numbered.field}"' else c for c in names]
    insert = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) "
        f"SELECT {', '.join(chosen)} FROM "
        f"jsonb_populate_recordset(NULL::{model._meta.db_table}, %(_row)s::jsonb)"
    )
    return f"n AS ({NEXT_NUMBER.format(key='%(_series)s::text', n=1)}), ", insert


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
    """The row an action judges, without a lock, and the epoch. Raises NotFound."""
    sql, names = _read_sql(action, reads)
    with connection.cursor() as cursor:
        cursor.execute(Prepared(sql), [pk])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return dict(zip(names, found, strict=True))


@cache
def _read_sql(action: str, reads: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    rule = ACTIONS[action]
    model = apps.get_model(rule.model)
    state = ("state",) if flow_of(model) else ()
    wanted = ("id", "version", *state, *columns(model).names, *rule.conflict, *reads)
    names = tuple(dict.fromkeys(wanted))
    quoted = ", ".join(f'"{name}"' for name in names)
    sql = f"SELECT {quoted}, {EPOCH} FROM {model._meta.db_table} WHERE id = %s"
    return sql, (*names, "epoch")


def _states(model: type[models.Model], action: str, row: Row) -> tuple[str, str]:
    flow = flow_of(model)
    if flow is None:
        return "", ""
    prefix, event = action.split(".", 1)
    state = str(row["state"])
    return state, flow.step(state, event) if prefix == flow.name else state


def repeated(
    actor: Actor, action: str, client_id: str, pk: UUID | None = None
) -> Done | None:
    """What the first try did, of a new row or of an act on the row `pk`: for checks
    that the second would fail by the first."""
    key = _client_key(actor, action, client_id, pk)
    return _done_before(key) if key else None


def _client_key(
    actor: Actor, action: str, client_id: str, pk: UUID | None = None
) -> str | None:
    """Who, what, on which row: a client id need not be unique beyond that."""
    who = actor.account_id or actor.link_id or actor.role
    return f"{who}:{action}:{pk or ''}:{client_id}" if client_id else None


def _done_early(key: str | None) -> Done | None:
    """Inside a transaction a violated client id would spoil it all, so it is asked
    for first; else the rare retry pays, not the act."""
    return _done_before(key) if key and connection.in_atomic_block else None


def _done_before(key: str) -> Done | None:
    first = Event.objects.filter(client_key=key).first()
    if first is None:
        return None
    model = apps.get_model(first.kind)
    row = model._default_manager.filter(pk=first.object_id).values_list("version").get()
    return Done(first.object_id, first.to_state, row[0], first.id, repeated=True)


def _update(
    model: type[models.Model], changes: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """`UPDATE … RETURNING` of the named columns, guarded by id and version."""
    sql, columns_ = _update_sql(model, tuple(changes))
    values = zip(columns_, changes.values(), strict=True)
    return sql, {name: to(v) if to else v for (name, to), v in values}


@cache
def _update_sql(
    model: type[models.Model], names: tuple[str, ...]
) -> tuple[str, list[tuple[str, Setter | None]]]:
    fields = [field_of(model, name) for name in names]
    parts = ["version = version + 1"]
    parts += [
        f'"{column(f)}" = %({column(f)})s::{f.db_type(connection)}' for f in fields
    ]
    sql = (
        f"WITH o AS (UPDATE {model._meta.db_table} SET {', '.join(parts)} "
        "WHERE id = %(_id)s AND version = %(_version)s RETURNING id, version)"
    )
    return sql, [(column(f), setter(f)) for f in fields]


@cache
def _insert_columns(model: type[models.Model]) -> str:
    return ", ".join(f'"{column(f)}"' for f in written_fields(model))


@cache
def insert_sql(model: type[models.Model], param: str, source: str = "") -> str:
    """An insert of all rows of a JSON parameter; with `source` only where that
    earlier part wrote something."""
    table, names = model._meta.db_table, _insert_columns(model)
    guard = f" WHERE EXISTS (SELECT 1 FROM {source})" if source else ""
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM "
        f"jsonb_populate_recordset(NULL::{table}, %({param})s::jsonb){guard}"
    )


def _run(
    sql: str, params: dict[str, Any], event: Event, write: Write, state: str,
    returned: str = "",
) -> Done:  # fmt: skip
    """Finish the statement with its additions and execute it. One statement in
    autocommit is one transaction; inside `atomic` it joins that one."""
    added: dict[type[models.Model], list[models.Model]] = {Event: [event]}
    for instance in [*notes_for(event, write), *write.adds]:
        added.setdefault(type(instance), []).append(instance)
    for i, (model, rows) in enumerate(added.items()):
        sql += f", a{i} AS ({insert_sql(model, f'_a{i}', 'o')})"
        params[f"_a{i}"] = json_rows(rows)
    tail = f"SELECT id, version{returned or ', NULL'} FROM o"
    if write.job:
        sql += _JOB
        args = {**write.job[1], "event_id": str(event.id)}
        params["job_task"], params["job_args"] = write.job[0], json.dumps(args)
        # A SELECT in WITH runs only when it is referenced.
        tail = tail.replace(" FROM o", ", (SELECT count(*) FROM j) FROM o")
    with connection.cursor() as cursor:
        try:
            cursor.execute(Prepared(f"{sql} {tail}"), params)
        except IntegrityError as error:
            return _lost_race(error, event)
        found = cursor.fetchone()
    if found is None:
        raise Stale if "_epoch" in params else Conflict
    return Done(found[0], state, found[1], event.id, number=found[2] or "")


def _lost_race(error: IntegrityError, event: Event) -> Done:
    """A retry, or two requests with one client id at the same moment: the second is
    told what the first did (whose row may be what is in its way). Any other violation
    is for the caller."""
    mine = event.client_key if not connection.in_atomic_block else None
    if mine and (done := _done_before(mine)):
        return done
    raise error


__all__ = [
    "Done", "Note", "Numbered", "Stale", "Write", "act", "create", "note_event", "read",
    "repeated",
]  # fmt: skip
