"""Clocks, goods, consent, times of service, and who may speak for a resident."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.orders import services as s
from baodao.orders import sweeps
from baodao.orders.models import Order, Service
from baodao.orders.plans import Stretch
from baodao.orders.tests.make import (
    TITLE,
    fresh,
    order_in,
    place,
    place_online,
    stretch,
)
from baodao.orders.tests.test_jobs import told, work
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
WHY = "一直没有回音。"


@pytest.fixture
def w() -> World:
    return world()


# --- clocks -----------------------------------------------------------------------------


def test_a_danger_order_given_out_late_is_late_with_everybody(w: World) -> None:
    order = order_in("dispatched", w, at=AT, urgency="life_safety")
    assert order.due_at == AT + timedelta(hours=2)
    late = AT + timedelta(hours=3)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="没人", now=late,
    )  # fmt: skip
    s.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.id, unit_id=w.units.other.id,
        now=late,
    )  # fmt: skip
    assert fresh(order).due_at == AT + timedelta(hours=2)
    # Who got it late is not to blame: the answer within the usual time is in time.
    s.unit_accept_order(
        actor=w.actors["other_unit_secretary"], order_id=order.id,
        now=late + timedelta(minutes=10),
    )  # fmt: skip
    event = Event.objects.filter(object_id=order.id, action="orders.unit_accept").get()
    assert event.data["in_time"] is True
    sweeps.sweep(late + timedelta(minutes=20))
    assert fresh(order).reminded == 100


def test_an_urgent_wish_on_the_board_is_not_put_aside_but_given_out(w: World) -> None:
    order = order_in("published", w, at=AT, urgency="urgent")
    assert order.due_at == AT + timedelta(hours=24)
    sweeps.sweep(AT + timedelta(hours=30))
    assert fresh(order).state == "published"
    work()
    assert ("remind", "community_worker@community") in told(w, order)
    page = w.client("community_worker").get(reverse("orders:list")).content.decode()
    assert order.no in page and "轮到您：派单" in page


def test_extensions_of_danger_orders_are_in_hours(w: World) -> None:
    order = order_in("in_service", w, at=AT, urgency="life_safety")
    member = w.actors["member"]
    with pytest.raises(Invalid, match="最多延 2 小时"):
        s.ask_extension(actor=member, order_id=order.id, hours=24, note="等车", now=AT)
    s.ask_extension(actor=member, order_id=order.id, hours=2, note="等车", now=AT)
    s.extend_order(
        actor=w.actors["community_worker"], order_id=order.id, hours=2, now=AT
    )
    assert fresh(order).due_at == AT + timedelta(hours=4)
    usual = order_in("in_service", w, at=AT)
    with pytest.raises(Invalid, match="整天"):
        s.ask_extension(actor=member, order_id=usual.id, hours=5, note="等车", now=AT)
    form = w.client("member").get(
        reverse(
            "orders:my_act",
            args=[order_in("in_service", w, urgency="life_safety").id, "ask_extension"],
        )
    )
    assert "1 小时" in form.content.decode() and "1 天" not in form.content.decode()


@pytest.mark.parametrize("days", [None, -300, 0, 61])
def test_a_pause_ends_on_a_day_that_is_near_and_still_to_come(
    w: World, days: int | None
) -> None:
    order = order_in("dispatched", w, at=AT)
    until = None if days is None else (AT + timedelta(days=days)).date()
    with pytest.raises(Invalid):
        s.pause_order(
            actor=w.actors["community_worker"], order_id=order.id, until=until,
            reason="居民外出", now=AT,
        )  # fmt: skip


def test_a_late_claim_is_told_to_the_community_too(w: World) -> None:
    order = order_in("claimed", w, at=AT)
    assert order.due_at
    sweeps.sweep(order.due_at + timedelta(minutes=5))
    assert sweeps.sweep(order.due_at + timedelta(hours=33))["noticed"] == 1
    work()
    to = Message.objects.filter(title__contains="超时一个工作日")
    assert [m.role for m in to] == ["community_worker"]


def test_the_township_is_not_told_that_it_is_its_turn_to_accept(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    sweeps.sweep(AT + timedelta(days=3))
    page = w.client("township_party").get(reverse("orders:list")).content.decode()
    assert order.no in page and "轮到您" not in page
    assert "已报到您这里 · 轮到单位：接单" in page and "督办" in page
    redo = order_in("done_reported", w)
    Order.objects.filter(pk=redo.pk).update(reopened=1)
    s.reopen_order(
        actor=link_holder(redo.id), order_id=redo.id, result="not_solved", what="没好"
    )
    page = w.client("township_party").get(reverse("orders:list")).content.decode()
    assert redo.no in page and "答复延期" not in page


def test_danger_in_a_building_reaches_its_grid_and_of_a_whole_community_no_grid(
    w: World,
) -> None:
    at_home = place_online(w, urgency="life_safety", place_id=w.places.building.id)
    for_all = place_online(w, urgency="life_safety", place_id=w.places.community.id)
    work()
    assert ("place", "grid_worker@grid") in told(w, at_home)
    assert not [t for t in told(w, for_all) if t[1].startswith("grid_worker")]
    for message in Message.objects.filter(role="grid_worker"):
        assert w.client("grid_worker").get(message.url).status_code == 200


# --- goods, consent, times, the slip ------------------------------------------------------


def test_goods_above_the_limit_are_the_secretarys_to_verify(w: World) -> None:
    with pytest.raises(Invalid) as found:
        place(w, goods_fen=500_000)
    assert found.value.code == "goods_limit" and "社区书记" in str(found.value.fields)
    order = place(w, goods_fen=500_000, override_limit=True)
    words: dict[str, Any] = {
        "order_id": order.id, "title": TITLE, "urgency": "normal", "category": "repair",
    }  # fmt: skip
    for who in ("community_worker", "township_party"):
        with pytest.raises(Forbidden, match="社区书记"):
            s.verify_order(actor=w.actors[who], **words)
    s.verify_order(actor=w.actors["community_secretary"], **words)
    assert fresh(order).state == "verified"
    page = w.client("community_worker").get(reverse("orders:detail", args=[order.id]))
    assert "5,000元" in page.content.decode()


def test_what_a_worker_registers_is_not_public_until_the_resident_was_asked(
    w: World,
) -> None:
    words = {
        "source": "desk", "place": str(w.places.grid.id), "kind": "appeal",
        "category": "mediation", "urgency": "normal", "detail": "婆媳闹矛盾，想请人劝一劝",
        "title": "想请人劝一劝", "seen_how": "desk", "phone": "13800000000",
    }  # fmt: skip
    client = w.client("community_worker")
    assert "checked" not in _field(client.get(reverse("orders:new")), "consent_public")
    client.post(reverse("orders:new"), words)
    order = Order.objects.get()
    s.verify_order(
        actor=w.actors["community_worker"], order_id=order.id, title=order.title,
        urgency="normal", category="mediation", seen_how="desk",
    )  # fmt: skip
    s.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.id, unit_id=w.units.unit.id
    )
    assert order.title not in w.client().get("/wishes/").content.decode()
    again = {**words, "consent_public": "on", "title": "想请人劝劝", "client_id": "b"}
    client.post(reverse("orders:new"), again)
    agreed = Order.objects.get(title="想请人劝劝")
    assert agreed.consent_public
    Order.objects.filter(pk=agreed.pk).update(state="verified")
    assert agreed.title in w.client().get("/wishes/").content.decode()


def _field(page: Any, name: str) -> str:
    text = page.content.decode()
    at = text.index(f'name="{name}"')
    return str(text[text.rindex("<input", 0, at) : text.index(">", at)])


def test_a_service_lies_between_the_order_and_now(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    member = w.members.member

    def report(start: datetime, end: datetime) -> None:
        s.report_done(
            actor=w.actors["community_worker"], order_id=order.id, note="好了",
            stretches=[Stretch(member.id, member.unit_id, start, end)],
            now=AT + timedelta(days=4),
        )  # fmt: skip

    old = datetime(2020, 1, 1, 2, 0, tzinfo=UTC)
    for start, end in (
        (old, old + timedelta(days=2)),
        (old, old + timedelta(hours=2)),
        (AT - timedelta(days=1), AT - timedelta(hours=22)),
        (AT, AT + timedelta(hours=25)),
        (AT + timedelta(days=4), AT + timedelta(days=4, hours=1)),
    ):
        with pytest.raises(Invalid):
            report(start, end)
    # On the day it was placed, also before: a worker may write it down afterwards.
    report(AT - timedelta(hours=1), AT)
    assert Service.objects.get().minutes == 60


def test_a_day_of_a_person_counts_eight_hours_over_all_orders(w: World) -> None:
    minutes = []
    for begin, hours in ((0, 6), (6, 4)):
        order = order_in("in_service", w, at=AT)
        start = AT + timedelta(hours=begin)
        end = start + timedelta(hours=hours)
        s.report_done(
            actor=w.actors["member"], order_id=order.id, note="好了", now=end,
            stretches=[Stretch(w.members.member.id, w.units.unit.id, start, end)],
        )  # fmt: skip
        s.confirm_order(
            actor=link_holder(order.id), order_id=order.id, result="solved",
            how="requester", now=end,
        )  # fmt: skip
        minutes.append(Record.objects.get(source_id=order.id).minutes)
    assert minutes == [360, 120]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("community_worker", 200), ("grid_worker", 200), ("community_secretary", 200),
        ("township_party", 403), ("practice_center", 403), ("county_org", 403),
        ("outsider", 404), ("unit_secretary", 403),
    ],
)  # fmt: skip
def test_code_and_link_are_handed_out_by_those_near_and_on_record(
    w: World, who: str, status: int
) -> None:
    order = place_online(w)
    answer = w.client(who).post(reverse("orders:slip", args=[order.id]))
    assert answer.status_code == status
    assert (order.token in answer.content.decode()) == (status == 200)
    looks = Event.objects.filter(object_id=order.id, action="orders.slip")
    assert looks.count() == (status == 200)
    seen = reverse("orders:resident_act", args=[order.token, "seen"])
    assert ("打印了小条" in w.client().get(seen).content.decode()) == (status == 200)


def test_who_registered_it_for_somebody_may_print_it_too(w: World) -> None:
    order = place(w, actor=w.actors["township_party"])
    town = w.client("township_party")
    shown = town.get(reverse("orders:new") + f"?placed={order.id}")
    assert order.token in shown.content.decode()
    assert town.post(reverse("orders:slip", args=[order.id])).status_code == 200
    other = w.client("community_worker").get(
        reverse("orders:new") + f"?placed={order.id}"
    )
    assert other.status_code == 302
    Order.objects.filter(pk=order.pk).update(placed_at=AT - timedelta(days=9))
    assert town.get(reverse("orders:new") + f"?placed={order.id}").status_code == 302


@pytest.mark.parametrize(
    "who", ["community_worker", "practice_center", "unit_secretary", "member"]
)
@pytest.mark.parametrize("event", ["confirm", "reopen", "rate", "withdraw", "note"])
def test_nobody_signed_in_to_work_speaks_for_the_resident(
    w: World, who: str, event: str
) -> None:
    order = order_in("confirmed" if event == "rate" else "done_reported", w)
    client = w.client(who)
    page = client.get(reverse("orders:follow", args=[order.token])).content.decode()
    assert "这里只能看" in page and "没办好" not in page
    before = fresh(order).version
    for key in (order.token, order.code):
        url = reverse("orders:resident_act", args=[key, event])
        sent = client.post(url, {"result": "partly", "rating": "5", "text": "好"})
        assert sent.status_code == 403
    assert fresh(order).version == before


def test_a_member_follows_what_they_asked_for_themselves_and_does_not_serve_it(
    w: World,
) -> None:
    order = order_in("done_reported", w, actor=w.actors["neighbour"], source="online")
    client = w.client("neighbour")
    page = client.get(reverse("orders:follow", args=[order.token])).content.decode()
    assert "没办好" in page and "这里只能看" not in page
    url = reverse("orders:resident_act", args=[order.token, "confirm"])
    assert client.post(url, {}).status_code == 302 and fresh(order).state == "confirmed"
    mine = order_in("published", w, actor=w.actors["member"], source="online")
    with pytest.raises(NotFound):
        s.claim_order(actor=w.actors["member"], order_id=mine.id)


# --- cost -------------------------------------------------------------------------------


def test_the_lifecycle_keeps_its_number_of_queries(
    w: World, django_assert_num_queries: Any
) -> None:
    """In autocommit each of these is its statements and nothing more: the place's
    calendar and settings and the categories are kept."""
    place(w)
    worker, member = w.actors["community_worker"], w.actors["member"]
    unit = w.actors["unit_secretary"]
    first = order_in("closed", w)
    # One of them the helper's own, two the savepoint of a test.
    with django_assert_num_queries(5):
        order = place(w)
    by: dict[str, Any] = {"order_id": order.id}
    with django_assert_num_queries(2):
        s.verify_order(
            actor=worker, title=TITLE, urgency="normal", category="repair",
            seen_how="phone", **by,
        )  # fmt: skip
    with django_assert_num_queries(2):
        s.publish_order(actor=worker, **by)
    with django_assert_num_queries(3):
        s.claim_order(actor=member, **by)
    with django_assert_num_queries(2):
        s.start_order(actor=member, **by)
    at = datetime.now(UTC) + timedelta(days=1, hours=3)
    with django_assert_num_queries(4):  # two of them the savepoint of a test
        s.report_done(actor=member, stretches=[stretch(w, at)], note="好", now=at, **by)
    with django_assert_num_queries(3):
        s.confirm_order(
            actor=link_holder(order.id), result="solved", how="requester", now=at, **by
        )
    assert first.state == "closed" and unit
