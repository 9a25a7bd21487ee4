"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.orders.tests.make import order_in
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.records.models import reversal
from baodao.shop.models import Donation, Prize, Redemption, Shop, Wallet
from baodao.shop.tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    found = world()
    make.retired(found.members.member)
    return found


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"shop:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"shop:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _shop(w: World) -> Shop:
    return make.shop(w, now=now(), earns_from=today() - 60 * DAY)


def _earn(w: World, tenths: int = 100) -> Wallet:
    row = make.record(w.members.member, tenths * 6, occurred_on=today() - DAY)
    make.serve([row])
    return Wallet.objects.get(member=w.members.member)


@pytest.mark.req("A20")
def test_a_secretary_sets_up_a_shop_with_prizes(w: World) -> None:
    assert "还没有积分超市" in _text(_get(w, "community_secretary", "shops"))
    said = {
        "name": "森格积分超市", "where": "一楼", "weekdays": ["2", "5"], "opens": "10:00",
        "closes": "12:00", "earns_from": today().isoformat(),
    }  # fmt: skip
    wrong = _post(w, "community_secretary", "shop_new", **{**said, "closes": "09:00"})
    assert wrong.status_code == 422 and "比开门晚" in _text(wrong)
    _post(w, "community_secretary", "shop_new", **said)
    s = Shop.objects.get()
    page = _text(_get(w, "community_secretary", "shop", s.pk))
    assert "每 60 分钟 1 分" in page and "星期三、星期六 10:00–12:00" in page
    wrong = _post(w, "community_worker", "prize_new", name="购物卡", fen="20")
    assert wrong.status_code == 422 and "现金" in _text(wrong)
    wrong = _post(w, "community_worker", "prize_new", name="洗衣液", fen="60")
    assert "最多值50元" in _text(wrong)
    _post(w, "community_worker", "prize_new", name="洗衣液", fen="15")
    p = Prize.objects.get()
    assert (p.fen, p.tenths) == (1500, 30)
    assert _post(w, "community_worker", "prize_act", p.pk, "take_in").status_code == 422
    _post(
        w, "community_worker", "prize_act", p.pk, "take_in", n="5", source="donation",
        giver="供电公司",
    )  # fmt: skip
    _post(w, "community_worker", "prize_act", p.pk, "lose", n="1", note="摔破")
    _post(w, "community_worker", "prize_act", p.pk, "count", n="3", second_name="达瓦")
    page = _text(_get(w, "community_worker", "prize", p.pk))
    assert "供电公司" in page and "洗衣液还有 3 件" in page
    assert "洗衣液" in _text(_get(w, "community_worker", "prizes"))
    _post(
        w, "community_worker", "prize_edit", p.pk, name="洗衣液2升", fen="20", note=""
    )
    _post(w, "community_worker", "prize_act", p.pk, "withdraw")
    assert "洗衣液2升" in _text(_get(w, "county_org", "prizes", state="withdrawn"))
    _post(w, "community_worker", "prize_act", p.pk, "offer")
    assert "洗衣液2升" in _text(_get(w, "community_worker", "count_sheet", s.pk))
    assert "改开门" in _text(_get(w, "community_secretary", "shop_edit", s.pk))
    _post(w, "community_secretary", "shop_edit", s.pk, **{**said, "where": "二楼"})
    _post(
        w, "community_secretary", "rule", "service", tenths="2", per_minutes="60",
        valid_from=(today() + DAY).isoformat(), reason="居委会",
    )  # fmt: skip
    _post(w, "community_secretary", "shop_act", s.pk, "close")
    assert "停业" in _text(_get(w, "county_org", "shops"))
    _post(w, "community_secretary", "shop_act", s.pk, "reopen")


@pytest.mark.req("A20", "A21")
def test_a_member_asks_and_two_people_hand_over(w: World) -> None:
    s = _shop(w)
    p, _ = (make.prize(w, s, name=n, now=now()) for n in ("洗衣液", "雨伞"))
    assert "还没有积分" in _text(_get(w, "member", "mine"))
    _earn(w)
    page = _text(_get(w, "member", "mine"))
    assert "您有 10 分" in page and "洗衣液" in page
    assert "这个季度已经用了" not in page
    lines = _text(_get(w, "member", "entries"))
    assert "600分钟" in lines and "每60分钟1分" in lines and "主办方的名单" in lines
    assert "换了还剩" in _text(_get(w, "member", "prize_mine", p.pk))
    answer = _post(w, "member", "prize_mine", p.pk, client_id="a1")
    r = Redemption.objects.get()
    assert answer.url == reverse("shop:my_redemption", args=[r.pk])
    assert "等社区备货" in _text(_get(w, "member", "my_redemption", r.pk))
    assert "有 1 件兑换要备货" in _text(_get(w, "community_worker", "desk"))
    _post(w, "community_worker", "redemption_act", r.pk, "reserve")
    page = _text(_get(w, "member", "mine"))
    assert "来领" in page and page.count("这个季度已经用了") == 1
    wrong = _post(w, "community_worker", "redemption_act", r.pk, "hand_over")
    assert wrong.status_code == 422 and "两个人" in _text(wrong)
    _post(w, "community_secretary", "redemption_act", r.pk, "witness")
    page = _text(_get(w, "community_secretary", "redemption", r.pk))
    assert "请另一位同事点" in page
    _post(w, "community_worker", "redemption_act", r.pk, "hand_over")
    assert "卓玛、达瓦发的" in _text(_get(w, "member", "my_redemption", r.pk))
    assert "洗衣液" in _text(_get(w, "community_worker", "desk", tab="over"))


