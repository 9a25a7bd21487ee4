"""What the product promises of the shop, by its services on PostgreSQL."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.orders.tests.make import order_in
from baodao.people.models import Member, Unit
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.places.tests.changing import carried_out
from baodao.records.models import Record, reversal
from baodao.shop import audit, earning, giving, keeping, redeeming, sweeps
from baodao.shop.models import (
    Donation,
    EarnRule,
    Prize,
    Redemption,
    Shop,
    StockMove,
    Wallet,
    WalletEntry,
)
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


def _stock(p: Prize) -> tuple[int, int]:
    p.refresh_from_db()
    return p.stock, p.held


# --- points -----------------------------------------------------------------------------------


@pytest.mark.req("A21")
def test_confirmed_service_brings_points_once_by_each_rule(w: World) -> None:
    make.shop(w)
    m = w.members.member
    rows = [
        make.record(m, 90),
        make.record(m, 60, kind="order_served", source_class="wish"),
        make.record(m, 60, kind="rating"),
        make.record(m, 60, occurred_on=date(2025, 12, 31)),
        make.record(w.members.far, 60),
    ]
    make.serve(rows)
    earning.follow(Record.objects.all())
    wallet = _wallet(w)
    assert wallet.tenths == 15 + 10 + 20 and wallet.path == w.places.community.path
    assert WalletEntry.objects.count() == 3
    assert not Wallet.objects.filter(member=w.members.far).exists(), "no shop there"
    assert audit.proof().ok


@pytest.mark.req("A20")
def test_a_shop_counts_from_its_first_day_what_was_served_before_it_opened(
    w: World,
) -> None:
    make.serve([make.record(w.members.member, 60)])
    assert not Wallet.objects.exists()
    s = make.shop(w)
    earning.backfill(s.pk)
    earning.backfill(s.pk)
    assert _wallet(w).tenths == 10


@pytest.mark.req("A21")
def test_a_closer_rule_replaces_a_wider_one_from_its_day_on(w: World) -> None:
    make.shop(w)
    secretary = w.actors["community_secretary"]
    rule: dict[str, Any] = {
        "code": "service",
        "per_minutes": 60,
        "reason": "党群联席会",
    }
    with pytest.raises(Invalid, match="明天"):
        keeping.set_rule(
            actor=secretary, tenths=20, valid_from=date(2026, 11, 16), now=NOW, **rule
        )
    keeping.set_rule(
        actor=secretary, tenths=20, valid_from=date(2026, 11, 17), now=NOW, **rule
    )
    keeping.set_rule(
        actor=secretary, tenths=30, valid_from=date(2026, 11, 20), now=NOW, **rule
    )
    m = w.members.member
    make.serve([
        make.record(m, 60, occurred_on=date(2026, 11, day)) for day in (16, 17, 20)
    ])  # fmt: skip
    assert sorted(
        WalletEntry.objects.values_list("tenths", flat=True)
    ) == [10, 20, 30]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        EarnRule.objects.create(
            path=w.places.community.path, code="service", title="x", measure="each",
            tenths=1, valid_from=date(2026, 11, 25),
        )  # fmt: skip


def test_entries_are_never_changed_and_the_database_holds_the_sum(w: World) -> None:
    make.shop(w)
    wallet = make.earn(w.members.member)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        WalletEntry.objects.update(tenths=1)
    for wrong in (
        {"tenths": 500},
        {"tenths": -20, "redeemed": 10, "expired": 110},
        {"reserved": -1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Wallet.objects.filter(pk=wallet.pk).update(**wrong)


# --- a redemption -----------------------------------------------------------------------------


@pytest.mark.req("A20", "A21")
def test_from_the_request_to_the_hand_by_two_people(w: World) -> None:
    p = make.prize(w, make.shop(w))
    assert p.tenths == 30, "15 yuan at 5 yuan a point"
    make.earn(w.members.member)
    r = make.asked(w, p)
    assert _stock(p) == (3, 1)
    assert (_wallet(w).tenths, _wallet(w).reserved) == (70, 30)
    assert Message.objects.filter(role="community_worker", title__contains="洗衣液")
    worker = w.actors["community_worker"]
    redeeming.reserve(actor=worker, redemption_id=r.pk, now=NOW)
    r.refresh_from_db()
    assert r.hold_until == date(2026, 11, 30)
    person = w.members.member.person_id
    assert Message.objects.filter(person_id=person, title__contains="备好了")
    with pytest.raises(Invalid, match="两个人"):
        redeeming.hand_over(actor=worker, redemption_id=r.pk, now=NOW)
    with pytest.raises(Invalid, match="您自己"):
        redeeming.hand_over(
            actor=worker, redemption_id=r.pk, second_name="卓玛", now=NOW
        )
    with pytest.raises(Invalid, match="没有找到这一位"):
        redeeming.hand_over(actor=worker, redemption_id=r.pk, second_name="甲", now=NOW)
    redeeming.witness(
        actor=w.actors["community_secretary"], redemption_id=r.pk, now=NOW
    )
    redeeming.hand_over(actor=worker, redemption_id=r.pk, now=NOW)
    r.refresh_from_db()
    assert (r.state, r.handed_name, r.second_name) == ("handed_over", "卓玛", "达瓦")
    assert _stock(p) == (2, 0) and _wallet(w).redeemed == 30
    out = StockMove.objects.get(kind="out")
    assert (out.n, out.second_name) == (-1, "达瓦")
    assert sweeps.nightly(NOW)["closed"] == 0
    assert sweeps.nightly(NOW + DAY)["closed"] == 1
    assert audit.proof().ok


def test_the_second_person_has_to_be_there_the_same_day(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    r = make.ready(w, p)
    worker, secretary = w.actors["community_worker"], w.actors["community_secretary"]
    redeeming.witness(actor=worker, redemption_id=r.pk, now=NOW)
    with pytest.raises(Invalid, match="两个人"):
        redeeming.hand_over(actor=worker, redemption_id=r.pk, now=NOW)
    redeeming.witness(actor=secretary, redemption_id=r.pk, now=NOW)
    with pytest.raises(Invalid, match="两个人"):
        redeeming.hand_over(actor=worker, redemption_id=r.pk, now=NOW + DAY)


@pytest.mark.req("A21")
def test_who_may_redeem_is_set_and_civil_servants_give_instead(w: World) -> None:
    p = make.prize(w, make.shop(w))
    for m in (w.members.member, w.members.neighbour):
        make.earn(m)
    with pytest.raises(Conflict, match="在职公务员不兑换"):
        make.asked(w, p, "neighbour")
    Unit.objects.filter(pk=w.units.other.pk).update(kind="institution")
    make.asked(w, p, "neighbour")
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path, key="shop.who",
        value="civil_servant", reason="试一试",
    )  # fmt: skip
    with pytest.raises(Conflict, match="这一类党员不兑换"):
        make.asked(w, p)


def test_once_a_quarter_and_not_without_points_or_pieces(w: World) -> None:
    s = make.shop(w)
    p, dear = make.prize(w, s, n=1), make.prize(w, s, name="棉被", fen=5000)
    make.retired(w.members.neighbour)
    with pytest.raises(Conflict, match="还没有积分"):
        make.asked(w, p)
    make.earn(w.members.member, 90)
    make.earn(w.members.neighbour, 90)
    with pytest.raises(Conflict, match="还差1分"):
        make.asked(w, dear)
    make.asked(w, p)
    with pytest.raises(Conflict, match="每季度最多兑换1次"):
        make.asked(w, p)
    with pytest.raises(Conflict, match="已经没有了"):
        make.asked(w, p, "neighbour")
    with pytest.raises(NotFound):
        make.asked(w, p, "far_member")


def test_a_retry_asks_once(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    for _ in range(2):
        redeeming.request(
            actor=w.actors["member"], prize_id=p.pk, now=NOW, client_id="abc"
        )
    assert Redemption.objects.count() == 1 and _stock(p) == (3, 1)


def test_a_worker_asks_for_a_member_without_a_phone(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    redeeming.request(
        actor=w.actors["community_worker"], prize_id=p.pk,
        member_id=w.members.member.pk, now=NOW,
    )  # fmt: skip
    assert Redemption.objects.get().requested_by == "卓玛"
    with pytest.raises(NotFound):
        redeeming.request(
            actor=w.actors["outsider"], prize_id=p.pk, member_id=w.members.member.pk,
            now=NOW,
        )  # fmt: skip


def test_what_is_cancelled_or_not_fetched_goes_back(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    r = make.asked(w, p)
    with pytest.raises(Invalid, match="为什么取消"):
        redeeming.cancel(
            actor=w.actors["community_worker"], redemption_id=r.pk, now=NOW
        )
    redeeming.cancel(actor=w.actors["member"], redemption_id=r.pk, now=NOW)
    assert _stock(p) == (3, 0) and _wallet(w).tenths == 100
    make.ready(w, p)
    assert sweeps.expire_held(NOW + 14 * DAY) == 0
    assert sweeps.expire_held(NOW + 15 * DAY) == 1
    assert _stock(p) == (3, 0) and _wallet(w).tenths == 100
    make.asked(w, p)
    Member.objects.filter(pk=w.members.member.pk).update(duty_status="left")
    assert sweeps.nightly(NOW)["left"] == 1
    assert _wallet(w).reserved == 0 and audit.proof().ok


def test_nobody_hands_out_to_oneself_nor_in_another_place(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    r = make.asked(w, p)
    Redemption.objects.filter(pk=r.pk).update(
        person_id=w.actors["community_worker"].person_id
    )
    with pytest.raises(Forbidden, match="由别人"):
        redeeming.reserve(
            actor=w.actors["community_worker"], redemption_id=r.pk, now=NOW
        )
    with pytest.raises(NotFound):
        redeeming.reserve(actor=w.actors["outsider"], redemption_id=r.pk, now=NOW)
    with pytest.raises(Forbidden):
        redeeming.reserve(actor=w.actors["member"], redemption_id=r.pk, now=NOW)


# --- domain 8.17 ------------------------------------------------------------------------------


@pytest.mark.req("A21")
def test_case_17_points_are_taken_back_after_the_prize_was_fetched(w: World) -> None:
    """Domain 8.17."""
    p = make.prize(w, make.shop(w))
    first, more = make.record(w.members.member, 180), make.record(w.members.member, 60)
    make.serve([first, more])
    make.fetched(w, p)
    assert _wallet(w).tenths == 10
    make.serve([reversal(first, NOW)])
    assert _wallet(w).tenths == -20
    assert Message.objects.filter(title="积分有更正").count() == 1
    earning.follow(Record.objects.all())
    assert _wallet(w).tenths == -20, "taken back once"
    with pytest.raises(Conflict, match="负数"):
        make.asked(w, p, now=NOW + 60 * DAY)
    secretary, town = w.actors["community_secretary"], w.actors["township_party"]
    wallet = _wallet(w)
    with pytest.raises(Conflict, match="书记先提出"):
        giving.write_off(actor=town, wallet_id=wallet.pk, now=NOW)
    giving.ask_write_off(
        actor=secretary, wallet_id=wallet.pk, reason="记录人记错", now=NOW
    )
    with pytest.raises(Forbidden):
        giving.write_off(actor=secretary, wallet_id=wallet.pk, now=NOW)
    giving.write_off(actor=town, wallet_id=wallet.pk, now=NOW)
    assert (_wallet(w).tenths, _wallet(w).written_off) == (0, 20)
    assert audit.proof().ok


def test_case_17_an_open_request_is_given_up_first(w: World) -> None:
    """Domain 8.17: what is not fetched yet is not given for points that were none."""
    p = make.prize(w, make.shop(w))
    rec = make.record(w.members.member, 180)
    make.serve([rec])
    r = make.ready(w, p)
    make.serve([reversal(rec, NOW)])
    r.refresh_from_db()
    assert (r.state, _wallet(w).tenths, _wallet(w).issued) == ("cancelled", 0, 0)
    assert _stock(p) == (3, 0) and audit.proof().ok


def test_the_township_may_refuse_and_says_why(w: World) -> None:
    p = make.prize(w, make.shop(w))
    rec = make.record(w.members.member, 180)
    make.serve([rec])
    make.fetched(w, p)
    make.serve([reversal(rec, NOW)])
    wallet, town = _wallet(w), w.actors["township_party"]
    giving.ask_write_off(
        actor=w.actors["community_secretary"], wallet_id=wallet.pk, reason="x", now=NOW
    )
    giving.refuse_write_off(actor=town, wallet_id=wallet.pk, reason="可以补", now=NOW)
    wallet.refresh_from_db()
    assert wallet.asked_at is None and wallet.tenths == -30


# --- given, run out, moved --------------------------------------------------------------------


@pytest.mark.req("A21")
def test_points_are_given_to_a_published_wish_and_the_community_says_thanks(
    w: World,
) -> None:
    make.shop(w)
    order = order_in("published", w)
    make.earn(w.members.neighbour, 30)
    by = w.actors["neighbour"]
    with pytest.raises(Invalid, match="3分"):
        giving.give(actor=by, order_id=order.pk, tenths=31, now=NOW)
    done = giving.give(actor=by, order_id=order.pk, tenths=20, now=NOW)
    wallet = Wallet.objects.get(member=w.members.neighbour)
    assert (wallet.tenths, wallet.donated) == (10, 20)
    assert Message.objects.filter(role="community_worker", title__contains="转赠")
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="答谢的话"):
        giving.thank(actor=worker, donation_id=done.id, text="", now=NOW)
    giving.thank(actor=worker, donation_id=done.id, text="谢谢您", now=NOW)
    assert Donation.objects.get().state == "thanked"
    served = order_in("in_service", w)
    with pytest.raises(Conflict, match="有人接了"):
        giving.give(actor=by, order_id=served.pk, tenths=1, now=NOW)


def test_points_run_out_at_the_end_of_next_year_the_oldest_used_first(
    w: World,
) -> None:
    p = make.prize(w, make.shop(w))
    make.serve([
        make.record(w.members.member, 600),
        make.record(w.members.member, 600, occurred_on=date(2026, 2, 1)),
    ])  # fmt: skip
    make.fetched(w, p)
    later = NOW.replace(year=2027, month=12, day=31)
    assert sweeps.expire_points(later) == 0
    assert sweeps.expire_points(NOW.replace(year=2028, month=1, day=2)) == 1
    assert (_wallet(w).tenths, _wallet(w).expired) == (0, 170)
    assert sweeps.expire_points(NOW.replace(year=2028, month=2, day=2)) == 0
    assert audit.proof().ok


def test_a_wallet_follows_its_member_and_places_that_merge(w: World) -> None:
    s = make.shop(w)
    make.earn(w.members.member)
    other = w.places.other_community
    Member.objects.filter(pk=w.members.member.pk).update(residence_path=other.path)
    assert sweeps.nightly(NOW)["followed"] == 1
    assert _wallet(w).path == other.path
    make.shop(w, "township_party")
    carried_out(
        w.actors["county_org"], "merge", "542523100001", into="542523100002",
    )  # fmt: skip
    s.refresh_from_db()
    assert s.path == w.places.second_community.path


def test_where_two_shops_become_one_its_prizes_and_requests_go_along(w: World) -> None:
    p = make.prize(w, make.shop(w))
    make.earn(w.members.member)
    r = make.asked(w, p)
    there = Shop(
        place=w.places.second_community, path=w.places.second_community.path, name="藏布",
        where="一楼", weekdays=[1], opens="09:00", closes="10:00",
    )  # fmt: skip
    there.save()
    carried_out(w.actors["county_org"], "merge", "542523100001", into="542523100002")
    p.refresh_from_db()
    r.refresh_from_db()
    assert p.shop_id == r.shop_id == there.pk
    assert p.path == r.path == there.path
    assert Shop.objects.exclude(pk=there.pk).get().state == "merged"


# --- keeping ----------------------------------------------------------------------------------


@pytest.mark.req("A20")
def test_stock_is_the_sum_of_its_moves_and_counted_by_two(w: World) -> None:
    p = make.prize(w, make.shop(w), n=5)
    by = w.actors["community_worker"]
    keeping.lose(actor=by, prize_id=p.pk, n=1, note="摔破了", now=NOW)
    with pytest.raises(Invalid, match="库存是4件"):
        keeping.lose(actor=by, prize_id=p.pk, n=5, note="x", now=NOW)
    for second in ("", "卓玛"):
        with pytest.raises(Invalid, match="两个人盘点"):
            keeping.count(actor=by, prize_id=p.pk, n=3, second_name=second, now=NOW)
    with pytest.raises(Invalid, match="没有找到这一位"):
        keeping.count(actor=by, prize_id=p.pk, n=3, second_name="甲", now=NOW)
    keeping.count(actor=by, prize_id=p.pk, n=3, second_name="达瓦", now=NOW)
    assert _stock(p) == (3, 0)
    make.earn(w.members.member)
    make.asked(w, p)
    with pytest.raises(Invalid, match="已经留给申请的人"):
        keeping.count(actor=by, prize_id=p.pk, n=0, second_name="达瓦", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Prize.objects.filter(pk=p.pk).update(stock=0)
    assert audit.proof().ok


def test_prizes_are_worth_little_and_never_money(w: World) -> None:
    s = make.shop(w)
    with pytest.raises(Invalid, match="最多值50元"):
        make.prize(w, s, fen=5001)
    for name in ("购物卡", "现金20元", "话费"):
        with pytest.raises(Invalid, match="现金"):
            make.prize(w, s, name=name)
    make.prize(w, s)
    with pytest.raises(Invalid, match="同名"):
        make.prize(w, s)
    with pytest.raises(NotFound):
        make.prize(w, s, name="杯子", key="outsider")


def test_a_shop_is_one_a_place_and_closes_when_nobody_waits(w: World) -> None:
    s = make.shop(w)
    secretary = w.actors["community_secretary"]
    with pytest.raises(Conflict, match="已经有"):
        make.shop(w)
    p = make.prize(w, s)
    make.earn(w.members.member)
    r = make.asked(w, p)
    with pytest.raises(Conflict, match="还有1件"):
        keeping.close(actor=secretary, shop_id=s.pk, now=NOW)
    redeeming.cancel(actor=w.actors["member"], redemption_id=r.pk, now=NOW)
    keeping.close(actor=secretary, shop_id=s.pk, now=NOW)
    with pytest.raises(Conflict, match="停业"):
        make.asked(w, p)
    make.serve([make.record(w.members.member, 60, occurred_on=date(2026, 11, 16))])
    assert _wallet(w).tenths == 100, "a closed shop counts nothing new"
    keeping.reopen(actor=secretary, shop_id=s.pk, now=NOW)
    with pytest.raises(Forbidden):
        keeping.set_up(actor=w.actors["community_worker"], said=make.SAID, now=NOW)
