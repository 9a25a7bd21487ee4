"""Background tasks of people. Each may run twice without doing harm."""

from procrastinate.contrib.django import app

from baodao.people import retention, services


@app.periodic(cron="5 0 * * *")
@app.task(name="people.duty_status", queueing_lock="people.duty_status")
def duty_status(timestamp: int) -> None:
    """Every night: exemptions that begin or end."""
    services.sync_duty_status()


@app.periodic(cron=f"30 2 {retention.RUN_ON} * *")
@app.task(name="people.forget", queueing_lock="people.forget")
def forget(timestamp: int) -> dict[str, int]:
    """Every month, nine days after it was told: what has had its time."""
    done = retention.run()
    return done.counts if done else {}
