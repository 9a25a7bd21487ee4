"""Sums of answers, and what has changed since the last round. Plain Python."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from baodao.surveys.asking import Question

Sum = dict[str, Any]


def sums(
    questions: Sequence[Question],
    rows: Iterable[tuple[Mapping[str, Any], Iterable[str]]],
) -> dict[str, Sum]:
    """Per question: how many have answered (`n`), `counts` by code, or of numbers
    `sum`, `median`, `least` and `most`, of days `least` and `most`. `rows`: answers,
    and the keys of the questions that were answered in words."""
    counts: dict[str, Counter[str]] = {q.key: Counter() for q in questions}
    values: dict[str, list[Any]] = {q.key: [] for q in questions}
    n: Counter[str] = Counter()
    for answers, texts in rows:
        n.update(texts)
        for key, value in answers.items():
            if key not in counts:
                continue
            n[key] += 1
            if isinstance(value, list):
                counts[key].update(value)
            else:
                counts[key][str(value)] += 1
                values[key].append(value)
    return {q.key: _sum(q, n[q.key], counts[q.key], values[q.key]) for q in questions}


def _sum(q: Question, n: int, counts: Counter[str], values: list[Any]) -> Sum:
    if q.choices:
        return {"n": n, "counts": {code: counts[code] for code, _ in q.choices}}
    if q.kind == "number":
        numbers = [v for v in values if isinstance(v, int)]
        if not numbers:
            return {"n": n}
        return {
            "n": n, "sum": sum(numbers), "median": median(numbers),
            "least": min(numbers), "most": max(numbers),
        }  # fmt: skip
    if q.kind == "date" and values:
        return {"n": n, "least": min(values), "most": max(values)}
    return {"n": n}


CHANGES = {
    "changed": "有变化",
    "same": "没变化",
    "new": "这次新有",
    "gone": "户已不在",
    "left": "这次还没问到",
}


@dataclass(frozen=True)
class Step:
    """One question of one household: what it was and what it is."""

    label: str
    before: str
    now: str


def differences(
    questions: Sequence[Question], before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[Step]:
    """The questions whose answer is another one. A question that was not asked in the
    last round says nothing about a change, nor one that nobody answered then."""
    return [
        Step(q.label, q.words(before[q.key]), q.words(now.get(q.key)) or "没有答")
        for q in questions
        if q.key in before and before[q.key] != now.get(q.key)
    ]


def change_of(
    before: Mapping[str, Any] | None, now: Mapping[str, Any] | None, *, there: bool
) -> str:
    """What became of a household since the last round; `there`: it still exists. ""
    when it was reached in neither."""
    if now is not None:
        if before is None:
            return "new"
        return "changed" if any(before[k] != now.get(k) for k in before) else "same"
    if before is None:
        return ""
    return "left" if there else "gone"
