"""Splits, new codes, new names, one change after the other; who may, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.orders import services as order_services
from baodao.people.middleware import actors_of
from baodao.people.models import (
    RoleTie,
    Unit,
)
from baodao.people.tests.make import SINCE, World, uid, world
from baodao.places import areas, queries
from baodao.places import services as place_services
from baodao.places.changes import services
from baodao.places.changes.background import carry_out_started
from baodao.places.changes.plan import Part, Spec
from baodao.places.changes.preview import preview_of, spec_of, successors
from baodao.places.models import (
    Place,
    PlaceChange,
    PlaceName,
    Succession,
)
from baodao.places.tests.changing import (
    REASON,
    carried_out,
    drafted,
    far_order,
    go,
    merge_counties,
)
from baodao.stats.orders import orders_in
from baodao.stats.periods import Period
from baodao.stats.scope import Scope

pytestmark = pytest.mark.django_db
LAST_YEAR = datetime(2025, 9, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ON = today(NOW)
A, B = "54/25/24/", "54/25/23/"


@pytest.fixture
def w() -> World:
    return world()


# --- the other kinds ------------------------------------------------------------------


def test_a_village_becomes_a_community_and_only_the_code_changes(w: World) -> None:
    row = carried_out(
        w.actors["county_org"], "recode", "542523200202",
        parts=[("542523200001", "噶尔新村社区居委会")], now=NOW,
    )  # fmt: skip
    new = Place.objects.get(code="542523200001")
    old = w.places.other_community
    assert (new.kind, new.name, new.is_contact_point) == (
        "neighbourhood",
        "噶尔新村社区",
        True,
    )
    assert Place.objects.get(code="542523200001-G001").parent_id == new.id
    assert Unit.objects.get(pk=w.units.other.pk).point_path == new.path
    assert areas.holds(areas.today(new.path), old.path)
    assert not areas.today(old.path)
    found = queries.search_places(w.actors["county_org"], "噶尔新村").filter(level=5)
    assert [p.pk for p in found] == [new.pk]
    assert row.left == []


def test_a_renamed_place_keeps_id_code_and_path_and_is_found_by_both_names(
    w: World,
) -> None:
    carried_out(
        w.actors["county_org"], "rename", "542523200", parts=[("", "昆莎镇")], now=NOW
    )
    place = Place.objects.get(pk=w.places.other_street.pk)
    assert (place.name, place.path) == ("昆莎镇", w.places.other_street.path)
    assert PlaceName.objects.get(place=place).valid_to == ON
    for text in ("昆莎乡", "昆莎镇", "ksx", "ksz"):
        assert queries.search_places(w.actors["county_org"], text).get() == place
    assert not Succession.objects.exists()
    # A correction by hand does not lose the former name either.
    place_services.edit_place(
        actor=w.actors["county_org"], place_id=place.pk, name="昆沙镇", now=NOW
    )
    assert queries.search_places(w.actors["county_org"], "昆莎乡").get() == place


def test_a_split_divides_the_children_and_the_main_part_inherits_the_rest(
    w: World,
) -> None:
    row = carried_out(
        w.actors["prefecture_org"], "split", "542523",
        parts=[("542531", "噶尔东县"), ("542532", "噶尔西县")],
        assign={"542523200": 1}, now=NOW,
    )  # fmt: skip
    east, west = "54/25/31/", "54/25/32/"
    assert Place.objects.get(code="542531100001").name == "森格社区"
    assert Place.objects.get(code="542532200202").name == "噶尔新村"
    county = RoleTie.objects.get(person=w.people["county_org"], valid_to__gt=ON)
    assert county.path == east
    assert ["个角色管的是要分开的地方本级，先归主要的一方，请核对", 4] in row.left
    assert {s.new.code: s.main for s in successors(w.places.district)} == {
        "542531": True, "542532": False,
    }  # fmt: skip
    assert areas.holds(areas.today(east), B) and not areas.holds(areas.today(west), B)
    assert areas.holds(areas.today(west), w.places.other_community.path)
    assert not areas.holds(areas.today(east), w.places.other_community.path)


def test_a_place_goes_on_beside_the_part_that_left_it(w: World) -> None:
    carried_out(
        w.actors["county_org"], "split", "542523100", keep=True,
        parts=[("542523101", "藏布镇")], assign={"542523100002": 1}, now=NOW,
    )  # fmt: skip
    assert Place.objects.get(code="542523100").valid_to is None
    assert Place.objects.get(code="542523101002").name == "藏布社区"
    assert not areas.holds(areas.today("54/25/23/100/"), w.places.second_community.path)
    assert areas.holds(areas.today("54/25/23/101/"), w.places.second_community.path)
    assert areas.holds(areas.today(B), w.places.second_community.path)


def test_changes_follow_each_other_and_old_paths_are_found_where_they_are_now(
    w: World,
) -> None:
    closed = far_order(w, "closed", LAST_YEAR)
    merge_counties(w, now=NOW)
    carried_out(
        w.actors["county_org"], "recode", "542523101", parts=[("542523110", "日土镇")],
        now=NOW,
    )  # fmt: skip
    carried_out(
        w.actors["prefecture_org"], "split", "542523",
        parts=[("542531", "噶尔县"), ("542528", "日土县")],
        assign={"542523110": 1}, now=NOW,
    )  # fmt: skip
    now_in = [
        p
        for p in ("54/25/31/", "54/25/28/")
        if areas.holds(areas.today(p), closed.path)
    ]
    assert now_in == ["54/25/28/"]
    assert areas.holds(areas.today("54/25/28/110/201/G001/"), closed.path)
    assert areas.holds(areas.today("54/25/28/"), closed.path)
    assert areas.holds(areas.recorded(A), closed.path)
    # The county itself went with the main part, its township with the other one.
    assert areas.holds(areas.today("54/25/31/"), A)
    assert (
        orders_in("solved", Scope("54/25/28/"), Period.year(2025)).get().pk == closed.pk
    )


# --- who, when, and what stands in the way --------------------------------------------


def test_a_change_is_decided_by_who_is_above_all_that_is_touched(w: World) -> None:
    county = w.actors["county_org"]
    with pytest.raises(Invalid, match="管着双方"):
        drafted(county, "merge", "542523", into="542524")
    with pytest.raises(Invalid, match="管着双方"):
        drafted(county, "merge", "542523100", into="542524100")
    for key in ("county_social_work", "township_party", "unit_secretary"):
        with pytest.raises(Invalid, match="管着双方"):
            drafted(w.actors[key], "merge", "542523100", into="542523200")
    row = drafted(w.actors["prefecture_org"], "merge", "542523100", into="542524100")
    assert row.path == "54/25/"
    with pytest.raises(NotFound):
        services.drop_change(actor=county, change_id=row.pk)


def test_nothing_happens_before_its_day_or_without_a_ground(w: World) -> None:
    actor = w.actors["prefecture_org"]
    later = drafted(
        actor, "merge", "542524", into="542523", on=ON + timedelta(days=9), now=NOW
    )
    with pytest.raises(Invalid, match="还没有到生效日期"):
        go(actor, later.pk, NOW)
    services.edit_change(
        actor=actor, change_id=later.pk, spec=spec_of(later), on=ON, reason=" ", now=NOW
    )
    with pytest.raises(Invalid, match="依据"):
        go(actor, later.pk, NOW)
    early = drafted(
        actor, "merge", "542524", into="542523", on=SINCE - timedelta(days=1), now=NOW
    )
    with pytest.raises(Invalid, match="还没有启用"):
        go(actor, early.pk, NOW)
    assert Place.objects.exclude(valid_to=None).count() == 0


def test_what_was_seen_is_what_is_done(w: World) -> None:
    actor = w.actors["prefecture_org"]
    row = drafted(actor, "merge", "542524", into="542523", now=NOW)
    seen = preview_of(row, NOW).digest
    place_services.add_official_place(
        actor=actor, code="542524201", name="多玛乡", now=NOW
    )
    with pytest.raises(Conflict, match="再看一遍"):
        services.start_change(actor=actor, change_id=row.pk, seen=seen, now=NOW)
    assert PlaceChange.objects.get(pk=row.pk).state == "draft"
    assert go(actor, row.pk, NOW).state == "done"
    with pytest.raises(Conflict):
        services.start_change(actor=actor, change_id=row.pk, seen=seen, now=NOW)


def test_a_failure_in_the_middle_leaves_nothing_behind(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise Conflict

    monkeypatch.setattr("baodao.places.changes.carry._finish", broken)
    events = Event.objects.count()
    with pytest.raises(Conflict):
        merge_counties(w, now=NOW)
    assert PlaceChange.objects.get().state == "draft"
    assert not Place.objects.exclude(valid_to=None).exists()
    assert Event.objects.count() == events + 2  # drafted, decided


def test_codes_can_be_corrected_before_and_a_bad_one_is_not_kept(w: World) -> None:
    actor = w.actors["prefecture_org"]
    row = drafted(actor, "merge", "542524", into="542523", now=NOW)
    services.set_codes(actor=actor, change_id=row.pk, codes={"542524100": "542523150"})
    with pytest.raises(Invalid) as refused:
        services.set_codes(
            actor=actor, change_id=row.pk, codes={"542524100": "542523100"}
        )
    assert "已经用过" in refused.value.message
    go(actor, row.pk, NOW)
    assert Place.objects.get(code="542523150201").name == "日土村"


def test_a_big_change_is_done_in_the_background_and_says_why_when_it_cannot(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 1)
    actor = w.actors["prefecture_org"]
    row = drafted(actor, "merge", "542524", into="542523", now=NOW)
    row = go(actor, row.pk, NOW)
    assert row.state == "running" and not Place.objects.exclude(valid_to=None).exists()
    event = Event.objects.get(action="changes.start")
    carry_out_started(row.pk, event.pk)
    row.refresh_from_db()
    assert row.state == "done" and row.by_name == "丹增"
    carry_out_started(row.pk, event.pk)  # a job may run twice
    assert Event.objects.filter(action="changes.finish").count() == 1

    second = drafted(actor, "recode", "542523101", parts=[("542523110", "日土镇")])
    second = go(actor, second.pk)
    Place.objects.filter(code="542523101").update(version=99, valid_to=ON)
    start = Event.objects.get(action="changes.start", object_id=second.pk)
    carry_out_started(second.pk, start.pk)
    second.refresh_from_db()
    assert second.state == "draft" and "停用" in second.left[0][0]


def test_what_is_written_to_the_old_place_afterwards_follows_with_the_next_sweep(
    w: World,
) -> None:
    from baodao.places.changes.background import follow_up

    order = far_order(w, "closed", NOW - timedelta(days=1))
    merge_counties(w, now=NOW)
    order.refresh_from_db()
    assert order.path == w.places.far_grid.path
    worker = actors_of(w.accounts["outsider"])[0]
    order_services.reopen_order(
        actor=worker, order_id=order.pk, result="not_solved", what="又坏了", now=NOW
    )
    moved = follow_up(NOW + timedelta(minutes=10))
    order.refresh_from_db()
    assert order.path == f"{B}101/201/G001/" and moved == 1
    assert follow_up(NOW + timedelta(minutes=20)) == 0


def test_a_draft_can_be_dropped_and_the_first_place_must_be_in_use(w: World) -> None:
    actor = w.actors["prefecture_org"]
    row = drafted(actor, "merge", "542524", into="542523")
    services.drop_change(actor=actor, change_id=row.pk)
    with pytest.raises(Conflict):
        go(actor, row.pk)
    with pytest.raises(Invalid):
        services.draft_change(actor=actor, kind="merge", place_id=uid("place:estate"))
    with pytest.raises(Invalid):
        services.draft_change(actor=actor, kind="burn", place_id=w.places.street.id)
    spec = Spec("merge", ("542524",), parts=(Part("5425x4", "新县"),))
    again = drafted(actor, "merge", "542524", into="542523")
    with pytest.raises(Invalid, match="不是区划代码"):
        services.edit_change(
            actor=actor, change_id=again.pk, spec=spec, on=ON, reason=REASON
        )
