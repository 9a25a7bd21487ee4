"""Background tasks of surveys."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.notifications.services import send
from baodao.surveys import services
from baodao.surveys.models import Survey
from baodao.surveys.telling import messages_for

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=services.TELL, retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    event = Event.objects.get(id=event_id)
    return send(messages_for(event, Survey.objects.get(id=event.object_id)))


@app.periodic(cron="40 18 * * *")
@app.task(name="surveys.send_missing", queueing_lock="surveys.send_missing")
def send_missing(timestamp: int) -> int:
    """Every night at 2:40 local time: new communities get what was sent to all."""
    return services.send_missing()
