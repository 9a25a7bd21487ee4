"""Counting: each measure is one query for all units or members of a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count as Number
from django.db.models import QuerySet

from baodao.progress import rules
from baodao.progress.measures import OF, Measure, Rows
from baodao.progress.rules import Count


@dataclass(frozen=True)
class Line:
    """A measure of one unit or member."""

    measure: Measure
    count: Count

    @property
    def partly(self) -> bool:
        """Whether it is one of several that are wanted."""
        return self.measure.owed is not None

    @property
    def words(self) -> str:
        """3/5, or what is there where one would do."""
        c = self.count
        if self.partly:
            return f"{c.have}/{c.need}" if c.need else "—"
        return f"{c.have:,}"

    @property
    def state(self) -> tuple[str, str, str]:
        return rules.STATES[self.count.state]


@dataclass(frozen=True)
class Track:
    """One of the four doubles, or of the five steps, of one unit or member."""

    code: str
    title: str
    lines: Sequence[Line]

    @property
    def key(self) -> str:
        return rules.together(line.count for line in self.lines)

    @property
    def state(self) -> tuple[str, str, str]:
        return rules.STATES[self.key]


def counts(who: str, ids: Sequence[UUID], day: date) -> dict[UUID, list[Line]]:
    """The lines of each unit (`who` is "unit") or member, in the order of the table."""
    found: dict[UUID, list[Line]] = {pk: [] for pk in ids}
    for m in OF[who]:
        have = _numbers(m.rows(day), ids)
        need = _numbers(m.owed(day), ids) if m.owed else {}
        for pk, lines in found.items():
            wanted = need.get(pk, 0) if m.owed else m.need
            lines.append(Line(m, Count(have.get(pk, 0), wanted)))
    return found


def _numbers(rows: Rows, ids: Sequence[UUID]) -> dict[UUID, int]:
    counted = rows.filter(of__in=ids).order_by().values("of").annotate(n=Number("pk"))
    return {row["of"]: row["n"] for row in counted}


def tracks(lines: Iterable[Line], by: str = "double") -> list[Track]:
    """The lines by double, or by step."""
    names: Mapping[str, str] = rules.DOUBLES if by == "double" else rules.STEPS
    all_lines = list(lines)
    return [
        Track(code, title, [x for x in all_lines if getattr(x.measure, by) == code])
        for code, title in names.items()
    ]


def next_line(lines: Iterable[Line]) -> Line | None:
    """What comes next: the first that is not done, in the order of the steps."""
    left = [x for x in lines if x.count.state in ("todo", "going")]
    order = list(rules.STEPS)
    left.sort(key=lambda x: (order.index(x.measure.step), x.count.state == "going"))
    return left[0] if left else None


def lacking(found: QuerySet[Any], who: str, code: str, day: date) -> QuerySet[Any]:
    """Of these units or members, those that have none of a measure; an unknown code
    filters nothing."""
    m = next((m for m in OF[who] if m.code == code), None)
    if m is None:
        return found
    # NOT IN with a NULL among them would find nobody.
    having = m.rows(day).exclude(of=None).values("of")
    return found.exclude(pk__in=having)
