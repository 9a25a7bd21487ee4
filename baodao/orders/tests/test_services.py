"""What the product promises of an order, by its services on PostgreSQL."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from baodao.acts.actor import ANONYMOUS, link_holder
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.orders import services as s
from baodao.orders.models import Category, Order, Service
from baodao.orders.private import look_at
from baodao.orders.tests.make import advance, order_in, place, place_online, stretch
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local


@pytest.fixture
def w() -> World:
    return world()


def _state(order: Order) -> str:
    return str(Order.objects.values_list("state", flat=True).get(pk=order.pk))


def test_a_look_up_code_that_is_taken_is_drawn_anew(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place(w)
    drawn = iter([int(first.code) - 10_000_000, 2_345_678])
    monkeypatch.setattr("baodao.core.ids.secrets.randbelow", lambda n: next(drawn))
    second = place(w)
    assert (second.code, second.no[-2:]) == ("12345678", "02")
    assert Order.objects.get(pk=second.pk).code == "12345678"


@pytest.mark.req("A13", "A16", "A17")
def test_an_order_goes_the_whole_way_and_leaves_one_record(w: World) -> None:
    order = order_in("closed", w, at=AT)
    story = list(
        Event.objects.filter(object_id=order.id)
        .order_by("at", "id")
        .values_list("action", flat=True)
    )
    assert [a.split(".")[1] for a in story] == [
        "place", "verify", "dispatch", "unit_accept", "assign", "accept", "start",
        "report_done", "confirm", "rate",
    ]  # fmt: skip
    record = Record.objects.get(source_id=order.id, kind="order_served")
    assert (record.channel, record.minutes, record.member_id) == (
        "unit",
        60,
        w.members.member.id,
    )
    assert order.rating == 5 and order.result == "solved"


@pytest.mark.req("A11", "L50")
def test_a_resident_without_an_account_places_and_confirms(w: World) -> None:
    order = place_online(w, at=AT)
    assert len(order.code) == 8 and order.no == "1123-01"
    advance(w, order, "done_reported", AT + timedelta(hours=3))
    s.confirm_order(
        actor=link_holder(order.id), order_id=order.id, result="solved", how="requester"
    )
    assert _state(order) == "confirmed"


def test_a_link_opens_its_own_order_only(w: World) -> None:
    mine, other = place_online(w), place_online(w)
    with pytest.raises(NotFound):
        s.withdraw_order(actor=link_holder(mine.id), order_id=other.id)


def test_numbers_run_per_community_and_day(w: World) -> None:
    first, second = place(w, at=AT), place(w, at=AT)
    elsewhere = place(
        w,
        at=AT,
        place_id=w.places.other_grid.id,
        actor=w.actors["other_community_worker"],
    )
    assert [first.no, second.no, elsewhere.no] == ["1123-01", "1123-02", "1123-01"]


def test_private_words_and_contact_are_unreadable_in_the_database(w: World) -> None:
    from django.db import connection

    order = place(w)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT detail, phone FROM orders_order WHERE id = %s", [order.id]
        )
        detail, phone = cursor.fetchone()
    assert "烟道".encode() not in bytes(detail) and b"138" not in bytes(phone)
    order.refresh_from_db()
    assert order.phone == "13800000000"


def test_id_and_bank_numbers_are_refused_and_a_phone_is_asked_about_once(
    w: World,
) -> None:
    for bad in ("身份证 11010519491231002X", "卡号 6222 0200 0000 0000 000"):
        with pytest.raises(Invalid):
            place(w, detail=bad)
    with pytest.raises(Invalid) as found:
        place(w, detail="打 13900000000 找我")
    assert found.value.code == "private_number"
    assert place(w, detail="打 13900000000 找我", keep_numbers=True).no


def test_nothing_is_published_before_the_resident_has_seen_the_words(w: World) -> None:
    order = place(w, seen_how="")
    s.verify_order(
        actor=w.actors["community_worker"], order_id=order.id, title="换一种说法",
        urgency="normal", category="repair",
    )  # fmt: skip
    with pytest.raises(Conflict):
        s.publish_order(actor=w.actors["community_worker"], order_id=order.id)
    s.approve_text(actor=link_holder(order.id), order_id=order.id)
    s.publish_order(actor=w.actors["community_worker"], order_id=order.id)
    assert _state(order) == "published"


@pytest.mark.req("A13")
def test_a_unit_returns_with_a_reason_and_another_is_chosen(w: World) -> None:
    order = order_in("dispatched", w)
    unit = w.actors["unit_secretary"]
    with pytest.raises(Invalid):
        s.return_order(
            actor=unit, order_id=order.id, reason="not_our_function", note=""
        )
    s.return_order(
        actor=unit, order_id=order.id, reason="not_our_function", note="建议找住建局"
    )
    assert _state(order) == "verified"
    with pytest.raises(NotFound):
        s.unit_accept_order(actor=unit, order_id=order.id)
    s.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.id, unit_id=w.units.other.id
    )
    s.unit_accept_order(actor=w.actors["other_unit_secretary"], order_id=order.id)
    assert _state(order) == "unit_accepted"


def test_who_may_do_what(w: World) -> None:
    order = place(w)
    words: dict[str, Any] = {
        "title": "清理烟道", "urgency": "normal", "category": "repair",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        s.verify_order(actor=w.actors["grid_worker"], order_id=order.id, **words)
    with pytest.raises(NotFound):
        s.verify_order(actor=w.actors["outsider"], order_id=order.id, **words)
    with pytest.raises(NotFound):
        s.verify_order(actor=ANONYMOUS, order_id=order.id, **words)


def test_the_same_client_id_acts_once(w: World) -> None:
    order = order_in("dispatched", w)
    unit = w.actors["unit_secretary"]
    first = s.unit_accept_order(actor=unit, order_id=order.id, client_id="abc")
    again = s.unit_accept_order(actor=unit, order_id=order.id, client_id="abc")
    assert again.repeated and again.event_id == first.event_id
    assert (
        Event.objects.filter(object_id=order.id, action="orders.unit_accept").count()
        == 1
    )


def test_a_stale_page_cannot_act(w: World) -> None:
    order = order_in("dispatched", w)
    s.unit_accept_order(actor=w.actors["unit_secretary"], order_id=order.id)
    with pytest.raises(Conflict):
        s.unit_accept_order(actor=w.actors["unit_secretary"], order_id=order.id)


@pytest.mark.req("A24")
def test_a_claim_at_home_counts_in_the_residence_channel(w: World) -> None:
    order = order_in("claimed", w)
    assert order.channel == "residence"
    s.start_order(actor=w.actors["member"], order_id=order.id)
    now = datetime.now(UTC)
    s.report_done(
        actor=w.actors["member"],
        order_id=order.id,
        stretches=[stretch(w, now)],
        note="好了",
    )
    s.confirm_order(
        actor=link_holder(order.id), order_id=order.id, result="solved", how="requester"
    )
    assert Record.objects.get(source_id=order.id).channel == "residence"


def test_a_member_has_at_most_three_open_claims(w: World) -> None:
    for _ in range(3):
        order_in("claimed", w)
    fourth = order_in("published", w)
    with pytest.raises(Conflict, match="3单"):
        s.claim_order(actor=w.actors["member"], order_id=fourth.id)


def test_the_helper_never_confirms_or_rates_own_work(w: World) -> None:
    order = order_in("done_reported", w)
    both = replace(w.actors["community_worker"], person_id=w.members.member.person_id)
    with pytest.raises(Forbidden):
        s.confirm_order(actor=both, order_id=order.id, result="solved", how="call")


def test_a_second_helper_may_not_confirm_either(w: World) -> None:
    order = order_in("in_service", w)
    now = datetime.now(UTC)
    second = stretch(w, now)
    second = type(second)(
        w.members.neighbour.id, w.units.other.id, second.start_at, second.end_at
    )
    s.report_done(
        actor=w.actors["member"],
        order_id=order.id,
        stretches=[stretch(w, now), second],
        note="好",
    )
    both = replace(
        w.actors["community_worker"], person_id=w.members.neighbour.person_id
    )
    with pytest.raises(Forbidden):
        s.confirm_order(actor=both, order_id=order.id, result="solved", how="call")
    s.confirm_order(
        actor=w.actors["community_worker"],
        order_id=order.id,
        result="solved",
        how="call",
    )
    assert Record.objects.filter(source_id=order.id).count() == 2


def test_not_solved_goes_back_to_the_same_hands_and_the_record_is_reversed(
    w: World,
) -> None:
    order = order_in("confirmed", w)
    s.reopen_order(
        actor=link_holder(order.id), order_id=order.id, result="partly", what="还漏烟"
    )
    order.refresh_from_db()
    assert (order.state, order.reopened, order.unit_id) == (
        "in_service",
        1,
        w.units.unit.id,
    )
    first = Record.objects.get(source_id=order.id, reversal_of=None)
    assert first.reversals.count() == 1
    later = datetime.now(UTC) + timedelta(hours=2)
    s.report_done(
        actor=w.actors["member"], order_id=order.id, stretches=[stretch(w, later)],
        note="又清了一遍", now=later,
    )  # fmt: skip
    s.reopen_order(
        actor=link_holder(order.id),
        order_id=order.id,
        result="not_solved",
        what="还是漏",
        now=later,
    )
    order.refresh_from_db()
    assert order.reopened == 2 and order.escalated_at is not None
    event = Event.objects.filter(object_id=order.id, action="orders.reopen").latest(
        "at"
    )
    assert event.data["superior"] is True


def test_after_fifteen_days_a_new_wish_is_the_way(w: World) -> None:
    order = order_in("closed", w, at=AT)
    with pytest.raises(Conflict, match="15天"):
        s.reopen_order(
            actor=link_holder(order.id), order_id=order.id, result="partly", what="",
            now=AT + timedelta(days=16),
        )  # fmt: skip


def test_one_extension_asked_before_the_limit(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    member, worker = w.actors["member"], w.actors["community_worker"]
    with pytest.raises(Invalid):
        s.ask_extension(
            actor=member, order_id=order.id, hours=192, note="要等零件", now=AT
        )
    s.ask_extension(actor=member, order_id=order.id, hours=120, note="要等零件", now=AT)
    before = Order.objects.get(pk=order.pk).due_at
    s.extend_order(actor=worker, order_id=order.id, hours=120, now=AT)
    after = Order.objects.get(pk=order.pk).due_at
    assert before and after and after - before == timedelta(days=5)
    with pytest.raises(Conflict):
        s.extend_order(actor=worker, order_id=order.id, hours=24, now=AT)


def test_a_refused_extension_leaves_the_limit_and_may_be_asked_again(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    member, worker = w.actors["member"], w.actors["community_worker"]
    with pytest.raises(Conflict):
        s.refuse_extension(actor=worker, order_id=order.id, note="不用延", now=AT)
    s.ask_extension(actor=member, order_id=order.id, hours=120, note="要等零件", now=AT)
    with pytest.raises(Invalid):
        s.refuse_extension(actor=worker, order_id=order.id, note=" ", now=AT)
    with pytest.raises(Forbidden):
        s.refuse_extension(actor=member, order_id=order.id, note="行", now=AT)
    late = AT + timedelta(days=30)
    s.refuse_extension(actor=worker, order_id=order.id, note="邻居家急等", now=late)
    after = Order.objects.get(pk=order.pk)
    assert (after.due_at, after.extension_hours, after.extended) == (
        order.due_at,
        0,
        False,
    )
    s.ask_extension(actor=member, order_id=order.id, hours=24, note="就差一天", now=AT)


def test_an_extension_asked_in_time_may_be_agreed_to_after_the_limit(w: World) -> None:
    asked, unasked = order_in("in_service", w, at=AT), order_in("in_service", w, at=AT)
    member, worker = w.actors["member"], w.actors["community_worker"]
    s.ask_extension(actor=member, order_id=asked.id, hours=48, note="等零件", now=AT)
    late = AT + timedelta(days=30)
    s.extend_order(actor=worker, order_id=asked.id, hours=48, now=late)
    after = Order.objects.get(pk=asked.pk).due_at
    assert asked.due_at and after == asked.due_at + timedelta(days=2)
    with pytest.raises(Conflict, match="已经超时"):
        s.extend_order(actor=worker, order_id=unasked.id, hours=48, now=late)


def test_a_pause_gives_back_exactly_its_length(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    worker = w.actors["community_worker"]
    due = order.due_at
    s.pause_order(
        actor=worker,
        order_id=order.id,
        until=(AT + timedelta(days=9)).date(),
        reason="居民外出",
        now=AT,
    )
    s.resume_order(actor=worker, order_id=order.id, now=AT + timedelta(hours=30))
    order.refresh_from_db()
    assert due and order.due_at == due + timedelta(hours=30) and order.paused_at is None


def test_service_times_of_one_person_may_not_overlap(w: World) -> None:
    first, second = order_in("in_service", w, at=AT), order_in("in_service", w, at=AT)
    at = AT + timedelta(hours=4)
    member = w.actors["member"]
    s.report_done(
        actor=member, order_id=first.id, stretches=[stretch(w, at)], note="好了", now=at
    )
    with pytest.raises(Invalid, match="重叠"):
        s.report_done(
            actor=member,
            order_id=second.id,
            stretches=[stretch(w, at, 30)],
            note="好了",
            now=at,
        )
    assert Service.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_of_one_moment_are_one_service_and_one_sentence() -> None:
    w = world()
    at = AT + timedelta(hours=4)
    ids = [order_in("in_service", w, at=AT).id for _ in range(2)]
    ready, outcomes = threading.Barrier(2), list[str]()

    def report(pk: UUID) -> None:
        ready.wait()
        try:
            s.report_done(
                actor=w.actors["member"], order_id=pk, stretches=[stretch(w, at)],
                note="好了", now=at,
            )  # fmt: skip
            outcomes.append("done")
        except Invalid as error:
            outcomes.append(error.fields["start_at"])
        connections["default"].close()

    threads = [threading.Thread(target=report, args=[pk]) for pk in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("重叠" in o for o in outcomes) == [False, True]
    assert Service.objects.count() == 1


def test_merged_orders_follow_the_other_and_keep_their_code(w: World) -> None:
    first, second = place(w), place(w)
    s.merge_order(actor=w.actors["community_worker"], order_id=second.id, into=first.id)
    second.refresh_from_db()
    assert (second.state, second.merged_into_id, second.code != first.code) == (
        "merged",
        first.id,
        True,
    )


def test_a_reveal_is_on_record(w: World) -> None:
    order = place(w)
    shown = look_at(
        actor=w.actors["grid_worker"],
        order_id=order.id,
        field="phone",
        purpose="约上门时间",
    )
    assert shown == "13800000000"
    event = Event.objects.get(object_id=order.id, action="orders.reveal")
    assert event.data == {"field": "phone", "purpose": "约上门时间"}
    with pytest.raises(NotFound):
        look_at(
            actor=w.actors["outsider"], order_id=order.id, field="phone", purpose="看看"
        )


def test_one_goods_wish_per_household_and_quarter(w: World) -> None:
    place(w, household_id=w.household.id, goods_fen=5000)
    with pytest.raises(Invalid) as found:
        place(w, household_id=w.household.id, goods_fen=5000)
    assert found.value.code == "goods_limit"
    assert place(w, household_id=w.household.id, goods_fen=5000, override_limit=True).no


def test_virtual_communities_take_no_orders(w: World) -> None:
    with pytest.raises(Invalid):
        place(w, place_id=w.places.street.id)


def test_thanks_go_on_the_board_only_with_the_residents_consent(w: World) -> None:
    worker = w.actors["community_worker"]
    quiet = order_in("closed", w, at=AT)
    with pytest.raises(Conflict):
        s.thank_order(actor=worker, order_id=quiet.id, text="谢谢")
    order = order_in("confirmed", w)
    s.rate_order(
        actor=link_holder(order.id), order_id=order.id, rating=5, text="炉子修好了",
        public=True, how="requester",
    )  # fmt: skip
    s.thank_order(actor=worker, order_id=order.id, text="炉子修好了，夜里不倒烟了。")
    assert Order.objects.get(pk=order.pk).thanks == "炉子修好了，夜里不倒烟了。"


@pytest.mark.req("A03")
def test_every_category_belongs_to_one_of_the_three_cares(w: World) -> None:
    order = place(w, category="study")
    assert order.category.get_care_display() == "精神上关怀"
    assert set(Category.objects.values_list("care", flat=True)) == {
        "thought",
        "life",
        "spirit",
    }
