"""Many rows given column by column are what single acts write; any text survives the
way through COPY."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from baodao.acts.bulk import create_rows
from baodao.acts.copying import copy_columns, text_of
from baodao.acts.engine import create
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.acts.writing import Write
from baodao.core.errors import Forbidden, NotFound
from baodao.core.ids import uuid7, uuid7s
from baodao.core.models import next_numbers
from baodao.people.models import Member, Person
from baodao.people.tests.make import World, world
from baodao.places.models import Place

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NAMES = ["张伟", "刘洋"]


@pytest.fixture
def w(db: None) -> World:
    return world()


def columns(w: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two members of one unit, by columns."""
    ids = uuid7s(2)
    persons = {
        "id": ids, "name": NAMES, "pinyin": ["zhang wei zw", "liu yang ly"],
        "phone": ["13800000001", ""], "phone_hash": ["a", ""],
        "path": w.units.unit.path, "unit_id": w.units.unit.id,
    }  # fmt: skip
    members = {
        "person_id": ids, "volunteer_no": ["5425-800001", "5425-800002"],
        "unit_id": w.units.unit.id, "unit_path": w.units.unit.path,
        "skills": [["repair", "law"], []], "joined_on": [date(2026, 2, 4), AT.date()],
    }  # fmt: skip
    return persons, members


def test_rows_by_column_are_what_single_acts_write(w: World) -> None:
    persons, members = columns(w)
    secretary, data = w.actors["unit_secretary"], {"import": "x"}
    with transaction.atomic():
        ids = create_rows(
            secretary, "members.add", Member, members, adds=[(Person, persons)],
            data=data, at=AT,
        )  # fmt: skip
    person = Person(
        name="张伟", pinyin="zhang wei zw", phone="13800000001", phone_hash="a",
        path=w.units.unit.path, unit_id=w.units.unit.id,
    )  # fmt: skip
    single = Member(
        person=person, volunteer_no="5425-800009", unit=w.units.unit,
        unit_path=w.units.unit.path, skills=["repair", "law"], joined_on=date(2026, 2, 4),
    )  # fmt: skip
    write = Write(adds=[person], data=data)
    create(secretary, "members.add", single, write, now=AT)
    assert _everything(ids[0]) == _everything(single.pk)


def _everything(pk: UUID) -> list[Any]:
    """A member with person and events, but for what differs by nature."""
    skip = {"id", "created_at", "volunteer_no", "person", "person_id"}
    member = Member.objects.select_related("person").get(pk=pk)
    mine = [
        {
            f.attname: getattr(row, f.attname)
            for f in row._meta.fields
            if f.name not in skip
        }
        for row in (member, member.person)
    ]
    events = [
        {f.attname: getattr(e, f.attname) for f in e._meta.fields
         if f.name not in {"id", "object_id", "xid"}}
        for e in events_of(pk)
    ]  # fmt: skip
    return [mine, events]


def test_the_grant_is_judged_on_every_row(w: World) -> None:
    _, members = columns(w)
    members["unit_id"] = [w.units.unit.id, w.units.other.id]
    with pytest.raises((Forbidden, NotFound)), transaction.atomic():
        create_rows(w.actors["unit_secretary"], "members.add", Member, members)
    assert not Event.objects.filter(action="members.add").exists()


def test_columns_that_do_not_fit_are_a_mistake_of_ours(w: World) -> None:
    _, members = columns(w)
    secretary = w.actors["unit_secretary"]
    with pytest.raises(ValueError, match="different length"):
        create_rows(
            secretary, "members.add", Member, {**members, "kind": ["in_service"]}
        )
    with pytest.raises(ValueError, match="has no"), transaction.atomic():
        copy_columns(Person, {"nickname": ["x"]}, 1)
    with pytest.raises(TypeError, match="complex"):
        text_of(1j)


def test_ids_made_at_once_are_of_version_seven_and_grow() -> None:
    before, ids, after = uuid7(), uuid7s(5_000), uuid7()
    assert before < ids[0] and ids[-1] < after
    assert ids == sorted(set(ids)) and {i.version for i in ids} == {7}


@pytest.mark.django_db
def test_numbers_taken_at_once_follow_each_other() -> None:
    assert next_numbers("try", 3) == range(1, 4)
    assert next_numbers("try", 1) == range(4, 5)


# PostgreSQL keeps no NUL and no lone surrogates; neither does any file we read.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


class AnyTextSurvives(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(TEXT, min_size=1, max_size=5), st.lists(TEXT, max_size=4))
    def test_text_and_arrays_come_back_as_they_went(
        self, texts: list[str], words: list[str]
    ) -> None:
        n = len(texts)
        ids = uuid7s(n)
        persons = {"id": ids, "name": texts, "phone": texts, "path": None}
        members = {
            "person_id": ids, "volunteer_no": [f"t-{i}" for i in ids],
            "skills": [words] * n, "joined_on": AT.date(),
        }  # fmt: skip
        copy_columns(Person, persons, n)
        copy_columns(Member, members, n)
        rows = Member.objects.filter(person_id__in=ids).select_related("person")
        found = {m.person_id: m for m in rows}
        assert [found[pk].person.name for pk in ids] == texts
        assert [found[pk].person.phone for pk in ids] == texts
        assert all(m.skills == words for m in found.values())


def test_a_value_for_all_rows_may_look_like_a_pattern(w: World) -> None:
    with transaction.atomic():
        copy_columns(
            Place,
            {"code": ["1", "2"], "path": ["x/1/", "x/2/"], "level": 1, "lon": 80.5,
             "official_name": "100%s\t\\N", "name": "100%s\t\\N", "is_contact_point": False},
            2,
        )  # fmt: skip
    found = Place.objects.filter(path__startswith="x/")
    assert {p.name for p in found} == {"100%s\t\\N"} and {p.lon for p in found} == {
        80.5
    }