def test_a_member_or_the_desk_may_cancel(w: World) -> None:
    p = make.prize(w, _shop(w), now=now())
    _earn(w)
    r = make.asked(w, p, now=now())
    wrong = _post(w, "community_worker", "redemption_act", r.pk, "cancel", reason="")
    assert wrong.status_code == 422
    _post(w, "member", "my_cancel", r.pk)
    assert "积分退回了" in _text(_get(w, "member", "my_redemption", r.pk))


@pytest.mark.req("A21")
def test_the_desk_asks_for_a_member_without_a_phone(w: World) -> None:
    p = make.prize(w, _shop(w), now=now())
    _earn(w)
    number = w.members.member.volunteer_no
    wrong = _get(w, "community_worker", "request_new", number="5425-1")
    assert wrong.status_code == 422 and "请核对编号" in _text(wrong)
    page = _text(_get(w, "community_worker", "request_new", number=number))
    assert "张伟有 10 分" in page and "代申请" in page
    url = reverse("shop:request_new") + f"?number={number}"
    w.client("community_worker").post(url, {"prize": str(p.pk)})
    assert Redemption.objects.get().requested_by == "卓玛"


@pytest.mark.req("A21")
def test_wallets_and_the_wall_are_by_number_and_never_by_points(w: World) -> None:
    s = _shop(w)
    make.serve([
        make.record(m, n, occurred_on=today() - DAY)
        for m, n in ((w.members.member, 60), (w.members.neighbour, 600))
    ])  # fmt: skip
    a, b = w.members.member.volunteer_no, w.members.neighbour.volunteer_no
    assert a < b
    wall = _text(_get(w, "community_worker", "wall", s.pk))
    assert wall.index(a) < wall.index(b)
    assert "张伟" not in wall and "杨帆" not in wall
    listed = _text(_get(w, "community_worker", "wallets"))
    assert listed.index(a) < listed.index(b) and "不按积分排名" in listed
    assert "没有找到" in _text(_get(w, "community_worker", "wallets", q="查无"))
    wallet = Wallet.objects.get(member=w.members.member)
    assert "每60分钟1分" in _text(_get(w, "community_worker", "wallet", wallet.pk))


def test_case_17_a_wallet_below_zero_is_written_off_by_two(w: World) -> None:
    """Domain 8.17."""
    p = make.prize(w, _shop(w), now=now())
    rec = make.record(w.members.member, 180, occurred_on=today() - DAY)
    make.serve([rec])
    make.fetched(w, p, now())
    make.serve([reversal(rec, now())])
    wallet = Wallet.objects.get(member=w.members.member)
    assert "积分是 −3 分" in _text(_get(w, "member", "mine"))
    assert "1 个账户是负数" in _text(
        _get(w, "community_worker", "wallets", tab="below")
    )
    ask = ("wallet_act", wallet.pk, "ask_write_off")
    assert _post(w, "community_secretary", *ask, reason="").status_code == 422
    _post(w, "community_secretary", *ask, reason="记录人记错")
    assert "记录人记错" in _text(_get(w, "township_party", "wallet", wallet.pk))
    refuse = ("wallet_act", wallet.pk, "refuse_write_off")
    _post(w, "township_party", *refuse, reason="再补补")
    _post(w, "community_secretary", *ask, reason="真是记错")
    _post(w, "township_party", "wallet_act", wallet.pk, "write_off")
    wallet.refresh_from_db()
    assert wallet.tenths == 0


def test_points_are_given_to_a_wish_and_thanked_for(w: World) -> None:
    _shop(w)
    order = order_in("published", w)
    _earn(w)
    assert order.title in _text(_get(w, "member", "wishes"))
    wrong = _post(w, "member", "give", order.pk, tenths="50")
    assert wrong.status_code == 422 and "10分之间" in _text(wrong)
    _post(w, "member", "give", order.pk, tenths="1.5")
    d = Donation.objects.get()
    assert d.tenths == 15
    assert order.title in _text(_get(w, "community_worker", "donations"))
    assert "谢谢张伟" in _text(_get(w, "community_worker", "thank", d.pk))
    assert _post(w, "community_worker", "thank", d.pk, text="").status_code == 422
    _post(w, "community_worker", "thank", d.pk, text="谢谢您")
    assert "谢谢您" in _text(_get(w, "member", "mine"))


