"""A figure is the length of the list behind it, and a rate counts only what residents
and units really said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from baodao.acts.actor import SYSTEM, link_holder
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.orders import services as s
from baodao.orders.tests.make import advance, order_in, place
from baodao.people.tests.make import World, world
from baodao.places.areas import THEN
from baodao.stats.orders import DEFINITIONS, Period, Rate, figures, orders_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
YEAR = Period.year(2026)


@pytest.fixture
def w() -> World:
    return world()


def _solve(w: World, hours: int, **fields: object) -> None:
    order_in("closed", w, at=AT + timedelta(hours=hours), **fields)


def _mixed(w: World) -> None:
    _solve(w, 0)
    _solve(w, 3, kind="problem")
    worker = w.actors["community_worker"]
    partly = order_in("done_reported", w, at=AT + timedelta(hours=6))
    s.confirm_order(
        actor=worker,
        order_id=partly.id,
        result="partly",
        how="call",
        now=AT + timedelta(hours=7),
    )
    silent = order_in("done_reported", w, at=AT + timedelta(hours=9))
    for _ in range(3):
        s.log_call(actor=worker, order_id=silent.id, now=AT + timedelta(days=9))
    s.close_unreachable(actor=worker, order_id=silent.id, now=AT + timedelta(days=9))
    gone = place(w, at=AT)
    s.withdraw_order(actor=link_holder(gone.id), order_id=gone.id, now=AT)
    order_in("dispatched", w, at=AT)


@pytest.mark.req("A17", "A19")
def test_figures_follow_their_definitions(w: World) -> None:
    _mixed(w)
    found = figures("54/", YEAR)
    assert {k: found.counts[k] for k in ("placed", "wishes", "problems", "solved")} == {
        "placed": 5, "wishes": 1, "problems": 1, "solved": 2,
    }  # fmt: skip
    assert (
        found.counts["partly"],
        found.counts["finished"],
        found.counts["rated"],
    ) == (1, 4, 2)
    assert (found.response.part, found.response.whole) == (4, 4)
    assert (found.solved.part, found.solved.whole) == (2, 4)
    assert (found.happy.part, found.happy.whole) == (2, 2)


def test_a_figure_is_the_length_of_its_list_at_every_level(w: World) -> None:
    _mixed(w)
    for path in (
        "54/",
        "54/25/23/",
        w.places.street.path,
        w.places.grid.path,
        w.places.far_grid.path,
    ):
        found = figures(path, YEAR)
        for name in DEFINITIONS:
            assert found.counts[name] == orders_in(name, path, YEAR).count(), (
                path,
                name,
            )


@pytest.mark.req("A24")
def test_the_two_channels_are_never_added_twice(w: World) -> None:
    _mixed(w)
    home = order_in("claimed", w, at=AT + timedelta(days=2))
    member = w.actors["member"]
    at = AT + timedelta(days=2, hours=5)
    s.start_order(actor=member, order_id=home.id, now=AT + timedelta(days=2, hours=1))
    from baodao.orders.tests.make import stretch

    s.report_done(
        actor=member, order_id=home.id, stretches=[stretch(w, at)], note="好", now=at
    )
    s.confirm_order(
        actor=link_holder(home.id),
        order_id=home.id,
        result="solved",
        how="requester",
        now=at,
    )
    both = figures("54/", YEAR).counts
    unit, residence = (
        figures("54/", YEAR, channel).counts for channel in ("unit", "residence")
    )
    assert (unit["wishes"], residence["wishes"]) == (1, 1)
    assert both["wishes"] == unit["wishes"] + residence["wishes"]


def test_a_late_acceptance_is_an_answer_but_not_in_time(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    act_many(
        SYSTEM, "orders.escalate", [order.id], Write(set={"escalated_at": AT}),
        now=AT + timedelta(days=4),
    )  # fmt: skip
    order.refresh_from_db()
    advance(w, order, "unit_accepted", AT + timedelta(days=5))
    response = figures("54/", YEAR).response
    assert (response.part, response.whole) == (0, 1)


def test_last_year_is_not_this_year(w: World) -> None:
    _solve(w, 0)
    assert figures("54/", Period.year(2025)).counts["wishes"] == 0
    before = Period(date(2026, 1, 1), date(2026, 6, 1))
    assert figures("54/", before).counts["wishes"] == 0


def test_a_rate_is_silent_below_ten() -> None:
    assert Rate(9, 9).percent is None
    assert Rate(9, 10).percent == 90.0
    assert Rate(0, 0, 0).percent is None


def test_all_figures_of_a_place_take_two_queries_and_one_for_what_it_takes_in(
    w: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        figures("54/", YEAR, regions=THEN)
    with django_assert_num_queries(3):
        figures("54/", YEAR)
    with django_assert_num_queries(2):
        figures("", YEAR)
