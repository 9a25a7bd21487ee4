"""What the person mended on the page, kept beside the file: the outcome of a run is a
function of file, fixes and database, so that a check can be done again at any time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

SKIP = "-"  # instead of a column: these rows are not to be imported


@dataclass(frozen=True)
class Fix:
    """In these rows (ranges of row numbers: "18,20-25") the cell of `column` is
    `text`; or `choice` answers what was asked about it."""

    column: str
    rows: str
    text: str | None = None
    choice: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def ranges(numbers: Sequence[int]) -> str:
    """[3, 4, 5, 9] as "3-5,9". The numbers grow."""
    found: list[list[int]] = []
    for n in numbers:
        if found and n == found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def numbers_of(text: str) -> Iterator[int]:
    """ "3-5,9" as 3, 4, 5, 9."""
    for part in filter(None, text.split(",")):
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


@dataclass(frozen=True)
class Mended:
    """All fixes of a run, by row number: later ones win."""

    cells: dict[str, dict[int, str]]
    choices: dict[tuple[str, int], str]
    skipped: frozenset[int]

    @classmethod
    def of(cls, fixes: Iterable[Fix]) -> "Mended":
        cells: dict[str, dict[int, str]] = {}
        choices: dict[tuple[str, int], str] = {}
        skipped: set[int] = set()
        for fix in fixes:
            for n in numbers_of(fix.rows):
                if fix.column == SKIP:
                    skipped.add(n)
                elif fix.text is not None:
                    cells.setdefault(fix.column, {})[n] = fix.text
                    choices.pop((fix.column, n), None)
                else:
                    choices[fix.column, n] = fix.choice
        return cls(cells, choices, frozenset(skipped))
