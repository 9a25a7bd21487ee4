"""The ledger that anyone can verify: rows of append-only tables are sealed in batches
into one chain of hashes by a job, and the head of each day is shown on the public board.
Writers know nothing of it: no trigger, no lock (docs/decisions/0017).

A table joins by `register` in the `ready` of its app. It has an id, an `xid`
(`core.fields.TransactionId`) and an index on (xid, id). What is not named as `open` is
in the seal too, but never leaves the database: the export shows one salted hash of it."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.expressions import DatabaseDefault

from baodao.acts.models import Digest, Forgotten, Seal
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.ids import uuid7
from baodao.core.locks import one_at_a_time

LOCK = "acts.seal"
SIZE = 10_000  # rows of a batch at most
NOTHING = "0" * 64  # what stands before the first seal
DAY_ENDS = time(0, 10)  # a day's digest is taken ten minutes after its end
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that looks alike


@dataclass(frozen=True)
class Sealed:
    """A table under seal. `opened` columns are shown in the export, `closed` ones are
    hashed with a salt; `at`: the column that says when a row was written;
    `forgotten_by`: the action by which rows may go when their time is over, "" never."""

    ledger: str
    label: str
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    at: str
    forgotten_by: str = ""


REGISTRY: dict[str, Sealed] = {}


def register(
    model: type[models.Model],
    label: str,
    *,
    open: Sequence[str],
    at: str = "created_at",
    blankable: Sequence[str] = (),
    forgotten_by: str = "",
) -> None:
    """Seal a table from now on. `open`: columns without anybody's name, number, address
    or words; all others are closed, those of later too. `blankable`: what retention may
    empty, not under seal; `forgotten_by`: as in `Sealed`. Raises ValueError for a column that is not there."""
    names = [str(f.column) for f in model._meta.concrete_fields]
    first = ["xid", "id", *[n for n in open if n not in ("xid", "id")]]
    if wrong := {*first, at, *blankable} - set(names):
        raise ValueError(f"{model.__name__} has no {wrong}")
    closed = [n for n in names if n not in first and n not in blankable]
    name = model._meta.db_table
    REGISTRY[name] = Sealed(name, label, tuple(first), tuple(closed), at, forgotten_by)


# --- what is hashed ---------------------------------------------------------------------------------


@cache
def _types(ledger: str) -> Mapping[str, str]:
    model = next(m for m in apps.get_models() if m._meta.db_table == ledger)
    return {
        str(f.column): str(f.db_type(connection)) for f in model._meta.concrete_fields
    }  # fmt: skip


def _plain(column: str, kind: str) -> str:
    """A column as SQL that gives the same JSON whatever the session is set to."""
    name = f't."{column}"'
    if kind.startswith("timestamp with"):
        return f"({name} AT TIME ZONE 'UTC')"
    if kind == "xid8":
        return f"{name}::text"
    if kind == "bytea":
        return f"encode({name}, 'hex')"
    if kind == "double precision":
        return f"encode(float8send({name}), 'hex')"
    return name


def missing(ledger: str, columns: Iterable[str]) -> set[str]:
    """Columns of an old seal that the table has no more."""
    return set(columns) - set(_types(ledger))


def line_sql(ledger: str, opened: Sequence[str], closed: Sequence[str]) -> str:
    """SQL for the canonical text of row `t`, with `l.salt`: a JSON array of the open
    columns and, last, one hash of the closed ones. jsonb writes a value in one way."""
    kinds = _types(ledger)
    shown = ", ".join(_plain(c, kinds[c]) for c in opened)
    hidden = ", ".join(_plain(c, kinds[c]) for c in closed)
    inner = f"convert_to(jsonb_build_array({hidden})::text, 'UTF8')"
    return f"jsonb_build_array({shown}, encode(sha256(l.salt || {inner}), 'hex'))::text"


def leaf_sql(ledger: str, opened: Sequence[str], closed: Sequence[str]) -> str:
    """SQL for the hash of row `t`."""
    return f"sha256(convert_to({line_sql(ledger, opened, closed)}, 'UTF8'))"


def said(seal: Seal) -> list[Any]:
    """All that is said of a batch and of the one before it."""
    return [
        "baodao-1", seal.seq, seal.generation, seal.cluster, seal.ledger,
        list(seal.opened), list(seal.closed), seal.from_xid, seal.to_xid,
        seal.first_xid, seal.last_xid, seal.n, seal.digest,
        (seal.at - EPOCH) // timedelta(microseconds=1), seal.prev,
    ]  # fmt: skip


def seal_hash(seal: Seal) -> str:
    """The hash of a batch: of `said` as JSON without spaces."""
    return sha256(json.dumps(said(seal), separators=(",", ":")).encode()).hexdigest()


# --- sealing ----------------------------------------------------------------------------------------


class Moment(NamedTuple):
    """Of this moment: every transaction below `upto` has ended, none from `beyond` on
    has begun; `cluster` names the database server whose numbers these are."""

    upto: int
    beyond: int
    cluster: str


def moment() -> Moment:
    """Ask first, then read rows (READ COMMITTED)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,"
            " (SELECT system_identifier::text FROM pg_control_system())"
            " FROM pg_current_snapshot() s"
        )
        return Moment(*cursor.fetchone())


