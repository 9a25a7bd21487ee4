"""Background tasks of duties."""

from django.db import transaction
from procrastinate.contrib.django import app

from baodao.core.clock import now
from baodao.duties import sweeps
from baodao.duties.telling import digests
from baodao.notifications.services import send


@app.periodic(cron="7 * * * *")
@app.task(name="duties.sweep", queueing_lock="duties.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Every hour: what time itself does to duties."""
    return sweeps.sweep()


@app.periodic(cron="40 0 * * *")
@app.task(name="duties.remind", queueing_lock="duties.remind")
def remind(timestamp: int) -> int:
    """Every day at 8:40 local time, after the quiet hours: one message a debtor."""
    at = now()
    with transaction.atomic():
        return send(digests(sweeps.remind(at), at))
