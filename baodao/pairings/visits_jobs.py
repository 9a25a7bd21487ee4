"""Background tasks of visits; `jobs` imports them so that the worker finds them."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.notifications.services import send
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_telling import messages_for

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="pairings.tell_visit", retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    event = Event.objects.get(id=event_id)
    pk, went = event.object_id, None
    if event.action.startswith("visits."):
        of = Visit.objects.values_list("pairing_id", "stand_in__person_id")
        pk, went = of.get(id=pk)
    bond = HouseholdPairing.objects.select_related("household", "member__person").get(
        id=pk
    )
    return send(messages_for(event, bond, went))
