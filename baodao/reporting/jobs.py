"""Background tasks of report-in."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.notifications.services import send
from baodao.reporting import following, limits, services
from baodao.reporting.models import ReportIn
from baodao.reporting.telling import messages_for

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="reporting.tell", retry=RETRY)
def tell(event_id: str, **_: object) -> int:
    """Send the messages of one event; harmless when run again."""
    event = Event.objects.get(id=event_id)
    related = (
        "member__person", "member__unit", "subject_unit", "point", "transfer_to"
    )  # fmt: skip
    report_in = ReportIn.objects.select_related(*related).get(id=event.object_id)
    return send(messages_for(event, report_in))


@app.task(name="reporting.follow", retry=RETRY)
def follow(units: list[str], **_: object) -> int:
    """Report-ins of some units and their members follow at once; thousands may."""
    return following.follow(units=[UUID(pk) for pk in units])


@app.periodic(cron="*/10 * * * *")
@app.task(name="reporting.sweep", queueing_lock="reporting.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Every ten minutes: late acceptance, confirmations due, what silence ends,
    report-ins that follow their unit."""
    return {**services.sweep(), **limits.sweep(), "followed": following.follow()}
