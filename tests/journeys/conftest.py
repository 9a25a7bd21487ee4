"""A real server on the tests' database, started as a deployment starts it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from baodao.core.secrets import secrets_file

expect.set_options(timeout=10_000)  # a busy machine is no failure


@pytest.fixture
def served(transactional_db: None) -> Iterator[str]:
    """Address of granian with collected, compressed, hashed static files; signed-in
    sessions of the test hold there too."""
    # Kept between runs: compressing takes long, and is skipped when nothing changed.
    env = {**_environment(settings.VAR / "served"), "BAODAO_STATIC": ""}
    collect = "from baodao.platform.prepare import set_up, collect; set_up(); collect()"
    subprocess.run([sys.executable, "-c", collect], env=env, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    argv += ["--host", "127.0.0.1", "--blocking-threads", "4"]
    argv += ["--log-level", "warning", "baodao.config.wsgi:application"]
    server = subprocess.Popen(argv, env=env)
    try:
        _await(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """The real worker of background jobs, on the tests' database."""
    argv = [sys.executable, "-m", "baodao.cli", "manage", "procrastinate", "worker"]
    running = subprocess.Popen(argv, env=_environment(settings.VAR))
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


def _environment(var: Path) -> dict[str, str]:
    """For a process beside the tests: their database and their secrets."""
    name = str(connection.settings_dict["NAME"])
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {
        **os.environ, "DATABASE_URL": url, "BAODAO_VAR": str(var),
        "BAODAO_SECRETS": str(secrets_file(settings.VAR)),
    }  # fmt: skip


def _await(url: str) -> None:
    for _ in range(400):
        with suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    pytest.fail("the server did not start")
