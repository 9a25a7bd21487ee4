"""Background tasks of messages."""

from procrastinate.contrib.django import app

from baodao.notifications import expiring


@app.periodic(cron="0 1 1 * *")
@app.task(name="notifications.expiring", queueing_lock="notifications.expiring")
def tell_expiring(timestamp: int) -> int:
    """On the first of the month: what will be deleted on the tenth."""
    return expiring.tell()
