"""Self-check of a deployment (`baodao check`): every finding says what to do."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection

from baodao.core import health
from baodao.core.clock import now
from baodao.core.secrets import secrets_file
from baodao.platform import presets

OLDEST_SERVER = 15
EXTENSIONS = ("btree_gist", "pg_trgm")
CLOCK_LIMIT = 5.0  # seconds between this machine and the database
LEDGER_LIMIT = timedelta(minutes=30)  # sealing runs every five
SUMS_LIMIT = timedelta(minutes=10)  # they are woken at once, and every minute
LONG = "有长时间不结束的事务时先结束它（pg_stat_activity）"
DISK_LIMIT, DISK_WARNING = 1, 5  # free GiB
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts")
FONT_NAMES = ("*CJK*", "*SourceHan*", "*wqy*", "*simsun*", "*msyh*", "*NotoSansSC*")
MARKS = {"ok": "✓", "warning": "！", "failure": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `state` is a key of MARKS; `fix` is empty when ok."""

    name: str
    state: str
    detail: str
    fix: str = ""


def report() -> int:
    """Print all findings; 1 when one of them is a failure."""
    django.setup()
    findings = list(all_findings())
    for finding in findings:
        print(f"{MARKS[finding.state]} {finding.name}：{finding.detail}")
        if finding.fix:
            print(f"    处理：{finding.fix}")
    failures = sum(finding.state == "failure" for finding in findings)
    print(f"有{failures}项不合格。" if failures else "可以正常使用。")
    return 1 if failures else 0


def all_findings() -> Iterator[Finding]:
    """Every check in turn; one that breaks off is itself a failure."""
    for check in (
        database,
        migrations,
        worker,
        points,
        secret_file,
        ledger,
        sums,
        cards,
        clock,
        disk,
        static,
        fonts,
    ):
        try:
            yield from check()
        except DatabaseError as error:
            text = f"数据库没有回答（{type(error).__name__}）"
            fix = "检查 DATABASE_URL，或先启动 baodao serve"
            yield Finding(NAMES[check], "failure", text, fix)


def database() -> Iterator[Finding]:
    name = "数据库"
    number = int(_value("SHOW server_version_num")) // 10000
    if number < OLDEST_SERVER:
        fix = f"升级到 PostgreSQL {OLDEST_SERVER} 或更新版本"
        yield Finding(name, "failure", f"PostgreSQL {number}，太旧", fix)
    else:
        yield Finding(name, "ok", f"PostgreSQL {number}")
    if _value("SHOW server_encoding") != "UTF8":
        yield Finding(name, "failure", "编码不是 UTF8", "用 ENCODING 'UTF8' 重建数据库")
    yield from _rights()
    if _value("SHOW idle_in_transaction_session_timeout") == "0":
        fix = "ALTER ROLE … SET idle_in_transaction_session_timeout = '5min'"
        yield Finding(name, "warning", "没有限制空闲事务的时长", fix)


def _rights() -> Iterator[Finding]:
    name = "数据库权限"
    if _value("SELECT has_schema_privilege('public', 'CREATE')"):
        yield Finding(name, "ok", "可以建表")
    else:
        fix = "让应用账号做数据库的所有者：ALTER DATABASE … OWNER TO …"
        yield Finding(name, "failure", "不能在 public 里建表", fix)
    if _value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        fix = "换一个普通账号，只做本库的所有者"
        yield Finding(name, "warning", "用的是超级用户", fix)
    for extension in EXTENSIONS:
        have = "SELECT count(*) FROM pg_extension WHERE extname = %s"
        if not _value(have, extension):
            fix = f"安装 postgresql-contrib，再执行 CREATE EXTENSION {extension}"
            yield Finding(name, "failure", f"缺扩展 {extension}", fix)


def migrations() -> Iterator[Finding]:
    name = "数据库结构"
    if health.migration_problem():
        yield Finding(name, "failure", "不是最新的", "baodao manage migrate")
    else:
        yield Finding(name, "ok", "最新")


