"""What is new in the record book reaches whoever counts it, once in effect, in the order
in which writers became final."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from time import sleep
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from baodao.acts.bulk import copy_rows
from baodao.acts.tests.sealed import write
from baodao.core.clock import now, today
from baodao.platform import checks
from baodao.records import following
from baodao.records.models import Follower, Record, reversal


def record(**given: object) -> Record:
    return Record(**{
        "kind": "activity", "channel": "unit", "path": "54/25/23/100/001/",
        "place_id": uuid4(), "member_id": uuid4(), "occurred_on": today(), "minutes": 60,
        "source_kind": "activities.activity", "source_id": uuid4(),
        "confirmed_at": now(), "confirmed_how": "list", **given,
    })  # fmt: skip


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[UUID]]:
    found: list[UUID] = []
    monkeypatch.setattr(following, "_FOLLOWERS", {})
    following.register("a", lambda new: found.extend(new.values_list("pk", flat=True)))
    yield found


def followed(seen: list[UUID], n: int) -> bool:
    """Read on until `n` are seen: whoever else writes on this server may hold back what
    is final for some time."""
    for _ in range(3_000):
        following.follow_all()
        if len(seen) >= n:
            return True
        sleep(0.1)
    return False


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs "
            "WHERE task_name = 'records.follow' AND status = 'todo'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_new_records_want_one_job_however_many_they_are() -> None:
    copy_rows(Record, [record() for _ in range(50)])
    copy_rows(Record, [record()])
    assert jobs() == 1


@pytest.mark.django_db(transaction=True)
def test_a_record_is_followed_once_and_its_reversal_too(seen: list[UUID]) -> None:
    first = record()
    copy_rows(Record, [first])
    assert followed(seen, 1)
    following.follow_all()
    assert seen == [first.pk]
    back = reversal(Record.objects.get(pk=first.pk), now())
    copy_rows(Record, [back])
    assert followed(seen, 2)
    assert seen == [first.pk, back.pk]


@pytest.mark.django_db(transaction=True)
def test_what_a_slow_writer_commits_later_is_not_passed_over(seen: list[UUID]) -> None:
    slow, quick, written, go_on = record(), record(), Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            copy_rows(Record, [slow])
            written.set()
            go_on.wait(20)
        connection.close()

    writer = Thread(target=write_slowly)
    writer.start()
    assert written.wait(20)
    copy_rows(Record, [quick])
    assert following.follow_all(), "it says that somebody is still writing"
    assert seen == []
    go_on.set()
    writer.join(20)
    assert followed(seen, 2)
    assert sorted(seen) == sorted([slow.pk, quick.pk])


@pytest.mark.django_db(transaction=True)
def test_a_follower_that_fails_stops_no_other_and_reads_again(
    seen: list[UUID],
) -> None:
    def second(new: object) -> None:
        raise RuntimeError("not today")

    following.register("b", second)
    copy_rows(Record, [record()])
    for _ in range(3_000):
        with suppress(RuntimeError):
            following.follow_all()
        if seen and Follower.objects.get(name="a").upto:
            break
        sleep(0.1)
    with pytest.raises(RuntimeError, match="not today"):
        while True:
            following.follow_all()
    assert len(seen) == 1
    assert Follower.objects.get(name="b").upto < Follower.objects.get(name="a").upto


@pytest.mark.django_db(transaction=True)
def test_what_the_old_server_had_not_read_is_read_after_a_restore(
    seen: list[UUID],
) -> None:
    """Its number lies far ahead of what the new server counts."""
    copy_rows(Record, [record()])
    assert followed(seen, 1)
    unread = record(xid=2**50)
    write(Record, [unread])
    Follower.objects.update(upto=2**49)
    following.follow_all()
    assert unread.pk in seen


@pytest.mark.django_db(transaction=True)
def test_what_no_sum_has_read_yet_is_said_with_its_age(seen: list[UUID]) -> None:
    old = record(created_at=now() - timedelta(minutes=11))
    copy_rows(Record, [old])
    assert following.waiting_since() == old.created_at
    (said,) = checks.sums()
    assert said.state == "warning" and "已等了11分钟" in said.detail and said.fix
    assert followed(seen, 1)
    assert following.waiting_since() is None
    assert [f.state for f in checks.sums()] == ["ok"]


@pytest.mark.django_db(transaction=True)
def test_a_second_reader_waits_for_nobody(seen: list[UUID]) -> None:
    copy_rows(Record, [record()])
    Follower.objects.create(name="a")
    held, go_on = Event(), Event()

    def read_slowly() -> None:
        with transaction.atomic():
            Follower.objects.select_for_update().get(name="a")
            held.set()
            go_on.wait(20)
        connection.close()

    reader = Thread(target=read_slowly)
    reader.start()
    assert held.wait(20)
    assert following.follow_all(), "it is to come back"
    assert seen == []
    go_on.set()
    reader.join(20)
    assert followed(seen, 1)


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_is_read_from_the_beginning(seen: list[UUID]) -> None:
    copy_rows(Record, [record()])
    assert followed(seen, 1)
    Follower.objects.update(upto=2**60)
    assert followed(seen, 2), "again: whoever follows takes no harm from it"
