"""Background tasks of the yearly evaluation. Each may run twice without doing harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from baodao.core.clock import today
from baodao.core.progress import telling
from baodao.scoring.services import opening, print_runs


@app.task(name=print_runs.TASK)
def print_cards(run_id: str, site: str, **_: object) -> str:
    """Set the cards of a run."""
    with telling(f"cards:{run_id}") as tell:
        try:
            return print_runs.make(UUID(run_id), site, tell=tell)
        except Exception:
            print_runs.fail(UUID(run_id))
            raise


@app.periodic(cron="10 2 1 1,12 *")
@app.task(name="scoring.open_year", queueing_lock="scoring.open_year")
def open_year(timestamp: int) -> int:
    """On 1 January the year that is over is opened in every community; on 1 December where
    years run from December (`scoring.year_from_month`)."""
    year = today().year
    return opening.open_year(year=year - 1) + opening.open_year(year=year)


@app.periodic(cron="25 3 * * *")
@app.task(name="scoring.forget_prints", queueing_lock="scoring.forget_prints")
def forget_prints(timestamp: int) -> int:
    """Every night: printed files that were left lying."""
    return print_runs.forget()
