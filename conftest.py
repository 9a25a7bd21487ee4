"""What every test run needs, wherever its tests are."""

from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from baodao.core import memory

# A busy machine must not make a test fail.
settings.register_profile("baodao", deadline=None)
settings.load_profile("baodao")


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The tests' database goes although a thread of the live server, which nobody
    can wait for, still holds a session in it."""
    yield
    # Sessions of ours only: a vacuum that is under way ends by itself.
    others = (
        "datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND usename = current_user"
    )
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"
        )


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps of the database does not outlive a test's rollback, and
    what it counts now and then is counted anew."""
    memory.forget_everything()
    monkeypatch.setattr(memory, "BRIEF", 0.0)
