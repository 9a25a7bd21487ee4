"""What is wrong with the ledger, and where (`baodao verify`): every row against its
seal, every seal against the one before it, the chain against the digests that were
written down. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from baodao.acts.models import Digest, Forgotten, Seal
from baodao.acts.sealing import (
    NOTHING,
    REGISTRY,
    leaf_sql,
    missing,
    moment,
    seal_hash,
    short,
    tidy,
)
from baodao.core.clock import at_local, local

AT_ONCE = 20_000  # rows that one statement looks at
NAMED = 50  # faults of one kind and table that are told one by one
SLIPS = 3  # wrong characters of a code that are taken for a slip of the pen
WORDS = {
    "changed": "内容和封存时不一样，被改过",
    "deleted": "这一行没有了，也没有到期删除的记录",
    "blanked": "这一行的位置空了，没有到期删除的记录",
    "no_act": "写着到期删除，却没有哪次办理对得上",
    "late": "这一行是后来塞进去的，它的位置早已封存",
    "future": "这一行的事务号还没有发生，是伪造的",
    "seal": "封条被改过",
    "link": "和前一批接不上，前面的封条被换过、挪过或抽掉过",
    "gap": "这一批的封条没有了",
    "leaves": "这一批的行目录被改过或没有了",
    "columns": "表里少了当时封存的列，没法核对",
    "digest": "那一天的封存码对不上，到那一天为止的账被改写或截掉过",
    "unknown": "给出的封存码不在账里：账被整个换过，或者末尾被截掉了",
}


class Fault(NamedTuple):
    """`kind` is a key of WORDS. `seq`: the batch, `row` and `at`: which row of it."""

    kind: str
    ledger: str = ""
    seq: int | None = None
    row: UUID | None = None
    at: int | None = None
    more: str = ""

    def __str__(self) -> str:
        known = REGISTRY.get(self.ledger)
        label = f"{known.label}（{self.ledger}）" if known else self.ledger
        where = [
            label,
            f"第 {self.seq} 批" if self.seq is not None else "",
            f"第 {self.at} 行" if self.at is not None else "",
            str(self.row) if self.row else "",
        ]
        said = f"{WORDS[self.kind]}。{self.more}"
        place = " ".join(w for w in where if w)
        return f"{place}：{said}" if place else said


@dataclass
class Report:
    """What was looked at and what was found. `pending`: rows that wait for the next
    sealing; `forgotten`: rows that went when their time was over, by day."""

    seals: int = 0
    rows: int = 0
    pending: int = 0
    forgotten: dict[date, int] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify(since: date | None = None, codes: Sequence[str] = ()) -> Report:
    """`since`: rows sealed before that day are passed over, the chain never is.
    `codes`: digests from outside, whole or short, as somebody copied them."""
    with still():
        report = Report()
        seals = list(Seal.objects.order_by("seq"))
        report.seals = len(seals)
        report.faults += _chain(seals)
        report.faults += _digests(seals)
        _codes(report, seals, codes)
        start = at_local(since, time(0)) if since else None
        recent = [s for s in seals if start is None or s.at >= start]
        report.faults += _directory(seals, recent)
        _rows(report, recent)
        for ledger in REGISTRY:
            _outside(report, ledger, seals, start)
    return report


@contextmanager
def still() -> Iterator[None]:
    """All that is read within is of one moment, while others go on writing and sealing.
    Inside another transaction (tests) there is nobody else."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
        yield


# --- the chain --------------------------------------------------------------------------------------


def _chain(seals: Iterable[Seal]) -> Iterator[Fault]:
    """Each seal by itself and to the one before it: what was altered in one place is
    told for that place only."""
    prev, expected = NOTHING, 1
    for seal in seals:
        for lost in range(expected, min(seal.seq, expected + NAMED)):
            yield Fault("gap", "", lost)
        if seal_hash(seal) != seal.hash:
            yield Fault("seal", seal.ledger, seal.seq)
        if seal.prev != prev:
            yield Fault("link", seal.ledger, seal.seq)
        prev, expected = seal.hash, seal.seq + 1


