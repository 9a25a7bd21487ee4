"""Every staff act on an order through its page, one at a time and many at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import now
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.sweeps import sweep
from baodao.orders.tests.make import order_in, place, place_online
from baodao.orders.tests.pages import WORDS, act, after, body, now_in, stamp
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


# --- every act through the page ----------------------------------------------------------


@pytest.mark.req("A12")
def test_verify_sets_wording_class_and_category(w: World) -> None:
    order = place_online(w, title="")
    page = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    assert WORDS in page and order.title in page
    page = after(
        w, order, "verify", title="一户居民要清烟道", urgency="urgent", category="repair",
        seen_how="phone", note="电话里问过。",
    )  # fmt: skip
    assert now_in(order) == "verified"
    assert "核实属实，加急 24 小时" in page and "电话里问过。" in page
    assert "已核实" in page and "轮到社区派单" in page


def test_a_wrong_wording_is_said_in_place_and_nothing_typed_is_lost(w: World) -> None:
    order = place(w)
    answer = act(
        w, order, "verify", title="找13812345678", urgency="urgent", category="law", note="说明在此",
    )  # fmt: skip
    text = body(answer)
    assert answer.status_code == 422 and "对外文字里有手机号" in text
    assert "说明在此" in text and "找13812345678" in text
    assert now_in(order) == "submitted"


@pytest.mark.req("A13", "A15")
def test_dispatch_keeps_the_reasons_that_were_shown(w: World) -> None:
    order = order_in("verified", w)
    page = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    assert "职能相符：住房城建" in page and "派给谁" in page
    page = after(w, order, "dispatch", unit=w.units.unit.id, note="先打电话。")
    assert now_in(order) == "dispatched"
    event = Event.objects.get(action="orders.dispatch")
    assert "职能相符：住房城建" in event.data["reasons"]
    for said in ("派给 地区住建局", "先打电话。", "已派给地区住建局", "前要接单"):
        assert said in page, said


def test_a_unit_not_suggested_can_be_found_by_name(w: World) -> None:
    order = order_in("verified", w)
    page = w.client("community_worker").get(
        reverse("orders:detail", args=[order.id]) + "?unit_q=教育"
    )
    assert [c.name for c in page.context["cards"]] == ["县教育局"]
    answer = act(w, order, "dispatch")
    assert answer.status_code == 422 and "请选一家单位。" in body(answer)


def test_dispatching_what_somebody_else_dispatched_is_a_conflict(w: World) -> None:
    order = order_in("dispatched", w)
    answer = act(w, order, "dispatch", unit=w.units.other.id)
    assert answer.status_code == 409 and "待单位接单" in body(answer)


def test_publish_needs_the_residents_look_at_the_wording(w: World) -> None:
    order = order_in("verified", w)
    act(w, order, "edit", title="换一句对外文字", seen_how="")
    answer = act(w, order, "publish")
    assert answer.status_code == 409 and "居民还没看过对外文字" in body(answer)
    act(w, order, "edit", title="换一句对外文字", seen_how="desk", client_id="a2")
    assert act(w, order, "publish").status_code == 302
    assert now_in(order) == "published"


def test_merge_by_choice_and_by_number(w: World) -> None:
    target = place(w, title="取暖炉烟道需要清理")
    one, other = place_online(w), place_online(w)
    page = body(
        w.client("community_worker").get(reverse("orders:detail", args=[one.id]))
    )
    assert "核对合并" in page and target.no in page
    assert act(w, one, "merge", into=target.id, number="").status_code == 302
    assert act(w, other, "merge", number="9999-99").status_code == 422
    asked = act(w, other, "merge", number=target.no, client_id="a2")
    assert asked.status_code == 200 and now_in(other) == "submitted"
    assert target.title in body(asked) and str(target.id) in body(asked)
    assert act(w, other, "merge", into=target.id, client_id="a3").status_code == 302
    assert now_in(one) == now_in(other) == "merged"
    assert other.merged_into == target


@pytest.mark.parametrize(
    ("state", "event", "data", "after"),
    [
        ("submitted", "reject", {"reason": "outside", "note": "请找 12345。"}, "rejected"),
        ("verified", "transfer", {"to": "12345", "note": "已转过去。"}, "transferred"),
        ("claimed", "recall", {"reason": "silent", "note": "一直没去。"}, "verified"),
        ("dispatched", "recall", {"reason": "wrong", "note": "派错了。"}, "verified"),
        ("in_service", "recall", {"reason": "silent", "note": "没有音信。"}, "verified"),
        ("verified", "answer_cannot",
         {"reason": "policy", "note": "没有这项政策。", "told": "call"}, "closed"),
        ("verified", "transfer", {"to": "township", "note": "要乡镇出面。"}, "verified"),
        ("accepted", "start", {}, "in_service"),
        ("in_service", "cannot_do", {"reason": "policy", "note": "没有政策。"}, "verified"),
        ("in_service", "extend", {"span": 2, "note": "等配件。"}, "in_service"),
        ("done_reported", "call", {}, "done_reported"),
        ("confirmed", "rate", {"rating": 4, "how": "call", "text": "好"}, "closed"),
        ("confirmed", "reopen", {"result": "partly", "what": "还有一间。"}, "in_service"),
        ("dispatched", "withdraw", {"how": "call", "note": "不用了"}, "withdrawn"),
        ("verified", "note", {"text": "补一句", "audience": "staff"}, "verified"),
    ],
)  # fmt: skip
def test_an_act_through_its_question(
    w: World, state: str, event: str, data: dict[str, Any], after: str
) -> None:
    order = order_in(state, w)
    client = w.client("community_worker")
    asked = client.get(reverse("orders:ask", args=[order.id, event]), follow=True)
    assert asked.status_code == 200
    answer = act(w, order, event, **data)
    assert answer.status_code == 302, body(answer)
    assert now_in(order) == after
    assert client.get(answer["Location"]).status_code == 200


def test_an_expired_wish_is_republished_after_a_call(w: World) -> None:
    order = order_in("published", w, at=now() - timedelta(days=90))
    sweep()
    assert now_in(order) == "expired"
    assert act(w, order, "republish", note="居民还要").status_code == 302
    assert now_in(order) == "published"


def test_pause_and_resume_and_the_reason_shows(w: World) -> None:
    order = order_in("dispatched", w)
    day = (now() + timedelta(days=5)).date().isoformat()
    assert act(w, order, "pause", reason="居民外出", until=day).status_code == 302
    client = w.client("community_worker")
    assert "居民外出" in body(client.get(reverse("orders:detail", args=[order.id])))
    assert "时限暂停" in body(client.get(reverse("orders:list") + "?tab=all"))
    assert act(w, order, "resume").status_code == 302
    order.refresh_from_db()
    assert order.paused_at is None


@pytest.mark.req("A16")
def test_a_worker_reports_for_the_member_and_calls_the_resident_back(w: World) -> None:
    order = order_in("in_service", w, at=now() - timedelta(hours=5))
    end = timedelta(hours=1)
    wrong = act(
        w, order, "report_done", start=stamp(now() - end), end=stamp(now() - 2 * end),
        break_minutes=0, note="清好了。",
    )  # fmt: skip
    assert wrong.status_code == 422 and "结束要晚于开始" in body(wrong)
    done = act(
        w, order, "report_done", start=stamp(now() - 2 * end), end=stamp(now() - end),
        break_minutes=0, note="清好了。",
    )  # fmt: skip
    assert done.status_code == 302 and now_in(order) == "done_reported"
    assert Event.objects.get(action="orders.report_done").on_behalf_of == "党员张伟"
    answer = act(w, order, "callback", outcome="solved", how="call", note="居民说好了")
    assert answer.status_code == 302 and now_in(order) == "confirmed"
    assert Record.objects.count() == 1
    assert Event.objects.get(action="orders.confirm").on_behalf_of == "居民（电话回访）"


def test_a_call_back_that_says_not_done_goes_back_to_the_same_hands(w: World) -> None:
    order = order_in("done_reported", w)
    answer = act(w, order, "callback", outcome="not_solved", how="call", note="")
    assert answer.status_code == 422 and "请写一句居民怎么说的" in body(answer)
    act(w, order, "callback", outcome="not_solved", how="call", note="还漏烟")
    assert now_in(order) == "in_service" and order.reopened == 1


def test_calls_that_reach_nobody_close_after_days_and_not_in_a_moment(w: World) -> None:
    order = order_in("done_reported", w, at=now() - timedelta(days=10))
    worker = w.actors["community_worker"]
    assert act(w, order, "unreachable").status_code == 409
    assert act(w, order, "call", client_id="c0").status_code == 302
    again = act(w, order, "call", client_id="c1")
    assert again.status_code == 409 and "才算下一次" in body(again)
    for days in (2, 1):
        at = now() - timedelta(days=days)
        Order.objects.filter(pk=order.pk).update(
            last_call_at=at - timedelta(days=1), first_call_at=at - timedelta(days=1)
        )
        s.log_call(actor=worker, order_id=order.id, now=at)
    page = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    assert "没打通 3 次" in page and "联系不上，按没有答复办结" in page
    assert act(w, order, "unreachable", client_id="u").status_code == 302
    assert now_in(order) == "closed" and order.result == "no_answer"
    assert Record.objects.count() == 0


def test_thanks_are_published_only_as_a_worker_read_them(w: World) -> None:
    order = order_in("confirmed", w)
    act(
        w,
        order,
        "rate",
        rating=5,
        how="call",
        text="谢谢张伟，住 3 栋的我很满意",
        public="on",
    )
    assert act(w, order, "thank", text="谢谢帮忙").status_code == 302
    order.refresh_from_db()
    assert order.thanks == "谢谢帮忙"


def test_an_extension_is_answered_in_the_panel_either_way(w: World) -> None:
    order = order_in("in_service", w)
    s.ask_extension(
        actor=w.actors["member"], order_id=order.id, hours=48, note="等配件"
    )
    worker = w.client("community_worker")
    page = body(worker.get(reverse("orders:detail", args=[order.id])))
    assert "同意延期" in page and "不同意" in page and page.count("等配件") >= 2
    answer = act(w, order, "refuse_extension", note="邻居家急等")
    assert answer.status_code == 302
    assert "不同意延期" in body(worker.get(answer["Location"]))
    s.ask_extension(
        actor=w.actors["member"], order_id=order.id, hours=24, note="就一天"
    )
    Order.objects.filter(pk=order.pk).update(due_at=now() - timedelta(hours=1))
    late = body(worker.get(reverse("orders:detail", args=[order.id])))
    assert "同意延期" in late and "refuse_extension" in late
    assert act(w, order, "extend", span="1", note="可以").status_code == 302


def test_thanks_stand_in_the_closed_order_for_the_community_only(w: World) -> None:
    order = order_in("confirmed", w)
    act(w, order, "rate", rating=5, how="call", text="炉子好了", public="on")
    page = body(
        w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    )
    assert "公布到心愿墙" in page and "炉子好了" in page
    other = body(w.client("grid_worker").get(reverse("orders:detail", args=[order.id])))
    assert "公布到心愿墙" not in other


# --- many at once ------------------------------------------------------------------------


def bulk(client: Client, orders: list[Order], **data: Any) -> Any:
    return client.post(
        reverse("orders:bulk"), {"ids": [str(o.id) for o in orders], **data}
    )


@pytest.mark.req("A13")
def test_several_orders_go_to_one_unit_and_what_cannot_is_said(w: World) -> None:
    ready, other, taken = (
        order_in("verified", w),
        order_in("verified", w),
        order_in("dispatched", w),
    )
    client = w.client("community_worker")
    asked = body(bulk(client, [ready, other, taken], do="dispatch"))
    assert "把这 2 单派给同一家单位？" in asked and "现在是“待单位接单”" in asked
    # Meanwhile somebody else dispatches one of them.
    s.dispatch_order(
        actor=w.actors["community_secretary"],
        order_id=other.id,
        unit_id=w.units.other.id,
    )
    answer = body(
        bulk(
            client,
            [ready, other],
            do="dispatch",
            confirm="1",
            unit=str(w.units.unit.id),
        )
    )
    assert "1 单派出去了，1 单没派成" in answer and other.no in answer
    assert now_in(ready) == "dispatched" and ready.unit == w.units.unit
    other.refresh_from_db()
    assert other.unit == w.units.other


def test_bulk_asks_for_a_unit_and_for_rows_and_prints(w: World) -> None:
    one, two = order_in("verified", w), order_in("verified", w)
    client = w.client("community_worker")
    answer = bulk(client, [one], do="dispatch", confirm="1")
    assert answer.status_code == 422 and "请选一家单位。" in body(answer)
    assert bulk(client, [], do="dispatch").status_code == 302
    paper = body(bulk(client, [one, two], do="print"))
    assert one.no in paper and two.no in paper and WORDS not in paper
    assert (
        bulk(
            client,
            [one, two],
            do="dispatch",
            confirm="1",
            unit=str(w.units.unit.id),
            client_id="b",
        ).status_code
        == 302
    )
    assert now_in(one) == now_in(two) == "dispatched"
    assert bulk(w.client("county_org"), [one], do="dispatch").status_code == 403
    assert bulk(w.client("outsider"), [one], do="dispatch").status_code == 302
