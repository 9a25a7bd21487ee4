import time

import pytest

from baodao.people.middleware import actors_of
from baodao.people.tests.make import world

pytestmark = pytest.mark.django_db


def test_the_cast_is_written_quickly_and_signs_in_as_itself() -> None:
    started = time.process_time()
    w = world()
    assert time.process_time() - started < 1
    for key, account in w.accounts.items():
        first = actors_of(account)[0]
        assert first == w.actors[key], key
