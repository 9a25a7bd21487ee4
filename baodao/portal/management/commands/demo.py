"""`python -m django demo --preset ali`: fill an empty database with a demo."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baodao.core.errors import BaodaoError
from baodao.portal.demo.accounts import DEMO_ACCOUNTS
from baodao.portal.demo.load import SEED, is_empty, load


class Command(BaseCommand):
    help = "把演示数据装进空的数据库"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--preset", choices=["ali", "luzhou", "empty"], default="ali"
        )
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument(
            "--if-empty", action="store_true", help="已有数据时什么也不做，也不报错"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["if_empty"] and not is_empty():
            return
        try:
            world = load(options["preset"], seed=options["seed"], say=self.stdout.write)
        except BaodaoError as error:
            raise CommandError(error.message) from error
        if world is None:
            self.stdout.write("空的数据库已就绪，第一次打开网页时建管理员。")
            return
        for account in DEMO_ACCOUNTS:
            if account.username:
                self.stdout.write(
                    f"  {account.username:<16}{account.title}：{account.does}"
                )
