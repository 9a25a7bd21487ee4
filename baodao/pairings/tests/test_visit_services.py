"""A visit from the member's word to the household's: one entry, every ledger."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.core.clock import at_local
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.orders.models import Order
from baodao.pairings import (
    services,
    visits_around,
    visits_jobs,
    visits_links,
    visits_services,
)
from baodao.pairings.models import Visit
from baodao.pairings.tests.visiting import BEGAN, DAY, NOW, bond, later, owed, visit
from baodao.people.tests.make import World, world
from baodao.places.services import edit_household, set_setting
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def confirm(
    w: World, it: Visit, who: str = "community_worker", how: str = "call", **more: Any
) -> Any:
    now = more.pop("now", later(1))
    return visits_services.confirm_visit(
        actor=w.actors[who], visit_id=it.pk, how=how, now=now, **more
    )


@pytest.mark.req("L39", "L40")
def test_one_entry_moves_the_duty_the_order_and_on_the_household_s_word_the_record(
    w: World,
) -> None:
    it = bond(w)
    made = visit(w, it, topics=("policy", "needs"), need="想配一副老花镜")
    duty = owed(it)
    assert (made.state, made.kind, duty.state, duty.done_id) == (
        "done", "monthly", "done", made.pk,
    )  # fmt: skip
    order = Order.objects.get()
    assert (order.source, order.category_id, order.household_id) == (
        "visit", "health", w.household.pk,
    )  # fmt: skip
    assert order.detail == "想配一副老花镜" and "眼镜" not in order.title
    assert not Record.objects.exists()
    visits_services.confirm_visit(
        actor=link_holder(made.pk), visit_id=made.pk, how="link", now=later(1)
    )
    record = Record.objects.get()
    assert (record.kind, record.channel, record.member_id, record.occurred_on) == (
        "visit", it.channel, w.members.member.id, DAY,
    )  # fmt: skip
    assert owed(it).state == "confirmed" and record.source_id == made.pk


@pytest.mark.req("L39")
def test_edge_case_35_sent_twice_is_one_visit_and_one_order(w: World) -> None:
    it = bond(w)
    first = visit(w, it, need="水管漏水", client_id="a1")
    again = visit(w, it, need="水管漏水", client_id="a1")
    assert first.pk == again.pk and Visit.objects.count() == Order.objects.count() == 1


@pytest.mark.req("L39")
def test_a_visit_in_a_festival_s_window_is_the_month_s_too(w: World) -> None:
    it = bond(w, at=at_local(date(2026, 1, 5), time(10)))
    on = date(2026, 2, 15)
    made = visit(w, it, on=on, now=at_local(on, time(12)))
    assert made.kind == "holiday"
    done = Duty.objects.filter(done_id=made.pk).values_list("kind", flat=True)
    # January was never visited; it can still be made up, the oldest of a kind first.
    assert sorted(done) == ["visit_festival", "visit_month"]


@pytest.mark.req("L39")
def test_nobody_home_is_an_attempt_and_tried_again(w: World) -> None:
    it = bond(w)
    made = visit(w, it, outcome="nobody_home")
    duty = owed(it)
    assert (made.state, made.household_present) == ("attempted", False)
    assert (duty.state, duty.attempts, duty.retry_on) == (
        "due",
        1,
        DAY + timedelta(days=3),
    )
    assert Visit.objects.filter(state="done").count() == 0


@pytest.mark.req("L39")
def test_refused_at_the_door_is_done(w: World) -> None:
    it = bond(w)
    assert visit(w, it, outcome="declined").state == "done"
    assert owed(it).state == "done"


@pytest.mark.req("L39")
def test_nobody_came_makes_it_owed_again_and_the_member_is_told(w: World) -> None:
    it = bond(w)
    made = visit(w, it)
    visits_services.refuse_visit(
        actor=link_holder(made.pk), visit_id=made.pk, reason="nobody_came", now=later(1)
    )
    duty = owed(it)
    assert (duty.state, duty.done_id) == ("due", None) and not Record.objects.exists()
    event = Event.objects.get(action="visits.refuse")
    assert visits_jobs.tell(str(event.pk)) == 1
    told = Message.objects.get()
    assert told.person_id == w.members.member.person_id and "0312" in told.title
    assert "赵阿姨" not in told.title + told.text
    with pytest.raises(Conflict):
        confirm(w, made)


@pytest.mark.req("L39")
def test_a_link_works_once_and_for_ten_days_and_is_not_kept(w: World) -> None:
    made = visit(w, bond(w))
    token = visits_links.raw_token(made.pk)
    assert made.token != token and visits_links.by_token(token) == made
    assert visits_links.by_token(made.token) is None
    found = Visit.objects.get(pk=made.pk)
    assert not visits_links.expired(found, found.created_at + timedelta(days=10))
    late = found.created_at + timedelta(days=11)
    with pytest.raises(Conflict, match="过期"):
        visits_services.confirm_visit(
            actor=link_holder(made.pk), visit_id=made.pk, how="link", now=late
        )
    confirm(w, made, now=late)


@pytest.mark.req("L39")
def test_nobody_confirms_their_own_and_a_unit_never(w: World) -> None:
    made = visit(w, bond(w))
    both = replace(w.actors["community_worker"], member_id=w.members.member.id)
    with pytest.raises(Forbidden):
        visits_services.confirm_visit(actor=both, visit_id=made.pk, how="call", now=NOW)
    for who, error in (
        ("unit_secretary", Forbidden),
        ("member", Forbidden),
        ("outsider", NotFound),
    ):
        with pytest.raises(error):
            confirm(w, made, who)
    # A household's link opens its own visit only.
    other = visit(w, made.pairing, on=DAY - timedelta(days=1))
    with pytest.raises(NotFound):
        visits_services.confirm_visit(
            actor=link_holder(other.pk), visit_id=made.pk, how="link", now=NOW
        )


@pytest.mark.req("L39")
def test_edge_case_23_a_late_entry_needs_a_reason_and_the_secretary(w: World) -> None:
    it = bond(w)
    with pytest.raises(Invalid) as refused:
        visit(w, it, on=date(2026, 3, 5))
    assert set(refused.value.fields) == {"reason"}
    made = visit(w, it, on=date(2026, 3, 5), reason="手机坏了，今天才修好")
    assert made.late == "late"
    with pytest.raises(Forbidden, match="书记"):
        confirm(w, made)
    with pytest.raises(Conflict, match="书记"):
        visits_services.confirm_visit(
            actor=link_holder(made.pk), visit_id=made.pk, how="link", now=NOW
        )
    confirm(w, made, "community_secretary")
    assert Record.objects.get().occurred_on == date(2026, 3, 5)


@pytest.mark.req("L39")
def test_a_missed_month_is_made_up(w: World) -> None:
    it = bond(w)
    made = visit(w, it, on=date(2026, 4, 10), now=at_local(date(2026, 4, 10), time(20)))
    duty = owed(it)
    assert (duty.done_id, duty.made_up) == (made.pk, True)
    assert owed(it, month=4).state == "due"  # never two months by one visit


@pytest.mark.req("L37")
def test_a_minor_is_never_visited_alone(w: World) -> None:
    edit_household(
        actor=w.actors["community_worker"], household_id=w.household.pk,
        changes={"focus": ["minor"]},
    )  # fmt: skip
    it = bond(w)
    with pytest.raises(Invalid) as refused:
        visit(w, it)
    assert set(refused.value.fields) == {"companion"}
    assert visit(w, it, method="phone").state == "done"
    made = visit(w, it, companion="奶奶")
    assert made.with_adult and Visit.objects.get(pk=made.pk).companion == "奶奶"


@pytest.mark.req("L38")
def test_the_household_s_terms_are_kept(w: World) -> None:
    it = bond(w, quiet_months=[3], phone_only=True)
    with pytest.raises(Invalid, match="3月不要走访"):
        visit(w, it, method="phone")
    on = date(2026, 4, 2)
    with pytest.raises(Invalid, match="只愿意打电话"):
        visit(w, it, on=on, now=at_local(on, time(10)))
    assert (
        visit(w, it, on=on, now=at_local(on, time(10)), method="phone").state == "done"
    )


@pytest.mark.req("L39")
def test_edge_case_11_two_members_together_satisfy_both(w: World) -> None:
    it = bond(w)
    other = bond(w, member_id=w.members.neighbour.id)
    made = visit(w, it, partner_id=w.members.neighbour.id)
    half = Visit.objects.get(joint_id=made.pk)
    assert owed(it).done_id == made.pk and owed(other).done_id == half.pk
    visits_services.confirm_visit(
        actor=link_holder(made.pk), visit_id=made.pk, how="link", now=later(1)
    )
    assert owed(it).state == owed(other).state == "confirmed"
    assert Record.objects.filter(kind="visit").count() == 2


@pytest.mark.req("L39")
def test_a_stand_in_goes_once_and_is_named(w: World) -> None:
    it, stranger = bond(w), w.members.colleague
    with pytest.raises(NotFound):
        visit(w, it, who="colleague")
    duties.stand_in(
        actor=w.actors["community_worker"],
        duty_id=owed(it).pk,
        member_id=stranger.id,
        now=NOW,
    )
    made = visit(w, it, who="colleague")
    assert made.stand_in_id == stranger.id and owed(it).done_by_id == stranger.id
    confirm(w, made)
    assert Record.objects.get().member_id == stranger.id
    with pytest.raises(NotFound):
        visit(w, it, who="colleague", on=DAY)


@pytest.mark.req("L50")
def test_edge_case_34_paper_is_entered_by_a_worker_and_signed_is_confirmed(
    w: World,
) -> None:
    it = bond(w)
    made = visit(w, it, who="community_worker", entry="paper", signed=True)
    assert (made.state, made.confirmed_how, made.entry) == (
        "confirmed",
        "paper",
        "paper",
    )
    event = Event.objects.get(action="visits.record")
    assert event.on_behalf_of and event.actor_person == w.people["community_worker"].id
    assert owed(it).state == "confirmed"


def test_edge_case_25_nobody_is_in_two_homes_at_once(w: World) -> None:
    it = bond(w)
    visit(w, it, at=time(18), minutes=60)
    with pytest.raises(Invalid) as refused:
        visit(w, it, at=time(18, 30), minutes=30)
    assert set(refused.value.fields) == {"at"}
    assert visit(w, it, at=time(19), minutes=30).state == "done"


def test_edge_case_24_over_midnight_is_the_day_it_began(w: World) -> None:
    made = visit(
        w,
        bond(w),
        method="phone",
        at=time(23, 45),
        minutes=30,
        on=DAY - timedelta(days=1),
    )
    confirm(w, made)
    record = Record.objects.get()
    assert record.occurred_on == DAY - timedelta(days=1) and record.minutes == 30
    assert record.start_at and not record.work_time


@pytest.mark.req("L39")
def test_whoever_has_a_need_is_visited_in_three_days(w: World) -> None:
    it = bond(w)
    duty = visits_around.ask_visit(actor=link_holder(it.pk), pairing_id=it.pk, now=NOW)
    assert (duty.kind, duty.opens_on, duty.due_on) == (
        "visit_need",
        DAY,
        DAY + timedelta(days=3),
    )
    event = Event.objects.get(action="pairings.ask_visit")
    assert visits_jobs.tell(str(event.pk)) == 2  # the member and the community
    with pytest.raises(Conflict, match="已经请过了"):
        visits_around.ask_visit(
            actor=w.actors["community_worker"], pairing_id=it.pk, urgent=True, now=NOW
        )
    made = visit(w, it, method="phone")
    duty.refresh_from_db()
    assert (
        made.kind == "on_demand" and duty.state == "done" and owed(it).state == "done"
    )


@pytest.mark.req("L39")
def test_no_visit_before_the_household_agreed_nor_after_the_end(w: World) -> None:
    it = bond(w)
    with pytest.raises(Invalid):
        visit(w, it, on=date(2026, 3, 1), reason="早")
    services.withdraw(actor=link_holder(it.pk), pairing_id=it.pk, now=NOW)
    with pytest.raises(Invalid, match="已经结束"):
        visit(w, it)
    with pytest.raises(Conflict):
        visits_around.ask_visit(
            actor=w.actors["community_worker"], pairing_id=it.pk, now=NOW
        )


@pytest.mark.req("L37")
def test_a_look_needs_a_purpose_is_on_record_and_is_told(w: World) -> None:
    from baodao.pairings.visits_queries import looks

    it = bond(w)
    member = w.actors["member"]
    with pytest.raises(Invalid):
        visits_around.reveal(actor=member, pairing_id=it.pk, field="phone", purpose="")
    shown = visits_around.reveal(
        actor=member, pairing_id=it.pk, field="phone", purpose="visit"
    )
    assert shown == {"phone": "13889970312"}
    assert [(x.who, x.purpose) for x in looks(it)] == [("结对党员", "上门走访")]
    for who in ("colleague", "unit_secretary"):
        with pytest.raises((NotFound, Forbidden)):
            visits_around.reveal(
                actor=w.actors[who], pairing_id=it.pk, field="phone", purpose="visit"
            )


def test_private_numbers_stay_out(w: World) -> None:
    it = bond(w, at=BEGAN)
    with pytest.raises(Invalid) as refused:
        visit(w, it, need="身份证 11010519491231002X 要办")
    assert set(refused.value.fields) == {"need"}


@pytest.mark.req("L39")
def test_a_district_sets_the_limits_of_visits(w: World) -> None:
    it = bond(w)
    for key, value in (
        ("first_contact_days", "1"), ("latest_hour", "18"), ("normal_days", "2"),
        ("link_days", "3"),
    ):  # fmt: skip
        set_setting(
            actor=w.actors["county_org"], path=w.places.district.path, value=value,
            key=f"visits.{key}", reason="牧区",
        )  # fmt: skip
    duty = visits_around.ask_visit(actor=link_holder(it.pk), pairing_id=it.pk, now=NOW)
    assert duty.due_on == DAY + timedelta(days=1)
    with pytest.raises(Invalid, match="18:00"):
        visit(w, it, at=time(18, 30))
    with pytest.raises(Invalid, match="超过2天"):
        visit(w, it, on=DAY - timedelta(days=3))
    made = visit(w, it)
    assert visits_links.expired(made, made.created_at + timedelta(days=4))
    with pytest.raises(Invalid):
        set_setting(
            actor=w.actors["county_org"], path=w.places.district.path, value="23",
            key="visits.latest_hour", reason="晚一点",
        )  # fmt: skip
