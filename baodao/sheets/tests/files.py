"""Files as people hand them in, made for one test."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

Rows = Sequence[Sequence[Any]]


def book(
    rows: Rows, *, merge: Iterable[tuple[int, int, int, int]] = (), title: str = "名册",
    before: Rows = (), hidden: Rows = (),
) -> bytes:  # fmt: skip
    """An xlsx file of one sheet. `merge`: (first row, first column, last row, last
    column). `before`: another sheet in front of it; `hidden`: one that is hidden."""
    out = io.BytesIO()
    file = xlsxwriter.Workbook(out, {"in_memory": True})
    day = file.add_format({"num_format": "yyyy/m/d"})
    for name, content in (("说明", before), ("旧表", hidden), (title, rows)):
        if content:
            page = file.add_worksheet(name)
            for box in merge if content is rows else ():
                page.merge_range(*box, "")
            _write(page, content, day)
            if content is hidden:
                page.hide()
    file.close()
    return out.getvalue()


def _write(page: Any, rows: Rows, day: Any) -> None:
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, date | datetime):
                page.write_datetime(i, j, value, day)
            elif isinstance(value, str):
                page.write_string(i, j, value)
            else:
                page.write(i, j, value)


def text(rows: Rows, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A CSV file in an encoding."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def cells_of(data: bytes, sheet: str = "") -> list[list[Any]]:
    """A sheet of a workbook as it reads back; the first without a name."""
    file = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return file.get_sheet_by_name(sheet or file.sheet_names[0]).to_python()
