"""A file as people hand it in, to rows of cells: xlsx, xls, ods by calamine, CSV in
UTF-8, UTF-16 or GB 18030. Nothing is believed of the name but its ending."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TypeVar

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from baodao.core.errors import Invalid
from baodao.sheets.cells import Cell

T = TypeVar("T")
MEGABYTE = 1 << 20
MOST_BYTES = 30 * MEGABYTE
MOST_UNPACKED = 600 * MEGABYTE
MOST_ROWS = 200_000
WORKBOOKS = ("xlsx", "xlsm", "xls", "ods", "et")
ENDINGS = (*WORKBOOKS, "csv", "txt")


@dataclass(frozen=True)
class Grid:
    """The rows of one table, the first is row 1 of the file. `title`: the name of
    the sheet, "" of a CSV file."""

    title: str
    rows: Sequence[Sequence[Cell]]


def tables(data: bytes, name: str) -> Iterator[Grid]:
    """The tables of a file in order, hidden and empty ones left out. Raises Invalid
    (field "file") when it is too large or cannot be read."""
    ending = refuse_unreadable(data, name)
    if ending in WORKBOOKS:
        yield from _workbook(data)
    else:
        yield Grid("", _csv(data))


def refuse_unreadable(data: bytes, name: str) -> str:
    """What can be said without opening the file; returns its ending. Raises Invalid
    (field "file")."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        raise _refused(
            "只能读 Excel 表格（xlsx、xls）、ods 和 CSV。请另存为其中一种，再选一次。"
        )
    if len(data) > MOST_BYTES:
        size = f"{len(data) / MEGABYTE:.0f}"
        raise _refused(
            f"文件有{size}兆，最大{MOST_BYTES // MEGABYTE}兆。请分成几个文件。"
        )
    if not data:
        raise _refused("这个文件是空的。请核对后再选一次。")
    return ending


def _refused(message: str) -> Invalid:
    return Invalid(fields={"file": message})


def _workbook(data: bytes) -> Iterator[Grid]:
    _refuse_bomb(data)
    book = _open(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    for meta in book.sheets_metadata:
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        sheet = _open(partial(book.get_sheet_by_name, meta.name))
        if sheet.total_height > MOST_ROWS + 100:
            raise _refused(f"一次最多导入{MOST_ROWS:,}行。请分成几个文件。")
        if sheet.total_height:
            yield Grid(meta.name, sheet.to_python(skip_empty_area=False))


def _open(read: Callable[[], T]) -> T:
    try:
        return read()
    except (CalamineError, OSError, ValueError, KeyError) as error:
        words = "打不开这个文件。可能有密码或已损坏，请在 Excel 里打开、另存一份再试。"
        raise _refused(words) from error


def _refuse_bomb(data: bytes) -> None:
    """A small archive may unpack to gigabytes."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _refused(
            "文件不完整，打不开。请重新保存或重新下载，再选一次。"
        ) from error
    if size > MOST_UNPACKED:
        raise _refused("文件展开后太大。请只留要导入的那张表，另存一份再试。")


def _csv(data: bytes) -> list[list[Cell]]:
    text = _decoded(data)
    head = "\n".join(text.splitlines()[:20])
    mark = max(",\t;", key=head.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            if len(rows) > MOST_ROWS + 100:
                raise _refused(f"一次最多导入{MOST_ROWS:,}行。请分成几个文件。")
            rows.append(list(row))
    except csv.Error as error:
        words = f"第{len(rows) + 1}行读不出来。请在 Excel 里另存为 xlsx，再选一次。"
        raise _refused(words) from error
    return rows


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("看不出这个文件的文字编码。请在 Excel 里另存为 xlsx，再选一次。")
