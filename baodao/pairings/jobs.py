"""Background work of pairings: three lines each."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.notifications.services import send
from baodao.pairings import sweeps, visits_jobs
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.telling import messages_for

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)
VISITS = visits_jobs.tell  # found by the worker through this module


@app.task(name="pairings.tell", retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    event = Event.objects.get(id=event_id)
    related = ("member__person", "household")
    found = HouseholdPairing.objects.select_related(*related)
    return send(messages_for(event, found.get(id=event.object_id)))


@app.periodic(cron="20 * * * *")
@app.task(name="pairings.sweep", queueing_lock="pairings.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Every hour: what silence ends, consents that are over, bonds that follow their
    member, the next year's visits."""
    return sweeps.sweep()