def seal_all(now: datetime | None = None) -> int:
    """Seal what is final and not yet sealed, of every table; how many rows. One at a
    time; a second one waits and finds nothing."""
    done = 0
    with transaction.atomic():
        one_at_a_time(LOCK)
        here = moment()
        head = Seal.objects.order_by("-seq").first()
        generation = _generation(head, here.cluster)
        for sealed in REGISTRY.values():
            batches = _seal_table(sealed, here, head, generation, now or clock_now())
            head = batches[-1] if batches else head
            done += sum(b.n for b in batches)
    return done


def _generation(head: Seal | None, cluster: str) -> int:
    """A dump restored into another server begins to count its transactions lower."""
    if head is None:
        return 1
    return head.generation + (head.cluster != cluster)


def restored() -> bool:
    """The last seal is of another server than this one."""
    head = Seal.objects.order_by("-seq").first()
    return head is not None and head.cluster != moment().cluster


def unsealed_sql(ledger: str, here: Moment, generation: int) -> tuple[str, list[Any]]:
    """Condition on row `t` and its parameters: final, and in no batch yet."""
    of = Seal.objects.filter(ledger=ledger)
    last = of.filter(generation=generation).order_by("-seq").first()
    low = last.to_xid if last else 0
    where, params = "t.xid >= %s::xid8 AND t.xid < %s::xid8", [low, here.upto]
    if last is None:
        # What a restored dump brought along is final, whatever number it has.
        where, params = "(t.xid < %s::xid8 OR t.xid >= %s::xid8)", [
            here.upto, here.beyond,
        ]  # fmt: skip
        again = of
    else:
        again = of.filter(last_xid__gte=low, first_xid__lt=here.upto)
    seqs = list(again.values_list("seq", flat=True))
    found: list[Any] = [str(p) for p in params]
    if seqs:
        where += (
            " AND t.id NOT IN (SELECT u.id FROM acts_leaves k, unnest(k.ids) u(id)"
            " WHERE k.seal_id = ANY(%s) AND u.id IS NOT NULL)"
        )
        found.append(seqs)
    return where, found


def _seal_table(
    it: Sealed, here: Moment, head: Seal | None, generation: int, at: datetime
) -> list[Seal]:
    """The new batches of one table, in the order (xid, id)."""
    where, params = unsealed_sql(it.ledger, here, generation)
    leaf = leaf_sql(it.ledger, it.opened, it.closed)
    base = head.seq + 1 if head else 1
    sql = f"""
        WITH r AS MATERIALIZED (
          SELECT t.id, t.xid, {leaf} AS leaf,
                 (row_number() OVER (ORDER BY t.xid, t.id) - 1) / {SIZE} AS part
          FROM {it.ledger} t, (SELECT %s::bytea AS salt) l WHERE {where}),
        b AS MATERIALIZED (
          SELECT part, count(*) AS n, min(xid::text::bigint) AS lo,
                 max(xid::text::bigint) AS hi, array_agg(id ORDER BY xid, id) AS ids,
                 array_agg(leaf ORDER BY xid, id) AS leaves,
                 encode(sha256(string_agg(leaf, ''::bytea ORDER BY xid, id)), 'hex')
                   AS digest
          FROM r GROUP BY part),
        i AS (
          INSERT INTO acts_leaves (seal_id, salt, ids, leaves)
          SELECT %s + part, %s::bytea, ids, leaves FROM b)
        SELECT part, n, lo, hi, digest FROM b ORDER BY part"""
    salt = secrets.token_bytes(32)
    with connection.cursor() as cursor:
        cursor.execute(sql, [salt, *params, base, salt])
        rows = cursor.fetchall()
    last = _last(it.ledger, generation)
    if not rows and last is None and generation > 1:
        rows = [_empty(base, salt)]
    done: list[Seal] = []
    for part, n, lo, hi, digest in rows:
        seal = Seal(
            seq=base + part, generation=generation, cluster=here.cluster,
            ledger=it.ledger, opened=list(it.opened), closed=list(it.closed),
            from_xid=last.to_xid if last else 0, to_xid=here.upto,
            first_xid=lo, last_xid=hi, n=n, digest=digest, at=at,
            prev=head.hash if head else NOTHING,
        )  # fmt: skip
        seal.hash = seal_hash(seal)
        _insert(seal)
        done.append(seal)
        head = seal
    return done


