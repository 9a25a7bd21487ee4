"""What a check found, in the shape in which the pages show it and the run keeps it:
equal cells with the same problem are one finding, to be mended once."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from baodao.core.text import private_numbers
from baodao.sheets.cases import Case
from baodao.sheets.fixes import SKIP, Fix, numbers_of, ranges
from baodao.sheets.frames import Frame

LISTED = 1_000  # findings a run keeps; more than that nobody mends on a page
SAMPLES = 500  # rows shown of those to be added or changed
_ORDER = {"late": 0, "ask": 1, "soon": 2}


@dataclass(frozen=True)
class Finding:
    """Equal cells of one column with one problem; `rows` as ranges of row numbers."""

    column: str
    title: str
    said: str
    message: str
    options: Sequence[Sequence[str]]
    tone: str
    rows: str
    n: int

    @property
    def shown(self) -> str:
        """The rows as people write them: 3–5、9."""
        return self.rows.replace("-", "–").replace(",", "、")

    def fix(self, *, text: str | None = None, choice: str = "") -> Fix:
        """What mends all of its cells: an answer when it asks, else a new text."""
        if choice and self.tone != "ask":
            return Fix(self.column, self.rows, text=choice)
        return Fix(self.column, self.rows, text=text, choice=choice)

    def skip(self) -> Fix:
        """Its rows are not to be imported."""
        return Fix(SKIP, self.rows)


@dataclass(frozen=True)
class Line:
    """A row as the tabs show it: some cells, and what would change."""

    row: int
    cells: Sequence[str]
    changes: Sequence[Sequence[str]] = ()


@dataclass
class Findings:
    """`unlisted`: findings beyond `LISTED`. `matched`: (heading in the file, column);
    `left_out`: (heading, why)."""

    found: list[Finding] = field(default_factory=list)
    unlisted: int = 0
    added: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    matched: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def dump(self) -> str:
        """As the run keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> "Findings":
        """What `dump` wrote; empty for ""."""
        data = json.loads(text) if text else {}
        data["found"] = [Finding(**f) for f in data.get("found", ())]
        for name in ("added", "changed"):
            data[name] = [Line(**line) for line in data.get(name, ())]
        return cls(**data)

    def notes(self, frame: Frame) -> dict[int, list[tuple[int | None, str, str]]]:
        """By row number, for the marked table."""
        notes: dict[int, list[tuple[int | None, str, str]]] = {}
        for finding in self.found:
            at = frame.layout.at.get(finding.column)
            for number in numbers_of(finding.rows):
                sentence = f"{finding.title}：{finding.message}"
                notes.setdefault(number, []).append((at, sentence, finding.tone))
        return notes


def findings_of(case: Case) -> Findings:
    """Everything worth showing of a judged case."""
    frame, sheet = case.frame, case.sheet
    groups = _groups(case)
    shown = [c for c in sheet.columns if c.name in frame.values and not c.private][:4]
    titles = {c.name: c.title for c in sheet.columns}

    def lines(outcome: str) -> list[Line]:
        rows = [row for row, o in enumerate(case.outcomes) if o == outcome]
        return [
            Line(frame.numbers[row], [frame.said(row, c.name) for c in shown],
                 [tuple(c) for c in case.changes.get(row, ())])
            for row in rows[:SAMPLES]
        ]  # fmt: skip

    return Findings(
        found=groups[:LISTED], unlisted=max(0, len(groups) - LISTED),
        added=lines("new"), changed=lines("update"), heads=[c.title for c in shown],
        matched=[(frame.layout.titles[i], titles[n]) for n, i in frame.layout.at.items()],
        left_out=list(frame.layout.left_out),
    )  # fmt: skip


def _groups(case: Case) -> list[Finding]:
    frame = case.frame
    rows: dict[tuple[Any, ...], list[int]] = {}
    for p in frame.problems:
        if case.outcomes[p.row] != "skip":
            said = masked(frame.said(p.row, p.column), p.column)
            key = (p.column, said, p.message, p.options, p.tone)
            rows.setdefault(key, []).append(frame.numbers[p.row])
    titles = {c.name: c.title for c in case.sheet.columns}
    found = [
        Finding(column, titles.get(column, ""), said, message, options, tone,
                ranges(sorted(set(numbers))), len(set(numbers)))
        for (column, said, message, options, tone), numbers in rows.items()
    ]  # fmt: skip
    return sorted(found, key=lambda f: (_ORDER[f.tone], next(numbers_of(f.rows))))


def masked(said: str, column: str = "") -> str:
    """A cell without numbers that may not be kept: 1404**********0011."""
    if column == "phone" or "身份证号" not in private_numbers(said):
        return said
    return re.sub(
        r"\d{6,}[\dXx]?",
        lambda m: f"{m[0][:4]}{'*' * (len(m[0]) - 8)}{m[0][-4:]}",
        said,
    )


def parse_fixes(text: str) -> list[Fix]:
    """The mendings a run keeps."""
    return [Fix(**data) for data in json.loads(text)] if text else []


def dump_fixes(fixes: Iterable[Fix]) -> str:
    """As the run keeps them; "" for none."""
    data = [fix.as_data() for fix in fixes]
    return json.dumps(data, ensure_ascii=False) if data else ""


def skipping(findings: Findings) -> list[Fix]:
    """Leave out every row that has a problem."""
    return [f.skip() for f in findings.found if f.tone != "soon"]
