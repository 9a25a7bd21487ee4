"""What is kept no longer (domain 9.3), taken out of rows, notes and the log. The only
writes that are no acts of their own: the run that calls them is one, and writes how
many of each; an event for every row would keep alive what is to be forgotten."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F

from baodao.acts.models import Acted, Event, Note

_UNPROTECTED = "SELECT set_config('pgtrigger.ignore', %s, true)"


def blank(model: str, ids: Iterable[UUID], values: Mapping[str, Any]) -> int:
    """Give columns of these rows the values that say nothing any more."""
    table = apps.get_model(model)
    more = {"version": F("version") + 1} if issubclass(table, Acted) else {}
    n: int = table._base_manager.filter(pk__in=list(ids)).update(**values, **more)
    return n


def delete(model: str, ids: Iterable[UUID]) -> int:
    """Delete these rows. Fails when others still point to them."""
    rows = apps.get_model(model)._base_manager.filter(pk__in=list(ids))
    return _raw_delete(rows)


def notes_of(ids: Iterable[UUID]) -> int:
    """Delete the free text said with any act on these objects; the acts stay."""
    rows = Note._base_manager.filter(event__object_id__in=list(ids))
    return _raw_delete(rows)


def events(ids: Iterable[UUID]) -> int:
    """Delete events themselves: only the log of who looked has an end (domain 9.3).
    Inside, the trigger that keeps the log append-only stands aside."""
    wanted = list(ids)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_UNPROTECTED, [f"{{{','.join(_guards())}}}"])
        _raw_delete(Note._base_manager.filter(event_id__in=wanted))
        n = _raw_delete(Event._base_manager.filter(pk__in=wanted))
        with connection.cursor() as cursor:
            cursor.execute(_UNPROTECTED, ["{}"])
    return n


def _guards() -> list[str]:
    """The triggers of the log, as pgtrigger names them."""
    triggers = Event._meta.triggers  # type: ignore[attr-defined]
    return [t.get_pgid(Event) for t in triggers]


def _raw_delete(rows: models.QuerySet[Any]) -> int:
    """One statement; the database, not Django, says what still hangs on the rows."""
    n: int = rows._raw_delete(rows.db)
    return n
