"""The meeting that decides grades (L46): its minutes, all that may be confirmed together,
and those that are decided one by one, with a reason where the meeting departs from what
was proposed. 差 is never in the first group."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act, create
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.people.models import Member
from baodao.places.settings import values
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.blocking import blocked_of
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation, Meeting, Round
from baodao.scoring.services.drafting import (
    evaluation_of,
    moved_of,
    round_of,
    until_of,
)


class Skipped(NamedTuple):
    """Whom a bulk decision left out, and why."""

    evaluation: Evaluation
    why: str


def hold(
    *, actor: Actor, round_id: UUID, held_on: date, attended: str, text: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The minutes of a meeting: when, who was there, what was said. Errors: held_on,
    attended, text."""
    r = round_of(round_id)
    wrong = {}
    if held_on > today(now):
        wrong["held_on"] = "会议还没有开。请填开会的日期。"
    if not attended.strip():
        wrong["attended"] = "请写到会的人。"
    if not text.strip():
        wrong["text"] = "请写会议研究的情况。"
    if wrong:
        raise Invalid(fields=wrong)
    meeting = Meeting(
        round=r, path=r.path, held_on=held_on, attended=attended.strip(),
        text=text.strip(), by_name=actor.name,
    )  # fmt: skip
    return create(
        actor, "evaluation_meetings.hold", meeting, now=now, client_id=client_id
    )


def _meeting(r: Round, pk: UUID) -> Meeting:
    found = r.meetings.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- what stands in the way --------------------------------------------------------------------


def facts_of(
    rows: Sequence[Evaluation], actor: Actor, moved: Collection[UUID] | None = None,
    now: datetime | None = None,
) -> dict[UUID, rules.Facts]:  # fmt: skip
    """What the decision about each looks at. `moved` where it is known already."""
    until = until_of(rows, now)
    stops = blocked_of({e.pk: (e.card_id, *e.attached) for e in rows})
    if moved is None:
        moved = moved_of(rows)
    return {
        e.pk: rules.Facts(
            state=e.state, proposed=e.proposed, none=e.none, until=until.get(e.pk),
            answered=e.answered_at is not None, heard=bool(e.hearing),
            moved=e.pk in moved, blocked=stops.get(e.pk, ""),
            own=bool(actor.member_id and actor.member_id == e.member_id),
        )
        for e in rows
    }  # fmt: skip


def why_not(f: rules.Facts, grade: str, reason: str, day: date) -> str:
    return rules.why_not(f, grade, reason, day, list(counting.GRADES))


def why_not_meeting(e: Evaluation, meeting: Meeting, until: date | None) -> str:
    answered = today(e.answered_at) if e.answered_at else None
    drafted = today(e.drafted_at) if e.drafted_at else None
    return rules.why_not_meeting(meeting.held_on, until, answered, drafted)


