"""Journey: points for service become a prize, asked for on the phone, handed over by two
people (A20, A21)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from baodao.core.clock import now, today
from baodao.people.tests.make import World
from baodao.shop import audit
from baodao.shop.tests import make
from tests.conftest import Open
from tests.journeys import steps

pytestmark = pytest.mark.journey


@pytest.mark.req("A20", "A21")
def test_points_become_a_prize_in_the_hand(open_as: Open, w: World) -> None:
    make.retired(w.members.member)
    day = today() - timedelta(days=1)
    shop = make.shop(w, now=now(), earns_from=day)
    make.prize(w, shop, now=now())
    make.serve([make.record(w.members.member, 300, occurred_on=day)])

    member = open_as("member", "/me/profile/")
    member.get_by_role("link", name="看积分和奖品").click()
    expect(member.get_by_role("heading", name="您有 5 分")).to_be_visible()
    member.get_by_role("link", name="每一笔怎么来的").click()
    member.get_by_text("参加活动").first.click()
    expect(member.get_by_text("300分钟")).to_be_visible()
    member.get_by_role("link", name="返回积分超市").click()
    member.get_by_role("link", name="洗衣液").click()
    member.get_by_role("button", name="申请兑换").click()
    expect(member.get_by_role("heading", name="等社区备货")).to_be_visible()

    worker = open_as("community_worker", "/home/")
    steps.open_menu(worker, "积分与评价", "积分超市")
    expect(worker.get_by_role("heading", name="有 1 件兑换要备货")).to_be_visible()
    worker.get_by_role("link", name="备货", exact=True).click()
    worker.get_by_role("button", name="备好了").click()
    member.reload()
    expect(member.get_by_text("备好了，来领")).to_be_visible()

    secretary = open_as("community_secretary", "/shop/?tab=reserved")
    secretary.get_by_role("link", name="洗衣液").click()
    secretary.get_by_role("button", name="我在场").click()
    worker.reload()
    worker.get_by_role("button", name="发给本人").click()
    expect(worker.get_by_text("已领走").first).to_be_visible()
    member.reload()
    expect(member.get_by_text("卓玛、达瓦发的")).to_be_visible()
    assert audit.proof().ok
