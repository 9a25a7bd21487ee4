"""Menus, search, messages, and answers when something is not there."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.acts.access import can
from baodao.core.ids import uuid7
from baodao.notifications.models import Read
from baodao.notifications.services import message, send
from baodao.orders.filters import phone_key
from baodao.orders.tests.make import TITLE, order_in, place
from baodao.people.roles import ROLES
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
SEARCH, MESSAGES = reverse("portal:search"), reverse("portal:messages")


@pytest.fixture
def w() -> World:
    return world()


def text(response: Any) -> str:
    return str(response.content.decode())


# --- search ----------------------------------------------------------------------


def test_one_box_finds_orders_units_members_and_places(w: World) -> None:
    order, client = order_in("dispatched", w), w.client("community_worker")
    assert TITLE in text(client.get(SEARCH, {"q": order.no}))
    assert TITLE in text(client.get(SEARCH, {"q": "烟道"}))
    assert "阿里地区住房和城乡建设局" in text(client.get(SEARCH, {"q": "住房"}))
    assert "张伟" in text(client.get(SEARCH, {"q": "zw"}))
    assert "森格社区" in text(client.get(SEARCH, {"q": "sengge"}))


def test_search_stays_inside_the_scope(w: World) -> None:
    order = order_in("dispatched", w)
    page = text(w.client("outsider").get(SEARCH, {"q": order.no}))
    assert TITLE not in page and "没有找到" in page
    assert "住建局" not in text(w.client("outsider").get(SEARCH, {"q": "张伟"}))
    assert TITLE not in text(w.client("system_admin").get(SEARCH, {"q": order.no}))


@pytest.mark.parametrize("q", ["", " ", "%", "'", "单 ", "x" * 300])
def test_odd_searches_are_answered(w: World, q: str) -> None:
    assert w.client("community_worker").get(SEARCH, {"q": q}).status_code == 200


def test_a_phone_finds_its_orders_and_does_not_stand_in_the_address(w: World) -> None:
    order = place(w, phone="138 0000 1234")
    place(w, phone="13900005678")
    for who in ("community_worker", "grid_worker", "township_party"):
        for url in (SEARCH, reverse("orders:look_up")):
            answer = w.client(who).post(url, {"q": "+86 13800001234"})
            assert answer.status_code == 302 and "1234" not in answer["Location"]
            listed = w.client(who).get(answer["Location"])
            assert [o.id for o in listed.context["desk"].page] == [order.id]
    answer = w.client("county_org").post(SEARCH, {"q": "13800001234"})
    assert "phone=" not in answer["Location"]
    key = phone_key("13800001234")
    listed = w.client("county_org").get(
        reverse("orders:list"), {"phone": key, "tab": "any"}
    )
    assert len(listed.context["desk"].page) == 0
    assert [phone_key(x) for x in ("1120-05", "3846 1207", "灯坏了", "12")] == [""] * 4


def test_search_goes_on_as_an_address(w: World) -> None:
    answer = w.client("community_worker").post(SEARCH, {"q": "住房 a&b"})
    assert answer.status_code == 302
    assert "住房 a&amp;b" in text(w.client("community_worker").get(answer["Location"]))


# --- messages ---------------------------------------------------------------------


@pytest.fixture
def told(w: World) -> World:
    """One message to the community's workers, one to the unit."""
    send([
        message(event_id=uuid7(), title="有一单要核实", url="/orders/",
                role="community_worker", path=w.places.community.path),
        message(event_id=uuid7(), title="派来一单", unit_id=w.units.unit.id),
    ])  # fmt: skip
    return w


def test_messages_are_for_their_addressee(told: World) -> None:
    assert "有一单要核实" in text(told.client("community_worker").get(MESSAGES))
    assert "派来一单" in text(told.client("unit_secretary").get(MESSAGES))
    page = text(told.client("outsider").get(MESSAGES))
    assert "有一单要核实" not in page and "还没有消息" in page


def test_opening_a_message_marks_it_read_and_goes_on(told: World) -> None:
    client = told.client("community_worker")
    assert "有 1 条消息没看" in text(client.get(MESSAGES))
    found = client.get(MESSAGES).context["page"].object_list[0]
    url = reverse("portal:message", args=[found.id])
    assert client.get(url).status_code == 405
    assert told.client("outsider").post(url).status_code == 404
    assert client.post(url)["Location"] == "/orders/"
    assert Read.objects.count() == 1 and "消息都看过了" in text(client.get(MESSAGES))


