"""Where a table begins, and which of its columns is which. People put titles above it
(merged cells), use two rows of headings, change the order, add 序号 and 备注, write
their own word for a heading, and sign below."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from baodao.core.errors import Invalid
from baodao.sheets.cells import Cell, bare, said
from baodao.sheets.columns import Column, Sheet
from baodao.sheets.reading import Grid

LOOK = 30  # rows from the top in which the headings must be
TALL = 3  # rows that one heading may take
BLANK = ("", None)
# Never kept, whatever the sheet (domain 9.1 P4): said so, and left out.
NEVER = (
    "身份证", "身份证号", "身份证号码", "公民身份号码", "证件号", "证件号码", "民族", "宗教信仰",
    "银行卡", "银行卡号", "银行账号", "照片", "病历", "入党时间", "入党日期", "党龄",
    "出生日期", "出生年月", "出生年月日", "籍贯",
)  # fmt: skip
_NEVER = {bare(word) for word in NEVER}
_COUNTING = {bare(word) for word in ("序号", "序", "编号序号", "行号", "no", "№")}
# What stands below a table, or between its parts.
_FOOT = re.compile(
    r"^(合计|总计|小计|共计|共\s*\d|注\s*\d*[:：]|备注[:：]|说明[:：]|填表|填报|制表|审核|审批|"
    r"复核|联系人[:：]|联系电话[:：]|单位负责人|负责人[:：签]|经办|日期[:：]|盖章|第\s*\d+\s*页|以下空白)"
)
_EXAMPLE = re.compile(r"^(例|示例|样例|示范)\s*\d*$")


@dataclass(frozen=True)
class Layout:
    """`at`: column name → index in the row. `first`: index of the first row below
    the headings. `left_out`: headings not taken, with the reason ("" when unknown).
    `counting`: index of the column of running numbers, if any."""

    sheet: str
    top: int
    first: int
    at: Mapping[str, int]
    titles: Sequence[str]
    left_out: Sequence[tuple[str, str]] = field(default_factory=tuple)
    counting: int | None = None


def locate(sheet: Sheet, grids: Iterable[Grid]) -> tuple[Grid, Layout]:
    """The table that fits best and its layout. Raises Invalid (field "file") that
    names what is missing."""
    known = known_headings(sheet.columns)
    best: tuple[int, Grid, _Heads] | None = None
    for grid in grids:
        for heads in _candidates(grid.rows):
            n = _named(heads.titles, known)
            if heads.height > 1 and _named(heads.lowest, known) == n:
                continue  # the lowest row is the headings, what is above are records
            # A second row that names as many columns belongs to the headings too.
            taller = (
                best and n == best[0] and grid is best[1] and heads.top == best[2].top
            )
            if n and (best is None or n > best[0] or taller):
                best = (n, grid, heads)
    if best is None:
        words = "、".join(c.title for c in sheet.columns[:4])
        raise Invalid(
            fields={
                "file": f"没有找到表头。第一行应是{words}这样的列名，可以下载模板对照。"
            }
        )
    return best[1], _layout(sheet, best[1], best[2], known)


def known_headings(columns: Iterable[Column]) -> dict[str, str]:
    """Every heading that is understood → the column's name."""
    found: dict[str, str] = {}
    for column in columns:
        for word in (column.title, *column.also):
            found.setdefault(bare(word), column.name)
    return found


class _Heads(NamedTuple):
    top: int
    height: int
    titles: list[str]
    lowest: list[str]


def _named(titles: Iterable[str], known: Mapping[str, str]) -> int:
    """How many columns these headings name."""
    return len({name for t in titles if (name := _name_of(t, known))})


def _candidates(rows: Sequence[Sequence[Cell]]) -> Iterable[_Heads]:
    """Headings of one, two and three rows from every row near the top."""
    shown = [[_heading(c) for c in row] for row in rows[: LOOK + TALL]]
    for height in range(1, TALL + 1):
        for top in range(min(LOOK, len(shown) - height + 1)):
            rows = shown[top : top + height]
            yield _Heads(top, height, _joined(rows, height), rows[-1])


