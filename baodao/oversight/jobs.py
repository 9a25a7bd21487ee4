"""The nightly work of documents."""

from procrastinate.contrib.django import app

from baodao.oversight.policies import services


@app.periodic(cron="10 16 * * *")
@app.task(name="oversight.release_over", queueing_lock="oversight.release_over")
def release_over(timestamp: int) -> int:
    """Every night at 0:10 local time: receipts of documents that hold no more."""
    return services.release_over()
