"""`baodao import places FOLDER`: the nation's places from CSV files."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baodao.acts.actor import SYSTEM
from baodao.core.errors import BaodaoError
from baodao.places.services.nation import Outcome, import_places


class Command(BaseCommand):
    help = "导入统计用区划（省、市、县、乡镇、村）的CSV文件；再导一次只补变化"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            type=Path,
            help="文件夹（放着provinces.csv、villages.csv等），或一个个CSV文件",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        started = monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"{monotonic() - started:6.1f} 秒  {line}")
            self.stdout.flush()

        try:
            outcome = import_places(actor=SYSTEM, paths=options["paths"], say=say)
        except BaodaoError as error:
            raise CommandError(error.message) from error
        say(words(outcome))


def words(done: Outcome) -> str:
    """The outcome as one line; what needs nobody is left out."""
    if not done.added and not done.renamed:
        head = f"没有变化，{done.same:,}个地方都和文件一样。"
    else:
        head = f"新增{done.added:,}个，改名{done.renamed:,}个，不变{done.same:,}个。"
    notes = (
        (done.ended, "个在这里已经停用或并入别处，没有再加"),
        (done.withdrawn, "个标着“已撤销”，没有导入"),
        (done.missing, "个在用的地方文件里没有，没有动；撤并了的请用“区划调整”处理"),
    )
    return head + "".join(f"{n:,}{text}。" for n, text in notes if n)
