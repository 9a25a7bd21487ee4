"""How every verb of orders gives its plan to the engine."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.orders import plans, rules
from baodao.places.calendars import ground

Plan = Callable[[plans.Row, plans.Context], Write]


def context(
    path: str, now: datetime | None = None, epoch: int | None = None
) -> plans.Context:
    """What the plans need to know of a place: calendar and settings."""
    return plans.Context(now or clock_now(), *ground(path, epoch))


def do(
    actor: Actor, event: str, order_id: UUID, plan: Plan, *, now: datetime | None,
    client_id: str = "", version: int | None = None,
) -> Done:  # fmt: skip
    """One act on one order. Raises what the engine and the plan raise, and Conflict
    when the order is not in hands that could do it."""

    def decide(row: plans.Row) -> Write:
        if not rules.fits(event, row):
            raise Conflict("这一步不适合这一单。请看一下现在是谁在办。")
        return plan(row, context(str(row["path"]), now, row["epoch"]))

    return act(
        actor, f"orders.{event}", order_id, decide,
        reads=plans.READS, now=now, client_id=client_id, version=version,
    )  # fmt: skip
