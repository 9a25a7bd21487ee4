"""What the subject says to the draft, and the community's answer in writing (9.6). An
objection is to a draft; what is delivered already is appealed against."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.core.text import private_numbers
from baodao.notifications.services import message, send
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.services.drafting import (
    evaluation_of,
    mine,
    speaks,
    to_subject,
)
from baodao.scoring.services.gathering import cday

MOST = 500


def see(*, actor: Actor, evaluation_id: UUID, now: datetime | None = None) -> Done:
    """The subject has read it 本人已阅. A desk notes it for somebody who was told on paper
    or by telephone."""
    e = evaluation_of(evaluation_id)
    speaks(actor, e, "see")
    if e.state not in ("subject_notified", "objection") or e.seen_at:
        raise Conflict("现在不用再记“已阅”。")
    how = "self" if mine(actor, e) else "desk"
    write = Write(set={"seen_at": now or clock_now(), "seen_how": how})
    who = actor if how == "self" else actor.for_someone(e.name)
    return act(
        who, "evaluations.see", e.pk, lambda row: write, version=e.version, now=now
    )


def object_to(
    *, actor: Actor, evaluation_id: UUID, text: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Object to the draft. Late is not refused while nothing is decided (9.6.4), and who
    was told anew may object anew: what was said before stays. Errors: text."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    speaks(actor, e, "object")
    text = _checked("text", text, "请写哪里不对。")
    if e.state == "objection" and not rules.may_again(e.objected_at, e.notified_at):
        raise Conflict("异议已经提交了。还有要说的，请告诉社区，一并答复。")
    if e.objection:
        text = f"{e.objection}\n{cday(today(at))}再提：{text}"
    self_ = mine(actor, e)
    seen = {} if e.seen_at else {"seen_at": at, "seen_how": "self" if self_ else "desk"}
    write = Write(
        set={
            "objection": text,
            "objected_at": at,
            "answer": "",
            "answered_at": None,
            **seen,
        }
    )
    who = actor if self_ else actor.for_someone(e.name)
    with transaction.atomic():
        done = act(
            who, "evaluations.object", e.pk, lambda row: write, version=e.version,
            now=at, client_id=client_id,
        )  # fmt: skip
        if not done.repeated:
            send([
                message(
                    event_id=done.event_id, title=f"{e.name}对年度评价有异议",
                    text=text[:100], role="community_secretary", path=e.path,
                    url=reverse("scoring:evaluation", args=[e.pk]),
                )
            ])  # fmt: skip
    return done


def answer(
    *, actor: Actor, evaluation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """Answer the objection in writing; the subject is told. Errors: text."""
    e, at = evaluation_of(evaluation_id), now or clock_now()
    require(actor, "evaluations.answer", e)
    text = _checked("text", text, "请写答复：查了什么、采纳不采纳、为什么。")
    write = Write(set={"answer": text, "answered_at": at})
    with transaction.atomic():
        done = act(
            actor, "evaluations.answer", e.pk, lambda row: write, version=e.version,
            now=at,
        )  # fmt: skip
        send([to_subject(e, "您对年度评价的异议有答复了", text[:100], done.event_id)])
    return done


def hear(
    *, actor: Actor, evaluation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """Note what the subject said when heard: without it nobody is 差 (7.5). Errors:
    text."""
    e = evaluation_of(evaluation_id)
    require(actor, "evaluations.hear", e)
    if e.state not in ("subject_notified", "objection"):
        raise Conflict("告知本人以后、决定以前，才记听取意见。")
    text = _checked("text", text, "请写什么时候、怎么听取的，本人怎么说。")
    return act(
        actor, "evaluations.hear", e.pk, lambda row: Write(set={"hearing": text}),
        version=e.version, now=now,
    )  # fmt: skip


def _checked(field: str, text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(fields={field: missing})
    if len(text) > MOST:
        raise Invalid(fields={field: f"最多{MOST}字。"})
    if found := private_numbers(text):
        raise Invalid(fields={field: f"里面有{'、'.join(found)}，请去掉。"})
    return text
