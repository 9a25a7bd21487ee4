from django.db import connection, models


class Counter(models.Model):
    """Running numbers people read (单 1120-05). Gaps are allowed, repeats are not."""

    key = models.TextField(primary_key=True)
    n = models.IntegerField()


class Headway(models.Model):
    """How far a long piece of work has come: see `core.headway`."""

    id = models.UUIDField(primary_key=True)
    done = models.IntegerField()
    total = models.IntegerField()
    said = models.TextField()


def next_number(key: str) -> int:
    """The next number of a series, starting at 1. One statement, safe under load."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter AS c (key, n) VALUES (%s, 1) "
            "ON CONFLICT (key) DO UPDATE SET n = c.n + 1 RETURNING n",
            [key],
        )
        row = cursor.fetchone()
    return int(row[0])
