"""A deployment for measuring: the product's own `baodao serve` on a database of its
own with fsync on, filled with the demo of Ali once and kept between runs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
# Years of orders have a deployment of their own: the others are measured on the demo.
HISTORY = ROOT / "var" / "bench-history"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Deployment:
    """Where it answers, and the process that keeps it."""

    url: str
    port: int
    var: Path
    pid: int

    def processes(self, *words: str) -> list[int]:
        """Processes below the supervisor whose command line has one of these words."""
        found = []
        for pid in _below(self.pid):
            with suppress(OSError):
                line = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
                )
                if any(word in line for word in words):
                    found.append(pid)
        return found

    def cpu(self, *words: str) -> float:
        """CPU seconds these processes have used so far."""
        return sum(_cpu(pid) for pid in self.processes(*words))

    @contextmanager
    def stopped(self, *words: str) -> Iterator[None]:
        """These processes stand still for the time of the block."""
        pids = self.processes(*words)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def _below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                stat = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
                parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, wait = list[int](), [pid]
    while wait:
        children = parents.get(wait.pop(), [])
        found += children
        wait += children
    return found


def _cpu(pid: int) -> float:
    """User and system time of a process, its reaped children included."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return sum(int(stat[i]) for i in (11, 12, 13, 14)) / TICKS
    return 0.0


@contextmanager
def serving(workers: int = 2, var: Path = VAR) -> Iterator[Deployment]:
    """The deployment for the time of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    var.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "BAODAO_VAR": str(var), "PYTHONUNBUFFERED": "1"}
    env.pop("DATABASE_URL", None)
    argv = [sys.executable, "-m", "baodao.cli", "serve", "--demo", "--preset", "ali"]
    argv += ["--port", str(port), "--workers", str(workers)]
    with (var / "serve.log").open("ab") as log:
        process = subprocess.Popen(argv, env=env, stdout=log, stderr=log, cwd=ROOT)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(f"{url}/readyz", process, var)
        yield Deployment(url, port, var, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(url: str, process: "subprocess.Popen[bytes]", var: Path) -> None:
    for _ in range(6000):  # loading the demo takes minutes on a busy machine
        if process.poll() is not None:
            break
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not start: see {var / 'serve.log'}")


def database_url(var: Path = VAR) -> str:
    """Of the running deployment."""
    from baodao.platform import embedded

    url = embedded.existing_url(var / "pg")
    assert url
    return url


def django(var: Path = VAR) -> None:
    """This process speaks to the deployment's database, with its keys."""
    os.environ["BAODAO_VAR"] = str(var)
    os.environ["DATABASE_URL"] = database_url(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "baodao.config.settings"
    import django as framework

    framework.setup()
