"""What was answered (A06): sums by question, by place with small numbers hidden (domain
9.4), the words of a community for itself, the orders it found, and last time beside this
time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from baodao.acts.access import path_range
from baodao.orders.models import Order
from baodao.places.models import Household, Place
from baodao.places.rules import COMMUNITY
from baodao.surveys import asking, rules, summing
from baodao.surveys.asking import Question
from baodao.surveys.coverage import REACHED, WIDTH, Tally, homes, root_of, total
from baodao.surveys.entering import texts_of
from baodao.surveys.models import Edition, Sheet, Survey


def questions_of(survey: Survey) -> list[Question]:
    """All questions of all editions, the newest wording first."""
    kept = Edition.objects.filter(survey=root_of(survey)).order_by("-number")
    return asking.merged([asking.load(e.questions) for e in kept])


def sheets_in(survey: Survey, under: str = "") -> QuerySet[Sheet]:
    """The sheets of a survey or part, by where the household is today."""
    lo, hi = path_range(under or survey.path)
    return Sheet.objects.filter(
        survey=root_of(survey), household__path__gte=lo, household__path__lt=hi
    )


Answered = tuple[Mapping[str, Any], Sequence[str]]


def _answers(found: QuerySet[Sheet]) -> Iterator[Answered]:
    rows = found.filter(outcome="answered").order_by().values_list("answers", "texted")
    return rows.iterator(5_000)


def live_sums(survey: Survey, under: str = "") -> dict[str, summing.Sum]:
    """Sums by question as they are now."""
    return summing.sums(questions_of(survey), _answers(sheets_in(survey, under)))


def sums_of(survey: Survey, under: str = "") -> dict[str, summing.Sum]:
    """Those kept at the end, else as they are now."""
    if survey.sums and under in ("", survey.path):
        kept: dict[str, summing.Sum] = survey.sums["questions"]
        return kept
    return live_sums(survey, under)


def kept_sums(survey: Survey) -> dict[str, Any]:
    """What is kept of a survey at its end."""
    tally = total(survey)
    return _kept(tally, found_orders(survey).count(), live_sums(survey))


def _kept(tally: Tally, orders: int, sums: dict[str, summing.Sum]) -> dict[str, Any]:
    numbers = {name: getattr(tally, name) for name in ("households", *REACHED)}
    return {**numbers, "orders": orders, "questions": sums}


def kept_sums_of_parts(
    survey: Survey, parts: Sequence[Survey]
) -> dict[str, dict[str, Any]]:
    """The same of every part, by its path, in four queries."""
    if not parts:
        return {}
    questions, width = questions_of(survey), WIDTH[COMMUNITY]
    doors: dict[str, Tally] = defaultdict(Tally)
    rows = homes(survey).values("path", "sheet__outcome").iterator(5_000)
    for row in rows:
        one = {row["sheet__outcome"]: 1} if row["sheet__outcome"] else {}
        doors[row["path"][:width]] += Tally(1, **one)
    answers: dict[str, list[Answered]] = defaultdict(list)
    filled = sheets_in(survey).filter(outcome="answered").order_by()
    for path, given, texted in filled.values_list(
        "household__path", "answers", "texted"
    ):
        answers[path[:width]].append((given, texted))
    orders: dict[str, int] = defaultdict(int)
    for path in found_orders(survey).values_list(
        "survey_find__sheet__household__path", flat=True
    ):
        orders[path[:width]] += 1
    found = {}
    for part in parts:
        mine = [k for k in {*doors, *answers} if k.startswith(part.path)]
        tally = Tally()
        for k in mine:
            tally += doors.get(k, Tally())
        rows_ = [a for k in mine for a in answers.get(k, ())]
        n = sum(orders.get(k, 0) for k in mine)
        found[part.path] = _kept(tally, n, summing.sums(questions, rows_))
    return found


def found_orders(survey: Survey, under: str = "") -> QuerySet[Order]:
    """The orders that a survey has found (A10), newest first."""
    lo, hi = path_range(under or survey.path)
    return Order.objects.filter(
        survey_find__sheet__survey=root_of(survey),
        survey_find__sheet__household__path__gte=lo,
        survey_find__sheet__household__path__lt=hi,
    ).order_by("-placed_at", "-id")  # fmt: skip


# --- for the page -----------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One answer: how many households; None where it may not be shown. `fx`: the width
    of its bar, 0 to 100; `before`: how many in the last round."""

    label: str
    n: int | None
    percent: float | None
    before: int | None = None
    before_percent: float | None = None

    @property
    def fx(self) -> int:
        return round(self.percent or 0)

    @property
    def rest(self) -> int:
        return 100 - self.fx


