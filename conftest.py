"""What every test run needs, wherever its tests are."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from baodao.core import memory
from baodao.orders import categories
from baodao.orders.models import Category
from baodao.scoring import defaults
from baodao.scoring.models import Rule, RuleSet
from baodao.shop import starters as shop_rules
from baodao.shop.models import EarnRule
from baodao.surveys import starters
from baodao.surveys.models import Template

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


@pytest.fixture(scope="session", autouse=True)
def seeded_again() -> None:
    """What migrations wrote stands again after a test with real transactions, which
    empties all tables of models, and no job of it is left: the tests of a process may
    come in any order."""

    def seed(**_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        if not Category.objects.exists():
            categories.seed(Category)
        if not RuleSet.objects.exists():
            defaults.seed(RuleSet, Rule)
        if not Template.objects.exists():
            starters.seed(Template)
        if not EarnRule.objects.exists():
            shop_rules.seed(EarnRule)

    # The last of their folders to be told that all tables are there.
    post_migrate.connect(seed, sender=apps.get_app_config("shop"), weak=False)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps of the database does not outlive a test's rollback, and
    what it counts now and then is counted anew."""
    memory.forget_everything()
    monkeypatch.setattr(memory, "BRIEF", 0.0)
