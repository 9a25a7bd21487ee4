"""Background tasks of orders. Each may run twice without doing harm."""

import time
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from baodao.core.jobs import take_along
from baodao.orders import following, merging, sweeps, telling

# A message may wait for others for a moment (seconds): at a busy hour twenty go
# together, for what three cost.
GATHER = 0.1
RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="orders.tell", retry=RETRY, pass_context=True)
def tell(context: JobContext, /, event_id: str, **_: object) -> None:
    """Messages of one event, and what it means for orders that follow this one;
    deferred by the act itself, in its transaction. Those that wait meanwhile are told
    along."""
    time.sleep(GATHER)
    with transaction.atomic():
        others = [UUID(args["event_id"]) for args in take_along(context)]
        after([UUID(event_id), *others])


def after(events: Sequence[UUID]) -> None:
    """What follows from these acts."""
    telling.tell_all(events)
    merging.settle(events)


@app.periodic(cron="*/10 * * * *")
@app.task(name="orders.sweep", queueing_lock="orders.sweep")
def sweep(timestamp: int) -> None:
    """Every ten minutes."""
    following.follow_units()
    following.follow_members()
    sweeps.sweep()
