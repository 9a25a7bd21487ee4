"""The shop when places change, and who waits for whom, on PostgreSQL (domain 8.22)."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baodao.core.clock import today
from baodao.core.errors import Conflict
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.places.changes.moves import Moves, Target, preview
from baodao.places.tests.changing import carried_out
from baodao.records.models import reversal
from baodao.shop import earning, jobs, keeping, ledger, redeeming, sweeps
from baodao.shop.models import EarnRule, Prize, Redemption, Shop, Wallet
from baodao.shop.tests import make
from baodao.shop.tests.make import NOW

pytestmark = pytest.mark.django_db
ON = today(NOW)
HERE, THERE = "542523100001", "542523100002"


@pytest.fixture
def w() -> World:
    found = world()
    make.retired(found.members.member)
    return found


def _merged(w: World) -> None:
    carried_out(w.actors["county_org"], "merge", HERE, into=THERE, now=NOW)


def _other_shop(w: World) -> Shop:
    place = w.places.second_community
    return Shop.objects.create(
        place=place, path=place.path, name="藏布", where="一楼", weekdays=[1],
        opens="09:00", closes="10:00",
    )  # fmt: skip


# --- who waits for whom -----------------------------------------------------------------------


def _order(do: Callable[[], object]) -> list[str]:
    """What is locked or written, in order: "many" for the turn of who locks many."""
    found = []
    with CaptureQueriesContext(
        connection,
    ) as seen:
        do()
    for sql in (q["sql"] for q in seen.captured_queries):
        if "pg_advisory_xact_lock" in sql and ledger.MANY in sql:
            found.append("many")
        elif "FOR UPDATE" in sql or sql.lstrip().startswith(("UPDATE", "WITH")):
            found += re.findall(r'(?:FROM|UPDATE|JOIN) "?shop_(\w+)', sql)[:1]
    return found


def _after(order: Iterable[str], first: str, then: str) -> bool:
    names = list(order)
    return first in names and names.index(first) < names.index(then)


def test_whoever_moves_many_wallets_waits_for_their_turn(w: World) -> None:
    s = make.shop(w)
    make.earn(w.members.member)
    make.earn(w.members.neighbour)
    fresh = make.record(w.members.member, 60)
    later = NOW.replace(year=2029, month=1, day=2)
    Member.objects.filter(pk=w.members.neighbour.pk).update(
        residence_path=w.places.other_community.path
    )
    for do in (
        lambda: make.serve([fresh]),
        lambda: make.serve([reversal(fresh, NOW)]),
        lambda: earning.backfill(s.pk),
        lambda: sweeps.follow_members(NOW),
        lambda: sweeps.expire_points(later),
    ):
        order = _order(do)
        assert order[0] == "many", order
    assert jobs.nightly.retry_strategy and jobs.expire_points.retry_strategy


def test_a_change_of_places_takes_wallets_before_prizes_as_who_redeems(
    w: World,
) -> None:
    p = make.prize(w, make.shop(w))
    _other_shop(w)
    make.earn(w.members.member)
    make.asked(w, p)
    order = _order(lambda: _merged(w))
    assert _after(order, "many", "wallet"), order
    assert _after(order, "wallet", "prize") and _after(order, "prize", "redemption")


def test_what_is_taken_back_locks_all_wallets_before_the_first_prize(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = make.prize(w, make.shop(w))
    make.retired(w.members.neighbour)
    rows = [make.record(m, 180) for m in (w.members.member, w.members.neighbour)]
    make.serve(rows)
    for key in ("member", "neighbour"):
        make.asked(w, p, key)
    done: list[str] = []
    lock_all, lock_prize = ledger.lock_all, redeeming.lock_prize

    def wallets(ids: Iterable[UUID]) -> dict[UUID, Wallet]:
        found = lock_all(ids)
        done.extend(str(pk) for pk in found)
        return found

    def prize(pk: UUID) -> Prize:
        done.append("prize")
        return lock_prize(pk)

    monkeypatch.setattr(ledger, "lock_all", wallets)
    monkeypatch.setattr(redeeming, "lock_prize", prize)
    monkeypatch.setattr(earning, "CHUNK", 1)
    make.serve([reversal(r, NOW) for r in rows])
    assert len(set(done[: done.index("prize")])) == 2
    assert set(Redemption.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_request_that_waited_while_places_changed_is_asked_anew(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = make.prize(w, make.shop(w))
    _other_shop(w)
    make.earn(w.members.member)
    lock = ledger.lock

    def late(pk: UUID) -> Wallet:
        monkeypatch.setattr(ledger, "lock", lock)
        _merged(w)
        return lock(pk)

    monkeypatch.setattr(ledger, "lock", late)
    with pytest.raises(Conflict, match="刚有变动"):
        make.asked(w, p)
    assert not Redemption.objects.exists()


# --- rules of how points come -----------------------------------------------------------------


def _rule(w: World, tenths: int, day: date) -> None:
    keeping.set_rule(
        actor=w.actors["community_secretary"], code="service", tenths=tenths,
        per_minutes=60, valid_from=day, reason="党群联席会", now=NOW.replace(month=10),
    )  # fmt: skip


def _rules(path: str) -> list[tuple[int, date, date | None]]:
    found = EarnRule.objects.filter(path=path).order_by("valid_from", "valid_to")
    return list(found.values_list("tenths", "valid_from", "valid_to"))


FIRST, COMING = date(2026, 11, 1), date(2026, 12, 1)


def test_a_coming_rule_goes_along_with_the_one_in_force(w: World) -> None:
    _rule(w, 20, FIRST)
    _rule(w, 30, COMING)
    row = carried_out(
        w.actors["county_org"], "recode", HERE, parts=[("542523100005", "森格社区")],
        now=NOW,
    )  # fmt: skip
    assert _rules("54/25/23/100/005/") == [(20, ON, COMING), (30, COMING, None)]
    assert _rules(w.places.community.path) == [(20, FIRST, ON)]
    assert ["条积分规定", 2] in row.moved and row.left == []


def test_where_two_become_one_the_rules_of_the_receiving_one_stay(w: World) -> None:
    _rule(w, 20, FIRST)
    _rule(w, 30, COMING)
    other = w.places.second_community
    EarnRule.objects.create(
        place=other, path=other.path, code="service", title="志愿服务",
        measure="minutes", kinds=["activity"], tenths=15, valid_from=FIRST,
    )  # fmt: skip
    row = carried_out(w.actors["county_org"], "merge", HERE, into=THERE, now=NOW)
    assert _rules(other.path) == [(15, FIRST, None)]
    assert _rules(w.places.community.path) == [(20, FIRST, ON), (30, COMING, COMING)]
    assert ["条积分规定两边都有，用接收的一方的", 2] in row.left


# --- looked at before -------------------------------------------------------------------------


def test_a_preview_asks_about_shops_and_rules_only_where_there_are_some(
    w: World,
) -> None:
    here, there = w.places.community, w.places.second_community
    moves = Moves(ON, NOW, {here.path: Target(there.path, there.pk)})

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            preview(moves)
        sqls = [q["sql"] for q in seen.captured_queries]
        return [s for s in sqls if '"shop_' in s and "UNION" not in s]

    assert asked() == []
    make.shop(w)
    _other_shop(w)
    _, left = preview(moves)
    words = "家积分超市并入接收的一方的，奖品和库存一起过去，同名的请核对"
    assert (words, 1) in left
    assert len(asked()) == 2, "the shops that move, and those at their targets"
