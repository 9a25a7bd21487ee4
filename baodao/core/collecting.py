"""The collector of cyclic garbage, out of the way of long work."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """While a hundred thousand rows are made, nothing of them is garbage, and to look
    for some again and again costs a tenth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
