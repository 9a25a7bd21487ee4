"""Evaluations whose points have moved since their subject was told: drafted anew and
told again, one or all of a round (L46; domain 9.6.2)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.notifications.services import send
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models_evaluation import Evaluation, Round
from baodao.scoring.services.drafting import (
    differs,
    drafts,
    evaluation_of,
    last_day,
    moved_drafts,
    round_of,
    to_subject,
)
from baodao.scoring.services.one_by_one import each_it_can
from baodao.ui import words

TOLD = ("subject_notified", "objection", "decided")


class Moved(NamedTuple):
    """How many of a round have moved: all, those whose days to object begin again (until
    `until`), those whose grade was decided already."""

    n: int
    anew: int
    undone: int
    until: date | None


def refresh(*, actor: Actor, evaluation_id: UUID, now: datetime | None = None) -> Done:
    """Draft one anew that was told already, because its points have changed. What is
    worse than what was told, in points or in the grade proposed, is told like a new one:
    its days run again, and what was answered, heard and read was about something else.
    What is better keeps them. A grade that was decided is undone: a meeting decides on
    what is there now."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    require(actor, "evaluations.refresh", e)
    fresh = drafts([e], e.path, e.year)[e.pk]
    if not differs(e, fresh):
        raise Conflict("积分和告知本人的一样，不用重新核对。")
    return _refresh(actor, e, _changed(e, fresh, at, last_day(e.path, at)), at)


def refresh_all(
    *, actor: Actor, round_id: UUID, now: datetime | None = None
) -> tuple[list[UUID], list[str]]:
    """The same for all of a round that have moved, each as an act of its own and told
    by itself; returns which, and in words which were not and why. Raises Conflict when
    none has moved."""
    r, at = round_of(round_id), now or clock_now()
    require(actor, "evaluations.refresh", Evaluation(path=r.path))
    rows = [e for e in told(r) if e.path == r.path]
    moved = moved_drafts(rows)
    if not moved:
        raise Conflict("积分都和告知本人的一样，不用重新核对。")
    rows = [e for e in rows if e.pk in moved]
    fresh, until, done = (
        drafts(rows, r.path, r.year),
        last_day(r.path, at),
        list[UUID](),
    )

    def one(e: Evaluation) -> None:
        changed = _changed(e, fresh[e.pk], at, until)
        done.append(_refresh(actor, e, changed, at).id)

    _, left = each_it_can(rows, one, lambda e: e.name)
    return done, left


def _refresh(
    actor: Actor, e: Evaluation, changed: dict[str, Any], at: datetime
) -> Done:
    with transaction.atomic():
        done = act(
            actor, "evaluations.refresh", e.pk, lambda row: Write(set=changed),
            version=e.version, now=at,
        )  # fmt: skip
        text = f"现在是{words.score(changed['score'])}分，请再看一下。"
        send([to_subject(e, f"{e.year}年度评价有变动", text, done.event_id)])
    return done


def told(r: Round) -> list[Evaluation]:
    """What may be refreshed of a round."""
    rows = r.evaluations.filter(state__in=TOLD).select_related("card", "member")
    return list(rows.order_by("name", "pk"))


def moved_in(
    r: Round, fresh: Mapping[UUID, Mapping[str, Any]], rows: Iterable[Evaluation],
    now: datetime | None = None,
) -> Moved:  # fmt: skip
    """What refreshing all of them would do; `fresh` as from `moved_drafts`."""
    its = [e for e in rows if e.pk in fresh and e.path == r.path and e.state in TOLD]
    anew = sum(_worse(e, fresh[e.pk]) for e in its)
    until = last_day(r.path, now or clock_now()) if anew else None
    return Moved(len(its), anew, sum(e.state == "decided" for e in its), until)


def _worse(e: Evaluation, fresh: Mapping[str, Any]) -> bool:
    worse: bool = fresh["score"] < e.score
    return worse or rules.worse(e.proposed, fresh["proposed"])


def _changed(
    e: Evaluation, fresh: Mapping[str, Any], at: datetime, until: date
) -> dict[str, Any]:
    changed = {**fresh, "drafted_at": at}
    if _worse(e, fresh):
        changed |= {
            "notified_at": at, "until": until, "answer": "", "answered_at": None,
            "hearing": "", "seen_at": None, "seen_how": "",
        }  # fmt: skip
    if e.state == "decided":
        changed |= {"grade": "", "reason": "", "meeting_id": None, "decided_at": None}
    return changed
