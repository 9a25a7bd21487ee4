"""Acts on many rows that are there already, set-based: `act_many` gives one decision
to all of them (sweeps), `act_rows` each its own (imports, mergers of places). A test
holds both equal to the single act."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.db import connection, models, transaction

from baodao.acts.access import ACTIONS, columns
from baodao.acts.actor import Actor
from baodao.acts.engine import insert_sql
from baodao.acts.models import Event, Note
from baodao.acts.writing import (
    Write,
    column,
    db_value,
    event_for,
    field_of,
    flow_of,
    json_row,
    json_rows,
    notes_for,
    written_fields,
)
from baodao.core.clock import now as clock_now

CHUNK = 5_000  # rows of one statement of `act_rows`


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
    same moment act once. The write's job is deferred once per event. The caller has
    chosen the rows, so the grant is judged on the role."""
    what = _What.of(actor, action, write or Write(), shared=True)
    return what.run(dict.fromkeys(ids, what.write), versions, now or clock_now())


def act_rows(
    actor: Actor,
    action: str,
    writes: Mapping[UUID, Write],
    *,
    versions: Mapping[UUID, int] | None = None,
    now: datetime | None = None,
) -> list[UUID]:
    """As `act_many`, each row with its own decision, in one transaction. All of them
    set the same columns and carry no job (ValueError); what a decision adds is
    written if its own row moved."""
    if not writes:
        return []
    first = next(iter(writes.values()))
    if any(w.set.keys() != first.set.keys() or w.job for w in writes.values()):
        raise ValueError(f"{action}: the rows are not of one shape")
    what, at = _What.of(actor, action, first, shared=False), now or clock_now()
    ids, moved = list(writes), list[UUID]()
    with transaction.atomic():
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            seen = [versions[pk] for pk in chunk] if versions else None
            moved += what.run({pk: writes[pk] for pk in chunk}, seen, at)
    return moved


@dataclass(frozen=True)
class _What:
    """One action on many rows of one table: what the statement is made of."""

    actor: Actor
    action: str
    model: type[models.Model]
    write: Write
    shared: bool

    @classmethod
    def of(cls, actor: Actor, action: str, write: Write, *, shared: bool) -> "_What":
        rule = ACTIONS[action]
        if actor.role not in rule.grants:
            raise PermissionError(action)
        return cls(actor, action, apps.get_model(rule.model), write, shared)

    def run(
        self, writes: Mapping[UUID, Write], versions: Sequence[int] | None, at: datetime
    ) -> list[UUID]:
        events = {pk: self._event(pk, write, at) for pk, write in writes.items()}
        notes = [n for pk, e in events.items() for n in notes_for(e, writes[pk])]
        params: dict[str, Any] = {
            "_ids": list(writes),
            "_events": json_rows(events.values()),
        }
        if versions is not None:
            params["_versions"] = list(versions)
        parts = [*self._update(writes, params, versions is not None), _events()]
        if notes:
            parts.append(_notes())
            params["_notes"] = json_rows(notes)
        parts += self._adds(writes, params)
        tail = "SELECT id FROM o"
        if self.write.job:
            parts.append(_JOBS)
            params["_task"] = self.write.job[0]
            params["_args"] = json.dumps(dict(self.write.job[1]))
            # A SELECT in WITH runs only when it is referenced.
            tail = "SELECT id, (SELECT count(*) FROM j) FROM o"
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} {tail}", params)
            return [row[0] for row in cursor.fetchall()]

    def _adds(
        self, writes: Mapping[UUID, Write], params: dict[str, Any]
    ) -> Iterator[str]:
        """What the decisions add: a shared one once, else each with its own row."""
        if self.shared:
            for i, row in enumerate(self.write.adds):
                yield f"a{i} AS ({insert_sql(type(row), f'_a{i}', 'o')})"
                params[f"_a{i}"] = json_rows([row])
            return
        added: dict[type[models.Model], list[dict[str, Any]]] = {}
        for pk, write in writes.items():
            for row in write.adds:
                with_owner = {**json_row(row), "_of": str(pk)}
                added.setdefault(type(row), []).append(with_owner)
        for i, (model, rows) in enumerate(added.items()):
            yield _added(model, i)
            params[f"_a{i}"] = orjson.dumps(rows).decode()

    def _event(self, pk: UUID, write: Write, at: datetime) -> Event:
        return event_for(
            self.actor, self.action, self.model, pk, path="", states=("", ""),
            write=write, at=at,
        )  # fmt: skip

    def _update(
        self, writes: Mapping[UUID, Write], params: dict[str, Any], guarded: bool
    ) -> Iterator[str]:
        """The rows as they were, locked in the order of their ids, and the update. As
        with a single act their keys stay what they are, so that a row that only points
        to one of them is written meanwhile: who redeems holds a wallet and names a
        member, while a change of places holds members and comes to their wallets."""
        table = self.model._meta.db_table
        seen = ""
        if guarded:
            seen = (
                " AND (id, version) IN (SELECT * FROM "
                "unnest(%(_ids)s::uuid[], %(_versions)s::int[]))"
            )
        yield (
            f"was AS (SELECT * FROM {table} WHERE id = ANY(%(_ids)s::uuid[]){seen} "
            "ORDER BY id FOR NO KEY UPDATE)"
        )
        sets, source, where = ["version = t.version + 1"], "was", ""
        if self.shared:
            sets += list(self._shared_values(params))
        elif self.write.set:
            sets += [f'"{c}" = v."{c}"' for c in self._columns()]
            source += (
                f" JOIN jsonb_populate_recordset(NULL::{table}, %(_rows)s::jsonb) v "
                "ON v.id = was.id"
            )
            params["_rows"] = orjson.dumps(
                [self._row(pk, w) for pk, w in writes.items()]
            ).decode()
        moved = "''::text AS a, ''::text AS b"
        flow = flow_of(self.model)
        if flow:
            moved = "was.state::text AS a, t.state::text AS b"
            event = self.action.split(".", 1)[1]
            if self.action.startswith(f"{flow.name}.") and flow.moves(event):
                params["_from"] = list(flow.sources(event))
                params["_to"] = flow.only_target(event)
                sets.append("state = %(_to)s::text")
                where = " AND was.state = ANY(%(_from)s::text[])"
        yield (
            f"o AS (UPDATE {table} t SET {', '.join(sets)} FROM {source} "
            f"WHERE t.id = was.id{where} "
            f"RETURNING t.id, {_path_sql(self.model)} AS path, {moved})"
        )

    def _shared_values(self, params: dict[str, Any]) -> Iterator[str]:
        for name, value in self.write.set.items():
            f = field_of(self.model, name)
            yield f'"{column(f)}" = %({column(f)})s::{f.db_type(connection)}'
            params[column(f)] = db_value(f, value)

    def _columns(self) -> list[str]:
        return [column(field_of(self.model, name)) for name in self.write.set]

    def _row(self, pk: UUID, write: Write) -> dict[str, Any]:
        """The changed columns of one row, as JSON."""
        given = self.model(id=pk)
        for name, value in write.set.items():
            setattr(given, field_of(self.model, name).attname, value)
        whole = json_row(given)
        return {c: whole[c] for c in ("id", *self._columns())}


