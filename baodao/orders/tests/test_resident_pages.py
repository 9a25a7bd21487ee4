"""Residents without an account: the whole loop by link or code, and what stays shut."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.core.clock import now
from baodao.core.limits import count_try, tries
from baodao.orders import residents
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.private import look_at
from baodao.orders.tests.make import TITLE, advance, order_in, place_online, stretch
from baodao.orders.tibetan import WORDS
from baodao.orders.views.resident_door import WRONG_CODES
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
WISH = reverse("orders:wish")
FIND = reverse("orders:find")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def filled(w: World, **changes: Any) -> dict[str, Any]:
    """The form as a resident fills it in."""
    return {
        "place": w.places.community.code, "client_id": "c-1", "step": "check",
        "detail": "我想配一副老花镜，看不清药盒上的字。", "urgency": "normal",
        "category": "health", "phone": "138 0000 0000", **changes,
    }  # fmt: skip


def follow(order: Order) -> str:
    return reverse("orders:follow", args=[order.token])


def tap(client: Client, order: Order, event: str, **data: Any) -> Any:
    """One tap on the page as it is now."""
    order.refresh_from_db()
    url = reverse("orders:resident_act", args=[order.token, event])
    return client.post(url, {"v": order.version, **data})


def text(response: Any) -> str:
    return str(response.content.decode())


# --- placing --------------------------------------------------------------------


@pytest.mark.req("A11", "A12", "L50")
def test_the_whole_loop_by_link_only(w: World) -> None:
    """Place, look, follow, say it is done, rate: no account, no log-in, no script."""
    client = Client()
    check = client.post(WISH, filled(w))
    assert "这样写，行吗？" in text(check) and "还没有提交" in text(check)
    assert not Order.objects.exists()
    wording = "一位居民需要一副老花镜"
    sent = client.post(WISH, filled(w, step="send", title=wording, consent_public="on"))
    order = Order.objects.get()
    assert sent["Location"] == reverse("orders:placed", args=[order.token])
    assert (order.title, order.seen_how, order.source) == (wording, "online", "online")
    assert order.phone == "138 0000 0000" and order.consent_public
    page = text(client.get(sent["Location"]))
    assert f"{order.code[:4]} {order.code[4:]}" in page and order.no in page
    assert "社区正在核实" in text(client.get(follow(order)))

    worker, at = w.actors["community_worker"], now()
    s.verify_order(actor=worker, order_id=order.id, title=wording, urgency="normal",
                   category="health", now=at)  # fmt: skip
    order.refresh_from_db()
    advance(w, order, "done_reported", at)
    page = text(client.get(follow(order)))
    assert "现在请您说一句：办好了吗？" in page and "地区住建局" in page
    assert "张伟" not in page

    tap(client, order, "confirm")
    order.refresh_from_db()
    assert (order.state, order.result, order.confirmed_how) == (
        "confirmed",
        "solved",
        "requester",
    )
    tap(client, order, "rate", rating="4", text="谢谢", public="on")
    order.refresh_from_db()
    assert (order.state, order.rating, order.rating_public) == ("closed", 4, True)
    assert "4 分" in text(client.get(follow(order)))


def test_a_second_tap_on_send_places_one_order(w: World) -> None:
    client = Client()
    data = filled(w, step="send", title="一位居民需要一副老花镜")
    first, second = client.post(WISH, data), client.post(WISH, data)
    assert Order.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_not_wanting_it_public_is_kept(w: World) -> None:
    Client().post(WISH, filled(w, step="send", title="一位居民需要一副老花镜"))
    order = Order.objects.get()
    assert not order.consent_public
    assert not Order.objects.filter(residents.public()).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"detail": ""}, "请写一句话，说说是什么事。"),
        ({"phone": ""}, "请留一个电话"),
        ({"phone": "12"}, "电话号码好像少了或多了数字"),
        ({"detail": "身份证 542523196001010011"}, "身份证号"),
        ({"detail": "打我电话 13912345678"}, "里面有手机号"),
    ],
)
def test_errors_stand_at_the_field_and_keep_what_was_typed(
    w: World, changes: dict[str, str], sentence: str
) -> None:
    response = Client().post(WISH, filled(w, **changes))
    assert response.status_code == 422
    assert sentence in text(response)
    kept = changes.get("detail") or "老花镜"
    assert kept in text(response)
    assert not Order.objects.exists()


def test_a_phone_number_in_the_text_may_stay_when_sent_again(w: World) -> None:
    response = Client().post(WISH, filled(w, detail="打我电话 13912345678"))
    assert 'name="keep_numbers" value="1"' in text(response)
    again = filled(w, detail="打我电话 13912345678", keep_numbers="1")
    assert "这样写，行吗？" in text(Client().post(WISH, again))


def test_public_wording_with_a_number_is_sent_back(w: World) -> None:
    data = filled(w, step="send", title="请打 13912345678")
    response = Client().post(WISH, data)
    assert response.status_code == 422 and "对外文字里有手机号" in text(response)


def test_going_back_keeps_the_answers(w: World) -> None:
    response = Client().post(WISH, filled(w, step="back", title="一句话"))
    assert "看不清药盒上的字" in text(response) and "138 0000 0000" in text(response)
    assert response.status_code == 200


def test_a_similar_wish_of_the_community_is_shown_before_sending(w: World) -> None:
    order_in("published", w)
    response = Client().post(
        WISH, filled(w, category="repair", detail="取暖炉倒烟，请清烟道")
    )
    assert "附近有人提过差不多的" in text(response) and TITLE in text(response)


def test_one_phone_places_ten_a_day(w: World) -> None:
    for _ in range(residents.ORDERS_A_DAY):
        place_online(w)
    data = filled(w, step="send", title="又一件", phone="13800000000")
    response = Client().post(WISH, data)
    assert response.status_code == 429
    assert "这个电话今天已经提了10件" in text(response)
    assert Order.objects.count() == residents.ORDERS_A_DAY


def test_places_are_chosen_by_links_and_remembered(w: World) -> None:
    client = Client()
    first = text(client.get(WISH))
    assert (
        "噶尔县" in first and "日土县" in first
    )  # the levels with one entry are skipped
    assert "狮泉河镇" in text(client.get(WISH, {"place": w.places.district.code}))
    assert "您有什么事要办" in text(
        client.get(WISH, {"place": w.places.community.code})
    )
    assert "您有什么事要办" in text(client.get(WISH))
    assert "您在哪个社区" in text(client.get(WISH, {"place": ""}))


def test_the_form_needs_a_token_of_its_own_page(w: World) -> None:
    response = Client(enforce_csrf_checks=True).post(WISH, filled(w, step="send"))
    assert response.status_code == 403 and not Order.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(w: World, method: str) -> None:
    order = place_online(w)
    urls = [WISH, FIND, follow(order), reverse("orders:placed", args=[order.token])]
    assert {getattr(Client(), method)(u).status_code for u in urls} == {405}
    assert Client().post(follow(order)).status_code == 405


# --- elder ----------------------------------------------------------------------


@pytest.mark.req("L50")
def test_elder_mode_asks_one_question_a_page(w: World) -> None:
    client = Client()
    at = {"place": w.places.community.code}
    page = text(client.get(WISH, {**at, "mode": "elder"}))
    assert len(re.findall(r"what=\w+", page)) == 5 and "0897-2821234" in page
    assert "社区打哪个电话找您" in text(client.get(WISH, {**at, "what": "health"}))
    data = {
        **filled(w),
        "what": "health",
        "detail": "看病配药",
        "step": "send",
        "title": "一句话",
    }
    assert client.post(WISH, data).status_code == 302
    assert Order.objects.get().category_id == "health"


@pytest.mark.req("L50")
def test_elder_mode_takes_own_words_when_none_of_the_five_fits(w: World) -> None:
    client = Client()
    client.get(WISH, {"place": w.places.community.code, "mode": "elder"})
    words = {"place": w.places.community.code, "what": "other", "category": "other"}
    assert client.post(WISH, {**words, "step": "say", "detail": ""}).status_code == 422
    page = text(client.post(WISH, {**words, "step": "say", "detail": "院门锁不上"}))
    assert "社区打哪个电话找您" in page and 'value="院门锁不上"' in page


@pytest.mark.req("L50")
def test_elder_mode_shows_nothing_but_the_question_when_it_is_done(w: World) -> None:
    order = order_in("done_reported", w)
    page = text(Client().get(follow(order), {"mode": "elder"}))
    for answer in ("办好了", "办了一部分", "没办好", "请社区打给我"):
        assert answer in page
    assert "说过的话" not in page and "撤回" not in page


def test_tibetan_labels_are_marked_and_the_rest_stays_chinese(w: World) -> None:
    client = Client()
    client.cookies["bd_lang"] = "bo"
    page = text(client.get(WISH, {"place": w.places.community.code}))
    assert f'<span lang="bo" class="bo">{WORDS["您有什么事要办？"]}</span>' in page
    assert "待母语者审核" in page and "只有社区和上门的人看得到" in page


# --- finding --------------------------------------------------------------------


def test_the_code_opens_the_order_without_the_own_words(w: World) -> None:
    order = place_online(w)
    client = Client()
    found = client.post(FIND, {"code": f"{order.code[:4]} {order.code[4:]}"})
    assert found["Location"] == reverse("orders:follow", args=[order.code])
    by_code, by_link = (
        text(client.get(found["Location"])),
        text(client.get(follow(order))),
    )
    assert order.detail not in by_code and order.detail in by_link
    assert order.phone not in by_link and order.token not in by_code


def test_a_code_that_is_too_short_is_explained(w: World) -> None:
    response = Client().post(FIND, {"code": "1234"})
    assert response.status_code == 422 and "查询码是 8 位数字" in text(response)


def test_guessing_codes_is_limited_by_address(w: World) -> None:
    order, client = place_online(w), Client()
    for n in range(WRONG_CODES):
        response = client.post(FIND, {"code": f"{10000000 + n}"})
        assert f"还可以试 {WRONG_CODES - n - 1} 次" in text(response)
    assert client.post(FIND, {"code": order.code}).status_code == 429
    # The address of the page itself is no way around it.
    assert client.get(reverse("orders:follow", args=[order.code])).status_code == 429
    assert client.get(follow(order)).status_code == 200
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert other.post(FIND, {"code": order.code}).status_code == 302


def test_counted_tries_are_swept_away_with_their_stretch(w: World) -> None:
    assert [count_try("code", "a", 10, now=AT) for _ in range(3)] == [1, 2, 3]
    later = AT + timedelta(minutes=10)
    assert tries("code", "a", 10, now=later) == 0
    assert count_try("code", "b", 10, now=later) == 1
    assert tries("code", "a", 10, now=AT) == 0


def test_an_unknown_link_is_not_found(w: World) -> None:
    assert (
        Client().get(reverse("orders:follow", args=["no-such-token"])).status_code
        == 404
    )
    assert (
        Client().get(reverse("orders:placed", args=["no-such-token"])).status_code
        == 404
    )


def test_a_link_opens_its_own_order_only(w: World) -> None:
    mine = order_in("done_reported", w, at=now() - timedelta(days=1))
    other = order_in("done_reported", w)
    tap(Client(), mine, "confirm")
    other.refresh_from_db()
    assert other.state == "done_reported"


# --- following ------------------------------------------------------------------

STATES = ("submitted", "verified", "published", "claimed", "dispatched", "unit_accepted",
          "assigned", "accepted", "in_service", "done_reported", "confirmed", "closed")  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_every_state_says_what_is_expected(w: World, state: str, mode: str) -> None:
    order = order_in(state, w)
    response = Client().get(follow(order), {"mode": mode})
    assert response.status_code == 200
    assert "张伟" not in text(response) and order.phone not in text(response)
    story = residents.story(Order.objects.select_related("unit").get(pk=order.pk))
    expected = [line for line in story.steps if line.state == "wait"]
    assert len(expected) == (0 if state == "closed" else 1)


def test_the_page_takes_few_queries(
    w: World, django_assert_max_num_queries: Any
) -> None:
    order = order_in("done_reported", w)
    with django_assert_max_num_queries(12):
        Client().get(follow(order))


@pytest.mark.req("A17")
@pytest.mark.parametrize(
    ("result", "said"), [("partly", "办了一部分"), ("not_solved", "没办好")]
)
def test_partly_and_not_solved_go_back_and_say_where(
    w: World, result: str, said: str
) -> None:
    client, order = Client(), order_in("done_reported", w)
    answer = tap(client, order, "reopen", result=result)
    page = text(client.get(answer["Location"]))
    assert f"记下了：{said}" in page and "地区住建局" in page and "也告诉了社区" in page
    order.refresh_from_db()
    assert (order.state, order.reopened) == ("in_service", 1)
    tap(client, order, "missing", missing=["东西没拿全"], text="少一个螺丝")
    assert "还差：东西没拿全；少一个螺丝" in text(client.get(follow(order)))


def test_the_second_time_the_level_above_is_told(w: World) -> None:
    client, order, at = Client(), order_in("done_reported", w), now()
    tap(client, order, "reopen", result="partly")
    at += timedelta(hours=2)
    s.report_done(actor=w.actors["member"], order_id=order.id, note="又去了一次",
                  stretches=[stretch(w, at)], now=at)  # fmt: skip
    answer = tap(client, order, "reopen", result="not_solved")
    assert "同时告诉了上级" in text(client.get(answer["Location"]))


def test_not_done_can_be_taken_back_until_somebody_acts(w: World) -> None:
    client, order = Client(), order_in("done_reported", w)
    answer = tap(client, order, "reopen", result="partly")
    assert "改成“办好了”" in text(client.get(answer["Location"]))
    tap(client, order, "missing", text="少一个螺丝")
    tap(client, order, "confirm")
    order.refresh_from_db()
    assert (order.state, order.result, order.reopened) == ("confirmed", "solved", 0)


def test_an_old_not_done_is_not_taken_back(w: World) -> None:
    client, order = Client(), order_in("done_reported", w)
    tap(client, order, "reopen", result="partly")
    s.ask_extension(
        actor=w.actors["member"], order_id=order.id, hours=48, note="等零件"
    )
    response = tap(client, order, "confirm")
    assert response.status_code == 409 and "已经有人接着办了" in text(response)


def test_late_reopening_ends_after_fifteen_days(w: World) -> None:
    fresh = order_in("closed", w)
    assert "其实没办好" in text(Client().get(follow(fresh)))
    old = order_in("closed", w, at=now() - timedelta(days=16))
    assert "其实没办好" not in text(Client().get(follow(old)))
    response = tap(Client(), old, "reopen", result="not_solved")
    assert response.status_code == 409 and "不能再改" in text(response)


def test_a_second_tap_is_the_same_act(w: World) -> None:
    client, order = Client(), order_in("done_reported", w)
    seen = order.version
    url = reverse("orders:resident_act", args=[order.token, "confirm"])
    assert [client.post(url, {"v": seen}).status_code for _ in range(2)] == [302, 302]


def test_an_answer_that_is_too_late_is_explained_and_keeps_the_words(w: World) -> None:
    client, order = Client(), order_in("closed", w)
    response = tap(client, order, "rate", rating="5", text="还想说一句")
    assert response.status_code == 409 and "不能再做这一步" in text(response)


@pytest.mark.parametrize("rating", ["", "0", "6", "x"])
def test_only_one_to_five_is_a_rating(w: World, rating: str) -> None:
    order = order_in("confirmed", w)
    response = tap(Client(), order, "rate", rating=rating, text="谢谢他们")
    assert response.status_code == 422 and "谢谢他们" in text(response)
    order.refresh_from_db()
    assert order.rating is None


@pytest.mark.req("A12")
def test_changed_public_wording_waits_for_the_resident(w: World) -> None:
    client, order = Client(), place_online(w)
    worker = w.actors["community_worker"]
    s.verify_order(actor=worker, order_id=order.id, title="一户居民的烟道要清理",
                   urgency="normal", category="repair")  # fmt: skip
    assert "对外这样写，行吗？" in text(client.get(follow(order)))
    tap(client, order, "approve_text")
    order.refresh_from_db()
    assert order.seen_how == "link"
    assert "对外这样写，行吗？" not in text(client.get(follow(order)))


def test_asking_for_a_call_and_withdrawing(w: World) -> None:
    client, order = Client(), order_in("done_reported", w)
    tap(client, order, "ask_call")
    order.refresh_from_db()
    assert order.call_wanted
    other = place_online(w)
    assert "撤回以后就不办了" in text(client.get(follow(other)))
    tap(client, other, "withdraw")
    assert "您已经撤回了这件事" in text(client.get(follow(other)))


def test_rejected_merged_and_transferred_say_what_became_of_it(w: World) -> None:
    worker, client = w.actors["community_worker"], Client()
    rejected, merged, passed_on = (place_online(w) for _ in range(3))
    target = order_in("dispatched", w)
    s.reject_order(
        actor=worker, order_id=rejected.id, reason="outside", note="请找物业公司。"
    )
    s.merge_order(actor=worker, order_id=merged.id, into=target.id)
    s.verify_order(actor=worker, order_id=passed_on.id, title=TITLE, urgency="normal",
                   category="repair")  # fmt: skip
    s.transfer_order(
        actor=worker, order_id=passed_on.id, to="12345", note="要由供暖公司办"
    )
    page = text(client.get(follow(rejected)))
    assert "不属于服务范围" in page and "请找物业公司。" in page
    page = text(client.get(follow(merged)))
    assert (
        target.no in page and "已请地区住建局来办" in page and target.token not in page
    )
    assert "12345 热线" in text(client.get(follow(passed_on)))


def test_late_is_said_plainly(w: World) -> None:
    order = order_in("dispatched", w, at=now() - timedelta(days=9))
    assert "比说好的时间晚了" in text(Client().get(follow(order)))


def test_who_looked_is_shown_by_role_and_purpose(w: World) -> None:
    order = place_online(w)
    look_at(actor=w.actors["community_worker"], order_id=order.id, field="phone",
             purpose="call_back")  # fmt: skip
    url = reverse("orders:resident_act", args=[order.code, "seen"])
    page = text(Client().get(url))
    assert "森格社区社区专干看了电话" in page and "电话回访" in page
    assert "卓玛" not in page


def test_the_slip_has_number_code_and_link(w: World) -> None:
    order = place_online(w)
    url = reverse("orders:placed", args=[order.token])
    page = text(Client().get(url, {"print": "1"}))
    assert order.no in page and "<svg" in page and order.detail not in page
