"""A grade that stands aside, stands again or is changed after its card went out: by an
appeal (`scoring.services.appealing` is given these three), or because a deduction was
taken back after the decision (domain 8.18). Whoever had the old card gets the new one;
the wallet is not touched. What needs a meeting is evaluated anew (`services.reopening`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_revising as rules
from baodao.scoring.blocking import blocked_of
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.services import issuing
from baodao.scoring.services.drafting import (
    differs,
    drafts,
    evaluation_of,
    moved_drafts,
    moved_of,
)


def suspend_grade(
    actor: Actor, evaluation_id: UUID, *, now: datetime | None = None
) -> Done:
    """An appeal is under way: the grade shows 复核中 and has no effect (9.6.3)."""
    return act(actor, "evaluations.suspend", evaluation_id, now=now)


def restore_grade(
    actor: Actor, evaluation_id: UUID, *, now: datetime | None = None
) -> Done:
    """The appeal is over and the grade stands."""
    return act(actor, "evaluations.restore", evaluation_id, now=now)


def change_grade(
    actor: Actor, evaluation_id: UUID, grade: str, reason: str, *,
    now: datetime | None = None,
) -> FeedbackCard:  # fmt: skip
    """Another grade, by appeal or by a new look at points that have changed: the card as
    it stands now is issued anew to all earlier recipients. Returns the new card. Errors:
    grade, reason; Conflict with what stands in the way: by hand only because points have
    moved, to nothing worse and to no more than they propose today, with nothing about it
    open. 优秀 is a meeting's to give (9.6.8)."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    require(actor, "evaluations.change", e)
    if e.state == "under_appeal" and actor.role != "system":
        raise Conflict("正在复核，等有了结果再改。")
    if grade not in counting.GRADES:
        raise Invalid(fields={"grade": "请选等次。"})
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么改。"})
    if grade == "poor" and not e.hearing:
        raise Conflict("定为差以前，要听取本人意见，并记下来。")
    fresh = drafts([e], e.path, e.year)[e.pk]
    if actor.role != "system":
        _by_hand(e, grade, fresh)
    old = FeedbackCard.objects.filter(evaluation=e, state="current").first()
    if old is None:
        raise Conflict("反馈卡还没有发，现在不用改，在会上定就行。")
    write = Write(
        set={**fresh, "grade": grade, "reason": reason.strip(), "reopened": ""},
        data={"grade": grade, "before": e.grade},
    )
    with transaction.atomic():
        act(
            actor,
            "evaluations.change",
            e.pk,
            lambda row: write,
            version=e.version,
            now=at,
        )
        e = evaluation_of(e.pk)
        issuing.replace(consequence_of(actor), [old.pk], at)
        card = issuing.reissue(consequence_of(actor), e, old, at)
        issuing.tell([card])
    return card


def _by_hand(e: Evaluation, grade: str, fresh: Mapping[str, Any]) -> None:
    """Without a meeting and without telling first nothing gets worse, nothing better than
    the points propose, and nothing at all that an appeal or a deduction is about."""
    if e.state != "issued":
        raise Conflict("反馈卡还没有发，现在不用改，在会上定就行。")
    if why := blocked_of({e.pk: (e.card_id, *e.attached)}).get(e.pk):
        raise Conflict(why)
    if not differs(e, fresh):
        raise Conflict("积分没有变动。对等次有意见的，走申诉。")
    if why := rules.why_not_by_hand(e.grade, grade, _was(e), _now(fresh)):
        raise Conflict(why)


def _was(e: Evaluation) -> rules.Stands:
    return rules.Stands(e.score, e.proposed)


def _now(fresh: Mapping[str, Any]) -> rules.Stands:
    return rules.Stands(fresh["score"], fresh["proposed"])


def by_hand(e: Evaluation) -> list[str]:
    """The grades that one person may give now without a meeting, the same one among them;
    none where the points have not moved."""
    fresh = moved_drafts([e]) if e.state == "issued" else {}
    if e.pk not in fresh:
        return []
    return rules.by_hand(e.grade, _was(e), _now(fresh[e.pk]))


def moved(e: Evaluation) -> bool:
    """Whether the card's points are not those that were decided on (8.18)."""
    if e.state not in ("decided", "issued"):
        return False
    return bool(moved_of([e]))
