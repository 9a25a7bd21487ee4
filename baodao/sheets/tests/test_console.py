"""`baodao import KIND FILE`: the same check and load from the console."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from baodao.cli import verbs
from baodao.people.models import Member, Person
from baodao.people.tests.make import World, world
from baodao.sheets import console
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.files import book

pytestmark = pytest.mark.django_db
ROWS = [["姓名", "单位"], ["王小明", "地区住建局"], ["李红", "地区住建局"]]
WRONG = [*ROWS, ["张三", "没有的单位"]]


@pytest.fixture
def w() -> World:
    return world()


def run(
    tmp_path: Path, rows: list[list[str]], *args: str, kind: str = "members"
) -> str:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(book(rows))
    out = StringIO()
    call_command("import_table", kind, str(file), *args, stdout=out)
    return out.getvalue()


def test_a_table_is_checked_and_written_by_the_system(w: World, tmp_path: Path) -> None:
    said = run(tmp_path, ROWS)
    assert "2 行：新增 2，更新 0，不变 0，有错 0" in said and "写好了" in said
    member = Member.objects.get(person__name="李红")
    assert member.unit == w.units.unit and ImportRun.objects.get().state == "loaded"
    assert "没有要写入的" in run(tmp_path, ROWS)


def test_only_looking_writes_nothing_and_keeps_nothing(
    w: World, tmp_path: Path
) -> None:
    assert "新增 2" in run(tmp_path, ROWS, "--dry-run")
    assert not Person.objects.filter(name="李红").exists()
    kept = ImportRun.objects.get()
    assert (kept.state, kept.body) == ("dropped", None)


def test_a_wrong_row_holds_back_the_rest_unless_told_otherwise(
    w: World, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="没有写入"):
        run(tmp_path, WRONG)
    assert not Person.objects.filter(name="李红").exists()
    with pytest.raises(CommandError, match="请改好再导入"):
        run(tmp_path, WRONG, "--partly")
    assert Person.objects.filter(name="李红").exists()


def test_an_account_acts_in_the_role_that_may(w: World, tmp_path: Path) -> None:
    run(tmp_path, ROWS, "--as", "unit_secretary")
    assert ImportRun.objects.get().who == "王建国"
    with pytest.raises(CommandError, match="没有在用的账号"):
        run(tmp_path, ROWS, "--as", "nobody")
    with pytest.raises(CommandError, match="不能导入这张表"):
        run(tmp_path, ROWS, "--as", "member")
    with pytest.raises(CommandError, match="系统不能导入这张表"):
        run(tmp_path, [["所在地", "户号"], ["森格社区", "1"]], kind="households")


def test_what_cannot_be_read_is_said(w: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有“nothing”这张表"):
        call_command("import_table", "nothing", "x.xlsx")
    with pytest.raises(CommandError, match="打不开"):
        call_command("import_table", "members", str(tmp_path / "none.xlsx"))
    with pytest.raises(CommandError):
        run(tmp_path, [["甲"], ["1"]])
    assert ImportRun.objects.get().state == "dropped"


def test_another_kind_of_source_is_one_line_more(
    w: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Path, ...]] = []

    def national(order: console.Order) -> bool:
        seen.append(order.paths)
        return True

    source = console.Source(
        "places", "全国区划", lambda paths: paths[0].is_dir(), national
    )
    monkeypatch.setattr(console, "SOURCES", [source])
    call_command("import_table", "places", str(tmp_path))
    assert seen == [(tmp_path,)] and "places" in console.kinds()
    # A file of the same kind still goes the usual way.
    assert "有错 0" in run(
        tmp_path, [["代码", "名称"], ["54", "西藏自治区"]], kind="places"
    )


def test_the_verb_hands_on_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[list[str]] = []

    def manage(args: Sequence[str]) -> int:
        typed.append(list(args))
        return 0

    monkeypatch.setattr(verbs, "manage", manage)
    argv = ["import", "members", "名册.xlsx", "--dry-run", "--as", "zhuoma", "--partly"]
    assert verbs.main(argv) == 0
    assert typed == [
        [
            "import_table",
            "members",
            "名册.xlsx",
            "--as",
            "zhuoma",
            "--dry-run",
            "--partly",
        ]
    ]
