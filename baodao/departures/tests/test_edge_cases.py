"""Units and members that change: the numbered cases of domain 8. Case 1 is in
reporting, the pages of case 6 in people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count, Sum

from baodao.acts.models import Event
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.departures import services as s
from baodao.notifications.models import Message
from baodao.orders import services as orders
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, stretch
from baodao.people import services as people
from baodao.people.middleware import actors_of
from baodao.people.models import (
    Account,
    ContactTie,
    Exemption,
    Member,
    Person,
    RoleTie,
    Unit,
)
from baodao.people.queries import name_on
from baodao.people.services import Succession
from baodao.people.tests.make import World, world
from baodao.records.models import Record, services
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import AT, accepted, at_point, home, of_unit

NEXT = AT + timedelta(days=1)
EARLIER = AT - timedelta(hours=3)
DAY = date(2026, 11, 24)


@pytest.fixture
def w(db: None) -> World:
    return world()


def report_ins(**which: Any) -> list[tuple[str, str, str]]:
    rows = ReportIn.objects.filter(**which).order_by("created_at", "id")
    return list(rows.values_list("channel", "state", "end_reason"))


def state_of(order: Order) -> tuple[str, Any, Any]:
    order.refresh_from_db()
    return order.state, order.unit_id, order.member_id


def served_last_year(w: World) -> Record:
    """A confirmed service of 2025, of the unit and member."""
    at = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
    order = order_in("closed", w, at=at)
    return services().get(source_id=order.id)


def figures(year: int) -> list[tuple[Any, ...]]:
    """A year's figures by unit, from the record book."""
    found = services().filter(occurred_on__year=year).values("unit_id")
    rows = found.annotate(n=Count("pk"), people=Count("member_id", distinct=True))
    return sorted(
        (str(r["unit_id"]), r["n"], r["people"], r["m"])
        for r in rows.annotate(m=Sum("minutes"))
    )


def test_edge_case_02_a_member_who_moves_away_ends_everywhere_with_the_reason(
    w: World,
) -> None:
    accepted(w, home(w, "member")), accepted(w, at_point(w, "member"))
    mine = order_in("assigned", w, at=AT)
    record = served_last_year(w)
    claimed = order_in("claimed", w, at=AT)
    done = s.leave(
        actor=w.actors["unit_secretary"], member_id=w.members.member.id,
        why="moved_out", on=DAY, now=NEXT,
    )  # fmt: skip
    assert (done.report_ins, done.orders) == (2, 2)
    assert report_ins(member=w.members.member) == [
        ("residence", "ended", "moved_out"),
        ("unit", "ended", "moved_out"),
    ]
    member = Member.objects.get(pk=w.members.member.id)
    assert (member.duty_status, member.left_on) == ("left", DAY)
    assert (member.residence_id, member.point_id) == (None, None)
    assert state_of(mine) == ("unit_accepted", w.units.unit.id, None)
    assert state_of(claimed) == ("published", None, None)
    assert list(services()) == [record]
    assert actors_of(w.accounts["member"]) == []
    for wrong in ({"why": "bored"}, {"why": "moved_out", "on": date(2027, 1, 1)}):
        with pytest.raises(Invalid):
            s.leave(
                actor=w.actors["unit_secretary"], now=NEXT,
                member_id=w.members.colleague.id, **wrong,
            )  # fmt: skip
    with pytest.raises(NotFound):
        s.leave(
            actor=w.actors["far_unit_secretary"], why="moved_out", now=NEXT,
            member_id=w.members.colleague.id,
        )  # fmt: skip


