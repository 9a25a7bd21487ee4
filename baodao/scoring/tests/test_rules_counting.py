"""What records come to on a card (domain 7), without a database."""

import csv
from dataclasses import asdict, replace
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


Versions = list[tuple[date, list[counting.Rule]]]
ONE: Versions = [(date.min, RULES)]


def card(
    records: list[dict[str, Any]], subject: str = "member", versions: Versions = ONE
) -> counting.Total:
    """As the product counts: entries of each record under each rule that held on its day,
    then the card."""
    entries = []
    for r in records:
        held = next(rules for day, rules in reversed(versions) if day <= r["day"])
        fact = counting.Fact(
            r["kind"], r["cls"], r["channel"], r["minutes"], r["quantity"], r["member"],
            True,
        )  # fmt: skip
        for rule in held:
            if rule.subject == subject and counting.selected(rule, fact):
                n = counting.quantity(rule, r["minutes"], r["quantity"])
                if n:
                    entries.append(
                        counting.Counted(rule.id, r["sign"] * n, r["day"], r["source"])
                    )
    return counting.total(entries, [rule for _, rules in versions for rule in rules])


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


def test_what_was_begun_under_one_version_goes_on_under_the_next() -> None:
    """Edge case 39: publishing anew, with nothing changed, takes nothing away."""
    half = date(2026, 7, 1)
    again: Versions = [*ONE, (half, [replace(r, id=f"{r.id}:2") for r in RULES])]
    early, late = DAY, date(2026, 9, 9)
    projects = [
        record("project", n=i, day=d, **own) for i, d in enumerate((early, late))
    ]
    assert card(projects, "unit", again).adds == 30, "the second one of the year"
    halves = [
        record("activity", n=i, minutes=30, day=d) for i, d in enumerate((early, late))
    ]
    assert card(halves, versions=again).adds == 5
    posts = [
        record("role", n=i, quantity=7, day=d) for i, d in enumerate((early, late))
    ]
    assert card(posts, versions=again).adds == card(posts).adds
    warned = [
        record("breach", "no_show", i, day=d) for i, d in enumerate((early, late))
    ]
    assert card(warned, versions=again).deducts == 10
    assert [line.quantity for line in card(warned, versions=again).lines] == [2]


def test_an_award_is_worth_what_the_version_says_that_completes_it() -> None:
    old = counting.Rule("a", "X", "member", 1, 10, "minutes", ("visit",), per=60)
    new = replace(old, id="b", tenths=20, per=30)
    entries = [counting.Counted("a", 90, DAY, "1"), counting.Counted("b", 15, DAY, "2")]
    assert counting.total(entries, [old, new]).adds == 30, "1.5 and 0.5 are two"


def test_what_counts_once_is_of_the_version_under_which_it_happened_first() -> None:
    old = counting.Rule("a", "X", "member", -1, 10, "each", ("visit",), period="once")
    new = replace(old, id="b", tenths=50, ceiling="fair")
    entries = [counting.Counted("b", 1, DAY, "2"), counting.Counted("a", 1, DAY, "1")]
    found = counting.total(entries, [old, new])
    assert (found.deducts, found.ceiling) == (10, "")
    back = counting.Counted("a", -1, DAY, "1")
    found = counting.total([*entries, back], [old, new])
    assert (found.deducts, found.ceiling) == (50, "fair")


def test_the_year_may_begin_in_december() -> None:
    assert counting.year_of(date(2026, 12, 1), 12) == 2027
    assert counting.year_of(date(2026, 11, 30), 12) == 2026
    assert counting.year_days(2027, 12) == (date(2026, 12, 1), date(2027, 12, 1))
    assert counting.year_of(date(2024, 2, 29)) == 2024


KINDS = sorted({tuple(f"{s}:".split(":")[:2]) for r in RULES for s in r.selects})


YEARS = (date(2026, 1, 1), date(2025, 12, 1))


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of a year, which may begin in December; some taken back."""
    found, first = [], draw(st.sampled_from(YEARS))
    for i in range(draw(st.integers(0, 40))):
        kind, cls = draw(st.sampled_from(KINDS))
        one = record(
            kind, cls, i,
            minutes=draw(st.integers(0, 16)) * 30,
            quantity=draw(st.sampled_from([1, 1, 2, 3, 4, 5, 11, 740, 800, 949, 960])),
            channel=draw(st.sampled_from(["unit", "residence"])),
            member=draw(st.booleans()),
            day=first + timedelta(days=draw(st.integers(0, 364))),
            source=f"s{draw(st.integers(0, 12))}",
        )  # fmt: skip
        found.append(one)
        if draw(st.integers(0, 4)) == 0:
            found.append({**one, "sign": -1})
    return found


@st.composite
def changes(draw: st.DrawFn) -> Versions:
    """The rules, and perhaps others from a day within the year on."""
    if draw(st.booleans()):
        return ONE
    rng, day = (
        draw(st.randoms()),
        date(2026, 1, 1) + timedelta(draw(st.integers(1, 364))),
    )
    return [*ONE, (day, [_changed(r, rng) for r in RULES])]


def _changed(r: counting.Rule, rng: Any) -> counting.Rule:
    """Another version of a rule: pots and their caps change for all that are in them."""
    more = rng.choice([0, 5, 30])
    found = replace(
        r, id=f"{r.id}:2", tenths=rng.choice([r.tenths, r.tenths + 5]),
        cap=r.cap and (max(10, r.cap - 30, r.tenths) if r.cap % 20 else r.cap + 40),
        first_free=max(0, r.first_free + rng.choice([-1, 0, 1])),
    )  # fmt: skip
    if r.measure == "minutes":
        return replace(found, per=rng.choice([r.per, 45, 90]))
    if r.measure == "each" and r.period != "year":
        return replace(found, period=rng.choice(["month", "quarter", "once"]))
    return replace(found, cap_group="" if more else r.cap_group)


def plain(r: counting.Rule) -> dict[str, Any]:
    """As a row of default_rules.csv."""
    return {**asdict(r), "selects": " ".join(r.selects)}


@given(worlds(), changes(), st.sampled_from(["member", "unit"]))
def test_a_plain_slow_calculation_agrees(
    records: list[dict[str, Any]], versions: Versions, subject: str
) -> None:
    source = files("baodao.scoring") / "data" / "default_rules.csv"
    with source.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = [(day, [plain(r) for r in held]) for day, held in versions]
    found = card(records, subject, versions)
    assert reference.card(records, [(date.min, rows), *known[1:]], subject) == (
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
