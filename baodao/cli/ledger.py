"""`baodao verify`: is the ledger as it was sealed, and if not, where."""

import argparse
import sys
from datetime import date
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    add = parser.add_argument
    add(
        "--since",
        type=date.fromisoformat,
        metavar="日期",
        help="行只看这一天以后封存的，例如 2026-11-01；封条总是全看",
    )
    add(
        "--digest",
        action="append",
        default=[],
        metavar="封存码",
        help="公告栏上抄下的码，可以写几个",
    )
    add("--export", type=Path, metavar="文件.zip", help="写一份离线副本，用 scripts/verify_ledger.py 核对")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Needs Django; 1 when something is wrong."""
    from baodao.acts import ledger, verifying

    report = verifying.verify(options.since, options.digest)
    print(
        f"看了 {report.seals} 批封条、{report.rows} 行；{report.pending} 行还没有封存。"
    )
    for day, n in sorted(report.forgotten.items()):
        print(f"{day:%Y-%m-%d} 到期删除 {n} 行，有记录，不算缺。")
    for line in report.known:
        print(f"封存码对得上：{line}")
    for line in verifying.told(report):
        print(f"✗ {line}")
    if options.export:
        seals, rows = ledger.export(options.export)
        print(
            f"已写入 {options.export}：{seals} 批、{rows} 行，没有姓名、电话、住处和文字。"
        )
    if report.faults:
        print(f"有 {len(report.faults)} 处不对。", file=sys.stderr)
        return 1
    print("没有发现改动。" + ("" if options.digest else NO_CODE))
    return 0


NO_CODE = (
    "没有给出封存码：账要是被整个换过，这样看不出来，请用 --digest 写上公告栏上的码。"
)
