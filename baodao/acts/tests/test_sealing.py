"""Whoever changes, deletes, adds, swaps or cuts off by SQL, with the guards of the
tables set aside, is found out, and where: by `verify`, and by the script that has
nothing but the exported file and the code from the notice board."""

import subprocess
import sys
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path

import pytest

from baodao.acts import ledger, sealing, verifying
from baodao.acts.models import Leaves, Seal
from baodao.acts.sealing import REGISTRY, seal_all, write_digest
from baodao.acts.tests.sealed import (
    AT,
    MAKERS,
    SCRIPT,
    SECRET,
    N,
    batches,
    found,
    ids,
    load,
    offline,
    sql,
    write,
)
from baodao.cli import ledger as command
from baodao.core.ids import uuid7


def test_an_untouched_ledger_is_right_and_the_board_s_code_is_in_it(
    book: str, tmp_path: Path
) -> None:
    report = verifying.verify(codes=[book.lower().replace("-", " ")])
    tables = len(MAKERS)
    assert (report.seals, report.rows) == (3 * tables, tables * N)
    assert report.pending == 0
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
        f"第 {batches('records_record')[0]} 批 第 1 行 {row}：内容和封存时不一样"
        in said
    )
    assert f"封存码对得上：{book}" in said


def test_rows_sealed_before_a_day_are_passed_over_when_asked(book: str) -> None:
    row = ids("records_record")[0]
    sql("UPDATE records_record SET minutes = 1 WHERE id = %s", row)
    assert verifying.verify(date(2026, 11, 27)).faults == []
    assert len(verifying.verify(date(2026, 11, 26)).faults) == 1
