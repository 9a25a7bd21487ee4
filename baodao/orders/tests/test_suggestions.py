"""Units and members for an order, out of real rows, with reasons (A15)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from baodao.core.clock import ZONE, now
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.suggestions import community_of, member_suggestions, unit_suggestions
from baodao.orders.tests.make import advance, order_in, place
from baodao.people.models import ContactTie, Member, Unit
from baodao.people.tests.make import World, world
from baodao.places.models import Place

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


@pytest.fixture
def w() -> World:
    return world()


def names(order: Order, **extra: Any) -> list[str]:
    return [u.name for u in unit_suggestions(order, **extra)]


def reasons(order: Order, unit: Unit) -> list[tuple[str, str]]:
    found = next(u for u in unit_suggestions(order) if u.id == str(unit.id))
    return [(r.tone, r.text) for r in found.reasons]


@pytest.mark.req("A15")
def test_contact_units_and_fitting_units_of_the_county_are_suggested_with_reasons(
    w: World,
) -> None:
    order = place(w, category="repair")
    found = unit_suggestions(order)
    assert [u.name for u in found] == ["地区住建局", "供电公司"]
    assert found[0].under == "联系点：森格社区 · 在职党员 20 人"
    assert ("ok", "职能相符：住房城建") in reasons(order, w.units.unit)
    assert ("ok", "会家电维修、水暖管道的党员 1 人") in reasons(order, w.units.unit)
    assert ("warn", "不是本社区联系单位") in reasons(order, w.units.loose)


def test_a_unit_of_another_county_is_not_suggested_but_found_by_name(w: World) -> None:
    order = place(w, category="study")
    assert "县教育局" not in names(order)
    assert names(order, search="教育") == ["县教育局"]
    assert names(order, search="rtxjyj") == ["县教育局"]


def test_ended_ties_and_dissolved_units_are_left_out(w: World) -> None:
    order = place(w, category="other")
    assert names(order) == ["地区住建局"]
    ContactTie.objects.filter(unit=w.units.unit).update(valid_to=now().date())
    assert names(order) == []
    Unit.objects.filter(id=w.units.loose.id).update(status="dissolved")
    assert names(place(w, category="repair")) == ["地区住建局"]


def test_load_and_late_answers_show_and_count(w: World) -> None:
    long_ago = now() - timedelta(days=15)
    late = order_in("dispatched", w, at=long_ago)
    for _ in range(3):
        order_in("dispatched", w)
    order = place(w, category="repair")
    found = unit_suggestions(order)
    unit = next(u for u in found if u.name == "地区住建局")
    assert unit.load == 4
    assert ("warn", "手头已有 4 单") in reasons(order, w.units.unit)
    assert ("warn", "本月已超时 1 次") in reasons(order, w.units.unit)
    advance(w, late, "unit_accepted")
    assert ("warn", "本月已超时 1 次") in reasons(order, w.units.unit)


def test_a_unit_that_gave_it_back_is_last_and_says_so(w: World) -> None:
    order = order_in("dispatched", w)
    s.return_order(
        actor=w.actors["unit_secretary"],
        order_id=order.id,
        reason="no_capacity",
        note="没人",
    )
    order.refresh_from_db()
    assert names(order)[-1] == "地区住建局"
    assert ("warn", "这一单退回过") in reasons(order, w.units.unit)


def test_distance_counts_from_the_seat_unless_a_call_settles_it(w: World) -> None:
    Unit.objects.filter(id=w.units.unit.id).update(lon=80.12, lat=32.50)
    order = place(w, category="repair")
    assert ("ok", "相距 1.9 公里") in reasons(order, w.units.unit)
    assert not any(
        "公里" in t for _, t in reasons(place(w, category="policy"), w.units.unit)
    )


def test_units_take_four_queries(w: World, django_assert_num_queries: Any) -> None:
    order = Order.objects.select_related("category").get(id=place(w).id)
    with django_assert_num_queries(4):
        unit_suggestions(order)


@pytest.mark.req("A15")
def test_members_of_a_unit_come_with_skill_home_and_free_time(w: World) -> None:
    Member.objects.filter(id=w.members.member.id).update(
        availability=["weekday_evening"]
    )
    order = place(w, category="repair")
    found = member_suggestions(order, unit_id=w.units.unit.id, now=MONDAY)
    assert found[0].name == "张伟" and len(found) == 3
    assert [r.text for r in found[0].reasons] == [
        "会家电维修、水暖管道",
        "住在本社区",
        "今天晚上有空",
    ]


def test_members_of_the_community_are_those_with_the_skill(w: World) -> None:
    found = member_suggestions(place(w, category="health"), now=MONDAY)
    assert [m.name for m in found] == ["杨帆"]
    Member.objects.filter(id=w.members.neighbour.id).update(duty_status="exempt")
    assert member_suggestions(place(w, category="health"), now=MONDAY) == []


def test_the_community_of_a_path(w: World) -> None:
    assert community_of(w.places.household.path) == w.places.community.path
    assert Place.objects.filter(path=community_of(w.places.grid.path)).exists()
