"""The rate of participation: a denominator that belongs to a day."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse

from baodao.people.tests.make import World, world
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import home
from baodao.scoring.tests.make import served
from baodao.stats.orders import Rate
from baodao.stats.participation import _said, participation
from baodao.stats.scope import Scope
from baodao.stats.sheets_participation import participation_rows

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 26)


@pytest.fixture
def w() -> World:
    return world()


def _accepted(it: ReportIn, at: datetime) -> None:
    ReportIn.objects.filter(pk=it.pk).update(
        reported_on=date(2026, 9, 20), state="active", accepted_at=at,
        reconfirm_due=date(2027, 3, 1),
    )  # fmt: skip


@pytest.mark.req("A23", "A25")
def test_who_had_reported_in_by_the_month_s_end_and_who_of_them_served(
    w: World,
) -> None:
    it = home(w)
    _accepted(it, datetime(2026, 9, 21, 3, tzinfo=UTC))
    served(w, date(2026, 9, 25), 2, member_id=it.member_id)
    served(w, date(2026, 8, 25), member_id=it.member_id)
    scope = Scope(w.places.street.path, w.places.street)
    found = participation(scope, date(2026, 9, 1), DAY)
    assert (found.rate.part, found.rate.whole) == (1, 1)
    assert found.rate.percent is None, "below ten there is no rate"
    months = {m.month.month: (m.rate.part, m.rate.whole) for m in found.months}
    assert months[8] == (0, 0) and months[9] == (1, 1) and months[10] == (0, 1)
    rows = {r.place.pk: r.rate.whole for r in found.rows}
    assert rows[w.places.community.pk] == 1
    # Who ends later changes nothing in a month that is over.
    ReportIn.objects.filter(pk=it.pk).update(
        state="ended", ended_on=date(2026, 10, 10), end_reason="moved"
    )
    again = participation(scope, date(2026, 9, 1), DAY)
    months = {m.month.month: (m.rate.part, m.rate.whole) for m in again.months}
    assert months[9] == (1, 1) and months[10] == (0, 0)


@pytest.mark.req("A23")
def test_small_numbers_are_for_the_community_alone(w: World) -> None:
    """One to four people are not counted aloud above it: neither on the page, by month,
    by place and in the total, nor in the file; the rate would tell them, too."""
    it = home(w)
    _accepted(it, datetime(2026, 9, 21, 3, tzinfo=UTC))
    served(w, date(2026, 10, 25), 2, member_id=it.member_id)
    query = f"?month=2026-10&place={w.places.community.code}"
    url = reverse("stats:participation")

    def numbers(role: str, asked: str) -> set[str]:
        page = w.client(role).get(url + asked).content.decode()
        cells = re.findall(r'<td class="r num">([^<]*)</td>', page)
        return {*cells, *re.findall(r"[^ ]+(?= 名)", page)}

    for asked in ("?month=2026-10", query):
        assert "1" not in numbers("county_org", asked), asked
        assert "&lt;5" in numbers("county_org", asked)
    assert "1" in numbers("community_secretary", "?month=2026-10")
    request = RequestFactory().get(url + query)
    request.actor = w.actors["county_org"]  # type: ignore[attr-defined]
    rows = list(participation_rows(request).rows)
    assert {r[2] for r in rows} == {0, "<5"} and all(r[4] in (None, 0.0) for r in rows)


@pytest.mark.req("A23")
def test_no_row_is_left_to_be_worked_out_from_the_total() -> None:
    rates = [Rate(3, 30, 10), Rate(20, 40, 10), Rate(9, 20, 10), Rate(32, 90, 10)]
    said = _said(rates, [3], exact=False)
    assert [s.part for s in said] == ["<5", "20", "—", "32"]
    assert [s.percent for s in said] == [None, 50.0, None, 35.6]
    assert [s.part for s in _said(rates, [3], exact=True)] == ["3", "20", "9", "32"]


@pytest.mark.req("A23", "A25")
def test_a_month_holds_whom_the_community_had_accepted_by_its_last_evening(
    w: World,
) -> None:
    it = home(w)
    scope = Scope(w.places.street.path, w.places.street)
    last = datetime(2026, 9, 30, 15, 59, tzinfo=UTC)  # one minute to midnight there
    for at, n in ((last, 1), (last + timedelta(minutes=2), 0)):
        _accepted(it, at)
        assert participation(scope, date(2026, 9, 1), DAY).rate.whole == n


@pytest.mark.req("A23")
def test_the_page_of_participation(w: World) -> None:
    page = w.client("county_org").get(reverse("stats:participation"))
    assert page.status_code == 200 and "分母" in page.content.decode()
    assert w.client("member").get(reverse("stats:participation")).status_code == 403
