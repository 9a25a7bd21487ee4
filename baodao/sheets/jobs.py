"""Background tasks of imports. Each may run twice without doing harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from baodao.core.progress import telling
from baodao.sheets import services


@app.task(name=services.CHECK)
def check(run_id: str, **_: object) -> str:
    """Check a file that was handed in or mended."""
    with telling(f"import:{run_id}") as tell:
        return services.check_run(UUID(run_id), tell=tell)


@app.task(name=services.LOAD)
def load(run_id: str, **_: object) -> str:
    """Write a checked file."""
    with telling(f"import:{run_id}") as tell:
        return services.load_run(UUID(run_id), tell=tell)


@app.periodic(cron="15 3 * * *")
@app.task(name="sheets.forget", queueing_lock="sheets.forget")
def forget(timestamp: int) -> int:
    """Every night: files that were left lying."""
    return services.drop_forgotten()
