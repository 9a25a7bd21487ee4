"""The nightly work of deductions and appeals."""

from procrastinate.contrib.django import app

from baodao.scoring.services import (
    appealing,
    complaining_late,
    deducting_late,
    proposing,
    yearly_rates,
)
from baodao.scoring.services.one_by_one import one_by_one


@app.periodic(cron="30 0 * * *")
@app.task(name="scoring.due_process", queueing_lock="scoring.due_process")
def due_process(timestamp: int) -> dict[str, int]:
    """Every day at 8:30 local time, after the quiet hours: which appeals are over, who is
    late, what is proposed. None of them waits for another to succeed."""
    done = one_by_one(
        (
            appealing.sweep,
            _late,
            _late_complaints,
            _good_rates,
            proposing.propose_found,
        ),
        lambda part: part(),
    )
    return {name: n for made in done for name, n in made.items()}


def _late() -> dict[str, int]:
    return {"late": deducting_late.tell_late()}


def _late_complaints() -> dict[str, int]:
    return {"late_complaints": complaining_late.tell_late()}


def _good_rates() -> dict[str, int]:
    return {"good_rates": yearly_rates.register_good()}
