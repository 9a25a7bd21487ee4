"""How statements go to the server, and what long work does to the process."""

import gc

import pytest
from django.db import connection

from baodao.core.collecting import paused
from baodao.core.prepared import Prepared


@pytest.mark.django_db
def test_only_statements_by_key_are_prepared() -> None:
    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            return int(cursor.fetchone()[0])

    before = prepared()
    with connection.cursor() as cursor:
        for _ in range(8):
            cursor.execute("SELECT 1 WHERE %s > 0", [1])
        assert prepared() == before
        cursor.execute(Prepared("SELECT 2 WHERE %s > 0"), [1])
    assert prepared() == before + 1


def test_the_collector_rests_during_long_work_and_wakes_up_after_it() -> None:
    with pytest.raises(ZeroDivisionError), paused():
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()
