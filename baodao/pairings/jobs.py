"""Background work of pairings: three lines each."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.core.progress import telling
from baodao.notifications.services import send
from baodao.pairings import planning, sweeps, visits_jobs
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


@app.task(name=planning.RUN)
def compute_run(run_id: str, **_: object) -> int:
    """The suggestion for a whole district that somebody started."""
    with telling(f"pairing:{run_id}") as tell:
        return planning.compute_run(UUID(run_id), tell)
