"""An evaluation whose points have moved after its card went out is evaluated anew: the
card is open again, what was confirmed since the decision is on it, and the way to the
next edition is that of the first: told, days to object, a meeting (domain 8.18, 8.23)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid
from baodao.core.text import private_numbers
from baodao.notifications.services import send
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.services.deciding import close_cards
from baodao.scoring.services.drafting import (
    drafts,
    evaluation_of,
    moved_of,
    to_subject,
)
from baodao.scoring.services.posting import post, records_of

MOST = 200


def reopen(
    *, actor: Actor, evaluation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """Back to a draft. The card that is out stays the newest until the meeting has
    decided; what was said to the old draft is on it. Errors: text."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    require(actor, "evaluations.reopen", e)
    text = _checked(text)
    card = FeedbackCard.objects.filter(evaluation=e, state="current").first()
    if e.state != "issued" or card is None:
        raise Conflict("发了反馈卡、没有在复核的，才能重新评价。")
    if not moved_of([e]):
        raise Conflict("积分没有变动，不用重新评价。对等次有意见的，走申诉。")
    with transaction.atomic():
        count_late(actor, [e], at)
        fresh = drafts([e], e.path, e.year)[e.pk]
        write = Write(
            set={**fresh, **_BLANK, "drafted_at": at, "reopened": text},
            data={"before": e.grade},
        )
        done = act(
            actor, "evaluations.reopen", e.pk, lambda row: write, version=e.version,
            now=at,
        )  # fmt: skip
        told = to_subject(e, f"{e.year}年度评价要重新评", text, done.event_id)
        # What it comes to is told with the draft; until then there is the card.
        told.url = reverse("scoring:feedback", args=[card.pk])
        send([told])
    return done


# What belongs to the decision that is gone.
_BLANK: dict[str, Any] = {
    "grade": "", "reason": "", "meeting_id": None, "decided_at": None,
    "notified_at": None, "until": None, "seen_at": None, "seen_how": "",
    "objection": "", "objected_at": None, "answer": "", "answered_at": None,
    "hearing": "",
}  # fmt: skip


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(fields={"text": "请写为什么重新评价，本人看得到。"})
    if len(text) > MOST:
        raise Invalid(fields={"text": f"最多{MOST}字。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    return text


def count_late(actor: Actor, rows: Sequence[Evaluation], at: datetime) -> None:
    """The cards of these are open again, and hold what was confirmed since they were
    decided."""
    ids = [pk for e in rows for pk in (e.card_id, *e.attached)]
    cards = list(Card.objects.filter(pk__in=ids, state="decided"))
    if not cards:
        return
    write = Write(set={"state": "open"})
    act_many(
        consequence_of(actor), "cards.reopen", [c.pk for c in cards], write, now=at
    )
    for card in cards:
        post(records_of(card))


def count_late_once(actor: Actor, e: Evaluation, at: datetime) -> None:
    """The same for a decision that is mended without being opened: closed again."""
    count_late(actor, [e], at)
    close_cards(actor, [e], at)
