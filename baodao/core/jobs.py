"""Background tasks that belong to no subject, and jobs taken together."""

import json
from typing import Any

import pgtrigger
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app

TOGETHER = 200


def take_along(context: JobContext) -> list[dict[str, Any]]:
    """The arguments of the jobs that wait for the same task, up to 200, taken off the
    queue in the transaction of the caller, who does them with its own: fetching and
    finishing costs more than most jobs themselves. A job that is tried again takes
    nothing along, so that one which cannot be done spoils no other for long."""
    if context.job.attempts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS (SELECT id FROM procrastinate_jobs WHERE status = 'todo' "
            "AND task_name = %s AND (scheduled_at IS NULL OR scheduled_at <= now()) "
            "AND lock IS NULL AND attempts = 0 ORDER BY id LIMIT %s "
            "FOR UPDATE SKIP LOCKED) "
            "DELETE FROM procrastinate_jobs j USING mine WHERE j.id = mine.id "
            "RETURNING j.args::text",
            [context.job.task_name, TOGETHER],
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def wakes(name: str, task: str) -> pgtrigger.Trigger:
    """The trigger of a table whose new rows want `task` done soon, whoever writes them
    and however many at once: one job waits at a time. Two writers at one moment may
    defer one each, and a row may be written while its job begins already: the task reads
    by `core.watermark` and comes back for what was unfinished."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=(
            "IF NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'todo' "
            f"AND task_name = '{task}') THEN PERFORM procrastinate_defer_jobs_v1("
            f"ARRAY[ROW('default', '{task}', 0, NULL, NULL, '{{}}'::jsonb, NULL)"
            "::procrastinate_job_to_defer_v1]); END IF; RETURN NULL;"
        ),
    )


@app.periodic(cron="* * * * *")
@app.task(name="core.take_up_stalled", queueing_lock="stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs of a worker that was killed in the middle run again: every task may
    run twice without doing harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
