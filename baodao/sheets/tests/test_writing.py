"""What leaves as a file: no cell runs as a formula, what was wrong is marked, the blank
sheet helps."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.acts.actor import Actor
from baodao.sheets import blank, marked
from baodao.sheets.frames import read
from baodao.sheets.tests.files import book, cells_of
from baodao.sheets.tests.test_reading import HEADS, SHEET, ZHANG
from baodao.sheets.writing import RISKY, Value, csv_lines, safe, shown, xlsx_file

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_starts_a_formula_in_either_format(text: str) -> None:
    rows: list[list[Value]] = [[text, 5, -3, "平常"]]
    lines = "".join(
        csv_lines("导出人：=x", ["甲", "乙", "丙", "丁"], rows)
    ).splitlines()
    assert lines[0] == "\ufeff导出人：=x"
    with xlsx_file("导出人", ["甲", "乙", "丙", "丁"], rows, "表") as file:
        cells = cells_of(file.read())
    assert str(cells[2][0]).startswith("'")
    # Numbers are numbers: a minus in front of them starts nothing.
    assert cells[2][1:3] == [5.0, -3.0]
    assert f"'{text[0]}" in "".join(csv_lines("x", ["甲"], [[text]]))


@given(st.text(max_size=20))
def test_no_text_is_risky_once_it_is_safe(text: str) -> None:
    assert not safe(text).startswith(RISKY)
    assert safe(safe(text)) == safe(text)


def test_values_stand_in_cells_as_people_read_them() -> None:
    values = [
        None,
        True,
        3,
        2.5,
        date(2026, 2, 4),
        datetime(2026, 2, 4, 2, tzinfo=UTC),
        "=x",
    ]
    assert [shown(v) for v in values] == [
        "", "是", 3, 2.5, "2026-02-04", "2026-02-04 10:00", "'=x",
    ]  # fmt: skip


def test_long_lists_are_written_block_by_block() -> None:
    made = 0

    def rows() -> Iterator[list[Value]]:
        nonlocal made
        for i in range(2_000):
            made += 1
            yield [i]

    lines = csv_lines("x", ["数"], rows())
    first = next(lines)
    assert made == 500 and first.count("\r\n") == 502
    assert "".join([first, *lines]).splitlines()[-1] == "1999"


def test_the_marked_table_is_the_own_table_with_sentences_and_colours() -> None:
    rows: list[list[Any]] = [
        ["名册"],
        HEADS,
        ZHANG,
        [8.0, "=刘洋", "1380000"],
        ["合计"],
    ]
    frame = read(SHEET, book(rows), "名册.xlsx")
    notes = {4: [(2, "手机号：少4位", "late"), (2, "手机号：少4位", "late")]}
    with marked.workbook(frame, notes) as file:
        data = file.read()
    cells = cells_of(data)
    assert (
        cells[1][6] == "问题" and cells[3][6] == "手机号：少4位" and cells[2][6] == ""
    )
    assert cells[3][1] == "'=刘洋" and cells[4][0] == "合计"
    assert b"F8D9D2" in _part(data, "xl/styles.xml")
    # Handed in again it reads as before; the sentences are no column of ours.
    again = read(SHEET, data, "再来.xlsx")
    assert (
        again.values["name"] == ["张伟", "=刘洋"]
        and ("问题", "") in again.layout.left_out
    )


def _part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def test_the_blank_sheet_has_examples_drop_downs_and_explanations() -> None:
    data = blank.workbook(SHEET, Actor(role="county_org"))
    page = cells_of(data)
    assert page[2][:3] == ["序号", "编号", "姓名*"] and page[3][0] == "例1"
    assert cells_of(data, "选项") == [["在职"], ["退休"]]
    words = cells_of(data, "填写说明")
    assert words[2][:2] == ["姓名", "新增必填"] and "联系电话" in words[3][3]
    assert b"<dataValidation " in _part(data, "xl/worksheets/sheet1.xml")