@pytest.mark.parametrize("stays", [True, False])
def test_edge_case_03_duties_end_on_the_day_of_retirement(
    w: World, stays: bool
) -> None:
    accepted(w, home(w, "member")), accepted(w, at_point(w, "member"))
    me = w.members.member.id
    waiting, begun = order_in("accepted", w, at=AT), order_in("in_service", w, at=AT)
    day = DAY + timedelta(days=9)
    come = s.plan_retirement(
        actor=w.actors["unit_secretary"], member_id=me, on=day, stays=stays, now=NEXT
    )
    assert not come and s.retire_due(NEXT) == 0
    assert Member.objects.get(pk=me).duty_status == "on_duty"
    then = NEXT + timedelta(days=9)
    assert s.retire_due(then) == 1 and s.retire_due(then) == 0
    member = Member.objects.select_related("person").get(pk=me)
    assert state_of(waiting) == state_of(begun)
    assert state_of(begun) == ("unit_accepted", w.units.unit.id, None)
    if stays:
        assert (member.kind, member.duty_status) == ("community", "on_duty")
        assert (member.unit_id, member.person.unit_id) == (None, None)
        assert member.residence_id == w.places.community.id
        assert report_ins(member_id=me) == [
            ("residence", "active", ""),
            ("unit", "ended", "retired"),
        ]
        assert ReportIn.objects.get(member_id=me, state="active").unit_id is None
    else:
        assert (member.kind, member.duty_status) == ("retired", "retired")
        assert member.unit_id == w.units.unit.id
        assert {r[1:] for r in report_ins(member_id=me)} == {("ended", "retired")}
    with pytest.raises(Invalid):
        s.plan_retirement(
            actor=w.actors["unit_secretary"], member_id=w.members.newcomer.id,
            on=day, stays=True, now=then,
        )  # fmt: skip


def test_edge_case_03_a_date_known_beforehand_can_be_taken_back(w: World) -> None:
    me, boss = w.members.member.id, w.actors["unit_secretary"]
    s.plan_retirement(actor=boss, member_id=me, on=DAY, now=AT)
    s.plan_retirement(actor=boss, member_id=me, on=None, now=AT)
    assert s.retire_due(NEXT) == 0
    assert s.plan_retirement(actor=boss, member_id=me, on=DAY, now=NEXT)
    assert Member.objects.get(pk=me).duty_status == "retired"
    assert not RoleTie.objects.filter(person=w.people["member"], valid_to=None)
    with pytest.raises(Invalid):
        s.plan_retirement(actor=boss, member_id=me, on=DAY, now=NEXT)


@pytest.mark.req("A09")
def test_edge_case_04_a_transfer_keeps_home_and_reassigns_the_unit_channel(
    w: World,
) -> None:
    accepted(w, home(w, "member")), accepted(w, at_point(w, "member"))
    record = served_last_year(w)
    waiting, begun = order_in("accepted", w, at=AT), order_in("in_service", w, at=AT)
    people.add_exemption(
        actor=w.actors["unit_secretary"], member_id=w.members.member.id,
        kind="study", valid_from=DAY, now=AT,
    )  # fmt: skip
    people.give_role(
        actor=w.actors["county_org"], person_id=w.people["member"].id,
        role="unit_liaison", unit_id=w.units.unit.id, valid_from=date(2026, 1, 1),
        valid_to=date(2028, 1, 1), now=AT,
    )  # fmt: skip
    done = s.transfer(
        actor=w.actors["unit_secretary"], member_id=w.members.member.id,
        unit_id=w.units.other.id, now=NEXT,
    )  # fmt: skip
    assert (done.report_ins, done.orders) == (2, 1)
    rows = report_ins(member=w.members.member)
    assert rows == [
        ("residence", "active", ""),
        ("unit", "ended", "unit_changed"),
        ("unit", "active", ""),
    ]
    member = Member.objects.get(pk=w.members.member.id)
    assert member.unit_id == w.units.other.id
    assert member.residence_id == w.places.community.id
    assert member.point_id == w.places.other_community.id
    assert state_of(waiting) == ("unit_accepted", w.units.unit.id, None)
    assert state_of(begun)[0::2] == ("in_service", member.pk)
    record.refresh_from_db()
    assert record.unit_id == w.units.unit.id
    assert Account.objects.get(person=member.person_id).unit_id == w.units.other.id
    assert Exemption.objects.get(member=member).unit_id == w.units.other.id
    assert [a.role for a in actors_of(w.accounts["member"])] == ["member"]
    with pytest.raises(Invalid):
        s.transfer(
            actor=w.actors["county_org"], member_id=member.pk,
            unit_id=w.units.other.id, now=NEXT,
        )  # fmt: skip


