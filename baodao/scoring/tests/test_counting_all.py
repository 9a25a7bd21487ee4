"""From the database through a file to the cards of a place: the same as card by card."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import ibis
import pytest

from baodao.acts.access import path_range
from baodao.acts.bulk import copy_rows
from baodao.people.tests.make import World, world
from baodao.places.tests.changing import carried_out
from baodao.platform import checks
from baodao.records.models import Record, reversal
from baodao.scoring.jobs import prove
from baodao.scoring.models import Card, Entry
from baodao.scoring.services import proving
from baodao.scoring.services.counting_all import Sum, count_all, write_facts
from baodao.scoring.services.posting import post
from baodao.scoring.standing import all_sets

pytestmark = pytest.mark.django_db
AT = datetime(2027, 1, 3, 2, 0, tzinfo=UTC)
CLASSES = {
    "activity": ["culture", "care"], "order_served": ["wish", "problem"],
    "rating": ["first", "again"], "visit": ["monthly", "on_demand"],
    "duty_missed": ["visit_month", "lists", "project_quota"], "breach": ["no_show", "complaint"],
    "emergency": [""], "project": ["care"], "resource": ["care"], "merit": ["commendation", "post_held"],
}  # fmt: skip


def some_records(w: World, n: int, seed: int) -> list[Record]:
    """A year of records of two people and two units at two communities; some over
    midnight, also of the last day of the year; some taken back."""
    rng, found = Random(seed), []
    places = [w.places.community, w.places.other_community, w.places.grid]
    whose = [
        (w.members.member.id, w.units.unit.id), (w.members.neighbour.id, w.units.other.id),
        (None, w.units.unit.id),
    ]  # fmt: skip
    for _ in range(n):
        kind = rng.choice(list(CLASSES))
        place, (member, unit) = rng.choice(places), rng.choice(whose)
        day = date(2026, 1, 1) + timedelta(
            days=rng.choice([0, 364, rng.randrange(365)])
        )
        start = datetime(
            day.year, day.month, day.day, rng.choice([2, 14, 15]), tzinfo=UTC
        )
        minutes = rng.choice([0, 30, 60, 90, 120, 180]) if kind in ("activity", "order_served") else 0  # fmt: skip
        minutes = 300 if kind == "emergency" else minutes
        one = Record(
            kind=kind, channel=rng.choice(["unit", "residence"]), path=place.path,
            place_id=place.pk, member_id=member, unit_id=unit, occurred_on=day,
            start_at=start if minutes else None, minutes=minutes,
            end_at=start + timedelta(minutes=minutes) if minutes else None,
            quantity=rng.choice([1, 2, 4, 5]), source_kind="x", source_id=uuid4(),
            source_class=rng.choice(CLASSES[kind]), confirmed_at=AT, confirmed_how="list",
        )  # fmt: skip
        found.append(one)
    copy_rows(Record, found)
    back = [reversal(r, AT) for r in rng.sample(found, n // 8)]
    copy_rows(Record, back)
    return found


@pytest.mark.req("L44")
@pytest.mark.parametrize("year", [2026, 2027])
def test_the_closing_of_a_year_says_what_every_card_says(w: World, year: int) -> None:
    some_records(w, 160, seed=year)
    post(Record.objects.all())
    (found,) = count_all(w.places.district.path, year, all_sets())
    lines = set(Entry.objects.values_list("card_id", flat=True))
    cards: dict[Any, Sum] = {
        (c.subject, c.member_id or c.unit_id, c.path): Sum(
            c.adds, c.deducts, c.score, c.ceiling
        )
        for c in Card.objects.filter(year=year, pk__in=lines)
    }
    base = Sum(0, 0, 800, "")
    assert len(cards) >= (3 if year == 2026 else 1)
    for key in {*cards, *found}:
        assert cards.get(key, base) == found.get(key, base), key


def test_not_one_record_is_lost_on_the_way_to_the_file(w: World) -> None:
    """One record decides a card of its own."""
    some_records(w, 40, seed=7)
    place = w.places.community
    one = Record(
        kind="activity", channel="residence", path=place.path, place_id=place.pk,
        member_id=w.members.colleague.id, unit_id=w.units.unit.id, minutes=60,
        occurred_on=date(2026, 5, 5), source_kind="x", source_id=uuid4(),
        confirmed_at=AT, confirmed_how="list",
    )  # fmt: skip
    copy_rows(Record, [one])
    for path in (place.path, w.places.district.path):
        with TemporaryDirectory() as folder:
            facts = write_facts(path, 2026, Path(folder))
            rows = ibis.duckdb.connect().read_parquet(facts).to_pyarrow()
        lo, hi = path_range(path)
        assert rows.num_rows == Record.objects.filter(
            path__gte=lo, path__lt=hi, occurred_on__year=2026
        ).count()  # fmt: skip
    (found,) = count_all(place.path, 2026, all_sets())
    assert found["member", w.members.colleague.id, place.path] == Sum(5, 0, 805, "")


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("L44")
def test_the_proof_names_the_cards_that_are_not_what_the_records_say(
    w: World, caplog: Any
) -> None:
    """Every night, and at the close of a year, by the same expression."""
    some_records(w, 60, seed=3)
    post(Record.objects.all())
    found = proving.proof(2026)
    assert found.cards > 3 and found.off == []
    stale, missing = Card.objects.filter(year=2026, entries__isnull=False).distinct()[
        :2
    ]
    Card.objects.filter(pk=stale.pk).update(score=1)
    (off,) = proving.proof(2026).off
    assert off.card == stale.pk and off.stands and off.stands.score == 1
    assert proving.prove(2026).off == [], "a row that was stale is counted again"
    stale.refresh_from_db()
    assert stale.score != 1
    more = Record(
        kind="visit", source_class="on_demand", channel="residence", path=missing.path,
        place_id=missing.place_id, member_id=w.members.colleague.id,
        unit_id=w.units.unit.id, occurred_on=date(2026, 3, 3), source_kind="x",
        source_id=uuid4(), confirmed_at=AT, confirmed_how="list",
    )  # fmt: skip
    copy_rows(Record, [more])
    (off,) = proving.prove(2026, w.places.district.path).off
    assert (off.card, off.key[1]) == (None, w.members.colleague.id)
    assert "differs from the record book" in caplog.text
    assert prove.func(0) == 1
    (said,) = checks.cards()
    assert (said.state, said.name) == ("failure", "积分卡")
    assert str(w.members.colleague.id) in said.detail
    Card.objects.update(state="decided")
    assert proving.proof(2026).cards == 0, "what was decided takes nothing new"


@pytest.mark.req("L44")
def test_cards_that_followed_their_place_are_proved_too(w: World) -> None:
    """Domain 8.22: what was recorded at the old place is on the card at the new one, but
    where each place has a card both keep their points."""
    some_records(w, 30, seed=4)
    post(Record.objects.all())
    before = Card.objects.filter(path=w.places.community.path).count()
    carried_out(
        w.actors["county_org"], "merge", "542523100001", into="542523100002", now=AT
    )
    assert Card.objects.filter(path=w.places.community.path).count() < before
    assert proving.proof(2026).off == []
