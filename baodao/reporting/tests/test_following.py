"""Report-ins follow units: single changes by the sweep, many at once."""

from datetime import timedelta
from typing import Any

import pytest

from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.people.models import ContactTie, Member
from baodao.people.services import (
    Succession,
    TieMove,
    end_unit,
    move_contact_ties,
    transfer_member,
)
from baodao.people.tests.make import World, world
from baodao.reporting import following, jobs, limits
from baodao.reporting import services as s
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import AT, accepted, at_point, home, of_unit

LATER = AT + timedelta(days=1)


@pytest.fixture
def w(db: None) -> World:
    return world()


def _now(**which: Any) -> list[tuple[str, str, str]]:
    """(state, point, end reason) of report-ins, the older first."""
    rows = ReportIn.objects.filter(**which).order_by("created_at", "id")
    return [(r.state, r.point.name, r.end_reason) for r in rows.select_related("point")]


def test_who_changes_unit_keeps_home_and_goes_to_the_new_units_point(w: World) -> None:
    residence, unit = accepted(w, home(w)), accepted(w, at_point(w))
    newcomer = w.members.newcomer
    transfer_member(
        actor=w.actors["county_org"], member_id=newcomer.id,
        unit_id=w.units.other.id, now=LATER,
    )  # fmt: skip
    assert following.follow(LATER) == 2
    residence.refresh_from_db()
    unit.refresh_from_db()
    assert (residence.state, residence.unit_id) == ("active", w.units.other.id)
    assert (unit.state, unit.end_reason) == ("ended", "unit_changed")
    new = ReportIn.objects.get(previous=unit)
    assert (new.state, new.point_id, new.unit_id, new.method) == (
        "active", w.places.other_community.id, w.units.other.id, "carried",
    )  # fmt: skip
    assert new.accepted_at == unit.accepted_at
    assert new.reconfirm_due == unit.reconfirm_due
    member = Member.objects.get(pk=newcomer.id)
    assert member.point_id == w.places.other_community.id
    assert member.residence_id == w.places.community.id
    assert Message.objects.get(person_id=member.person_id).title == (
        "噶尔县卫生健康委员会的联系点是噶尔新村"
    )
    assert following.follow(LATER) == 0


def test_a_new_point_of_the_unit_takes_its_members_along_and_asks_the_unit(
    w: World,
) -> None:
    mine, unit = accepted(w, at_point(w)), accepted(w, of_unit(w))
    waiting = at_point(w, "colleague")
    tie = ContactTie.objects.get(unit=w.units.unit)
    move = TieMove(w.units.unit.id, [tie.pk], [w.places.grid.id], "改为网格")
    move_contact_ties(actor=w.actors["county_org"], moves=[move], now=LATER)
    following.follow(LATER, units=[w.units.unit.id])
    assert _now(member=mine.member) == [
        ("ended", "森格社区", "point_changed"),
        ("active", "第三网格", ""),
    ]
    assert _now(member=waiting.member) == [
        ("ended", "森格社区", "point_changed"),
        ("submitted", "第三网格", ""),
    ]
    assert _now(subject_unit=unit.subject_unit) == [
        ("ended", "森格社区", "point_changed")
    ]
    ended = Event.objects.get(action="reporting.end", object_id=unit.id)
    jobs.tell(str(ended.id))
    assert Message.objects.get(event_id=ended.id).text == "单位的联系点换了"


def test_a_unit_without_any_point_leaves_its_members_without_one(w: World) -> None:
    mine = accepted(w, at_point(w))
    tie = ContactTie.objects.get(unit=w.units.unit)
    move = TieMove(w.units.unit.id, [tie.pk], reason="另定")
    move_contact_ties(actor=w.actors["county_org"], moves=[move], now=LATER)
    following.follow(LATER)
    assert _now(member=mine.member) == [("ended", "森格社区", "point_changed")]
    assert Member.objects.get(report_ins=mine).point_id is None


def test_a_successor_goes_on_with_report_in_and_lists_where_it_takes_the_tie(
    w: World,
) -> None:
    mine, unit = accepted(w, at_point(w)), accepted(w, of_unit(w))
    tie = ContactTie.objects.get(unit=w.units.unit)
    end_unit(
        actor=w.actors["county_org"], now=LATER,
        decided=Succession(w.units.unit.id, w.units.other.id, "机构改革", [tie.pk]),
    )  # fmt: skip
    following.follow(LATER, units=[w.units.unit.id, w.units.other.id])
    unit.refresh_from_db()
    assert (unit.state, unit.end_reason) == ("ended", "unit_dissolved")
    heir = ReportIn.objects.get(subject_unit=w.units.other)
    assert (heir.state, heir.point_id) == ("active", w.places.community.id)
    assert [i.title for i in heir.items.all()] == [i.title for i in unit.items.all()]
    mine.refresh_from_db()
    assert (mine.state, mine.unit_id) == ("active", w.units.other.id)
    assert following.follow(LATER) == 0


@pytest.mark.req("A09")
def test_edge_case_01_a_member_who_moves_keeps_the_old_community_for_thirty_days(
    w: World,
) -> None:
    old = accepted(w, home(w))
    new = s.start_transfer(
        actor=w.actors["newcomer"], report_in_id=old.id,
        place_id=w.places.other_community.id, now=AT,
    )  # fmt: skip
    old.refresh_from_db()
    assert (old.state, new.state) == ("transfer_pending", "submitted")
    member = Member.objects.get(pk=w.members.newcomer.id)
    assert member.residence_id == w.places.community.id
    for day, chased, lapsed in ((22, 0, 0), (29, 1, 0), (36, 0, 1), (37, 0, 0)):
        swept = limits.sweep(AT + timedelta(days=day))
        assert (swept["chased"], swept["lapsed"]) == (chased, lapsed), day
    old.refresh_from_db()
    assert (old.state, old.end_reason) == ("ended", "transfer_lapsed")
    member.refresh_from_db()
    assert member.residence_id is None
    s.accept(
        actor=w.actors["other_community_worker"], report_in_id=new.id,
        now=AT + timedelta(days=40),
    )  # fmt: skip
    member.refresh_from_db()
    assert member.residence_id == w.places.other_community.id
