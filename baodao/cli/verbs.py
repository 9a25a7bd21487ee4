"""The verbs of `baodao`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from baodao.cli import ledger, tokens
from baodao.cli.parser import ChineseParser
from baodao.platform import database, presets, supervisor
from baodao.platform.files import EmbeddedError

PRESET_HELP = "演示数据：ali 阿里，luzhou 泸州，empty 空库"


def main(argv: Sequence[str] | None = None) -> int:
    """Entry of the console command; the exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        if args[:1] == ["manage"]:  # Django reads the rest, options included
            return manage(args[1:])
        if args[:1] == ["db"] and args[1:]:  # and so does the program named here
            return database.run_client(database.var_folder(), args[1:])
        options = _parser().parse_args(args)
        code: int = options.verb(options)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = ChineseParser(
        prog="baodao",
        description="报到：单位报到和在职党员双报到的自托管系统。",
        epilog="数据放在当前目录的 var 下，用环境变量 BAODAO_VAR 换地方。",
    )
    text = f"%(prog)s {version('baodao')}"
    parser.add_argument("--version", action="version", version=text, help="显示版本")
    verbs = parser.add_subparsers(
        metavar="", required=True, dest="名称", parser_class=ChineseParser
    )
    _serve_arguments(verbs.add_parser("serve", help="启动全部服务，Ctrl-C 停止"))
    demo_verb = verbs.add_parser("demo", help="在空库里装入演示数据")
    demo_verb.add_argument(
        "--preset", choices=presets.DEMOS, default="ali", help=PRESET_HELP
    )
    demo_verb.set_defaults(verb=demo)
    check_verb = verbs.add_parser("check", help="自检：数据库、密钥、字体、后台任务等")
    check_verb.set_defaults(verb=check)
    token_verb = verbs.add_parser(
        "token", help="接口令牌：create 新建，list 列出，revoke 停用"
    )
    tokens.arguments(token_verb)
    token_verb.set_defaults(verb=token)
    verify_verb = verbs.add_parser("verify", help="核对账本：哪一行、哪一批被动过")
    ledger.arguments(verify_verb)
    verify_verb.set_defaults(verb=verify)
    _import_arguments(verbs.add_parser("import", help="导入一张表，和网页上一样先核对"))
    verbs.add_parser("manage", help="Django 的管理命令，例如 baodao manage migrate")
    db_verb = verbs.add_parser(
        "db", help="PostgreSQL 的程序，例如 baodao db pg_dump -Fc -f 备份.dump"
    )
    db_verb.set_defaults(verb=lambda _: db_verb.error("db 后面写要运行的程序"))
    return parser


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    env = os.environ
    add = parser.add_argument
    add("--host", default=env.get("BAODAO_BIND", "127.0.0.1"), help="监听地址")
    add("--port", type=int, default=env.get("PORT", "8000"), help="端口，默认 8000")
    add("--workers", type=int, default=2, help="网页进程数，默认 2")
    add("--threads", type=int, default=4, help="每个网页进程的线程数，默认 4")
    add(
        "--preset",
        choices=presets.PRESETS,
        default=env.get("PRESET", "empty"),
        help=f"库是空的时候装入什么。{PRESET_HELP}（默认）",
    )
    add("--demo", action="store_true", help="演示库开放一键登录；真实数据的库不受影响")
    parser.set_defaults(verb=serve)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("kind", metavar="表", help="members、units、places、households、report_ins …")
    add("paths", metavar="文件", nargs="+", help="Excel、ods、CSV；全国区划写文件夹")
    add("--dry-run", action="store_true", help="只试导入，不写入")
    add("--partly", action="store_true", help="有错的行不写，写入其余的")
    add(
        "--as", dest="username", default="", metavar="账号", help="以谁的名义，默认系统"
    )
    parser.set_defaults(verb=import_table)


def import_table(options: argparse.Namespace) -> int:
    """A table into this deployment's database, also while it is serving."""
    args = ["import_table", options.kind, *options.paths]
    args += ["--as", options.username] if options.username else []
    args += ["--dry-run"] if options.dry_run else []
    args += ["--partly"] if options.partly else []
    return manage(args)


def serve(options: argparse.Namespace) -> int:
    """Run everything until a signal."""
    if options.preset not in presets.PRESETS:  # from the environment, unchecked
        print(f"没有名叫 {options.preset} 的演示数据。{PRESET_HELP}", file=sys.stderr)
        return 2
    return supervisor.serve(
        supervisor.Options(
            var=database.var_folder(),
            host=options.host,
            port=options.port,
            workers=options.workers,
            threads=options.threads,
            preset=options.preset,
            demo=options.demo,
        )
    )


def demo(options: argparse.Namespace) -> int:
    """Tables and demo data, without serving."""
    with database.reachable(database.var_folder()) as url:
        _use(url)
        from baodao.platform import prepare  # Django: only once the URL is known

        prepare.set_up()
        prepare.migrate()
        if prepare.fill(options.preset):
            return 0
    print("库里已有数据，演示数据只装进空库。", file=sys.stderr)
    return 1


def check(options: argparse.Namespace) -> int:
    """Look at the whole deployment; 1 when something is wrong."""
    with database.reachable(database.var_folder()) as url:
        _use(url)
        from baodao.platform import checks

        return checks.report()


def token(options: argparse.Namespace) -> int:
    """API tokens of this deployment, also while it is not serving."""
    with database.reachable(database.var_folder()) as url:
        _use(url)
        return tokens.run(options) if _ready() else 1


def verify(options: argparse.Namespace) -> int:
    """The ledger of this deployment against its seals, also while it is serving."""
    with database.reachable(database.var_folder()) as url:
        _use(url)
        return ledger.run(options) if _ready() else 1


def _ready() -> bool:
    """Django is set up and the tables are those of this version."""
    from baodao.platform import prepare  # Django: only once the URL is known

    prepare.set_up()
    from baodao.core.health import migration_problem

    if migration_problem():
        text = "数据库结构不是这个版本的。请先重启 baodao serve，或执行 baodao manage migrate。"
        print(text, file=sys.stderr)
        return False
    return True


def manage(args: Sequence[str]) -> int:
    """Django's own commands on this deployment's database."""
    with database.reachable(database.var_folder()) as url:
        _use(url)
        from django.core.management import execute_from_command_line

        execute_from_command_line(["baodao manage", *args])
    return 0


def _use(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ["BAODAO_VAR"] = str(database.var_folder())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
