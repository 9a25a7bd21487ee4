"""Leaders' contact points and visits (A26, A27), and what follows when places change
(domain 8.22)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.councils import jobs, queries_people
from baodao.councils.models import (
    JointMeeting,
    LeaderContact,
    LeaderVisit,
    PartTimeMember,
    Resolution,
)
from baodao.councils.moves import ALL, PART_TIME
from baodao.councils.queries import Wanted
from baodao.councils.services import leaders, owed
from baodao.councils.tests import make
from baodao.duties.models import Duty
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World, world
from baodao.places.changes.moves import Moves, Target

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def assigned(w: World) -> LeaderContact:
    done = leaders.assign(
        actor=w.actors["prefecture_org"], rank="prefecture", post="地委委员、组织部部长",
        name="扎西", point_id=w.places.grid.pk, valid_from=date(2026, 2, 1), now=NOW,
    )  # fmt: skip
    return LeaderContact.objects.get(pk=done.id)


def noted(w: World, c: LeaderContact, on: date = date(2026, 11, 10)) -> LeaderVisit:
    done = leaders.note_visit(
        actor=w.actors["community_worker"], contact_id=c.pk, on=on, policy="讲全会精神",
        issues="下水道不通", now=NOW,
    )  # fmt: skip
    return LeaderVisit.objects.get(pk=done.id)


@pytest.mark.req("A26", "A27")
def test_a_visit_is_owed_each_half_year_noted_and_confirmed_by_somebody_else(
    w: World,
) -> None:
    c = assigned(w)
    assert owed.plan_visits(NOW) == 2
    assert owed.plan_visits(NOW) == 0
    duties = Duty.objects.filter(kind="leader_visit").order_by("due_on")
    assert [d.key for d in duties] == ["2026-2-2", "2027-2-1"]
    assert (duties[0].path, duties[0].unit_id, duties[0].member_id) == (
        w.places.grid.path, None, None,
    )  # fmt: skip
    v = noted(w, c)
    assert Duty.objects.get(key="2026-2-2").state == "done"
    with pytest.raises(Forbidden, match="别人确认"):
        leaders.confirm_visit(
            actor=w.actors["community_worker"], visit_id=v.pk, now=NOW
        )
    wanted = Wanted(year="2026")
    assert queries_people.totals(w.actors["prefecture_org"], wanted).visits == 0
    leaders.confirm_visit(actor=w.actors["prefecture_org"], visit_id=v.pk, now=NOW)
    assert Duty.objects.get(key="2026-2-2").state == "confirmed"
    found = queries_people.totals(w.actors["prefecture_org"], wanted)
    assert found == (1, 1, 1, 1)
    assert queries_people.leaders(w.actors["community_worker"], wanted).get().n == 1


@pytest.mark.req("A27")
def test_a_visit_leads_to_an_order_of_the_same_community_and_a_follow_up(
    w: World,
) -> None:
    c = assigned(w)
    order = order_in("in_service", w)
    with pytest.raises(Invalid, match="没有这个单号"):
        leaders.note_visit(
            actor=w.actors["community_worker"], contact_id=c.pk, on=date(2026, 11, 10),
            issues="漏水", order_no="9999-99", now=NOW,
        )  # fmt: skip
    done = leaders.note_visit(
        actor=w.actors["community_worker"], contact_id=c.pk, on=date(2026, 11, 10),
        issues="漏水", order_no=f"单 {order.no}", now=NOW,
    )  # fmt: skip
    worker, secretary = w.actors["community_worker"], w.actors["community_secretary"]
    leaders.confirm_visit(actor=secretary, visit_id=done.id, now=NOW)
    for words in ("已派住建局", "已修好"):
        leaders.follow_up(actor=worker, visit_id=done.id, text=words, now=NOW)
    v = LeaderVisit.objects.get(pk=done.id)
    assert (v.order_no, v.follow_up) == (order.no, "已派住建局\n已修好")


def test_the_nights_run_is_harmless_when_run_again(w: World) -> None:
    assigned(w)
    assert jobs.daily(0)["visits"] == 2
    assert jobs.daily(0) == {"meetings": 0, "visits": 0, "ended": 0}


def test_a_voided_visit_is_owed_again_and_an_ended_bond_no_longer(w: World) -> None:
    c = assigned(w)
    owed.plan_visits(NOW)
    v = noted(w, c)
    leaders.void_visit(
        actor=w.actors["community_secretary"], visit_id=v.pk, reason="记错人", now=NOW
    )
    assert Duty.objects.get(key="2026-2-2").state == "due"
    leaders.end(actor=w.actors["prefecture_org"], contact_id=c.pk, now=NOW)
    assert set(Duty.objects.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(Conflict, match="已经结束"):
        leaders.end(actor=w.actors["prefecture_org"], contact_id=c.pk, now=NOW)


def test_only_the_organisation_assigns_and_the_day_is_inside_the_bond(w: World) -> None:
    with pytest.raises(NotFound):
        leaders.assign(
            actor=w.actors["far_county_org"], rank="county", post="副县长", name="",
            point_id=w.places.grid.pk, now=NOW,
        )  # fmt: skip
    c = assigned(w)
    with pytest.raises(Invalid, match="已经联系这里"):
        assigned(w)
    for on, words in (
        (date(2026, 1, 5), "不在联系期内"),
        (date(2026, 12, 5), "还没到"),
    ):
        with pytest.raises(Invalid, match=words):
            noted(w, c, on)


# --- places that change -------------------------------------------------------------------


def _moves(w: World) -> Moves:
    """The community goes into its neighbour, with all that is below it."""
    old, new = w.places.community, w.places.second_community
    return Moves(
        on=date(2026, 11, 17), at=NOW + DAY, to={old.path: Target(new.path, new.pk)}
    )


def test_case_22_what_is_under_way_follows_what_was_stays(w: World) -> None:
    """Domain 8.22."""
    m, r = make.closed(w)
    ahead = make.planned(w, make.HELD + 9 * DAY, make.AFTER)
    assigned(w)
    for mover in ALL:
        mover.move(w.actors["county_org"], _moves(w))
    new = w.places.second_community
    assert JointMeeting.objects.get(pk=m.pk).path == w.places.community.path
    moved = JointMeeting.objects.get(pk=ahead.pk)
    assert (moved.path, moved.place_id) == (new.path, new.pk)
    assert moved.seats.get().path == new.path
    assert Resolution.objects.get(pk=r.pk).path == new.path
    old, now_ = LeaderContact.objects.order_by("valid_from")
    assert (old.valid_to, now_.valid_from) == (date(2026, 11, 17), date(2026, 11, 17))
    assert old.origin == now_.origin and now_.path.startswith(new.path)


def test_case_22_who_sits_in_both_committees_sits_in_one(w: World) -> None:
    """Domain 8.22: two communities become one."""
    from baodao.acts.bulk import copy_rows

    rows = [
        PartTimeMember(
            place=p, path=p.path, person_id=w.members.member.person_id, state="appointed",
            valid_from=date(2026, 1, 1), valid_to=date(2029, 1, 1),
        )
        for p in (w.places.community, w.places.second_community)
    ]  # fmt: skip
    copy_rows(PartTimeMember, rows)
    assert "两边都有" in PART_TIME.look(_moves(w)).left[0].words
    PART_TIME.move(w.actors["county_org"], _moves(w))
    gone = PartTimeMember.objects.get(pk=rows[0].pk)
    assert (gone.state, gone.end_reason) == ("ended", "place_merged")
    assert PartTimeMember.objects.get(pk=rows[1].pk).state == "appointed"
