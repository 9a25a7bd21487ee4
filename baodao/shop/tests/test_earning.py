"""Which shop counts a service, and what becomes of points that were none, on
PostgreSQL."""

from datetime import date

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from baodao.people.tests.make import World, world
from baodao.records.models import reversal
from baodao.shop import audit, earning, keeping, queries, sweeps
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


@pytest.mark.req("A20")
def test_a_shop_that_reopens_reads_what_was_confirmed_while_it_was_closed(
    w: World,
) -> None:
    s, secretary = make.shop(w), w.actors["community_secretary"]
    keeping.close(actor=secretary, shop_id=s.pk, now=NOW)
    keeping.reopen(actor=secretary, shop_id=s.pk, now=NOW + 5 * DAY)
    # Of before the closing, of the days between, and of after it.
    for n in (-1, 0, 4, 5):
        _served(w, TODAY + n * DAY)
    assert _tenths(w) == 20
    s.refresh_from_db()
    assert s.pauses == [[TODAY, TODAY + 5 * DAY]]
    assert s.earns_from == date(2026, 1, 1)
    for again in (keeping.close, keeping.reopen):
        again(actor=secretary, shop_id=s.pk, now=NOW + 9 * DAY)
    s.refresh_from_db()
    assert len(s.pauses) == 1, "closed and open again on one day is no pause"


@pytest.mark.req("A20")
def test_reopening_wakes_the_job_that_reads_again(w: World) -> None:
    s, secretary = make.shop(w), w.actors["community_secretary"]
    jobs = ProcrastinateJob.objects.filter(task_name="shop.backfill")
    first = jobs.count()
    keeping.close(actor=secretary, shop_id=s.pk, now=NOW)
    _served(w, TODAY - DAY)
    keeping.reopen(actor=secretary, shop_id=s.pk, now=NOW + DAY)
    assert jobs.count() == first + 1
    earning.backfill(s.pk)
    assert _tenths(w) == 10


@pytest.mark.req("A21")
def test_a_record_whose_points_have_expired_takes_no_live_ones(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = make.prize(w, make.shop(w, earns_from=date(2025, 1, 1)))
    old = make.record(w.members.member, 600, occurred_on=date(2025, 5, 1))
    make.serve([old, make.record(w.members.member, 300)])
    later = NOW.replace(year=2027, month=1, day=2)
    assert sweeps.expire_points(later) == 1
    r = make.asked(w, p, now=later)
    monkeypatch.setattr(earning, "clock_now", lambda: later)
    make.serve([reversal(old, later)])
    wallet = Wallet.objects.get()
    assert (wallet.tenths, wallet.reserved, wallet.expired) == (20, 30, 0)
    r.refresh_from_db()
    assert r.state == "requested", "nor what is set aside for a prize"
    assert audit.proof().ok
