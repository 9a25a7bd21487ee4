from contextlib import suppress

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from baodao.records.following import follow_all

NAME = "records.follow"
RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=NAME, retry=RETRY, pass_context=True)
def follow(context: JobContext, /, **_: object) -> None:
    """New records go to all who count them; deferred by the table itself."""
    if follow_all():
        again = context.app.configure_task(
            NAME, queueing_lock=NAME, schedule_in={"seconds": 1}
        )
        with suppress(AlreadyEnqueued):  # one that comes back is enough
            again.defer()


@app.periodic(cron="* * * * *")
@app.task(name="records.catch_up", queueing_lock="records.catch_up")
def catch_up(timestamp: int) -> None:
    """Every minute, for what fell between."""
    follow_all()
