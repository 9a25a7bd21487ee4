"""A mark that somebody doubts is checked by somebody who took no part (domain 8.16)."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.errors import Forbidden
from baodao.orders import plans
from baodao.orders.doing import do
from baodao.records.models import Record

DECIDED = ("orders.keep_mark", "orders.strike_mark")
# Who wrote the mark down or doubted it does not decide about it.
TOOK_PART = ("orders.rate", "orders.question_mark")


def question_mark(
    *, actor: Actor, order_id: UUID, reason: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """By who served, their unit or the community; as `plans.question_mark`."""
    marks = list(_marks(order_id).filter(reversals=None))
    before = _checked_since_it_was_given(order_id)
    return do(
        actor, "question_mark", order_id,
        lambda r, c: plans.question_mark(
            r, c, reason=reason, note=note, marks=marks, before=before
        ),
        now=now, client_id=client_id,
    )  # fmt: skip


def keep_mark(
    *, actor: Actor, order_id: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """As `plans.keep_mark`. Raises Forbidden for who took part."""
    _took_no_part(actor, order_id)

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        marks = list(_marks(order_id).filter(source_round=row["reopened"]))
        return plans.keep_mark(row, ctx, note=note, marks=marks)

    return do(actor, "keep_mark", order_id, plan, now=now, client_id=client_id)


def strike_mark(
    *, actor: Actor, order_id: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """As `plans.strike_mark`. Raises Forbidden for who took part."""
    _took_no_part(actor, order_id)
    return do(
        actor, "strike_mark", order_id,
        lambda r, c: plans.strike_mark(r, c, note=note), now=now, client_id=client_id,
    )  # fmt: skip


def _marks(order_id: UUID) -> QuerySet[Record]:
    return Record.objects.filter(
        source_id=order_id, source_kind="orders.order", kind="rating", reversal_of=None
    )


def _events(order_id: UUID, *actions: str) -> QuerySet[Event]:
    return Event.objects.filter(object_id=order_id, action__in=actions).order_by("-at")


def _checked_since_it_was_given(order_id: UUID) -> bool:
    last = _events(order_id, "orders.rate", *DECIDED).first()
    return last is not None and last.action in DECIDED


def _took_no_part(actor: Actor, order_id: UUID) -> None:
    me = actor.person_id
    if me and _events(order_id, *TOOK_PART).filter(actor_person=me).exists():
        raise Forbidden("这个评价是您记的或者您提出核对的，请别的同事来核对。")