def _digests(seals: Iterable[Seal]) -> Iterator[Fault]:
    heads = {s.seq: s.hash for s in seals}
    for digest in Digest.objects.order_by("day"):
        if heads.get(digest.seq) != digest.hash:
            rows = "、".join(
                f"{REGISTRY[k].label if k in REGISTRY else k} {n} 行"
                for k, n in sorted(digest.counts.items())
            )
            more = f"{digest.day:%Y-%m-%d}，{short(digest.hash)}，当时{rows}。"
            yield Fault("digest", "", digest.seq, more=more)


def _codes(report: Report, seals: Sequence[Seal], codes: Sequence[str]) -> None:
    """Codes from outside the database: what nobody who holds it can change."""
    known = {tidy(short(s.hash)): s for s in seals}
    whole = {s.hash: s for s in seals}
    for code in codes:
        typed = tidy(code)
        seal = whole.get(code.strip().lower()) or known.get(typed)
        if seal is None:
            report.faults.append(Fault("unknown", more=_nearly(typed, known)))
            continue
        report.known.append(
            f"{short(seal.hash)} 是第 {seal.seq} 批，{local(seal.at):%Y-%m-%d %H:%M} 封存。"
        )


def _nearly(typed: str, known: dict[str, Seal]) -> str:
    for code, seal in known.items():
        if len(code) == len(typed):
            wrong = sum(a != b for a, b in zip(code, typed, strict=True))
            if wrong <= SLIPS:
                return f"和第 {seal.seq} 批的 {short(seal.hash)} 只差 {wrong} 个字，可能是抄错了。"
    return f"（{typed}）"


# --- the rows ---------------------------------------------------------------------------------------


def _directory(seals: Sequence[Seal], recent: Sequence[Seal]) -> Iterator[Fault]:
    """The list of rows of each batch against its seal."""
    made = {s.seq: s for s in recent}
    every = {s.seq for s in seals}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal_id FROM acts_leaves")
        there = {row[0] for row in cursor.fetchall()}
        yield from (Fault("gap", "", seq) for seq in sorted(there - every))
        for some in portions(recent):
            cursor.execute(
                "SELECT k.seal_id, cardinality(k.ids) = cardinality(k.leaves), "
                "cardinality(k.leaves), encode(sha256(coalesce((SELECT string_agg(x, "
                "''::bytea ORDER BY o) FROM unnest(k.leaves) WITH ORDINALITY v(x, o)), "
                "''::bytea)), 'hex') FROM acts_leaves k WHERE k.seal_id = ANY(%s)",
                [[s.seq for s in some]],
            )
            found = {row[0]: row[1:] for row in cursor.fetchall()}
            for seal in some:
                if found.get(seal.seq) != (True, seal.n, seal.digest):
                    yield Fault("leaves", made[seal.seq].ledger, seal.seq)


def portions(seals: Iterable[Seal]) -> Iterator[list[Seal]]:
    """Batches that were made in one way, some at a time."""
    kind = sorted(seals, key=lambda s: (s.ledger, s.opened, s.closed, s.seq))
    for _, alike in groupby(kind, lambda s: (s.ledger, s.opened, s.closed)):
        some: list[Seal] = []
        for seal in alike:
            if some and sum(s.n for s in some) + seal.n > AT_ONCE:
                yield some
                some = []
            some.append(seal)
        yield some


def _rows(report: Report, seals: Sequence[Seal]) -> None:
    """Every sealed row as it is now."""
    gone = _explained(report)
    for some in portions(seals):
        first = some[0]
        report.rows += sum(s.n for s in some)
        if first.ledger not in REGISTRY or missing(
            first.ledger, [*first.opened, *first.closed]
        ):
            report.faults += [Fault("columns", s.ledger, s.seq) for s in some]
            continue
        for seq, at, row, there in _unlike(some):
            if row is None and at in gone[seq]:
                continue
            kind = "blanked" if row is None else "changed" if there else "deleted"
            report.faults.append(Fault(kind, first.ledger, seq, row, at))


