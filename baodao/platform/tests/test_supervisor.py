"""`baodao serve` with real processes: it starts, mends itself, and stops."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from baodao.platform import database, files

MEND = 30  # seconds; two or three on a quiet machine


@dataclass
class Deployment:
    var: Path
    port: int
    process: subprocess.Popen[str]

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def child(self, word: str) -> int:
        """Process number of the supervisor's child with `word` in its command."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in pids.read_text().split():
            if word in command(int(pid)):
                return int(pid)
        return 0


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(var: Path, port: int) -> subprocess.Popen[str]:
    env = {**os.environ, "BAODAO_VAR": str(var)}
    for name in ("DATABASE_URL", "PRESET", "BAODAO_DEMO"):
        env.pop(name, None)
    argv = [sys.executable, "-m", "baodao.cli", "serve", "--port", str(port)]
    return subprocess.Popen(
        [*argv, "--workers", "1"], env=env, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    var = tmp_path_factory.mktemp("serve")
    (var / "static").mkdir()
    port = free_port()
    with start(var, port) as process:
        running = Deployment(var, port, process)
        try:
            assert within(120, lambda: running.get("/readyz") == 200)
            yield running
        finally:
            process.kill()
            home = var / database.CLUSTER
            shutil.rmtree(files.data_area(home, files.server_account(home)))


def test_it_is_ready_with_database_and_worker(deployment: Deployment) -> None:
    assert deployment.get("/healthz") == 200
    assert deployment.get("/readyz") == 200


@pytest.mark.parametrize("word", ["granian", "procrastinate", "postgres"])
def test_a_killed_child_is_started_again(deployment: Deployment, word: str) -> None:
    old = deployment.child(word)
    assert old
    os.kill(old, signal.SIGKILL)
    assert within(MEND, lambda: deployment.child(word) not in (0, old))
    assert within(MEND, lambda: deployment.get("/readyz") == 200)


def test_a_second_one_on_the_same_folder_is_refused(deployment: Deployment) -> None:
    with start(deployment.var, free_port()) as second:
        said, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert f"进程 {deployment.process.pid}" in said


def test_a_signal_stops_everything(deployment: Deployment) -> None:
    children = [deployment.child(w) for w in ("granian", "procrastinate", "postgres")]
    assert all(children)
    deployment.process.send_signal(signal.SIGTERM)
    assert deployment.process.wait(20) == 0
    assert [pid for pid in children if command(pid)] == []
    assert deployment.get("/healthz") == 0
