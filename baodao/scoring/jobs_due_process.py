"""The nightly work of deductions and appeals."""

from procrastinate.contrib.django import app

from baodao.scoring.services import appealing, deducting_late, proposing


@app.periodic(cron="30 0 * * *")
@app.task(name="scoring.due_process", queueing_lock="scoring.due_process")
def due_process(timestamp: int) -> dict[str, int]:
    """Every day at 8:30 local time, after the quiet hours: what is proposed, which
    appeals are over, who is late."""
    late = deducting_late.tell_late()
    return {**proposing.propose_found(), **appealing.sweep(), "late": late}
