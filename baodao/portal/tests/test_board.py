"""The public board: what everybody may see, and what never stands there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from baodao.core import memory
from baodao.core.clock import now
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import TITLE, never_reached, order_in, place_online
from baodao.people.models import Account
from baodao.people.tests.make import World, world
from baodao.stats.definitions import DEFINITIONS

pytestmark = pytest.mark.django_db
BOARD, WISHES = reverse("portal:board"), reverse("portal:wishes")


@pytest.fixture
def w() -> World:
    return world()


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.req("A12")
@pytest.mark.parametrize(
    ("state", "word", "when"),
    [
        ("published", "可认领", "今天提出"),
        ("dispatched", "派单中", "剩 "),
        ("accepted", "已有人接", "地区住建局已接"),
        ("closed", "居民确认解决", "月"),
    ],
)
def test_wishes_stand_in_four_words(w: World, state: str, word: str, when: str) -> None:
    order_in(state, w)
    page = text(Client().get(BOARD))
    card = page.split('class="wish"')[1].split("</article>")[0]
    assert TITLE in card and word in card and when in card
    assert "森格社区" in card and "网格" not in card


def test_the_figures_may_be_a_minute_old_and_say_of_when(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "BRIEF", 60.0)
    order_in("published", w)
    first = text(Client().get(BOARD))
    assert "1</a><small>件" in first
    order_in("published", w)
    again = text(Client().get(BOARD))
    assert "1</a><small>件" in again and again.count('class="wish"') == 2
    assert re.findall("截至 [^。]+", again) == re.findall("截至 [^。]+", first)
    memory.forget_everything()
    assert "2</a><small>件" in text(Client().get(BOARD))


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("submitted", {}),
        ("published", {"consent_public": False}),
        ("verified", {"urgency": "life_safety"}),
    ],
)
def test_what_never_stands_on_the_board(
    w: World, state: str, fields: dict[str, Any]
) -> None:
    order_in(state, w, **fields)
    assert TITLE not in text(Client().get(BOARD))
    assert TITLE not in text(Client().get(WISHES))


def test_wording_that_the_resident_has_not_seen_stays_away(w: World) -> None:
    order = place_online(w)
    s.verify_order(actor=w.actors["community_worker"], order_id=order.id,
                   title="一户居民的烟道要清理", urgency="normal", category="repair")  # fmt: skip
    assert "烟道要清理" not in text(Client().get(WISHES))


def test_closed_without_an_answer_is_not_shown_as_solved(w: World) -> None:
    never_reached(w, order_in("done_reported", w))
    assert TITLE not in text(Client().get(WISHES))


def test_private_words_are_nowhere(w: World) -> None:
    order = order_in("published", w)
    page = text(Client().get(BOARD)) + text(Client().get(WISHES))
    for private in (
        order.detail,
        order.phone,
        order.call_name,
        order.address,
        order.token,
        order.code,
    ):
        assert private not in page


def test_rates_below_ten_are_not_published(w: World) -> None:
    order_in("closed", w)
    page = text(Client().get(BOARD))
    assert "不足 10 件，不公布" in page and "100.0" not in page


@pytest.mark.req("A17")
def test_figures_are_counted_by_their_definitions(w: World) -> None:
    for days in range(1, 4):
        order_in("closed", w, at=now() - timedelta(days=days), kind="problem")
    place_online(w)
    page = text(Client().get(BOARD))
    assert (
        ">4</a><small>件" in page
        and "含 1 件在办" in page
        and ">3</a><small>件" in page
    )
    definitions = text(Client().get(reverse("portal:figures")))
    for name in DEFINITIONS:
        assert f'id="{name}"' in definitions


def test_thanks_need_consent_and_a_reader(w: World) -> None:
    told, silent = (
        order_in("confirmed", w, at=now() - timedelta(days=d)) for d in (1, 2)
    )
    worker = w.actors["community_worker"]
    for order, public in ((told, True), (silent, False)):
        s.rate_order(actor=worker, order_id=order.id, rating=5, text="来的人很耐心",
                     public=public, how="call")  # fmt: skip
    assert "来的人很耐心" not in text(Client().get(BOARD))
    s.thank_order(actor=worker, order_id=told.id, text="来的人很耐心，还扫了院子")
    page = text(Client().get(BOARD))
    assert (
        "来的人很耐心，还扫了院子" in page and "森格社区一位居民 致 地区住建局" in page
    )


def test_a_place_shows_its_own_and_is_remembered(w: World) -> None:
    order_in("published", w)
    client = Client()
    assert TITLE in text(client.get(BOARD))
    assert "阿里地区" in text(client.get(BOARD))  # the highest place that branches
    assert TITLE not in text(client.get(BOARD, {"place": w.places.other_district.code}))
    assert TITLE not in text(client.get(BOARD))
    assert TITLE in text(client.get(BOARD, {"place": w.places.community.code}))


@pytest.mark.parametrize("code", ["999999", "542523100001-G003"])
def test_places_below_a_community_have_no_board(w: World, code: str) -> None:
    assert "阿里地区" in text(Client().get(BOARD, {"place": code}))


def test_the_list_filters_and_pages(w: World) -> None:
    order_in("published", w)
    assert TITLE in text(
        Client().get(WISHES, {"state": "可认领", "category": "repair"})
    )
    assert TITLE not in text(Client().get(WISHES, {"state": "派单中"}))
    assert TITLE not in text(Client().get(WISHES, {"category": "law"}))
    assert TITLE in text(Client().get(WISHES, {"page": "99"}))


def test_the_board_takes_few_queries(
    w: World, django_assert_max_num_queries: Any
) -> None:
    order_in("published", w)
    client = Client()
    client.get(BOARD)
    with django_assert_max_num_queries(15):
        client.get(BOARD)


def test_an_empty_deployment_leads_to_the_first_run_page(db: None) -> None:
    assert not Account.objects.exists()
    assert Client().get(BOARD)["Location"] == reverse("portal:setup")


PLAIN = (
    "board",
    "wishes",
    "where",
    "complain",
    "privacy",
    "accessibility",
    "help",
    "figures",
    "digest",
    "digest_print",
)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("role", ["anonymous", "community_worker", "member"])
def test_everybody_reads_the_public_pages(w: World, name: str, role: str) -> None:
    client = w.client(role)
    assert client.get(reverse(f"portal:{name}")).status_code == 200
    assert client.post(reverse(f"portal:{name}")).status_code == 405


def test_the_day_s_code_stands_on_the_board_and_on_paper(w: World) -> None:
    """Idea 5: what everybody can copy by hand."""
    page = text(Client().get(reverse("portal:digest")))
    assert "还没有封存码" in page
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO acts_digest (day, seq, hash, counts, at) VALUES "
            "('2026-11-25', 7, repeat('f', 64), '{\"records_record\": 1234}', now())"
        )
    for name in ("board", "digest", "digest_print"):
        assert "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ" in text(
            Client().get(reverse(f"portal:{name}"))
        )
    assert "服务记录 1,234 行" in text(Client().get(reverse("portal:digest")))


def test_complaints_name_the_phones_from_the_community_upwards(w: World) -> None:
    page = text(
        Client().get(reverse("portal:complain"), {"place": w.places.community.code})
    )
    assert "0897-2821234" in page
    assert Order.objects.count() == 0
