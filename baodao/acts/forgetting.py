"""What is kept no longer (domain 9.3), taken out of rows, notes and the log. The only
writes that are no acts of their own: the run that calls them is one, and writes how
many of each; an event for every row would keep alive what is to be forgotten."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F

from baodao.acts import sealing
from baodao.acts.models import Acted, Event, Leaves, Note

_UNPROTECTED = "SELECT set_config('pgtrigger.ignore', %s, true)"


def blank(model: str, ids: Iterable[UUID], values: Mapping[str, Any]) -> int:
    """Give columns of these rows the values that say nothing any more. Raises
    ValueError for a column that is under seal."""
    table = apps.get_model(model)
    if under_seal := sealing.columns(table) & set(values):
        raise ValueError(f"{model} is sealed: {under_seal}")
    more = {"version": F("version") + 1} if issubclass(table, Acted) else {}
    n: int = table._base_manager.filter(pk__in=list(ids)).update(**values, **more)
    return n


def delete(model: str, ids: Iterable[UUID]) -> int:
    """Delete these rows. Fails when others still point to them."""
    table = apps.get_model(model)
    if sealing.is_sealed(table):
        return _from_ledger(table, list(ids))
    return _raw_delete(table._base_manager.filter(pk__in=list(ids)))


def notes_of(ids: Iterable[UUID]) -> int:
    """Delete the free text said with any act on these objects; the acts stay."""
    rows = Note._base_manager.filter(event__object_id__in=list(ids))
    return _raw_delete(rows)


def events(ids: Iterable[UUID]) -> int:
    """Delete events themselves: only the log of who looked has an end (domain 9.3)."""
    return _from_ledger(Event, list(ids))


def _from_ledger(table: type[models.Model], ids: list[UUID]) -> int:
    """Delete sealed rows: the triggers that keep them stand aside meanwhile, and the
    ledger says that they went, which and when (`acts.sealing.forget`)."""
    guards = f"{{{','.join([*_guards(table), *_guards(Leaves)])}}}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_UNPROTECTED, [guards])
        sealing.forget(table, ids)
        if table is Event:
            _raw_delete(Note._base_manager.filter(event_id__in=ids))
        n = _raw_delete(table._base_manager.filter(pk__in=ids))
        with connection.cursor() as cursor:
            cursor.execute(_UNPROTECTED, ["{}"])
    return n


def _guards(table: type[models.Model]) -> list[str]:
    """The triggers of a table, as pgtrigger names them."""
    triggers = table._meta.triggers  # type: ignore[attr-defined]
    return [t.get_pgid(table) for t in triggers]


def _raw_delete(rows: models.QuerySet[Any]) -> int:
    """One statement; the database, not Django, says what still hangs on the rows."""
    n: int = rows._raw_delete(rows.db)
    return n
