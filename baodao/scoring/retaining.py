"""How long points, grades and what was said about them are kept (L12, L45, L47, L49;
domain 9.3): three years after the year, complaints two years after their decision, and
what an open appeal is about until it is over."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts import forgetting
from baodao.core.clock import at_local, today
from baodao.people.retention import Retention, Spans, right_below
from baodao.places.calendars import ground
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Answer, Appeal, Checkup, Deduction, Entry, Letter
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    FeedbackCard,
    Meeting,
    Round,
)

KEY = "retention.score_days"
FIRST_MONTH = "scoring.year_from_month"


@dataclass(frozen=True)
class ByYear(Retention):
    """Its time runs from the end of an evaluation year: that of the column `since`, or
    that in which its day or moment lies."""

    needs: tuple[str, ...] = (FIRST_MONTH,)

    def over(self, day: date, spans: Spans) -> Q:
        days, first = spans[self.key], spans[FIRST_MONTH]
        paths, found = {*days, *first}, Q(pk__in=[])
        for path in paths:
            last = day - timedelta(days=_nearest(days, path))
            before = self._before(last, _nearest(first, path))
            found |= right_below(self.path, path, paths) & before
        return found

    def _before(self, last: date, first_month: int) -> Q:
        """Of a year that had ended on that day."""
        year = counting.year_of(last, first_month)
        if self.since.endswith("year"):
            return Q(**{f"{self.since}__lt": year})
        begun = counting.year_days(year, first_month)[0]
        limit = at_local(begun, time(0)) if self.instant else begun
        return Q(**{f"{self.since}__lt": limit})

    def since_of(self, row: Any) -> Any:
        """The last day of the year."""
        month = ground(getattr(row, self.path)).settings[FIRST_MONTH]
        value = super().since_of(row)
        if not isinstance(value, int):
            day = today(value) if self.instant else value
            value = counting.year_of(day, month)
        return counting.year_days(value, month)[1] - timedelta(days=1)


def _nearest(values: Map[str, int], path: str) -> int:
    """What is set at the closest place at or above."""
    return values[max((p for p in values if path.startswith(p)), key=len)]


def kept_from(path: str, day: date, epoch: int | None = None) -> int:
    """The first evaluation year of a place that is still kept: to an earlier one
    nothing is added, or it would all come back from the records."""
    known = ground(path, epoch).settings
    last = day - timedelta(days=known[KEY])
    return counting.year_of(last, known[FIRST_MONTH])


# --- what an open appeal holds ----------------------------------------------------------------


def _appealing() -> QuerySet[Appeal]:
    return Appeal.objects.filter(settled_at=None)


def _in_appeal() -> Q:
    """All that is about somebody whose appeal is not over."""
    found = Q(pk__in=[])
    for subject in counting.SUBJECTS:
        rows = _appealing().filter(**{"subject": subject, f"{subject}__isnull": False})
        whose = rows.values(f"{subject}_id")
        found |= Q(**{"subject": subject, f"{subject}__in": whose})
    return found


def _complaint_in_appeal() -> Q:
    """Complaints that a deduction rests on which is appealed against."""
    about = Deduction.objects.filter(pk__in=_appealing().values("object_id"))
    return Q(pk__in=about.values("source_id"))


# --- the year's evaluation and its cards ------------------------------------------------------

EVALUATION, CARD = "scoring.Evaluation", "scoring.Card"


def _evaluations(ids: Collection[UUID]) -> None:
    """With what was sent of them; the minutes of meetings go with the last of a round."""
    cards = FeedbackCard.objects.filter(evaluation__in=ids)
    sent = Delivery.objects.filter(card__in=cards)
    rounds = set(
        Evaluation.objects.filter(pk__in=ids).values_list("round_id", flat=True)
    )
    _gone(Delivery, list(sent.values_list("pk", flat=True)))
    # The newest edition first: it points to the one before.
    while newest := list(cards.filter(replaced_by=None).values_list("pk", flat=True)):
        _gone(FeedbackCard, newest)
    _gone(Evaluation, ids)
    over = Round.objects.filter(pk__in=rounds, evaluations=None)
    minutes = Meeting.objects.filter(round__in=over)
    _gone(Meeting, list(minutes.values_list("pk", flat=True)))


def _cards(ids: Collection[UUID]) -> None:
    """With their entries, which are under seal, the letters about them and the check."""
    for model in (Entry, Letter, Checkup):
        found = model._default_manager.filter(card__in=ids)
        _gone(model, list(found.values_list("pk", flat=True)))
    forgetting.delete(CARD, ids)


def _gone(model: type[Any], ids: Collection[UUID]) -> None:
    """Rows and what was said with any act on them; the acts stay."""
    forgetting.notes_of(ids)
    forgetting.delete(model._meta.label, ids)


EVALUATIONS = ByYear(
    "evaluations", "年度评价、反馈卡和送达", "只留哪一步哪天办的", KEY, EVALUATION, "path",
    "year", _evaluations, held_by=("pk", "member_id"), kept=_in_appeal,
)  # fmt: skip


@dataclass(frozen=True)
class Cards(ByYear):
    """A card goes with the evaluation that is made of it, never before."""

    def over(self, day: date, spans: Spans) -> Q:
        its = replace(EVALUATIONS, path="evaluation__path", since="evaluation__year")
        alone = Q(evaluation=None) | its.over(day, spans)
        return super().over(day, spans) & alone


CARDS = Cards(
    "score_cards", "积分卡、明细和通知", "只留服务记录", KEY, CARD, "path", "year", _cards,
    held_by=("pk", "evaluation__pk", "member_id"), kept=_in_appeal,
)  # fmt: skip


# --- deductions, merits, appeals, complaints --------------------------------------------------


def _deductions(ids: Collection[UUID]) -> None:
    answers = Answer.objects.filter(deduction__in=ids)
    forgetting.delete("scoring.Answer", list(answers.values_list("pk", flat=True)))
    _gone(Deduction, ids)


def _forget(model: str, ids: Sequence[UUID]) -> None:
    forgetting.notes_of(ids)
    forgetting.delete(model, ids)


DEDUCTIONS = ByYear(
    "deductions", "扣分的事实、说明和决定", "只留哪一步哪天办的", KEY, "scoring.Deduction",
    "path", "occurred_on", _deductions, ready=lambda: Q(decided_at__isnull=False),
    held_by=("pk", "member_id"), kept=_in_appeal,
)  # fmt: skip
MERITS = ByYear(
    "merits", "登记的表彰、岗位和典型", "只留哪一步哪天办的", KEY, "scoring.Merit", "path",
    "occurred_on", lambda ids: _forget("scoring.Merit", ids),
    ready=lambda: ~Q(state="registered"), held_by=("pk", "member_id"), kept=_in_appeal,
)  # fmt: skip
APPEALS = ByYear(
    "appeals", "终结了的申诉", "只留哪一步哪天办的", KEY, "scoring.Appeal", "path",
    "settled_at", lambda ids: _forget("scoring.Appeal", ids), instant=True,
    held_by=("pk", "object_id", "member_id"),
)  # fmt: skip
COMPLAINTS = Retention(
    "complaints", "差评", "只留什么时候查过、什么结果", "retention.complaint_days",
    "scoring.Complaint", "path", "decided_at",
    lambda ids: _forget("scoring.Complaint", ids), instant=True,
    kept=_complaint_in_appeal,
)  # fmt: skip


# --- what was taken out -----------------------------------------------------------------------


@dataclass(frozen=True)
class Extracts(Retention):
    """An extract has a time of its own, and goes with the cards of its year when it is
    no longer good."""

    needs: tuple[str, ...] = (KEY, FIRST_MONTH)

    def over(self, day: date, spans: Spans) -> Q:
        year = ByYear("", "", "", KEY, self.model, self.path, "year", self.forget)
        stale = Q(valid_until__lt=day) & year.over(day, spans)
        return super().over(day, spans) | stale


EXTRACTS = Extracts(
    "extracts", "提取过的评价结果", "只留“谁为什么提取过”的记录", "retention.extract_days",
    "scoring.Extract", "path", "made_at",
    lambda ids: forgetting.delete("scoring.Extract", ids), instant=True,
)  # fmt: skip
ALL = (EXTRACTS, EVALUATIONS, CARDS, DEDUCTIONS, MERITS, APPEALS, COMPLAINTS)
