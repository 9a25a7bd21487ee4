"""Background tasks of the shop."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.shop import earning, sweeps

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name="shop.backfill", retry=RETRY)
def backfill(shop_id: str, **_: object) -> None:
    """A new shop, or one that is open again, counts the services since its first day."""
    earning.backfill(UUID(shop_id))


@app.periodic(cron="10 16 * * *")
@app.task(name="shop.nightly", queueing_lock="shop.nightly", retry=RETRY)
def nightly(timestamp: int) -> dict[str, int]:
    """At 0:10 local time."""
    return sweeps.nightly()


@app.periodic(cron="30 16 1 * *")
@app.task(name="shop.expire_points", queueing_lock="shop.expire_points", retry=RETRY)
def expire_points(timestamp: int) -> int:
    """On the second of each month: points that have run out."""
    return sweeps.expire_points()
