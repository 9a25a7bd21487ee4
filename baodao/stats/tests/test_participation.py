"""The rate of participation: a denominator that belongs to a day."""

from datetime import date

import pytest
from django.urls import reverse

from baodao.people.tests.make import World, world
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import home
from baodao.scoring.tests.make import served
from baodao.stats.participation import participation
from baodao.stats.scope import Scope

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 26)


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("A23", "A25")
def test_who_had_reported_in_by_the_month_s_end_and_who_of_them_served(
    w: World,
) -> None:
    it = home(w)
    ReportIn.objects.filter(pk=it.pk).update(
        reported_on=date(2026, 9, 20), state="active", accepted_at=it.clock_from,
        reconfirm_due=date(2027, 3, 1),
    )  # fmt: skip
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
def test_the_page_of_participation(w: World) -> None:
    page = w.client("county_org").get(reverse("stats:participation"))
    assert page.status_code == 200 and "分母" in page.content.decode()
    assert w.client("member").get(reverse("stats:participation")).status_code == 403
