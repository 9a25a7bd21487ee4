"""One at a time, across all processes."""

from django.db import connection


def one_at_a_time(key: str) -> None:
    """Wait until no other transaction works on `key`; held until this one ends. Call
    inside `atomic`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
