"""The product's own rules (domain 7.1, 7.2): what holds where no place has published its
own. They are rows, and every value in them is a proposal a district may change."""

import csv
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from baodao.scoring.rules_counting import Rule

TITLE = "系统默认规则"
SINCE = date(2000, 1, 1)
_NUMBERS = (
    "sign", "tenths", "per", "threshold", "at_least", "min_minutes", "first_free", "cap",
)  # fmt: skip


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Columns of `Rule`, in order."""
    return tuple(_rows())


def _rows() -> Iterator[dict[str, Any]]:
    source = files("baodao.scoring") / "data" / "default_rules.csv"
    with source.open(encoding="utf-8") as file:
        for position, row in enumerate(csv.DictReader(file), 1):
            yield {
                **row, "position": position, "selects": row["selects"].split(),
                "own": bool(row["own"]), **{n: int(row[n]) for n in _NUMBERS},
            }  # fmt: skip


def plain_rules() -> list[Rule]:
    """The rules as values, without a database; the id is the code with its subject."""
    named = {f.name for f in fields(Rule)} - {"id", "selects"}
    return [
        Rule(
            id=f"{row['subject']}:{row['code']}", selects=tuple(row["selects"]),
            **{k: v for k, v in row.items() if k in named},
        )
        for row in rows()
    ]  # fmt: skip


def titles() -> dict[str, str]:
    """Code → title, for what a rule rests on (依据, A04)."""
    return {row["code"]: f"积分规则：{row['title']}" for row in rows()}


def seed(rule_set: Any, rule: Any) -> None:
    """Write them, given the models as a migration sees them."""
    made = rule_set.objects.create(
        path="", year=SINCE.year, title=TITLE, state="draft", effective_from=SINCE
    )
    rule.objects.bulk_create(rule(rule_set_id=made.pk, **row) for row in rows())
    rule_set.objects.filter(pk=made.pk).update(state="published")