def _events() -> str:
    names = [column(f) for f in written_fields(Event)]
    special = {"path": "o.path", "from_state": "o.a", "to_state": "o.b"}
    chosen = ", ".join(special.get(n, f'r."{n}"') for n in names)
    listed = ", ".join(f'"{n}"' for n in names)
    return (
        f"e AS (INSERT INTO acts_event ({listed}) SELECT {chosen} FROM "
        "jsonb_populate_recordset(NULL::acts_event, %(_events)s::jsonb) r "
        "JOIN o ON o.id = r.object_id RETURNING id)"
    )


def _notes() -> str:
    names = [column(f) for f in written_fields(Note)]
    listed = ", ".join(f'"{n}"' for n in names)
    chosen = ", ".join(f'n."{n}"' for n in names)
    return (
        f"n AS (INSERT INTO acts_note ({listed}) SELECT {chosen} FROM "
        "jsonb_populate_recordset(NULL::acts_note, %(_notes)s::jsonb) n "
        "JOIN e ON e.id = n.event_id)"
    )


def _added(model: type[models.Model], i: int) -> str:
    table, names = model._meta.db_table, [column(f) for f in written_fields(model)]
    listed = ", ".join(f'"{n}"' for n in names)
    chosen = ", ".join(f'r."{n}"' for n in names)
    return (
        f"a{i} AS (INSERT INTO {table} ({listed}) SELECT {chosen} "
        f"FROM jsonb_array_elements(%(_a{i})s::jsonb) x "
        "JOIN o ON o.id = (x->>'_of')::uuid "
        f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, x) r)"
    )


_JOBS = """j AS (SELECT procrastinate_defer_jobs_v1(coalesce(array_agg(ROW(
  'default', %(_task)s::text, 0, NULL, NULL,
  %(_args)s::jsonb || jsonb_build_object('event_id', e.id), NULL
)::procrastinate_job_to_defer_v1), '{}')) FROM e)"""


def _path_sql(model: type[models.Model]) -> str:
    paths = columns(model).path
    return (
        f"coalesce({', '.join(f't.{p}' for p in paths)}, '')" if paths else "''::text"
    )
