"""`baodao check` on a deployment that is broken on purpose, in every way it looks at:
a database of its own, a mount of its own, nothing pretended."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest

# In a mount namespace: the disk is full, and no font is left.
BREAK_MACHINE = """
mount -t tmpfs -o size=1m none "$BAODAO_VAR" &&
printf '{"django": "%064d", "field": "%064d"}' 1 2 > "$BAODAO_VAR/secrets.json" &&
chmod 644 "$BAODAO_VAR/secrets.json" &&
for f in /usr/share/fonts /usr/local/share/fonts; do
    [ -d $f ] && mount -t tmpfs none $f; done
exec "$@"
"""
BREAK_DATABASE = """
DELETE FROM django_migrations WHERE app = 'tokens';
REVOKE CREATE ON SCHEMA public FROM pg_database_owner, PUBLIC;
CREATE SCHEMA skew;
CREATE FUNCTION skew.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT pg_catalog.clock_timestamp() + interval '2 hours' $$;
"""


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a deployment with nothing right."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare (util-linux)")
    server = os.environ["DATABASE_URL"]
    name = f"broken_{os.getpid()}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            env = {**os.environ, "DATABASE_URL": url, "BAODAO_VAR": str(tmp_path)}
            run(env, "manage", "migrate", "--verbosity", "0")
            with psycopg.connect(url, autocommit=True) as db:
                db.execute(BREAK_DATABASE)
            skewed = quote("-c search_path=skew,pg_catalog,public")
            env["DATABASE_URL"] = f"{url}{'&' if '?' in url else '?'}options={skewed}"
            env.pop("BAODAO_STATIC")
            yield env
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(env: dict[str, str], *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "baodao.cli", *argv]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True)


def test_every_broken_thing_is_named_with_what_to_do(broken: dict[str, str]) -> None:
    argv = ["unshare", "--mount", "sh", "-c", BREAK_MACHINE, "sh"]
    if os.getuid():
        argv.insert(2, "--map-root-user")
    argv += [sys.executable, "-m", "baodao.cli", "check"]
    ran = subprocess.run(argv, env=broken, capture_output=True, text=True, check=False)
    if "unshare failed" in ran.stderr or "mount" in ran.stderr:
        pytest.skip(f"no mount namespace here: {ran.stderr[:100]}")
    lines = ran.stdout.splitlines()
    said = {
        line.split("：")[0]: after
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith(("✗", "！"))
    }
    expected = {
        "✗ 数据库结构": "manage migrate", "✗ 数据库权限": "ALTER DATABASE",
        "✗ 后台任务": "baodao serve", "✗ 密钥文件": "chmod 600", "✗ 时钟": "对时",
        "✗ 磁盘": "扩容", "✗ 页面文件": "collectstatic", "！ 中文字体": "fonts-noto-cjk",
    }  # fmt: skip
    for name, fix in expected.items():
        assert name in said, ran.stdout + ran.stderr
        assert "处理：" in said[name] and fix in said[name], ran.stdout
    assert ran.returncode == 1 and "差7200秒" in ran.stdout
