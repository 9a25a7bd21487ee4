"""Closing a year: 100,000 members and 5,000,000 records go from PostgreSQL to a file and are
counted by the product's one expression, as the proof of the cards does, against SQL that
somebody wrote by hand for these very rules, over the same file. Both must say the same for
every card. Sending and counting are one process, whose memory is the figure's; sending is
timed for all the records, by itself, because it is PostgreSQL that does it."""

import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.figures import Figure

MEMBERS, UNITS, RECORDS = 100_000, 4_000, 5_000_000
PART = 500_000
RATIO = 1.5
MEMORY_GB = 2.0
COMMUNITY = "54/25/23/100/001/"
COLUMNS = (
    "id", "version", "created_at", "kind", "channel", "path", "place_id", "member_id",
    "unit_id", "occurred_on", "minutes", "quantity", "work_time", "source_kind",
    "source_id", "source_round", "source_class", "confirmed_at", "confirmed_how",
    "reversal_of_id",
)  # fmt: skip

# One in forty takes the record before it back.
_RECORDS = f"""
COPY (
  SELECT lpad(i::varchar, 32, '0') AS id, 1 AS version, '2026-12-31' AS created_at,
    k.kind, CASE WHEN h % 3 = 0 THEN 'unit' ELSE 'residence' END AS channel,
    '{COMMUNITY}' AS path, lpad('1', 32, '0') AS place_id,
    CASE WHEN h % 101 > 2 THEN lpad((h % {MEMBERS})::varchar, 32, '0') END AS member,
    lpad((h % {UNITS})::varchar, 32, '0') AS unit,
    DATE '2026-01-01' + (h % 365)::int AS day,
    CASE WHEN k.kind IN ('activity', 'order_served') THEN 30 * (h % 9) ELSE 0 END AS minutes,
    1 + h % 5 AS quantity, false AS work_time, 'bench' AS source_kind,
    lpad((h % 900000)::varchar, 32, '0') AS source_id, 0 AS source_round, k.class,
    '2026-12-31' AS confirmed_at, 'list' AS confirmed_how,
    CASE WHEN i % 40 = 1 THEN lpad((i - 1)::varchar, 32, '0') END AS reversal_of
  FROM (SELECT i, hash((i - (i % 40 = 1)::int) * 7919)::ubigint % 1000000007 AS h
        FROM range({{first}}, {{after}}) t(i)) r
  JOIN (SELECT * FROM (VALUES
    (0, 'activity', 'culture'), (1, 'activity', 'care'), (2, 'order_served', 'wish'),
    (3, 'visit', 'monthly'), (4, 'visit', 'on_demand'), (5, 'rating', 'first'),
    (6, 'rating', 'again'), (7, 'duty_missed', 'visit_month'), (8, 'project', 'care'),
    (9, 'resource', 'care')) v(n, kind, class)) k ON k.n = (r.h // 97) % 10
) TO '{{file}}' (FORMAT csv, HEADER false)
"""

# The default rules on these kinds of records, as somebody would write them down once.
_BY_HAND = """
WITH m AS (
  SELECT community, member,
    coalesce(sum(sign * minutes) FILTER (kind IN ('activity', 'order_served')), 0) AS time,
    coalesce(sum(sign) FILTER (kind = 'order_served'), 0) AS wish,
    coalesce(sum(sign) FILTER (kind = 'rating' AND class = 'first' AND quantity >= 5), 0) AS praise,
    coalesce(sum(sign) FILTER (kind = 'visit' AND class = 'on_demand'), 0) AS need,
    coalesce(sum(sign) FILTER (kind = 'duty_missed' AND class = 'visit_month'), 0) AS missed
  FROM facts WHERE member IS NOT NULL GROUP BY ALL
), ms AS (
  SELECT 'member' AS subject, member AS owner, community,
    least(200, least(80, greatest(time, 0) // 60 * 5) + least(60, greatest(wish, 0) * 20)
      + least(30, greatest(praise, 0) * 5) + least(30, greatest(need, 0) * 5)) AS adds,
    least(80, greatest(missed, 0) * 10) AS deducts
  FROM m
), us AS (
  SELECT community, unit, source,
    sum(sign) FILTER (kind = 'activity' AND channel = 'unit') > 0 AS joint,
    sum(sign) FILTER (kind = 'rating' AND channel = 'unit' AND quantity >= 4) > 0 AS liked,
    sum(sign) FILTER (kind = 'project' AND member IS NULL) > 0 AS project,
    sum(sign) FILTER (kind = 'resource' AND member IS NULL) > 0 AS resource
  FROM facts GROUP BY ALL
), u AS (
  SELECT 'unit' AS subject, unit AS owner, community,
    least(200, least(50, count(*) FILTER (joint) * 5) + least(50, count(*) FILTER (liked) * 10)
      + least(60, greatest(count(*) FILTER (project) - 1, 0) * 30)
      + least(40, count(*) FILTER (resource) * 10)) AS adds,
    0 AS deducts
  FROM us GROUP BY ALL
)
SELECT subject, owner, community, adds::bigint AS adds, deducts::bigint AS deducts,
  greatest(0, least(1000, 800 + adds - deducts))::bigint AS score
FROM (SELECT * FROM ms UNION ALL SELECT * FROM u)
"""


