"""The person's own table once more, with what is wrong: the cells coloured, the
sentences in a column 问题 at the end. It can be mended there and handed in again."""

import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Any

import xlsxwriter

from baodao.sheets.cells import Cell, said
from baodao.sheets.frames import Frame
from baodao.sheets.writing import BOOK_OPTIONS, safe, sheet_name, write_row

HEADING = "问题"
# Row number of the file → (index of the cell, "" for the row as a whole; sentence; tone)
Notes = Mapping[int, Sequence[tuple[int | None, str, str]]]
_COLOURS = {"late": "#F8D9D2", "ask": "#FBE9C6", "soon": "#FBE9C6"}


def workbook(frame: Frame, notes: Notes) -> IO[bytes]:
    """The marked table in a temporary file at its beginning."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115
    book = xlsxwriter.Workbook(file, BOOK_OPTIONS)
    looks = {tone: book.add_format({"bg_color": c}) for tone, c in _COLOURS.items()}
    bold = book.add_format({"bold": True, "font_color": "#A5301B"})
    page = book.add_worksheet(sheet_name(frame.grid.title or "名册"))
    width = max((len(row) for row in frame.grid.rows), default=0)
    page.set_column(0, width - 1, 14)
    page.set_column(width, width, 48)
    heads = frame.layout.first - 1
    for i, row in enumerate(_rows(frame)):
        here = notes.get(i + 1, ())
        _write(
            page, i, row, {at: looks[tone] for at, _, tone in here if at is not None}
        )
        if i == heads:
            page.write_string(i, width, HEADING, bold)
        elif here:
            text = "；".join(dict.fromkeys(sentence for _, sentence, _ in here))
            page.write_string(i, width, safe(text))
    book.close()
    file.seek(0)
    return file


def _rows(frame: Frame) -> list[list[Cell]]:
    """The rows of the file with the cells as they were mended."""
    rows = [list(row) for row in frame.grid.rows]
    for name, mended in frame.mended.cells.items():
        index = frame.layout.at.get(name)
        for number, text in mended.items():
            if index is not None and number <= len(rows):
                row = rows[number - 1]
                row.extend([""] * (index + 1 - len(row)))
                row[index] = text
    return rows


def _write(page: Any, n: int, row: Sequence[Cell], looks: Mapping[int, Any]) -> None:
    if not looks:
        write_row(page, n, [_shown(cell) for cell in row])
        return
    for i in range(max(len(row), max(looks) + 1)):
        value = _shown(row[i]) if i < len(row) else ""
        if isinstance(value, str):
            page.write_string(n, i, value, looks.get(i))
        else:
            page.write_number(n, i, value, looks.get(i))


def _shown(cell: Cell) -> str | int | float:
    """Numbers stay numbers where a table shows them exactly; all else is text."""
    if (
        isinstance(cell, float | int)
        and not isinstance(cell, bool)
        and abs(cell) < 1e11
    ):
        return cell
    return safe(said(cell))
