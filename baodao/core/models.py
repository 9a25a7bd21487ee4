from django.db import connection, models


class Counter(models.Model):
    """Running numbers people read (单 1120-05). Gaps are allowed, repeats are not."""

    key = models.TextField(primary_key=True)
    n = models.IntegerField()


class Epoch(models.Model):
    """One row: what processes keep in memory holds as long as `n` stays the same
    (`core.memory`)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    n = models.BigIntegerField()


# The key of the series goes into the braces.
NEXT_NUMBER = (
    "INSERT INTO core_counter AS c (key, n) VALUES ({}, 1) "
    "ON CONFLICT (key) DO UPDATE SET n = c.n + 1 RETURNING n"
)


def next_number(key: str) -> int:
    """The next number of a series, starting at 1. One statement, safe under load."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER.format("%s"), [key])
        row = cursor.fetchone()
    return int(row[0])
