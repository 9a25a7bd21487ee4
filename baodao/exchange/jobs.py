"""Background tasks of exchange."""

from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.exchange.agreements import services as agreements
from baodao.exchange.agreements import telling
from baodao.exchange.lists import duties as quarterly
from baodao.exchange.lists import queries
from baodao.exchange.lists import services as lists
from baodao.exchange.lists import telling as list_telling
from baodao.exchange.models import (
    Agreement,
    Booking,
    CoProject,
    Deed,
    KeyProblem,
    ListProject,
    Need,
    PoolEntry,
    Resource,
    Voice,
)
from baodao.exchange.pool import pages as pool_pages
from baodao.exchange.projects import quotas
from baodao.exchange.projects import telling as project_telling
from baodao.notifications.models import Message
from baodao.notifications.services import send

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)
TELLS: dict[str, tuple[Any, Callable[[Event, Any], list[Message]]]] = {
    "exchange.agreement": (
        Agreement.objects.select_related("place"), telling.of_agreement,
    ),
    "exchange.deed": (Deed.objects.select_related("item__unit"), telling.of_deed),
    "exchange.voice": (Voice.objects.select_related("item"), telling.of_voice),
    "exchange.poolentry": (PoolEntry.objects.all(), pool_pages.messages_for),
    **{
        f"exchange.{m._meta.model_name}": (m._default_manager.all(), list_telling.messages_for)
        for m in (Need, Resource, Booking, ListProject)
    },
    **{
        f"exchange.{m._meta.model_name}": (
            m._default_manager.all(), project_telling.messages_for,
        )
        for m in (CoProject, KeyProblem)
    },
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
    """Every hour: agreements that begin, end, or are about to; needs that nothing was
    found for."""
    return {**agreements.sweep(), "expired": lists.sweep()}


@app.periodic(cron="40 1 * * *")
@app.task(name="exchange.owe", queueing_lock="exchange.owe")
def owe(timestamp: int) -> int:
    """Every night: the quarter's lists and the year's quotas that units owe, new ties
    included."""
    return quarterly.owe() + quotas.owe()


@app.periodic(cron="10 2 25-31 * *")
@app.task(name="exchange.ahead", queueing_lock="exchange.ahead")
def ahead(timestamp: int) -> int:
    """In the last days of a month, once: what is needed until the end of the next."""
    return send(list_telling.month_ahead(needed_ahead(), today()))


def needed_ahead() -> dict[str, int]:
    """How many needs each community has until the end of next month."""
    paths = Need.objects.filter(state="published").values_list("path", flat=True)
    counted: dict[str, int] = {}
    for path in queries.ahead(list(set(paths)), today()).values_list("path", flat=True):
        counted[path] = counted.get(path, 0) + 1
    return counted
