"""The expression for many cards, run by DuckDB in this process on what the database
wrote to a file: the closing of a year, what other rules would change, recomputing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

import ibis

from baodao.places.settings import at_each
from baodao.scoring import bulk
from baodao.scoring.services.exporting import (
    communities,
    export_facts,
    moved_cards,
    rule_tables,
)
from baodao.scoring.standing import Standing

MEMORY = "1500MB"


class Sum(NamedTuple):
    """What a card comes to (tenths)."""

    adds: int
    deducts: int
    score: int
    ceiling: str


# subject, owner, community
Key = tuple[str, UUID, str]
Sums = dict[Key, Sum]


def count_all(path: str, year: int, *sets: Sequence[Standing]) -> list[Sums]:
    """Every card of a place and year that has an entry, straight from the records: once
    under each of `sets`, over one file."""
    found: list[Sums] = [{} for _ in sets]
    first = at_each(communities(path), "scoring.year_from_month")
    moved = moved_cards(path, year)
    for month in set(first.values()):
        here = [p for p, m in first.items() if m == month]
        with TemporaryDirectory(prefix="baodao-") as folder:
            facts = write_facts(path, year, Path(folder), month)
            for sums, one in zip(found, sets, strict=True):
                small = rule_tables(here, year, month, one) | {"moved": moved}
                sums |= count(facts, small)
    return found


def write_facts(path: str, year: int, folder: Path, first_month: int = 1) -> Path:
    """The records of a place and year as a Parquet file in `folder`."""
    rows = folder / "facts.csv"
    export_facts(path, year, first_month, rows)
    con, file = ibis.duckdb.connect(), folder / "facts.parquet"
    schema = ibis.schema(bulk.FACTS)
    con.raw_sql(f"SET memory_limit='{MEMORY}'")
    types = {name: _SQL[str(kind)] for name, kind in schema.items()}
    facts = con.read_csv(
        rows, header=True, columns=types, auto_detect=False, nullstr=""
    )
    con.to_parquet(_unmixed(facts), file)
    rows.unlink()
    return file


_SQL = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "boolean": "BOOLEAN"}


def _unmixed(facts: Any) -> Any:
    """Empty text is text; only owners may be missing."""
    keep = ("member", "unit")
    texts = [c for c, t in bulk.FACTS.items() if t == "string" and c not in keep]
    return facts.mutate(**{c: facts[c].fill_null("") for c in texts})


def count(facts: Path, small: Mapping[str, list[dict[str, Any]]]) -> Sums:
    """The cards of the facts in a Parquet file; `small`: the other tables."""
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET memory_limit='{MEMORY}'")
    tables = {"facts": con.read_parquet(facts), **bulk.in_memory(small)}
    found = con.to_pyarrow(bulk.cards(tables))
    return {
        (subject, UUID(owner), community): Sum(
            adds, deducts, score, bulk.CEILINGS[ceiling]
        )
        for subject, owner, community, adds, deducts, score, ceiling in zip(
            *(column.to_pylist() for column in found.columns), strict=True
        )
    }
