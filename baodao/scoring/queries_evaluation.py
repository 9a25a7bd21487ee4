"""The yearly evaluation read back inside one's own access: the round of a community, one
evaluation, cards received and to be filed, grades by number (L46, L47; domain 9.4, 9.5).
Lists are by name or number, never by points."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.grants import COMMUNITY
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.places.models import Place
from baodao.places.succeeding import now_at
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring import rules_small as small
from baodao.scoring.blocking import blocked_of
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    FeedbackCard,
    Round,
)
from baodao.scoring.services import deciding, drafting
from baodao.ui.shapes import Entry

TABS = {
    "collecting": "收集意见",
    "drafted": "起草",
    "subject_notified": "已告知本人",
    "objection": "有异议",
    "decided": "已决定",
    "issued": "已发反馈卡",
}
_OUT = ("issued", "under_appeal")
_IN_TAB = {**{k: (k,) for k in TABS}, "issued": _OUT}


@dataclass(frozen=True)
class Wanted:
    """What the address says."""

    year: int
    tab: str = ""
    subject: str = ""
    grade: str = ""
    text: str = ""
    path: str = ""


def evaluations(actor: Actor, wanted: Wanted) -> QuerySet[Evaluation]:
    """Of a year, by name. What is not told yet is the community's own: nobody else reads
    a score or a grade that the subject has not seen."""
    found = visible(Evaluation.objects.all(), actor, "evaluations.view")
    found = found.filter(year=wanted.year)
    if not reads_drafts(actor):
        told = Q(state__in=rules.SHOWN)
        if actor.role == "unit_secretary" and not wanted.grade:
            # From the beginning with the name alone: the unit may add its word.
            told |= Q(subject="member")
        found = found.filter(told)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if wanted.tab in TABS:
        found = found.filter(state__in=_IN_TAB[wanted.tab])
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.grade:
        found = found.filter(Q(grade=wanted.grade) | Q(grade="", proposed=wanted.grade))
    if text := wanted.text.strip():
        found = found.filter(Q(name__icontains=text) | Q(unit__name__icontains=text))
    related = ("unit", "card", "member", "round__place")
    return found.select_related(*related).order_by("subject", "name", "pk")


def round_at(actor: Actor, year: int) -> Round | None:
    """The round of the actor's own community, None where it is not open or the actor sits
    above."""
    rows = visible(Round.objects.filter(year=year), actor, "evaluation_rounds.view")
    return rows.filter(path=actor.path or "-").select_related("place").first()


def round_of(actor: Actor, pk: UUID) -> Round:
    """Raises NotFound."""
    rows = visible(Round.objects.filter(pk=pk), actor, "evaluation_rounds.view")
    found = rows.select_related("place").first()
    if found is None:
        raise NotFound
    return found


def counts(found: QuerySet[Evaluation]) -> dict[str, int]:
    """Tab → how many."""
    rows = found.order_by().values_list("state").annotate(n=Count("pk"))
    n = Counter(dict(rows))
    return {t: sum(n[s] for s in states) for t, states in _IN_TAB.items()}


@dataclass(frozen=True)
class Next:
    """What comes next in a round: the act, its words, how many it is about."""

    event: str
    title: str
    text: str
    n: int


def next_step(r: Round, n: dict[str, int]) -> Next | None:
    """The first thing that waits for the community."""
    answered = Q(state="objection", answered_at__isnull=False)
    over = Q(until__lt=today()) & (answered | Q(state="subject_notified"))
    done = r.evaluations.filter(answered).count() if n["objection"] else 0
    # Where the place has stood still, the days are longer than what was told.
    rows = r.evaluations.filter(over).only("path", "until", "notified_at")
    until = drafting.until_of(rows)
    ripe = sum(day < today() for day in until.values())
    open_ = n["objection"] - done
    steps = (
        Next("answer", "答复异议", "有异议还没有书面答复，答复以后才能开会定。", open_),
        Next("draft", "起草评价", "按积分、活动和报到情况一起起草，评语可以再改。", n["collecting"]),
        Next("notify", "告知本人", "发消息给本人和单位，写明哪天以前可以提异议。", n["drafted"]),
        Next("decide", "开会决定", "记下会议，按建议的等次一起确认；要改的、建议差的一个一个定。",
             ripe),
        Next("issue", "发反馈卡", "发给所在单位或上级党组织，同时报组织部备案。", n["decided"]),
        Next("wait", "等异议期满", "本人可以提异议，期满以后开会决定。",
             n["subject_notified"] + done - ripe),
    )  # fmt: skip
    return next((s for s in steps if s.n > 0), None)


def evaluation(actor: Actor, pk: UUID) -> Evaluation:
    """One that the actor may see. Raises NotFound; the subject sees it once it is told."""
    found = visible(Evaluation.objects.filter(pk=pk), actor, "evaluations.view")
    related = ("round__place__parent", "unit", "card", "member__person", "meeting")
    e = found.select_related(*related).first()
    if e is None or not may_read(actor, e):
        raise NotFound
    return e


def reads_drafts(actor: Actor) -> bool:
    """Whether what stands in a draft is for this actor: the community alone."""
    return actor.role in COMMUNITY


def may_read(actor: Actor, e: Evaluation) -> bool:
    """Before the draft is told only the community and, for its word, the unit look."""
    if shows(actor, e):
        return True
    return actor.role == "unit_secretary" and e.subject == "member"


def shows(actor: Actor, e: Evaluation) -> bool:
    """Whether score, grade and words are shown: once told, or to the community."""
    return e.state in rules.SHOWN or reads_drafts(actor)


def events(actor: Actor, e: Evaluation, moved: bool) -> list[str]:
    """What this person may do with it now. `moved`: its points are not what was told."""
    can_ = [ev for ev in rules.EVALUATIONS if can(actor, f"evaluations.{ev}", e)]
    early, told = (
        e.state in ("collecting", "drafted"),
        e.state in ("subject_notified", "objection"),
    )
    desk, mine = actor.path is not None, drafting.mine(actor, e)
    fits = {
        "word": early, "unit_word": early and e.subject == "member",
        "see": told and not e.seen_at and (desk or mine),
        "object": told and (desk or mine) and _may_object(e),
        "answer": e.state == "objection", "hear": told, "decide": told,
        "refresh": moved and (told or e.state == "decided"),
        "reopen": moved and e.state == "issued",
    }  # fmt: skip
    return [ev for ev in can_ if fits.get(ev)]


def _may_object(e: Evaluation) -> bool:
    again = rules.may_again(e.objected_at, e.notified_at)
    return e.state == "subject_notified" or again


def moved(actor: Actor, e: Evaluation) -> dict[str, Any]:
    """What a draft of today would be, where it is another than what was told; asked for
    those who do something about it."""
    asks = ("refresh", "decide", "reopen")
    if not any(can(actor, f"evaluations.{event}", e) for event in asks):
        return {}
    open_ = e.state in ("subject_notified", "objection", "decided", "issued")
    return drafting.moved_drafts([e]).get(e.pk, {}) if open_ else {}


def stops(actor: Actor, e: Evaluation, moved: bool) -> str:
    """Why the proposed grade may not be decided today."""
    f = deciding.facts_of([e], actor, [e.pk] if moved else [])[e.pk]
    return deciding.why_not(f, e.proposed, "", today())


def blocks(rows: Sequence[Evaluation]) -> dict[UUID, str]:
    return blocked_of({e.pk: (e.card_id, *e.attached) for e in rows})


def mine(actor: Actor) -> QuerySet[Evaluation]:
    """What is about me, told already, the newest year first."""
    found = visible(Evaluation.objects.all(), actor, "evaluations.view")
    found = found.filter(state__in=rules.SHOWN)
    if actor.role == "member":
        found = found.filter(subject="member", member=actor.member_id)
    else:
        found = found.filter(subject="unit", unit=actor.unit_id)
    return found.select_related("round__place").order_by("-year", "path")


TITLES = {
    "open": "列入年度评价", "word": "写评语", "unit_word": "单位写了几句", "draft": "起草",
    "notify": "告知本人", "refresh": "按现在的积分重新核对", "see": "本人已阅",
    "object": "提出异议", "answer": "书面答复", "hear": "听取本人意见", "decide": "会议决定",
    "issue": "发反馈卡", "suspend": "申诉，复核中", "restore": "复核维持", "change": "改等次",
    "reopen": "重新评价",
    "follow_place": "随区划调整", "send": "送达", "send_out": "列为待送", "hand_over": "送到",
    "receive": "签收", "file": "备案", "replace": "由新卡替代",
}  # fmt: skip


def story(object_id: UUID, expected: str = "") -> list[Entry]:
    """What happened, newest first; on top what is expected."""
    rows = [
        Entry(
            TITLES.get(e.action.split(".", 1)[1], e.action), at=e.at, who=e.actor_name
        )
        for e in reversed(events_of(object_id))
    ]
    return [
        *([Entry(expected, icon="clock", tone="go", now=True)] if expected else []),
        *rows,
    ]


# --- cards -----------------------------------------------------------------------------------


def feedback(actor: Actor, pk: UUID) -> FeedbackCard:
    """Raises NotFound."""
    found = visible(FeedbackCard.objects.filter(pk=pk), actor, "feedback_cards.view")
    card = found.select_related("evaluation", "place").first()
    if card is None:
        raise NotFound
    return card


def card_of(e: Evaluation) -> FeedbackCard | None:
    """The newest card of an evaluation, also while it is evaluated anew."""
    if e.state not in _OUT and not e.reopened:
        return None
    return FeedbackCard.objects.filter(evaluation=e, state="current").first()


def anew(card: FeedbackCard) -> bool:
    """Whether what this newest card says is being evaluated anew."""
    return card.state == "current" and card.evaluation.state not in _OUT


def newest(card: FeedbackCard) -> FeedbackCard:
    """The newest edition of this card."""
    found = FeedbackCard.objects.filter(
        evaluation_id=card.evaluation_id, state="current"
    )
    return found.first() or card


RECEIVED = {"delivered": "待签收", "received": "已签收", "replaced": "已更正"}
SENT = {
    "waiting": "待送达",
    "delivered": "等签收",
    "received": "已签收",
    "replaced": "已更正",
}
FILING = {"ripe": "可以备案", "open": "等签收", "filed": "已备案", "replaced": "已更正"}


def deliveries(actor: Actor, wanted: Wanted) -> QuerySet[Delivery]:
    """Of a year, to whom this actor is or over whom it sits, by the card's number."""
    found = visible(Delivery.objects.all(), actor, "card_deliveries.view")
    found = found.filter(card__year=wanted.year)
    if wanted.subject:
        found = found.filter(card__subject=wanted.subject)
    if wanted.grade:
        found = found.filter(card__grade=wanted.grade)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if text := wanted.text.strip():
        found = found.filter(
            Q(card__name__icontains=text) | Q(card__number__icontains=text)
            | Q(number__icontains=text) | Q(to__icontains=text)
        )  # fmt: skip
    related = ("card__place", "card__unit", "card__evaluation")
    return found.select_related(*related).order_by(
        "card__number", "card__edition", "pk"
    )


