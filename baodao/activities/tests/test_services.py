"""An activity from the plan to its records, and what the list refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from baodao.activities import lists, plans, services
from baodao.activities.models import Activity, Participation
from baodao.activities.telling import messages_for
from baodao.activities.tests.make import (
    HOUR,
    confirmed,
    finished,
    planned,
    published,
    said,
    sheet,
    signed,
    soon,
)
from baodao.acts.models import Event
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World, world
from baodao.places.models import Place
from baodao.places.tests.changing import carried_out
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
# 22:00 on the last of October, local.
LATE_EVENING = datetime(2026, 10, 31, 14, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def states(it: Activity) -> dict[str, str]:
    rows = it.parts.values_list("member__person__name", "state")
    return dict(rows)


@pytest.mark.req("A16", "L27")
def test_an_activity_goes_from_the_plan_to_a_record_for_each_who_came(w: World) -> None:
    it = published(w, now=clock_now())
    signed(w, it, "member", "neighbour")
    assert it.no == "0001" and states(it) == {"张伟": "signed_up", "杨帆": "signed_up"}
    marks = [
        plans.Mark(w.members.member.id, "attended"),
        plans.Mark(w.members.neighbour.id, "no_show"),
        plans.Mark(w.members.colleague.id, "attended", end_at=it.start_at + HOUR),
    ]
    after = it.end_at + HOUR
    services.finish(
        actor=w.actors["community_worker"], activity_id=it.pk,
        sheet=sheet(it, [], marks=marks, residents=12), now=after,
    )  # fmt: skip
    services.confirm(
        actor=w.actors["community_secretary"], activity_id=it.pk, now=after
    )
    it.refresh_from_db()
    assert (it.state, it.residents) == ("confirmed", 12)
    found = {r.member_id: r for r in Record.objects.all()}
    assert {pk: r.minutes for pk, r in found.items()} == {
        w.members.member.id: 180, w.members.colleague.id: 60,
    }  # fmt: skip
    one = found[w.members.member.id]
    assert (one.kind, one.channel, one.source_id) == ("activity", "residence", it.pk)
    assert one.unit_id == w.units.unit.id and one.source_class == "environment"
    assert one.confirmed_by == w.actors["community_secretary"].person_id


def test_nobody_confirms_a_list_they_made_or_stand_on(w: World) -> None:
    it = finished(w)
    with pytest.raises(Forbidden):
        services.confirm(actor=w.actors["community_worker"], activity_id=it.pk)
    with pytest.raises(NotFound):
        services.confirm(actor=w.actors["outsider"], activity_id=it.pk)
    with pytest.raises(Forbidden):
        services.confirm(actor=w.actors["unit_secretary"], activity_id=it.pk)
    other = finished(w, clock_now() - timedelta(days=2), by="unit_secretary")
    me = w.members.member
    worker = w.actors["community_worker"]
    there = type(worker)(**{
        **{f: getattr(worker, f) for f in worker.__slots__}, "person_id": me.person_id,
    })  # fmt: skip
    with pytest.raises(Forbidden):
        services.confirm(actor=there, activity_id=other.pk)
    services.confirm(actor=worker, activity_id=other.pk)
    assert Record.objects.count() == 1


@pytest.mark.req("A19", "A24")
def test_edge_case_31_the_channel_is_chosen_once_and_kept(w: World) -> None:
    confirmed(w, by="unit_secretary", channel="unit")
    assert set(Record.objects.values_list("channel", flat=True)) == {"unit"}
    with pytest.raises(Invalid):
        planned(w, channel="both")
    it = planned(w, channel="unit")
    services.revise(
        actor=w.actors["community_worker"], activity_id=it.pk, said=said(soon())
    )
    it.refresh_from_db()
    assert it.channel == "unit"


# --- slots ----------------------------------------------------------------------------


def test_who_comes_too_late_waits_and_moves_up_when_somebody_cancels(w: World) -> None:
    it = published(w, slots=1)
    for key in ("member", "colleague"):
        lists.sign_up(
            actor=w.actors[key], activity_id=it.pk,
            member_id=w.actors[key].member_id, client_id=f"c-{key}",  # type: ignore[arg-type]
        )  # fmt: skip
    assert states(it) == {"张伟": "signed_up", "刘洋": "waitlisted"}
    # Sent twice, it is there once.
    again = lists.sign_up(
        actor=w.actors["colleague"], activity_id=it.pk,
        member_id=w.members.colleague.id, client_id="c-colleague",
    )  # fmt: skip
    assert again.repeated and it.parts.count() == 2
    lists.withdraw(
        actor=w.actors["member"], activity_id=it.pk, member_id=w.members.member.id
    )
    assert states(it) == {"张伟": "withdrawn", "刘洋": "signed_up"}
    event = Event.objects.get(action="participations.move_up")
    assert [m.title for m in messages_for(event)] == [
        "“清扫象雄小区”有名额了，您已从候补转为报名"
    ]
    lists.sign_up(
        actor=w.actors["member"], activity_id=it.pk, member_id=w.members.member.id
    )
    assert states(it)["张伟"] == "waitlisted"


def test_more_slots_let_those_who_wait_move_up(w: World) -> None:
    it = published(w, slots=1)
    signed(w, it, "member", "colleague")
    services.revise(
        actor=w.actors["community_worker"], activity_id=it.pk,
        said=said(it.start_at, slots=2),
    )  # fmt: skip
    assert set(states(it).values()) == {"signed_up"}
    with pytest.raises(Invalid):
        services.revise(
            actor=w.actors["community_worker"], activity_id=it.pk,
            said=said(it.start_at, slots=1),
        )  # fmt: skip


@pytest.mark.req("L28")
def test_a_unit_signs_up_its_group_and_nobody_elses_members(w: World) -> None:
    it = published(w, slots=2)
    team = [w.members.member.id, w.members.colleague.id, w.members.newcomer.id]
    lists.sign_up_all(
        actor=w.actors["unit_secretary"], activity_id=it.pk, member_ids=team
    )
    assert states(it) == {
        "张伟": "signed_up",
        "刘洋": "signed_up",
        "陈静": "waitlisted",
    }
    assert all(it.parts.values_list("by_unit", flat=True))
    with pytest.raises(NotFound):
        lists.sign_up_all(
            actor=w.actors["unit_secretary"], activity_id=it.pk,
            member_ids=[w.members.neighbour.id],
        )  # fmt: skip
    with pytest.raises(Invalid):
        lists.sign_up_all(
            actor=w.actors["unit_secretary"], activity_id=it.pk, member_ids=[]
        )


def test_a_member_signs_up_for_themselves_only(w: World) -> None:
    it = published(w)
    with pytest.raises(NotFound):
        lists.sign_up(
            actor=w.actors["member"], activity_id=it.pk,
            member_id=w.members.colleague.id,
        )  # fmt: skip


def test_a_draft_takes_no_names_and_neither_does_what_has_begun(w: World) -> None:
    draft, open_one = planned(w), published(w, soon() + 4 * HOUR)
    with pytest.raises(NotFound):
        signed(w, draft, "member")
    with pytest.raises(Conflict):
        lists.sign_up(
            actor=w.actors["member"], activity_id=open_one.pk,
            member_id=w.members.member.id, now=open_one.start_at,
        )  # fmt: skip


# --- two places at once ---------------------------------------------------------------


def test_edge_case_25_nobody_signs_up_for_two_things_at_one_time(w: World) -> None:
    one = published(w, title="读书会")
    other = published(w, one.start_at + 2 * HOUR)
    later = published(w, one.end_at)
    signed(w, one, "member")
    with pytest.raises(Conflict, match="读书会"):
        signed(w, other, "member")
    signed(w, later, "member")


def test_edge_case_25_a_list_refuses_who_was_at_another_one(w: World) -> None:
    one = finished(w, title="读书会")
    other = planned(w, one.start_at + HOUR)
    actor, after = w.actors["community_worker"], one.end_at + 4 * HOUR
    with pytest.raises(Invalid, match="张伟同一时间还有“读书会”"):
        services.finish(
            actor=actor, activity_id=other.pk,
            sheet=sheet(other, [w.members.member.id]), now=after,
        )  # fmt: skip
    assert not other.parts.exists()
    mark = plans.Mark(w.members.member.id, "attended", start_at=one.end_at)
    services.finish(
        actor=actor, activity_id=other.pk, sheet=sheet(other, [], marks=[mark]),
        now=after,
    )  # fmt: skip
    assert other.parts.get().start_at == one.end_at


def test_edge_case_25_a_service_on_record_is_another_place_too(w: World) -> None:
    order_in("closed", w, at=clock_now() - timedelta(hours=3))
    record = Record.objects.get(kind="order_served")
    assert record.start_at
    it = planned(w, record.start_at)
    with pytest.raises(Invalid, match="办成点单"):
        services.finish(
            actor=w.actors["community_worker"], activity_id=it.pk,
            sheet=sheet(it, [w.members.member.id]), now=it.end_at + HOUR,
        )  # fmt: skip


# --- minutes --------------------------------------------------------------------------


@pytest.mark.req("A16")
def test_minutes_are_without_the_break_in_full_steps_and_capped_over_the_day(
    w: World,
) -> None:
    morning = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)  # 08:00 local
    confirmed(w, morning, end_at=morning + 6 * HOUR)
    it = finished(
        w, morning + 6 * HOUR, end_at=morning + 10 * HOUR, break_minutes=0,
    )  # fmt: skip
    services.confirm(
        actor=w.actors["community_secretary"], activity_id=it.pk,
        now=it.end_at + HOUR,
    )  # fmt: skip
    # 6 hours are counted already; of 8 a day 2 are left.
    assert sorted(Record.objects.values_list("minutes", flat=True)) == [120, 360]


def test_less_than_a_step_is_a_record_of_no_minutes(w: World) -> None:
    start = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
    it = planned(w, start, end_at=start + timedelta(minutes=80))
    services.finish(
        actor=w.actors["community_worker"], activity_id=it.pk, now=start + 2 * HOUR,
        sheet=sheet(it, [w.members.member.id], break_minutes=25),
    )  # fmt: skip
    services.confirm(
        actor=w.actors["community_secretary"], activity_id=it.pk, now=start + 3 * HOUR
    )
    assert Record.objects.get().minutes == 30  # 55 minutes, steps of 30


def test_edge_case_24_over_midnight_and_month_it_is_one_record_of_the_first_day(
    w: World,
) -> None:
    confirmed(w, LATE_EVENING, end_at=LATE_EVENING + 12 * HOUR)
    one = Record.objects.get()
    assert str(one.occurred_on) == "2026-10-31"
    # Two hours of October and eight of the ten in November.
    assert one.minutes == 120 + 480


def test_edge_case_26_the_local_date_counts_not_that_of_utc(w: World) -> None:
    start = datetime(2026, 11, 3, 17, 0, tzinfo=UTC)  # 01:00 of the 4th
    confirmed(w, start, end_at=start + HOUR)
    assert str(Record.objects.get().occurred_on) == "2026-11-04"


def test_edge_case_30_a_make_up_saturday_is_work_time(w: World) -> None:
    makeup = datetime(2026, 2, 14, 2, 0, tzinfo=UTC)  # Saturday 10:00, a working day
    plain = datetime(2026, 2, 7, 2, 0, tzinfo=UTC)  # Saturday 10:00
    for start in (makeup, plain):
        confirmed(w, start, end_at=start + HOUR)
    found = Record.objects.values_list("occurred_on__day", "work_time")
    assert dict(found) == {14: True, 7: False}


# --- late, back, corrected ------------------------------------------------------------


def test_edge_case_23_late_lists_need_the_secretary_and_a_reason(w: World) -> None:
    start = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    it = finished(w, start, by="unit_secretary")
    worker, secretary = w.actors["community_worker"], w.actors["community_secretary"]
    late, very = start + timedelta(days=20), start + timedelta(days=50)
    with pytest.raises(Conflict):
        services.confirm(actor=worker, activity_id=it.pk, reason="忘了", now=late)
    with pytest.raises(Invalid):
        services.confirm(actor=secretary, activity_id=it.pk, now=late)
    services.confirm(actor=secretary, activity_id=it.pk, reason="纸表才送到", now=very)
    it.refresh_from_db()
    one = Record.objects.get()
    assert it.backfilled and str(one.occurred_on) == "2026-09-01"
    assert one.confirmed_at == very
    assert Event.objects.get(action="activities.confirm").reason == "backfill"


def test_a_list_goes_back_and_comes_again_with_other_names(w: World) -> None:
    it = finished(w, came=[w.members.member.id, w.members.neighbour.id])
    secretary = w.actors["community_secretary"]
    with pytest.raises(Invalid):
        services.send_back(actor=secretary, activity_id=it.pk, reason=" ")
    services.send_back(actor=secretary, activity_id=it.pk, reason="杨帆没有来")
    services.finish(
        actor=w.actors["community_worker"], activity_id=it.pk,
        sheet=sheet(it, [w.members.member.id]), now=it.end_at + HOUR,
    )  # fmt: skip
    assert states(it) == {"张伟": "attended", "杨帆": "withdrawn"}


def test_a_confirmed_list_is_corrected_by_reversal(w: World) -> None:
    it = confirmed(w, came=[w.members.member.id, w.members.neighbour.id])
    with pytest.raises(Forbidden):
        services.correct(
            actor=w.actors["community_worker"], activity_id=it.pk, reason="记错了"
        )
    secretary = w.actors["community_secretary"]
    services.correct(actor=secretary, activity_id=it.pk, reason="杨帆那天没有来")
    standing = Record.objects.filter(reversal_of=None, reversals=None)
    assert not standing.exists() and Record.objects.count() == 4
    services.finish(
        actor=w.actors["community_worker"], activity_id=it.pk,
        sheet=sheet(it, [w.members.member.id]), now=it.end_at + HOUR,
    )  # fmt: skip
    services.confirm(actor=secretary, activity_id=it.pk, now=it.end_at + 2 * HOUR)
    assert standing.get().source_round == 1


# --- plan, cancel, paper --------------------------------------------------------------


def test_a_form_says_what_to_mend(w: World) -> None:
    start = soon()
    for wrong, field in (
        ({"title": " "}, "title"), ({"end_at": start}, "end_at"),
        ({"end_at": start + timedelta(days=4)}, "end_at"),
        ({"break_minutes": 180}, "break_minutes"), ({"carriers": ["none"]}, "carriers"),
        ({"about": "打13812345678报名"}, "about"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            planned(w, start, **wrong)
        assert field in error.value.fields


def test_risky_work_is_published_only_with_insurance(w: World) -> None:
    it = planned(w, risky=True)
    actor = w.actors["community_worker"]
    with pytest.raises(Conflict, match="保险"):
        services.publish(actor=actor, activity_id=it.pk)
    services.revise(
        actor=actor, activity_id=it.pk, said=said(it.start_at, risky=True, insured=True)
    )
    services.publish(actor=actor, activity_id=it.pk)


def test_cancelling_tells_who_signed_up_and_marks_nobody(w: World) -> None:
    it = published(w)
    signed(w, it, "member")
    services.cancel(
        actor=w.actors["community_worker"], activity_id=it.pk, reason="大雪封路"
    )
    event = Event.objects.get(action="activities.cancel")
    told = messages_for(event)
    assert [m.person_id for m in told] == [w.members.member.person_id]
    assert told[0].text == "大雪封路" and states(it) == {"张伟": "signed_up"}
    assert not Record.objects.exists()


@pytest.mark.req("A16")
def test_edge_case_35_a_paper_list_is_entered_once_however_often_it_is_sent(
    w: World,
) -> None:
    it = planned(w, clock_now() - timedelta(days=3))
    names = services.found_by_words(it, "张伟、杨帆\n5425-900002")
    assert [m.person.name for m in names] == ["张伟", "杨帆", "刘洋"]
    for _ in range(2):
        services.finish(
            actor=w.actors["community_worker"], activity_id=it.pk, client_id="paper",
            sheet=sheet(it, [m.pk for m in names], on_paper=True),
        )  # fmt: skip
    assert Event.objects.filter(action="activities.finish").count() == 1
    assert Participation.objects.filter(state="attended").count() == 3
    with pytest.raises(Invalid, match="没有找到“查无此人”"):
        services.found_by_words(it, "查无此人")


def test_a_list_is_handed_in_after_the_activity_and_not_without_anybody(
    w: World,
) -> None:
    it = published(w)
    actor = w.actors["community_worker"]
    for now, came in ((it.start_at, [w.members.member.id]), (it.end_at, [])):
        with pytest.raises(Invalid):
            services.finish(
                actor=actor, activity_id=it.pk, sheet=sheet(it, came), now=now
            )


def test_a_year_old_activity_is_archived_and_counts_on(w: World) -> None:
    it = confirmed(w)
    assert services.archive_old() == 0
    assert services.archive_old(clock_now() + timedelta(days=120)) == 1
    it.refresh_from_db()
    assert it.state == "archived" and Record.objects.count() == 1


def test_what_is_to_come_follows_its_place_and_what_was_stays(w: World) -> None:
    past, next_one = confirmed(w), published(w)
    carried_out(w.actors["county_org"], "merge", "542523100002", into="542523100001")
    old = w.places.community
    carried_out(w.actors["county_org"], "merge", "542523200202", into="542523100001")
    next_one.refresh_from_db()
    past.refresh_from_db()
    assert next_one.path == past.path == old.path
    assert Place.objects.get(pk=next_one.place_id).valid_to is None


def test_edge_case_25_what_came_on_record_meanwhile_stops_the_confirmation(
    w: World,
) -> None:
    start = clock_now() - timedelta(hours=3)
    it = finished(w, start, end_at=start + timedelta(minutes=150))
    order_in("closed", w, at=clock_now() - timedelta(hours=1))
    assert Record.objects.filter(kind="order_served").exists()
    with pytest.raises(Conflict, match="办成点单"):
        services.confirm(actor=w.actors["community_secretary"], activity_id=it.pk)
    it.refresh_from_db()
    assert it.state == "finished"
