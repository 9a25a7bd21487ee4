"""Lists and searches on a tree of real size stay one indexed, paged query."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baodao.acts.bulk import copy_rows
from baodao.core.text import pinyin_key
from baodao.people.tests.make import SINCE, World, world
from baodao.places import queries
from baodao.places.models import Place
from baodao.places.search import keys_of

pytestmark = pytest.mark.django_db
ROWS = 12_000
NAMES = ("阳光", "民生", "团结", "幸福", "雪山", "草原", "河畔", "新村")


@pytest.fixture
def big() -> World:
    """The cast, and 12,000 grids in the communities of the district."""
    w = world()
    parents = (w.places.community, w.places.second_community, w.places.other_community)
    keys = {n: pinyin_key(f"{n}网格") for n in NAMES}
    rows = []
    for n in range(ROWS):
        parent, name = parents[n % 3], NAMES[n % len(NAMES)]
        code = f"{parent.code}-G{10_000 + n}"
        rows.append(
            Place(
                code=code, path=f"{parent.path}G{10_000 + n}/", level=6, parent=parent,
                official_name=f"{name}网格", name=f"{name}网格", pinyin=keys[name],
                valid_from=SINCE,
            )
        )  # fmt: skip
    copy_rows(Place, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE places_place")
    return w


def plan(found: QuerySet[Place]) -> str:
    return found[:26].explain()


@pytest.mark.req("A08")
def test_search_and_lists_use_their_indexes(big: World) -> None:
    w, actor = big, big.actors["county_org"]
    for text, index in (
        ("森格", "place_search"),
        ("senge", "place_search"),
        ("sgsq", "place_search"),
        # Under a byte-wise locale the planner may take either index on the code.
        ("542523100001-G1234", "place_code_"),
    ):
        found = queries.search_places(actor, text)
        assert index in plan(found), (text, plan(found))
        assert "Seq Scan on places_place" not in plan(found), plan(found)
    for found in (
        queries.children(actor, w.places.community),
        queries.open_places(w.actors["other_community_worker"]).order_by("path"),
        queries.open_places(actor).filter(level=5).order_by("path"),
        queries.search_places(w.actors["community_worker"], "阳光"),
    ):
        shown = plan(found)
        assert "Seq Scan on places_place" not in shown, shown
        assert "Index" in shown


@pytest.mark.req("A08")
def test_search_is_one_query_and_finds_only_what_is_visible(
    big: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = list(queries.search_places(big.actors["community_worker"], "阳光")[:25])
    assert len(found) == 25
    assert {p.path[:15] for p in found} == {big.places.community.path[:15]}
    assert not queries.search_places(big.actors["outsider"], "阳光")


def test_words_narrow_a_search() -> None:
    w = world()
    actor = w.actors["county_org"]
    assert queries.search_places(actor, "森格 社区").get().pk == w.places.community.pk
    assert not queries.search_places(actor, "森格 网格")
    assert queries.search_places(actor, "森").get().pk == w.places.community.pk
    assert not queries.search_places(actor, "   ")


@given(
    st.text("森格社区sg 3 A村·", max_size=6),
    st.text("sengeshqu 原名", max_size=8),
    st.data(),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_part_of_a_name_or_its_pinyin_is_among_its_keys(
    name: str, pinyin: str, data: st.DataObject
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_keys(%s, %s)", [name, pinyin])
        keys = set(cursor.fetchone()[0])
    for text in (name.lower(), pinyin.replace(" ", "")):
        start = data.draw(st.integers(0, len(text)))
        for word in text[start:].split():
            assert set(keys_of(word)) <= keys, (word, keys)


def test_counts_of_a_subtree() -> None:
    w = world()
    counts = queries.counts(w.places.street.path)
    assert counts == {4: 1, 5: 2, 6: 2, 7: 1, 8: 1, 9: 1, 0: 2}