def test_all_messages_are_marked_at_once(told: World) -> None:
    client = told.client("unit_secretary")
    client.post(reverse("portal:messages_read"))
    assert "消息都看过了" in text(client.get(MESSAGES))


# --- frame ------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_menu_of_every_role_points_at_pages_that_open(w: World, role: str) -> None:
    client = w.client(role)
    response = client.get(reverse("portal:account"))
    menu = list(response.context["nav"])
    assert 0 < len(menu) <= 7
    waiting, opened = [entry.href for entry in menu], set[str]()
    while waiting:
        href = waiting.pop()
        page = client.get(href)
        assert page.status_code == 200, href
        opened.add(href)
        behind = {sub.href for one in page.context["nav"] for sub in one.subs}
        waiting += sorted((behind | tabs_of(page)) - opened - set(waiting))


def tabs_of(page: Any) -> set[str]:
    """The pages that stand as tabs on a page, without its own views of a list."""
    html = page.content.decode()
    rows = re.findall(r'<nav class="tabs".*?</nav>', html, re.DOTALL)
    return {href for row in rows for href in re.findall(r'href="(/[^"?]*)"', row)}


def pages_in_menu(client: Client) -> set[str]:
    """The entries of the menu and the pages behind each of them."""
    found = set()
    for entry in client.get(MESSAGES).context["nav"]:
        nav = client.get(entry.href).context["nav"]
        found |= {href for e in nav for href in (e.href, *(s.href for s in e.subs))}
    return found


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"member"}))
def test_who_manages_accounts_or_roles_finds_them_in_the_menu(
    w: World, role: str
) -> None:
    client = w.client(role)
    actor = client.get(reverse("portal:account")).wsgi_request.actor  # type: ignore[attr-defined]
    menu = pages_in_menu(client)
    accounts, roles = reverse("people:accounts"), reverse("people:roles")
    assert (accounts in menu) == can(actor, "accounts.view")
    if not can(actor, "roles.view"):
        return
    assert menu & {accounts, roles}
    for page in (roles, accounts) if accounts in menu else (roles,):
        shown = text(client.get(page))
        for href in re.findall(r'class="btn[^"]*" href="(/people/[^"]*)"', shown):
            assert client.get(href).status_code == 200, (page, href)


def test_the_bar_says_who_and_where_one_is(told: World) -> None:
    page = text(told.client("community_worker").get(MESSAGES))
    assert "社区专干" in page and "森格社区" in page and "卓玛" in page


def test_every_foot_leads_to_help_and_complaints(w: World) -> None:
    for url in (reverse("portal:board"), reverse("orders:find")):
        page = text(Client().get(url))
        for words in (
            "投诉与建议",
            "我的信息谁看过",
            "个人信息怎么保护",
            "无障碍说明",
            "帮助",
        ):
            assert words in page


@pytest.mark.parametrize("path", ["/nothing-here/", "/orders/nothing/", "/wishes"])
def test_a_page_that_is_not_there_is_said_in_chinese(w: World, path: str) -> None:
    response = Client().get(path, follow=True)
    if response.status_code == 404:
        assert "没有找到这一页" in text(response)
    else:
        assert response.status_code == 200


def test_the_shell_of_a_page_takes_few_queries(
    told: World, django_assert_max_num_queries: Any
) -> None:
    client = told.client("community_worker")
    with django_assert_max_num_queries(15):
        client.get(MESSAGES)


# --- menus ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "page", "entry"),
    [
        ("community_worker", "people:members", "单位与党员"),
        ("community_worker", "people:residents", "地方与住户"),
        ("county_org", "places:pauses", "设置"),
        ("county_org", "people:roles", "账号与角色"),
        ("member", "reporting:new", "我的"),
        ("member", "orders:pool", "接单"),
        ("community_worker", "pairings:visits_missing", "走访"),
    ],
)
def test_the_menu_says_where_one_is(w: World, key: str, page: str, entry: str) -> None:
    shown = text(w.client(key).get(reverse(page)))
    current = re.findall(r'<a[^>]*aria-current="page"[^>]*>(.*?)</a>', shown, re.DOTALL)
    assert any(entry in re.sub(r"<[^>]+>", "", link) for link in current)


def test_who_is_signed_out_finds_the_way_to_sign_in(w: World) -> None:
    url = reverse("people:members") + "?q=zw"
    gone = text(Client().get(url))
    assert f"{reverse('portal:sign_in')}?next=/people/members/%3Fq%3Dzw" in gone
    assert "?next=" not in text(w.client("member").get(reverse("people:units")))
