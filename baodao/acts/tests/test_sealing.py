"""Whoever changes, deletes, adds, swaps or cuts off by SQL, with the guards of the
tables set aside, is found out, and where: by `verify`, and by the script that has
nothing but the exported file and the code from the notice board."""

import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, connections, models

from baodao.acts import forgetting, ledger, sealing, verifying
from baodao.acts.models import Digest, Event, Forgotten, Leaves, Seal
from baodao.acts.sealing import REGISTRY, seal_all, short, write_digest
from baodao.cli import ledger as command
from baodao.core.fields import TransactionId
from baodao.core.ids import uuid7
from baodao.records.models import Record
from baodao.scoring.models import Entry

AT = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)  # one o'clock at night in Shanghai
SCRIPT = Path(__file__).parents[3] / "scripts" / "verify_ledger.py"
SECRET = "扎西顿珠"
N = 10  # rows of each table, in batches of four


def event(i: int) -> Event:
    return Event(
        at=AT, action="orders.accept", kind="orders.order", object_id=uuid4(),
        path=f"54/25/23/100/001/{SECRET}/", actor_name=SECRET, reason=SECRET,
        data={"was": SECRET}, xid=10 + i,
    )  # fmt: skip


def record(i: int) -> Record:
    return Record(
        kind="activity", channel="unit", path="54/25/23/100/001/", place_id=uuid4(),
        member_id=uuid4(), occurred_on=AT.date(), minutes=60, source_kind="x",
        source_id=uuid4(), confirmed_at=AT, confirmed_how="list", xid=10 + i,
    )  # fmt: skip


def forgotten(i: int) -> Forgotten:
    return Forgotten(seq=0, ledger="acts_event", positions=[i], xid=10 + i)


def entry(i: int) -> Entry:
    return Entry(
        card_id=uuid4(), rule_id=uuid4(), code="M01", record_id=uuid4(),
        source_id=uuid4(), quantity=1, occurred_on=AT.date(), xid=10 + i,
    )  # fmt: skip


MAKERS: dict[str, tuple[Callable[[int], models.Model], str]] = {
    "acts_event": (event, "to_state = 'done'"),
    "records_record": (record, "minutes = 61"),
    "scoring_entry": (entry, "quantity = 2"),
    "acts_forgotten": (forgotten, "seq = 1"),
}


