"""A grade as something that may be appealed (domain 9.6), and what stands in the way of
deciding one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.people.models import RoleTie
from baodao.people.queries import current
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions
from baodao.scoring.models import Appeal
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.open_deductions import open_about
from baodao.scoring.services import reopening, revising
from baodao.scoring.services.appealing import About, Kind
from baodao.scoring.services.concerning import DISTRICT, TOWN, cut
from baodao.scoring.services.drafting import drafts, evaluation_of


def _find(pk: UUID) -> About | None:
    found = Evaluation.objects.select_related("card", "member", "meeting").filter(pk=pk)
    e = found.first()
    card = FeedbackCard.objects.filter(evaluation=pk, state="current").first()
    if e is None or card is None:
        return None
    decided = Event.objects.filter(object_id=pk, action="evaluations.decide")
    by = decided.order_by("-at").values_list("actor_person", flat=True).first()
    return About(
        e.subject, e.member_id, e.unit_id, e.member.person_id if e.member else None,
        e.card.place_id, e.path, f"{e.year}年度评价：{counting.GRADES.get(e.grade, '')}",
        None, by, _delivered(card), e.state == "issued" and bool(_better(e.grade)),
        reverse("scoring:evaluation", args=[pk]), _took_part(e), _since(card),
    )  # fmt: skip


# Steps that say something of the subject or of its grade.
_PARTS = ("word", "draft", "notify", "refresh", "answer", "hear", "decide", "change", "reopen")  # fmt: skip


def _took_part(e: Evaluation) -> set[UUID]:
    """Who wrote, drafted, answered, heard or decided; who kept the minutes of the meeting,
    and who was there by name."""
    actions = [f"evaluations.{event}" for event in _PARTS]
    acts = Q(object_id=e.pk, action__in=actions)
    acts |= Q(object_id=e.meeting_id, action="evaluation_meetings.hold")
    acted = Event.objects.filter(acts).values_list("actor_person", flat=True)
    return {p for p in acted if p} | _were_there(e)


def _were_there(e: Evaluation) -> set[UUID]:
    """Of those above who might hear an appeal. The minutes have names only: who has the
    name of somebody who was there is taken for that one."""
    attended = e.meeting.attended if e.meeting else ""
    ties = RoleTie.objects.filter(
        current(), role__in=("township_party", "county_org"),
        path__in=[cut(e.path, TOWN), cut(e.path, DISTRICT)],
    )  # fmt: skip
    rows = ties.values_list("person_id", "person__name")
    return {pk for pk, name in rows if name and name in attended}


def _since(card: FeedbackCard) -> datetime:
    """When this grade came to be: with the first of the last editions that have it."""
    since = card.issued_at
    earlier = FeedbackCard.objects.filter(
        evaluation=card.evaluation_id, edition__lt=card.edition
    )
    for grade, at in earlier.order_by("-edition").values_list("grade", "issued_at"):
        if grade != card.grade:
            break
        since = at
    return since


def _suspend(actor: Actor, pk: UUID, at: datetime) -> None:
    revising.suspend_grade(actor, pk, now=at)


def _restore(actor: Actor, pk: UUID, at: datetime) -> None:
    revising.restore_grade(actor, pk, now=at)


def _carry_out(actor: Actor, pk: UUID, remedy: str, at: datetime) -> None:
    """Wholly right: the grade that is due; in part: the grade that was named. What was
    confirmed since the decision counts from now on (8.23)."""
    e = evaluation_of(pk)
    known = _better(e.grade)
    if not known or (remedy and remedy not in known):
        raise Conflict("改的等次要比原来好。")
    reopening.count_late_once(actor, e, at)
    revising.change_grade(
        actor, pk, remedy or _due(e, _only_late(pk)), "申诉复核以后改定。", now=at
    )


def _only_late(pk: UUID) -> bool:
    """Whether nothing was asked but that late services count."""
    rows = Appeal.objects.filter(object_id=pk).order_by("-filed_at")
    return rows.values_list("grounds", flat=True).first() == ["uncounted"]


def _due(e: Evaluation, only_late: bool) -> str:
    """What the points as they are now propose, and at the least one grade better than
    what was decided (of 不定等次: 一般). Where it was only asked that late services
    count, the points alone say."""
    known = _better(e.grade)
    proposed = str(drafts([e], e.path, e.year)[e.pk]["proposed"])
    if proposed in known:
        return proposed
    return e.grade if only_late else known[-1]


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
