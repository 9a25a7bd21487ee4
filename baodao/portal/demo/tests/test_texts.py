"""The wordings of the demo can be read by anybody on the public board."""

import random
from collections import defaultdict

import pytest

from baodao.core.text import private_numbers
from baodao.orders import rules
from baodao.people.roles import ROLES
from baodao.portal.demo import names, texts
from baodao.portal.demo.accounts import DEMO_ACCOUNTS


@pytest.mark.parametrize("preset", ["ali", "luzhou"])
def test_every_category_has_many_wordings_and_none_is_private(preset: str) -> None:
    rng = random.Random(1)
    found = defaultdict(set)
    for kind in rules.KINDS:
        for _ in range(2500):
            text = texts.write(rng, preset, kind)
            found[text.category].add((text.title, text.detail))
            assert len(text.title) <= 40
            assert not private_numbers(text.title + text.detail)
            assert not set("{|}") & set(
                text.title + text.detail + text.done + text.thanks
            )
            assert text.urgency in rules.URGENCIES
            assert len(text.thanks) <= 60
    assert len(found) == 12
    assert min(map(len, found.values())) >= 40


def test_same_seed_gives_the_same_names() -> None:
    first, second = random.Random(7), random.Random(7)
    assert [names.name(first, 50) for _ in range(50)] == [
        names.name(second, 50) for _ in range(50)
    ]


def test_demo_accounts_are_of_real_roles_and_one_each() -> None:
    roles = [a.role for a in DEMO_ACCOUNTS]
    assert len(set(roles)) == len(roles)
    assert all(a.role in ROLES for a in DEMO_ACCOUNTS if a.username)
    assert all(a.username.startswith("demo-") for a in DEMO_ACCOUNTS if a.username)
