"""What is below zero, whose it is, and what hangs on the wall, on PostgreSQL."""

from dataclasses import replace
from typing import Any

import pytest

from baodao.core.errors import Conflict, Forbidden
from baodao.orders.tests.make import order_in
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.records.models import Record, reversal
from baodao.shop import giving, keeping, queries, redeeming, sweeps
from baodao.shop.models import Prize, Wallet
from baodao.shop.tests import make
from baodao.shop.tests.make import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    found = world()
    make.retired(found.members.member)
    return found


def _wallet(w: World) -> Wallet:
    return Wallet.objects.get(member=w.members.member)


def _below(w: World) -> tuple[Wallet, Record]:
    """Three points spent, all taken back, and one more that may be."""
    p = make.prize(w, make.shop(w))
    first, more = make.record(w.members.member, 180), make.record(w.members.member, 60)
    make.serve([first, more])
    make.fetched(w, p)
    make.serve([reversal(first, NOW)])
    assert _wallet(w).tenths == -20
    return _wallet(w), more


def _ask(w: World, **given: Any) -> None:
    giving.ask_write_off(
        actor=given.pop("actor", w.actors["community_secretary"]),
        wallet_id=_wallet(w).pk, reason="记录人记错", now=NOW, **given,
    )  # fmt: skip


# --- domain 8.17: written off -----------------------------------------------------------------


@pytest.mark.req("A21")
def test_case_17_what_is_written_off_is_what_was_asked_for(w: World) -> None:
    wallet, more = _below(w)
    _ask(w)
    with pytest.raises(Conflict, match="已经提出过"):
        _ask(w)
    assert queries.wallets(w.actors["township_party"], tab="asked").get().is_asked
    make.serve([reversal(more, NOW)])
    town = w.actors["township_party"]
    assert queries.wallet_counts(town)["asked"] == 0, "it says nothing of this number"
    with pytest.raises(Conflict, match="按现在的数再提出"):
        giving.write_off(actor=town, wallet_id=wallet.pk, now=NOW)
    assert _wallet(w).tenths == -30
    _ask(w)
    giving.write_off(actor=town, wallet_id=wallet.pk, now=NOW)
    done = _wallet(w)
    assert (done.tenths, done.written_off) == (0, 30)
    assert (done.asked_at, done.asked_name, done.ask_reason) == (None, "", "")


@pytest.mark.req("A21")
def test_case_17_a_request_that_has_outlived_its_reason_is_no_request(
    w: World,
) -> None:
    wallet, _ = _below(w)
    _ask(w)
    town, worker = w.actors["township_party"], w.actors["community_worker"]
    assert queries.wallet_counts(worker)["asked"] == 1
    make.serve([make.record(w.members.member, 180)])
    assert queries.wallet_counts(worker)["asked"] == 0
    assert not queries.wallets(worker, tab="asked").exists()
    with pytest.raises(Conflict, match="不是负数"):
        giving.write_off(actor=town, wallet_id=wallet.pk, now=NOW)


@pytest.mark.req("A21")
def test_nobody_asks_for_or_decides_about_their_own_wallet(w: World) -> None:
    wallet, _ = _below(w)
    secretary, town = w.actors["community_secretary"], w.actors["township_party"]
    mine = w.members.member.person_id
    with pytest.raises(Forbidden, match="自己的积分"):
        _ask(w, actor=replace(secretary, person_id=mine))
    _ask(w)
    me = replace(town, person_id=mine)
    with pytest.raises(Forbidden, match="自己的积分"):
        giving.write_off(actor=me, wallet_id=wallet.pk, now=NOW)
    with pytest.raises(Forbidden, match="自己的积分"):
        giving.refuse_write_off(actor=me, wallet_id=wallet.pk, reason="x", now=NOW)
    assert _wallet(w).is_asked


# --- who has left -----------------------------------------------------------------------------


@pytest.mark.req("A20", "A21")
def test_who_has_left_redeems_and_gives_nothing_from_that_moment(w: World) -> None:
    p, wish = make.prize(w, make.shop(w)), order_in("published", w)
    make.earn(w.members.member)
    r = make.ready(w, p)
    Member.objects.filter(pk=w.members.member.pk).update(duty_status="left")
    worker = w.actors["community_worker"]
    with pytest.raises(Conflict, match="已经离开本地区"):
        redeeming.hand_over(
            actor=worker, redemption_id=r.pk, second_name="达瓦", now=NOW
        )
    with pytest.raises(Conflict, match="已经离开本地区"):
        redeeming.request(
            actor=worker, prize_id=p.pk, member_id=w.members.member.pk, now=NOW
        )
    with pytest.raises(Conflict, match="已经离开本地区"):
        giving.give(actor=w.actors["member"], order_id=wish.pk, tenths=10, now=NOW)
    assert sweeps.nightly(NOW)["left"] == 1
    assert _wallet(w).tenths == 100 and Prize.objects.get().held == 0


# --- on the wall ------------------------------------------------------------------------------


@pytest.mark.req("A21")
def test_the_wall_has_those_who_redeem_there(w: World) -> None:
    town, own = make.shop(w, "township_party"), make.shop(w)
    make.earn(w.members.member)

    def seen() -> list[int]:
        return [queries.on_the_wall(s).count() for s in (town, own)]

    assert seen() == [0, 1]
    keeping.close(
        actor=w.actors["community_secretary"], shop_id=own.pk, now=NOW + DAY
    )  # fmt: skip
    assert seen()[0] == 1, "they redeem in the township's again"
