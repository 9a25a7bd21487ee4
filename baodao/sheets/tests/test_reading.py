"""Files as they come: what surrounds a table, what its headings are called, how its
text is encoded. One sheet of our own stands for all."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from baodao.core.errors import Invalid
from baodao.sheets import reading
from baodao.sheets.cells import code, day, one_of, phone, text
from baodao.sheets.columns import Column, Sheet
from baodao.sheets.fixes import Fix, Mended, numbers_of, ranges
from baodao.sheets.frames import Frame, read
from baodao.sheets.tests.files import book
from baodao.sheets.tests.files import text as csv_file

SHEET = Sheet(
    code="try", title="试", measure="名", actions=(), list_url="", plan=lambda case: lambda: None,
    keys=(("no",), ("name",)), not_here={"备注": "不导入"},
    columns=(
        Column("no", "编号", code(4)),
        Column("name", "姓名", text, also=("党员姓名",), required=True),
        Column("phone", "手机号", phone, also=("联系电话", "手机", "联系方式"), private=True),
        Column("unit", "单位", text, also=("所在单位", "单位名称")),
        Column("kind", "类别", one_of({"a": "在职", "b": "退休"}), options=("在职", "退休")),
        Column("since", "日期", day),
    ),
)  # fmt: skip
HEADS = ["编号", "姓名", "手机号", "单位", "类别", "日期"]
ZHANG: list[Any] = [7.0, "张伟", 13800000001.0, "住建局", "在职", date(2026, 2, 4)]


def frame(data: bytes, name: str = "名册.xlsx", **kwargs: Any) -> Frame:
    return read(SHEET, data, name, **kwargs)


def refused(data: bytes, name: str = "名册.xlsx") -> str:
    with pytest.raises(Invalid) as error:
        frame(data, name)
    return error.value.fields["file"]


def records(found: Frame) -> list[dict[str, Any]]:
    return [
        {name: values[i] for name, values in found.values.items()}
        for i in range(len(found))
    ]


def test_a_plain_table_becomes_typed_rows_with_their_numbers() -> None:
    found = frame(book([HEADS, ZHANG, ["0012", "刘洋", "", "", "退休", ""]]))
    assert found.numbers == [2, 3] and found.problems == []
    assert records(found) == [
        {"no": "0007", "name": "张伟", "phone": "13800000001", "unit": "住建局", "kind": "a",
         "since": date(2026, 2, 4)},
        {"no": "0012", "name": "刘洋", "phone": None, "unit": None, "kind": "b", "since": None},
    ]  # fmt: skip


def test_order_and_words_of_headings_are_the_authors_own() -> None:
    found = frame(book([
        ["所在单位", "手机（必填）", "序号", "党员姓名*", "日期：", "备注"],
        ["住建局", "138 0000 0001", 1, " 张　伟 ", "2026.2.4", "好"],
    ]))  # fmt: skip
    assert records(found) == [
        {
            "name": "张 伟",
            "phone": "13800000001",
            "unit": "住建局",
            "since": date(2026, 2, 4),
        }
    ]
    assert found.layout.left_out == [("备注", "不导入")] and found.layout.counting == 2


def test_titles_notes_and_signatures_around_the_table_are_no_records() -> None:
    rows: list[list[Any]] = [
        ["在职党员报到名册"], ["填报单位：住建局", "", "", "2026年11月"], [], HEADS, ZHANG,
        [], ["", "  "], [8.0, "刘洋"],
        ["合计", "2人"], ["填表人：张三", "", "", "审核人：李四"], ["注：以上属实"], ["以下空白"],
    ]  # fmt: skip
    found = frame(book(rows, merge=[(0, 0, 0, 5), (1, 0, 1, 2)]))
    assert found.numbers == [5, 8] and found.values["name"] == ["张伟", "刘洋"]


def test_two_rows_of_headings_with_merged_cells() -> None:
    rows: list[list[Any]] = [
        ["名册"],
        ["序号", "基本情况", "", "联系方式", "", "单位"],
        ["", "姓名", "类别", "手机", "邮箱", ""],
        [1, "张伟", "在职", "13800000001", "x@y.cn", "住建局"],
    ]
    merged = [(0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4), (1, 5, 2, 5)]
    found = frame(book(rows, merge=merged))
    assert found.numbers == [4]
    assert records(found) == [
        {"name": "张伟", "phone": "13800000001", "unit": "住建局", "kind": "a"}
    ]
    assert ("邮箱", "") in found.layout.left_out


def test_headings_repeated_on_every_printed_page_are_left_out() -> None:
    found = frame(book([HEADS, ZHANG, HEADS, [8.0, "刘洋", "", "", "在职", ""]]))
    assert found.values["name"] == ["张伟", "刘洋"] and found.numbers == [2, 4]


def test_the_table_is_found_among_other_sheets_and_never_on_a_hidden_one() -> None:
    other = [["填写说明"], ["一、姓名要写全"]]
    old: list[list[Any]] = [HEADS, [1.0, "旧人"]]
    found = frame(book([HEADS, ZHANG], before=other, hidden=old))
    assert found.grid.title == "名册" and found.values["name"] == ["张伟"]


def test_the_examples_of_the_blank_sheet_are_not_imported() -> None:
    rows: list[list[Any]] = [
        ["序号", *HEADS],
        ["例1", "", "卓玛"],
        ["例2", "", "李建国"],
        [1, *ZHANG],
    ]
    assert frame(book(rows)).values["name"] == ["张伟"]


def test_what_may_never_be_kept_is_named_and_left_out() -> None:
    rows: list[list[Any]] = [
        ["姓名", "身份证号", "民族", "血型"],
        ["张伟", "540102199001011239", "汉", "A"],
    ]
    found = frame(book(rows))
    left = [("身份证号", "本系统不存"), ("民族", "本系统不存"), ("血型", "")]
    assert sorted(found.layout.left_out) == sorted(left)
    assert "540102" not in str(found.values)


def test_of_two_columns_for_one_thing_the_sheets_own_word_wins() -> None:
    found = frame(
        book([["联系电话", "姓名", "手机号"], ["2821234", "张伟", "13800000001"]])
    )
    assert found.values["phone"] == ["13800000001"]
    assert found.layout.left_out == [("联系电话", "和“手机号”重复，用了前面那一列")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_office_programs(encoding: str) -> None:
    rows: list[list[Any]] = [
        ["名册"],
        HEADS,
        ["7", "张伟", "13800000001", "住建局", "在职", "2026/2/4"],
    ]
    found = frame(csv_file(rows, encoding), "名册.csv")
    assert found.numbers == [3] and found.values["name"] == ["张伟"]
    assert found.values["no"] == ["0007"]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_csv_with_other_separators_short_lines_and_quoted_lines(delimiter: str) -> None:
    rows: list[list[Any]] = [HEADS, ["7", "张伟"], ["8", "刘\n洋", "13800000002"]]
    found = frame(csv_file(rows, "gb18030", delimiter), "名册.txt")
    assert found.values["name"] == ["张伟", "刘 洋"]
    assert found.values["phone"] == [None, "13800000002"]


def test_each_unclear_cell_is_one_problem_of_its_own_column() -> None:
    rows: list[list[Any]] = [
        HEADS,
        [1.0, "张伟", "1380000", "", "在职", "2026/2/30"],
        [2.0, "刘洋", "", "", "别的", ""],
    ]
    problems = {(p.row, p.column) for p in frame(book(rows)).problems}
    assert problems == {(0, "phone"), (0, "since"), (1, "kind")}


def test_mended_cells_are_read_as_if_they_stood_in_the_file() -> None:
    data = book(
        [HEADS, [1.0, "张伟", "1380000", "", "在职", ""], [2.0, "刘洋", "1380000"]]
    )
    mended = Mended.of(
        [Fix("phone", "2-3", text="13800000001"), Fix("phone", "3", text="")]
    )
    found = frame(data, mended=mended)
    assert found.values["phone"] == ["13800000001", None] and found.problems == []


def test_rows_are_kept_as_ranges_and_come_back() -> None:
    numbers = [3, 4, 5, 9, 11, 12]
    assert ranges(numbers) == "3-5,9,11-12"
    assert list(numbers_of("3-5,9,11-12")) == numbers and list(numbers_of("")) == []


def test_a_file_that_is_no_table_says_what_to_do() -> None:
    assert "另存为" in refused(b"%PDF-1.7", "名册.pdf")
    assert "是空的" in refused(b"")
    assert "打不开" in refused(b"not a workbook at all")
    assert "不完整" in refused(book([HEADS, ZHANG])[:500])
    assert "没有找到表头" in refused(book([["甲", "乙"], [1, 2]]))
    assert "没有找到“姓名”" in refused(
        book([["手机号", "单位"], ["13800000001", "住建局"]])
    )
    assert "最大30兆" in refused(b"x" * (reading.MOST_BYTES + 1), "大.csv")


def test_a_small_archive_that_unpacks_to_gigabytes_is_not_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    assert "展开后太大" in refused(out.getvalue())


def test_too_many_rows_are_refused_before_anything_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 50)
    rows: list[list[Any]] = [HEADS, *([1.0, "张伟"] for _ in range(300))]
    assert "最多导入50行" in refused(book(rows))
    assert "最多导入50行" in refused(csv_file(rows), "名册.csv")