@dataclass(frozen=True)
class Answer:
    """One question with its sums as a page shows them. `facts`: of numbers and days."""

    question: Question
    n: int
    bars: list[Bar]
    facts: list[tuple[str, str]]
    few: bool = False  # too few answers to be shown above the community


def answers_of(
    questions: Iterable[Question], sums: Mapping[str, summing.Sum], *, above: bool
) -> list[Answer]:
    """Sums in words; `above`: for those who are not of the community (domain 9.4)."""
    found = []
    for q in questions:
        s = sums.get(q.key, {"n": 0})
        n = int(s["n"])
        few = above and n < rules.RATE_N
        bars = [] if few else _bars(q, s, n, above)
        facts = [] if few else _facts(q, s)
        found.append(Answer(q, n, bars, facts, few and n > 0))
    return found


def _bars(q: Question, s: summing.Sum, n: int, above: bool) -> list[Bar]:
    counts = [s.get("counts", {}).get(code, 0) for code, _ in q.choices]
    shown: Sequence[int | None] = counts
    if above and counts:
        shown = rules.protected([counts])[0]
    return [
        Bar(text, k, None if k is None else rules.share(k, n))
        for (_, text), k in zip(q.choices, shown, strict=True)
    ]


def _facts(q: Question, s: summing.Sum) -> list[tuple[str, str]]:
    if q.kind == "number" and "median" in s:
        middle = s["median"]
        text = f"{middle:g}" if isinstance(middle, float) else str(middle)
        return [
            ("中位数", text), ("合计", f"{s['sum']:,}"),
            ("最小到最大", f"{s['least']:,}–{s['most']:,}"),
        ]  # fmt: skip
    if q.kind == "date" and "least" in s:
        return [("最早", q.words(s["least"])), ("最晚", q.words(s["most"]))]
    return []


@dataclass(frozen=True)
class Row:
    """One community in the table of answers by place."""

    place: Place
    cells: list[int | None]


def by_place(survey: Survey, question: Question) -> list[Row]:
    """How often each answer was given in each community; small numbers and what would
    give them away are hidden."""
    width, codes = WIDTH[COMMUNITY], [code for code, _ in question.choices]
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(codes, 0))
    filled = sheets_in(survey).filter(outcome="answered").order_by()
    for path, answers in filled.values_list("household__path", "answers").iterator(
        5_000
    ):
        given = answers.get(question.key)
        for code in given if isinstance(given, list) else [given]:
            if code in codes:
                counts[path[:width]][code] += 1
    lo, hi = path_range(survey.path)
    places = Place.objects.filter(
        path__gte=lo, path__lt=hi, level=COMMUNITY, path__in=counts
    )
    rows = list(places.select_related("parent").order_by("path"))
    table = [[counts[p.path][code] for code in codes] for p in rows]
    return [
        Row(p, cells) for p, cells in zip(rows, rules.protected(table), strict=True)
    ]


@dataclass(frozen=True)
class Words:
    """What one household said, for its own community."""

    sheet_id: UUID
    number: str
    question: str
    text: str


def said_in_words(survey: Survey, under: str, key: str = "") -> list[tuple[UUID, str]]:
    """(sheet, question) of all answers in words, of one question or of all: nothing is
    deciphered to count and turn them."""
    found = sheets_in(survey, under).filter(texts__isnull=False)
    rows = found.order_by("path", "pk").values_list("pk", "texted")
    return [(pk, k) for pk, keys in rows for k in keys if not key or k == key]