def _unlike(some: Sequence[Seal]) -> list[Any]:
    """(batch, place, id, is it there) of the rows that are not what was sealed."""
    first = some[0]
    leaf = leaf_sql(first.ledger, first.opened, first.closed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.seal_id, u.pos, u.id, t.id IS NOT NULL FROM acts_leaves l, "
            "unnest(l.ids, l.leaves) WITH ORDINALITY u(id, leaf, pos) "
            f"LEFT JOIN {first.ledger} t ON t.id = u.id WHERE l.seal_id = ANY(%s) "
            f"AND (t.id IS NULL OR {leaf} IS DISTINCT FROM u.leaf) ORDER BY 1, 2",
            [[s.seq for s in some]],
        )
        return list(cursor.fetchall())


def _explained(report: Report) -> dict[int, set[int]]:
    """batch → places that were forgotten, by an act that is on record."""
    gone: dict[int, set[int]] = defaultdict(set)
    for note, acted in _forgettings():
        if not acted:
            report.faults.append(Fault("no_act", note.ledger, note.seq, note.pk))
            continue
        gone[note.seq] |= set(note.positions)
        day = local(note.at).date()
        report.forgotten[day] = report.forgotten.get(day, 0) + len(note.positions)
    return gone


def _forgettings() -> Iterator[tuple[Forgotten, bool]]:
    """Each with whether it is of a table that forgets, and of the same transaction as
    the act by which it does: any other act explains nothing."""
    by = {k: s.forgotten_by for k, s in REGISTRY.items() if s.forgotten_by}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.id FROM acts_forgotten f "
            "JOIN unnest(%s::text[], %s::text[]) a(ledger, action) USING (ledger) "
            "WHERE EXISTS (SELECT FROM acts_event e "
            "WHERE e.xid = f.xid AND e.action = a.action) AND NOT EXISTS "
            "(SELECT FROM acts_seal s WHERE s.seq = f.seq AND s.ledger <> f.ledger)",
            [list(by), list(by.values())],
        )
        acted = {row[0] for row in cursor.fetchall()}
    for note in Forgotten.objects.order_by("xid", "id"):
        yield note, note.pk in acted


def _outside(
    report: Report, ledger: str, seals: Sequence[Seal], start: datetime | None
) -> None:
    """Rows that are in no batch: they wait, or were put in where all is sealed."""
    here = moment()
    of = [s for s in seals if s.ledger == ledger]
    last = of[-1] if of else None
    # Restored and not sealed since: what the dump brought along waits, too.
    known = last is not None and last.cluster == here.cluster
    low = 0
    if start is not None and known:
        old = Seal.objects.filter(ledger=ledger, generation=of[-1].generation)
        low = old.filter(at__lt=start).aggregate(m=Max("to_xid"))["m"] or 0
    for pk, xid in outside(ledger, low):
        if last is None or not known:
            report.pending += 1
        elif xid < last.to_xid:
            report.faults.append(Fault("late", ledger, _batch(of, xid), pk))
        elif xid >= here.beyond:
            report.faults.append(Fault("future", ledger, None, pk))
        else:
            report.pending += 1


def outside(ledger: str, low: int = 0) -> list[tuple[UUID, int]]:
    """(id, xid) of the rows from `low` on that are in no batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, t.xid::text::bigint FROM {ledger} t LEFT JOIN "
            "(SELECT u.id FROM acts_leaves k JOIN acts_seal s ON s.seq = k.seal_id, "
            "unnest(k.ids) u(id) WHERE s.ledger = %s) k ON k.id = t.id "
            "WHERE k.id IS NULL AND t.xid >= %s::xid8 ORDER BY t.xid, t.id",
            [ledger, str(low)],
        )
        return list(cursor.fetchall())


def _batch(of: Sequence[Seal], xid: int) -> int:
    """The batch in which a row with this number should have been."""
    return next((s.seq for s in reversed(of) if s.from_xid <= xid), of[0].seq)


def told(report: Report) -> Iterator[str]:
    """The faults in words, many of one kind counted."""
    kinds: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    for fault in report.faults:
        kinds[fault.kind, fault.ledger].append(fault)
    for found in kinds.values():
        yield from map(str, found[:NAMED])
        if len(found) > NAMED:
            yield f"……同样的还有 {len(found) - NAMED} 处"
