"""The blank sheet to fill in: headings with what is required, two examples, drop-downs
and one page of explanation. It reads back as a file without a record."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from baodao.acts.actor import Actor
from baodao.sheets.columns import Column, Sheet
from baodao.sheets.writing import sheet_name

ROWS = 2_000  # rows that have the drop-downs
LISTED = 1_000  # choices of one drop-down
HEAD = 2  # index of the row of headings
_NOTE = (
    "从第6行起填，一行一{measure}。带*的列，新增时必填。空着的格子不改原来的内容。"
    "列的先后可以换，用不着的列可以删。灰色的例子不会导入。"
)


def workbook(sheet: Sheet, actor: Actor) -> bytes:
    """The file, as bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    looks = _looks(book)
    page = book.add_worksheet(sheet_name(sheet.title))
    lists = _lists(book, sheet, actor)
    _fill(page, sheet, looks)
    for i, column in enumerate(sheet.columns, 1):
        page.set_column(i, i, column.width, looks["text"])
        if rule := _drop_down(column, lists.get(column.name, ())):
            page.data_validation(HEAD + 3, i, HEAD + ROWS, i, rule)
    _explain(book, sheet, lists, looks)
    book.close()
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    head = {"bold": True, "border": 1, "align": "center", "bg_color": "#E4F0F1"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"font_color": "#444D4A", "text_wrap": True, "valign": "top"}),
        "head": book.add_format(head),
        "must": book.add_format({**head, "font_color": "#A5301B"}),
        "example": book.add_format({"font_color": "#8A877C", "num_format": "@"}),
        # Text: codes and telephone numbers keep their zeros.
        "text": book.add_format({"num_format": "@"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }  # fmt: skip


def _fill(page: Any, sheet: Sheet, looks: Mapping[str, Any]) -> None:
    width = len(sheet.columns)
    page.merge_range(0, 0, 0, width, f"{sheet.title}导入表", looks["title"])
    note = _NOTE.format(measure=sheet.measure) + sheet.note
    page.merge_range(1, 0, 1, width, note, looks["note"])
    page.set_row(1, 48)
    page.set_column(0, 0, 6)
    page.write_string(HEAD, 0, "序号", looks["head"])
    for i, column in enumerate(sheet.columns, 1):
        look = looks["must" if column.required else "head"]
        page.write_string(HEAD, i, _heading(column), look)
        for n in (0, 1):
            page.write_string(HEAD + 1 + n, i, column.examples[n], looks["example"])
    for n in (0, 1):
        page.write_string(HEAD + 1 + n, 0, f"例{n + 1}", looks["example"])
    page.freeze_panes(HEAD + 1, 2)


def _heading(column: Column) -> str:
    return f"{column.title}*" if column.required else column.title


def _lists(book: Any, sheet: Sheet, actor: Actor) -> dict[str, tuple[str, int, int]]:
    """Each list of choices as a column of a hidden page: name → (title, column,
    number of choices)."""
    page = book.add_worksheet("选项")
    found: dict[str, tuple[str, int, int]] = {}
    for column in sheet.columns:
        options = list(column.options_for(actor))[:LISTED]
        if options:
            at = len(found)
            page.write_column(0, at, options)
            found[column.name] = (column.title, at, len(options))
    page.hide()
    return found


def _drop_down(column: Column, listed: Sequence[Any]) -> dict[str, Any] | None:
    if not listed:
        return None
    _, at, n = listed
    letter = chr(ord("A") + at)
    return {
        "validate": "list",
        "source": f"=选项!${letter}$1:${letter}${n}",
        # Several words in one cell, and own spellings, are read too.
        "error_type": "information",
        "error_title": "不在列表里",
        "error_message": "可以从列表里选；几样的用顿号隔开。写了列表以外的，导入时会提示。",
        "input_title": column.title[:32],
        "input_message": (column.note or "请从列表里选")[:255],
    }


def _explain(
    book: Any, sheet: Sheet, lists: Mapping[str, Any], looks: Mapping[str, Any]
) -> None:
    page = book.add_worksheet("填写说明")
    for i, width in enumerate((16, 8, 60, 40)):
        page.set_column(i, i, width, looks["wrap"])
    for i, word in enumerate(("列名", "必填", "怎么填", "也认这些列名")):
        page.write_string(0, i, word, looks["head"])
    for n, column in enumerate(sheet.columns, 1):
        must = "新增必填" if column.required else ""
        fixed = () if callable(column.options) else column.options
        note = column.note + (f"可选：{'、'.join(fixed)}" if fixed else "")
        for i, word in enumerate((column.title, must, note, "、".join(column.also))):
            page.write_string(n, i, word)
