"""All cards of a year that is in the database, counted in four ways: by the one expression
in DuckDB and in PostgreSQL, card by card as pages do, and by the plain calculation."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import UUID

from baodao.scoring import bulk
from baodao.scoring.services import proving
from baodao.scoring.services.counting_all import Sums, count_all
from baodao.scoring.services.exporting import (
    communities,
    facts_of,
    rule_tables,
    spans,
)
from baodao.scoring.standing import book
from baodao.scoring.tests import reference
from baodao.scoring.tests.test_bulk import by_postgres
from baodao.scoring.tests.test_rules_counting import plain

# Rules are many times the same.
row_of = cache(plain)
_READ = {
    "class": "cls", "kind": "kind", "minutes": "minutes", "quantity": "quantity",
    "channel": "channel", "day": "day", "source": "source", "sign": "sign",
}  # fmt: skip


def agree(year: int) -> int:
    """Asserts that they do, to the tenth; returns how many cards have an entry."""
    (found,) = count_all("", year, book().sets)
    assert proving.compared(found, year).off == []
    small = rule_tables(communities(""), year, 1, book().sets)
    rows = by_postgres(small, facts_of("", year))
    assert rows == {
        (s, str(who), at, n.adds, n.deducts, n.score, bulk.CEILINGS.index(n.ceiling))
        for (s, who, at), n in found.items()
    }
    assert by_reference(year, found) == {
        key: tuple(Fraction(n, 10) for n in it[:3]) for key, it in found.items()
    }
    return len(found)


def by_reference(year: int, found: Sums) -> dict[Any, tuple[Fraction, ...]]:
    """Nothing of a service over New Year but its time counts twice: there is none."""
    owned: dict[tuple[str, UUID, str], list[dict[str, Any]]] = defaultdict(list)
    for values in facts_of("", year):
        row = dict(zip(bulk.FACTS, values, strict=True))
        assert row["whole"]
        one = {name: row[column] for column, name in _READ.items()}
        one["member"] = row["member"] is not None
        for subject in ("member", "unit"):
            if row[subject]:
                owned[subject, row[subject], row["community"]].append(one)
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    held: dict[str, list[reference.Version]] = {}
    for at in {key[2] for key in found}:
        some = spans(at, first, after, book().sets)
        held[at] = [(since, list(map(row_of, s.rules))) for s, since, _ in some]
    counted: dict[Any, tuple[Fraction, ...]] = {}
    for subject, who, at in found:
        frame = book().frame(at, year)
        counted[subject, who, at] = reference.card(
            owned[subject, who, at], held[at], subject, frame.base // 10,
            frame.adds_most // 10,
        )  # fmt: skip
    return counted
