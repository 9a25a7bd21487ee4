"""How far a long piece of work in one transaction has come. Told over a connection of
its own, so that it is seen while the work is not yet committed; a hint, no act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections

Tell = Callable[[int, int, str], None]

_UPSERT = """
INSERT INTO core_headway AS h (id, done, total, said) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE
SET done = excluded.done, total = excluded.total, said = excluded.said
"""


class Headway(NamedTuple):
    """`done` of `total` steps; `said` is the one under way."""

    done: int
    total: int
    said: str


def silent(done: int, total: int, said: str) -> None:
    """Nobody waits for it."""


@contextmanager
def telling(pk: UUID) -> Iterator[Tell]:
    """A function that tells how far the work `pk` has come."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)

    def tell(done: int, total: int, said: str) -> None:
        with own.cursor() as cursor:
            cursor.execute(_UPSERT, [pk, done, total, said])

    try:
        yield tell
    finally:
        own.close()


def of(pk: UUID) -> Headway | None:
    """How far it has come; None when nothing was told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT done, total, said FROM core_headway WHERE id = %s", [pk])
        found = cursor.fetchone()
    return Headway(*found) if found else None
