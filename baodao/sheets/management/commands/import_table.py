"""`python -m django import_table members FILE`: what `baodao import` runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baodao.core.errors import BaodaoError
from baodao.sheets import console


class Command(BaseCommand):
    help = "导入一张表"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="、".join(console.kinds()))
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只试导入，不写入")
        parser.add_argument(
            "--partly", action="store_true", help="有错的行不写，写入其余的"
        )
        parser.add_argument(
            "--as", dest="username", default="", help="以哪个账号的名义"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind not in console.kinds():
            raise CommandError(
                f"没有“{kind}”这张表。可以是：{'、'.join(console.kinds())}。"
            )
        try:
            order = console.Order(
                kind, tuple(options["paths"]), console.actor_for(options["username"], kind),
                options["dry_run"], options["partly"], self.stdout.write, self._tell,
            )  # fmt: skip
            fine = console.run_order(order)
        except BaodaoError as error:
            raise CommandError(error.message) from error
        if not fine:
            raise CommandError("有错的行没有写入。请改好再导入。")

    def _tell(self, phase: str, done: int, total: int) -> None:
        """One line that is written over, on a terminal only."""
        if self.stderr.isatty():
            line = f"\r{phase} {done:,}/{total:,}" if total else f"\r{phase}"
            sys.stderr.write(f"{line:<30}")
            sys.stderr.flush()