def write(model: type[models.Model], rows: list[models.Model]) -> None:
    """With numbers of transactions that ended long ago: a test's own never does."""
    for row in rows:
        fields = list(model._meta.concrete_fields)
        values = [
            f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields
        ]
        names = ", ".join(f'"{f.column}"' for f in fields)
        marks = ", ".join("%s" for _ in fields)
        sql(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", *values)


def sql(text: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def model_of(table: str) -> Any:
    return next(m for m in apps.get_models() if m._meta.db_table == table)


def ids(table: str) -> list[UUID]:
    return [row[0] for row in sql(f"SELECT id FROM {table} ORDER BY xid, id")]


def all_guards() -> str:
    """The triggers of all these tables, for a transaction that steps over them."""
    models = (*map(model_of, MAKERS), Seal, Leaves, Digest)
    found = [t.get_pgid(m) for m in models for t in m._meta.triggers]
    return f"{{{','.join(found)}}}"


def up_to(monkeypatch: pytest.MonkeyPatch, upto: int) -> None:
    """All transactions below have ended."""
    here = sealing.moment()._replace(upto=upto)
    monkeypatch.setattr(sealing, "moment", lambda: here)
    monkeypatch.setattr(verifying, "moment", lambda: here)


@pytest.fixture
def book(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Four tables sealed, the day's digest taken, all guards away; gives the code
    that stands on the notice board."""
    monkeypatch.setattr(sealing, "SIZE", 4)
    only = {name: REGISTRY[name] for name in MAKERS}
    monkeypatch.setattr(sealing, "REGISTRY", only)
    monkeypatch.setattr(verifying, "REGISTRY", only)
    monkeypatch.setattr(ledger, "REGISTRY", only)
    for name, (make, _) in MAKERS.items():
        write(model_of(name), [make(i) for i in range(N)])
    up_to(monkeypatch, 50)
    assert seal_all(AT) == 4 * N
    digest = write_digest(AT)
    assert digest and digest.day == date(2026, 11, 25)
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    yield short(digest.hash)
    sql("DELETE FROM scoring_entry")  # their cards and rules were never there


def load() -> Any:
    spec = spec_from_file_location("verify_ledger", SCRIPT)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def offline(path: Path, *codes: str) -> list[str]:
    """What the script finds in an export of now."""
    ledger.export(path)
    found = load().Ledger(path)
    found.check_chain()
    found.read_forgotten()
    found.check_rows()
    found.check_rest()
    found.check_digests(codes)
    return list(found.faults)


def found(*codes: str) -> list[tuple[str, str, int | None, UUID | None]]:
    report = verifying.verify(codes=codes)
    return [(f.kind, f.ledger, f.seq, f.row) for f in report.faults]


def batches(table: str) -> list[int]:
    return list(Seal.objects.filter(ledger=table).values_list("seq", flat=True))


def test_an_untouched_ledger_is_right_and_the_board_s_code_is_in_it(
    book: str, tmp_path: Path
) -> None:
    report = verifying.verify(codes=[book.lower().replace("-", " ")])
    assert (report.seals, report.rows, report.pending) == (12, 4 * N, 0)
    assert report.faults == [] and len(report.known) == 1
    assert offline(tmp_path / "a.zip", book) == []
    assert seal_all(AT) == 0 and write_digest(AT) is None


@pytest.mark.parametrize("table", MAKERS)
def test_a_changed_row_is_named(table: str, book: str, tmp_path: Path) -> None:
    row = ids(table)[5]
    sql(f"UPDATE {table} SET {MAKERS[table][1]} WHERE id = %s", row)
    assert found() == [("changed", table, batches(table)[1], row)]
    (said,) = offline(tmp_path / "a.zip")
    assert said.startswith(f"{table} 第 {batches(table)[1]} 批 第 2 行 {row}")


@pytest.mark.parametrize("column", ["actor_name", "reason", "path"])
def test_a_changed_closed_column_is_found_too(
    column: str, book: str, tmp_path: Path
) -> None:
    row = ids("acts_event")[0]
    sql(f"UPDATE acts_event SET {column} = 'x' WHERE id = %s", row)
    assert found() == [("changed", "acts_event", batches("acts_event")[0], row)]
    assert len(offline(tmp_path / "a.zip")) == 1


@pytest.mark.parametrize("table", MAKERS)
def test_a_deleted_row_is_named(table: str, book: str, tmp_path: Path) -> None:
    row = ids(table)[6]
    sql(f"DELETE FROM {table} WHERE id = %s", row)
    here = ("deleted", table, batches(table)[1], row)
    assert here in found()
    assert any("没有了" in said for said in offline(tmp_path / "a.zip"))


@pytest.mark.parametrize("table", MAKERS)
def test_a_row_put_in_afterwards_is_named(
    table: str, book: str, tmp_path: Path
) -> None:
    make = MAKERS[table][0]
    late = make(3)
    write(type(late), [late])
    assert ("late", table, batches(table)[-1], late.pk) in found()
    assert seal_all(AT + timedelta(hours=1)) == 0
    assert any(f"{table} {late.pk}" in s for s in offline(tmp_path / "a.zip"))


@pytest.mark.parametrize("table", MAKERS)
def test_a_row_of_a_transaction_to_come_is_named(table: str, book: str) -> None:
    forged = MAKERS[table][0](1_000_000_000)
    write(type(forged), [forged])
    assert ("future", table, None, forged.pk) in found()


@pytest.mark.parametrize("column", ["id", "xid"])
@pytest.mark.parametrize("table", MAKERS)
def test_two_rows_swapped_are_both_named(
    table: str, column: str, book: str, tmp_path: Path
) -> None:
    one, two = ids(table)[1], ids(table)[8]
    if column == "id":
        for old, new in ((one, uuid7()), (two, one)):
            sql(f"UPDATE {table} SET id = %s WHERE id = %s", new, old)
        sql(f"UPDATE {table} SET id = %s WHERE xid = '11'", two)
    else:
        sql(
            f"UPDATE {table} SET xid = CASE id WHEN %s THEN '18'::xid8 "
            "ELSE '11'::xid8 END WHERE id IN (%s, %s)", one, one, two,
        )  # fmt: skip
    assert {f[3] for f in found() if f[0] == "changed"} >= {one, two}
    assert {f[1] for f in found()} >= {table}
    assert offline(tmp_path / "a.zip") != []


@pytest.mark.parametrize("table", MAKERS)
def test_a_tail_cut_off_with_its_seals_shows_against_the_stored_digest(
    table: str, book: str, tmp_path: Path
) -> None:
    gone = batches(table)[-1]
    for row in ids(table)[8:]:
        sql(f"DELETE FROM {table} WHERE id = %s", row)
    sql("DELETE FROM acts_leaves WHERE seal_id >= %s", gone)
    sql("DELETE FROM acts_seal WHERE seq >= %s", gone)
    assert "digest" in {f[0] for f in found()}
    # Whoever takes the digest away too is caught by the paper.
    sql("DELETE FROM acts_digest")
    assert {f[0] for f in found()} <= {"no_act", "deleted", "late"}
    assert ("unknown", "", None, None) in found(book)
    assert any(book in said for said in offline(tmp_path / "a.zip", book))


@pytest.mark.parametrize(
    "change",
    ["n = n + 1", "at = at - interval '1 day'", "closed = '{}'", "hash = prev",
     "generation = 2", "to_xid = 99"],
)  # fmt: skip
def test_an_altered_seal_is_named(change: str, book: str, tmp_path: Path) -> None:
    sql(f"UPDATE acts_seal SET {change} WHERE seq = 4")
    assert ("seal", Seal.objects.get(pk=4).ledger, 4, None) in found()
    assert any("第 4 批：封条被改过" in said for said in offline(tmp_path / "a.zip"))


def test_a_seal_hung_elsewhere_and_one_taken_out_are_named(book: str) -> None:
    kept = {s.seq: s for s in Seal.objects.all()}
    sql("UPDATE acts_seal SET prev = %s WHERE seq = 3", kept[1].prev)
    assert {("seal", kept[3].ledger, 3, None), ("link", kept[3].ledger, 3, None)} <= {
        *found()
    }
    sql("DELETE FROM acts_leaves WHERE seal_id = 5")
    sql("DELETE FROM acts_seal WHERE seq = 5")
    assert {("gap", "", 5, None), ("link", kept[6].ledger, 6, None)} <= {*found()}


def test_a_directory_of_rows_made_to_fit_is_named(book: str, tmp_path: Path) -> None:
    """A row changed, and its hash in the batch with it."""
    row = ids("records_record")[0]
    seq = batches("records_record")[0]
    sql("UPDATE records_record SET minutes = 61 WHERE id = %s", row)
    it = REGISTRY["records_record"]
    leaf = sealing.leaf_sql(it.ledger, it.opened, it.closed)
    sql(
        f"UPDATE acts_leaves l SET leaves[1] = {leaf} FROM records_record t "
        "WHERE l.seal_id = %s AND t.id = %s", seq, row,
    )  # fmt: skip
    assert found() == [("leaves", "records_record", seq, None)]
    assert any("行目录" in said for said in offline(tmp_path / "a.zip"))


def replaced() -> None:
    """The whole chain made anew over altered rows, digest and all."""
    sql("DELETE FROM acts_digest")
    sql("DELETE FROM acts_leaves")
    sql("DELETE FROM acts_seal")
    sql("UPDATE records_record SET minutes = 600")
    seal_all(AT)
    write_digest(AT)


def test_a_chain_replaced_as_a_whole_shows_only_against_the_paper(
    book: str, tmp_path: Path
) -> None:
    replaced()
    assert found() == [] and offline(tmp_path / "a.zip") == []
    assert found(book) == [("unknown", "", None, None)]
    assert any(book in said for said in offline(tmp_path / "b.zip", book))


def test_a_slip_of_the_pen_is_told_from_a_forged_chain(book: str) -> None:
    wrong = book[:-1] + ("0" if book[-1] != "0" else "1")
    (fault,) = verifying.verify(codes=[wrong]).faults
    assert "只差 1 个字" in str(fault) and "抄错" in str(fault)


def test_the_script_runs_alone_and_the_export_names_nobody(
    book: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.zip"
    ledger.export(path)

    def run(*args: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *args]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    right = run("--digest", book)
    assert right.returncode == 0 and "没有发现改动" in right.stdout
    assert run("--digest", book[::-1]).returncode == 1
    file = load().Ledger(path).file
    whole = "".join(file.read(name).decode() for name in file.namelist())
    salts = Leaves.objects.values_list("salt", flat=True)
    assert SECRET not in whole and "54/25" not in whole
    assert not any(bytes(salt).hex() in whole for salt in salts)
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) < 200


def test_the_command_says_it_in_chinese_and_ends_with_one(
    book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "a.zip"
    asked = Namespace(since=None, digest=[book], export=copy)
    sql("DELETE FROM acts_forgotten")  # the sample rows, which no act explains
    row = ids("records_record")[0]
    sql("UPDATE records_record SET minutes = 1 WHERE id = %s", row)
    assert command.run(asked) == 1 and copy.exists()
    said = capsys.readouterr().out
    assert (
        f"✗ 服务记录（records_record） 第 7 批 第 1 行 {row}：内容和封存时不一样"
        in said
    )
    assert f"封存码对得上：{book}" in said


def test_rows_sealed_before_a_day_are_passed_over_when_asked(book: str) -> None:
    row = ids("records_record")[0]
    sql("UPDATE records_record SET minutes = 1 WHERE id = %s", row)
    assert verifying.verify(date(2026, 11, 27)).faults == []
    assert len(verifying.verify(date(2026, 11, 26)).faults) == 1


# --- forgetting ---------------------------------------------------------------------------------


def test_what_retention_forgets_leaves_an_explained_gap(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act is of the same transaction, and what went cannot be tried out."""
    sql("DELETE FROM acts_forgotten")  # the sample rows, which no act explains
    gone, seq = ids("acts_event")[2:4], batches("acts_event")[0]
    assert forgetting.events(gone) == 2
    note = Forgotten.objects.get()
    assert (note.seq, note.positions) == (seq, [3, 4])
    assert {f[0] for f in found() if f[1] == "acts_event"} == {"no_act", "blanked"}
    act = event(90)
    write(Event, [act])
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    sql("UPDATE acts_forgotten SET xid = '100'")
    up_to(monkeypatch, 200)
    seal_all(AT)
    report = verifying.verify()
    assert [f for f in report.faults if f.ledger == "acts_event"] == []
    assert sum(report.forgotten.values()) == 2
    assert not [s for s in offline(tmp_path / "a.zip") if "acts_event" in s]
    held = Leaves.objects.get(seal_id=seq)
    assert held.ids[2:] == [None, None] and len(held.leaves) == 4


def test_a_row_blanked_out_without_an_act_is_found(book: str, tmp_path: Path) -> None:
    row, seq = ids("acts_event")[0], batches("acts_event")[0]
    sql("DELETE FROM acts_event WHERE id = %s", row)
    sql("UPDATE acts_leaves SET ids[1] = NULL WHERE seal_id = %s", seq)
    assert ("blanked", "acts_event", seq, None) in found()
    assert any("没有了" in said for said in offline(tmp_path / "a.zip"))


def test_sealed_columns_cannot_be_emptied(book: str) -> None:
    with pytest.raises(ValueError, match="sealed"):
        forgetting.blank("records.Record", ids("records_record")[:1], {"minutes": 0})


# --- what changes over the years --------------------------------------------------------------------


def test_a_column_of_later_does_not_spoil_old_seals(
    book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sealing.REGISTRY["records_record"]
    shorter = replace(old, closed=old.closed[:-1])
    monkeypatch.setitem(sealing.REGISTRY, "records_record", shorter)
    write(Record, [record(90 + i) for i in range(2)])
    up_to(monkeypatch, 200)
    assert seal_all(AT) == 2
    assert list(Seal.objects.get(seq=batches("records_record")[-1]).closed) == list(
        shorter.closed
    )
    assert [f for f in found() if f[1] == "records_record"] == []


def test_a_restored_dump_begins_a_new_generation_and_loses_nothing(
    book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server counts lower: new rows among old numbers, what the dump had not
    sealed among numbers to come. Every row is sealed once, and nothing is late."""
    here = sealing.moment()
    other = here._replace(cluster="another", upto=14, beyond=15)
    monkeypatch.setattr(sealing, "moment", lambda: other)
    monkeypatch.setattr(verifying, "moment", lambda: other)
    assert sealing.restored()
    unsealed, new = record(5_000_000_000), record(2)
    write(Record, [unsealed, new])
    assert verifying.verify().pending == 2 and found() == []
    assert seal_all(AT) == 2
    assert not sealing.restored() and seal_all(AT) == 0
    last = Seal.objects.order_by("-seq")
    # Tables without new rows are marked, so that they are not looked through again.
    assert {s.generation for s in last[:4]} == {2}
    assert sorted(s.n for s in last[:4]) == [0, 0, 0, 2]
    on = other._replace(upto=17, beyond=17)
    monkeypatch.setattr(sealing, "moment", lambda: on)
    monkeypatch.setattr(verifying, "moment", lambda: on)
    write(Record, [record(5)])
    assert seal_all(AT) == 1 and found() == []


# --- while others write -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_hostile_writers_and_every_row_is_sealed_exactly_once() -> None:
    """Long and short transactions that end in another order than they began."""
    each, stop = 40, threading.Event()

    def hostile(k: int) -> None:
        try:
            for i in range(each):
                with connection.cursor() as cursor:
                    cursor.execute("BEGIN")
                    cursor.execute(
                        "INSERT INTO acts_event (id, at, action, kind, object_id, path,"
                        " from_state, to_state, actor_name, actor_role, on_behalf_of,"
                        " reason, data, request_id) VALUES (%s, now(), 'a.b', 'c', %s,"
                        " '', '', '', '', '', '', '', '{}', '')",
                        [uuid4(), uuid4()],
                    )
                    cursor.execute("SELECT pg_sleep(%s)", [((k * 7 + i) % 5) / 500])
                    cursor.execute("ROLLBACK" if (k + i) % 9 == 0 else "COMMIT")
        finally:
            connections.close_all()

    def sealer() -> None:
        try:
            while not stop.is_set():
                seal_all()
        finally:
            connections.close_all()

    writers = [threading.Thread(target=hostile, args=(k,)) for k in range(8)]
    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    for _ in range(200):  # somebody else on this server may hold back for a moment
        seal_all()
        if sealing.waiting_since() is None:
            break
    n = Event.objects.count()
    assert n == sum((k + i) % 9 != 0 for k in range(8) for i in range(each))
    assert sum(Seal.objects.values_list("n", flat=True)) == n
    assert len({pk for k in Leaves.objects.all() for pk in k.ids}) == n
    report = verifying.verify()
    assert report.faults == [] and (report.rows, report.pending) == (n, 0)


# --- what a sealed table must be ----------------------------------------------------------------------


def test_every_table_that_keeps_the_number_of_its_transaction_is_sealed() -> None:
    """`acts.sealing.register(…)` in the `ready` of its app."""
    kept = {
        m._meta.db_table
        for m in apps.get_models()
        for f in m._meta.concrete_fields
        if isinstance(f, TransactionId)
    }
    assert kept == set(REGISTRY)


@pytest.mark.parametrize("table", REGISTRY)
@pytest.mark.django_db
def test_a_sealed_table_keeps_its_rows_and_is_read_in_order(table: str) -> None:
    model = model_of(table)
    assert any(t.name == "append_only" for t in model._meta.triggers)
    assert any(list(i.fields) == ["xid", "id"] for i in model._meta.indexes)
    for name in ("path", "actor_name", "reason", "data", "text", "note", "phone"):
        assert name not in REGISTRY[table].opened


@pytest.mark.django_db
def test_a_day_has_a_digest_only_ten_minutes_after_its_end() -> None:
    early = datetime(2026, 11, 25, 16, 5, tzinfo=UTC)
    write(Event, [event(1)])
    seal_all(early)
    assert write_digest(early) is None
    assert write_digest(early + timedelta(minutes=5)) is not None
    assert Digest.objects.get().day == date(2026, 11, 25)


def test_codes_are_six_groups_that_nobody_misreads() -> None:
    code = short("ff" * 32)
    assert code == "-".join(["ZZZZ"] * 6)
    assert sealing.tidy("o1il 2") == "01112"