def decide(
    *, actor: Actor, evaluation_id: UUID, meeting_id: UUID, grade: str, reason: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Decide one grade. Errors: grade, reason; Conflict with what stands in the way."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    require(actor, "evaluations.decide", e)
    meeting = _meeting(e.round, meeting_id)
    f = facts_of([e], actor, now=at)[e.pk]
    if why := why_not(f, grade, reason, today(at)):
        if f.own:
            raise Forbidden(why)
        if "请写理由" in why:
            raise Invalid(fields={"reason": why})
        raise Conflict(why)
    if why := why_not_meeting(e, meeting, f.until):
        raise Conflict(why)
    if grade == "excellent" and not _room([e]).get(e.unit_id, 1):
        raise Conflict("这个单位的优秀已经到了设定的比例。请先在会上取舍。")
    write = Write(
        set={"grade": grade, "reason": reason.strip(), "meeting_id": meeting.pk,
             "decided_at": at, "unit_id": units_today([e])[e.pk]},
        data={"grade": grade, "proposed": e.proposed},
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "evaluations.decide", e.pk, lambda row: write, version=e.version,
            now=at,
        )  # fmt: skip
        close_cards(actor, [e], at)
    return done


def decide_all(
    *, actor: Actor, round_id: UUID, meeting_id: UUID,
    ids: Collection[UUID] | None = None, now: datetime | None = None,
) -> tuple[list[UUID], list[Skipped]]:  # fmt: skip
    """Confirm what was proposed, for all or the chosen; those that may not are left and
    named with the reason, 差 always."""
    r, at = round_of(round_id), now or clock_now()
    require(actor, "evaluations.decide", Evaluation(path=r.path))
    meeting = _meeting(r, meeting_id)
    waiting = r.evaluations.filter(state__in=("subject_notified", "objection"))
    if ids is not None:
        waiting = waiting.filter(pk__in=list(ids))
    rows = list(waiting.select_related("card").order_by("name", "pk"))
    facts, full = facts_of(rows, actor, now=at), _contested(rows)
    good, skipped = [], []
    for e in rows:
        if why := _why_not_together(e, facts[e.pk], meeting, full, today(at)):
            skipped.append(Skipped(e, why))
        else:
            good.append(e)
    with transaction.atomic():
        done = confirm(actor, good, meeting, at)
    return done, skipped


def _why_not_together(
    e: Evaluation, f: rules.Facts, meeting: Meeting, full: Collection[UUID | None],
    day: date,
) -> str:  # fmt: skip
    if not rules.may_in_bulk(e.proposed):
        return "建议差，须听取本人意见，要一个一个定。"
    if why := why_not(f, e.proposed, "", day):
        return why
    if why := why_not_meeting(e, meeting, f.until):
        return why
    if e.proposed == "excellent" and e.unit_id in full:
        return "建议优秀的比设定的比例多，请在会上取舍，一个一个定。"
    return ""


def _contested(rows: Sequence[Evaluation]) -> set[UUID | None]:
    """Units of which more are proposed 优秀 than the share leaves room for: who gets it
    is for the meeting to say, never for the order of a list."""
    if not (room := _room(rows)):
        return set()
    waiting = Evaluation.objects.filter(
        year=rows[0].year, subject="member", proposed="excellent",
        state__in=rules.BEFORE, unit__in=list(room),
    )  # fmt: skip
    n: Counter[UUID | None] = Counter(waiting.values_list("unit_id", flat=True))
    return {u for u in room if n[u] > room[u]}


def confirm(
    actor: Actor, rows: Sequence[Evaluation], meeting: Meeting, at: datetime
) -> list[UUID]:
    """Decide as proposed, set-based. Whoever calls has looked at what stands in the way."""
    units = units_today(rows)
    writes: Mapping[UUID, Write] = {
        e.pk: Write(
            set={"grade": e.proposed, "reason": "", "meeting_id": meeting.pk,
                 "decided_at": at, "unit_id": units[e.pk]},
            data={"grade": e.proposed, "proposed": e.proposed},
        )
        for e in rows
    }  # fmt: skip
    versions = {e.pk: e.version for e in rows}
    done = act_rows(actor, "evaluations.decide", writes, versions=versions, now=at)
    moved = set(done)
    close_cards(actor, [e for e in rows if e.pk in moved], at)
    return done


def units_today(rows: Sequence[Evaluation]) -> dict[UUID, UUID | None]:
    """The unit that the card goes to: the member's on the day of the decision (8.4)."""
    members = [e.member_id for e in rows if e.member_id]
    now_of = dict(Member.objects.filter(pk__in=members).values_list("pk", "unit_id"))
    return {e.pk: now_of.get(e.member_id) if e.member_id else e.unit_id for e in rows}


def close_cards(actor: Actor, rows: Sequence[Evaluation], at: datetime) -> None:
    """The cards take no further adds (8.23), those attached neither."""
    ids = [pk for e in rows for pk in (e.card_id, *e.attached)]
    cards = Card.objects.filter(pk__in=ids, state="open").values_list("pk", flat=True)
    if todo := list(cards):
        write = Write(set={"state": "decided"})
        act_many(consequence_of(actor), "cards.close", todo, write, now=at)


def _room(rows: Sequence[Evaluation]) -> dict[UUID | None, int]:
    """Unit → how many of its members may still be 优秀, where a share is set (7.5). It is
    a limit on the decision, never a line drawn by score."""
    members = [e for e in rows if e.subject == "member"]
    shares = {
        p: values(p)["scoring.excellent_share"] for p in {e.path for e in members}
    }
    if not any(shares.values()):
        return {}
    first = members[0]
    units = {e.unit_id for e in members}
    every = Evaluation.objects.filter(
        year=first.year, subject="member", unit__in=[u for u in units if u]
    )
    n = Counter(every.values_list("unit_id", flat=True))
    taken = Counter(every.filter(grade="excellent").values_list("unit_id", flat=True))
    share = max(shares.values())
    return {
        u: max(0, rules.room_of(share, n[u]) - taken[u]) for u in units if u is not None
    }
