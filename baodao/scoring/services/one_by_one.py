"""Work on many rows goes on when one of them fails."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from baodao.core.errors import BaodaoError, Invalid

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


def each_it_can(
    rows: Iterable[T], do: Callable[[T], object], name: Callable[[T], str]
) -> tuple[int, list[str]]:
    """One decision about many: how many were done, and in words which were not and why.
    What has to be mended in what was sent is raised: it is the same for all."""
    done, left = 0, []
    for row in rows:
        try:
            do(row)
        except Invalid:
            raise
        except BaodaoError as error:
            left.append(f"{name(row)}：{error.message}")
        else:
            done += 1
    return done, left
