"""Nightly work goes on when one of its rows fails."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger(__name__)


def one_by_one(rows: Iterable[T], do: Callable[[T], R]) -> list[R]:
    """What `do` made of each. One that fails stops no other: it is logged, and the first
    is raised when all have had their turn. `do` keeps its own transaction."""
    done, failed = [], []
    for row in rows:
        try:
            done.append(do(row))
        except Exception as error:
            log.exception("nightly work on %r", row)
            failed.append(error)
    if failed:
        raise failed[0]
    return done
