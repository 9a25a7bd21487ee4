"""Before the first page: tables, first data, static files. One Django process,
`python -m baodao.platform.prepare PRESET`; quick when there is nothing to do."""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from baodao.platform import presets


def main() -> None:
    """Entry of the process; the supervisor has set the environment."""
    set_up()
    migrate()
    seal_restored()
    fill(sys.argv[1])
    invite()
    collect()


def set_up() -> None:
    """Django for this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
    django.setup()


def migrate() -> None:
    """Bring the tables up to date."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("正在更新数据库结构……")
        call_command("migrate", interactive=False, verbosity=0)


def seal_restored() -> None:
    """A dump restored into another server: what it had not sealed is sealed before
    anybody writes, in a new generation of transaction numbers."""
    from baodao.acts import sealing  # needs Django set up

    if sealing.restored():
        say(f"数据库是恢复来的，账本接着封存：{sealing.seal_all()}行。")


def fill(preset: str) -> bool:
    """Load a demo into an empty database; False when there was nothing to do."""
    from baodao.acts import sealing  # needs Django set up
    from baodao.portal.demo.load import is_empty, load

    if preset not in presets.DEMOS or not is_empty():
        return False
    load(preset, say=say)
    say(f"账本封存了 {sealing.seal_all()} 行。")
    sealing.write_digest()
    presets.remember(settings.VAR, os.environ["DATABASE_URL"], preset)
    return True


def invite() -> None:
    """While there is no account: the token for whoever sets up from elsewhere."""
    from baodao.portal.setup import setup_token  # needs Django set up

    if token := setup_token():
        say(f"第一次使用：不在这台机器上打开网页时，一次性口令是 {token}")


def say(text: str) -> None:
    print(text, flush=True)


def collect() -> None:
    """Static files under hashed names, compressed; skipped when none changed."""
    if settings.PLAIN_STATIC:
        return
    stamp = Path(settings.VAR, "static.stamp")
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)


def _fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            info = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
