"""What sealing lives through: forgetting, columns of later, restored dumps, and writers
that never wait."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, connections

from baodao.acts import forgetting, sealing, verifying
from baodao.acts.models import Digest, Event, Forgotten, Leaves, Seal
from baodao.acts.sealing import REGISTRY, seal_all, short, write_digest
from baodao.acts.tests.sealed import (
    AT,
    MAKERS,
    all_guards,
    batches,
    event,
    found,
    ids,
    model_of,
    offline,
    record,
    sql,
    up_to,
    write,
)
from baodao.core.fields import TransactionId
from baodao.records.models import Record

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
    write(Event, [event(90)])
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


def test_nobody_writes_off_a_record_as_forgotten(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records are never forgotten, and no other act explains a gap: not even one with a
    note of forgetting beside it, sealed as it should be."""
    sql("DELETE FROM acts_forgotten")
    row, seq = ids("records_record")[0], batches("records_record")[0]
    for action in ("orders.accept", "retention.run"):
        act = event(90)
        act.action = action
        write(Event, [act])
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    note = Forgotten(seq=seq, ledger="records_record", positions=[1], xid=100, at=AT)
    write(Forgotten, [note])
    sql("UPDATE acts_leaves SET ids[1] = NULL WHERE seal_id = %s", seq)
    sql("DELETE FROM records_record WHERE id = %s", row)
    up_to(monkeypatch, 200)
    seal_all(AT)
    assert ("no_act", "records_record", seq, note.pk) in found()
    assert any("records_record" in said for said in offline(tmp_path / "a.zip"))


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
    newest = last[: len(MAKERS)]
    assert {s.generation for s in newest} == {2}
    assert sorted(s.n for s in newest) == [*[0] * (len(MAKERS) - 1), 2]
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
    # Somebody else on this server may hold back: a demo is loaded in one transaction.
    for _ in range(600):
        seal_all()
        if sealing.waiting_since() is None:
            break
        sleep(0.5)
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
