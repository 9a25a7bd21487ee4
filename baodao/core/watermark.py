"""Which rows are final: a reader that goes on from where it stopped must not pass a
transaction that is still running and will write below."""

from typing import NamedTuple

from django.db import connection


class Watermark(NamedTuple):
    """Every transaction below `upto` has ended. `others`: some above it are running, so
    that one had better come back soon."""

    upto: int
    others: bool


def watermark() -> Watermark:
    """Of this moment, at READ COMMITTED: ask first, then read rows with xid < `upto`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, EXISTS (SELECT FROM "
            "pg_snapshot_xip(s) x WHERE x IS DISTINCT FROM "
            "pg_current_xact_id_if_assigned()) FROM pg_current_snapshot() s"
        )
        return Watermark(*cursor.fetchone())
