"""Background tasks. Each may run twice without doing harm."""

from procrastinate.contrib.django import app

from baodao.departures import services


@app.periodic(cron="10 0 * * *")
@app.task(name="departures.retire", queueing_lock="departures.retire")
def retire(timestamp: int) -> int:
    """Every night: who retires today."""
    return services.retire_due()
