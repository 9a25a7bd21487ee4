"""Background tasks of places. Each may run twice without doing harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from baodao.places.changes.background import carry_out_started
from baodao.places.changes.background import follow_up as follow


@app.task(name="places.carry_out")
def carry_out(change_id: str, seen: str, event_id: str) -> None:
    """A big change of divisions that somebody started."""
    carry_out_started(UUID(change_id), UUID(event_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="places.follow_up", queueing_lock="places.follow_up")
def follow_up(timestamp: int) -> None:
    """Every ten minutes: what came to an old place after its change."""
    follow()
