"""A grade as something that may be appealed (domain 9.6), and what stands in the way of
deciding one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.open_deductions import open_about
from baodao.scoring.services import revising
from baodao.scoring.services.appealing import About, Kind
from baodao.scoring.services.drafting import drafts, evaluation_of


def _find(pk: UUID) -> About | None:
    found = Evaluation.objects.select_related("card", "member").filter(pk=pk).first()
    card = FeedbackCard.objects.filter(evaluation=pk, state="current").first()
    if found is None or card is None:
        return None
    decided = Event.objects.filter(object_id=pk, action="evaluations.decide")
    by = decided.order_by("-at").values_list("actor_person", flat=True).first()
    return About(
        found.subject, found.member_id, found.unit_id,
        found.member.person_id if found.member else None, found.card.place_id,
        found.path, f"{found.year}年度评价：{counting.GRADES[found.grade]}", None, by,
        _delivered(card), found.state == "issued" and bool(_better(found.grade)),
        reverse("scoring:evaluation", args=[pk]),
    )  # fmt: skip


def _suspend(actor: Actor, pk: UUID, at: datetime) -> None:
    revising.suspend_grade(actor, pk, now=at)


def _restore(actor: Actor, pk: UUID, at: datetime) -> None:
    revising.restore_grade(actor, pk, now=at)


def _carry_out(actor: Actor, pk: UUID, remedy: str, at: datetime) -> None:
    """Wholly right: the grade that is due; in part: the grade that was named."""
    e = evaluation_of(pk)
    known = _better(e.grade)
    if not known or (remedy and remedy not in known):
        raise Conflict("改的等次要比原来好。")
    revising.change_grade(actor, pk, remedy or _due(e), "申诉复核以后改定。", now=at)


def _due(e: Evaluation) -> str:
    """One grade better; where none was given, what the points as they are now propose,
    and 一般 at the least."""
    known = _better(e.grade)
    if e.grade != "none":
        return known[-1]
    proposed = str(drafts([e], e.path, e.year)[e.pk]["proposed"])
    return proposed if proposed in known else known[-1]


def _better(grade: str) -> Sequence[str]:
    """The best first; than 不定等次 every grade is better but 差."""
    end = -1 if grade == "none" else counting.ORDER.index(grade)
    return counting.ORDER[:end]


def _delivered(card: FeedbackCard) -> datetime:
    """When it first reached somebody, but for the department's copy: the days to appeal
    run from then, and not at all before (9.6.3)."""
    sent = card.deliveries.exclude(kind="filing")
    found = sent.aggregate(first=Min("delivered_at"))["first"]
    return found or clock_now()


def _remedies(pk: UUID) -> Sequence[tuple[str, str]]:
    grade = Evaluation.objects.values_list("grade", flat=True).get(pk=pk)
    return [(code, f"改为“{counting.GRADES[code]}”") for code in _better(grade)]


def _link(actor: Actor, pk: UUID) -> str:
    """The evaluation; for the county, which reads no more than it, the card."""
    if can(actor, "evaluations.view"):
        return reverse("scoring:evaluation", args=[pk])
    card = FeedbackCard.objects.filter(evaluation=pk, state="current").first()
    if card is None or not can(actor, "feedback_cards.view", card):
        return ""
    return reverse("scoring:feedback", args=[card.pk])


KIND = Kind(
    "grade", "年度等次", _find, _suspend, _restore, _carry_out, _remedies, _link
)


def undecided(cards: Collection[UUID]) -> Mapping[UUID, str]:
    """Card → the deduction about its subject that nobody has decided yet, or whose
    appeal is not over (no card is decided or issued before it is)."""
    found: dict[UUID, str] = {}
    for card, d in open_about(cards):
        title = rules_deductions.STATES[d.state].title
        found.setdefault(card, f"“{d.words}”{title}，先有结果再定等次。")
    return found
