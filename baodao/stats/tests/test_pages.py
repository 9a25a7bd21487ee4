"""统计: each number opens its list, the list says what it is, and nobody sees the
figures of other places."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.orders import services as s
from baodao.orders.tests.make import order_in, place
from baodao.people.tests.make import World, world
from baodao.stats.definitions import DEFINITIONS

pytestmark = pytest.mark.django_db
PAGE, LIST = "stats:orders", "stats:orders_list"
HEADS = re.compile(r"<h1>[^<]*?：\S+?(?: 4–5 分)? ([\d,]+) ")


@pytest.fixture
def w() -> World:
    return world()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def _some(w: World) -> None:
    for hours in range(3):
        order_in("closed", w, at=now() - timedelta(days=hours + 1))
    order_in("confirmed", w, kind="problem", place_id=w.places.community.id)
    order_in("dispatched", w, at=now() - timedelta(days=20))
    order_in("claimed", w)
    place(
        w,
        place_id=w.places.second_community.id,
        actor=w.actors["second_community_worker"],
    )
    gone = place(w)
    s.withdraw_order(
        actor=w.actors["community_worker"], order_id=gone.id, how="call", note="不要了"
    )


@pytest.mark.req("A17", "A19", "A24", "A30")
@pytest.mark.parametrize(
    "who", ["prefecture_org", "county_org", "township_party", "community_worker"]
)
def test_every_number_of_the_table_opens_a_list_of_its_length(
    w: World, who: str
) -> None:
    _some(w)
    client = w.client(who)
    opened = 0
    for measure in ("", "wishes", "problems", "services", "helpers"):
        page = client.get(reverse(PAGE), {"measure": measure, "period": "year"})
        table = page.context["table"]
        for row in [*table["rows"], table["total"]]:
            for n, url in row["cells"]:
                if n:
                    found = HEADS.search(text(client, url))
                    assert found and int(found[1].replace(",", "")) == n, url
                    opened += 1
    assert opened > 8


def test_every_figure_has_a_drawer_and_a_list(w: World) -> None:
    _some(w)
    client = w.client("township_party")
    for name, known in DEFINITIONS.items():
        page = client.get(reverse(PAGE), {"show": name})
        drawer = page.context["drawer"]
        body = page.content.decode()
        assert known.text in body and known.title in body
        listed = text(client, drawer["url"])
        assert known.text in listed
        assert f"{known.title} {drawer['n']:,} {known.unit}" in listed


def test_the_sentence_and_the_rates_say_what_they_are_made_of(w: World) -> None:
    _some(w)
    body = text(w.client("community_secretary"), reverse(PAGE))
    for said in (
        "居民提出心愿",
        "居民确认解决",
        "响应率",
        "解决率",
        "满意率",
        "不足 10",
    ):
        assert said in body
    assert "按区划顺序，不排名" in body and "第三网格" in body


def test_a_place_can_be_opened_down_to_its_grid_and_not_beside(w: World) -> None:
    order_in("closed", w)
    street = w.client("township_party")
    for where in (w.places.community, w.places.grid):
        page = street.get(reverse(PAGE), {"place": where.code})
        assert page.status_code == 200 and where.name in page.content.decode()
    for code in (w.places.other_street.code, w.places.district.code, "nowhere"):
        for name in (PAGE, LIST):
            answer = street.get(reverse(name), {"place": code, "figure": "placed"})
            assert answer.status_code == 404


def test_the_list_shows_no_private_words(w: World) -> None:
    order_in("closed", w, detail="烟道两年没清", phone="13812345678")
    for name in DEFINITIONS:
        body = text(w.client("prefecture_org"), reverse(LIST) + f"?figure={name}")
        assert "两年没清" not in body and "5678" not in body


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("grid_worker", 403),
        ("unit_secretary", 403),
        ("member", 403),
        ("anonymous", 302),
    ],
)
def test_figures_are_for_the_community_and_above(
    w: World, who: str, status: int
) -> None:
    for name in (PAGE, LIST):
        assert (
            w.client(who).get(reverse(name), {"figure": "placed"}).status_code == status
        )


def test_an_unknown_figure_is_not_found_and_odd_days_are_left_out(w: World) -> None:
    client = w.client("community_worker")
    assert client.get(reverse(LIST), {"figure": "no"}).status_code == 404
    odd = {"from": "2026-13-01", "to": "x", "channel": "?", "measure": "?"}
    assert client.get(reverse(PAGE), odd).status_code == 200


def test_the_page_takes_few_queries(
    w: World, django_assert_max_num_queries: Any
) -> None:
    _some(w)
    client = w.client("prefecture_org")
    with django_assert_max_num_queries(22):
        client.get(reverse(PAGE))
    with django_assert_max_num_queries(14):
        client.get(reverse(LIST), {"figure": "services"})


def test_the_public_figures_open_what_anybody_may_read(w: World) -> None:
    order_in("closed", w)
    order_in("closed", w, at=now() - timedelta(days=2), consent_public=False)
    client = Client()
    body = text(client, reverse("portal:figures"))
    assert "居民确认解决 2 件" in body and "看居民同意公开的 1 件" in body
    wall = text(client, reverse("portal:wishes") + "?figure=solved")
    assert f"{today().year}年算进去的里，居民同意公开的 1 件" in wall
    board = text(client, reverse("portal:board"))
    assert "解决率" in board and 'href="/figures/#solution"' in board
