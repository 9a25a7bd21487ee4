"""Closing a year: 100,000 members and 5,000,000 records by the product's one expression,
against SQL that somebody wrote by hand for these very rules, over the same Parquet file.
Both must say the same for every card. Sending the records from PostgreSQL to the file is
measured apart, by the million, because it is PostgreSQL that does it."""

import os
import random
import resource
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.figures import Figure

MEMBERS, UNITS, RECORDS = 100_000, 4_000, 5_000_000
SENT = 500_000
RATIO = 1.5
MEMORY_GB = 2.0
COMMUNITY = "54/25/23/100/001/"

_FACTS = f"""
COPY (
  SELECT '{COMMUNITY}' AS community,
    CASE WHEN u < 0.97 THEN lpad((h % {MEMBERS})::varchar, 32, '0') END AS member,
    lpad((h % {UNITS})::varchar, 32, '0') AS unit,
    k.kind, k.class, CASE WHEN h % 3 = 0 THEN 'unit' ELSE 'residence' END AS channel,
    CASE WHEN k.kind IN ('activity', 'order_served') THEN 30 * (h % 9) ELSE 0 END::bigint
      AS minutes, minutes AS lasted,
    (1 + h % 5)::bigint AS quantity, DATE '2026-01-01' + (h % 365)::int AS day,
    lpad((h % 900000)::varchar, 32, '0') AS source,
    CASE WHEN h % 40 = 0 THEN -1 ELSE 1 END::bigint AS sign, true AS whole
  FROM (SELECT i, hash(i * 7919)::ubigint % 1000000007 AS h, random() AS u
        FROM range({{records}}) t(i)) r
  JOIN (SELECT * FROM (VALUES
    (0, 'activity', 'culture'), (1, 'activity', 'care'), (2, 'order_served', 'wish'),
    (3, 'visit', 'monthly'), (4, 'visit', 'on_demand'), (5, 'rating', 'first'),
    (6, 'rating', 'again'), (7, 'duty_missed', 'visit_month'), (8, 'project', 'care'),
    (9, 'resource', 'care')) v(n, kind, class)) k ON k.n = (r.h // 97) % 10
) TO '{{file}}' (FORMAT parquet)
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
    """In a process of its own, whose memory is the figure's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        figures = alone.submit(_closing).result()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return [*figures, alone.submit(_sending).result()]


def _closing() -> list[Figure]:
    import duckdb
    import ibis

    from baodao.scoring import bulk

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder, "facts.parquet")
        duckdb.execute(_FACTS.format(records=RECORDS, file=file))
        spans: dict[str, list[float]] = {"product": [], "hand": []}
        found: dict[str, Any] = {}
        for _ in range(3):
            began = perf_counter()
            con = ibis.duckdb.connect()
            con.raw_sql("SET memory_limit='1500MB'")
            tables = {"facts": con.read_parquet(file), **_rules()}
            found["product"] = con.to_pyarrow(bulk.cards(tables))
            spans["product"].append(perf_counter() - began)
            began = perf_counter()
            plain = duckdb.connect()
            plain.execute("SET memory_limit='1500MB'")
            plain.execute(f"CREATE VIEW facts AS FROM read_parquet('{file}')")
            found["hand"] = plain.execute(_BY_HAND).to_arrow_table()
            spans["hand"].append(perf_counter() - began)
    _same(found["product"], found["hand"])
    ours, theirs = min(spans["product"]), min(spans["hand"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    note = f"{ours:.2f} s and {theirs:.2f} s, {found['product'].num_rows:,} cards alike"
    return [
        Figure("closing_to_hand_written", ours / theirs, RATIO, note=note),
        Figure("closing_memory_gb", peak, MEMORY_GB, note="of the whole process"),
    ]


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


def _sending() -> Figure:
    """Records from PostgreSQL into the Parquet file that the closing reads."""
    from baodao.platform import embedded

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["BAODAO_VAR"] = folder
        with embedded.running(Path(folder, "pg"), durable=False) as cluster:
            os.environ["DATABASE_URL"] = cluster.url()
            from baodao.platform import prepare

            prepare.set_up()
            prepare.migrate()
            _fill()
            from baodao.scoring.services.counting_all import write_facts

            began = perf_counter()
            file = write_facts(COMMUNITY, 2026, Path(folder))
            took = perf_counter() - began
            size = file.stat().st_size / 1024**2
    note = f"{took:.1f} s for {SENT:,}, {size:.0f} MB of Parquet"
    return Figure("sending_seconds_a_million", took * 1_000_000 / SENT, note=note)


def _fill() -> None:
    from datetime import date, timedelta
    from uuid import UUID

    from baodao.acts.copying import copy_columns
    from baodao.core.clock import now
    from baodao.core.ids import uuid7s
    from baodao.records.models import Record

    rng = random.Random(1)
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    members = [UUID(int=i + 1) for i in range(MEMBERS)]
    copy_columns(
        Record,
        {
            "kind": "activity", "channel": "unit", "path": COMMUNITY,
            "place_id": UUID(int=1), "member_id": rng.choices(members, k=SENT),
            "unit_id": UUID(int=2), "occurred_on": rng.choices(days, k=SENT),
            "minutes": rng.choices([30, 60, 90, 120], k=SENT), "source_kind": "x",
            "source_id": uuid7s(SENT), "source_class": "culture", "confirmed_at": now(),
            "confirmed_how": "list",
        },
        SENT,
    )  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) == 2:
        RECORDS = int(sys.argv[1])
        SENT = RECORDS // 10
        for figure in _closing():
            print(figure.line(), flush=True)
    else:
        for figure in main():
            print(figure.line(), flush=True)
