"""Records become entries and cards, once in effect."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from baodao.acts.actor import link_holder
from baodao.acts.bulk import copy_rows
from baodao.orders import services as orders
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World, world
from baodao.places.changes.moves import Moves, Target
from baodao.records.models import Record, reversal
from baodao.reporting.tests.make import accepted, at_point, home
from baodao.scoring.models import Card, Entry
from baodao.scoring.moves_cards import CARDS
from baodao.scoring.services.opening_cards import open_for_report_ins
from baodao.scoring.services.posting import post
from baodao.scoring.services.recounting import digest

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def served(w: World, **given: Any) -> Record:
    """A confirmed activity of the member, written to the record book."""
    place = w.places.community
    one = Record(**{
        "kind": "activity", "channel": "residence", "path": place.path,
        "place_id": place.pk, "member_id": w.members.member.id,
        "unit_id": w.units.unit.id, "occurred_on": date(2026, 11, 20),
        "start_at": AT - timedelta(days=3), "end_at": AT - timedelta(days=3, hours=-2),
        "minutes": 120, "source_kind": "activities.activity", "source_id": uuid4(),
        "confirmed_at": AT, "confirmed_how": "list", **given,
    })  # fmt: skip
    copy_rows(Record, [one])
    return one


def follow() -> None:
    post(Record.objects.all())


def card_of(w: World, **which: Any) -> Card:
    return Card.objects.get(
        **{"member": w.members.member, "subject": "member", "year": 2026, **which}
    )


@pytest.mark.req("L43", "L44")
def test_an_order_from_end_to_end_is_on_the_card_with_hours_deed_and_praise(
    w: World,
) -> None:
    order_in("closed", w, at=AT)
    follow()
    card = card_of(w)
    codes = sorted(card.entries.values_list("code", flat=True))
    assert codes == ["M_ADD_PRAISE", "M_ADD_SERVICE", "M_ADD_WISH"]
    assert (card.adds, card.score) == (30, 830), "1 h 0.5, the order 2, praise 0.5"
    unit = Card.objects.get(subject="unit", year=2026)
    assert unit.unit_id == w.units.unit.id and unit.score == 810


@pytest.mark.req("A17", "L44")
@pytest.mark.parametrize("state", ["open", "decided"])
def test_a_mark_that_is_checked_is_on_no_card_until_it_is_found_right(
    w: World, state: str
) -> None:
    """8.16: also where the year was decided in between, it comes back to where it was."""
    order = order_in("closed", w, at=AT)
    follow()
    assert card_of(w).adds == 30
    orders.question_mark(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="typed", now=AT
    )
    follow()
    assert card_of(w).adds == 25
    Card.objects.update(state=state)
    orders.keep_mark(
        actor=w.actors["community_worker"], order_id=order.id, note="打电话问过，属实。",
        now=AT + timedelta(days=3),
    )  # fmt: skip
    follow()
    follow()
    card = card_of(w)
    assert card.adds == 30
    praise = card.entries.filter(code="M_ADD_PRAISE").order_by("posted_at", "pk")
    assert [e.quantity for e in praise] == [1, -1, 1] and not praise[2].late


def test_following_again_writes_nothing(w: World) -> None:
    served(w)
    follow()
    before = sorted(Entry.objects.values_list("pk", flat=True))
    follow()
    assert sorted(Entry.objects.values_list("pk", flat=True)) == before
    assert Card.objects.filter(subject="member").count() == 1


@pytest.mark.req("L44")
def test_a_reversed_record_takes_its_points_back_and_leaves_both_lines(
    w: World,
) -> None:
    one = served(w)
    follow()
    assert card_of(w).score == 810
    copy_rows(Record, [reversal(Record.objects.get(pk=one.pk), AT)])
    follow()
    follow()
    card = card_of(w)
    assert card.score == 800
    assert list(card.entries.order_by("id").values_list("quantity", flat=True)) == [
        120, -120,
    ]  # fmt: skip


def test_a_reversal_that_comes_with_its_record_counts_nothing(w: World) -> None:
    one = served(w)
    copy_rows(Record, [reversal(Record.objects.get(pk=one.pk), AT)])
    follow()
    assert card_of(w).score == 800


@pytest.mark.req("L44")
def test_edge_case_24_a_service_over_new_year_is_divided_by_its_minutes(
    w: World,
) -> None:
    served(
        w, occurred_on=date(2026, 12, 31), minutes=180,
        start_at=datetime(2026, 12, 31, 14, 0, tzinfo=UTC),  # 22:00 local
        end_at=datetime(2026, 12, 31, 17, 0, tzinfo=UTC),
    )  # fmt: skip
    follow()
    minutes = dict(
        Entry.objects.filter(code="M_ADD_SERVICE").values_list("card__year", "quantity")
    )
    assert minutes == {2026: 120, 2027: 60}


@pytest.mark.req("L44")
def test_edge_case_23_what_comes_late_is_marked_and_a_decided_card_takes_nothing(
    w: World,
) -> None:
    served(w, occurred_on=date(2026, 9, 1), start_at=None, end_at=None)
    follow()
    assert Entry.objects.get(code="M_ADD_SERVICE").late
    Card.objects.update(state="decided")
    served(w)
    follow()
    assert Entry.objects.filter(code="M_ADD_SERVICE").count() == 1


def test_a_decided_card_still_loses_what_was_false(w: World) -> None:
    """Edge case 18: its evaluation is opened again by who decided it."""
    one = served(w)
    follow()
    Card.objects.update(state="decided")
    copy_rows(Record, [reversal(Record.objects.get(pk=one.pk), AT)])
    follow()
    assert card_of(w).score == 800


@pytest.mark.req("L44")
def test_a_card_as_of_a_day_is_the_same_bytes_ever_after(w: World) -> None:
    served(w)
    follow()
    card, then = card_of(w), Entry.objects.latest("posted_at").posted_at
    before = digest(card, then)
    served(w)
    follow()
    assert digest(card, then) == before != digest(card)


def test_each_community_has_its_own_card(w: World) -> None:
    other = w.places.other_community
    served(w)
    served(w, path=other.path, place_id=other.pk, channel="unit")
    follow()
    found = Card.objects.filter(subject="member").values_list("path", "score")
    assert sorted(found) == sorted([(w.places.community.path, 810), (other.path, 810)])


def test_a_demo_link_holder_can_rate_but_gives_no_points_twice(w: World) -> None:
    """The same resident's best mark counts once a quarter (M_ADD_PRAISE)."""
    for hours in (0, 5):
        order = order_in(
            "confirmed", w, at=AT + timedelta(hours=hours), phone="13800001234"
        )
        orders.rate_order(
            actor=link_holder(order.id), order_id=order.id, rating=5, how="requester", now=AT
        )  # fmt: skip
    follow()
    assert Entry.objects.filter(code="M_ADD_PRAISE").count() == 1


