"""Other values for many rows in one statement: Django's own says a CASE for each row and
column, which takes the database longer than the rows."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def set_columns(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """`rows`: the id and the new values of the columns `names`, in their order. For
    figures kept beside what they are counted from; what people decide is an act."""
    if not rows:
        return
    fields = [model._meta.get_field(name) for name in ("id", *names)]
    kinds = [f.db_type(connection) for f in fields if isinstance(f, models.Field)]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    heads = ", ".join(f'"{name}"' for name in ("id", *names))
    sets = ", ".join(f'"{name}" = v."{name}"' for name in names)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS v({heads}) "
            "WHERE t.id = v.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
