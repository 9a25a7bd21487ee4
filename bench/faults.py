"""Faults: web process, worker and database are killed (-9) at random under load, and the
product's own supervisor starts them again. Every act that was acknowledged must be
there once, every job be done once in effect, every page answer again within 10 s."""

import json
import os
import random
import signal
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from bench.cast import Part, cast
from bench.client import Connection, Refused, acts, moment, wish
from bench.deployment import Deployment, django, serving
from bench.figures import Figure
from bench.lifecycle import drained

SECONDS, CLIENTS, ANSWER = 300, 6, 10.0
KINDS = {"web": ("granian",), "worker": ("procrastinate",), "database": ("postgres",)}
PAGES = ("/", "/wishes/", "/orders/find/", "/sign-in/", "/readyz")


@dataclass
class Stubborn(threading.Thread):
    """A client that tries every act again, with the same key, until it is acknowledged;
    `seen` maps the acknowledged event to its order and act."""

    deployment: Deployment
    part: Part
    stop: threading.Event
    turn: int = 0
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    retries: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._lifecycle()
            except Refused as error:
                self.refused.append(str(error))
                return

    def _lifecycle(self) -> None:
        part = self.part
        member = part.members[self.turn % len(part.members)]
        self.turn += 1
        order = self._until_done("", part.worker, wish(part))["id"]
        for by, act, body in acts():
            body = moment() if act == "report_done" else body
            token = part.worker if by == "worker" else member
            answer = self._until_done(f"/{order}/acts/{act}", token, body)
            self.seen[answer["event_id"]] = order, act

    def _until_done(self, path: str, token: str, body: Any) -> dict[str, Any]:
        key = uuid4().hex
        while True:
            try:
                return Connection(self.deployment.port).post(path, token, body, key)
            except OSError:
                self.retries += 1
            except Refused as error:
                if not error.server:
                    raise
                self.retries += 1
            time.sleep(0.1)


@dataclass
class Prober(threading.Thread):
    """Asks for pages all the time; `longest` is the longest stretch of no answer."""

    deployment: Deployment
    stop: threading.Event
    longest: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        last = dict.fromkeys(PAGES, time.monotonic())
        while not self.stop.is_set():
            for path in PAGES:
                if self._answers(path):
                    gap = time.monotonic() - last[path]
                    self.longest[path] = max(self.longest.get(path, 0), gap)
                    last[path] = time.monotonic()
            time.sleep(0.2)
        for path, at in last.items():
            gap = time.monotonic() - at
            self.longest[path] = max(self.longest.get(path, 0), gap)

    def _answers(self, path: str) -> bool:
        url = self.deployment.url + path
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
        return False


def main(seconds: int = SECONDS, seed: int = 20261125) -> list[Figure]:
    """The whole trial."""
    chance = random.Random(seed)
    with serving() as deployment:
        django()
        from django.db import connection

        stop = threading.Event()
        crowd = [Stubborn(deployment, part, stop) for part in cast()[:CLIENTS]]
        prober = Prober(deployment, stop)
        for thread in (*crowd, prober):
            thread.start()
        killed = _kill(deployment, chance, seconds)
        time.sleep(ANSWER + 2)  # the last one is up again
        stop.set()
        for thread in (*crowd, prober):
            thread.join()
        connection.close()  # ours has died with the database
        drained()
        return _figures(crowd, prober, killed)


def _kill(deployment: Deployment, chance: random.Random, seconds: int) -> Counter[str]:
    """Kill one kind after the other in a random order, at random moments."""
    killed: Counter[str] = Counter()
    until = time.monotonic() + seconds
    waiting: list[str] = []
    while time.monotonic() < until:
        time.sleep(chance.uniform(2, 12))
        waiting = waiting or chance.sample(sorted(KINDS), len(KINDS))
        kind = waiting.pop()
        pids = deployment.processes(*KINDS[kind])
        if not pids:
            continue
        # The first is the parent: postmaster, or the server's main process.
        target = min(pids) if chance.random() < 0.5 else chance.choice(pids)
        with suppress(ProcessLookupError):
            os.kill(target, signal.SIGKILL)
            killed[kind] += 1
    return killed


def _figures(
    crowd: list[Stubborn], prober: Prober, killed: Counter[str]
) -> list[Figure]:
    seen = {event: what for c in crowd for event, what in c.seen.items()}
    refused = [r for c in crowd for r in c.refused]
    note = ", ".join(f"{n} times {kind}" for kind, n in sorted(killed.items()))
    retries = sum(c.retries for c in crowd)
    gaps = json.dumps({k: round(v, 1) for k, v in prober.longest.items()})
    return [
        Figure("faults_acts_lost", _lost(seen), 0, note=f"{len(seen)} acknowledged; {note}"),
        Figure("faults_acts_doubled", _doubled(seen), 0, note=f"{retries} tries again"),
        Figure("faults_refused", len(refused), 0, note="; ".join(refused[:3])),
        Figure("faults_jobs_undone", _untold(seen), 0),
        Figure("faults_longest_silence_s", max(prober.longest.values()), ANSWER, note=gaps),
    ]  # fmt: skip


PART = 20_000  # ids asked for at a time


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while part := list(islice(left, PART)):
        yield part


def _lost(seen: dict[str, tuple[str, str]]) -> int:
    from baodao.acts.models import Event

    return sum(
        len(part) - Event.objects.filter(pk__in=part).count() for part in _parts(seen)
    )


def _doubled(seen: dict[str, tuple[str, str]]) -> int:
    """Acts of these orders that are there more than once."""
    from django.db.models import Count

    from baodao.acts.models import Event
    from baodao.records.models import Record

    n = 0
    for orders in _parts({order for order, _ in seen.values()}):
        rows = Event.objects.filter(object_id__in=orders)
        twice = rows.exclude(action="orders.remind").values("object_id", "action")
        records = Record.objects.filter(source_id__in=orders).values("source_id")
        for found in (twice, records):
            n += found.annotate(n=Count("pk")).filter(n__gt=1).count()
    return n


def _untold(seen: dict[str, tuple[str, str]]) -> int:
    """Confirmed orders whose member was not told: the job did not run."""
    from baodao.notifications.models import Message

    confirmed = [event for event, (_, act) in seen.items() if act == "confirm"]
    told = (
        Message.objects.filter(event_id__in=part).values("event_id").distinct().count()
        for part in _parts(confirmed)
    )
    return len(confirmed) - sum(told)


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
