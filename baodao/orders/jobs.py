"""Background tasks of orders. Each may run twice without doing harm."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.orders import following, sweeps, telling

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="orders.tell", retry=RETRY)
def tell(event_id: str, **_: object) -> None:
    """Messages of one event; deferred by the act itself, in its transaction."""
    telling.tell(UUID(event_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="orders.sweep", queueing_lock="orders.sweep")
def sweep(timestamp: int) -> None:
    """Every ten minutes."""
    following.follow_units()
    sweeps.sweep()
