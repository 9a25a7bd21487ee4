"""Background tasks of activities."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.activities import party_days, services
from baodao.activities.telling import messages_for
from baodao.acts.models import Event
from baodao.notifications.services import send

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="activities.tell", retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    return send(messages_for(Event.objects.get(id=event_id)))


@app.periodic(cron="20 2 * * *")
@app.task(name="activities.nightly", queueing_lock="activities.nightly")
def nightly(timestamp: int) -> dict[str, int]:
    """Every night: what was confirmed long ago is archived; what is owed is listed,
    and party days that nobody has planned are laid out."""
    return {
        "archived": services.archive_old(), "owed": party_days.generate(),
        "drafted": party_days.draft(),
    }  # fmt: skip
