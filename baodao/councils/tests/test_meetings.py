"""What the product promises of a joint meeting, by its services on PostgreSQL."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.councils import queries
from baodao.councils.models import JointMeeting, MeetingTopic, Resolution
from baodao.councils.services import following, holding, meetings, owed
from baodao.councils.tests import make
from baodao.councils.tests.make import AFTER, HELD, NOW
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.people.models import Unit
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _duty(source: UUID) -> Duty:
    return Duty.objects.get(source_id=source)


@pytest.mark.req("L21")
def test_a_meeting_from_topic_to_resolution_done_and_seen_in_the_next(w: World) -> None:
    unit, worker = w.actors["unit_secretary"], w.actors["community_worker"]
    secretary = w.actors["community_secretary"]
    m = make.planned(w)
    assert m.title == "2026年第四季度党建联席会议"
    assert m.topics_until == date(2026, 11, 22)
    topic = meetings.hand_in(
        actor=unit, meeting_id=m.pk, title="东门停车难", now=NOW
    ).id
    with pytest.raises(Conflict, match="还有议题没有看"):
        meetings.call(actor=worker, meeting_id=m.pk, now=NOW)
    meetings.take(actor=worker, topic_id=topic, now=NOW)
    meetings.call(actor=worker, meeting_id=m.pk, now=NOW)
    seat = make.seat_of(m, w.units.unit.pk)
    assert (_duty(seat.pk).kind, _duty(seat.pk).due_on) == (
        "meeting_attendance", date(2026, 11, 25),
    )  # fmt: skip
    meetings.reply(
        actor=unit, seat_id=seat.pk, reply="substitute", attendee="刘洋", now=NOW
    )
    seat.refresh_from_db()
    assert seat.member_id == w.members.colleague.pk
    m = make.held(w, m, "substitute")
    r = make.resolved(w, m)
    holding.close(actor=secretary, meeting_id=m.pk, now=AFTER)
    assert _duty(seat.pk).state == "confirmed"
    record = Record.objects.get(kind="meeting")
    assert (record.unit_id, record.occurred_on) == (w.units.unit.pk, m.held_on)
    duty = _duty(r.pk)
    assert (duty.kind, duty.unit_id, duty.state) == (
        "resolution",
        w.units.unit.pk,
        "due",
    )
    later = AFTER + 10 * DAY
    holding.report(actor=unit, resolution_id=r.pk, result="划好了12个", now=later)
    assert _duty(r.pk).state == "done"
    holding.confirm(actor=worker, resolution_id=r.pk, now=later)
    assert _duty(r.pk).state == "confirmed"
    following_ = make.planned(w, HELD + 90 * DAY, AFTER + 20 * DAY)
    assert [(x.text, x.state) for x in queries.last_time(following_)] == [
        (r.text, "confirmed")
    ]


@pytest.mark.req("L21")
def test_what_is_not_done_stays_on_top_until_it_is_settled(w: World) -> None:
    _, r = make.closed(w)
    second = make.planned(w, HELD + 7 * DAY, AFTER + DAY)
    make.held(w, make.called(w, second, AFTER + DAY), now=AFTER + 7 * DAY)
    holding.hold(
        actor=w.actors["community_worker"], meeting_id=second.pk,
        marks=make.marks(second, "self"), said=make.SAID,
        reviews={r.pk: "住建局月底前完成"}, now=AFTER + 7 * DAY,
    )  # fmt: skip
    holding.close(
        actor=w.actors["community_secretary"], meeting_id=second.pk, now=AFTER + 7 * DAY
    )
    r.refresh_from_db()
    assert r.reviewed_on == second.held_on
    third = make.planned(w, HELD + 14 * DAY, AFTER + 8 * DAY)
    assert [x.pk for x in queries.last_time(third)] == [r.pk]


def test_a_unit_hands_in_until_three_days_ahead_the_community_until_it_is_held(
    w: World,
) -> None:
    m = make.planned(w)
    late = HELD - 2 * DAY
    with pytest.raises(Conflict, match="截止"):
        meetings.hand_in(
            actor=w.actors["unit_liaison"], meeting_id=m.pk, title="晚了", now=late
        )
    done = meetings.hand_in(
        actor=w.actors["community_worker"], meeting_id=m.pk, title="急事", now=late
    )
    assert MeetingTopic.objects.get(pk=done.id).state == "agenda"
    with pytest.raises(NotFound):
        meetings.hand_in(
            actor=w.actors["far_unit_secretary"],
            meeting_id=m.pk,
            title="外面的",
            now=NOW,
        )


def test_a_declined_topic_says_why_and_its_unit_is_told(w: World) -> None:
    m = make.planned(w)
    topic = meetings.hand_in(
        actor=w.actors["unit_secretary"], meeting_id=m.pk, title="换路灯", now=NOW
    ).id
    with pytest.raises(Invalid, match="为什么不列入"):
        meetings.decline(
            actor=w.actors["community_worker"], topic_id=topic, answer=" ", now=NOW
        )
    meetings.decline(
        actor=w.actors["community_worker"], topic_id=topic, answer="已列入改造", now=NOW
    )
    told = Message.objects.filter(unit_id=w.units.unit.pk)
    assert told.filter(title__contains="没有列入").exists()


@pytest.mark.req("L21")
def test_leave_is_excused_absence_is_left_open_and_a_substitute_needs_a_name(
    w: World,
) -> None:
    make.tie(w)
    m = make.called(w)
    first, second = m.seats.all()
    with pytest.raises(Invalid, match="代会人的姓名"):
        meetings.reply(
            actor=w.actors["community_worker"], seat_id=first.pk, reply="substitute",
            now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="还没有记到会"):
        holding.hold(
            actor=w.actors["community_worker"], meeting_id=m.pk,
            marks={first.pk: holding.Mark("self")}, said=make.SAID, now=AFTER,
        )  # fmt: skip
    m = make.held(w, m, "leave", "absent")
    with pytest.raises(Conflict, match="没有一家单位到会"):
        holding.close(actor=w.actors["community_secretary"], meeting_id=m.pk, now=AFTER)
    m = make.held(w, m, "leave", "substitute")
    holding.close(actor=w.actors["community_secretary"], meeting_id=m.pk, now=AFTER)
    assert (_duty(first.pk).state, _duty(first.pk).excuse) == ("excused", "leave")
    assert _duty(second.pk).state == "confirmed"
    assert Record.objects.filter(kind="meeting").count() == 1


def test_an_absent_unit_keeps_its_duty_until_the_sweep(w: World) -> None:
    make.tie(w)
    m = make.held(w, make.called(w), "self", "absent")
    holding.close(actor=w.actors["community_secretary"], meeting_id=m.pk, now=AFTER)
    absent = m.seats.get(attendance="absent")
    assert _duty(absent.pk).state == "due"


def test_only_the_secretary_settles_minutes_and_not_of_a_list_with_her_own_name(
    w: World,
) -> None:
    m = make.held(w)
    with pytest.raises(Forbidden, match="书记"):
        holding.close(actor=w.actors["community_worker"], meeting_id=m.pk, now=AFTER)
    seat = m.seats.get()
    mark = {seat.pk: holding.Mark("self", member_id=w.members.member.pk)}
    holding.hold(
        actor=w.actors["community_worker"], meeting_id=m.pk, marks=mark,
        said=make.SAID, now=AFTER,
    )  # fmt: skip
    from dataclasses import replace

    me = replace(w.actors["community_secretary"], person_id=w.members.member.person_id)
    with pytest.raises(Forbidden, match="自己"):
        holding.close(actor=me, meeting_id=m.pk, now=AFTER)


def test_nobody_confirms_what_they_reported_themselves(w: World) -> None:
    _, r = make.closed(w)
    worker = w.actors["community_worker"]
    holding.report(actor=worker, resolution_id=r.pk, result="办好了", now=AFTER + DAY)
    with pytest.raises(Forbidden, match="别人确认"):
        holding.confirm(actor=worker, resolution_id=r.pk, now=AFTER + DAY)
    holding.confirm(
        actor=w.actors["community_secretary"], resolution_id=r.pk, now=AFTER + DAY
    )
    assert Resolution.objects.get(pk=r.pk).state == "confirmed"


def test_sent_back_is_owed_again_and_dropped_is_owed_no_longer(w: World) -> None:
    _, r = make.closed(w)
    at = AFTER + DAY
    holding.report(
        actor=w.actors["unit_secretary"], resolution_id=r.pk, result="划了6个", now=at
    )
    holding.send_back(
        actor=w.actors["community_worker"], resolution_id=r.pk, reason="还差6个", now=at
    )
    assert _duty(r.pk).state == "due"
    with pytest.raises(Forbidden, match="书记"):
        holding.drop(
            actor=w.actors["community_worker"],
            resolution_id=r.pk,
            reason="不办",
            now=at,
        )
    holding.drop(
        actor=w.actors["community_secretary"], resolution_id=r.pk, reason="改造后再说",
        now=at,
    )  # fmt: skip
    assert _duty(r.pk).state == "cancelled"


def test_another_day_is_another_invitation_and_no_meeting_owes_nothing(
    w: World,
) -> None:
    m = make.called(w)
    seat = m.seats.get()
    worker = w.actors["community_worker"]
    meetings.move(actor=worker, meeting_id=m.pk, held_at=HELD + 2 * DAY, now=NOW)
    states = Duty.objects.filter(source_id=seat.pk).order_by("due_on")
    assert [(d.state, d.due_on.day) for d in states] == [("cancelled", 25), ("due", 27)]
    # Back again, by a change of mind.
    meetings.move(actor=worker, meeting_id=m.pk, held_at=HELD, now=NOW)
    assert Duty.objects.filter(source_id=seat.pk, state="due").get().due_on.day == 25
    with pytest.raises(Invalid, match="为什么不开"):
        meetings.cancel(actor=worker, meeting_id=m.pk, reason="", now=NOW)
    meetings.cancel(actor=worker, meeting_id=m.pk, reason="大雪", now=NOW)
    assert not Duty.objects.filter(source_id=seat.pk, state="due").exists()


@pytest.mark.req("L21")
def test_every_community_with_units_owes_a_meeting_a_quarter(w: World) -> None:
    assert owed.plan_meetings(NOW) == owed.plan_meetings(NOW) + 6
    mine = Duty.objects.filter(kind="joint_meeting", path=w.places.community.path)
    assert [d.key for d in mine.order_by("due_on")] == ["2026-4-4", "2027-4-1"]
    make.closed(w)
    assert mine.get(key="2026-4-4").state == "confirmed"
    assert mine.get(key="2027-4-1").state == "due"


def test_two_meetings_on_a_day_and_old_ones_are_refused(w: World) -> None:
    make.planned(w)
    with pytest.raises(Invalid, match="这一天已经安排"):
        make.planned(w)
    with pytest.raises(Invalid, match="30天内补记"):
        make.planned(w, NOW - 40 * DAY)
    backfilled = make.planned(w, NOW - 3 * DAY)
    make.closed(w, make.held(w, backfilled, now=NOW), now=NOW)
    assert Record.objects.get(kind="meeting").occurred_on == date(2026, 11, 13)


def test_a_place_without_units_cannot_invite_and_an_outsider_cannot_plan(
    w: World,
) -> None:
    with pytest.raises(Conflict, match="还没有单位联系本社区"):
        make.planned(w, place=w.places.second_community, key="second_community_worker")
    with pytest.raises(NotFound):
        make.planned(w, key="outsider")


def test_private_numbers_stay_out_of_topics_minutes_and_resolutions(w: World) -> None:
    m = make.called(w)
    with pytest.raises(Invalid, match="手机号"):
        meetings.hand_in(
            actor=w.actors["unit_secretary"], meeting_id=m.pk, title="找13889970312",
            now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="手机号"):
        holding.hold(
            actor=w.actors["community_worker"], meeting_id=m.pk,
            marks=make.marks(m, "self"), said=holding.Said(minutes="13889970312"),
            now=AFTER,
        )  # fmt: skip


def test_case_7_what_a_merged_unit_has_to_do_goes_to_its_successor(w: World) -> None:
    """Domain 8.7."""
    m, r = make.closed(w)
    later = make.called(w, make.planned(w, HELD + 9 * DAY, AFTER), AFTER)
    unit = Unit.objects.filter(pk=w.units.unit.pk)
    unit.update(
        successor=w.units.other, status="dissolved", valid_to=date(2026, 11, 26)
    )
    following.follow_unit(w.units.unit.pk, AFTER + DAY)
    r.refresh_from_db()
    assert r.unit_id == w.units.other.pk
    assert _duty(r.pk).unit_id == w.units.other.pk
    seat = later.seats.get()
    assert (seat.unit_id, seat.name) == (w.units.other.pk, w.units.other.name)
    assert _duty(seat.pk).unit_id == w.units.other.pk
    # What was, stays.
    assert m.seats.get().unit_id == w.units.unit.pk


def test_reassigned_the_duty_goes_along(w: World) -> None:
    _, r = make.closed(w)
    make.tie(w)
    holding.reassign(
        actor=w.actors["community_worker"], resolution_id=r.pk,
        unit_id=w.units.other.pk, reason="归卫健委", now=AFTER,
    )  # fmt: skip
    assert _duty(r.pk).unit_id == w.units.other.pk
    assert not queries.resolutions(
        w.actors["unit_secretary"], queries.Wanted()
    ).exists()


def test_a_retry_does_it_once(w: World) -> None:
    for _ in range(2):
        meetings.plan_meeting(
            actor=w.actors["community_worker"], place_id=w.places.community.pk,
            held_at=HELD, now=NOW, client_id="abc",
        )  # fmt: skip
    assert JointMeeting.objects.count() == 1
