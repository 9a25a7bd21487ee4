"""The database of a deployment: `DATABASE_URL`, else the embedded one."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from baodao.platform import embedded, files, lock
from baodao.platform.files import EmbeddedError

LOCK = "baodao.lock"
CLUSTER = "pg"


def var_folder() -> Path:
    """`BAODAO_VAR`, default `./var`: everything this deployment keeps."""
    return Path(os.environ.get("BAODAO_VAR", "var")).absolute()


@contextmanager
def reachable(var: Path) -> Iterator[str]:
    """`DATABASE_URL` for the time of the block, for commands beside the server:
    an embedded database that is not running is started and stopped again."""
    url = os.environ.get("DATABASE_URL")
    if url:
        yield url
        return
    held = lock.take(var / LOCK)
    if held is None:
        running = embedded.existing_url(var / CLUSTER)
        if running is None:
            raise EmbeddedError("baodao 正在启动，请稍候再试。")
        yield running
        return
    with held, embedded.running(var / CLUSTER) as cluster:
        yield cluster.url()


def run_client(var: Path, argv: Sequence[str]) -> int:
    """Run one of PostgreSQL's own programs (pg_dump, pg_restore, psql …) on this
    database, with its address and password in the environment."""
    with reachable(var) as url:
        env = {**os.environ, **client_environment(url)}
        home = (var / CLUSTER).absolute()
        if not os.environ.get("DATABASE_URL"):
            # The embedded server's own programs: others may be older than it.
            account = files.server_account(home)
            folder = files.programs(files.data_area(home, account), account)
            env["PATH"] = f"{folder}{os.pathsep}{env.get('PATH', '')}"
        try:
            return subprocess.run(argv, env=env, check=False).returncode
        except FileNotFoundError as error:
            raise EmbeddedError(f"没有找到程序 {argv[0]}。") from error


def client_environment(url: str) -> dict[str, str]:
    """The variables that libpq reads."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": parts.hostname or query.get("host", ""),
        "PGPORT": str(parts.port or query.get("port", "")),
        "PGUSER": unquote(parts.username or query.get("user", "")),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}
