"""Background tasks of scoring; those of its parts are found here by the worker."""

from procrastinate.contrib.django import app

from baodao.scoring import jobs_due_process, jobs_evaluation, jobs_health
from baodao.scoring.services import proving
from baodao.scoring.services.opening_cards import freeze, open_for_report_ins

__all__ = ["jobs_due_process", "jobs_evaluation", "jobs_health", "open_cards", "prove"]


@app.periodic(cron="20 16 * * *")
@app.task(name="scoring.open_cards", queueing_lock="scoring.open_cards")
def open_cards(timestamp: int) -> None:
    """Every night at 0:20 local time: who has reported in has a card, and the card of a
    unit that is gone stands still."""
    open_for_report_ins()
    freeze()


@app.periodic(cron="50 19 * * *")
@app.task(name="scoring.prove", queueing_lock="scoring.prove")
def prove(timestamp: int) -> int:
    """Every night at 3:50 local time, so also before a year is closed: all open cards
    anew from the record book. Returns how many differ; the log names them."""
    return sum(len(proving.prove(year).off) for year in proving.years())
