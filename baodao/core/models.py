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


# The last of `n` numbers of a series.
NEXT_NUMBER = (
    "INSERT INTO core_counter AS c (key, n) VALUES ({key}, {n}) "
    "ON CONFLICT (key) DO UPDATE SET n = c.n + excluded.n RETURNING n"
)


class Progress(models.Model):
    """How far a long job is. Written beside the job's own transaction, so that it is
    seen while that is still open; the next report of the same key replaces it."""

    key = models.TextField(primary_key=True)
    phase = models.TextField(default="")
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    at = models.DateTimeField()


def next_number(key: str) -> int:
    """The next number of a series, starting at 1. One statement, safe under load."""
    return next_numbers(key, 1)[0]


def next_numbers(key: str, count: int) -> range:
    """The next `count` numbers of a series at once."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER.format(key="%s", n="%s"), [key, count])
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)
