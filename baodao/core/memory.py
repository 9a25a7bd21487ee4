"""What a process keeps in memory between requests: settings, calendars, the people
behind API tokens. All of it hangs on one number in the database, the epoch, which a
trigger changes whenever a table that was kept from changes. Who reads a row of the
database reads the epoch with it (no trip of its own) and so knows whether what is
kept still holds."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

import pgtrigger
from django.db import connection

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# A value of a sequence: it never comes back, not even after a rollback. 0: never set.
EPOCH = "coalesce((SELECT n FROM core_epoch WHERE id = 1), 0)"
SECONDS = 300.0
MOST = 5_000
CHANGED = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def changed(*columns: str) -> Any:
    """An update of one of these columns."""
    return pgtrigger.UpdateOf(*columns)  # type: ignore[no-untyped-call]


def bump(name: str, operation: Any = CHANGED) -> pgtrigger.Trigger:
    """The trigger of a table that processes keep something of."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        func=(
            "INSERT INTO core_epoch (id, n) VALUES (1, nextval('core_epoch_seq')) "
            "ON CONFLICT (id) DO UPDATE SET n = nextval('core_epoch_seq'); "
            "RETURN NULL;"
        ),
    )


def epoch() -> int:
    """The epoch now, one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {EPOCH}")
        return int(cursor.fetchone()[0])


# What one page has asked for already; None outside a page that only reads.
_asked: ContextVar[dict[Hashable, Any] | None] = ContextVar("asked", default=None)


def _afresh(load: Callable[[], V]) -> V:
    """Read now, whatever the page has asked for before: what it has may be older than
    the epoch under which the value is kept for everybody."""
    token = _asked.set(None)
    try:
        return load()
    finally:
        _asked.reset(token)


class Kept(Generic[K, V]):
    """Values by key, each with the epoch it was read at."""

    everything: "list[Kept[Any, Any]]" = []

    def __init__(self) -> None:
        self._values: dict[K, tuple[int, float, V]] = {}
        Kept.everything.append(self)

    def get(self, key: K, at: int, load: Callable[[], V]) -> V:
        """The value of `key` at epoch `at`; `load` reads it when what is kept is of
        another epoch or too old. The epoch must have been read before `load` reads:
        then a change in between only makes it be read once more."""
        held = self._values.get(key)
        if held and held[0] == at and time.monotonic() - held[1] < SECONDS:
            return held[2]
        value = _afresh(load)
        if len(self._values) >= MOST:
            self._values.clear()
        self._values[key] = at, time.monotonic(), value
        return value

    def held(self, key: K) -> V | None:
        """What is kept of `key`, whatever the epoch: for values that carry their epoch
        and are judged by it later."""
        held = self._values.get(key)
        fresh = held and time.monotonic() - held[1] < SECONDS
        return held[2] if held and fresh else None

    def forget(self, key: K) -> None:
        """Read it anew next time."""
        self._values.pop(key, None)


# How long what is counted for everybody may stand (`Brief`); pages say as of when.
BRIEF = 60.0


class Brief(Generic[K, V]):
    """Values that are dear to read and may be a minute old."""

    everything: "list[Brief[Any, Any]]" = []

    def __init__(self) -> None:
        self._values: dict[K, tuple[float, V]] = {}
        Brief.everything.append(self)

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The value of `key`, read by `load` when there is none so young."""
        held = self._values.get(key)
        if held and time.monotonic() - held[0] < BRIEF:
            return held[1]
        if len(self._values) >= MOST:
            self._values.clear()
        value = _afresh(load)
        self._values[key] = time.monotonic(), value
        return value


@contextmanager
def one_page() -> Iterator[None]:
    """Within it what is `asked_once` is read once. For requests that write nothing: what
    is read does not change under them."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def asked_once(key: Hashable, load: Callable[[], V]) -> V:
    """The value of `key` for this page; outside one it is read each time."""
    held = _asked.get()
    if held is None:
        return load()
    if key not in held:
        held[key] = load()
    value: V = held[key]
    return value


def forget_everything() -> None:
    """Empty all that is kept in this process (tests: a rollback brings nothing)."""
    for kept in Kept.everything:
        kept._values.clear()
    for brief in Brief.everything:
        brief._values.clear()
