"""What an act writes, and how rows become parameters. No SQL statement is built
here and nothing is executed: `engine` and `bulk` share these parts, so that one
act and a hundred thousand acts write the same rows."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Json, Jsonb

from baodao.acts.access import ACTIONS, columns
from baodao.acts.actor import Actor
from baodao.acts.flow import Flow
from baodao.acts.models import Event, Note
from baodao.core.fields import SealedText
from baodao.core.ids import uuid7


@dataclass
class Write:
    """The decision of an act. `set`: columns of the row; `data`: codes and ids for
    the event (no free text); `reason`: a reason code; `notes`: (audience, text);
    `adds`: new rows of other tables, written in the same statement; `job`: a task
    name and its arguments (the event's id is added), deferred in the same
    transaction."""

    set: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    notes: Sequence[tuple[str, str]] = ()
    adds: Sequence[models.Model] = ()
    job: tuple[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Done:
    """The outcome: the row's id, its state and version now, and the event's id.
    `repeated`: the same client id had already done it; nothing was written. `number`:
    what a numbered row was given."""

    id: UUID
    state: str
    version: int
    event_id: UUID
    repeated: bool = False
    number: str = ""


def flow_of(model: type[models.Model]) -> Flow | None:
    """The model's declared `FLOW`, if it has one."""
    flow: Flow | None = getattr(model, "FLOW", None)
    return flow


def path_of(model: type[models.Model], row: Mapping[str, Any]) -> str:
    """The place an event belongs to: the first path column of the row."""
    for column in columns(model).path:
        if row.get(column):
            return str(row[column])
    return ""


def event_for(
    actor: Actor,
    action: str,
    model: type[models.Model],
    object_id: UUID,
    *,
    path: str,
    states: tuple[str, str],
    write: Write,
    at: dt.datetime,
    client_key: str | None = None,
) -> Event:
    """The event of an act."""
    if action not in ACTIONS:
        raise KeyError(action)
    return _event(
        id=uuid7(),
        at=at,
        action=action,
        kind=model._meta.label_lower,
        object_id=object_id,
        path=path,
        from_state=states[0],
        to_state=states[1],
        actor_account=actor.account_id,
        actor_person=actor.person_id,
        actor_unit=actor.unit_id,
        actor_name=actor.name,
        actor_role=actor.role,
        on_behalf_of=actor.on_behalf_of,
        reason=write.reason,
        data=dict(write.data),
        client_key=client_key,
        request_id=actor.request_id,
        xid=models.DEFERRED,
    )


def _event(**values: Any) -> Event:
    """The row with every column named: a model takes them by position in a quarter of
    the time that it needs for names."""
    return Event(*[values[f.attname] for f in Event._meta.concrete_fields])  # type: ignore[misc]


def notes_for(event: Event, write: Write) -> list[Note]:
    """The notes of an act; empty text leaves no row."""
    return [
        Note(event_id=event.id, audience=audience, text=text.strip())
        for audience, text in write.notes
        if text.strip()
    ]


def written_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns an insert names: all but those the database fills."""
    return [
        f for f in model._meta.concrete_fields if f.editable or not f.has_db_default()
    ]


def column(f: "models.Field[Any, Any]") -> str:
    """The database's name of a field."""
    assert f.column
    return f.column


def field_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A field by its name or its column's."""
    f = model._meta.get_field(name)
    assert isinstance(f, models.Field)
    return f


def db_value(f: "models.Field[Any, Any]", value: Any) -> Any:
    """A field's value as psycopg takes it."""
    return f.get_db_prep_save(value, connection)


Getter = Callable[[models.Model], Any]
Setter = Callable[[Any], Any]


def setter(f: "models.Field[Any, Any]") -> Setter | None:
    """What prepares a field's value for an update; None where psycopg takes it as it
    is (most columns, with every act)."""
    structured = isinstance(f, models.JSONField | ArrayField)
    return None if _plain(f) and not structured else partial(db_value, f)


@cache
def _columns_of(model: type[models.Model]) -> list[tuple[str, Getter]]:
    """(column, how to get its JSON value) of every written column."""
    return [(column(f), _getter(f)) for f in written_fields(model)]


# What `orjson` writes as PostgreSQL reads it; all other fields prepare their value.
_PLAIN = (
    models.TextField, models.UUIDField, models.IntegerField, models.BooleanField,
    models.DateTimeField, models.DateField, models.FloatField, models.ForeignKey,
    models.JSONField, ArrayField,
)  # fmt: skip


def _plain(f: "models.Field[Any, Any]") -> bool:
    return isinstance(f, _PLAIN) and not isinstance(f, SealedText)


def _getter(f: "models.Field[Any, Any]") -> Getter:
    if _plain(f):
        return attrgetter(f.attname)
    return lambda row: _jsonable(db_value(f, f.value_from_object(row)))


def json_row(instance: models.Model) -> dict[str, Any]:
    """An instance as a JSON object for `jsonb_populate_recordset`."""
    return {name: get(instance) for name, get in _columns_of(type(instance))}


def json_rows(rows: Iterable[models.Model]) -> str:
    """Instances as the JSON parameter of an insert."""
    return orjson.dumps([json_row(row) for row in rows]).decode()


def _jsonable(value: Any) -> Any:
    if isinstance(value, Json | Jsonb):
        return json.loads(json.dumps(value.obj, default=str))
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [_jsonable(v) for v in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
