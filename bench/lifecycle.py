"""(a) The order lifecycle of 7 acts over HTTP against pgbench doing the same writes,
interleaved in one run."""

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench import bare
from bench.cast import Part, cast
from bench.client import Client
from bench.deployment import Deployment, django, serving
from bench.figures import Figure

ROUNDS, SECONDS = 5, 8
SERVER, WORKER, POSTGRES = ("granian",), ("procrastinate",), ("postgres",)


@dataclass(frozen=True)
class Round:
    """What one round over HTTP came to: lifecycles per second, seconds of the acts,
    CPU milliseconds per lifecycle of server, worker and database."""

    rate: float
    spans: list[float]
    server: float
    worker: float
    database: float
    ids: list[str]


def main(only: str = "") -> list[Figure]:
    """Run everything; figures at 1, 8 and 32 clients."""
    with serving() as deployment:
        django()
        parts = cast()
        with deployment.stopped(*WORKER):
            bare.prepare()
        turns = dict.fromkeys(range(len(parts)), 0)
        _http(deployment, parts, 8, 3, turns)  # warm: both processes, plans
        return list(_figures(deployment, parts, turns))


def _figures(
    deployment: Deployment, parts: list[Part], turns: dict[int, int]
) -> Iterator[Figure]:
    acknowledged: list[str] = []
    for clients in (1, 8, 32):
        http, direct = list[Round](), list[bare.Bare]()
        for _ in range(ROUNDS):
            with deployment.stopped(*WORKER):  # pgbench does the worker's part itself
                direct.append(bare.run(clients, SECONDS))
            http.append(_http(deployment, parts, clients, SECONDS, turns))
            acknowledged += http[-1].ids
        yield from _compared(clients, http, direct)
    yield _lost(acknowledged)


def _compared(
    clients: int, http: list[Round], direct: list[bare.Bare]
) -> Iterator[Figure]:
    pairs = [h.rate / d.rate for h, d in zip(http, direct, strict=True)]
    at = f"@{clients}"
    rates = f"{_median(h.rate for h in http):.0f} of {_median(d.rate for d in direct):.0f} per second"
    yield Figure(
        f"lifecycle_ratio{at}", statistics.median(pairs), 0.30 if clients == 8 else None,
        most=False, note=rates,
    )  # fmt: skip
    yield Figure(
        f"lifecycle_server_cpu_ms{at}", _median(h.server for h in http),
        10.0 if clients == 8 else None,
        note=f"worker {_median(h.worker for h in http):.1f}, "
        f"database {_median(h.database for h in http):.1f}",
    )  # fmt: skip
    spans = sorted(s for h in http for s in h.spans)
    yield Figure(
        f"act_p95_ms{at}", 1000 * spans[int(len(spans) * 0.95)],
        25.0 if clients == 8 else None,
    )  # fmt: skip


def _median(values: Iterator[float]) -> float:
    return statistics.median(values)


def _http(
    deployment: Deployment, parts: list[Part], clients: int, seconds: float,
    turns: dict[int, int],
) -> Round:  # fmt: skip
    stop = threading.Event()
    crowd = [
        Client(deployment.port, parts[i % len(parts)], stop, turns[i % len(parts)])
        for i in range(clients)
    ]
    before = [deployment.cpu(*w) for w in (SERVER, WORKER, POSTGRES)]
    began = time.perf_counter()
    for client in crowd:
        client.start()
    time.sleep(seconds)
    stop.set()
    for client in crowd:
        client.join()
    drained()  # the worker's writes count as well
    took = time.perf_counter() - began
    after = [deployment.cpu(*w) for w in (SERVER, WORKER, POSTGRES)]
    errors = [e for c in crowd for e in c.errors]
    if errors:
        raise SystemExit("\n".join(errors[:5]))
    done = sum(c.done for c in crowd)
    for i, client in enumerate(crowd):
        turns[i % len(parts)] = client.turn
    cpu = [1000 * (a - b) / max(done, 1) for a, b in zip(after, before, strict=True)]
    spans = [s for c in crowd for s in c.spans]
    return Round(done / took, spans, *cpu, [i for c in crowd for i in c.ids])


def drained() -> None:
    """Wait until the worker has done the jobs of all acts."""
    from django.db import connection

    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs "
                "WHERE task_name = 'orders.tell' AND status IN ('todo', 'doing')"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


def _lost(ids: list[str]) -> Figure:
    """Acts lost or doubled: every acknowledged order has its seven events and one
    record."""
    from django.db.models import Count

    from baodao.acts.models import Event
    from baodao.records.models import Record

    wrong = 0
    for start in range(0, len(ids), 5000):
        some = ids[start : start + 5000]
        rows = Event.objects.filter(
            object_id__in=some, action__in=[f"orders.{a}" for a in ALL]
        ).values("object_id")
        full = rows.annotate(n=Count("pk"), kinds=Count("action", distinct=True))
        good = full.filter(n=len(ALL), kinds=len(ALL)).count()
        records = Record.objects.filter(source_id__in=some).values("source_id")
        once = records.annotate(n=Count("pk")).filter(n=1).count()
        wrong += (len(some) - good) + (len(some) - once)
    return Figure("acts_lost_or_doubled", wrong, 0, note=f"{len(ids)} lifecycles")


ALL = ("place", "verify", "publish", "claim", "start", "report_done", "confirm")


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
