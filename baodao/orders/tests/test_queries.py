"""The staff list by whose turn and how soon; search; orders alike; time spent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict

from baodao.acts.actor import link_holder
from baodao.acts.timeline import events_of
from baodao.core.clock import ZONE, now
from baodao.orders import queries, shapes
from baodao.orders import services as s
from baodao.orders.filters import ROLE_TABS, TABS, tabs_of
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, place, place_online
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
# A Wednesday noon, so that today, this week and later are three things.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=ZONE)


@pytest.fixture
def w() -> World:
    return world()


def view(
    w: World, query: str = "", who: str = "community_worker", at: datetime | None = None
) -> queries.Desk:
    return queries.desk(w.actors[who], QueryDict(query), now=at)


def numbers(desk: queries.Desk) -> list[str]:
    return [o.no for o in desk.page]


@pytest.mark.parametrize("who", [*ROLE_TABS, "county_org", "inspector"])
def test_every_open_order_is_in_exactly_one_tab_of_every_role(
    w: World, who: str
) -> None:
    old = now() - timedelta(days=30)
    for state in (
        "submitted",
        "verified",
        "published",
        "dispatched",
        "assigned",
        "in_service",
    ):
        order_in(state, w, at=old)
    done = order_in("done_reported", w)
    s.ask_call(actor=link_holder(done.id), order_id=done.id)
    order_in("confirmed", w, at=now() - timedelta(days=2))
    order_in("closed", w, at=now() - timedelta(days=3))
    counts = view(w, who=who).counts
    turns = [t for t in tabs_of(w.actors[who]) if t not in ("all", "closed")]
    assert sum(counts[t] for t in turns) == counts["all"] == 8
    assert counts["closed"] == 1
    for tab in tabs_of(w.actors[who]):
        assert view(w, f"tab={tab}", who).page.paginator.count == len(
            view(w, f"tab={tab}", who).page
        )


def test_what_a_community_worker_must_do_includes_late_answers_of_residents(
    w: World,
) -> None:
    online: dict[str, Any] = {"source": "online", "seen_how": "online"}
    late = order_in("done_reported", w, at=now() - timedelta(days=9), **online)
    order_in("done_reported", w, **online)
    asked = order_in("in_service", w)
    s.ask_extension(
        actor=w.actors["member"], order_id=asked.id, hours=48, note="等配件"
    )
    assert set(numbers(view(w))) == {late.no, asked.no}
    assert numbers(view(w, who="grid_worker")) == [late.no]


@pytest.mark.req("L50")
def test_who_came_to_the_desk_or_rang_is_called_back_as_soon_as_it_is_done(
    w: World,
) -> None:
    done = order_in("done_reported", w, source="phone", seen_how="phone")
    assert numbers(view(w)) == [done.no]


def test_groups_by_urgency_come_in_their_order_and_are_counted(w: World) -> None:
    def due(order: Order, at: datetime) -> Order:
        Order.objects.filter(id=order.id).update(
            due_at=at, clock_from=NOON - timedelta(days=9)
        )
        return order

    later = due(place(w), NOON + timedelta(days=9))
    week = due(place(w), NOON + timedelta(days=3))
    today = due(place(w), NOON + timedelta(hours=5))
    late = due(place(w), NOON - timedelta(hours=5))
    paused = due(place(w), NOON - timedelta(days=1))
    Order.objects.filter(id=paused.id).update(paused_at=NOON - timedelta(days=2))
    desk = view(w, at=NOON)
    assert numbers(desk) == [o.no for o in (late, today, week, later, paused)]
    assert desk.buckets == dict.fromkeys(
        ("late", "today", "week", "later", "paused"), 1
    )
    assert desk.mine == 5 and desk.mine_late == 1


def test_filters_narrow_the_list_and_the_counts_but_not_the_head(w: World) -> None:
    law = place(w, category="law", urgency="urgent", source="phone")
    grid = place(w, place_id=w.places.second_grid.id, kind="problem")
    place(w)
    assert numbers(view(w, "category=law")) == [law.no]
    assert numbers(view(w, "urgency=urgent&source=phone")) == [law.no]
    assert numbers(view(w, "kind=problem")) == [grid.no]
    assert numbers(view(w, f"place={w.places.second_grid.code}")) == [grid.no]
    desk = view(w, "category=law")
    assert desk.counts["mine"] == 1 and desk.mine == 3
    assert view(w, "since=2100-01-01").counts["all"] == 0
    assert view(w, "kind=nonsense&sort=nonsense&since=x").counts["all"] == 3


def test_search_by_number_by_code_and_by_words(w: World) -> None:
    one = place(w, title="门前路灯不亮")
    place(w, title="孩子放学没人看")
    assert numbers(view(w, f"q={one.no}")) == [one.no]
    assert numbers(view(w, f"q={one.code[:4]} {one.code[4:]}")) == [one.no]
    assert numbers(view(w, "q=路灯")) == [one.no]
    assert numbers(view(w, "q=路灯 不亮")) == [one.no]
    assert view(w, f"q={one.no}", "outsider").page.paginator.count == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("灯", True), ("路灯", True), ("灯坏了", True), ("led灯", True), ("LED", True),
        ("路灯 led", True), ("路坏", False), ("灯led", False), ("路灯 水管", False),
    ],
)  # fmt: skip
def test_words_of_any_length_are_found_in_the_public_wording(
    w: World, text: str, found: bool
) -> None:
    place(w, title="楼道路灯坏了，换LED灯")
    place(w, title="水管漏水")
    assert len(numbers(view(w, f"q={text}"))) == int(found)


def test_years_of_closed_orders_are_counted_as_far_as_they_are_shown(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 5):
        order_in("closed", w, at=now() - timedelta(days=day))
    monkeypatch.setattr(queries, "MOST", 3)
    desk = view(w, "tab=closed")
    assert desk.told("closed") == "3+" and desk.told("all") == "0"
    assert len(numbers(desk)) == desk.page.paginator.count == 3
    closed = [str(o.closed_at) for o in desk.page]
    assert closed == sorted(closed, reverse=True)
    page = w.client("community_worker").get("/orders/?tab=closed").content.decode()
    assert "3+" in page and "共 3 以上" in page
    monkeypatch.setattr(queries, "MOST", 4)
    assert view(w, "tab=closed").told("closed") == "4"


def test_pages_hold_25_and_keep_their_group_heads(w: World) -> None:
    for _ in range(27):
        place(w)
    second = queries.desk(w.actors["community_worker"], QueryDict(""), page=2)
    assert len(second.page) == 2 and second.page.paginator.num_pages == 2
    assert sum(second.buckets.values()) == 27


@pytest.mark.req("A10")
def test_similar_orders_open_ones_first_within_the_community_and_60_days(
    w: World,
) -> None:
    closed = order_in("closed", w)
    Order.objects.filter(id=closed.id).update(title="取暖炉烟道需要清理")
    open_one = place(w, title="清理烟道")
    place(w, title="取暖炉烟道清理", at=now() - timedelta(days=70))
    place(w, title="教老人用手机")
    elsewhere = place(
        w, actor=w.actors["other_community_worker"], place_id=w.places.other_grid.id,
        title="取暖炉烟道需要清理",
    )  # fmt: skip
    worker = w.actors["community_worker"]
    found = queries.similar_orders(worker, "家里取暖炉的烟道要清理", w.places.grid.path)
    assert [a.id for a in found] == [open_one.id, closed.id]
    assert elsewhere.id not in [a.id for a in found]
    assert (
        queries.similar_orders(
            worker, "家里取暖炉的烟道要清理", w.places.grid.path, exclude=open_one.id
        )[0].id
        == closed.id
    )


def test_private_words_are_compared_only_for_those_who_may_read_them(w: World) -> None:
    order = place_online(w, title="", detail="炉子倒烟，烟道该清了")
    text = "烟道堵了倒烟"
    worker = w.actors["community_worker"]
    assert queries.similar_orders(worker, text, order.path) == []
    found = queries.similar_orders(worker, text, order.path, private=True)
    assert [a.id for a in found] == [order.id]
    assert "倒烟" not in found[0].title


def test_related_finds_the_household_and_the_same_kind_of_thing_nearby(
    w: World,
) -> None:
    one = place(w, household_id=w.household.id)
    two = place(w, household_id=w.household.id, category="law")
    three = place(w)
    found = queries.related(w.actors["community_worker"], one)
    assert [o.id for o in found.household] == [two.id]
    assert found.same == 2 and three.id


@pytest.mark.parametrize(
    "who",
    [
        "community_worker",
        "grid_worker",
        "township_party",
        "county_org",
        "prefecture_org",
    ],
)
def test_the_number_of_related_orders_is_the_length_of_its_list(
    w: World, who: str
) -> None:
    one = place(w)
    order_in("closed", w)
    place(w, place_id=w.places.second_grid.id)
    actor = w.actors[who]
    found = queries.related(actor, one)
    listed = queries.desk(actor, QueryDict(found.query))
    assert found.same == listed.page.paginator.count == 2
    assert [p.code for p in listed.places if p.code == one.place.code]


def test_levels_above_do_not_learn_which_orders_are_one_home(w: World) -> None:
    one = place(w, household_id=w.household.id)
    place(w, household_id=w.household.id, category="law")
    for who in ("township_party", "county_org", "prefecture_org", "inspector"):
        assert queries.related(w.actors[who], one).household == [], who
    assert len(queries.related(w.actors["grid_worker"], one).household) == 1


def test_a_grid_worker_hears_of_another_grid_but_opens_only_their_own(
    w: World,
) -> None:
    here = place(w, title="清理烟道")
    there = place(w, title="清理烟道", place_id=w.places.second_grid.id)
    found = queries.similar_orders(
        w.actors["grid_worker"], "烟道要清理", w.places.grid.path
    )
    assert {a.id: a.may_open for a in found} == {here.id: True, there.id: False}


def test_the_parts_of_time_add_up_and_the_late_part_is_the_units(w: World) -> None:
    start = NOON - timedelta(days=20)
    order = order_in("dispatched", w, at=start)
    end = start + timedelta(days=10)
    s.return_order(
        actor=w.actors["unit_secretary"],
        order_id=order.id,
        reason="no_capacity",
        note="没人",
        now=end,
    )
    order.refresh_from_db()
    ctx = s.context(order.path, end)
    parts = shapes.parts_of(order, events_of(order.id), end + timedelta(hours=2), ctx)
    assert [p.side for p in parts] == ["unit", "community"]
    assert sum(p.minutes for p in parts) == 10 * 24 * 60 + 120
    limit = ctx.calendar.add_workdays(start, 2)
    assert parts[0].late_minutes == int((end - limit).total_seconds() // 60)
    assert parts[1].late_minutes == 0


def test_a_pause_is_nobodys_time_and_never_late(w: World) -> None:
    start = NOON - timedelta(days=20)
    order = order_in("dispatched", w, at=start)
    worker = w.actors["community_worker"]
    s.pause_order(
        actor=worker,
        order_id=order.id,
        until=(start + timedelta(days=20)).date(),
        reason="外出",
        now=start + timedelta(hours=1),
    )
    s.resume_order(actor=worker, order_id=order.id, now=start + timedelta(days=15))
    order.refresh_from_db()
    ctx = s.context(order.path, NOON)
    parts = shapes.parts_of(
        order, events_of(order.id), start + timedelta(days=15, hours=1), ctx
    )
    assert [p.side for p in parts] == ["unit", "pause", "unit"]
    assert all(p.late_minutes == 0 for p in parts)


def test_every_tab_has_a_title() -> None:
    for tabs in ROLE_TABS.values():
        assert set(tabs) <= set(TABS)
