"""Which shop counts a service, and what becomes of points that were none, on
PostgreSQL."""

from datetime import date

import pytest

from baodao.people.tests.make import World, world
from baodao.shop import keeping, queries
from baodao.shop.models import Wallet
from baodao.shop.tests import make
from baodao.shop.tests.make import DAY, NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 16)


@pytest.fixture
def w() -> World:
    found = world()
    make.retired(found.members.member)
    return found


def _tenths(w: World) -> int:
    return Wallet.objects.get(member=w.members.member).tenths


def _served(w: World, on: date, hours: int = 1) -> None:
    make.serve([make.record(w.members.member, hours * 60, occurred_on=on)])


@pytest.mark.req("A20")
def test_a_community_that_gets_or_closes_a_shop_loses_no_points(w: World) -> None:
    town = make.shop(w, "township_party")
    own = make.shop(w, earns_from=TODAY)
    _served(w, TODAY - DAY)
    assert _tenths(w) == 10, "before its own shop counted, that of the township did"
    secretary = w.actors["community_secretary"]
    keeping.close(actor=secretary, shop_id=own.pk, now=NOW + DAY)
    _served(w, TODAY)
    _served(w, TODAY + DAY)
    assert _tenths(w) == 30, "from the day it closes that of the township does again"
    assert queries.of_member(w.members.member).shop == town
    keeping.close(actor=w.actors["township_party"], shop_id=town.pk, now=NOW + DAY)
    found = queries.of_member(w.members.member).shop
    assert found == own, "where none is open, the closest says so"
