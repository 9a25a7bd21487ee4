"""How far a long job is, told to whoever waits while its transaction is still open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import connections

from baodao.core.models import Progress

# phase, done, total
Tell = Callable[[str, int, int], None]
PAUSE = 0.3  # seconds between two reports of one phase

_REPORT = """
INSERT INTO core_progress (key, phase, done, total, at) VALUES (%s, %s, %s, %s, now())
ON CONFLICT (key) DO UPDATE SET phase = excluded.phase, done = excluded.done,
  total = excluded.total, at = excluded.at
"""


def nobody(phase: str, done: int, total: int) -> None:
    """For callers whom nobody watches."""


@contextmanager
def telling(key: str) -> Iterator[Tell]:
    """`with telling(key) as tell:` reports by a connection of its own; the row goes
    when the job is over, however it ends."""
    own = connections.create_connection("default")
    last = ("", 0.0)

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal last
        now = monotonic()
        if phase == last[0] and now - last[1] < PAUSE and done < total:
            return
        last = (phase, now)
        with own.cursor() as cursor:
            cursor.execute(_REPORT, [key, phase, done, total])

    try:
        yield tell
    finally:
        with own.cursor() as cursor:
            cursor.execute("DELETE FROM core_progress WHERE key = %s", [key])
        own.close()


def progress_of(key: str) -> Progress | None:
    """The latest report of a job, None when there is none."""
    return Progress.objects.filter(key=key).first()