def test_edge_case_05_who_is_posted_to_a_village_has_no_duties_but_may_serve(
    w: World,
) -> None:
    accepted(w, home(w, "member"))
    people.add_exemption(
        actor=w.actors["unit_secretary"], member_id=w.members.member.id,
        kind="remote_posting", valid_from=DAY, valid_to=DAY + timedelta(days=90),
        now=NEXT,
    )  # fmt: skip
    assert Member.objects.get(pk=w.members.member.id).duty_status == "exempt"
    assert report_ins(member=w.members.member) == [("residence", "active", "")]
    open_one = order_in("published", w, at=NEXT)
    orders.claim_order(actor=w.actors["member"], order_id=open_one.id, now=NEXT)
    assert state_of(open_one)[0] == "claimed"
    boss, assigned = w.actors["unit_secretary"], order_in("unit_accepted", w, at=NEXT)
    with pytest.raises(Invalid):
        orders.assign_order(
            actor=boss, order_id=assigned.id, member_id=w.members.member.id, now=NEXT
        )
    people.sync_duty_status(now=NEXT + timedelta(days=90))
    assert Member.objects.get(pk=w.members.member.id).duty_status == "on_duty"


def test_edge_case_06_a_renamed_unit_keeps_everything_but_its_name(w: World) -> None:
    record, tie = served_last_year(w), ContactTie.objects.get(unit=w.units.unit)
    before = figures(2025)
    people.rename_unit(
        actor=w.actors["county_org"], unit_id=w.units.unit.id, on=DAY,
        name="阿里地区住房和城乡建设委员会", short_name="地区住建委", now=NEXT,
    )  # fmt: skip
    people.rename_unit(
        actor=w.actors["county_org"], unit_id=w.units.unit.id,
        name="阿里地区建设委员会", now=NEXT + timedelta(days=30),
    )  # fmt: skip
    unit = Unit.objects.get(pk=w.units.unit.id)
    days = (date(2026, 5, 1), date(2026, 11, 23), DAY, date(2027, 1, 1))
    assert [name_on(unit, day) for day in days] == [
        w.units.unit.name, w.units.unit.name, "阿里地区住房和城乡建设委员会",
        "阿里地区建设委员会",
    ]  # fmt: skip
    tie.refresh_from_db()
    record.refresh_from_db()
    assert tie.valid_to is None and record.unit_id == unit.pk
    assert figures(2025) == before
    told = Event.objects.filter(action="units.rename").order_by("at")
    assert [e.data["from"] for e in told] == [
        w.units.unit.name,
        "阿里地区住房和城乡建设委员会",
    ]
    with pytest.raises(Forbidden):
        people.rename_unit(
            actor=w.actors["unit_secretary"], unit_id=unit.pk, name="别的名字"
        )


def merge(w: World, **more: Any) -> s.Moved:
    decided = Succession(w.units.unit.id, w.units.other.id, "机构改革", **more)
    return s.end_unit(actor=w.actors["county_org"], decided=decided, now=NEXT)


@pytest.mark.req("A08")
def test_edge_case_07_a_merger_takes_people_and_orders_along_and_leaves_records(
    w: World,
) -> None:
    accepted(w, home(w, "member")), accepted(w, at_point(w, "member"))
    accepted(w, of_unit(w))
    served_last_year(w)
    before = figures(2025)
    new, begun = order_in("dispatched", w, at=AT), order_in("in_service", w, at=AT)
    asked, closed = (
        order_in("done_reported", w, at=AT),
        order_in("closed", w, at=EARLIER),
    )
    liaison = w.people["unit_liaison"]
    done = merge(w)
    assert (done.members, done.orders) == (3, 3)
    unit, other = (Unit.objects.get(pk=u.pk) for u in (w.units.unit, w.units.other))
    assert (unit.status, unit.successor_id, unit.valid_to) == (
        "dissolved",
        other.pk,
        DAY,
    )
    assert unit.point_path is None
    assert not Member.objects.filter(unit=unit).exists()
    assert Person.objects.get(pk=liaison.pk).unit_id == other.pk
    assert Account.objects.get(person=liaison).unit_id == other.pk
    assert actors_of(w.accounts["unit_liaison"]) == []
    for order in (new, begun, asked):
        assert state_of(order)[1] == other.pk
    assert state_of(begun)[0::2] == ("in_service", w.members.member.id)
    assert new.due_at and new.due_at > NEXT
    assert state_of(closed)[1] == unit.pk
    assert figures(2025) == before
    assert Message.objects.get(unit_id=other.pk, title__endswith="并入本单位").text == (
        "转来党员3名、没办完的点单3件。"
    )
    with pytest.raises(Invalid):
        orders.dispatch_order(
            actor=w.actors["community_worker"],
            order_id=order_in("verified", w, at=AT).id, unit_id=unit.pk, now=NEXT,
        )  # fmt: skip


