"""A big change, carried out by the worker in the name of who started it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.models import Event
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import BaodaoError
from baodao.core.progress import telling
from baodao.places.changes.carry import carry_out
from baodao.places.changes.moves import Moves, Target, move_all
from baodao.places.changes.services import give_up
from baodao.places.models import PlaceChange, Succession

DAYS = 60  # an order may be reopened for some weeks
BROKEN = "系统出了问题，什么也没有写入。请再执行一次；仍不行请联系管理员。"


def carry_out_started(change_id: UUID, event_id: UUID) -> None:
    """Carry out what the act of `event_id` started. When it cannot be done, the
    change is a draft again and says why."""
    row = PlaceChange.objects.get(pk=change_id)
    if row.state != "running":
        return
    actor = _who(Event.objects.get(pk=event_id), row)
    try:
        with telling(str(change_id)) as tell:
            carry_out(actor=actor, change_id=change_id, tell=tell)
    except BaodaoError as error:
        give_up(actor=SYSTEM, change_id=change_id, why=error.message)
    except Exception:
        give_up(actor=SYSTEM, change_id=change_id, why=BROKEN)
        raise


def _who(event: Event, row: PlaceChange) -> Actor:
    """The role that started it, for the places of this change and no further."""
    return Actor(
        role=event.actor_role, name=event.actor_name, account_id=event.actor_account,
        person_id=event.actor_person, path=row.path, request_id=event.request_id,
    )  # fmt: skip


def follow_up(at: datetime | None = None) -> int:
    """What was written to an old place while it was being closed, or came to life
    there again (an order reopened), goes where the rest went. Returns how many."""
    at = at or clock_now()
    since = at - timedelta(days=DAYS)
    found = Succession.objects.filter(
        main=True, new__valid_to=None, change__done_at__gte=since
    ).select_related("change")
    to: dict[str, Target] = {}
    partly = set[str]()
    for step in found.order_by("change__done_at"):
        to[step.old_path] = Target(step.new_path, step.new_id)
        if not step.whole:
            partly.add(step.old_path)
    if not to:
        return 0
    moves = Moves(today(at), at, to, frozenset(partly))
    with transaction.atomic():
        return sum(line.n for line in move_all(SYSTEM, moves)[0])
