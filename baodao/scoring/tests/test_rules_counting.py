"""What records come to on a card (domain 7), without a database."""

import csv
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.scoring import rules_counting as counting
from baodao.scoring.defaults import plain_rules
from baodao.scoring.tests import reference

RULES = plain_rules()
DAY = date(2026, 3, 2)


def record(kind: str, cls: str = "", n: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind, "cls": cls, "minutes": 0, "quantity": 1, "channel": "residence",
        "member": True, "day": DAY, "source": f"{kind}{cls}{n}", "sign": 1, **more,
    }  # fmt: skip


def many(n: int, kind: str, cls: str = "", **more: Any) -> list[dict[str, Any]]:
    return [record(kind, cls, i, **more) for i in range(n)]


def card(records: list[dict[str, Any]], subject: str = "member") -> counting.Total:
    """As the product counts: entries of each record under each rule, then the card."""
    entries = []
    for r in records:
        fact = counting.Fact(
            r["kind"], r["cls"], r["channel"], r["minutes"], r["quantity"], r["member"],
            True,
        )  # fmt: skip
        for rule in RULES:
            if rule.subject == subject and counting.selected(rule, fact):
                n = counting.quantity(rule, r["minutes"], r["quantity"])
                if n:
                    entries.append(
                        counting.Counted(rule.id, r["sign"] * n, r["day"], r["source"])
                    )
    return counting.total(entries, RULES)


def months(n: int) -> list[dict[str, Any]]:
    return [
        record("breach", "not_reported_month", i, day=date(2026, i + 1, 20))
        for i in range(n)
    ]


own: dict[str, Any] = {"member": False}
WORKED = [
    ("duties done, nothing more", "member", [], 0, 0, 80, "good"),
    ("registered, never visited", "member",
     many(12, "duty_missed", "visit_month") + many(5, "duty_missed", "visit_festival"),
     0, 12, 68, "fair"),
    ("never registered all year", "member", [record("breach", "not_reported"), *months(10)],
     0, 24, 56, "poor"),
    ("14 h, 2 wishes, 1 praise, post, 1 month missed", "member",
     [record("activity", minutes=720), *many(2, "order_served", "wish", minutes=60),
      record("rating", "first", quantity=5), record("merit", "post_held"),
      record("duty_missed", "visit_month")],
     13.5, 1, 92.5, "excellent"),
    ("100 h, nothing else", "member", many(100, "activity", minutes=60), 8, 0, 88, "good"),
    ("unit: exactly one project and one key problem", "unit",
     [record("project", **own), record("key_problem", **own)], 0, 0, 80, "good"),
    ("unit: neither project nor key problem", "unit",
     [record("duty_missed", "project_quota", **own),
      record("duty_missed", "problem_quota", **own)], 0, 20, 60, "fair"),
    ("16 h, 3 wishes, 1 upheld complaint, 2 missed", "member",
     [record("activity", minutes=780), *many(3, "order_served", "wish", minutes=60),
      record("breach", "complaint"), *many(2, "duty_missed", "visit_month")],
     14, 5, 89, "good"),
]  # fmt: skip


@pytest.mark.req("L44")
@pytest.mark.parametrize("case", WORKED, ids=[c[0] for c in WORKED])
def test_the_worked_cards_come_out_exactly(case: tuple[Any, ...]) -> None:
    _, subject, records, adds, deducts, score, grade = case
    found = card(records, subject)
    assert (found.adds, found.deducts, found.score) == (
        int(adds * 10), int(deducts * 10), int(score * 10),
    )  # fmt: skip
    assert counting.grade(found.score, counting.DEFAULT, found.ceiling) == grade


@pytest.mark.req("L44")
def test_neither_project_nor_problem_leaves_no_better_grade_than_fair() -> None:
    found = card(
        [
            record("duty_missed", "project_quota", **own),
            *many(2, "resource", **own),
            *many(20, "activity", channel="unit"),
        ],
        "unit",
    )
    assert found.ceiling == "fair"
    assert counting.grade(990, counting.DEFAULT, found.ceiling) == "fair"


def test_what_several_members_did_together_is_one_for_their_unit() -> None:
    together = [
        record("activity", channel="unit", minutes=60, source="one") for _ in range(9)
    ]
    assert card(together, "unit").adds == 5


def test_the_first_no_show_of_a_year_is_a_warning_only() -> None:
    assert card(many(1, "breach", "no_show")).deducts == 0
    assert card(many(3, "breach", "no_show")).deducts == 20


def test_a_cap_shared_by_two_rules_is_shared() -> None:
    found = card([record("breach", "not_reported"), *months(12)])
    assert found.deducts == 240


def test_a_cap_lowered_in_the_year_takes_nothing_that_was_earned() -> None:
    """Edge case 39."""
    old = counting.Rule(
        "a", "X", "member", 1, 10, "each", ("visit",), cap=50
    )  # fmt: skip
    new = counting.Rule("b", "X", "member", 1, 20, "each", ("visit",), cap=30)
    entries = [counting.Counted("a", 1, DAY, str(i)) for i in range(4)]
    entries += [counting.Counted("b", 1, DAY, str(i)) for i in range(4)]
    found = counting.total(entries, [old, new])
    assert found.adds == 50, "4 × 1 under the old rule, then 2 each, to the better cap"


def test_the_year_may_begin_in_december() -> None:
    assert counting.year_of(date(2026, 12, 1), 12) == 2027
    assert counting.year_of(date(2026, 11, 30), 12) == 2026
    assert counting.year_days(2027, 12) == (date(2026, 12, 1), date(2027, 12, 1))
    assert counting.year_of(date(2024, 2, 29)) == 2024


KINDS = sorted({tuple(f"{s}:".split(":")[:2]) for r in RULES for s in r.selects})


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of a year, some taken back."""
    found = []
    for i in range(draw(st.integers(0, 40))):
        kind, cls = draw(st.sampled_from(KINDS))
        one = record(
            kind, cls, i,
            minutes=draw(st.integers(0, 16)) * 30,
            quantity=draw(st.sampled_from([1, 1, 2, 3, 4, 5, 11, 740, 800, 949, 960])),
            channel=draw(st.sampled_from(["unit", "residence"])),
            member=draw(st.booleans()),
            day=date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 364))),
            source=f"s{draw(st.integers(0, 12))}",
        )  # fmt: skip
        found.append(one)
        if draw(st.integers(0, 4)) == 0:
            found.append({**one, "sign": -1})
    return found


@given(worlds(), st.sampled_from(["member", "unit"]))
def test_a_plain_slow_calculation_agrees(
    records: list[dict[str, Any]], subject: str
) -> None:
    source = files("baodao.scoring") / "data" / "default_rules.csv"
    with source.open(encoding="utf-8") as file:
        plain = list(csv.DictReader(file))
    found = card(records, subject)
    assert reference.card(records, plain, subject) == (
        Fraction(found.adds, 10), Fraction(found.deducts, 10), Fraction(found.score, 10),
    )  # fmt: skip


@given(worlds(), st.randoms())
def test_a_card_does_not_depend_on_the_order_of_its_entries(
    records: list[dict[str, Any]], random: Any
) -> None:
    once = card(records)
    random.shuffle(records)
    assert card(records) == once


@given(worlds())
def test_every_point_taken_back_leaves_the_base(records: list[dict[str, Any]]) -> None:
    standing = [r for r in records if r["sign"] > 0]
    back = [{**r, "sign": -1} for r in standing]
    found = card(standing + back)
    assert (found.adds, found.deducts, found.score) == (0, 0, 800)