@pytest.mark.req("A25")
def test_the_effect_hides_what_concerns_few(w: World) -> None:
    s = _shop(w)
    assert "今天刚开业" in _text(_get(w, "county_org", "effect", s.pk))
    Shop.objects.filter(pk=s.pk).update(opened_on=today() - 30 * DAY)
    path = w.places.community.path
    make.serve([
        make.record(w.members.member, 60, path=path, occurred_on=today() - 40 * DAY)
    ])  # fmt: skip
    members = make.many_members(w, 12)
    rows = [
        make.record(w.members.member, 90, path=path, occurred_on=today() - DAY)
        for _ in members
    ]
    for row, pk in zip(rows, members, strict=True):
        row.member_id = pk
    make.serve(rows)
    page = _text(_get(w, "county_org", "effect", s.pk))
    assert "&lt;10人" in page and ">12<" in page and ">18<" in page


def test_a_button_that_is_pressed_twice_takes_in_once(w: World) -> None:
    p = make.prize(w, _shop(w), n=0, now=now())
    page = _text(_get(w, "community_worker", "prize", p.pk))
    once = page.split('name="client_id" value="')[1].split('"')[0]
    for _ in range(2):
        _post(
            w, "community_worker", "prize_act", p.pk, "take_in", n="5", giver="供电公司",
            source="donation", client_id=once,
        )  # fmt: skip
    p.refresh_from_db()
    assert p.stock == 5


def test_what_waits_at_the_shop_of_an_earlier_home_says_when_that_is_open(
    w: World,
) -> None:
    p = make.prize(w, _shop(w), now=now())
    _earn(w)
    make.ready(w, p, now())
    there = w.places.second_community
    Shop.objects.create(
        place=there, path=there.path, name="藏布", where="二楼", weekdays=[1],
        opens="09:00", closes="10:00",
    )  # fmt: skip
    Member.objects.filter(pk=w.members.member.pk).update(residence_path=there.path)
    page = _text(_get(w, "member", "mine"))
    assert "到社区服务中心一楼，星期三、星期六 10:00–12:00。" in page


def test_a_member_reads_that_the_shop_has_closed(w: World) -> None:
    s = _shop(w)
    assert "每季度最多兑换" in _text(_get(w, "member", "mine"))
    _post(w, "community_secretary", "shop_act", s.pk, "close")
    page = _text(_get(w, "member", "mine"))
    assert "停业了" in page and "开门，下次" not in page


def test_the_desk_says_when_somebody_has_no_shop(w: World) -> None:
    s = _shop(w)
    _earn(w)
    query = {"number": w.members.member.volunteer_no}
    page = _text(_get(w, "community_worker", "request_new", **query))
    assert "没有在架的奖品" in page
    Shop.objects.filter(pk=s.pk).update(state="merged")
    page = _text(_get(w, "community_worker", "request_new", **query))
    assert "住的地方没有积分超市" in page and "没有在架的奖品" not in page


def test_a_page_of_ones_own_wallet_offers_no_write_off(w: World) -> None:
    p = make.prize(w, _shop(w), now=now())
    rec = make.record(w.members.member, 180, occurred_on=today() - DAY)
    make.serve([rec])
    make.fetched(w, p, now())
    make.serve([reversal(rec, now())])
    wallet = Wallet.objects.get()
    assert "提出核销…" in _text(_get(w, "community_secretary", "wallet", wallet.pk))
    me = w.actors["community_secretary"].person_id
    Member.objects.filter(pk=w.members.member.pk).update(person_id=me)
    assert "提出核销…" not in _text(_get(w, "community_secretary", "wallet", wallet.pk))


def test_other_places_and_other_roles_see_nothing(w: World) -> None:
    s = _shop(w)
    p = make.prize(w, s, now=now())
    wallet = _earn(w)
    r = make.asked(w, p, now=now())
    for name, pk in (
        ("shop", s.pk), ("prize", p.pk), ("wallet", wallet.pk), ("redemption", r.pk)
    ):  # fmt: skip
        assert _get(w, "outsider", name, pk).status_code == 404, name
        assert _get(w, "anonymous", name, pk).status_code == 404, name
    assert _get(w, "far_member", "my_redemption", r.pk).status_code == 404
    assert _get(w, "far_member", "prize_mine", p.pk).status_code == 404
    assert _get(w, "unit_secretary", "desk").status_code == 404
    assert _get(w, "grid_worker", "wallets").status_code == 404
    assert _get(w, "county_org", "wallets").status_code == 404
    assert _get(w, "county_org", "desk").status_code == 403
    assert _get(w, "community_worker", "shop_new").status_code == 403
    assert _get(w, "community_worker", "mine").status_code == 403
    assert _get(w, "member", "desk").url == reverse("shop:mine")
    assert _get(w, "community_worker", "my_cancel", r.pk).status_code == 405
    assert (
        _get(w, "community_worker", "redemption_act", r.pk, "reserve").status_code
        == 405
    )
    assert (
        _post(w, "community_worker", "redemption_act", r.pk, "expire").status_code
        == 404
    )
