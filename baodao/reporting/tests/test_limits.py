"""What silence ends, and what an active unit may change."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, NotFound
from baodao.notifications.models import Message
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.reporting import jobs, limits
from baodao.reporting import services as s
from baodao.reporting.models import ReportIn
from baodao.reporting.plans import Item
from baodao.reporting.tests.make import AT, UNIT_SAID, accepted, home, of_unit

pytestmark = pytest.mark.django_db
END = AT.replace(hour=10)  # the working day ends at 18:00


@pytest.fixture
def w() -> World:
    return world()


def after(days: int) -> datetime:
    return AT + timedelta(days=days)


def swept(days: int) -> tuple[int, int]:
    """(chased, ended) of the sweep so many days later."""
    found = limits.sweep(after(days))
    return found["chased"], found["lapsed"]


def fresh(it: ReportIn) -> ReportIn:
    return ReportIn.objects.get(id=it.id)


def told(it: ReportIn, name: str) -> dict[tuple[str, str], str]:
    """(role, path) or ("", person) of those told by an event, with the title."""
    event = Event.objects.get(object_id=it.id, action=f"reporting.{name}")
    jobs.tell(str(event.id))
    found = Message.objects.filter(event_id=event.id)
    return {(m.role, m.path or str(m.person_id or m.unit_id)): m.title for m in found}


def returned(w: World, it: ReportIn, by: str = "community_worker") -> ReportIn:
    s.return_report_in(
        actor=w.actors[by], report_in_id=it.id, reason="needs_info",
        note="请写清楚住在哪里", now=AT,
    )  # fmt: skip
    return fresh(it)


# --- silence ------------------------------------------------------------------------


@pytest.mark.req("A09")
def test_a_returned_report_in_is_asked_once_and_then_over(w: World) -> None:
    it = returned(w, home(w))
    assert it.due_at == END + timedelta(days=14)  # ten working days
    assert [swept(d) for d in (14, 15, 16)] == [(0, 0), (1, 0), (0, 0)]
    member = str(w.members.newcomer.person_id)
    worker = ("community_worker", w.places.community.path)
    assert set(told(it, "chase")) == {("", member), worker}
    assert fresh(it).due_at == END + timedelta(days=29)
    assert [swept(d) for d in (29, 30, 31)] == [(0, 0), (0, 1), (0, 0)]
    it = fresh(it)
    assert (it.state, it.end_reason) == ("ended", "not_resubmitted")
    assert set(told(it, "lapse")) == {("", member), worker}
    assert accepted(w, home(w, now=after(31))).state == "active"


def test_who_mends_it_in_time_is_left_alone(w: World) -> None:
    it = returned(w, home(w))
    swept(15)
    s.resubmit(actor=w.actors["newcomer"], report_in_id=it.id, now=after(16))
    assert fresh(it).chased_at is None
    assert swept(60) == (0, 0) and fresh(it).state == "submitted"


@pytest.mark.req("A09")
def test_the_old_community_keeps_the_duties_for_thirty_days_only(w: World) -> None:
    old = accepted(w, home(w))
    new = home(w, place_id=w.places.second_community.id)
    assert [swept(d) for d in (22, 23, 24, 29)] == [(0, 0), (1, 0), (0, 0), (0, 0)]
    member = ("", str(w.members.newcomer.person_id))
    there = w.places.second_community.path
    assert set(told(old, "chase")) == {member, ("community_worker", there)}
    assert swept(30) == (0, 1)
    old = fresh(old)
    assert (old.state, old.end_reason) == ("ended", "transfer_lapsed")
    holder = Member.objects.get(id=w.members.newcomer.id)
    assert (holder.residence_id, holder.residence_path) == (None, None)
    here, street = w.places.community.path, w.places.street.path
    assert set(told(old, "lapse")) == {
        member, ("community_worker", here), ("township_party", street),
    }  # fmt: skip
    assert fresh(new).state == "submitted"
    assert accepted(w, new, "second_community_worker").state == "active"


def test_a_move_that_nobody_mends_leaves_the_old_place_in_charge(w: World) -> None:
    old = accepted(w, home(w))
    new = home(w, place_id=w.places.second_community.id)
    returned(w, new, "second_community_worker")
    ReportIn.objects.filter(id=old.id).update(due_at=after(90))
    swept(15)
    swept(30)
    assert (fresh(old).state, fresh(new).state) == ("active", "ended")
    assert Member.objects.get(id=w.members.newcomer.id).residence_id


def test_a_transfer_long_over_is_still_announced_first(w: World) -> None:
    old = accepted(w, home(w))
    home(w, place_id=w.places.second_community.id)
    assert swept(200) == (1, 0)
    assert fresh(old).due_at == after(207)
    assert swept(207) == (0, 1)


# --- a unit changes its sheet ---------------------------------------------------------

CHANGED = replace(
    UNIT_SAID, liaison_name="次仁", items=(*UNIT_SAID.items, Item("need", "讲解员"))
)


@pytest.mark.req("L05")
def test_an_active_unit_changes_its_sheet_and_the_community_is_told(w: World) -> None:
    it = accepted(w, of_unit(w))
    s.revise(actor=w.actors["unit_liaison"], report_in_id=it.id, said=CHANGED)
    it = fresh(it)
    assert (it.state, it.edition, it.liaison_name) == ("active", 2, "次仁")
    assert it.items.filter(edition=1).count() == 3
    assert it.items.filter(edition=2).count() == 4
    assert set(told(it, "revise")) == {("community_worker", w.places.community.path)}
    with pytest.raises(Conflict, match="和现在的一样"):
        s.revise(actor=w.actors["unit_liaison"], report_in_id=it.id, said=CHANGED)
    assert fresh(it).edition == 2


def test_a_worker_changes_it_for_a_unit_that_came_with_paper(w: World) -> None:
    it = accepted(w, of_unit(w))
    s.revise(actor=w.actors["community_worker"], report_in_id=it.id, said=CHANGED)
    event = Event.objects.get(object_id=it.id, action="reporting.revise")
    assert event.on_behalf_of == str(w.units.unit)
    assert set(told(it, "revise")) == {("", str(w.units.unit.id))}


def test_only_what_is_active_is_revised_and_only_by_its_own(w: World) -> None:
    it = of_unit(w)
    with pytest.raises(Conflict):
        s.revise(actor=w.actors["unit_secretary"], report_in_id=it.id, said=CHANGED)
    accepted(w, it)
    with pytest.raises(NotFound):
        s.revise(
            actor=w.actors["other_unit_secretary"], report_in_id=it.id, said=CHANGED
        )
    with pytest.raises(Forbidden):
        s.revise(actor=w.actors["township_party"], report_in_id=it.id, said=CHANGED)
    member = accepted(w, home(w))
    with pytest.raises(Conflict):
        s.revise(
            actor=w.actors["community_worker"], report_in_id=member.id, said=CHANGED
        )
