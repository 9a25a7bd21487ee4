"""Background tasks of summaries, letters, checks and samples."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baodao.acts.models import Event
from baodao.notifications.services import send
from baodao.scoring import telling_letters as telling
from baodao.scoring.models import Letter
from baodao.scoring.services import checking, drawing, quartering

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=quartering.TELL, retry=RETRY)
def tell(path: str, key: str, **_: object) -> int:
    """The letters of a quarter that was closed; harmless when run again."""
    return send(telling.messages_for(Letter.objects.filter(path=path, key=key)))


@app.task(name="scoring.replied", retry=RETRY)
def replied(event_id: str, **_: object) -> int:
    """Somebody has answered a letter."""
    event = Event.objects.get(id=event_id)
    return send(telling.replied(Letter.objects.get(id=event.object_id), event))


@app.periodic(cron="50 18 * * *")
@app.task(name="scoring.check_all", queueing_lock="scoring.check_all")
def check_all(timestamp: int) -> int:
    """Every night at 2:50 local time: the checkups for lists."""
    return checking.check_all()


@app.periodic(cron="15 17 1-10 1,4,7,10 *")
@app.task(name="scoring.owe", queueing_lock="scoring.owe")
def owe(timestamp: int) -> int:
    """In the first days of a quarter: the summary that communities owe."""
    return quartering.owe()


@app.periodic(cron="30 17 1-10 * *")
@app.task(name="scoring.draw", queueing_lock="scoring.draw")
def draw(timestamp: int) -> int:
    """From the 2nd of a month, early: the last month's confirmations that are looked at.
    Some days in a row, for a server that was off: what is drawn stays as it is."""
    return drawing.draw_all()
