"""The expression for many cards, run by DuckDB in this process on what the database
wrote to a file: the closing of a year, what other rules would change, recomputing."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

import ibis

from baodao.places.calendars import ground
from baodao.scoring import bulk
from baodao.scoring.services.exporting import communities, export_facts, rule_tables
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
    with TemporaryDirectory(prefix="baodao-") as folder:
        facts = write_facts(path, year, Path(folder))
        return [count(facts, path, year, one) for one in sets]


def write_facts(path: str, year: int, folder: Path) -> Path:
    """The records of a place and year as a Parquet file in `folder`."""
    rows = folder / "facts.csv"
    export_facts(path, year, first_month(path), rows)
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


def first_month(path: str) -> int:
    """The month with which the evaluation year begins at a place."""
    return int(ground(path).settings["scoring.year_from_month"])


def count(facts: Path, path: str, year: int, sets: Sequence[Standing]) -> Sums:
    """The cards of the facts in a Parquet file under these sets."""
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET memory_limit='{MEMORY}'")
    small = rule_tables(communities(path), year, first_month(path), sets)
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
