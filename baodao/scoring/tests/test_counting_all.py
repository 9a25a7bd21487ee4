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
from baodao.records.models import Record, reversal
from baodao.scoring.models import Card, Entry
from baodao.scoring.services.counting_all import Sum, count_all, write_facts
from baodao.scoring.services.posting import post
from baodao.scoring.standing import all_sets

pytestmark = pytest.mark.django_db
AT = datetime(2027, 1, 3, 2, 0, tzinfo=UTC)
CLASSES = {
    "activity": ["culture", "care"], "order_served": ["wish", "problem"],
    "rating": ["first", "again"], "visit": ["monthly", "on_demand"],
    "duty_missed": ["visit_month", "lists", "project_quota"], "breach": ["no_show", "complaint"],
    "project": ["care"], "resource": ["care"], "merit": ["commendation", "post_held"],
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