def received(actor: Actor, wanted: Wanted) -> QuerySet[Delivery]:
    """What came to this unit."""
    return (
        deliveries(actor, wanted).filter(unit_id=actor.unit_id).exclude(kind="filing")
    )


def sent(actor: Actor, wanted: Wanted) -> QuerySet[Delivery]:
    """What the community has sent, but for the department's copy."""
    return deliveries(actor, wanted).exclude(kind="filing")


def in_filing(found: QuerySet[Delivery], tab: str) -> QuerySet[Delivery]:
    from baodao.scoring.services.delivering import ripe

    rows = found.filter(kind="filing")
    if tab in ("ripe", "open"):
        rows = rows.filter(state="delivered")
        return rows.filter(ripe()) if tab == "ripe" else rows.exclude(ripe())
    return rows.filter(state=tab)


# --- numbers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class GradeRow:
    """A place below with how many have which grade, as it is shown."""

    place: Place
    n: str
    cells: list[str]
    open: int
    started: bool


def distribution(actor: Actor, year: int, subject: str) -> list[GradeRow]:
    """Grades by the places of today one level below, in code order; counts of few people
    are not shown above the community (9.4). No page adds these rows up, and nobody reads
    those of another level: each is looked at by itself."""
    level = (actor.path or "").count("/") + 1
    lo, hi = path_range(actor.path or "")
    below = Place.objects.filter(
        path__gt=lo, path__lt=hi, level=min(level, 5), valid_to=None
    )
    own = level > 5
    places = list((Place.objects.filter(path=lo) if own else below).order_by("path"))
    rows = visible(Evaluation.objects.all(), actor, "evaluations.figures")
    rows = rows.filter(year=year, subject=subject).order_by()
    by_path = list(rows.values_list("path", "grade").annotate(n=Count("pk")))
    today_ = now_at({path for path, *_ in by_path})
    by_path = [(today_[path], grade, n) for path, grade, n in by_path]
    return [_row(p, by_path, own) for p in places]


def _row(p: Place, by_path: Sequence[tuple[str, str, int]], own: bool) -> GradeRow:
    n: Counter[str] = Counter()
    for path, grade, k in by_path:
        if path.startswith(p.path):
            n[grade] += k
    numbers = [n[g] for g in counting.GRADES]
    row = [*numbers, sum(numbers)]
    *cells, total = [f"{k:,}" for k in row] if own else small.shown([row])[0]
    return GradeRow(p, total, cells, n[""], bool(n))


def totals(rows: Sequence[GradeRow]) -> int:
    """How many places have begun."""
    return sum(1 for r in rows if r.started)
