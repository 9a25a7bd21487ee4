"""Progress beside an open transaction, and work that is done one at a time."""

import threading

import pytest
from django.db import connection, connections, transaction

from baodao.core.locks import one_at_a_time
from baodao.core.progress import progress_of, telling


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_work_is_not_yet_written() -> None:
    seen = []

    def look() -> None:
        report = progress_of("job")
        seen.append(report and (report.phase, report.done, report.total))
        connections.close_all()

    with telling("job") as tell, transaction.atomic():
        tell("read", 3, 10)
        _in_thread(look)
        tell("read", 4, 10)  # too soon after the last one
        _in_thread(look)
        tell("load", 1, 10)
        tell("load", 10, 10)
        _in_thread(look)
    assert seen == [("read", 3, 10), ("read", 3, 10), ("load", 10, 10)]
    assert progress_of("job") is None


@pytest.mark.django_db(transaction=True)
def test_progress_goes_when_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), telling("job") as tell:
        tell("read", 0, 1)
        raise ZeroDivisionError
    assert progress_of("job") is None


@pytest.mark.django_db(transaction=True)
def test_the_same_key_waits_and_another_does_not() -> None:
    free = []

    def others() -> None:
        with connection.cursor() as cursor:
            for key in ("one", "two"):
                cursor.execute(
                    "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key]
                )
                free.append(cursor.fetchone()[0])
        connections.close_all()

    with transaction.atomic():
        one_at_a_time("one")
        _in_thread(others)
    assert free == [False, True]


def _in_thread(work: object) -> None:
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    thread.join()
