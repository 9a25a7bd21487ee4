"""Edge cases of domain.md 8 that touch agreements, lists, projects and problems, each
with its number."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.exchange import jobs
from baodao.exchange.agreements.queries import coverage
from baodao.exchange.lists import projects as matching
from baodao.exchange.lists import services as lists
from baodao.exchange.lists.plans import Said
from baodao.exchange.models import (
    Agreement,
    Booking,
    CoProject,
    Deed,
    KeyProblem,
    ListEdition,
    ListProject,
    Need,
    PoolEntry,
    Resource,
)
from baodao.exchange.pool import services as pool
from baodao.exchange.projects import quotas
from baodao.exchange.projects import services as yearly
from baodao.exchange.tests.make import AT, agreement_in, exchanged, published, resource
from baodao.notifications.models import Message
from baodao.people import services as people
from baodao.people.models import ContactTie, Member, Unit
from baodao.people.tests.make import World, world
from baodao.places.models import Place
from baodao.places.tests.changing import carried_out
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _end(w: World, successor: bool = False) -> None:
    """The unit of the cast is merged into the other one, or dissolved."""
    if not successor:
        Member.objects.filter(unit=w.units.unit).update(duty_status="left")
    departures.end_unit(
        actor=w.actors["county_org"], now=AT,
        decided=people.Succession(
            unit_id=w.units.unit.id, reason="机构改革",
            successor_id=w.units.other.id if successor else None,
        ),
    )  # fmt: skip


def _tie(unit: Unit, point: Place) -> None:
    row = ContactTie(
        unit=unit, point=point, path=point.path, valid_from=date(2026, 2, 1)
    )
    ContactTie.objects.bulk_create([row])


def test_case_6_a_renamed_unit_keeps_what_stands_on_the_lists(w: World) -> None:
    given = resource(w)
    people.rename_unit(
        actor=w.actors["county_org"], unit_id=w.units.unit.id, name="阿里地区住建委",
        short_name="地区住建委", now=AT,
    )  # fmt: skip
    given = Resource.objects.select_related("unit").get(id=given.id)
    assert (str(given.unit), given.unit.id) == ("地区住建委", w.units.unit.id)


def test_case_7_without_a_successor_what_is_open_ends_and_the_community_is_told(
    w: World,
) -> None:
    ids = exchanged(w)
    own = published(w, unit_id=w.units.unit.id)
    spare = resource(w)
    _tie(w.units.other, w.places.community)
    done = yearly.propose(
        actor=w.actors["community_secretary"], place_id=w.places.community.id, now=AT,
        tasks={w.units.unit.id: "", w.units.other.id: "出人"}, title="共修花坛",
        joint_type="environment", mechanism="activities",
    )  # fmt: skip
    _end(w)

    def state(model: Any, key: str) -> Any:
        return model.objects.get(id=ids[f"exchange:{key}"]).state

    assert state(Agreement, "agreement") == "terminated"
    assert state(Resource, "resource") == "retired"
    assert state(Booking, "booking") == "cancelled"
    assert state(ListProject, "listproject") == "cancelled"
    assert state(CoProject, "coproject") == "terminated"
    # The community's own need is on the list again, the unit's has left it.
    assert state(Need, "need") == "published"
    own.refresh_from_db()
    spare.refresh_from_db()
    assert (own.state, spare.state) == ("withdrawn", "retired")
    problem = KeyProblem.objects.get(id=ids["exchange:problem"])
    assert (problem.state, problem.unit_id) == ("registered", None)
    # What several do together goes on with the others.
    done.refresh_from_db()
    assert (done.state, done.unit_ids) == ("proposed", [w.units.other.id])
    assert list(done.tasks) == [str(w.units.other.id)]
    # A deed that was reported is still the community's to confirm.
    assert state(Deed, "deed") == "reported"
    _told(w)


def _told(w: World) -> None:
    for event in Event.objects.filter(action__endswith=".unit_gone"):
        jobs.tell(str(event.id))
    titles = Message.objects.filter(role="community_worker").values_list(
        "title", flat=True
    )
    assert {t.split("：")[0] for t in titles} >= {
        "需求随单位撤销退出清单", "资源随单位撤销退出清单", "预约随单位撤销取消了",
        "项目的单位撤销了，对接取消",
    }  # fmt: skip


def test_case_7_a_project_goes_on_while_another_unit_gives_something(w: World) -> None:
    _tie(w.units.other, w.places.community)
    mine, theirs = resource(w), resource(w, unit_id=w.units.other.id)
    project = matching.match(
        actor=w.actors["community_worker"], needs=[published(w).id],
        resources=[mine.id, theirs.id], title="辅导", now=AT,
        due_on=AT.date() + timedelta(days=60),
    )  # fmt: skip
    _end(w)
    project.refresh_from_db()
    assert (project.state, project.unit_ids) == ("planned", [w.units.other.id])


def test_case_7_what_a_merged_unit_has_promised_the_pool_its_successor_gives(
    w: World,
) -> None:
    entry = pool.commit(
        actor=w.actors["township_party"], place_id=w.places.community.id, kind="fund",
        title="活动经费", purpose="修活动室", due_on=AT.date(), amount_fen=10_000,
        unit_id=w.units.unit.id, now=AT,
    )  # fmt: skip
    quotas.owe(AT)
    _end(w, successor=True)
    assert PoolEntry.objects.get(id=entry.id).unit_id == w.units.other.id
    owed = Duty.objects.filter(kind="project_quota", state="due")
    assert owed.filter(unit_id=w.units.other.id).count() == 1
    assert quotas.owe(AT) == 0


def test_case_22_what_is_open_goes_with_its_community_what_was_frozen_stays(
    w: World,
) -> None:
    ids = exchanged(w)
    old, new = w.places.community.path, w.places.other_community.path
    carried_out(
        w.actors["county_org"], "merge", w.places.community.code,
        into=w.places.other_community.code,
    )  # fmt: skip
    for model, key in (
        (Agreement, "agreement"), (Deed, "deed"), (Need, "need"),
        (Resource, "resource"), (Booking, "booking"), (ListProject, "listproject"),
        (CoProject, "coproject"), (KeyProblem, "problem"), (PoolEntry, "pool"),
    ):  # fmt: skip
        assert model.objects.get(id=ids[f"exchange:{key}"]).path == new, key
    assert ListEdition.objects.get(id=ids["exchange:edition"]).path == old


def test_case_24_a_use_over_midnight_belongs_to_the_day_it_began(w: World) -> None:
    start = datetime(2026, 12, 31, 14, tzinfo=UTC)  # 22:00 local, the last of the year
    booking = lists.book(
        actor=w.actors["community_worker"], resource_id=resource(w).id, now=AT,
        start_at=start, end_at=start + timedelta(hours=5), purpose="跨年值守",
    )  # fmt: skip
    lists.reserve(actor=w.actors["unit_secretary"], pk=booking.id, now=AT)
    lists.use(
        actor=w.actors["community_worker"], pk=booking.id,
        now=start + timedelta(hours=3),
    )  # fmt: skip
    assert Record.objects.get(source_id=booking.id).occurred_on == date(2026, 12, 31)


def test_case_25_one_thing_is_never_booked_at_two_places_at_one_time(w: World) -> None:
    given = resource(w)
    start = AT + timedelta(days=1)
    for hours, ok in ((0, True), (1, False), (2, True)):
        begin = start + timedelta(hours=hours)
        words: dict[str, Any] = {
            "actor": w.actors["community_worker"], "resource_id": given.id, "now": AT,
            "start_at": begin, "end_at": begin + timedelta(hours=2), "purpose": "辅导",
        }  # fmt: skip
        if ok:
            lists.book(**words)
        else:
            with pytest.raises(Conflict, match="已经约出去"):
                lists.book(**words)


def test_case_36_a_unit_of_two_communities_has_an_agreement_with_each(w: World) -> None:
    _tie(w.units.unit, w.places.other_community)
    agreement_in("effective", w)
    it = lists.offer(
        actor=w.actors["unit_secretary"], place_id=w.places.other_community.id,
        unit_id=w.units.unit.id, kind="venue", now=AT,
        said=Said("会议室", "resources"),
    )  # fmt: skip
    assert it.path == w.places.other_community.path
    assert coverage(w.places.district.path, AT.date())[0] == 1
