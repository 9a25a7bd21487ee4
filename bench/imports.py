"""(c) Imports against only reading the file: 100,000 new members (person, member and event
of each), handed in as one xlsx file, in a database with indexes, constraints and fsync.

"Only reading" is the product's 试导入: the file read from its sealed copy, every row
judged, nothing written. The load does the same and writes. The barer figures beside it
are the rows cleaned, typed and valid without a database (`frames.read`), and what
calamine alone needs to hand over the cells. `python -m bench.imports [ROWS]`."""

import io
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.figures import Figure

ROWS = 100_000
ROUNDS = 3
RATIO = 3.0  # load ÷ check, at most
SECONDS = 60.0  # check and load of ROWS members, at most
UNITS = 374
READ = "the file as cleaned, typed, valid rows, without a database"
NOTES = {
    "raw": "calamine hands over the cells",
    "read": READ,
    "check": "read, judged against the database, findings kept",
    "load": "read and judged again, person, member and event of each row written",
}
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜次仁扎西卓玛"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文建国志红梅措珍拉姆旺堆平措"
)
HEADS = (
    "序号",
    "姓名",
    "手机号",
    "单位",
    "类别",
    "特长",
    "服务类别",
    "可服务时间",
    "到本单位日期",
)


def workbook(rows: int, seed: int) -> bytes:
    """A roster of people who are all new: most cells repeat, names and numbers do
    not; numbers as numbers, as people's tables have them."""
    import xlsxwriter

    rng = random.Random(seed)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet("名册")
    page.write_row(0, 0, HEADS)
    skills = ("家电维修、水暖管道", "医护", "法律咨询", "", "电工，驾驶", "藏语")
    classes = ("政策宣传", "助老、助残", "")
    times = ("周末白天", "工作日晚上、周末白天", "都可以")
    for i in range(rows):
        # Nobody of an earlier round is a namesake: that would be asked.
        name = "".join([*rng.choices(GIVEN, k=2), FAMILY[seed]])
        day = f"20{rng.randrange(10, 26)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        page.write_row(i + 1, 0, (
            i + 1, name, 13_000_000_000 + seed * 10_000_000 + i, f"阿里地区第{i % UNITS}局",
            "在职党员", rng.choice(skills), rng.choice(classes), rng.choice(times), day,
        ))  # fmt: skip
    book.close()
    return out.getvalue()


def main(rows: int = ROWS) -> list[Figure]:
    """Measure in a database of its own that is thrown away; in a process of its own,
    for this one may speak to another database already."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as alone:
        return alone.submit(_alone, rows).result()


def _alone(rows: int) -> list[Figure]:
    from baodao.platform import embedded

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        var = Path(folder)
        os.environ["BAODAO_VAR"] = str(var)
        os.environ["BAODAO_STATIC"] = "plain"
        (var / "static").mkdir()
        with embedded.running(var / "pg", durable=True) as cluster:
            os.environ["DATABASE_URL"] = cluster.url()
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
            import django
            from django.core.management import call_command
            from django.db import connection

            django.setup()
            call_command("migrate", verbosity=0)
            try:
                return _measure(rows)
            finally:
                connection.close()


def _measure(rows: int) -> list[Figure]:
    actor = _ground()
    took: dict[str, list[float]] = {}
    for n in range(ROUNDS):
        for name, seconds in _round(actor, workbook(rows, n + 1), rows).items():
            took.setdefault(name, []).append(seconds)
    middle = {name: statistics.median(values) for name, values in took.items()}
    ratio = statistics.median(
        load / check for load, check in zip(took["load"], took["check"], strict=True)
    )
    return [
        Figure(
            "import_to_reading",
            ratio,
            RATIO,
            note=f"the load of {rows:,} members ÷ only reading and judging them",
        ),
        Figure(
            "import_seconds",
            middle["check"] + middle["load"],
            SECONDS,
            note="check and load",
        ),
        *(
            Figure(f"import_seconds_{name}", value, note=NOTES[name])
            for name, value in middle.items()
        ),
        Figure("import_to_bare_reading", middle["load"] / middle["read"]),
        Figure("import_to_cells", middle["load"] / middle["raw"]),
    ]


def _round(actor: Any, data: bytes, rows: int) -> dict[str, float]:
    """Seconds of each part, one after the other on the same file."""
    from python_calamine import CalamineWorkbook

    from baodao.people.models import Member
    from baodao.people.sheets import MEMBERS
    from baodao.sheets import services
    from baodao.sheets.frames import read

    def raw() -> object:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python()

    before = Member.objects.count()
    run = services.start_import(
        actor=actor, sheet="members", file_name="a.xlsx", data=data, job=False
    )
    took = {
        "raw": _seconds(raw),
        "read": _seconds(lambda: read(MEMBERS, data, "a.xlsx")),
        "check": _seconds(lambda: services.check_run(run.pk)),
    }
    run.refresh_from_db()
    assert run.counts["new"] == rows, run.counts
    services.start_load(actor=actor, run_id=run.pk, version=run.version, job=False)
    took["load"] = _seconds(lambda: services.load_run(run.pk))
    assert Member.objects.count() == before + rows
    return took


def _seconds(do: Callable[[], object]) -> float:
    start = perf_counter()
    do()
    return perf_counter() - start


def _ground() -> Any:
    """A small tree with the units of the roster; the actor is the system."""
    from django.db import transaction

    from baodao.acts.actor import SYSTEM
    from baodao.acts.bulk import create_rows
    from baodao.people.models import Unit
    from baodao.places.models import Place
    from baodao.places.services import add_official_place

    names = ("西藏自治区", "阿里地区", "噶尔县", "狮泉河镇", "森格社区居委会")
    for code, name in zip(
        ("54", "5425", "542523", "542523100", "542523100001"), names, strict=True
    ):
        add_official_place(actor=SYSTEM, code=code, name=name)
    seat = Place.objects.get(code="542523100001")
    units = {
        "name": [f"阿里地区第{i}局" for i in range(UNITS)], "kind": "organ",
        "seat_id": seat.pk, "path": seat.path,
    }  # fmt: skip
    with transaction.atomic():
        create_rows(SYSTEM, "units.add", Unit, units)
    return SYSTEM


if __name__ == "__main__":
    for figure in main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        print(figure.line(), flush=True)
