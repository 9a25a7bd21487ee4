"""Background tasks of councils."""

from procrastinate.contrib.django import app

from baodao.councils.services import owed, part_time


@app.periodic(cron="20 16 * * *")
@app.task(name="councils.daily", queueing_lock="councils.daily")
def daily(timestamp: int) -> dict[str, int]:
    """Every night, at 0:20 local time: what communities and leaders owe of this and the next part of the
    year; terms that are over."""
    return {
        "meetings": owed.plan_meetings(),
        "visits": owed.plan_visits(),
        "ended": part_time.expire(),
    }
