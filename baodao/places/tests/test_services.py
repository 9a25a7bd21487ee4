from datetime import UTC, date, datetime, timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.people.tests.make import World, world
from baodao.places import queries, rules, services
from baodao.places.calendars import calendar_for, shift
from baodao.places.models import Estate, Household, LocalDay, Pause, Place, Setting
from baodao.places.settings import values

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def last_event() -> Event:
    return Event.objects.latest("id")


def test_a_worker_adds_a_grid_and_an_estate_with_its_profile(w: World) -> None:
    actor = w.actors["community_worker"]
    grid = services.add_place(
        actor=actor, parent_id=w.places.community.id, level=rules.GRID, name="第四网格"
    )
    row = Place.objects.get(pk=grid.id)
    assert (row.code, row.path) == ("542523100001-G004", "54/25/23/100/001/G004/")
    assert row.pinyin.endswith("dswg")
    estate = services.add_place(
        actor=actor, parent_id=row.pk, level=rules.ESTATE, name="阳光小区"
    )
    assert Estate.objects.get(place_id=estate.id).path == row.path + "E001/"
    assert last_event().action == "places.add"


def test_a_place_stands_only_below_a_fitting_one(w: World) -> None:
    with pytest.raises(Invalid):
        services.add_place(
            actor=w.actors["county_org"], parent_id=w.places.street.id,
            level=rules.GRID, name="第一网格",
        )  # fmt: skip


def test_a_worker_cannot_add_in_another_community(w: World) -> None:
    with pytest.raises(NotFound):
        services.add_place(
            actor=w.actors["outsider"], parent_id=w.places.community.id,
            level=rules.GRID, name="第四网格",
        )  # fmt: skip


def test_a_grid_worker_sees_her_grid_but_does_not_add_places(w: World) -> None:
    with pytest.raises(Forbidden):
        services.add_place(
            actor=w.actors["grid_worker"], parent_id=w.places.grid.id,
            level=rules.ESTATE, name="阳光小区",
        )  # fmt: skip


def test_an_official_place_takes_level_kind_and_parent_from_its_code(w: World) -> None:
    done = services.add_official_place(
        actor=w.actors["county_org"], code="542523100201", name="加木村村民委员会"
    )
    row = Place.objects.get(pk=done.id)
    assert (row.level, row.kind, row.parent_id) == (5, "village", w.places.street.id)
    assert (row.name, row.official_name) == ("加木村", "加木村村民委员会")
    with pytest.raises(Invalid) as taken:
        services.add_official_place(
            actor=w.actors["county_org"], code="542523100201", name="加木村"
        )
    assert "code" in taken.value.fields


def test_the_same_client_id_adds_once(w: World) -> None:
    for _ in range(2):
        services.add_place(
            actor=w.actors["community_worker"], parent_id=w.places.community.id,
            level=rules.GRID, name="第四网格", client_id="abc",
        )  # fmt: skip
    assert Place.objects.filter(name="第四网格").count() == 1


def test_an_edit_keeps_the_pinyin_in_step_and_notices_a_second_editor(w: World) -> None:
    actor, place = w.actors["community_worker"], w.places.community
    services.edit_place(actor=actor, place_id=place.id, name="森格新社区", version=1)
    assert Place.objects.get(pk=place.id).pinyin.endswith("sgxsq")
    with pytest.raises(Conflict):
        services.edit_place(actor=actor, place_id=place.id, name="森格", version=1)
    with pytest.raises(Invalid):
        services.edit_place(
            actor=actor, place_id=place.id, name="森格", lon=32.0, lat=80.0
        )


