"""Small numbers in tables above the community (domain 9.4): a count of one to four is
not shown, and as many others with it as it takes that nobody can work it out from the
sums beside and below, nor from the pages one level up or down."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

FEW = 5
DASH = "—"

Cell = tuple[int, int]  # row, column
Table = Sequence[Sequence[int]]
Line = Sequence[Cell]
# Index of the row that a row is a part of; None for the whole.
Above = Sequence[int | None]


class _Sums(NamedTuple):
    """What is added up. `lines`: parts, their sum last. `ends`: each cell as a pipe
    between the two sums it is in: adding one to it moves one from the first end to the
    second, taking one away the other way round."""

    table: Table
    lines: Sequence[Line]
    ends: Mapping[Cell, tuple[str, str]]

    def at(self, cell: Cell) -> int:
        return self.table[cell[0]][cell[1]]


def shown(table: Table, keep: Collection[Cell] = (), few: int = FEW) -> list[list[str]]:
    """The table in words: small ones as "<5", what is hidden with them as "—". The last
    of several rows is the sum of those above, the last of several columns that of those
    before. Cells of `keep` are hidden only when they are small."""
    return _words(_flat(table), keep, few)


def shown_in_tree(table: Table, above: Above, few: int = FEW) -> list[list[str]]:
    """The same for many tables in which a row is the whole of another one: each row but
    one is a part of the row `above` it. What is hidden on one page is hidden on every
    page, and nothing on all of them together gives it away."""
    return _words(_tree(table, above), (), few)


def number_of(said: str) -> int | str:
    """What is shown as a number again, for files in which it is added up."""
    plain = said.replace(",", "")
    return int(plain) if plain.isdigit() else said


def hidden(table: Table, keep: Collection[Cell] = (), few: int = FEW) -> set[Cell]:
    """The cells that are not shown: the small ones, and more until no hidden one can be
    computed and what is hidden in a line does not come to less than `few`."""
    return _hidden(_flat(table), keep, few)


def hidden_in_tree(table: Table, above: Above, few: int = FEW) -> set[Cell]:
    """The same of a tree of tables."""
    return _hidden(_tree(table, above), (), few)


def _words(sums: _Sums, keep: Collection[Cell], few: int) -> list[list[str]]:
    hid = _hidden(sums, keep, few)
    # What "<5" says may give the number away where nothing is left to hide.
    vague = bool(_known(sums, hid, few))
    return [
        [
            f"{n:,}" if (i, j) not in hid
            else f"<{few}" if n < few and not vague
            else DASH
            for j, n in enumerate(row)
        ]
        for i, row in enumerate(sums.table)
    ]  # fmt: skip


# --- what is added up -------------------------------------------------------------------------


def _flat(table: Table) -> _Sums:
    """A table by itself: its last row is the whole of the others."""
    last = len(table) - 1
    return _tree(table, [*[last] * last, None])


def _tree(table: Table, above: Above) -> _Sums:
    parts: dict[int, list[int]] = defaultdict(list)
    for i, whole in enumerate(above):
        if whole is not None:
            parts[whole].append(i)
    width = len(table[0]) if table else 0
    lines: list[Line] = []
    if width > 1:
        lines += [[(i, j) for j in range(width)] for i in range(len(table))]
    lines += [
        [*((i, j) for i in its), (whole, j)]
        for whole, its in parts.items()
        for j in range(width)
    ]
    ends = {
        (i, j): _ends(i, j, width, above[i], inner=i in parts)
        for i in range(len(table)) for j in range(width)
    }  # fmt: skip
    return _Sums(table, lines, ends)


def _ends(
    i: int, j: int, width: int, whole: int | None, *, inner: bool
) -> tuple[str, str]:
    """A part is in the sum of its column and in that of its row. Of a row that has parts
    itself the sum across follows from theirs, but for the whole of all."""
    down = "out" if whole is None else f"sum {whole} {j}"
    if inner:
        up = f"sum {i} {j}"
        down = "top" if whole is None and width > 1 else down
    else:
        up = f"row {i}" if width > 1 else "out"
    of_row = width > 1 and j == width - 1
    return (up, down) if of_row else (down, up)


# --- what is hidden ---------------------------------------------------------------------------


def _hidden(sums: _Sums, keep: Collection[Cell], few: int) -> set[Cell]:
    found = {c for c in sums.ends if 0 < sums.at(c) < few}
    through: Mapping[Cell, list[Line]] = defaultdict(list)
    for line in sums.lines:
        for cell in line:
            through[cell].append(line)
    while True:
        wrong = _thin(sums, found, few) or [
            line for cell in _known(sums, found, few) for line in through[cell]
        ]
        more = {
            c for line in wrong
            if (c := _next(sums, line, through, found, keep)) is not None
        }  # fmt: skip
        if not more:
            return found
        found |= more


def _next(
    sums: _Sums, line: Line, through: Mapping[Cell, Sequence[Line]],
    found: set[Cell], keep: Collection[Cell],
) -> Cell | None:  # fmt: skip
    """The smallest that may be hidden too: of the line, else of the lines that cross it,
    and so on outwards."""
    ring, seen = set(line), set[Cell]()
    while ring:
        free = [c for c in ring if c not in found and c not in keep and sums.at(c)]
        if free:
            return min(free, key=lambda c: (sums.at(c), c))
        seen |= ring
        ring = {c for cell in ring for other in through[cell] for c in other} - seen
    return None


def _thin(sums: _Sums, found: set[Cell], few: int) -> list[Line]:
    """Lines in which a single cell is hidden, or whose sum tells that what is hidden
    comes to less than `few`."""
    wrong = []
    for line in sums.lines:
        hid = [c for c in line if c in found]
        little = line[-1] not in found and sum(map(sums.at, hid)) < few
        if hid and (len(hid) == 1 or little):
            wrong.append(line)
    return wrong


class _Pipe(NamedTuple):
    """A hidden cell, and whether it may be one more or one less."""

    cell: Cell
    tail: str
    head: str
    more: bool
    less: bool


def _known(sums: _Sums, found: set[Cell], few: int) -> list[Cell]:
    """Hidden cells that can be one number alone. Another is possible when one can be
    moved around a circle of hidden cells, so that all sums stay: "<5" is one to four,
    "—" at least five."""
    pipes = [_pipe(sums, cell, few) for cell in sorted(found)]
    ways: Mapping[str, list[tuple[str, Cell]]] = defaultdict(list)
    for e in pipes:
        if e.more:
            ways[e.tail].append((e.head, e.cell))
        if e.less:
            ways[e.head].append((e.tail, e.cell))
    return [
        e.cell for e in pipes
        if not (
            (e.more and _reaches(ways, e.head, e.tail, e.cell))
            or (e.less and _reaches(ways, e.tail, e.head, e.cell))
        )
    ]  # fmt: skip


def _pipe(sums: _Sums, cell: Cell, few: int) -> _Pipe:
    n = sums.at(cell)
    small = n < few
    more, less = not small or n < few - 1, n > (1 if small else few)
    return _Pipe(cell, *sums.ends[cell], more, less)


def _reaches(
    ways: Mapping[str, list[tuple[str, Cell]]], start: str, end: str, without: Cell
) -> bool:
    seen, waiting = {start}, deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            return True
        for there, cell in ways.get(here, ()):
            if cell != without and there not in seen:
                seen.add(there)
                waiting.append(there)
    return False
