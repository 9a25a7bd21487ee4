"""Drafting the evaluations of a community and telling their subjects: the score, what it
is made of, the community's words, the grade that this suggests (L46). People decide."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.urls import reverse

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import Member
from baodao.places.queries import pauses_over
from baodao.places.settings import at_each
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.blocking import blocked, open_complaints
from baodao.scoring.models_evaluation import Evaluation, Round
from baodao.scoring.services.attaching import (
    Other,
    cards_elsewhere,
    not_reported,
    together,
)
from baodao.scoring.services.concerning import after
from baodao.scoring.services.gathering import Gathered, gather, spans
from baodao.scoring.services.recounting import totals
from baodao.scoring.standing import Book, book
from baodao.ui.words import cdate

MOST_WORDS = 120  # the card has one page
OBJECT_DAYS = "scoring.object_days"


def evaluation_of(pk: UUID) -> Evaluation:
    """Raises NotFound."""
    found = Evaluation.objects.select_related("round__place", "card", "member").filter(
        pk=pk
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row


def round_of(pk: UUID) -> Round:
    """Raises NotFound."""
    found = Round.objects.select_related("place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- what both sides say --------------------------------------------------------------------


def write_words(
    *, actor: Actor, evaluation_id: UUID, words: str, now: datetime | None = None
) -> Done:
    """The community's words 综合评语, until the subject is told. Errors: words."""
    e = evaluation_of(evaluation_id)
    require(actor, "evaluations.word", e)
    if e.state not in ("collecting", "drafted"):
        raise Conflict("已经告知本人了，评语不能再改。")
    text = _checked("words", words)
    return act(
        actor, "evaluations.word", e.pk, lambda row: Write(set={"words": text}),
        version=e.version, now=now,
    )  # fmt: skip


