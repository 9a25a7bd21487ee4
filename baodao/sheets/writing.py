"""Tables written out: XLSX row by row through a temporary file, CSV as it is sent.
No cell that a table program would run as a formula leaves the house (domain 3.8)."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any, TypeAlias

import xlsxwriter

from baodao.core.clock import local

Value: TypeAlias = str | int | float | date | datetime | None
RISKY = ("=", "+", "-", "@", "\t", "\r")
# Text stays text: no links, no numbers, no formulas are made of it.
BOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK = 500  # lines of CSV sent at a time


def safe(text: str) -> str:
    """The text with an apostrophe before what would start a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def shown(value: Value) -> str | int | float:
    """A value as it stands in a cell: numbers stay numbers, dates and instants are
    text in local time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    return safe(value) if isinstance(value, str) else value.isoformat()


def csv_lines(
    mark: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]
) -> Iterator[str]:
    """CSV with a byte order mark, so that office programs read it as UTF-8; the first
    line says who took it."""
    out = io.StringIO()
    out.write("\ufeff")
    write = csv.writer(out)
    write.writerow([safe(mark)])
    write.writerow(heads)
    for n, row in enumerate(rows, 1):
        write.writerow([shown(value) for value in row])
        if n % BLOCK == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def xlsx_file(
    mark: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], title: str
) -> IO[bytes]:
    """The same as a workbook, in a temporary file at its beginning; it goes when it
    is closed."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115
    book = xlsxwriter.Workbook(file, BOOK_OPTIONS)
    sheet = book.add_worksheet(sheet_name(title))
    grey = book.add_format({"font_color": "#626A66"})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F6F4EF"})
    sheet.set_column(0, max(len(heads) - 1, 0), 16)
    sheet.freeze_panes(2, 0)
    write_row(sheet, 0, [safe(mark)], grey)
    write_row(sheet, 1, heads, bold)
    for n, row in enumerate(rows, 2):
        write_row(sheet, n, [shown(value) for value in row])
    book.close()
    file.seek(0)
    return file


def write_row(
    sheet: Any, n: int, values: Sequence[str | int | float], look: Any = None
) -> None:
    """One row by the kind of each value: text is never anything but text."""
    for i, value in enumerate(values):
        if isinstance(value, str):
            if value or look:
                sheet.write_string(n, i, value, look)
        else:
            sheet.write_number(n, i, value, look)


def sheet_name(title: str) -> str:
    """A name that workbooks allow: 31 characters, none of []:*?/\\."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "表"