@pytest.mark.req("L43", "L44")
def test_whoever_has_reported_in_has_a_card_of_the_base_before_anything_is_on_it(
    w: World,
) -> None:
    accepted(w, home(w, "member")), accepted(w, at_point(w, "member"))
    open_for_report_ins(AT)
    card = card_of(w)
    assert (card.score, card.path) == (800, w.places.community.path)
    assert not card.entries.exists()
    open_for_report_ins(AT)
    assert Card.objects.count() == 1, "one where the member lives, made once"


@pytest.mark.req("L43")
def test_edge_case_22_open_cards_follow_their_place_and_decided_ones_stay(
    w: World,
) -> None:
    served(w)
    served(
        w, member_id=w.members.neighbour.id, unit_id=w.units.other.id, channel="unit"
    )
    served(w, path=w.places.other_community.path, place_id=w.places.other_community.pk)
    follow()
    here, there = w.places.community, w.places.other_community
    Card.objects.filter(member=w.members.neighbour).update(year=2025, state="decided")
    mine = Card.objects.get(member=w.members.member, path=here.path)
    unit = Card.objects.get(unit=w.units.other, subject="unit", path=here.path)
    moves = Moves(date(2026, 12, 1), AT, {here.path: Target(there.path, there.pk)})
    CARDS.move(w.actors["county_org"], moves)
    paths = dict(Card.objects.values_list("pk", "path"))
    assert paths[unit.pk] == there.path, "goes on at the new place"
    assert paths[mine.pk] == here.path, "there is one already: each keeps its points"
    decided = Card.objects.get(member=w.members.neighbour)
    assert decided.path == here.path
