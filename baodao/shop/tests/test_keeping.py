"""A form sent twice, and how long names are kept, on PostgreSQL."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from baodao.core.clock import at_local, today
from baodao.people import retention
from baodao.people.tests.make import World, world
from baodao.places.settings import KEYS
from baodao.records.models import reversal
from baodao.shop import giving, keeping
from baodao.shop.models import WORDS, Prize, Shop, StockMove, Wallet
from baodao.shop.tests import make
from baodao.shop.tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    found = world()
    make.retired(found.members.member)
    return found


def _twice(verb: Any, **given: Any) -> None:
    first, again = (verb(now=NOW, client_id="abc", **given) for _ in range(2))
    assert first.id == again.id


@pytest.mark.req("A20")
def test_a_form_that_is_sent_twice_counts_once(w: World) -> None:
    worker = w.actors["community_worker"]
    _twice(keeping.set_up, actor=w.actors["community_secretary"], said=make.SAID)
    s = Shop.objects.get()
    _twice(keeping.add_prize, actor=worker, shop_id=s.pk, name="洗衣液", fen=1500)
    p = Prize.objects.get()
    moved = {"actor": worker, "prize_id": p.pk}
    _twice(keeping.take_in, **moved, n=5, source="donation", giver="供电公司")
    _twice(keeping.lose, **moved, n=3, note="摔破了")
    _twice(keeping.count, **moved, n=1, second_name="达瓦")
    p.refresh_from_db()
    assert p.stock == 1
    assert sorted(p.moves.values_list("n", flat=True)) == [-3, -1, 5]


# --- how long ---------------------------------------------------------------------------------


def _after(days: int) -> datetime:
    return at_local(today(NOW) + timedelta(days=days), time(3))


def _said() -> set[tuple[str, ...]]:
    return set(StockMove.objects.values_list("kind", *WORDS))


def test_names_of_the_stock_have_their_time_and_pieces_stay(w: World) -> None:
    """Domain 9.3: no name of a neighbour is kept for the sake of a bottle."""
    p, worker = make.prize(w, make.shop(w)), w.actors["community_worker"]
    make.earn(w.members.member)
    make.fetched(w, p)
    keeping.lose(actor=worker, prize_id=p.pk, n=1, note="格桑摔破了", now=NOW)
    keeping.count(actor=worker, prize_id=p.pk, n=1, second_name="达瓦", now=NOW)
    days = int(KEYS["retention.shop_days"].default)
    retention.run(_after(days))
    assert ("loss", "", "卓玛", "", "格桑摔破了") in _said()
    done = retention.run(_after(days + 1))
    assert done and done.counts["stock_moves"] == 4
    assert _said() == {
        ("in", "（已删）", "", "", ""), ("out", "", "", "", ""), ("loss", "", "", "", ""),
        ("count", "", "", "（已删）", ""),
    }  # fmt: skip
    assert sum(StockMove.objects.values_list("n", flat=True)) == 1
    again = retention.run(_after(days + 40))
    assert again is None or "stock_moves" not in again.counts


@pytest.mark.parametrize(
    "wrong",
    [{"n": 9}, {"source": "budget"}, {"by_name": "别人"}, {"giver": "别的公司"}],
)
def test_a_move_is_never_changed_but_blanked(w: World, wrong: dict[str, Any]) -> None:
    make.prize(w, make.shop(w))
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        StockMove.objects.update(**wrong)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        StockMove.objects.all().delete()
    StockMove.objects.update(by_name="", giver="（已删）")


def test_words_of_a_write_off_that_nobody_decided_have_their_time_too(
    w: World,
) -> None:
    p, row = make.prize(w, make.shop(w)), make.record(w.members.member, 180)
    make.serve([row])
    make.fetched(w, p)
    make.serve([reversal(row, NOW)])
    wallet = Wallet.objects.get()
    giving.ask_write_off(
        actor=w.actors["community_secretary"],
        wallet_id=wallet.pk,
        reason="记错",
        now=NOW,
    )
    days = int(KEYS["retention.shop_days"].default)
    done = retention.run(_after(days + 1))
    assert done and done.counts["write_offs"] == 1
    wallet.refresh_from_db()
    assert (wallet.asked_name, wallet.ask_reason, wallet.tenths) == ("", "", -30)
