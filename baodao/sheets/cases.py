"""One sheet of one person, held against the database of this moment. The subject's
plan judges every row of a case; what it finds decides whether anything is written."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.core.progress import Tell, nobody
from baodao.sheets.columns import Load, Sheet
from baodao.sheets.fixes import Fix, Mended
from baodao.sheets.frames import Frame, Problem, read

Outcome = Literal["new", "update", "same", "bad", "skip"]


class Change(NamedTuple):
    """What an update does to one field, as people read it."""

    title: str
    old: str
    new: str


@dataclass
class Case:
    """What a plan works on. It reads `column`, and says for each row of `rows` one
    of `new`, `update`, `same`; or what is wrong with it."""

    sheet: Sheet
    actor: Actor
    frame: Frame
    now: datetime
    run_id: UUID | None = None
    tell: Tell = nobody
    outcomes: list[Outcome | None] = field(default_factory=list)
    changes: dict[int, Sequence[Change]] = field(default_factory=dict)
    _digest: Any = field(default_factory=hashlib.sha256)
    _wrong: set[int] = field(default_factory=set)
    _written: int = 0

    def __post_init__(self) -> None:
        skipped = self.frame.mended.skipped
        self.outcomes = [
            "skip" if number in skipped else None for number in self.frame.numbers
        ]
        self._wrong = {p.row for p in self.frame.problems if p.tone != "soon"}

    @property
    def rows(self) -> Iterator[int]:
        """The rows to be judged, those with unclear cells too: all that is wrong with
        a row is said at once."""
        return (row for row, o in enumerate(self.outcomes) if o is None)

    def column(self, name: str) -> list[Any]:
        """The cleaned values of a column; None where blank, everywhere when the table
        does not have it."""
        found = self.frame.values.get(name)
        return found if found is not None else [None] * len(self.frame)

    def has(self, name: str) -> bool:
        """Whether the table has this column at all."""
        return name in self.frame.values

    def choice(self, row: int, column: str) -> str:
        """What the person answered about a cell, or ""."""
        choices = self.frame.mended.choices
        return choices.get((column, self.frame.numbers[row]), "") if choices else ""

    def wrong(
        self, row: int, column: str, message: str,
        options: Sequence[tuple[str, str]] = (), *, ask: bool = False,
    ) -> None:  # fmt: skip
        """The row cannot be written as it is. With `ask` the options are answers
        (`choice`), else what the cell becomes."""
        tone: Literal["ask", "late"] = "ask" if ask else "late"
        self.frame.problems.append(Problem(row, column, message, tuple(options), tone))
        self._wrong.add(row)

    def remark(self, row: int, column: str, message: str) -> None:
        """Something to know about a row that is written nevertheless."""
        self.frame.problems.append(Problem(row, column, message, tone="soon"))

    def new(self, row: int, ref: object = "") -> bool:
        """The row adds something; `ref` is what it leans on (its unit, its place).
        False when a cell that a new row needs is blank."""
        for column in self.sheet.columns:
            if column.required and self._is_blank(row, column.name):
                self.wrong(row, column.name, f"没写{column.title}。请补上")
        return self._settle(row, "new", ref)

    def _is_blank(self, row: int, name: str) -> bool:
        values = self.frame.values.get(name)
        if values is not None and values[row] is not None:
            return False
        return not self.frame.said(row, name) or values is None

    def update(self, row: int, changes: Sequence[Change], ref: object) -> bool:
        """The row changes what `ref` is. Without changes it is `same`."""
        if not changes:
            return self.same(row, ref)
        self.changes[row] = changes
        return self._settle(row, "update", (ref, *changes))

    def same(self, row: int, ref: object) -> bool:
        """The row says what is there already."""
        self._settle(row, "same", ref)
        return False

    def _settle(self, row: int, outcome: Outcome, ref: object) -> bool:
        if row in self._wrong:
            return False
        self.outcomes[row] = outcome
        self._digest.update(f"{self.frame.numbers[row]}{outcome}{ref}\0".encode())
        return True

    def settled(self, outcome: Outcome) -> list[int]:
        """The rows with this outcome."""
        return [row for row, o in enumerate(self.outcomes) if o == outcome]

    def finish(self) -> None:
        """What nobody settled is bad."""
        self.outcomes = [
            o if o == "skip" or (o and row not in self._wrong) else "bad"
            for row, o in enumerate(self.outcomes)
        ]

    def wrote(self, rows: int) -> None:
        """So many more rows are written: for whoever waits in front of a large table."""
        self._written += rows
        self.tell("写入", self._written, self.counts["new"] + self.counts["update"])

    @property
    def digest(self) -> str:
        """What would be written, as one word: another one means that the world has
        moved on since somebody looked."""
        return str(self._digest.hexdigest())

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome."""
        found = Counter(str(o) for o in self.outcomes)
        names = ("new", "update", "same", "bad", "skip")
        return {"rows": len(self.frame), **{name: found[name] for name in names}}


class Trial(NamedTuple):
    """A judged case and the function that writes it; call it inside `atomic`."""

    case: Case
    load: Load


def try_out(
    sheet: Sheet, actor: Actor, data: bytes, name: str, *, now: datetime,
    fixes: Sequence[Fix] = (), run_id: UUID | None = None, tell: Tell = nobody,
) -> Trial:  # fmt: skip
    """Read a file and judge every row; nothing is written. Raises Invalid (field
    "file") when it is no such table, Forbidden when the sheet is not the actor's."""
    tell("读表格", 0, 0)
    frame = read(sheet, data, name, Mended.of(fixes))
    tell("核对", 0, len(frame))
    case = Case(sheet, actor, frame, now, run_id, tell)
    load = sheet.plan(case)
    case.finish()
    tell("核对", len(frame), len(frame))
    return Trial(case, load)