def main() -> list[Figure]:
    from baodao.platform import embedded

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["BAODAO_VAR"] = folder
        with embedded.running(Path(folder, "pg"), durable=False) as cluster:
            os.environ["DATABASE_URL"] = cluster.url()
            _alone(_fill, RECORDS, folder)
            figures: list[Figure] = _alone(_closing, RECORDS, folder)
        # Under root it is not in the folder, which is closed to others.
        shutil.rmtree(cluster.data, ignore_errors=True)
    return figures


def _alone(job: Callable[[int, str], Any], records: int, folder: str) -> Any:
    """In a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(job, records, folder).result()


def _fill(records: int, folder: str) -> None:
    """The record book. Indexes that reading it all does not use only take time and room."""
    import duckdb

    from baodao.platform import prepare

    prepare.set_up()
    prepare.migrate()
    from django.db import connection

    file = Path(folder, "part.csv")
    into = f"COPY records_record ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor:
        for name in ("once_per_source", "by_member", "by_unit", "by_source", "in_commit_order"):  # fmt: skip
            cursor.execute(f"DROP INDEX record_{name}")
        for first in range(0, records, PART):
            after = min(records, first + PART)
            duckdb.execute(_RECORDS.format(first=first, after=after, file=file))
            with cursor.cursor.copy(into) as copy, file.open("rb") as rows:
                while block := rows.read(1 << 20):
                    copy.write(block)
        cursor.execute("ANALYZE records_record")
    file.unlink()


def _closing(records: int, folder: str) -> list[Figure]:
    from baodao.platform import prepare

    prepare.set_up()
    import duckdb
    import ibis

    from baodao.scoring import bulk
    from baodao.scoring.services.counting_all import MEMORY, write_facts

    began = perf_counter()
    file = write_facts(COMMUNITY, 2026, Path(folder))
    sent = perf_counter() - began
    spans: dict[str, list[float]] = {"product": [], "hand": []}
    found: dict[str, Any] = {}
    for _ in range(3):
        began = perf_counter()
        con = ibis.duckdb.connect()
        con.raw_sql(f"SET memory_limit='{MEMORY}'")
        tables = {"facts": con.read_parquet(file), **_rules()}
        found["product"] = con.to_pyarrow(bulk.cards(tables))
        spans["product"].append(perf_counter() - began)
        began = perf_counter()
        plain = duckdb.connect()
        plain.execute(f"SET memory_limit='{MEMORY}'")
        plain.execute(f"CREATE VIEW facts AS FROM read_parquet('{file}')")
        found["hand"] = plain.execute(_BY_HAND).to_arrow_table()
        spans["hand"].append(perf_counter() - began)
    rows = duckdb.execute(f"SELECT count(*) FROM '{file}'").fetchall()[0][0]
    if rows != records:
        raise SystemExit(f"{rows} of {records} records were sent")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    size = file.stat().st_size / 1024**2
    _same(found["product"], found["hand"])
    ours, theirs = min(spans["product"]), min(spans["hand"])
    note = f"{ours:.2f} s and {theirs:.2f} s for {rows:,} records, {found['product'].num_rows:,} cards alike"
    return [
        Figure("closing_to_hand_written", ours / theirs, RATIO, note=note),
        Figure("closing_memory_gb", peak, MEMORY_GB, note="of sending and counting"),
        Figure(
            "sending_seconds_a_million", sent * 1_000_000 / rows,
            note=f"{sent:.1f} s for all {rows:,}, {size:.0f} MB of Parquet",
        ),
    ]  # fmt: skip


def _rules() -> dict[str, Any]:
    from baodao.scoring import bulk
    from baodao.scoring.defaults import plain_rules

    return bulk.in_memory(bulk.tables_of([COMMUNITY], [(date.min, plain_rules())]))


def _same(ours: Any, theirs: Any) -> None:
    """Every card, to the tenth; a card that comes to nothing may be missing."""
    names = ("subject", "owner", "community", "adds", "deducts", "score")
    base = ((0, 0, 800),)
    rows = [
        {r[:3]: r[3:] for r in zip(*(t.column(n).to_pylist() for n in names), strict=True)}
        for t in (ours, theirs)
    ]  # fmt: skip
    for key in rows[0].keys() | rows[1].keys():
        a, b = (found.get(key, base[0]) for found in rows)
        if a != b:
            raise SystemExit(f"{key}: {a} and {b}")


if __name__ == "__main__":
    # A smaller number only shows that it works.
    RECORDS = int(sys.argv[1]) if len(sys.argv) == 2 else RECORDS
    for figure in main():
        print(figure.line(), flush=True)
