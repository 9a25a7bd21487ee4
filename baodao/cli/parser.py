"""argparse in Chinese."""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

# argparse's own phrases, in the order in which they are replaced.
PHRASES = (
    ("the following arguments are required: ", "还要写上 "),
    ("unrecognized arguments: ", "不认识 "),
    ("expected one argument", "后面要写一个值"),
    ("invalid choice: ", "不能是 "),
    (" (choose from ", "（可选："),
    ("invalid int value: ", "要写整数，不能是 "),
    ("invalid fromisoformat value: ", "要写日期，例如 2026-11-01，不能是 "),
    ("argument ", ""),
)


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
        for english, chinese in PHRASES:
            message = message.replace(english, chinese)
        self.print_usage()
        self.exit(2, f"参数不对：{message}\n用 {self.prog} --help 查看说明。\n")
