"""The expression for many cards, the sum of one card and a plain slow calculation agree
on worlds that nobody thought of; PostgreSQL and DuckDB to the tenth."""

from functools import cache
from typing import Any

import ibis
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from baodao.scoring import bulk
from baodao.scoring.tests.test_rules_counting import (
    Versions,
    card,
    changes,
    worlds,
)

COMMUNITY = "54/25/23/100/001/"
Rows = dict[str, list[dict[str, Any]]]


def tables(records: list[dict[str, Any]], versions: Versions) -> Rows:
    """What the expression reads, of the records of one member and one unit."""
    return {
        "facts": [
            {
                "community": COMMUNITY, "member": "m" if r["member"] else None,
                "unit": "u", "kind": r["kind"], "class": r["cls"],
                "channel": r["channel"], "minutes": r["minutes"], "lasted": r["minutes"],
                "quantity": r["quantity"], "day": r["day"], "source": r["source"],
                "sign": r["sign"], "whole": True,
            }
            for r in records
        ],
        **bulk.tables_of([COMMUNITY], versions),
    }  # fmt: skip


@cache
def duck() -> Any:
    return ibis.duckdb.connect()


def by_duckdb(given_: Rows) -> set[tuple[Any, ...]]:
    found = duck().to_pyarrow(bulk.cards(bulk.in_memory(given_))).to_pylist()
    return {tuple(row.values()) for row in found}


TYPES = {"string": "text", "int64": "bigint", "date": "date", "boolean": "boolean"}


@cache
def statement() -> str:
    return str(ibis.to_sql(bulk.cards(bulk.unbound()), dialect="postgres"))


def by_postgres(given_: Rows, facts: Any = None) -> set[tuple[Any, ...]]:
    """`facts`: a question of the database in place of rows."""
    with connection.cursor() as cursor:
        for name, columns in bulk.TABLES.items():
            made = ", ".join(f'"{c}" {TYPES[t]}' for c, t in columns.items())
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMP TABLE {name} ({made})")
            slots = ", ".join(["%s"] * len(columns))
            rows = [[row[c] for c in columns] for row in given_.get(name, ())]
            cursor.executemany(f"INSERT INTO {name} VALUES ({slots})", rows)
        if facts is not None:
            sql, params = facts.query.sql_with_params()
            cursor.execute(f"INSERT INTO facts {sql}", params)
        cursor.execute("ANALYZE " + ", ".join(bulk.TABLES))
        cursor.execute(statement())
        return set(cursor.fetchall())


def by_cards(records: list[dict[str, Any]], versions: Versions) -> set[tuple[Any, ...]]:
    """Card by card, as a page does."""
    found = set()
    for subject, owner in (("member", "m"), ("unit", "u")):
        t = card(records, subject, versions)
        if t.lines:
            ceiling = bulk.CEILINGS.index(t.ceiling)
            row = (subject, owner, COMMUNITY, t.adds, t.deducts, t.score, ceiling)
            found.add(row)
    return found


@given(worlds(), changes())
@settings(max_examples=25)
def test_one_expression_for_all_cards_says_what_each_card_says(
    records: list[dict[str, Any]], versions: Versions
) -> None:
    assert by_duckdb(tables(records, versions)) == by_cards(records, versions)


@pytest.mark.django_db
@given(st.data())
@settings(max_examples=8)
def test_postgresql_and_duckdb_agree_to_the_tenth(data: st.DataObject) -> None:
    given_ = tables(data.draw(worlds()), data.draw(changes()))
    assert by_postgres(given_) == by_duckdb(given_)