def write_unit_words(
    *, actor: Actor, evaluation_id: UUID, words: str, mark: int | None = None,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """What the unit says about its member, beside the community's words (L42). `mark` 0
    to 100 counts at the weight that is set, by default not at all. Errors: words, mark."""
    e = evaluation_of(evaluation_id)
    require(actor, "evaluations.unit_word", e)
    if e.subject != "member":
        raise Forbidden("这是单位自己的评价，由社区来写。")
    if e.state not in ("collecting", "drafted"):
        raise Conflict("已经告知本人了，不能再改。")
    if mark is not None and not 0 <= mark <= 100:
        raise Invalid(fields={"mark": "打分在 0 到 100 之间。"})
    text = _checked("words", words)
    write = Write(set={"unit_words": text, "unit_mark": mark})
    return act(
        actor, "evaluations.unit_word", e.pk, lambda row: write, version=e.version,
        now=now,
    )  # fmt: skip


def _checked(field: str, text: str) -> str:
    """Words that fit on the card and name nobody's numbers."""
    text = text.strip()
    if not text:
        raise Invalid(fields={field: "请写几句。"})
    if len(text) > MOST_WORDS:
        raise Invalid(fields={field: f"最多{MOST_WORDS}字，好印在一页上。"})
    if found := private_numbers(text):
        raise Invalid(fields={field: f"里面有{'、'.join(found)}，请去掉。"})
    return text


# --- the draft ---------------------------------------------------------------------------------


def draft_all(
    *, actor: Actor, round_id: UUID, now: datetime | None = None
) -> list[UUID]:
    """Draft everybody who has not been told yet, all at once; again as often as wanted.
    Returns the ids."""
    r = round_of(round_id)
    require(actor, "evaluations.draft", Evaluation(path=r.path))
    rows = list(r.evaluations.filter(state__in=("collecting", "drafted")))
    return draft_rows(actor, rows, r.path, r.year, now or clock_now())


def draft_rows(
    actor: Actor, rows: Sequence[Evaluation], path: str, year: int, at: datetime
) -> list[UUID]:
    """The same for these evaluations of one community and year."""
    found = drafts(rows, path, year)
    writes = {pk: Write(set={**d, "drafted_at": at}) for pk, d in found.items()}
    return act_rows(actor, "evaluations.draft", writes, now=at)


def drafts(
    rows: Sequence[Evaluation], path: str, year: int
) -> dict[UUID, dict[str, Any]]:
    """Evaluation → the columns of its draft, from the card as it is now."""
    return _drafts(rows, spans([path], year)[path], visits=True)


def moved_of(rows: Sequence[Evaluation]) -> set[UUID]:
    """Those that were drafted and would be drafted otherwise today."""
    return set(moved_drafts(rows))


def moved_drafts(rows: Sequence[Evaluation]) -> dict[UUID, dict[str, Any]]:
    """The same with what the draft would be, but for the figures of visits: another
    score, another grade proposed, or another reason for none. Of many communities in as
    many queries as there are different years."""
    by_span: dict[rules.Span, list[Evaluation]] = defaultdict(list)
    drafted = [e for e in rows if e.drafted_at]
    for year in {e.year for e in drafted}:
        those = [e for e in drafted if e.year == year]
        known = spans({e.path for e in those}, year)
        for e in those:
            by_span[known[e.path]].append(e)
    found: dict[UUID, dict[str, Any]] = {}
    for span, those in by_span.items():
        fresh = _drafts(those, span, visits=False)
        found |= {e.pk: fresh[e.pk] for e in those if differs(e, fresh[e.pk])}
    return found


def differs(e: Evaluation, fresh: Mapping[str, Any]) -> bool:
    """Whether a new draft is not what was told."""
    return any(fresh[k] != getattr(e, k) for k in ("score", "proposed", "none"))


def _drafts(
    rows: Sequence[Evaluation], span: rules.Span, *, visits: bool
) -> dict[UUID, dict[str, Any]]:
    facts, known = gather(rows, span, visits=visits), book()
    prefetch_related_objects(rows, "card")  # those that are not at hand yet
    elsewhere = cards_elsewhere(rows)
    theirs = [c for cards in elsewhere.values() for c in cards]
    sums = totals([*(e.card for e in rows), *theirs], known=known)
    others = {
        pk: [Other(c, sums[c.pk]) for c in cards] for pk, cards in elsewhere.items()
    }
    complaints = blocked([e.card_id for e in rows], open_complaints)
    weights = at_each({e.path for e in rows}, "scoring.unit_word_weight")
    return {
        e.pk: _draft(
            e, facts[e.pk], sums[e.card_id], others.get(e.pk, []),
            e.card_id in complaints, weights[e.path],
            known.frame(e.path, e.year), known,
        )
        for e in rows
    }  # fmt: skip


def _draft(
    e: Evaluation, g: Gathered, own: counting.Total, others: Sequence[Other],
    complaint: bool, weight: int, frame: counting.Frame, known: Book,
) -> dict[str, Any]:  # fmt: skip
    total, all_ = together(own, others), [own, *(o.total for o in others)]
    # Coming in at the end of the year is no way out of having been away (7.1).
    none = "" if g.none == "short" and not_reported(all_, known) else g.none
    score = rules.combined(total.score, e.unit_mark, weight)
    gates = g.active and not complaint
    proposed = counting.grade(score, frame, total.ceiling, gates=gates)
    why = []
    if none:
        proposed, why = "none", [rules.NONE_REASONS[none]]
    elif score >= frame.excellent and proposed != "excellent":
        why = _why(g, complaint)
    if not none and total.ceiling and proposed == total.ceiling:
        why.append(f"按规则最高{counting.GRADES[total.ceiling]}")
    return {
        "months": g.months, "none": none, "base": total.base, "adds": total.adds,
        "deducts": total.deducts, "score": score, "proposed": proposed, "why": why,
        "figures": {**g.figures, "reported": g.reported},
        "lines": [*_lines(own, known), *_taken(others, known)],
        "others": [o.as_told() for o in others],
        "attached": [o.card.pk for o in others],
        "words": _words(e, g),
    }  # fmt: skip


def _lines(total: counting.Total, known: Book, where: str = "") -> list[dict[str, Any]]:
    return [_line(line, known, where) for line in total.lines if line.points]


def _taken(others: Sequence[Other], known: Book) -> list[dict[str, Any]]:
    """What was deducted elsewhere, with the place."""
    return [
        line for o in others for line in _lines(o.total, known, o.place)
        if line["sign"] < 0
    ]  # fmt: skip


def _why(g: Gathered, complaint: bool) -> list[str]:
    """Why a score that would do is not 优秀."""
    halves = [
        w
        for has, w in zip(g.halves, ("上半年", "下半年"), strict=True)
        if not has and not g.active
    ]
    found = [f"{'、'.join(halves)}没有经确认的活动"] if halves else []
    return [*found, *(["有核实的差评没有了结"] if complaint else [])]


def _words(e: Evaluation, g: Gathered) -> str:
    """The community's own words stay; a sentence made of figures follows them."""
    before = {k: v for k, v in e.figures.items() if k != "reported"}
    own = e.words and e.words != rules.sentence(before, e.subject)
    return e.words if own else rules.sentence(g.figures, e.subject)


def _line(line: counting.Line, known: Book, where: str) -> dict[str, Any]:
    title = known.rules[line.rules[-1]].title
    return {
        "code": line.code, "title": f"{title}（{where}）" if where else title,
        "sign": line.sign, "points": line.points,
    }  # fmt: skip


# --- telling -----------------------------------------------------------------------------------


def notify_all(
    *, actor: Actor, round_id: UUID, now: datetime | None = None
) -> list[UUID]:
    """Tell all who are drafted what stands about them and until when they may object
    (9.6). Nobody's own words are missing: who was not drafted is not told."""
    r, at = round_of(round_id), now or clock_now()
    require(actor, "evaluations.notify", Evaluation(path=r.path))
    ids = list(r.evaluations.filter(state="drafted").values_list("pk", flat=True))
    if not ids:
        raise Conflict("没有起草好、等着告知的。请先起草。")
    with transaction.atomic():
        told = tell(actor, ids, r.path, at)
        act(
            actor, "evaluation_rounds.notify", r.pk,
            lambda row: Write(set={"notified_at": at}, data={"n": len(told)}), now=at,
        )  # fmt: skip
        send_told(told)
    return told


def tell(actor: Actor, ids: Sequence[UUID], path: str, at: datetime) -> list[UUID]:
    """The act alone, without messages."""
    write = Write(set={"notified_at": at, "until": last_day(path, at)})
    return act_many(actor, "evaluations.notify", ids, write, now=at)


def last_day(path: str, at: datetime) -> date:
    """The last day to object of what is told now."""
    return today(after(path, at, OBJECT_DAYS))


def until_of(
    rows: Iterable[Evaluation], now: datetime | None = None
) -> dict[UUID, date]:
    """The last day to object of each that was told, as it stands now: what was told, or
    later, where the place has stood still since (9.6.4)."""
    at, by_path = now or clock_now(), defaultdict[str, list[Evaluation]](list)
    found = {}
    for e in rows:
        if e.until:
            found[e.pk] = e.until
            by_path[e.path].append(e)
    for path, those in by_path.items():
        told = {e.notified_at for e in those if e.notified_at}
        if told and pauses_over(path, min(told), at):
            ends = {t: today(after(path, t, OBJECT_DAYS, at)) for t in told}
            found |= {
                e.pk: max(found[e.pk], ends[e.notified_at])
                for e in those if e.notified_at
            }  # fmt: skip
    return found


def as_it_stands(rows: Sequence[Evaluation], now: datetime | None = None) -> None:
    """For pages: the day to object until, with the pauses since it was told."""
    until = until_of(rows, now)
    for e in rows:
        e.until = until.get(e.pk)


def send_told(ids: Sequence[UUID]) -> None:
    """A message to each subject: the person, or the unit."""
    rows = Evaluation.objects.filter(pk__in=ids).select_related(
        "member", "round__place"
    )
    send([m for e in rows if (m := _told(e))])


def _told(e: Evaluation) -> Message | None:
    text = (
        f"请看内容对不对，有异议的{cdate(e.until, today())}前提出。" if e.until else ""
    )
    # Once for each time that it is told.
    event = uuid5(e.pk, e.notified_at.isoformat() if e.notified_at else "")
    return to_subject(e, f"{e.year}年度评价起草好了", text, event)


def to_subject(e: Evaluation, title: str, text: str, event_id: UUID) -> Message:
    """A message to whom an evaluation is about."""
    url = reverse("scoring:evaluation", args=[e.pk])
    if e.subject == "member":
        assert e.member
        return message(
            event_id=event_id, title=title, text=text, url=url,
            person_id=e.member.person_id,
        )  # fmt: skip
    return message(
        event_id=event_id, title=title, text=text, url=url, unit_id=e.unit_id
    )


def without_phone(rows: Sequence[Evaluation]) -> list[Evaluation]:
    """Members whom no message reaches: they are told on paper (8.34)."""
    members = {e.member_id: e for e in rows if e.member_id}
    quiet = unreached(list(members))
    return [members[pk] for pk in quiet.values_list("pk", flat=True)]


def unreached(members: Any) -> QuerySet[Member]:
    """Those of these members (ids, or a query for them) whom no message reaches."""
    people = Member.objects.filter(pk__in=members)
    return people.filter(person__phone_hash="") | people.exclude(
        person__account__is_active=True
    )


def mine(actor: Actor, e: Evaluation) -> bool:
    """Whether somebody is the subject, or speaks for the unit that is."""
    if e.subject == "member":
        return actor.member_id is not None and actor.member_id == e.member_id
    return actor.role == "unit_secretary" and actor.unit_id == e.unit_id


def speaks(actor: Actor, e: Evaluation, event: str) -> None:
    """The subject itself, or the community's desk on its behalf."""
    require(actor, f"evaluations.{event}", e)
    desk = actor.path is not None and can(actor, f"evaluations.{event}", e)
    if not (mine(actor, e) or desk):
        raise Forbidden("这要本人来办，或者由社区代为登记。")
