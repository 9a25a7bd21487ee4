"""Nobody is trapped: what was handed out can be taken back, what was taken can be given
back, and an end that was not the resident's word leaves them one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.orders import following, rules, sweeps
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.residents import story
from baodao.orders.tests.make import fresh, order_in, place_online
from baodao.orders.tests.test_jobs import told, work
from baodao.people.models import Member, Unit
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
WHY = "一直没有回音。"


@pytest.fixture
def w() -> World:
    return world()


# --- taken back, given back ---------------------------------------------------------


@pytest.mark.req("A13")
@pytest.mark.parametrize(
    "who", ["community_worker", "practice_center", "township_party"]
)
@pytest.mark.parametrize("state", rules.HELD)
def test_whoever_hands_out_may_take_back_and_give_to_another(
    w: World, state: str, who: str
) -> None:
    order = order_in(state, w)
    actor = w.actors[who]
    s.recall_order(actor=actor, order_id=order.id, reason="silent", note=WHY)
    got = fresh(order)
    assert (got.state, got.unit_id, got.member_id, got.channel) == (
        "verified", None, None, "",
    )  # fmt: skip
    s.dispatch_order(actor=actor, order_id=order.id, unit_id=w.units.other.id)
    s.unit_accept_order(actor=w.actors["other_unit_secretary"], order_id=order.id)
    assert fresh(order).unit_id == w.units.other.id


def test_a_recall_says_why_and_is_told_to_those_who_had_it(w: World) -> None:
    order = order_in("accepted", w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid):
        s.recall_order(actor=worker, order_id=order.id, reason="silent", note=" ")
    with pytest.raises(Forbidden):
        s.recall_order(
            actor=w.actors["grid_worker"], order_id=order.id, reason="silent", note=WHY
        )
    s.recall_order(actor=worker, order_id=order.id, reason="silent", note=WHY)
    work()
    assert {to for what, to in told(w, order) if what == "recall"} == {"unit", "member"}


@pytest.mark.parametrize(
    "state", ["dispatched", "unit_accepted", "assigned", "accepted"]
)
def test_a_unit_may_give_back_until_somebody_has_begun(w: World, state: str) -> None:
    order = order_in(state, w)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="都下乡了",
    )  # fmt: skip
    got = fresh(order)
    assert (got.state, got.unit_id, got.member_id) == ("verified", None, None)
    event = Event.objects.get(object_id=order.id, action="orders.return")
    # An answer to the dispatch was given before: it is not counted twice.
    assert ("in_time" in event.data) == (state == "dispatched")


def test_a_unit_may_give_back_what_it_took_from_the_board_by_mistake(w: World) -> None:
    order = order_in("published", w)
    unit = w.actors["unit_secretary"]
    s.unit_claim_order(actor=unit, order_id=order.id)
    s.return_order(
        actor=unit, order_id=order.id, reason="wrong_place", note="点错了，不归我们"
    )
    assert fresh(order).state == "verified"


@pytest.mark.parametrize("state", ["assigned", "accepted", "in_service"])
def test_a_unit_names_somebody_else_for_a_silent_member(w: World, state: str) -> None:
    order = order_in(state, w)
    unit = w.actors["unit_secretary"]
    with pytest.raises(Conflict):
        s.assign_order(actor=unit, order_id=order.id, member_id=w.members.member.id)
    s.assign_order(actor=unit, order_id=order.id, member_id=w.members.colleague.id)
    got = fresh(order)
    assert (got.state, got.member_id) == ("assigned", w.members.colleague.id)
    assert got.served_by_person == w.members.colleague.person_id
    work()
    last = [to for what, to in told(w, order) if what == "assign"][-2:]
    assert set(last) == {"member", "colleague"}


def test_a_claim_goes_back_to_the_board_and_a_units_order_to_the_unit(w: World) -> None:
    member = w.actors["member"]
    claimed = order_in("claimed", w)
    s.start_order(actor=member, order_id=claimed.id)
    with pytest.raises(Conflict):
        s.hand_back_order(actor=member, order_id=claimed.id, reason="health")
    s.release_order(actor=member, order_id=claimed.id, reason="health")
    assert fresh(claimed).state == "published"
    serving = order_in("in_service", w)
    with pytest.raises(Conflict):
        s.release_order(actor=member, order_id=serving.id, reason="health")
    s.hand_back_order(actor=member, order_id=serving.id, reason="health")
    got = fresh(serving)
    assert (got.state, got.member_id) == ("unit_accepted", None)


def test_orders_of_somebody_who_has_left_go_on_without_them(w: World) -> None:
    of_unit, claimed = order_in("in_service", w), order_in("claimed", w)
    kept = order_in("dispatched", w)
    Member.objects.filter(pk=w.members.member.pk).update(duty_status="left")
    assert following.follow_members() == 2 and following.follow_members() == 0
    assert fresh(of_unit).state == "unit_accepted"
    assert fresh(claimed).state == "published" and fresh(kept).state == "dispatched"
    Unit.objects.filter(pk=w.units.unit.pk).update(status="dissolved", valid_to=today())
    assert following.follow_units() == 2 and following.follow_units() == 0
    assert fresh(of_unit).state == fresh(kept).state == "verified"
    work()
    assert ("unit_gone", "community_worker@community") in told(w, kept)


@pytest.mark.parametrize(
    "way",
    ["cannot_do", "hand_back", "recall", "assign"],
)
def test_an_extension_does_not_outlive_its_round(w: World, way: str) -> None:
    order = order_in("in_service", w, at=AT)
    member, worker = w.actors["member"], w.actors["community_worker"]
    s.ask_extension(actor=member, order_id=order.id, hours=72, note="等零件", now=AT)
    s.extend_order(actor=worker, order_id=order.id, hours=72, now=AT)
    if way == "cannot_do":
        s.cannot_do_order(
            actor=member, order_id=order.id, reason="no_means", note="没工具", now=AT
        )
    elif way == "hand_back":
        s.hand_back_order(actor=member, order_id=order.id, reason="away", now=AT)
    elif way == "recall":
        s.recall_order(
            actor=worker, order_id=order.id, reason="wrong", note=WHY, now=AT
        )
    else:
        s.assign_order(
            actor=w.actors["unit_secretary"], order_id=order.id,
            member_id=w.members.colleague.id, now=AT,
        )  # fmt: skip
    got = fresh(order)
    assert (got.extension_hours, got.extended) == (0, False)


# --- 办不了, withdrawn for them --------------------------------------------------------


def answered(w: World, *, at: datetime = AT) -> Order:
    order = order_in("in_service", w, at=at)
    s.cannot_do_order(
        actor=w.actors["member"], order_id=order.id, reason="policy", note="没这项政策", now=at
    )  # fmt: skip
    s.answer_cannot(
        actor=w.actors["community_worker"], order_id=order.id, reason="policy",
        note="今年没有这项政策，明年再看。", told="call", now=at,
    )  # fmt: skip
    return fresh(order)


def test_what_cannot_be_done_ends_with_an_answer_the_resident_reads(w: World) -> None:
    order = answered(w)
    assert (order.state, order.result, order.confirmed_at) == ("closed", "cannot", None)
    page = w.client().get(reverse("orders:follow", args=[order.token])).content.decode()
    assert "社区答复：这件事办不了。政策不允许" in page
    assert "今年没有这项政策，明年再看。" in page and "不同意，请社区再办" in page
    assert "您说办好了" not in page and "就此办结" not in page
    with pytest.raises(Invalid):
        other = order_in("verified", w)
        s.answer_cannot(
            actor=w.actors["community_worker"], order_id=other.id, reason="policy",
            note="", told="call",
        )  # fmt: skip


def test_the_resident_may_disagree_within_the_days_and_the_second_time_is_told_up(
    w: World,
) -> None:
    order = answered(w)
    holder = link_holder(order.id)
    s.ask_again(
        actor=holder,
        order_id=order.id,
        what="邻居家就办了",
        now=AT + timedelta(days=14),
    )
    got = fresh(order)
    assert (got.state, got.result, got.reopened) == ("verified", "", 1)
    worker = w.actors["community_worker"]
    later = AT + timedelta(days=15)
    s.answer_cannot(
        actor=worker, order_id=order.id, reason="policy", note="还是不行", told="link", now=later,
    )  # fmt: skip
    s.ask_again(actor=holder, order_id=order.id, now=later)
    assert fresh(order).escalated_at is not None
    work()
    assert ("ask_again", "township_party@street") in told(w, order)
    late = answered(w)
    with pytest.raises(Conflict, match="15天"):
        s.ask_again(
            actor=link_holder(late.id), order_id=late.id, now=AT + timedelta(days=16)
        )


def test_a_withdrawal_by_staff_says_how_and_why_and_can_be_objected_to(
    w: World,
) -> None:
    order = order_in("dispatched", w)
    worker = w.actors["community_worker"]
    for how, note in (("", "不要了"), ("requester", "不要了"), ("call", " ")):
        with pytest.raises(Invalid):
            s.withdraw_order(actor=worker, order_id=order.id, how=how, note=note)
    s.withdraw_order(actor=worker, order_id=order.id, how="call", note="自己修好了")
    page = w.client().get(reverse("orders:follow", args=[order.token])).content.decode()
    assert "社区代您撤回了这件事，登记的是您电话里说的" in page
    assert "您已经撤回了" not in page and "自己修好了" in page
    assert "还要办，请社区接着办" in page
    event = Event.objects.get(object_id=order.id, action="orders.withdraw")
    assert event.data["how"] == "call" and event.on_behalf_of == "居民（电话里说的）"
    w.client().post(reverse("orders:resident_act", args=[order.token, "ask_again"]), {})
    got = fresh(order)
    assert (got.state, got.unit_id, got.reopened) == ("submitted", None, 0)


def test_the_residents_own_withdrawal_is_their_own(w: World) -> None:
    order = place_online(w)
    s.withdraw_order(actor=link_holder(order.id), order_id=order.id)
    assert fresh(order).withdrawn_how == "requester"
    assert "您已经撤回了这件事" in story(fresh(order)).ended


# --- passed on ------------------------------------------------------------------------


def transferred(w: World, at: datetime | None = None) -> Order:
    order = order_in("verified", w, at=at)
    s.transfer_order(
        actor=w.actors["community_worker"], order_id=order.id, to="department",
        note="归住建局管，已转过去。", now=at,
    )  # fmt: skip
    return fresh(order)


def test_what_was_passed_on_is_followed_until_there_is_an_outcome(w: World) -> None:
    order = transferred(w, AT)
    assert order.state in rules.OPEN and order.due_at
    worker = w.actors["community_worker"]
    assert f"{order.due_at:%m-%d}" == "11-30"  # five working days
    sweeps.sweep(order.due_at + timedelta(minutes=5))
    work()
    assert ("remind", "community_worker@community") in told(w, order)
    assert ("escalate", "township_party@street") in told(w, order)
    s.transfer_news(actor=worker, order_id=order.id, note="还在排队", now=order.due_at)
    again = fresh(order)
    assert again.state == "transferred" and again.due_at and again.due_at > order.due_at
    s.transfer_done(actor=worker, order_id=order.id, note="住建局修好了")
    assert fresh(order).state == "done_reported"
    s.confirm_order(
        actor=link_holder(order.id), order_id=order.id, result="solved", how="requester"
    )
    assert fresh(order).result == "solved" and not Record.objects.exists()


def test_a_transfer_that_was_not_done_comes_back_or_is_answered(w: World) -> None:
    worker = w.actors["community_worker"]
    one, two, three = (transferred(w) for _ in range(3))
    s.recall_order(actor=worker, order_id=one.id, reason="sent_back", note="不归他们管")
    assert (fresh(one).state, fresh(one).transferred_to) == ("verified", "")
    s.answer_cannot(
        actor=worker,
        order_id=two.id,
        reason="other_duty",
        note="今年排不上",
        told="call",
    )
    assert fresh(two).state == "closed"
    s.transfer_done(actor=worker, order_id=three.id, note="说修好了")
    client = w.client()
    url = reverse("orders:resident_act", args=[three.token, "reopen"])
    client.post(url, {"result": "not_solved"})
    assert fresh(three).state == "verified" and fresh(three).reopened == 1
    redo = reverse("orders:resident_act", args=[three.token, "redo"])
    assert "这件事回到了" in client.get(redo).content.decode()


def test_the_township_takes_an_order_on_with_its_number(w: World) -> None:
    order = order_in("verified", w)
    worker, town = w.actors["community_worker"], w.actors["township_party"]
    s.hand_over_order(actor=worker, order_id=order.id, up=True, note="要几个社区一起办")
    with pytest.raises(Conflict):
        s.hand_over_order(actor=worker, order_id=order.id, up=True, note="再交一次")
    work()
    assert ("hand_over", "township_party@street") in told(w, order)
    mine = w.client("township_party").get(reverse("orders:list")).content.decode()
    assert order.no in mine and "轮到您：派单" in mine
    theirs = w.client("community_worker").get(reverse("orders:list")).content.decode()
    assert order.no not in theirs
    s.dispatch_order(actor=town, order_id=order.id, unit_id=w.units.unit.id)
    got = fresh(order)
    assert (got.state, got.no, got.at_township) == ("dispatched", order.no, True)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity", note="没人"
    )  # fmt: skip
    work()
    assert ("return", "township_party@street") in told(w, order)
    s.hand_over_order(actor=town, order_id=order.id, up=False, note="社区能办")
    assert not fresh(order).at_township


# --- not reached ---------------------------------------------------------------------


def test_silence_is_never_praise(w: World) -> None:
    order = order_in("done_reported", w, at=AT)
    worker = w.actors["community_worker"]

    def close(**after: int) -> None:
        s.close_unreachable(
            actor=worker, order_id=order.id, now=AT + timedelta(**after)
        )

    with pytest.raises(Conflict, match="分两天"):
        close(days=8)
    s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=1))
    with pytest.raises(Conflict, match="才算下一次"):
        s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=1, hours=2))
    s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=1, hours=4))
    s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=2))
    with pytest.raises(Conflict, match="居民还可以自己说"):
        close(days=3)
    close(days=8)
    order.refresh_from_db()
    assert (order.result, order.rating) == ("no_answer", None)
    assert not Record.objects.filter(source_id=order.id).exists()


@pytest.mark.parametrize("word", ["solved", "not_solved"])
def test_whom_nobody_reached_still_has_the_last_word(w: World, word: str) -> None:
    order = order_in("done_reported", w, at=AT)
    worker, holder = w.actors["community_worker"], link_holder(order.id)
    for days in (1, 2, 3):
        s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=days))
    s.close_unreachable(actor=worker, order_id=order.id, now=AT + timedelta(days=8))
    later = AT + timedelta(days=8 + 14)
    if word == "solved":
        s.confirm_order(
            actor=holder, order_id=order.id, result="solved", how="requester", now=later
        )
        assert fresh(order).state == "confirmed"
        assert Record.objects.filter(source_id=order.id).count() == 1
    else:
        s.reopen_order(
            actor=holder, order_id=order.id, result="not_solved", what="没来", now=later
        )
        assert fresh(order).state == "in_service"


def test_the_word_of_whom_nobody_reached_ends_with_the_days(w: World) -> None:
    order = order_in("done_reported", w, at=AT)
    worker = w.actors["community_worker"]
    for days in (1, 2, 3):
        s.log_call(actor=worker, order_id=order.id, now=AT + timedelta(days=days))
    s.close_unreachable(actor=worker, order_id=order.id, now=AT + timedelta(days=8))
    with pytest.raises(Conflict, match="15天"):
        s.confirm_order(
            actor=link_holder(order.id), order_id=order.id, result="solved",
            how="requester", now=AT + timedelta(days=24),
        )  # fmt: skip
