"""The records of a table, cleaned column by column: each distinct cell once, because
most columns hold few different ones. No database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from baodao.sheets.cells import Cell, Remark, Unclear, said
from baodao.sheets.columns import Column, Sheet
from baodao.sheets.fixes import Mended
from baodao.sheets.headings import BLANK, Layout, body, locate
from baodao.sheets.reading import Grid, tables

Tone = Literal["late", "ask", "soon"]


class Problem(NamedTuple):
    """Something about a cell. `row` counts the records from 0. Tones: late is wrong,
    ask wants an answer, soon is only a remark. `options`: (value, label); of an ask
    the value is an answer, else it is what the cell becomes."""

    row: int
    column: str
    message: str
    options: tuple[tuple[str, str], ...] = ()
    tone: Tone = "late"


@dataclass
class Frame:
    """`numbers`: the row number of each record in the file. `values`: column name →
    cleaned values, None where the cell is blank or unclear."""

    grid: Grid
    layout: Layout
    numbers: list[int]
    values: dict[str, list[Any]]
    cells: dict[str, list[Cell]]
    mended: Mended
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    def said(self, row: int, column: str) -> str:
        """The cell as it stands in the table (or as it was mended)."""
        return said(self.cells[column][row]) if column in self.cells else ""


def read(sheet: Sheet, data: bytes, name: str, mended: Mended | None = None) -> Frame:
    """A file as cleaned records. Raises Invalid (field "file") when it is none."""
    mended = mended or Mended.of(())
    grid, layout = locate(sheet, tables(data, name))
    at = body(grid, layout)
    numbers = [i + 1 for i in at]
    frame = Frame(grid, layout, numbers, {}, {}, mended)
    for column in sheet.columns:
        index = layout.at.get(column.name)
        if index is not None:
            cells = _cells(grid.rows, at, index)
            _mend(cells, numbers, mended.cells.get(column.name, {}))
            _clean(frame, column, cells)
    return frame


def _cells(rows: Sequence[Sequence[Cell]], at: Sequence[int], index: int) -> list[Cell]:
    try:
        return [rows[i][index] for i in at]
    except IndexError:  # lines of a CSV file may be short
        return [rows[i][index] if index < len(rows[i]) else "" for i in at]


def _mend(cells: list[Cell], numbers: Sequence[int], mended: dict[int, str]) -> None:
    if mended:
        for row, number in enumerate(numbers):
            if number in mended:
                cells[row] = mended[number]


def _clean(frame: Frame, column: Column, cells: list[Cell]) -> None:
    if bool in set(map(type, cells)):
        # True equals 1.0, which would be taken for it below.
        cells = [said(c) if type(c) is bool else c for c in cells]
    answers: dict[Cell, Any] = {}
    unclear: dict[Cell, Problem] = {}
    for cell in set(cells):
        answers[cell] = None if cell in BLANK else _once(column, cell, unclear)
    frame.values[column.name] = [answers[cell] for cell in cells]
    frame.cells[column.name] = cells
    if unclear:
        for row, cell in enumerate(cells):
            if p := unclear.get(cell):
                frame.problems.append(p._replace(row=row))


def _once(column: Column, cell: Cell, unclear: dict[Cell, Problem]) -> Any:
    """What one cell means; what is to be said about it goes to `unclear`."""
    if type(cell) is str and not cell.strip():
        return None
    try:
        value = column.clean(cell)
    except Unclear as u:
        unclear[cell] = Problem(0, column.name, u.message, u.options)
        return None
    if type(value) is Remark:
        unclear[cell] = Problem(0, column.name, value.message, tone="soon")
        value = value.value
    return None if value in ("", []) else value
