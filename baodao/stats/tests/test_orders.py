"""A figure is the length of the list behind it, at every level and in every channel,
and a rate counts only what residents and units really said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baodao.acts.actor import link_holder
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import advance, never_reached, order_in, place, stretch
from baodao.people.tests.make import World, world
from baodao.places.areas import NOW as NOW_REGIONS
from baodao.places.areas import THEN
from baodao.places.models import Place
from baodao.places.tests.changing import far_order, merge_counties
from baodao.stats.definitions import ANSWERS, DEFINITIONS, ORDER_FIGURES, RATES
from baodao.stats.orders import (
    COLUMNS,
    Figures,
    Joined,
    Rate,
    figures,
)
from baodao.stats.periods import Period, read
from baodao.stats.scope import Scope
from baodao.stats.tests.counting import listed

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
YEAR = Period.year(2026)
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def _scopes(w: World) -> list[Scope]:
    """All levels, and each place with nothing but what lies at it."""
    p = w.places
    places = (
        p.prefecture, p.district, p.street, p.community, p.grid, p.far_community,
        p.second_community,
    )  # fmt: skip
    found = [Scope(), *(Scope(x.path, x) for x in places)]
    return [*found, Scope(p.community.path, p.community, only_here=True)]


def _all(scope: Scope, period: Period = YEAR, **more: Any) -> Figures:
    return figures(scope, period, now=NOW, **more)


def _check(scope: Scope, period: Period) -> None:
    found = _all(scope, period, by_place=True)
    assert found.total.all == _all(scope, period).total.all
    for name in DEFINITIONS:
        for channel in ("", *COLUMNS):
            told = found.total.n(name, channel)
            assert told == listed(name, scope, period, NOW, channel), (name, channel)
            if name != "helpers" and not scope.is_leaf:
                assert told == sum(x.counts.n(name, channel) for x in found.lines)
    for line in found.lines:
        below = Scope(line.path, line.place, line.only_here, scope.regions)
        for name in DEFINITIONS:
            for channel in ("", *COLUMNS):
                told = line.counts.n(name, channel)
                assert told == listed(name, below, period, NOW, channel), (line, name)


def _mixed(w: World) -> None:
    order_in("closed", w, at=AT)
    order_in("closed", w, at=AT + timedelta(hours=3), kind="problem")
    worker = w.actors["community_worker"]
    partly = order_in("done_reported", w, at=AT + timedelta(hours=6))
    s.confirm_order(
        actor=worker, order_id=partly.id, result="partly", how="call",
        now=AT + timedelta(hours=7),
    )  # fmt: skip
    never_reached(w, order_in("done_reported", w, at=AT + timedelta(hours=9)))
    gone = place(w, at=AT)
    s.withdraw_order(actor=link_holder(gone.id), order_id=gone.id, now=AT)
    order_in("dispatched", w, at=AT)
    home = order_in("claimed", w, at=AT + timedelta(days=2))
    at = AT + timedelta(days=2, hours=5)
    s.start_order(actor=w.actors["member"], order_id=home.id, now=at)
    s.report_done(
        actor=w.actors["member"], order_id=home.id, stretches=[stretch(w, at)], note="好",
        now=at,
    )  # fmt: skip
    s.confirm_order(
        actor=link_holder(home.id), order_id=home.id, result="solved", how="requester", now=at
    )  # fmt: skip


@pytest.mark.req("A17", "A19")
def test_figures_follow_their_definitions(w: World) -> None:
    _mixed(w)
    found = _all(Scope()).total.all
    assert {k: found[k] for k in ("placed", "open", "withdrawn", "wishes", "problems")} == {
        "placed": 6, "open": 1, "withdrawn": 1, "wishes": 2, "problems": 1,
    }  # fmt: skip
    assert {k: found[k] for k in ("finished", "solved", "partly", "no_answer", "rated")} == {
        "finished": 5, "solved": 3, "partly": 1, "no_answer": 1, "rated": 2,
    }  # fmt: skip
    assert (found["services"], found["helpers"], found["unrated"]) == (4, 1, 2)


@pytest.mark.req("A17")
def test_a_mark_is_in_no_rate_while_it_is_checked(w: World) -> None:
    """8.16: neither praise nor a complaint, until somebody has decided."""
    order = order_in("closed", w, at=AT)
    assert _all(Scope()).rates["satisfaction"].whole == 1
    s.question_mark(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="not_ours", now=AT
    )
    found = _all(Scope())
    assert found.rates["satisfaction"].whole == 0
    assert {k: found.total.all[k] for k in ("rated", "unrated", "aside", "open")} == {
        "rated": 0, "unrated": 0, "aside": 1, "open": 0,
    }  # fmt: skip
    _check(Scope(), YEAR)
    s.keep_mark(
        actor=w.actors["community_worker"], order_id=order.id, note="属实", now=AT
    )
    found = _all(Scope())
    assert found.rates["satisfaction"].whole == 1 and found.total.all["aside"] == 0


def test_the_three_rates_are_made_of_figures(w: World) -> None:
    _mixed(w)
    rates = _all(Scope()).rates
    # Four dispatches were accepted in time, one has not been answered for months.
    assert (rates["response"].part, rates["response"].whole) == (4, 5)
    assert (rates["solution"].part, rates["solution"].whole) == (3, 5)
    assert (rates["satisfaction"].part, rates["satisfaction"].whole) == (2, 2)
    for rate in RATES.values():
        assert {rate.part, *rate.whole} <= set(DEFINITIONS)


@pytest.mark.req("A24")
def test_the_two_channels_are_never_added_twice(w: World) -> None:
    _mixed(w)
    total = _all(Scope()).total
    unit, residence = total.n("wishes", "unit"), total.n("wishes", "residence")
    assert (unit, residence, total.n("wishes")) == (1, 1, 2)
    # One person in both channels is one person.
    assert total.n("helpers", "unit") == total.n("helpers", "residence") == 1
    assert total.n("helpers") == 1


def test_a_figure_is_the_length_of_its_list_at_every_level(w: World) -> None:
    _mixed(w)
    place(w, at=AT, place_id=w.places.community.id)
    order_in("verified", w, at=AT, place_id=w.places.building.id)
    for scope in _scopes(w):
        _check(scope, YEAR)


_WAYS = (
    "submitted", "verified", "published", "claimed", "dispatched", "assigned",
    "in_service", "done_reported", "confirmed", "closed",
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_mixture_of_orders_gives_figures_that_open_their_lists(
    data: st.DataObject,
) -> None:
    from django.db import transaction

    with transaction.atomic():
        w = world()
        for n in range(data.draw(st.integers(1, 6))):
            _some_order(w, data, AT + timedelta(days=30 * n))
        period = data.draw(
            st.sampled_from([YEAR, Period(date(2026, 6, 1), date(2026, 8, 15))])
        )
        for scope in _scopes(w):
            _check(scope, period)
        transaction.set_rollback(True)


def _some_order(w: World, data: st.DataObject, at: datetime) -> None:
    """An order that may be reopened, returned, withdrawn, passed on or answered."""
    where = data.draw(
        st.sampled_from([w.places.grid, w.places.community, w.places.building])
    )
    kind = data.draw(st.sampled_from(["wish", "problem"]))
    state = data.draw(st.sampled_from(_WAYS))
    order = order_in(state, w, at=at, place_id=where.id, kind=kind)
    worker, later = (
        w.actors["community_worker"],
        at + timedelta(days=data.draw(st.integers(0, 5))),
    )
    holder = link_holder(order.id)
    if state == "dispatched" and data.draw(st.booleans()):
        s.return_order(
            actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
            note="没人", now=later,
        )  # fmt: skip
    elif state == "dispatched" and data.draw(st.booleans()):
        s.recall_order(
            actor=worker, order_id=order.id, reason="silent", note="没回音", now=later
        )
    elif state == "verified" and data.draw(st.booleans()):
        s.answer_cannot(
            actor=worker, order_id=order.id, reason="policy", note="没有", told="call", now=later
        )  # fmt: skip
    elif state in ("confirmed", "closed") and data.draw(st.booleans()):
        s.reopen_order(
            actor=holder, order_id=order.id, result="partly", what="还差", now=later
        )
    elif state == "submitted" and data.draw(st.booleans()):
        s.withdraw_order(
            actor=worker, order_id=order.id, how="call", note="不要了", now=later
        )


def test_every_dispatch_counts_once_and_late_is_not_in_time(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="没人", now=AT + timedelta(hours=2),
    )  # fmt: skip
    s.dispatch_order(
        actor=w.actors["community_worker"], order_id=order.id, unit_id=w.units.unit.id,
        now=AT + timedelta(hours=3),
    )  # fmt: skip
    order.refresh_from_db()
    advance(w, order, "unit_accepted", AT + timedelta(days=9))
    # Taken and given back: the dispatch was answered once.
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="没人", now=AT + timedelta(days=10),
    )  # fmt: skip
    found = _all(Scope()).total.all
    assert {n: found[n] for n in ANSWERS} == {
        "in_time": 0, "late": 1, "returned": 1, "silent": 0,
    }  # fmt: skip


def test_what_was_taken_back_in_time_asks_nobody(w: World) -> None:
    for days in (1, 9):
        order = order_in("dispatched", w, at=AT)
        s.recall_order(
            actor=w.actors["community_worker"], order_id=order.id, reason="silent",
            note="没回音", now=AT + timedelta(days=days),
        )  # fmt: skip
    found = _all(Scope()).total.all
    assert (found["silent"], sum(found[n] for n in ANSWERS)) == (1, 1)


def test_a_transfer_counts_by_its_outcome(w: World) -> None:
    worker = w.actors["community_worker"]
    orders = [order_in("verified", w, at=AT) for _ in range(3)]
    for order in orders:
        s.transfer_order(
            actor=worker, order_id=order.id, to="12345", note="转热线", now=AT
        )
    assert _all(Scope()).total.all["open"] == 3
    s.answer_cannot(
        actor=worker, order_id=orders[0].id, reason="other_duty", note="排不上",
        told="call", now=AT,
    )  # fmt: skip
    s.transfer_done(actor=worker, order_id=orders[1].id, note="修好了", now=AT)
    s.confirm_order(
        actor=link_holder(orders[1].id), order_id=orders[1].id, result="solved",
        how="requester", now=AT,
    )  # fmt: skip
    total = _all(Scope()).total
    assert (total.n("finished"), total.n("solved"), total.n("cannot")) == (2, 1, 1)
    assert total.n("finished", "none") == 2 and total.n("services") == 0


def test_last_year_is_not_this_year(w: World) -> None:
    order_in("closed", w, at=AT)
    assert _all(Scope(), Period.year(2025)).total.all["wishes"] == 0
    before = Period(date(2026, 1, 1), date(2026, 6, 1))
    assert _all(Scope(), before).total.all["wishes"] == 0


def test_a_rate_is_silent_below_ten() -> None:
    assert Rate(9, 9).percent is None
    assert Rate(9, 10).percent == 90.0
    assert Rate(0, 0, 0).percent is None


def test_all_figures_of_a_place_take_few_queries(
    w: World, django_assert_num_queries: Any
) -> None:
    _mixed(w)
    # In today's regions one more says what belongs there, another whether rows do.
    with django_assert_num_queries(6):
        _all(Scope("54/", regions=THEN))
    with django_assert_num_queries(7):
        _all(Scope("54/"))
    with django_assert_num_queries(8):
        _all(Scope("54/", regions=THEN), by_place=True)
    with django_assert_num_queries(10):
        _all(Scope("54/"), by_place=True)


@pytest.mark.parametrize("regions", [NOW_REGIONS, THEN])
def test_rows_and_lists_agree_after_places_have_merged(w: World, regions: str) -> None:
    """What was recorded in a county that has gone stands in the rows of the one that
    took it over, and as recorded in its own."""
    _mixed(w)
    far_order(w, "closed", AT + timedelta(days=4))
    waits = far_order(w, "dispatched", AT)
    p = w.places
    before = _all(Scope(p.prefecture.path, p.prefecture), by_place=True).total.all
    merge_counties(w, now=NOW)
    waits.refresh_from_db()
    whole = Scope(p.prefecture.path, p.prefecture, regions=regions)
    found = _all(whole, by_place=True)
    assert found.total.all == before
    rows = {line.path: line.counts.n("placed") for line in found.lines}
    gone = p.other_district.path
    assert rows.get(gone, 0) == (2 if regions == THEN else 0)
    for it in (p.prefecture, p.district, Place.objects.get(path=waits.path)):
        _check(Scope(it.path, it, regions=regions), YEAR)
    for path in (waits.path, p.community.path, p.far_community.path):
        here = Place.objects.get(path=path)
        _check(Scope(path, here, only_here=True, regions=regions), YEAR)


def test_lists_are_cut_by_the_database_across_their_parts(w: World) -> None:
    for _ in range(5):
        place(w, at=AT)
    parts = Order.objects.order_by("id")
    both = Joined(parts, parts)
    assert len(both) == 10
    assert [o.id for o in both[3:8]] == [o.id for o in [*parts, *parts][3:8]]
    assert both[20:30] == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "2026年"),
        ({"period": "last_year"}, "2025年"),
        ({"period": "month"}, "2026年11月"),
        ({"period": "last_month"}, "2026年10月"),
        ({"period": "quarter"}, "2026年10月1日至11月26日"),
        ({"from": "2026-03-02", "to": "2026-04-01"}, "2026年3月2日至4月1日"),
        ({"from": "2026-04-02", "to": "2026-04-01", "period": "?"}, "2026年"),
        ({"from": "x"}, "2026年"),
    ],
)
def test_a_period_from_the_address_and_in_words(
    data: dict[str, str], words: str
) -> None:
    today = date(2026, 11, 26)
    period = read(data, today)
    assert period.words(today) == words
    assert read(period.query, today) == period


def test_every_figure_says_what_it_counts() -> None:
    for definition in DEFINITIONS.values():
        assert definition.title and definition.text and definition.counts
    assert set(ORDER_FIGURES) | set(ANSWERS) | {"services", "helpers"} == set(
        DEFINITIONS
    )