def test_a_place_with_something_open_below_is_not_closed(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        services.close_place(
            actor=w.actors["community_worker"], place_id=w.places.grid.id, reason="并入"
        )
    assert "1个" in refused.value.message
    services.close_place(
        actor=w.actors["community_worker"],
        place_id=w.places.second_grid.id,
        reason="并入",
    )
    assert Place.objects.get(pk=w.places.second_grid.id).valid_to is not None


@pytest.mark.req("A08")
def test_contact_points_are_flagged_by_the_county_and_not_dropped_while_tied(
    w: World,
) -> None:
    county = w.actors["county_org"]
    done = services.set_contact_point(
        actor=county, place_id=w.places.second_grid.id, is_contact_point=True
    )
    assert Place.objects.get(pk=done.id).is_contact_point
    with pytest.raises(Invalid) as refused:
        services.set_contact_point(
            actor=county, place_id=w.places.community.id, is_contact_point=False
        )
    assert "1个单位" in refused.value.message
    with pytest.raises(Invalid):
        services.set_contact_point(
            actor=county, place_id=w.places.street.id, is_contact_point=True
        )
    with pytest.raises(Forbidden):
        services.set_contact_point(
            actor=w.actors["community_worker"], place_id=w.places.second_grid.id,
            is_contact_point=False,
        )  # fmt: skip


@pytest.mark.req("L51")
def test_the_profile_of_an_old_estate_is_kept(w: World) -> None:
    services.edit_estate(
        actor=w.actors["community_worker"], place_id=w.places.estate.id,
        built_year=1987, homes=120, elder_share=55, services=[], risks=["fire_lane"],
        is_key=True,
    )  # fmt: skip
    estate = Estate.objects.get(place_id=w.places.estate.id)
    assert (estate.built_year, estate.elder_share, estate.is_key) == (1987, 55, True)
    with pytest.raises(Invalid):
        services.edit_estate(
            actor=w.actors["community_worker"], place_id=w.places.estate.id,
            built_year=2087,
        )  # fmt: skip


def test_a_household_is_numbered_through_its_community_and_sealed(w: World) -> None:
    done = services.add_household(
        actor=w.actors["grid_worker"], parent_id=w.places.building.id,
        call_name="李大爷", address="2单元302", phone="13900000001", focus=["elder"],
    )  # fmt: skip
    row = Household.objects.select_related("place").get(pk=done.id)
    assert (row.number, row.place.name, row.phone) == ("0313", "户0313", "13900000001")
    assert row.place.code.endswith("-B01-H0313")
    with pytest.raises(Invalid) as taken:
        services.add_household(
            actor=w.actors["community_worker"],
            parent_id=w.places.second_grid.id,
            number=312,
        )
    assert "number" in taken.value.fields


def test_nobody_outside_the_community_registers_or_reveals_a_household(
    w: World,
) -> None:
    with pytest.raises(NotFound):
        services.add_household(
            actor=w.actors["county_org"], parent_id=w.places.building.id, call_name="甲"
        )
    for key in (
        "outsider",
        "county_org",
        "member",
        "unit_secretary",
        "other_grid_worker",
    ):
        with pytest.raises(NotFound):
            services.reveal_household(
                actor=w.actors[key], household_id=w.household.id, purpose="visit"
            )


def test_a_reveal_needs_a_purpose_and_is_on_record_without_the_text(w: World) -> None:
    actor = w.actors["grid_worker"]
    with pytest.raises(Invalid):
        services.reveal_household(actor=actor, household_id=w.household.id, purpose="")
    shown = services.reveal_household(
        actor=actor, household_id=w.household.id, purpose="visit", now=NOW
    )
    assert shown["phone"] == "13889970312"
    event = last_event()
    assert (event.action, event.reason, event.actor_name) == (
        "households.reveal", "visit", "次仁",
    )  # fmt: skip
    assert "13889970312" not in str(event.data)
    looks = queries.looks(w.household.id, "households.reveal")
    assert looks == [("次仁", "上门走访", event.at)]


def test_a_change_of_language_leaves_the_phone_alone(w: World) -> None:
    services.edit_household(
        actor=w.actors["grid_worker"], household_id=w.household.id,
        changes={"language": "bo", "focus": ["disabled", "elder"]},
    )  # fmt: skip
    row = Household.objects.get(pk=w.household.id)
    assert (row.language, row.phone, row.focus) == (
        "bo",
        "13889970312",
        ["disabled", "elder"],
    )


def test_a_setting_holds_below_until_a_lower_place_sets_its_own(w: World) -> None:
    county, prefecture = w.actors["county_org"], w.actors["prefecture_org"]
    key, here = "orders.verify_days", w.places.community.path
    services.set_setting(
        actor=prefecture,
        path=w.places.prefecture.path,
        key=key,
        value="3",
        reason="统一",
    )
    assert values(here, [key]) == {key: 3}
    services.set_setting(
        actor=county, path=w.places.district.path, key=key, value="1", reason="本县从严"
    )
    assert values(here, [key]) == {key: 1}
    assert values(w.places.far_community.path, [key]) == {key: 3}
    services.remove_setting(
        actor=county, path=w.places.district.path, key=key, reason="按地区办"
    )
    assert values(here, [key]) == {key: 3}
    services.set_setting(
        actor=county, path=w.places.district.path, key=key, value="4", reason="试行"
    )
    assert values(here, [key]) == {key: 4}
    assert Setting.objects.filter(key=key).count() == 2
    line = next(s for s in queries.setting_lines(here) if s.key == key)
    assert (line.value, line.where, line.own) == ("4个工作日", "噶尔县", False)


def test_settings_belong_to_those_who_answer_for_the_place(w: World) -> None:
    with pytest.raises(NotFound):
        services.set_setting(
            actor=w.actors["county_org"], path=w.places.other_district.path,
            key="orders.verify_days", value="3", reason="x",
        )  # fmt: skip
    with pytest.raises(Forbidden):
        services.set_setting(
            actor=w.actors["community_worker"], path=w.places.community.path,
            key="orders.verify_days", value="3", reason="x",
        )  # fmt: skip


def test_a_local_day_changes_the_calendar_below_and_can_be_taken_back(w: World) -> None:
    county, day = w.actors["county_org"], date(2026, 11, 24)
    done = services.add_local_day(
        actor=county,
        path=w.places.district.path,
        day=day,
        kind="holiday",
        name="本地节日",
    )
    assert not calendar_for(w.places.community.path).is_workday(day)
    assert calendar_for(w.places.far_community.path).is_workday(day)
    with pytest.raises(Invalid):
        services.add_local_day(
            actor=county,
            path=w.places.district.path,
            day=day,
            kind="workday",
            name="再定",
        )
    services.remove_local_day(actor=county, day_id=done.id)
    assert calendar_for(w.places.community.path).is_workday(day)
    assert LocalDay.objects.get(pk=done.id).removed


@pytest.mark.req("L29")
def test_pauses_of_nested_places_count_once_and_end(w: World) -> None:
    county, street = w.actors["county_org"], w.actors["township_party"]
    day = timedelta(days=1)
    services.open_pause(
        actor=county, path=w.places.district.path, start=NOW, end=NOW + 2 * day,
        reason="大雪封路", now=NOW,
    )  # fmt: skip
    done = services.open_pause(
        actor=street, path=w.places.street.path, start=NOW + day, reason="停电", now=NOW
    )
    with pytest.raises(Invalid):
        services.open_pause(
            actor=street,
            path=w.places.street.path,
            start=NOW + 5 * day,
            reason="停电",
            now=NOW,
        )
    services.end_pause(actor=street, pause_id=done.id, now=NOW + 3 * day)
    with pytest.raises(Invalid):
        services.end_pause(actor=street, pause_id=done.id, now=NOW + 4 * day)
    over = queries.pauses_over(w.places.community.path, NOW, NOW + 9 * day)
    assert shift(NOW, NOW + day, over) == NOW + 4 * day
    assert queries.pauses_over(w.places.far_community.path, NOW, NOW + 9 * day) == []
    assert queries.pause_now(w.places.community.path, NOW + day / 2) is not None


@pytest.mark.parametrize(
    ("who", "hours", "may"),
    [
        ("county_org", 23, True), ("county_org", 25, False), ("prefecture_org", 23, True),
        ("township_party", 1, True), ("township_party", 23, False),
        ("community_secretary", 30 * 24, False),
    ],
)  # fmt: skip
def test_a_pause_is_not_dated_back_to_hide_what_is_late(
    w: World, who: str, hours: int, may: bool
) -> None:
    noon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    def open_it() -> None:
        services.open_pause(
            actor=w.actors[who], path=w.places.community.path, reason="大雪封路",
            start=noon - timedelta(hours=hours), now=noon,
        )  # fmt: skip

    if may:
        open_it()
    else:
        with pytest.raises(Invalid, match="以前的超时照常算"):
            open_it()


def test_a_pause_that_never_began_counts_nothing(w: World) -> None:
    street = w.actors["township_party"]
    done = services.open_pause(
        actor=street,
        path=w.places.street.path,
        start=NOW + timedelta(days=5),
        reason="停电",
        now=NOW,
    )
    services.end_pause(actor=street, pause_id=done.id, now=NOW)
    row = Pause.objects.get(pk=done.id)
    assert row.end == row.start + timedelta(seconds=1)
