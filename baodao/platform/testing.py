"""pytest plugin (`-p baodao.platform.testing`): the tests' own PostgreSQL.

It starts before pytest-django reads the settings, and stops at the end.
`TEST_DATABASE_URL` set: that server is used instead. Several runs at a time in
one checkout are fine: each takes a cluster of its own under `var/test-pg/`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest

from baodao.platform import embedded, files, lock

ROOT = Path(__file__).resolve().parents[2]
SLOTS = 16
_running = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Environment first, settings after (pytest-django's hook is wrapped)."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        _prepare_environment()
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller of a parallel run stops the server, its workers do not."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        _running.close()


@pytest.fixture
def live(live_server: Any) -> str:
    """Address of a real server on the test database, for browser journeys. The
    rows are really committed: ask for `transactional_db` data."""
    return str(live_server.url)


def _prepare_environment() -> None:
    var = ROOT / "var" / "test"
    # Whitenoise warns about a static root that is not there.
    (var / "static").mkdir(parents=True, exist_ok=True)
    os.environ["BAODAO_VAR"] = str(var)
    os.environ["BAODAO_STATIC"] = "plain"
    for name in ("BAODAO_DEMO", "BAODAO_DEBUG", "BAODAO_HTTPS", "BAODAO_HOSTS"):
        os.environ.pop(name, None)
    url = os.environ.get("TEST_DATABASE_URL")
    os.environ["DATABASE_URL"] = url or _start_server()


def _start_server() -> str:
    slot, held = _free_slot()
    _running.callback(held.close)
    try:
        cluster = _running.enter_context(embedded.running(slot, durable=False))
    except files.EmbeddedError:
        # Without fsync a crash of the machine may leave it broken: make it anew.
        shutil.rmtree(slot)
        cluster = _running.enter_context(embedded.running(slot, durable=False))
    return cluster.url()


def _free_slot() -> tuple[Path, IO[str]]:
    kind = "pg" if not os.environ.get("BAODAO_PG_BIN") else "own"
    for number in range(1, SLOTS + 1):
        slot = ROOT / "var" / "test-pg" / f"{kind}{number}"
        held = lock.take(slot.with_suffix(".lock"))
        if held:
            return slot, held
    raise pytest.UsageError("all of the tests' databases are in use")
