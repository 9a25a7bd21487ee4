"""Background tasks of people. Each may run twice without doing harm."""

from procrastinate.contrib.django import app

from baodao.people import services


@app.periodic(cron="5 0 * * *")
@app.task(name="people.duty_status", queueing_lock="people.duty_status")
def duty_status(timestamp: int) -> None:
    """Every night: exemptions that begin or end."""
    services.sync_duty_status()
