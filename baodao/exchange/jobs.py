"""Background tasks of exchange."""

from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.exchange.agreements import services as agreements
from baodao.exchange.agreements import telling
from baodao.exchange.models import Agreement, Deed
from baodao.notifications.models import Message
from baodao.notifications.services import send

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)
TELLS: dict[str, tuple[Any, Callable[[Event, Any], list[Message]]]] = {
    "exchange.agreement": (
        Agreement.objects.select_related("place"), telling.of_agreement,
    ),
    "exchange.deed": (Deed.objects.select_related("item__unit"), telling.of_deed),
}  # fmt: skip


@app.task(name="exchange.tell", retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    event = Event.objects.get(id=event_id)
    rows, messages_for = TELLS[event.kind]
    return send(messages_for(event, rows.get(id=event.object_id)))


@app.periodic(cron="20 * * * *")
@app.task(name="exchange.sweep", queueing_lock="exchange.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Every hour: agreements that begin, end, or are about to."""
    return agreements.sweep()
