"""The database of a deployment: `DATABASE_URL`, else the embedded one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baodao.platform import embedded, lock
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
