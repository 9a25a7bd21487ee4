"""Sums of the shop without a database: the ledger's identity, expiry, who may redeem."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from baodao.shop import rules
from baodao.shop.rules import Purse, Short

POINTS = st.integers(1, 60)


class Ledger(RuleBasedStateMachine):
    """Every way points can go, in any order; every entry is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.purse = Purse()
        self.earned: list[int] = []
        self.held: list[int] = []
        self.sums = dict.fromkeys(rules.ACCOUNTS, 0)

    def _do(self, to: tuple[Purse, list[rules.Moved]]) -> None:
        self.purse, moved = to
        for m in moved:
            assert m.tenths > 0
            self.sums[m.source] -= m.tenths
            self.sums[m.target] += m.tenths

    @rule(n=POINTS)
    def earn(self, n: int) -> None:
        self.earned.append(n)
        self._do(self.purse.earn(n))

    @precondition(lambda self: self.earned)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        n = self.earned.pop(data.draw(st.integers(0, len(self.earned) - 1)))
        over = data.draw(st.booleans())
        live = n - min(n, self.purse.expired) if over else n
        while self.held and self.purse.tenths < live:
            self._do(self.purse.free(self.held.pop()))
        self._do(self.purse.take_back(n, over))

    @rule(n=POINTS)
    def hold(self, n: int) -> None:
        if n > self.purse.tenths:
            with pytest.raises(Short):
                self.purse.hold(n)
            return
        self.held.append(n)
        self._do(self.purse.hold(n))

    @precondition(lambda self: self.held)
    @rule(spent=st.booleans())
    def end(self, spent: bool) -> None:
        n = self.held.pop(0)
        self._do(self.purse.spend(n) if spent else self.purse.free(n))

    @rule(n=POINTS)
    def give(self, n: int) -> None:
        if n <= self.purse.tenths:
            self._do(self.purse.give(n))

    @rule(n=POINTS)
    def run_out(self, n: int) -> None:
        if over := self.purse.too_old(n):
            self._do(self.purse.expire(over))

    @precondition(lambda self: self.purse.tenths < 0)
    @rule()
    def write_off(self) -> None:
        self._do(self.purse.write_off())
        assert self.purse.tenths == 0

    @invariant()
    def every_account_is_the_sum_of_its_entries(self) -> None:
        p = self.purse
        assert p.in_balance and p.issued == sum(self.earned)
        assert (p.tenths, p.reserved, p.redeemed, p.expired, p.donated) == tuple(
            self.sums[a] for a in ("wallet", "reserved", "spent", "expired", "donated")
        )
        assert self.sums["issue"] == -p.issued
        assert self.sums["written_off"] == -p.written_off
        assert sum(self.sums.values()) == 0

    @invariant()
    def nothing_is_below_what_the_rules_allow(self) -> None:
        p = self.purse
        assert p.tenths >= -p.redeemed
        assert min(p.reserved, p.redeemed, p.expired, p.donated, p.issued) >= 0


TestLedger = Ledger.TestCase


@pytest.mark.req("A21")
def test_points_follow_from_minutes_in_whole_tenths() -> None:
    assert rules.earned("minutes", 10, 60, 90) == 15
    assert rules.earned("minutes", 10, 60, 5) == 0
    assert rules.earned("each", 20, 60, 0) == 20


@given(st.integers(1, 1_000_000), st.integers(100, 10_000))
def test_a_prize_costs_at_least_what_it_is_worth(fen: int, point: int) -> None:
    tenths = rules.price(fen, point)
    assert tenths * point >= fen * 10 > (tenths - 1) * point - point


def test_points_end_with_a_year_or_never() -> None:
    day = date(2026, 3, 1)
    assert rules.expires_after(day, 1) == date(2027, 12, 31)
    assert rules.expires_after(day, 0) == date(2026, 12, 31)
    assert rules.expires_after(day, rules.NEVER) is None
    assert rules.too_old_until(date(2028, 1, 2), 1) == date(2026, 12, 31)
    assert rules.too_old_until(date(2027, 12, 31), 1) == date(2025, 12, 31)


def test_the_oldest_points_are_used_first() -> None:
    purse, _ = Purse().earn(50)
    purse, _ = purse.hold(20)
    purse, _ = purse.spend(20)
    assert purse.too_old(30) == 10
    assert purse.too_old(20) == 0


def test_what_is_over_is_taken_from_what_has_expired() -> None:
    """10 of last year have expired, 5 of this year are live."""
    purse = Purse(tenths=5, expired=10, issued=15)
    assert purse.take_back(10, over=True)[0] == Purse(tenths=5, issued=5)
    assert purse.take_back(10)[0] == Purse(expired=5, issued=5)
    more, moved = purse.take_back(12, over=True)
    assert more == Purse(tenths=3, issued=3)
    assert [(m.source, m.tenths) for m in moved] == [("wallet", 2), ("expired", 10)]


WHY = {
    "group": "retired", "who": ["retired"], "tenths": 50, "needs": 30, "taken": 0,
    "most": 1, "left": 1, "is_open": True,
}  # fmt: skip


@pytest.mark.req("A21")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ""),
        ({"is_open": False}, "停业"),
        ({"group": "civil_servant"}, "在职公务员不兑换"),
        ({"group": "floating"}, "这一类党员不兑换"),
        ({"tenths": -1, "needs": -5}, "负数"),
        ({"needs": 55}, "还差0.5分"),
        ({"taken": 1}, "每季度最多兑换1次"),
        ({"left": 0}, "已经没有了"),
    ],
)
def test_why_something_cannot_be_redeemed(given: dict[str, object], words: str) -> None:
    why = rules.why_not(**{**WHY, **given})  # type: ignore[arg-type]
    assert words in why and bool(why) == bool(words)


def test_a_second_person_is_neither_the_operator_nor_the_member() -> None:
    assert "两个人" in rules.second_person(" ", "卓玛", "张伟")
    assert "您自己" in rules.second_person("卓玛", "卓玛", "张伟")
    assert "本人" in rules.second_person("张伟", "卓玛", "张伟")
    assert rules.second_person("达瓦", "卓玛", "张伟") == ""


def test_civil_servants_are_those_in_service_of_an_organ() -> None:
    assert rules.group_of("in_service", "organ") == "civil_servant"
    assert rules.group_of("in_service", "institution") == "in_service"
    assert rules.group_of("retired", "organ") == "retired"


def test_every_step_has_somebody_who_may_take_it() -> None:
    for flow, table in (
        (rules.FLOW, rules.REDEMPTIONS), (rules.SHOP_FLOW, rules.SHOPS),
        (rules.PRIZE_FLOW, rules.PRIZES), (rules.DONATION_FLOW, rules.DONATIONS),
    ):  # fmt: skip
        assert {s.event for s in flow.steps} <= set(table)


def test_quarters_and_windows() -> None:
    assert rules.quarter(date(2026, 11, 16)) == (date(2026, 10, 1), date(2027, 1, 1))
    assert rules.quarter(date(2026, 1, 31)) == (date(2026, 1, 1), date(2026, 4, 1))
    w = rules.windows(date(2026, 10, 1), date(2026, 11, 1))
    assert w and w.days == 31 and w.before == date(2026, 8, 31)
    assert rules.windows(date(2026, 10, 1), date(2026, 10, 1)) is None
    assert rules.next_open([2, 5], date(2026, 11, 16)) == date(2026, 11, 18)
    assert rules.said(-125) == "−12.5" and rules.said(120) == "12"
