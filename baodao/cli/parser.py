"""argparse in Chinese."""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn


class ChineseFormatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(
            usage, actions, groups, "用法：" if prefix is None else prefix
        )


class ChineseParser(argparse.ArgumentParser):
    """Help and errors in Chinese; argparse's own phrases are English."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(formatter_class=ChineseFormatter, add_help=False, **kwargs)
        self._positionals.title = "命令"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(2, f"参数不对：{message}\n用 {self.prog} --help 查看说明。\n")
