"""The health check in plain values: each check, its colour, its reason."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.scoring import rules_health as rules
from baodao.scoring.rules_health import Deed, Facts, Owed

DAY = date(2026, 11, 26)
KINDS = {"activity": "参加活动", "visit": "走访", "order_served": "办成点单"}


def deeds(*on: tuple[int, int], kind: str = "activity") -> list[Deed]:
    return [
        Deed(date(2026, m, d), kind, 60, f"{m}-{d}-{i}") for i, (m, d) in enumerate(on)
    ]


def facts(**given: object) -> Facts:
    return Facts(**{"day": DAY, "since": date(2025, 6, 1), "kinds": KINDS, **given})  # type: ignore[arg-type]


def check(code: str, f: Facts) -> rules.Check:
    return next(c for c in rules.checkup(f) if c.code == code)


@pytest.mark.req("A22")
def test_a_steady_member_is_green_in_every_check() -> None:
    some = [
        *deeds((1, 5), (3, 6), (5, 7), (7, 8)), *deeds((9, 3), (10, 1), kind="visit"),
        *deeds((11, 20), (12, 1), kind="order_served")[:1],
    ]  # fmt: skip
    f = facts(
        deeds=some, owed=[Owed("10月走访", date(2026, 10, 31), "confirmed")],
        since=date(2026, 1, 1),
    )  # fmt: skip
    found = rules.checkup(f)
    assert {c.code: c.colour for c in found} == dict.fromkeys(rules.CHECKS, "green")
    assert rules.worst(found) == "green" and not any(c.advice for c in found)
    assert "7 次" in check("activity", f).reason


@pytest.mark.req("A22")
def test_nobody_came_for_a_year_is_red_with_the_reason_and_a_word() -> None:
    f = facts()
    idle, activity = check("idle", f), check("activity", f)
    assert (idle.colour, activity.colour) == ("red", "red")
    assert "还没有服务记录" in idle.reason and "打个电话" in idle.advice
    assert rules.worst(rules.checkup(f)) == "red"


def test_who_came_lately_is_not_red() -> None:
    f = facts(since=DAY - timedelta(days=40))
    assert rules.worst(rules.checkup(f)) == "amber"


def test_who_is_exempt_is_not_judged() -> None:
    f = facts(paused="现在是免责期（长期病休）")
    found = rules.checkup(f)
    assert "red" not in {c.colour for c in found}
    assert check("idle", f).reason.startswith("现在是免责期")


@pytest.mark.parametrize(("n", "kinds", "colour"), [
    (3, 1, "none"), (6, 1, "amber"), (12, 1, "red"), (6, 2, "green"),
])  # fmt: skip
def test_balance_over_the_kinds_of_service(n: int, kinds: int, colour: str) -> None:
    some = deeds(*((i % 11 + 1, 3) for i in range(n)))
    if kinds == 2:
        some = [d._replace(kind="visit") if i % 2 else d for i, d in enumerate(some)]
    assert check("balance", facts(deeds=some)).colour == colour


@pytest.mark.parametrize(("days", "colour"), [(1, "amber"), (15, "amber"), (16, "red")])
def test_ageing_by_the_oldest_thing_that_is_undone(days: int, colour: str) -> None:
    owed = [Owed("走访", DAY - timedelta(days=days), "missed")]
    c = check("ageing", facts(owed=owed))
    assert c.colour == colour and f"{days} 天" in c.reason
    assert check("ageing", facts(owed=[Owed("走访", DAY, "due")])).colour == "green"


@pytest.mark.parametrize(("undone", "whole", "colour"), [
    (0, 4, "green"), (1, 12, "amber"), (1, 1, "amber"), (2, 4, "red"), (3, 30, "red"),
])  # fmt: skip
def test_duties_that_were_not_done(undone: int, whole: int, colour: str) -> None:
    owed = [
        Owed("走访", DAY - timedelta(days=9), "lapsed" if i < undone else "confirmed")
        for i in range(whole)
    ]
    assert check("duties", facts(owed=owed)).colour == colour


def test_a_sudden_jump_is_named_with_its_month() -> None:
    usual = deeds((1, 5), (3, 5), (5, 5), (8, 5))
    many = [Deed(date(2026, 10, 1 + i), "activity", 60, str(i)) for i in range(16)]
    assert check("jumps", facts(deeds=usual)).colour == "green"
    c = check("jumps", facts(deeds=[*usual, *many]))
    assert (
        c.colour == "red"
        and "10 月，16 次" in c.reason
        and "没有错就不用管" in c.advice
    )


@pytest.mark.parametrize(("gone", "colour"), [
    ([], "green"), ([6, 7, 8], "amber"), ([3, 4, 5, 6, 7], "red"),
])  # fmt: skip
def test_rhythm_by_the_longest_stretch_of_months(gone: list[int], colour: str) -> None:
    some = deeds(*((m, 3) for m in range(1, 12) if m not in gone))
    assert check("rhythm", facts(deeds=some, since=date(2026, 1, 1))).colour == colour


def test_what_several_members_did_together_is_one_deed_of_the_unit() -> None:
    one = Deed(DAY, "activity", 60, "a")
    assert rules.once([one, one, one._replace(source="b")]) == [
        one._replace(minutes=120), one._replace(source="b"),
    ]  # fmt: skip


some_deeds = st.lists(
    st.builds(
        Deed, st.dates(date(2025, 12, 1), DAY), st.sampled_from(list(KINDS)),
        st.integers(0, 480), st.text("abc", min_size=1, max_size=4),
    ),
    max_size=60,
)  # fmt: skip
some_owed = st.lists(
    st.builds(
        Owed, st.just("走访"), st.dates(date(2025, 12, 1), date(2026, 12, 31)),
        st.sampled_from(["due", "done", "confirmed", "missed", "lapsed", "excused"]),
    ),
    max_size=20,
)  # fmt: skip


@given(some_deeds, some_owed, st.dates(date(2024, 1, 1), DAY), st.booleans())
def test_every_check_says_why_and_only_then_what_to_do(
    d: list[Deed], o: list[Owed], since: date, exempt: bool
) -> None:
    f = facts(deeds=d, owed=o, since=since, paused="免责期" if exempt else "")
    found = rules.checkup(f)
    assert [c.code for c in found] == list(rules.CHECKS)
    for c in found:
        assert c.colour in rules.COLOURS and c.reason and 0 <= c.share <= 100
        assert bool(c.advice) == (c.colour in ("amber", "red"))
    drawn = rules.radar(found)
    assert all(
        0 <= s.x <= drawn.width and 0 <= s.y <= drawn.height for s in drawn.spokes
    )
    assert sum(b.n for b in rules.bars(f).bars) == len(d)


@pytest.mark.req("A22")
def test_too_few_to_tell_is_no_colour_of_the_whole() -> None:
    f = facts(deeds=deeds((6, 5), (9, 5), (11, 5)), since=date(2026, 6, 1))
    assert check("balance", f).colour == "none"
    assert rules.worst(rules.checkup(f)) == "green"


@pytest.mark.req("A22")
def test_what_was_deducted_is_looked_at() -> None:
    two = [date(2026, 3, 2), date(2026, 9, 8)]
    found = check("breaches", facts(breaches=two))
    assert (
        found.colour == "amber"
        and "2 条" in found.reason
        and "9 月 8 日" in found.reason
    )
    assert check("breaches", facts(breaches=two * 2)).colour == "red"
