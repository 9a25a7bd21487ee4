"""The embedded PostgreSQL, with real servers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from baodao.platform import embedded, files, lock
from baodao.platform.embedded import Cluster


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("embedded")
    yield folder
    # Under root the data is elsewhere: pytest's folders are closed to others.
    shutil.rmtree(files.data_area(folder, files.server_account(folder)))


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return embedded.open_cluster(home, durable=False)


def ask(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url(), autocommit=True) as db:
        cursor = db.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_it_starts_stops_and_keeps_its_data(home: Path, cluster: Cluster) -> None:
    with embedded.running(home, durable=False):
        ask(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    with pytest.raises(psycopg.OperationalError):
        ask(cluster, "SELECT 1")
    with embedded.running(home, durable=False):
        assert ask(cluster, "SELECT n FROM kept") == 7


def test_the_application_is_no_superuser_but_may_make_its_extensions(
    home: Path, cluster: Cluster
) -> None:
    with embedded.running(home, durable=False):
        role = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        assert ask(cluster, role) is False
        with psycopg.connect(cluster.url()) as db:
            db.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            db.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert ask(cluster, "SELECT show_trgm('报到') IS NOT NULL") is True


def test_it_listens_on_a_socket_only_and_wants_a_password(
    home: Path, cluster: Cluster
) -> None:
    with embedded.running(home, durable=False):
        assert ask(cluster, "SHOW listen_addresses") == ""
        wrong = cluster.url().replace(cluster.passwords["baodao"], "guess")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    rules = (cluster.data / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in rules if line and line[0] != "#"}
    assert methods <= {"scram-sha-256", "reject"}


def test_it_starts_again_after_a_kill(cluster: Cluster) -> None:
    child = embedded.start(cluster)
    os.kill(child.pid, signal.SIGKILL)
    # Not waited for on purpose: a zombie holds the number in the lock file.
    again = embedded.start(cluster)
    try:
        assert ask(cluster, "SELECT 1") == 1
    finally:
        again.stop()
        child.popen.wait()


def test_a_server_left_over_is_stopped_first(cluster: Cluster) -> None:
    left_over = embedded.start(cluster)
    child = embedded.start(cluster)
    try:
        assert left_over.popen.wait(5) == 0
        assert ask(cluster, "SELECT 1") == 1
    finally:
        child.stop()


def test_it_dies_with_its_parent(home: Path, cluster: Cluster) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent.stdout:
        pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert _gone(pid, cluster)


def test_other_programs_than_the_data_are_refused(
    home: Path, cluster: Cluster, tmp_path: Path
) -> None:
    version = cluster.data / "PG_VERSION"
    real = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(files.EmbeddedError, match="PostgreSQL 14"):
            embedded.open_cluster(home)
    finally:
        version.write_text(real)


def test_data_without_its_passwords_is_refused_and_kept(
    home: Path, cluster: Cluster, tmp_path: Path
) -> None:
    kept = (home / "passwords.json").rename(tmp_path / "passwords.json")
    try:
        with pytest.raises(files.EmbeddedError, match=r"passwords\.json"):
            embedded.open_cluster(home)
        assert (cluster.data / "PG_VERSION").exists()
    finally:
        kept.rename(home / "passwords.json")


def test_a_long_path_gets_its_socket_in_a_short_folder(tmp_path: Path) -> None:
    area = tmp_path / ("long" * 25)
    area.mkdir()
    folder = files.socket_folder(area, None)
    try:
        assert len(str(folder)) < files.SOCKET_LIMIT
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        folder.rmdir()


def test_only_one_holder_per_folder(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    held = lock.take(file)
    assert held
    assert lock.take(file) is None
    assert lock.holder(file) == str(os.getpid())
    held.close()
    again = lock.take(file)
    assert again
    again.close()


PARENT = """
import sys, time
from pathlib import Path
from baodao.platform import embedded
child = embedded.start(embedded.open_cluster(Path(sys.argv[1]), durable=False))
print(child.pid, flush=True)
time.sleep(60)
"""


def _gone(pid: int, cluster: Cluster) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not embedded._is_server(pid, cluster):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(autouse=True)
def _nothing_left_running(cluster: Cluster) -> Iterator[None]:
    yield
    embedded.stop_stale(cluster)