def worker() -> Iterator[Finding]:
    name = "后台任务"
    if health.worker_problem():
        fix = "baodao serve 会启动它；单独启动：baodao manage procrastinate worker"
        yield Finding(name, "failure", "两分钟内没有工作进程的心跳", fix)
        return
    yield Finding(name, "ok", "工作进程在运行")
    late = _value(
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
        " AND coalesce(scheduled_at, now()) < now() - interval '10 minutes'"
    )
    if late:
        fix = "查看日志；任务太多时多开一个工作进程"
        yield Finding(name, "warning", f"{late}个任务晚了十分钟以上", fix)
    failed = _value("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        fix = "日志里有原因；改好后 baodao manage procrastinate shell 可重试"
        yield Finding(name, "warning", f"{failed}个任务没有做成", fix)


def points() -> Iterator[Finding]:
    """The ledger of the points shop proves itself: balance = sum of entries."""
    # Models are there only when Django is set up.
    from baodao.shop.audit import proof

    name, found = "积分账", proof()
    if found.ok:
        text = f"{found.wallets}个账户、{found.prizes}样奖品，余额都等于各笔之和"
        yield Finding(name, "ok", text)
    else:
        wrong = len(found.wrong_wallets) + len(found.wrong_prizes)
        fix = "请先停用兑换，把最近的备份和日志交给维护的人核对"
        yield Finding(name, "failure", f"{wrong}个账户或奖品对不上", fix)


def secret_file() -> Iterator[Finding]:
    name = "密钥文件"
    path = secrets_file(settings.VAR)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        fix = f"chmod 600 {path}"
        yield Finding(name, "failure", f"别的用户能读（权限 {mode:o}）", fix)
    else:
        yield Finding(name, "ok", "只有本用户能读，请确认备份里有它")
    if settings.DEMO or _is_demo():
        fix = "正式使用请换一个新的数据目录，PRESET=empty"
        yield Finding("演示模式", "warning", "这是演示库，不要放真实数据", fix)


def _is_demo() -> bool:
    url = os.environ.get("DATABASE_URL", "")
    return presets.remembered(settings.VAR, url) in presets.DEMOS


def ledger() -> Iterator[Finding]:
    from baodao.acts import sealing  # needs Django set up

    name = "账本封存"
    if sealing.restored():
        fix = "baodao serve 启动时会接着封存；也可以等后台任务，最多五分钟"
        yield Finding(name, "warning", "数据库恢复过，还没有接着封存", fix)
        return
    since = sealing.waiting_since()
    behind = now() - since if since else timedelta()
    if behind > LEDGER_LIMIT:
        text = f"最早没有封存的一行已等了{behind.total_seconds() / 60:.0f}分钟"
        yield Finding(name, "warning", text, f"看后台任务是否在运行；{LONG}")
    else:
        yield Finding(name, "ok", "跟得上，用 baodao verify 核对")


def sums() -> Iterator[Finding]:
    """Cards, wallets and all that counts the record book."""
    from baodao.records import following  # needs Django set up

    name = "积分计算"
    since = following.waiting_since()
    behind = now() - since if since else timedelta()
    if behind > SUMS_LIMIT:
        text = f"最早没有计入的服务记录已等了{behind.total_seconds() / 60:.0f}分钟"
        fix = f"看后台任务是否在运行、日志里有没有 follower 的错误；{LONG}"
        yield Finding(name, "warning", text, fix)
    else:
        yield Finding(name, "ok", "跟得上服务记录")


def cards() -> Iterator[Finding]:
    """All open cards counted anew from the record book, as every night."""
    from baodao.scoring.services import proving  # needs Django set up

    name = "积分卡"
    found = [proving.proof(year) for year in proving.years()]
    looked, off = sum(p.cards for p in found), [o for p in found for o in p.off]
    if not off:
        yield Finding(name, "ok", f"{looked}张没有定等次的，和按服务记录重算的一致")
        return
    named = "、".join(str(o.card or f"{o.key[2]}的{o.key[1]}") for o in off[:5])
    text = f"{len(off)}张和按服务记录重算的不一致：{named}{'等' if off[5:] else ''}"
    fix = (
        "先看积分计算是否跟上，第二天再查一次；还不一致就不要定等次，把日志交给维护的人"
    )
    yield Finding(name, "failure", text, fix)


def clock() -> Iterator[Finding]:
    name = "时钟"
    theirs: datetime = _value("SELECT clock_timestamp()")
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart > CLOCK_LIMIT:
        fix = "两台机器都打开网络对时（chrony 或 systemd-timesyncd）"
        yield Finding(name, "failure", f"和数据库差{apart:.0f}秒", fix)
    else:
        yield Finding(name, "ok", "和数据库一致")


def disk() -> Iterator[Finding]:
    name = "磁盘"
    free = shutil.disk_usage(settings.VAR).free / 2**30
    detail = f"数据目录所在的盘还剩{free:.1f}GB"
    if free < DISK_WARNING:
        state = "failure" if free < DISK_LIMIT else "warning"
        yield Finding(name, state, detail, "清理或扩容，至少留 5 GB")
    else:
        yield Finding(name, "ok", detail)


def static() -> Iterator[Finding]:
    name = "页面文件"
    if settings.PLAIN_STATIC or Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        yield Finding(name, "ok", "齐全")
    else:
        fix = "baodao serve 会生成；单独生成：baodao manage collectstatic"
        yield Finding(name, "failure", "还没有生成", fix)


def fonts() -> Iterator[Finding]:
    name = "中文字体"
    if _has_chinese_font():
        yield Finding(name, "ok", "有")
    else:
        fix = "apt-get install fonts-noto-cjk"
        yield Finding(name, "warning", "本机没有，截图和打印会缺字", fix)


def _has_chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program:
        argv = [program, ":lang=zh-cn", "file"]
        if subprocess.run(argv, capture_output=True, check=False).stdout.strip():
            return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(
        next(folder.rglob(pattern), None)
        for folder in folders
        if folder.exists()
        for pattern in FONT_NAMES
    )


def _value(sql: str, *params: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


NAMES: dict[Callable[[], Iterator[Finding]], str] = {
    database: "数据库",
    migrations: "数据库结构",
    worker: "后台任务",
    ledger: "账本封存",
    sums: "积分计算",
    cards: "积分卡",
    points: "积分账",
    clock: "时钟",
}