def _name_of(title: str, known: Mapping[str, str]) -> str | None:
    """The column a heading means; what stands in brackets is only an addition."""
    return known.get(bare(title)) or known.get(
        bare(re.sub(r"[（(].*?[)）]", "", title))
    )


def _heading(cell: Cell) -> str:
    """A heading without its marks: 姓名*, （必填）姓名, 联系电话（手机）."""
    return re.sub(r"[（(]?(必填|选填|必须|可空)[)）]?|[*＊:：]", "", said(cell)).strip()


def _joined(rows: Sequence[Sequence[str]], height: int) -> list[str]:
    """Headings of several rows as one: the lowest that is not empty."""
    width = max((len(r) for r in rows), default=0)
    padded = [[*r, *[""] * (width - len(r))] for r in rows]
    if height > 1 and not any(padded[-1]):
        return []
    return [next((r[i] for r in reversed(padded) if r[i]), "") for i in range(width)]


def _layout(
    sheet: Sheet, grid: Grid, heads: _Heads, known: Mapping[str, str]
) -> Layout:
    at: dict[str, int] = {}
    left_out: list[tuple[str, str]] = []
    counting: int | None = None
    exact = {bare(c.title) for c in sheet.columns}
    # The sheet's own word goes before another word for the same column.
    order = sorted(enumerate(heads.titles), key=lambda h: (bare(h[1]) not in exact, h))
    for i, title in order:
        name, key = _name_of(title, known), bare(title)
        if name and name not in at:
            at[name] = i
        elif key in _COUNTING:
            counting = i
        elif key:
            left_out.append((title, _reason(sheet, key, name)))
    if not any(set(group) <= set(at) for group in sheet.keys):
        wanted = "、".join(f"“{sheet.column(n).title}”" for n in sheet.keys[-1])
        raise Invalid(
            fields={"file": f"没有找到{wanted}这一列。请补上，或对照模板改列名。"}
        )
    first = heads.top + heads.height
    return Layout(grid.title, heads.top, first, at, heads.titles, left_out, counting)


def _reason(sheet: Sheet, key: str, name: str | None) -> str:
    if name:
        return f"和“{sheet.column(name).title}”重复，用了前面那一列"
    if key in _NEVER:
        return "本系统不存"
    return next((why for word, why in sheet.not_here.items() if bare(word) == key), "")


def body(grid: Grid, layout: Layout) -> list[int]:
    """The indices of the rows that are records: no blank rows, examples, repeated
    headings, sums or signatures."""
    at = list(layout.at.values())
    heads = {i: bare(layout.titles[i]) for i in at}
    numbered = layout.counting if layout.counting is not None else at[0]
    found = []
    for index in range(layout.first, len(grid.rows)):
        row = grid.rows[index]
        # Nearly every row: numbered by a number, and more cells filled than a
        # signature has.
        if len(row) > numbered and type(row[numbered]) is float:
            filled = [i for i in at if i < len(row) and row[i] not in BLANK]
            if len(filled) > 2:
                found.append(index)
                continue
        if _is_record(row, at, heads, layout.counting):
            found.append(index)
    return found


def _is_record(
    row: Sequence[Cell],
    at: Sequence[int],
    heads: Mapping[int, str],
    counting: int | None,
) -> bool:
    filled = [i for i in at if i < len(row) and row[i] not in BLANK]
    if not filled or (len(filled) <= 2 and _is_foot(row, filled)):
        return False
    if counting is not None and _is_example(row, counting):
        return False
    repeated = len(filled) > 1 and all(
        bare(said(row[i])) == heads[i] for i in filled[:3]
    )
    return not repeated


def _is_foot(row: Sequence[Cell], filled: Sequence[int]) -> bool:
    if not any(said(row[i]) for i in filled):
        return True  # nothing but spaces
    first = next((said(c) for c in row if c not in BLANK and said(c)), "")
    return bool(_FOOT.match(first))


def _is_example(row: Sequence[Cell], counting: int) -> bool:
    return counting < len(row) and bool(_EXAMPLE.match(said(row[counting])))