def words(survey: Survey, said: Iterable[tuple[UUID, str]]) -> list[Words]:
    """The words of one page of them."""
    wanted = list(said)
    labels = {q.key: q.label for q in questions_of(survey) if q.kind == "text"}
    rows = Sheet.objects.select_related("household").defer(
        "household__call_name", "household__address", "household__phone"
    )
    sheets = {s.pk: s for s in rows.filter(pk__in={pk for pk, _ in wanted})}
    return [
        Words(pk, sheets[pk].household.number, labels.get(k, ""), text)
        for pk, k in wanted
        if (text := texts_of(sheets[pk]).get(k))
    ]


# --- last time and this time ----------------------------------------------------------------


def last_round(survey: Survey) -> Survey | None:
    """The survey that this one, or the one it is a part of, asks again."""
    root = survey.parent if survey.parent_id else survey
    return root.previous if root else None


def compared(
    survey: Survey, before: Survey, under: str, *, above: bool
) -> list[Answer]:
    """The choices and numbers of both rounds, side by side."""
    questions = [q for q in questions_of(survey) if q.kind != "text"]
    now = answers_of(questions, sums_of(survey, under), above=above)
    then_sums = _sums_before(survey, before, under)
    then = {a.question.key: a for a in answers_of(questions, then_sums, above=above)}
    return [_beside(a, then[a.question.key]) for a in now]


def _sums_before(survey: Survey, before: Survey, under: str) -> dict[str, summing.Sum]:
    """Of the same places as today: the last round may have been a wider one."""
    if before.sums and before.path == survey.path and under == survey.path:
        kept: dict[str, summing.Sum] = before.sums["questions"]
        return kept
    questions = questions_of(before)
    return summing.sums(questions, _answers(_before(before, under)))


def _before(before: Survey, under: str) -> QuerySet[Sheet]:
    lo, hi = path_range(under)
    return Sheet.objects.filter(
        survey=root_of(before), household__path__gte=lo, household__path__lt=hi
    )


def _beside(now: Answer, then: Answer) -> Answer:
    if not then.bars:
        facts = [(f"这次{k}", v) for k, v in now.facts]
        facts = [(f"上次{k}", v) for k, v in then.facts] + facts
        return Answer(now.question, now.n, now.bars, facts, now.few or then.few)
    bars = [
        Bar(a.label, a.n, a.percent, b.n, b.percent)
        for a, b in zip(now.bars, then.bars, strict=False)
    ]
    return Answer(now.question, now.n, bars, now.facts, now.few or then.few)


@dataclass(frozen=True)
class HomeChange:
    """One household of both rounds, by its number. `steps`: what is another answer."""

    number: str
    place_id: UUID
    path: str
    kind: str
    steps: list[summing.Step]
    sheet_id: UUID | None

    @property
    def title(self) -> str:
        return summing.CHANGES[self.kind]


def home_changes(survey: Survey, before: Survey, under: str) -> list[HomeChange]:
    """Every household that was reached in one of the rounds, in walking order. What was
    said in words is not compared: it is deleted earlier than the rest."""
    then = _answered(_before(before, under))
    now = _answered(sheets_in(survey, under))
    questions = questions_of(survey)
    lo, hi = path_range(under)
    rows = Household.objects.filter(path__gte=lo, path__lt=hi).order_by("path")
    found = []
    for pk, number, place_id, path, gone in rows.values_list(
        "pk", "number", "place_id", "path", "place__valid_to"
    ):
        old, new = then.get(pk), now.get(pk)
        was, is_ = old and old[1], new and new[1]
        kind = summing.change_of(was, is_, there=gone is None)
        if not kind:
            continue
        both = was is not None and is_ is not None
        steps = summing.differences(questions, was or {}, is_ or {}) if both else []
        found.append(
            HomeChange(number, place_id, path, kind, steps, new[0] if new else None)
        )
    return found


def _answered(found: QuerySet[Sheet]) -> dict[UUID, tuple[UUID, dict[str, Any]]]:
    rows = found.filter(outcome="answered").values_list("household", "pk", "answers")
    return {home: (pk, answers) for home, pk, answers in rows}


def needs_by_state(found: QuerySet[Order]) -> dict[str, int]:
    """How many of the orders stand where."""
    rows = found.order_by().values_list("state").annotate(n=Count("id"))
    return dict(rows)
