"""Duties: a year of visits of 100,000 members in one go, and the due list of a county
with ten times the duties.

The year is written into a database of its own with fsync, indexes and constraints. For
the list two deployments stand side by side, as in `bench.pages`."""

import multiprocessing
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter, sleep
from uuid import UUID, uuid4

from bench.deployment import HISTORY, django
from bench.figures import Figure
from bench.pages import SETTLE, p95, side_by_side

MEMBERS = 100_000
SECONDS = 60.0
YEAR = 2026
SOURCES = {"few": 9_500, "many": 95_000}
PAGES = {
    "due_list": "/duties/?tab=due",
    "due_list_soon": "/duties/",
    "due_list_settled": "/duties/?tab=settled",
    "due_list_words": "/duties/?tab=due&q=扎西",
}


def main() -> Iterator[Figure]:
    """The year first: the deployments would be in its way."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as alone:
        yield from alone.submit(_year).result()
    with ExitStack() as stack:
        few, many = (
            side_by_side(stack, HISTORY / name, [*_GROW, str(n)])
            for name, n in SOURCES.items()
        )
        sleep(SETTLE)
        for name, path in PAGES.items():
            before, after = p95(few, many, "demo-county", path)
            yield Figure(
                f"p95_{name}_10_times", after / before, 1.3,
                note=f"{before * 1000:.0f} ms, then {after * 1000:.0f} ms",
            )  # fmt: skip


def _year() -> list[Figure]:
    from baodao.platform import embedded

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["BAODAO_VAR"] = folder
        with embedded.running(Path(folder, "pg"), durable=True) as cluster:
            os.environ["DATABASE_URL"] = cluster.url()
            from baodao.platform import prepare

            prepare.set_up()
            prepare.migrate()
            from django.db import connections

            try:
                return _timed()
            finally:
                connections.close_all()


def _timed() -> list[Figure]:
    from baodao.duties.models import Duty

    start = perf_counter()
    made = write_year(MEMBERS, "54/25/23/100/001/", uuid4(), [None])
    first = perf_counter() - start
    assert Duty.objects.count() == made
    start = perf_counter()
    assert write_year(MEMBERS, "54/25/23/100/001/", uuid4(), [None]) == 0
    again = perf_counter() - start
    note = f"{made:,} duties of {MEMBERS:,} members"
    return [
        Figure("duties_year_seconds", first, SECONDS, note=note),
        Figure("duties_year_again_seconds", again, SECONDS, note="nothing is written"),
    ]


def write_year(
    n: int, path: str, place_id: UUID, members: list[UUID | None], seed: int = 1
) -> int:
    """A year of monthly and festival visits of `n` sources; a seed's ids are the same
    in each run."""
    from baodao.acts.actor import SYSTEM
    from baodao.duties.services import Source, generate
    from baodao.duties.visits import visit_windows

    ids = random.Random(seed)
    groups: list[list[str]] = [[], ["elder"], ["minor"], ["disabled"]]
    windows = [visit_windows(path, group, (), YEAR) for group in groups]
    sources = [
        Source(
            UUID(int=ids.getrandbits(128)), str(i % 4), path, place_id,
            members[i % len(members)], valid_from=date(YEAR, 1, 1),
        )
        for i in range(n)
    ]  # fmt: skip
    return sum(
        generate(
            actor=SYSTEM, kind=kind, source_kind="bench.source", sources=sources,
            windows={str(g): w[kind] for g, w in enumerate(windows)}, path=path,
        )
        for kind in ("visit_month", "visit_festival")
    )  # fmt: skip


def grow(n: int) -> None:
    """`n` sources of duties on the members of the demo's county, community by
    community."""
    from django.db import connection

    from baodao.people.models import Member
    from baodao.places.models import Place

    county = Place.objects.get(code="542523", valid_to=None)
    below = Place.objects.filter(path__startswith=county.path, level=5, valid_to=None)
    communities = list(below.values_list("path", "id"))
    members = list(Member.objects.values_list("id", flat=True))
    for i, (path, pk) in enumerate(communities):
        some = members[i :: len(communities)]
        write_year(n // len(communities), path, pk, list(some), seed=i)
    with connection.cursor() as cursor:
        cursor.execute(_PAST)
        cursor.execute("VACUUM ANALYZE duties_duty")


# What is over was done, but for one in twenty.
_PAST = """
UPDATE duties_duty SET
  state = CASE WHEN random() < 0.05 THEN 'lapsed' ELSE 'confirmed' END,
  done_on = opens_on + 5
WHERE due_on < current_date - 15
"""


_GROW = [sys.executable, "-m", "bench.duties"]


if __name__ == "__main__" and len(sys.argv) == 3:
    django(Path(sys.argv[1]))
    grow(int(sys.argv[2]))
elif __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