@pytest.mark.req("A08")
def test_edge_case_07_the_successor_has_one_set_of_points_and_report_ins_not_two(
    w: World,
) -> None:
    mine = accepted(w, at_point(w, "member"))
    accepted(w, of_unit(w))
    merge(w)
    other = w.units.other
    ties = ContactTie.objects.filter(unit=other, valid_to=None)
    assert [t.point_id for t in ties] == [w.places.other_community.id]
    assert report_ins(subject_unit=w.units.unit) == [
        ("unit", "ended", "unit_dissolved")
    ]
    # The member's unit channel is where the successor's point is, once.
    live = ReportIn.objects.get(member=mine.member, channel="unit", state="active")
    assert (live.point_id, live.unit_id) == (w.places.other_community.id, other.pk)


def test_edge_case_07_a_tie_that_goes_on_takes_report_ins_with_it_and_none_twice(
    w: World,
) -> None:
    accepted(w, of_unit(w))
    mine = accepted(w, at_point(w, "member"))
    tie = ContactTie.objects.get(unit=w.units.unit)
    people.add_contact_tie(
        actor=w.actors["county_org"], unit_id=w.units.other.id,
        point_id=w.places.community.id, now=AT,
    )  # fmt: skip
    merge(w, keep_ties=[tie.pk], keep_roles=True)
    ties = ContactTie.objects.filter(unit=w.units.other, valid_to=None)
    assert ties.filter(point=w.places.community).count() == 1
    mine.refresh_from_db()
    assert (mine.state, mine.unit_id) == ("active", w.units.other.id)
    assert report_ins(subject_unit=w.units.other) == [("unit", "active", "")]
    roles = RoleTie.objects.filter(unit=w.units.other).exclude(valid_to__lte=DAY)
    assert set(roles.values_list("person__name", "role")) == {
        ("赵志强", "unit_secretary"),
        ("王建国", "unit_secretary"),
        ("李秀英", "unit_liaison"),
    }


def test_edge_case_07_a_dissolved_unit_gives_its_orders_back_to_the_community(
    w: World,
) -> None:
    county = w.actors["county_org"]
    loose = w.units.loose
    order = order_in("verified", w, at=AT)
    orders.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.id, unit_id=loose.id, now=AT
    )
    closed = order_in("closed", w, at=AT)
    done = s.end_unit(
        actor=county, decided=Succession(loose.id, None, "撤销"), now=NEXT
    )
    assert (done.members, done.orders) == (0, 1)
    assert state_of(order) == ("verified", None, None)
    with pytest.raises(Invalid) as refused:
        s.end_unit(
            actor=county, decided=Succession(w.units.unit.id, None, "撤销"), now=NEXT
        )
    assert "3名党员" in refused.value.message
    merge(w)
    # Reopened afterwards, the next sweep brings it to the successor.
    orders.reopen_order(
        actor=w.actors["community_worker"], order_id=closed.id, result="not_solved",
        what="又坏了", now=NEXT,
    )  # fmt: skip
    from baodao.orders.following import follow_units

    assert follow_units(NEXT) == 1 and follow_units(NEXT) == 0
    assert state_of(closed)[1] == w.units.other.id


def test_edge_case_07_nothing_is_half_written_when_a_tie_is_somebody_elses(
    w: World,
) -> None:
    people.add_contact_tie(
        actor=w.actors["prefecture_org"], unit_id=w.units.unit.id,
        point_id=w.places.far_community.id, now=AT,
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        merge(w)
    assert "1个联系点不在您负责的范围" in refused.value.message
    assert Unit.objects.get(pk=w.units.unit.id).valid_to is None
    assert Member.objects.filter(unit=w.units.unit).count() == 3
    with pytest.raises(Forbidden):
        s.end_unit(
            actor=w.actors["unit_secretary"], now=NEXT,
            decided=Succession(w.units.unit.id, w.units.other.id, "并"),
        )  # fmt: skip


def test_what_the_member_served_for_the_old_unit_is_confirmed_for_it(w: World) -> None:
    """Served before the merger, confirmed after it: the record is the old unit's."""
    order = order_in("in_service", w, at=AT)
    orders.report_done(
        actor=w.actors["member"], order_id=order.id, stretches=[stretch(w, AT)],
        note="清好了", now=AT,
    )  # fmt: skip
    merge(w)
    orders.confirm_order(
        actor=w.actors["community_worker"], order_id=order.id, result="solved",
        how="call", now=NEXT,
    )  # fmt: skip
    assert services().get(source_id=order.id).unit_id == w.units.unit.id
