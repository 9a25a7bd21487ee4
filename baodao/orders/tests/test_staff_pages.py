"""The staff's pages of orders: four questions each, every act through the page, what
is shown to whom, and how many queries it takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import now
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, place, place_online
from baodao.orders.tests.pages import WORDS, act, body, now_in
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


# --- who may open what ---------------------------------------------------------------

# page → (who opens it, who is refused and how)
PAGES: dict[str, tuple[str, dict[str, int]]] = {
    "list": ("community_worker", {"unit_secretary": 403, "member": 403}),
    "new": ("grid_worker", {"county_org": 403, "member": 403}),
    "detail": (
        "county_org",
        {"outsider": 404, "other_grid_worker": 404, "member": 403},
    ),
    "looked": ("community_worker", {"outsider": 404, "unit_secretary": 403}),
    "ask": (
        "community_worker",
        {"outsider": 404, "grid_worker": 403, "county_org": 403},
    ),
}


def address(name: str, order: Order) -> str:
    args: list[Any] = [] if name in ("list", "new") else [order.id]
    return reverse(f"orders:{name}", args=[*args, "reject"] if name == "ask" else args)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_those_it_is_for_and_for_nobody_else(
    w: World, name: str
) -> None:
    order = place_online(w)
    page = address(name, order)
    opens, refused = PAGES[name]
    assert w.client(opens).get(page).status_code == 200
    for who, status in refused.items():
        assert w.client(who).get(page).status_code == status, who
    assert w.client().get(page).status_code == 302
    assert w.client(opens).put(page).status_code == 405


@pytest.mark.parametrize("name", ["act", "reveal", "slip", "bulk", "similar"])
def test_what_writes_takes_a_post_only(w: World, name: str) -> None:
    order = place(w)
    known: dict[str, list[Any]] = {
        "act": [order.id, "verify"],
        "reveal": [order.id, "phone"],
        "slip": [order.id],
    }
    args = known.get(name, [])  # fmt: skip
    page = reverse(f"orders:{name}", args=args)
    assert w.client("community_worker").get(page).status_code == 405
    assert w.client("outsider").post(page).status_code in (200, 302, 403, 404)


def test_an_act_outside_ones_place_is_not_found_and_inside_not_allowed(
    w: World,
) -> None:
    order = place(w)
    assert act(w, order, "verify", "outsider").status_code == 404
    assert act(w, order, "verify", "grid_worker").status_code == 403
    assert act(w, order, "no_such_act").status_code == 404
    assert now_in(order) == "submitted"


# --- the list --------------------------------------------------------------------------


def test_the_head_says_how_many_wait_for_me_and_how_many_are_late(w: World) -> None:
    place(w, at=now() - timedelta(days=20))
    place(w)
    order_in("dispatched", w)
    text = body(w.client("community_worker").get(reverse("orders:list")))
    assert "有 2 件事在等您，其中 1 件已超时" in text
    assert "另有 1 件在等别人" in text
    assert "已超时" in text and "轮到您：核实" in text


def test_an_empty_desk_says_why_and_what_next(w: World) -> None:
    client = w.client("community_worker")
    assert "没有等您处理的事" in body(client.get(reverse("orders:list")))
    order_in("dispatched", w)
    assert "看看在等谁" in body(client.get(reverse("orders:list")))
    assert "没有符合条件的点单" in body(
        client.get(reverse("orders:list") + "?q=没有这样的")
    )


def test_the_list_never_shows_private_words_or_contact(w: World) -> None:
    place(w, detail=WORDS, phone="13812345678")
    for query in ("", "?tab=all", "?tab=any"):
        text = body(w.client("community_worker").get(reverse("orders:list") + query))
        assert WORDS not in text and "5678" not in text


def test_the_list_takes_few_queries(
    w: World, django_assert_max_num_queries: Any
) -> None:
    for state in ("submitted", "verified", "dispatched", "in_service", "closed"):
        order_in(state, w, at=now() - timedelta(days=1))
    order_in("done_reported", w, at=now() - timedelta(days=2))
    client = w.client("community_worker")
    with django_assert_max_num_queries(12):
        client.get(reverse("orders:list") + "?tab=all")


def test_the_week_figures_open_lists_of_their_own_length(w: World) -> None:
    place(w)
    place(w)
    order_in("dispatched", w)
    page = w.client("community_worker").get(reverse("orders:list"))
    for _, lines in page.context["figures"]:
        for label, n, url in lines:
            opened = w.client("community_worker").get(url)
            assert opened.context["desk"].page.paginator.count == n, label


# --- registering -------------------------------------------------------------------------


def form(w: World, **fields: Any) -> dict[str, Any]:
    chosen = {
        "client_id": "n1", "source": "phone", "place": str(w.places.grid.id), "kind": "wish",
        "category": "repair", "urgency": "normal", "detail": "家里烟道堵了，生火倒烟",
        "title": "一户居民要清烟道", "seen_how": "phone", "call_name": "阿佳",
        "phone": "13812345678", "address": "3 栋", "household": "", "goods": "",
    }  # fmt: skip
    return {**chosen, **fields}


@pytest.mark.req("L50", "A10")
def test_a_worker_registers_for_somebody_on_the_phone_and_prints_a_slip(
    w: World,
) -> None:
    client = w.client("community_worker")
    answer = client.post(reverse("orders:new"), form(w, household="312"), follow=True)
    order = Order.objects.get()
    assert order.household == w.household and order.source == "phone"
    assert order.phone == "13812345678" and order.place == w.places.grid
    assert Event.objects.get().on_behalf_of == "居民（电话代登）"
    code = f"{order.code[:4]} {order.code[4:]}"
    assert (
        order.no in body(answer)
        and code in body(answer)
        and order.token in body(answer)
    )
    slip = body(client.post(reverse("orders:slip", args=[order.id])))
    assert code in slip and "<svg" in slip and w.places.community.phone in slip
    assert (
        "style=" not in slip
        and WORDS not in slip
        and "5678" not in slip.replace(order.code, "")
    )


def test_sending_the_form_twice_registers_once(w: World) -> None:
    client = w.client("community_worker")
    first = client.post(reverse("orders:new"), form(w))
    second = client.post(reverse("orders:new"), form(w))
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_a_phone_number_in_the_words_is_asked_about_and_an_id_number_refused(
    w: World,
) -> None:
    client = w.client("community_worker")
    words = form(w, detail="请打13812345678找我")
    answer = client.post(reverse("orders:new"), words)
    assert answer.status_code == 422
    assert "里面有手机号" in body(answer) and "请打13812345678找我" in body(answer)
    assert (
        client.post(reverse("orders:new"), {**words, "keep_numbers": "on"}).status_code
        == 302
    )
    answer = client.post(
        reverse("orders:new"), form(w, detail="11010519491231002X", client_id="n2")
    )
    assert answer.status_code == 422 and "身份证号" in body(answer)


def test_a_goods_wish_over_the_limit_needs_a_tick(w: World) -> None:
    client = w.client("community_worker")
    words = form(w, household="0312", goods="300")
    answer = client.post(reverse("orders:new"), words)
    assert answer.status_code == 422 and "仍要登记" in body(answer)
    assert (
        client.post(
            reverse("orders:new"), {**words, "override_limit": "on"}
        ).status_code
        == 302
    )
    assert Order.objects.get().goods_fen == 30000


def test_an_unknown_household_and_missing_words_are_said_at_their_fields(
    w: World,
) -> None:
    answer = w.client("community_worker").post(
        reverse("orders:new"), form(w, household="9999", detail="")
    )
    assert answer.status_code == 422 and "这里要填" in body(answer)
    answer = w.client("community_worker").post(
        reverse("orders:new"), form(w, household="9999")
    )
    assert "本社区没有户 9999" in body(answer)
    assert Order.objects.count() == 0


def test_a_grid_worker_registers_in_her_own_grid_only(w: World) -> None:
    page = w.client("grid_worker").get(reverse("orders:new"))
    offered = dict(page.context["form"].fields["place"].choices)
    assert (
        str(w.places.grid.id) in offered and str(w.places.community.id) not in offered
    )
    answer = w.client("grid_worker").post(
        reverse("orders:new"),
        form(w, place=str(w.places.second_grid.id), source="visit"),
    )
    assert answer.status_code == 422 and Order.objects.count() == 0


@pytest.mark.req("L36", "L40")
@pytest.mark.parametrize("category", ["mediation", "environment", "policy"])
def test_what_a_visit_finds_is_registered_on_the_spot_and_given_to_one_unit(
    w: World, category: str
) -> None:
    words = form(w, category=category, source="visit", kind="problem")
    assert w.client("grid_worker").post(reverse("orders:new"), words).status_code == 302
    order = Order.objects.get(category=category, source="visit")
    act(
        w, order, "verify", title=order.title, urgency="normal", category=category,
        seen_how="desk",
    )  # fmt: skip
    assert act(w, order, "dispatch", unit=w.units.unit.id).status_code == 302
    assert now_in(order) == "dispatched" and order.unit == w.units.unit


def test_similar_orders_show_while_typing_and_without_scripts(w: World) -> None:
    place(w, title="取暖炉烟道需要清理")
    client = w.client("community_worker")
    found = client.post(reverse("orders:similar"), form(w))
    assert "取暖炉烟道需要清理" in body(found)
    assert "近 60 天有相似的单" in body(
        client.post(reverse("orders:new"), form(w, look="1"))
    )
    assert "取暖炉" not in body(
        client.post(reverse("orders:similar"), form(w, detail="想学跳舞", title=""))
    )
    assert Order.objects.count() == 1


# --- what is shown to whom ---------------------------------------------------------------


def test_private_words_and_notes_are_hidden_from_county_org(w: World) -> None:
    order = order_in("dispatched", w, detail=WORDS)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="找过 3 栋的阿佳了",
    )  # fmt: skip
    page = reverse("orders:detail", args=[order.id])
    for who in ("county_org", "county_social_work", "inspector"):
        text = body(w.client(who).get(page))
        assert WORDS not in text and "阿佳" not in text and "**** 0000" not in text, who
        assert "暂时没有人手或工具" in text
    text = body(w.client("community_worker").get(page))
    assert WORDS in text and "找过 3 栋的阿佳了" in text and "138 **** 0000" in text
    assert "13800000000" not in text


def test_a_reveal_shows_one_field_with_a_purpose_and_is_on_record(w: World) -> None:
    order = order_in("in_service", w)
    page = reverse("orders:reveal", args=[order.id, "phone"])
    client = w.client("grid_worker")
    assert client.post(page).status_code == 422
    answer = client.post(page, {"purpose": "verify"})
    assert "13800000000" in body(answer) and "3 栋 2 单元" not in body(answer)
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(action="orders.reveal")
    assert event.data == {"field": "phone", "purpose": "verify"}
    assert "显示电话 1 次" in body(
        client.get(reverse("orders:detail", args=[order.id]))
    )
    looked = body(client.get(reverse("orders:looked", args=[order.id])))
    assert "网格员 次仁" in looked and "核实情况" in looked
    assert (
        w.client("township_party").post(page, {"purpose": "verify"}).status_code == 403
    )
    assert w.client("outsider").post(page, {"purpose": "verify"}).status_code == 404


def test_the_story_tells_every_act_and_whose_turn_it_is(w: World) -> None:
    order = order_in("closed", w, at=now() - timedelta(days=3))
    text = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    for said in (
        "登记", "核实属实", "派给 地区住建局", "单位接单", "单位派给 张伟", "党员接单", "开始服务",
        "承办说办完了", "居民说：解决", "评价 5 分", "已办结 · 解决",
    ):  # fmt: skip
        assert said in text, said
    order = order_in("dispatched", w)
    text = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    assert "轮到单位接单" in text and "现在不用您动手" in text


def test_only_steps_leaves_remarks_out(w: World) -> None:
    order = order_in("verified", w)
    act(w, order, "note", text="补一句话", audience="staff")
    client, page = (
        w.client("community_worker"),
        reverse("orders:detail", args=[order.id]),
    )
    assert "补一句话" in body(client.get(page))
    assert "补一句话" not in body(client.get(page + "?story=steps"))


@pytest.mark.parametrize(
    "state", ["submitted", "verified", "in_service", "done_reported", "closed"]
)
def test_the_detail_takes_few_queries(
    w: World, state: str, django_assert_max_num_queries: Any
) -> None:
    order = order_in(state, w, household_id=w.household.id)
    client = w.client("community_worker")
    with django_assert_max_num_queries(20):
        assert client.get(reverse("orders:detail", args=[order.id])).status_code == 200