def _empty(seq: int, salt: bytes) -> tuple[int, int, int, int, str]:
    """A batch of nothing: from here on a table is read in the new numbering, and what
    lies before is not looked through again and again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO acts_leaves (seal_id, salt, ids, leaves) "
            "VALUES (%s, %s, '{}', '{}')",
            [seq, salt],
        )
    return 0, 0, 0, 0, sha256().hexdigest()


def _last(ledger: str, generation: int) -> Seal | None:
    of = Seal.objects.filter(ledger=ledger, generation=generation)
    return of.order_by("-seq").first()


def _insert(row: models.Model) -> None:
    """One new row of the ledger's own tables, which no act writes."""
    fields = [
        f
        for f in row._meta.concrete_fields
        if not isinstance(getattr(row, f.attname), DatabaseDefault)
    ]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    values = [f.get_db_prep_save(f.pre_save(row, True), connection) for f in fields]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({marks})"
            " ON CONFLICT DO NOTHING",
            values,
        )


# --- the digest of a day ----------------------------------------------------------------------------


def write_digest(now: datetime | None = None) -> Digest | None:
    """The digest of yesterday, once its end is ten minutes past; None when it is there
    already or nothing is sealed. A day on which nothing ran has none: the next one
    stands for it too."""
    at = now or clock_now()
    day = local(at).date() - timedelta(days=1)
    head = Seal.objects.order_by("-seq").first()
    early = local(at).time() < DAY_ENDS
    if early or head is None or Digest.objects.filter(day=day).exists():
        return None
    sums = Seal.objects.filter(seq__lte=head.seq).values("ledger")
    counts = dict(sums.annotate(n=models.Sum("n")).values_list("ledger", "n"))
    made = Digest(day=day, seq=head.seq, hash=head.hash, counts=counts, at=at)
    _insert(made)
    return made


def digests(limit: int) -> list[Digest]:
    """The last ones, the newest first."""
    return list(Digest.objects.order_by("-day")[:limit])


def short(hash: str) -> str:
    """120 bits of a hash as six groups of four characters, to be copied by hand."""
    number, text = int(hash[:30], 16), ""
    for _ in range(24):
        number, rest = divmod(number, 32)
        text = ALPHABET[rest] + text
    return "-".join(text[i : i + 4] for i in range(0, 24, 4))


def tidy(code: str) -> str:
    """A code as somebody typed it: without gaps, look-alikes read as what they are."""
    kept = "".join(c for c in code.upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


# --- what is forgotten ------------------------------------------------------------------------------


def forget(model: type[models.Model], ids: Sequence[UUID]) -> None:
    """Before sealed rows are deleted because their time is over: write which places of
    which batches will be empty, and take their ids out of the batch, so that nothing
    is left by which their content could be tried out. Call inside `atomic`, with the
    triggers of `Leaves` set aside."""
    one_at_a_time(LOCK)
    name = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH w AS (SELECT min(xid::text::bigint) lo, max(xid::text::bigint) hi "
            f"FROM {name} WHERE id = ANY(%s::uuid[])) "
            "SELECT k.seal_id, array_agg(u.pos::int ORDER BY u.pos) "
            "FROM acts_leaves k JOIN acts_seal s ON s.seq = k.seal_id, w, "
            "unnest(k.ids) WITH ORDINALITY u(id, pos) "
            "WHERE s.ledger = %s AND s.last_xid >= w.lo AND s.first_xid <= w.hi "
            "AND u.id = ANY(%s::uuid[]) GROUP BY k.seal_id ORDER BY k.seal_id",
            [list(ids), name, list(ids)],
        )
        found = cursor.fetchall()
        for seq, positions in found:
            _insert(Forgotten(id=uuid7(), seq=seq, ledger=name, positions=positions))
        cursor.execute(
            "UPDATE acts_leaves k SET ids = (SELECT array_agg(CASE WHEN "
            "u.id = ANY(%s::uuid[]) THEN NULL ELSE u.id END ORDER BY u.pos) "
            "FROM unnest(k.ids) WITH ORDINALITY u(id, pos)) WHERE k.seal_id = ANY(%s)",
            [list(ids), [seq for seq, _ in found]],
        )


def is_sealed(model: type[models.Model]) -> bool:
    return model._meta.db_table in REGISTRY


def columns(model: type[models.Model]) -> set[str]:
    """What of a table must not change."""
    it = REGISTRY.get(model._meta.db_table)
    return {*it.opened, *it.closed} if it else set()


# --- how far behind ---------------------------------------------------------------------------------


def waiting_since() -> datetime | None:
    """When the oldest row was written that is not sealed yet; None when all are."""
    here, head = moment(), Seal.objects.order_by("-seq").first()
    generation = _generation(head, here.cluster)
    # Of the running ones too: a forgotten transaction is what holds the seal back.
    wide = here._replace(upto=here.beyond)
    oldest: list[datetime] = []
    for it in REGISTRY.values():
        where, params = unsealed_sql(it.ledger, wide, generation)
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT t."{it.at}" FROM {it.ledger} t WHERE {where} '
                "ORDER BY t.xid, t.id LIMIT 1",
                params,
            )
            oldest += [row[0] for row in cursor.fetchall()]
    return min(oldest, default=None)
