"""The pages of an import: hand in, look, mend, write; each for its owner alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from baodao.acts.models import Event
from baodao.people.models import Person
from baodao.people.tests.make import World, world
from baodao.sheets import services
from baodao.sheets.columns import open_sheets
from baodao.sheets.models import ImportRun
from baodao.sheets.rules import IMPORTERS
from baodao.sheets.tests.files import book, cells_of
from baodao.sheets.tests.runs import checked, fresh, outcome, written

pytestmark = pytest.mark.django_db
HEADS = ["姓名", "手机号", "单位"]
ROWS: list[list[Any]] = [
    HEADS,
    ["王小明", "13811110001", "地区住建局"],
    ["李红", "1381111", "住建委"],
    ["张三", "", "住建委"],
]


@pytest.fixture
def w() -> World:
    return world()


def url(name: str, run: ImportRun | None = None) -> str:
    return reverse(f"sheets:{name}", args=[run.pk] if run else [])


def upload(
    client: Client, data: bytes, name: str = "名册.xlsx", sheet: str = "members"
) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(url("runs"), {"sheet": sheet, "file": file})


def html(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_a_file_is_handed_in_and_waits_to_be_checked(w: World) -> None:
    client = w.client("unit_secretary")
    assert "还没有导入过" in html(client.get(url("runs")))
    answer = upload(client, book(ROWS))
    run = ImportRun.objects.get()
    assert answer.status_code == 302 and answer["Location"] == url("run", run)
    page = html(client.get(url("run", run)))
    assert "正在试导入，还没有写入任何数据" in page and "等后台接手" in page
    # Without scripts the page asks again by itself.
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "HX-Refresh" not in client.get(url("progress", run))
    services.check_run(run.pk)
    assert client.get(url("progress", run))["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("名册.pdf", b"%PDF", "只能读 Excel"),
        ("名册.xlsx", b"", "空的"),
    ],
)
def test_what_is_no_table_is_refused_under_the_field(
    w: World, name: str, data: bytes, part: str
) -> None:
    answer = upload(w.client("unit_secretary"), data, name)
    assert answer.status_code == 422 and part in html(answer)
    assert not ImportRun.objects.exists()


def test_a_sheet_of_somebody_else_cannot_be_chosen(w: World) -> None:
    answer = upload(w.client("unit_secretary"), book(ROWS), sheet="households")
    assert answer.status_code == 422 and "从列表里选" in html(answer)


def test_the_check_shows_four_outcomes_and_what_to_mend(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    page = html(w.client("unit_secretary").get(url("run", run)))
    for words in (
        "试导入完成，还没有写入任何数据", "行新增", "行更新", "行不变", "行有错",
        "手机号是11位，这里少4位", "还有 1 行相同，一起改", "先写入没问题的 1 行…",
        "3–4", "下载带批注的表格",
    ):  # fmt: skip
        assert words in page, words
    assert "王小明" in html(
        w.client("unit_secretary").get(url("run", run) + "?tab=new")
    )


def test_mending_on_the_page_checks_again(w: World) -> None:
    secretary, client = w.actors["unit_secretary"], w.client("unit_secretary")
    run = checked(secretary, "members", ROWS)
    answer = client.post(
        url("fix", run),
        {"version": run.version, "text-0": "13811110002", "text-1": "地区住建局"},
    )
    assert answer.status_code == 302
    services.check_run(run.pk)
    run = fresh(run)
    assert outcome(run) == (3, 0, 0, 0)
    page = html(client.get(url("run", run)))
    assert "没有要改的行，可以写入了" in html(client.get(url("run", run) + "?tab=fix"))
    assert "写入 3 行" in page
    client.post(url("load", run), {"version": run.version})
    services.load_run(run.pk)
    page = html(client.get(url("run", run)))
    assert "写好了：新增 3 行" in page and reverse("people:members") in page
    assert Person.objects.filter(name="张三").exists()


def test_nothing_mended_is_no_new_check(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    answer = w.client("unit_secretary").post(
        url("fix", run), {"version": run.version, "text-0": "1381111"}, follow=True
    )
    assert "还没有改" in html(answer) and fresh(run).state == "checked"


def test_rows_are_left_out_by_a_tick(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    w.client("unit_secretary").post(
        url("fix", run), {"version": run.version, "skip-0": "1", "pick-1": "__skip"}
    )
    services.check_run(run.pk)
    assert outcome(fresh(run)) == (1, 0, 0, 0) and fresh(run).counts["skip"] == 2


def test_an_old_page_mends_and_writes_nothing(w: World) -> None:
    client = w.client("unit_secretary")
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    for name in ("fix", "load"):
        answer = client.post(
            url(name, run), {"version": run.version - 1, "text-0": "x"}
        )
        assert answer.status_code == 409, name
    assert client.post(url("load", run), {"version": "²"}).status_code == 409


def test_the_marked_table_is_taken_along_and_on_record(w: World) -> None:
    client = w.client("unit_secretary")
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    answer: Any = client.post(url("marked", run))
    cells = cells_of(b"".join(answer.streaming_content))
    assert cells[0][3] == "问题" and "手机号：手机号是11位，这里少4位" in cells[2][3]
    assert "单位：没有找到这个单位" in cells[3][3] and cells[1][3] == ""
    assert Event.objects.filter(action="imports.marked", object_id=run.pk).count() == 1


def test_a_dropped_file_is_gone(w: World) -> None:
    client = w.client("unit_secretary")
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    client.post(url("drop", run))
    assert fresh(run).body is None and fresh(run).state == "dropped"
    assert "这份表没有写入" in html(client.get(url("run", run)))
    assert client.post(url("marked", run)).status_code == 404
    assert client.post(url("drop", run)).status_code == 409


def test_a_refused_file_says_why_and_how_to_go_on(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", [["甲"], [1]])
    page = html(w.client("unit_secretary").get(url("run", run)))
    assert "没有找到表头" in page and "下载空表对照" in page


def test_what_was_left_out_is_said_on_the_receipt(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    run = written(w.actors["unit_secretary"], run, partly=True)
    page = html(w.client("unit_secretary").get(url("run", run)))
    assert "有错的 2 行没有写入" in page and "李红" not in page


def test_the_pages_of_a_run_are_its_owners_alone(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", ROWS)
    for who in ("unit_liaison", "county_org", "member", "anonymous"):
        client = w.client(who)
        assert client.get(url("run", run)).status_code == 404, who
        assert client.get(url("progress", run)).status_code == 404, who
        for name in ("fix", "load", "drop", "marked"):
            answer = client.post(url(name, run), {"version": run.version})
            assert answer.status_code == 404, (who, name)
    for name in ("fix", "load", "drop", "marked"):
        assert w.client("unit_secretary").get(url(name, run)).status_code == 405


def test_blank_sheets_are_for_those_who_may_import_them(w: World) -> None:
    for sheet in open_sheets():
        for role in (
            "unit_secretary",
            "community_worker",
            "county_org",
            "grid_worker",
            "member",
        ):
            actor = w.actors[role]
            answer = w.client(role).get(reverse("sheets:template", args=[sheet.code]))
            may = role in IMPORTERS and sheet.open_to(actor)
            assert answer.status_code == (200 if may else 404), (sheet.code, role)


def test_every_role_that_may_import_has_something_to_import(w: World) -> None:
    for role in IMPORTERS:
        assert any(sheet.open_to(w.actors[role]) for sheet in open_sheets()), role
        assert w.client(role).get(url("runs")).status_code == 200, role
