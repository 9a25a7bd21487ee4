"""`GET /healthz`: the process answers. `GET /readyz`: it can do its work."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

WORKER_SILENCE = timedelta(minutes=2)
_migrated = False


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """For restarting: says nothing about the database on purpose, since a
    restart of this process does not mend that."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """For sending traffic: 200, or 503 with a reason for each failed check."""
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def database_problem() -> str:
    """Empty when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def migration_problem() -> str:
    """Names the migrations that are not applied yet."""
    global _migrated
    # Code and schema of a running process only grow together at a restart.
    if not _migrated:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            return "not applied: " + ", ".join(str(step) for step, _ in plan[:5])
        _migrated = True
    return ""


def worker_problem() -> str:
    """A worker of background jobs writes its heartbeat every ten seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
        silence: timedelta | None = cursor.fetchone()[0]
    if silence is None:
        return "no worker is running"
    if silence > WORKER_SILENCE:
        return f"no worker for {int(silence.total_seconds())} seconds"
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_problem,
    "migrations": migration_problem,
    "worker": worker_problem,
}


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check() or "ok"
    except DatabaseError as error:
        # The kind only: a driver's message may name hosts and accounts.
        return f"database error: {type(error).__name__}"
