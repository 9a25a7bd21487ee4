"""Small numbers in a table above the community (domain 9.4): a count of one to four is
not shown, and as many others with it as it takes that nobody can work it out from the
sums beside and below."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

FEW = 5
DASH = "—"

Cell = tuple[int, int]  # row, column
Table = Sequence[Sequence[int]]


class _Edge(NamedTuple):
    """A hidden cell as a pipe between its row's sum and its column's: adding one to it
    moves one from `tail` to `head`, taking one away the other way round."""

    cell: Cell
    tail: str
    head: str
    more: bool
    less: bool


def shown(table: Table, keep: Collection[Cell] = (), few: int = FEW) -> list[list[str]]:
    """The table in words: small ones as "<5", what is hidden with them as "—". The last
    of several rows is the sum of those above, the last of several columns that of those
    before. Cells of `keep` are hidden only when they are small."""
    hid = hidden(table, keep, few)
    # What "<5" says may give the number away where nothing is left to hide.
    vague = bool(_known(table, hid, few))
    return [
        [
            f"{n:,}" if (i, j) not in hid
            else f"<{few}" if n < few and not vague
            else DASH
            for j, n in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]  # fmt: skip


def number_of(said: str) -> int | str:
    """What is shown as a number again, for files in which it is added up."""
    plain = said.replace(",", "")
    return int(plain) if plain.isdigit() else said


def hidden(table: Table, keep: Collection[Cell] = (), few: int = FEW) -> set[Cell]:
    """The cells that are not shown: the small ones, and more until no hidden one can be
    computed and what is hidden in a line does not come to less than `few`."""
    found = {c for c in _cells(table) if 0 < _at(table, c) < few}
    while True:
        wrong = _thin(table, found, few) or [
            line
            for cell in _known(table, found, few)
            for line in _lines(table)
            if cell in line
        ]
        more = {
            c for line in wrong if (c := _next(table, line, found, keep)) is not None
        }
        if not more:
            return found
        found |= more


def _next(
    table: Table, line: Sequence[Cell], found: set[Cell], keep: Collection[Cell]
) -> Cell | None:
    """The smallest of a line that may be hidden too, else of the table."""
    for some in (line, list(_cells(table))):
        free = [c for c in some if c not in found and c not in keep and _at(table, c)]
        if free:
            return min(free, key=lambda c: (_at(table, c), c))
    return None


def _at(table: Table, cell: Cell) -> int:
    return table[cell[0]][cell[1]]


def _cells(table: Table) -> Iterator[Cell]:
    return ((i, j) for i, row in enumerate(table) for j in range(len(row)))


def _lines(table: Table) -> list[list[Cell]]:
    """What is added up: the parts of each row and column, its sum last."""
    rows, columns = range(len(table)), range(len(table[0]) if table else 0)
    across = [[(i, j) for j in columns] for i in rows]
    down = [[(i, j) for i in rows] for j in columns]
    return [line for line in (*across, *down) if len(line) > 1]


def _thin(table: Table, found: set[Cell], few: int) -> list[list[Cell]]:
    """Lines in which a single cell is hidden, or whose sum tells that what is hidden
    comes to less than `few`."""
    wrong = []
    for line in _lines(table):
        hid = [c for c in line if c in found]
        little = line[-1] not in found and sum(_at(table, c) for c in hid) < few
        if hid and (len(hid) == 1 or little):
            wrong.append(line)
    return wrong


def _known(table: Table, found: set[Cell], few: int) -> list[Cell]:
    """Hidden cells that can be one number alone. Another is possible when one can be
    moved around a circle of hidden cells, so that all sums stay: "<5" is one to four,
    "—" at least five."""
    edges = [_edge(table, cell, few) for cell in sorted(found)]
    ways: Mapping[str, list[tuple[str, Cell]]] = defaultdict(list)
    for e in edges:
        if e.more:
            ways[e.tail].append((e.head, e.cell))
        if e.less:
            ways[e.head].append((e.tail, e.cell))
    return [
        e.cell for e in edges
        if not (
            (e.more and _reaches(ways, e.head, e.tail, e.cell))
            or (e.less and _reaches(ways, e.tail, e.head, e.cell))
        )
    ]  # fmt: skip


def _edge(table: Table, cell: Cell, few: int) -> _Edge:
    (i, j), n = cell, _at(table, cell)
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    # A table of one row or one column has no sums the other way.
    row = f"row {i}" if last_column else "out"
    column = f"column {j}" if last_row else "out"
    of_row, of_column = last_column and j == last_column, last_row and i == last_row
    tail, head = (column, row) if bool(of_row) != bool(of_column) else (row, column)
    small = n < few
    return _Edge(cell, tail, head, not small or n < few - 1, n > (1 if small else few))


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
