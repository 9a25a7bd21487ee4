"""The ledger as a file that can be checked without this program, this database and
anybody's word: `scripts/verify_ledger.py` of the repository reads it. Only open columns
go out; of the others one salted hash, and the salt stays."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import connection

from baodao.acts.models import Digest, Seal
from baodao.acts.sealing import (
    EPOCH,
    REGISTRY,
    line_sql,
    missing,
    said,
    seal_all,
    short,
)
from baodao.acts.verifying import outside, portions, still
from baodao.core.clock import local
from baodao.core.clock import now as clock_now

README = """这是账本的离线副本，{at:%Y-%m-%d %H:%M} 导出，共 {seals} 批、{rows} 行。
里面只有代号和编号，没有姓名、电话、住处和文字。

怎么核对（不用联网，不用装别的，有 Python 3.8 以上就行）：
  1. 从公告栏或自己的本子上，抄下某一天的封存码；
  2. 从报到的代码库取 scripts/verify_ledger.py，不要向出账的人要；
  3. 执行：python verify_ledger.py 这个文件.zip --digest XXXX-XXXX-XXXX-XXXX-XXXX-XXXX

seals.jsonl    每批的封条，一批压着一批
digests.jsonl  每天的封存码
rows/          每批的行：这一行的哈希，制表符，这一行
rest/          还没有封存的行：事务号，制表符，编号
"""


def export(path: Path) -> tuple[int, int]:
    """Write the file; (batches, rows). Sealed right before: what is written off as
    forgotten must not be missing from a copy that is checked without this server."""
    seal_all()
    rows = 0
    with still(), ZipFile(path, "w", ZIP_DEFLATED) as file:
        seals = list(Seal.objects.order_by("seq"))
        file.writestr("seals.jsonl", _lines([*said(s), s.hash] for s in seals))
        file.writestr("digests.jsonl", _lines(map(_digest, _days())))
        for some in portions(seals):
            rows += sum(s.n for s in some)
            for seq, lines in _batches(some):
                file.writestr(f"rows/{seq:08}.txt", "".join(lines))
        for ledger in REGISTRY:
            lines = [f"{xid}\t{pk}\n" for pk, xid in outside(ledger)]
            file.writestr(f"rest/{ledger}.txt", "".join(lines))
        text = README.format(at=local(clock_now()), seals=len(seals), rows=rows)
        file.writestr("说明.txt", text)
    return len(seals), rows


def _days() -> Iterator[Digest]:
    yield from Digest.objects.order_by("day")


def _digest(it: Digest) -> list[object]:
    at = (it.at - EPOCH) // timedelta(microseconds=1)
    return [it.day.isoformat(), it.seq, it.hash, short(it.hash), it.counts, at]


def _lines(values: Iterator[list[object]]) -> str:
    return "".join(json.dumps(v, separators=(",", ":")) + "\n" for v in values)


def _batches(some: Sequence[Seal]) -> Iterator[tuple[int, list[str]]]:
    """(batch, its lines); of a row that is not there only the hash."""
    first = some[0]
    known = first.ledger in REGISTRY
    whole = known and not missing(first.ledger, [*first.opened, *first.closed])
    line = line_sql(first.ledger, first.opened, first.closed) if whole else "NULL::text"
    table = f"LEFT JOIN {first.ledger} t ON t.id = u.id" if whole else ""
    there = "t.id IS NOT NULL" if whole else "false"
    found: dict[int, list[str]] = {s.seq: [] for s in some}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.seal_id, encode(u.leaf, 'hex'), CASE WHEN {there} THEN {line} END "
            "FROM acts_leaves l, unnest(l.ids, l.leaves) WITH ORDINALITY "
            f"u(id, leaf, pos) {table} WHERE l.seal_id = ANY(%s) ORDER BY 1, u.pos",
            [list(found)],
        )
        for seq, leaf, text in cursor.fetchall():
            found[seq].append(f"{leaf}\t{text or ''}\n")
    yield from found.items()
