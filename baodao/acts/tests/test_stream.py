"""New rows from plain tuples are what single acts write."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import Batch
from baodao.acts.engine import create
from baodao.acts.models import Event
from baodao.acts.stream import copy_created, rebuilt
from baodao.core.ids import uuid7, uuid7_texts
from baodao.places.models import Place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NAMES = ("id", "code", "path", "level", "official_name", "name", "is_contact_point")


def _written(pk: UUID) -> list[Any]:
    row = Place.objects.filter(pk=pk).values().get()
    event = Event.objects.filter(object_id=pk).values().get()
    own = {"id", "code", "path", "object_id", "xid"}
    return [{k: v for k, v in r.items() if k not in own} for r in (row, event)]


def test_rows_of_tuples_write_what_single_acts_and_batches_write() -> None:
    name = "带\t制表、\\斜杠\n和换行"
    single, batched, streamed = (uuid7() for _ in range(3))
    rows = {
        pk: (str(pk), code, f"{code}/", 1, name, "省", False)
        for pk, code in zip((single, batched, streamed), "123", strict=True)
    }

    def place(pk: UUID) -> Place:
        return Place(**dict(zip(NAMES, rows[pk], strict=True)), created_at=AT)

    create(SYSTEM, "places.add", place(single), now=AT)
    batch = Batch()
    batch.create(SYSTEM, "places.add", place(batched), at=AT)
    with transaction.atomic():
        batch.flush()
        copy_created(SYSTEM, "places.add", Place, NAMES, [rows[streamed]], at=AT)
    assert _written(single) == _written(batched) == _written(streamed)
    assert Event.objects.get(object_id=streamed).path == "3/"


def test_nothing_to_write_and_a_load_that_fails_leave_all_as_it_was() -> None:
    copy_created(SYSTEM, "places.add", Place, NAMES, [])
    twice = [(str(uuid7()), c, "1/", 1, "省", "省", False) for c in "12"]
    with (
        pytest.raises(Exception, match="place_path_once"),
        transaction.atomic(),
        rebuilt(Place, Event),
    ):
        copy_created(SYSTEM, "places.add", Place, NAMES, twice, at=AT)
    assert not Place.objects.exists() and not Event.objects.exists()


def test_ids_by_the_hundred_thousand_are_in_order_and_like_the_others() -> None:
    before, many, after = uuid7(), [UUID(x) for x in uuid7_texts(5_000)], uuid7()
    assert [before, *many, after] == sorted({before, *many, after})
    assert {(x.version, x.variant) for x in many} == {(7, before.variant)}
