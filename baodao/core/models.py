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


class Headway(models.Model):
    """How far a long piece of work has come: see `core.headway`."""

    id = models.UUIDField(primary_key=True)
    done = models.IntegerField()
    total = models.IntegerField()
    said = models.TextField()


def next_number(key: str) -> int:
    """The next number of a series, starting at 1. One statement, safe under load."""
    return next_numbers(key, 1)[0]


def next_numbers(key: str, count: int) -> range:
    """The next `count` numbers of a series at once."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER.format(key="%s", n="%s"), [key, count])
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)
