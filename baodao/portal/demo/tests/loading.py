"""A preset for a test module: loaded once, rolled back at its end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from django.db import connection, transaction

from baodao.orders.categories import seed as categories
from baodao.orders.models import Category
from baodao.portal.demo.load import load
from baodao.portal.demo.world import World

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
SEED = 20260101


def loaded(preset: str, blocker: Any) -> Iterator[World]:
    with blocker.unblock(), transaction.atomic():
        categories(Category)
        started = monotonic()
        world = load(preset, seed=SEED, now=NOW)
        # All references hold; what is checked now is not checked after each test.
        connection.check_constraints()
        print(f"{preset}: {monotonic() - started:.1f} s")
        assert world
        yield world
        transaction.set_rollback(True)
