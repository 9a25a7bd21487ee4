"""Journey: the roster as the office has it, handed in, mended on the page, written; a
worker of its own does the jobs while the page waits."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Locator, Page, expect

from baodao.people.models import Member, Person
from baodao.people.tests.make import World
from baodao.sheets.models import Export, ImportRun
from tests.conftest import Open

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("worker")]
# Two rows of headings, merged; numbers as numbers; dates in five styles; a private
# number; a name that three rows share and nobody knows; one person twice; signatures.
PEOPLE: list[list[Any]] = [
    [
        1,
        "王小明",
        "男",
        13811110001,
        "地区住建局",
        "家电维修、水暖管道",
        "2019.7.1",
        "540102199001011239",
    ],
    [
        2,
        "李　红",
        "女",
        "１３８１１１１０００２",
        "地区住建局",
        "藏语",
        "2020年3月5日",
        "",
    ],
    [3, "张三丰", "男", "138-1111-0003", "住建委", "驾驶", date(2021, 9, 8), ""],
    [4, "赵六", "男", "1381111", "住建委", "", "20210908", ""],
    [5, "周七", "女", 13811110005, "住建委", "打扫，做饭", "2026/2/30", ""],
    [6, "王小明", "男", 13811110001, "地区住建局", "", "2019.7.1", ""],
]


def roster() -> bytes:
    """What a unit's office keeps and sends around."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("名册")
    day = book.add_format({"num_format": "yyyy.m.d"})
    page.merge_range(0, 0, 0, 7, "地区住建局在职党员报到名册")
    page.merge_range(1, 0, 1, 7, "填报单位：地区住建局          2026年11月20日")
    for column, head in enumerate(("序号", "姓 名", "性别")):
        page.merge_range(2, column, 3, column, head)
    page.write(2, 3, "联系方式")
    page.write(3, 3, "手机号码")
    page.merge_range(2, 4, 2, 6, "工作情况")
    for column, head in enumerate(("所在单位", "个人特长", "入职时间"), 4):
        page.write(3, column, head)
    page.merge_range(2, 7, 3, 7, "身份证号")
    for n, row in enumerate(PEOPLE, 4):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(n, column, value, day)
            elif value != "":
                page.write(n, column, value)
    page.write(12, 0, "合计")
    page.write(12, 1, "6人")
    page.write(13, 0, "填表人：李秀英          审核人：王建国")
    book.close()
    return out.getvalue()


def problem(page: Page, words: str) -> Locator:
    """The row of the table with this sentence."""
    return page.get_by_role("row").filter(has_text=words)


@pytest.mark.req("A09")
def test_a_messy_roster_is_handed_in_mended_and_written(
    open_as: Open, w: World, tmp_path: Path
) -> None:
    file = tmp_path / "在职党员名册（11月）.xlsx"
    file.write_bytes(roster())
    page = open_as("unit_secretary", "/people/members/")
    page.get_by_role("link", name="导入").click()
    page.get_by_label("导入什么").select_option("党员")
    page.get_by_label("选文件").set_input_files(file)
    page.get_by_role("button", name="上传并试导入").click()

    # Checked by the worker while the page waits; nothing is written yet.
    head = page.get_by_role("heading", level=1)
    expect(head).to_have_text("试导入完成，还没有写入任何数据", timeout=30_000)
    for words in ("2 行新增", "0 行更新", "0 行不变", "4 行有错"):
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("本系统不存")).to_be_visible()
    assert not Person.objects.filter(name="李 红").exists()
    take_the_marked_table(page, tmp_path)
    mend(page)

    expect(page.get_by_text("5 行新增")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("1 行不导入")).to_be_visible()
    page.get_by_role("link", name="会新增").click()
    expect(page.get_by_role("cell", name="张三丰")).to_be_visible()
    page.get_by_role("button", name="写入 5 行").click()
    expect(head).to_have_text("写好了：新增 5 行，更新 0 行", timeout=30_000)
    see_the_people(page, w)
    run = ImportRun.objects.get()
    assert (run.state, run.body, run.findings) == ("loaded", None, "")


def take_the_marked_table(page: Page, folder: Path) -> None:
    """The own table with the problems beside their rows."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载带批注的表格").click()
    assert waiting.value.suggested_filename == "在职党员名册（11月）（有批注）.xlsx"
    waiting.value.save_as(folder / "marked.xlsx")
    assert (folder / "marked.xlsx").read_bytes().startswith(b"PK")


def mend(page: Page) -> None:
    """In place: a number, a date, the unit of three rows at once, one row left out."""
    expect(page.get_by_text("同样的问题改一次，其他行一起改")).to_be_visible()
    short = problem(page, "手机号是11位，这里少4位")
    short.get_by_role("textbox").fill("13811110004")
    problem(page, "2月没有30日").get_by_role("textbox").fill("2026-02-28")
    unit = problem(page, "没有找到这个单位")
    expect(unit.get_by_text("还有 2 行相同，一起改")).to_be_visible()
    unit.get_by_text("自己写").click()
    unit.get_by_role("textbox").fill("阿里地区住房和城乡建设局")
    twice = problem(page, "和第5行是同一个人")
    twice.get_by_role("checkbox", name="不导入这一行").check()
    page.get_by_role("button", name="改好了，重新核对").click()


def see_the_people(page: Page, w: World) -> None:
    """They are in the list of members, and leave with it as a file."""
    page.get_by_role("link", name="看党员").click()
    for name in ("王小明", "李 红", "张三丰", "赵六", "周七"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    zhou = Member.objects.select_related("person").get(person__name="周七")
    assert zhou.unit == w.units.unit and zhou.joined_on == date(2026, 2, 28)
    assert zhou.person.phone == "13811110005" and zhou.skills == ["cooking", "cleaning"]
    with page.expect_download() as waiting:
        page.get_by_text("导出", exact=True).click()
        page.get_by_role("button", name="Excel 表格").click()
    assert waiting.value.suggested_filename.startswith("党员-")
    assert Export.objects.get().rows == 8


def test_without_scripts_the_page_asks_again_by_itself(
    open_as: Open, w: World, tmp_path: Path
) -> None:
    file = tmp_path / "名册.csv"
    file.write_bytes("姓名,单位\n王小明,地区住建局\n".encode("gb18030"))
    page = open_as("unit_secretary", "/imports/?sheet=members", scripts=False)
    page.get_by_label("选文件").set_input_files(file)
    page.get_by_role("button", name="上传并试导入").click()
    head = page.get_by_role("heading", level=1)
    expect(head).to_have_text("试导入完成，还没有写入任何数据", timeout=30_000)
    page.get_by_role("button", name="写入 1 行").click()
    expect(head).to_have_text("写好了：新增 1 行，更新 0 行", timeout=30_000)
