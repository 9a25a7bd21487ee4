"""`baodao serve`: database, web server and worker as one thing.

A child that dies is started again, with growing pauses; SIGINT, SIGTERM and
SIGHUP stop everything. One supervisor per data folder. Each child also dies
with the supervisor, so that a kill -9 leaves nothing behind.
"""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from baodao.platform import database, embedded, lock, presets
from baodao.platform.files import EmbeddedError
from baodao.platform.process import Child

TICK = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
SETTLED = 10.0  # seconds of life after which the pauses start small again


class StartError(Exception):
    """The product cannot start; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What `baodao serve` was asked for."""

    var: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 4
    preset: str = "empty"
    demo: bool = False


@dataclass
class Service:
    """One child that must always run."""

    name: str
    start: Callable[[], Child]
    child: Child | None = None
    pause: float = FIRST_PAUSE
    due: float = 0.0

    def keep_alive(self) -> bool:
        """Start it when it is not there; True when it was started again."""
        now = time.monotonic()
        if self.child:
            if self.child.alive():
                return False
            self._note_death(self.child, now)
        if now < self.due:
            return False
        again = self.due > 0
        self.child = self.start()
        return again

    def _note_death(self, child: Child, now: float) -> None:
        child.end_group()
        if child.age() > SETTLED:
            self.pause = FIRST_PAUSE
        say(f"{self.name}意外退出（{child.popen.returncode}），正在重新启动……")
        self.due = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.child = None

    def restart(self) -> None:
        """Stop it; the next `keep_alive` starts it."""
        if self.child:
            self.child.stop(5)
            self.child = None


@dataclass
class Stop:
    """Set by the first signal; a second one changes nothing."""

    asked: bool = False

    def __call__(self, *_: object) -> None:
        self.asked = True


def serve(options: Options) -> int:
    """Run until a signal; 0 after a clean stop, 1 when it could not start."""
    stop = Stop()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
    with ExitStack() as stack:
        try:
            stack.enter_context(_only_one(options.var))
            _run(options, stop, stack)
        except (StartError, EmbeddedError) as error:
            say(str(error))
            return 1
        finally:
            if stop.asked:
                say("正在停止……")
    say("已全部停止。")
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def _run(options: Options, stop: Stop, stack: ExitStack) -> None:
    _require_free_port(options, stop)
    env = {**os.environ, "BAODAO_VAR": str(options.var)}
    env["DJANGO_SETTINGS_MODULE"] = "baodao.config.settings"
    services = []
    if not env.get("DATABASE_URL"):
        cluster = embedded.open_cluster(options.var / database.CLUSTER)
        env["DATABASE_URL"] = cluster.url()
        services.append(Service("数据库", lambda: embedded.start(cluster)))
        stack.callback(_stop_all, services)
        services[0].keep_alive()
    _prepare(options, env, stop)
    filled = presets.remembered(options.var, env["DATABASE_URL"])
    demo = options.demo and filled in presets.DEMOS
    env["BAODAO_DEMO"] = "1" if demo else ""
    serving = [
        Service("网页服务", lambda: _web(options, env)),
        Service("后台任务", lambda: _worker(env)),
    ]
    # Registered after the database, so stopped before it.
    stack.callback(_stop_all, serving)
    for service in serving:
        service.keep_alive()
    _await_first_page(options, serving[0], stop)
    if not stop.asked:
        _announce(options, demo)
    _watch(services, serving, stop)


def _watch(databases: list[Service], serving: list[Service], stop: Stop) -> None:
    while not stop.asked:
        for service in databases:
            if service.keep_alive():
                # Its connections are gone, and it would not notice all of them.
                serving[1].restart()
        for service in serving:
            service.keep_alive()
        time.sleep(TICK)


def _prepare(options: Options, env: dict[str, str], stop: Stop) -> None:
    argv = [sys.executable, "-P", "-m", "baodao.platform.prepare", options.preset]
    child = Child.run("准备", argv, env=env)
    while child.alive() and not stop.asked:
        time.sleep(0.05)
    if stop.asked:
        child.stop(5)
    elif child.popen.returncode:
        raise StartError("准备数据库没有成功，原因见上面几行。")


def _web(options: Options, env: dict[str, str]) -> Child:
    argv = [sys.executable, "-P", "-m", "granian", "--interface", "wsgi"]
    argv += ["--host", options.host, "--port", str(options.port)]
    argv += ["--workers", str(options.workers)]
    argv += ["--blocking-threads", str(options.threads)]
    argv += ["--respawn-failed-workers", "--workers-kill-timeout", "10"]
    argv += ["--log-level", "warning", "baodao.config.wsgi:application"]
    return Child.run("网页服务", argv, env=env)


def _worker(env: dict[str, str]) -> Child:
    argv = [sys.executable, "-P", "-m", "baodao.cli", "manage", "procrastinate"]
    argv += ["worker", "--shutdown-graceful-timeout", "10"]
    argv += ["--delete-jobs", "successful"]
    return Child.run("后台任务", argv, env=env)


def _await_first_page(options: Options, web: Service, stop: Stop) -> None:
    deadline = time.monotonic() + 60
    while not stop.asked and not _answers(options):
        if web.child is None or not web.child.alive() or time.monotonic() > deadline:
            raise StartError("网页服务没有启动，原因见上面几行。")
        time.sleep(TICK)


def _answers(options: Options) -> bool:
    try:
        with urllib.request.urlopen(f"{address(options)}/healthz", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True  # an answer all the same
    except OSError:
        return False


def address(options: Options) -> str:
    """What to open in a browser on this machine."""
    everywhere = options.host in ("0.0.0.0", "::")
    return f"http://{'127.0.0.1' if everywhere else options.host}:{options.port}"


def _announce(options: Options, demo: bool) -> None:
    say(f"\n报到系统已启动：{address(options)}")
    if demo:
        # Plain data; Django is not loaded into this process.
        from baodao.portal.demo.accounts import DEMO_ACCOUNTS

        say("演示账号，在登录页一点即进：")
        for account in DEMO_ACCOUNTS:
            name = account.username or "不用账号"
            say(f"  {name:16}{account.title}：{account.does}")
    else:
        say("库里还没有账号时，打开的第一页会请您建立管理员。")
    say("按 Ctrl-C 停止。")


def _require_free_port(options: Options, stop: Stop) -> None:
    """A server that is just ending may hold the port for a moment."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    for _ in range(50):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((options.host, options.port))
            except OSError as error:
                reason = error
            else:
                return
        if stop.asked:
            return
        time.sleep(TICK)
    raise StartError(
        f"用不了 {options.host}:{options.port}（{reason.strerror}）："
        "端口可能已被别的程序占用，换一个端口，例如 PORT=9000。"
    )


def _stop_all(services: list[Service]) -> None:
    """All at once, then wait for each."""
    children = [s.child for s in services if s.child]
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(15)


@contextmanager
def _only_one(var: Path) -> Iterator[IO[str]]:
    held = lock.take(var / database.LOCK)
    if held is None:
        holder = lock.holder(var / database.LOCK)
        raise StartError(f"{var} 已有一个 baodao 在使用（进程 {holder}），先停下它。")
    with held:
        yield held
