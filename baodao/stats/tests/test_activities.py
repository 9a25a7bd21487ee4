"""The figures of activities: by definition, by channel, each the length of its list."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities import services_set_up
from baodao.activities.models import Carrier
from baodao.activities.tests.make import confirmed, finished, published
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.people.tests.make import World, world
from baodao.places.areas import NOW
from baodao.stats.activities import (
    DEFINITIONS,
    figures,
    people_in,
    records_in,
    sessions_in,
)
from baodao.stats.periods import Period
from baodao.stats.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def whole() -> Period:
    """A span that holds yesterday whatever the day."""
    return Period(today() - timedelta(days=60), today() + timedelta(days=60))


def held(w: World) -> None:
    """Two sessions in the residence channel, one in the unit's; one not counted."""
    days = [clock_now() - timedelta(days=n) for n in (2, 3, 4, 5)]
    both = [w.members.member.pk, w.members.neighbour.pk]
    confirmed(w, days[0], came=both)
    confirmed(w, days[1], came=both[:1])
    confirmed(w, days[2], came=both[:1], by="unit_secretary", channel="unit")
    finished(w, days[3], came=both)
    published(w)


@pytest.mark.req("A19", "A24")
def test_sessions_person_times_and_people_by_channel_are_the_length_of_their_lists(
    w: World,
) -> None:
    held(w)
    for path in ("", w.places.district.path, w.places.community.path):
        scope, period = Scope(path, regions=NOW), whole()
        n = figures(scope, period).total.n
        assert [n(x, "residence") for x in DEFINITIONS] == [2, 3, 2]
        assert [n(x, "unit") for x in DEFINITIONS] == [1, 1, 1]
        # The same person in both channels is one.
        assert [n(x) for x in DEFINITIONS] == [3, 4, 2]
        for channel in ("", "unit", "residence"):
            lists = (sessions_in, records_in, people_in)
            assert [rows(scope, period, channel).count() for rows in lists] == [
                n(x, channel) for x in DEFINITIONS
            ]
    assert (
        figures(Scope(w.places.other_district.path), whole()).total.n("sessions") == 0
    )


@pytest.mark.req("L27", "L35")
def test_edge_case_31_one_activity_under_two_carriers_is_one_session(w: World) -> None:
    services_set_up.add_carrier(actor=w.actors["county_org"], name="新晋邻")
    code = Carrier.objects.get().code
    confirmed(w, carriers=["party_day", code], joint_type="party")
    found = figures(Scope(), whole(), by_place=True)
    assert found.total.n("sessions") == 1
    groups = {g.key: {c: n for c, _, n in g.rows if n} for g in found.groups}
    assert groups["carrier"] == {"party_day": 1, code: 1}
    assert groups["joint"] == {"party": 1}
    for key, rows in groups.items():
        for c, n in rows.items():
            assert sessions_in(Scope(), whole(), group=(key, c)).count() == n


def test_places_below_stand_in_the_order_of_codes_and_add_up(w: World) -> None:
    held(w)
    found = figures(
        Scope(w.places.district.path, w.places.district), whole(), by_place=True
    )
    assert [line.title for line in found.lines] == ["狮泉河镇", "昆莎乡"]
    assert sum(line.counts.n("sessions") for line in found.lines) == 3
    assert found.minutes == 4 * 180


@pytest.mark.req("A19", "A24")
def test_every_number_of_the_page_opens_its_list(w: World) -> None:
    held(w)
    client, url = w.client("county_org"), reverse("stats:activities")
    span = {"from": str(whole().start), "to": str(whole().last)}
    page = client.get(url, span).content.decode()
    for words in ("单位联系点：活动场次", "居住地：活动场次", "五联分类", "狮泉河镇"):
        assert words in page
    for measure in DEFINITIONS:
        query = {**span, "measure": measure, "show": measure, "channel": "residence"}
        assert "这个数是什么" in client.get(url, query).content.decode()
    for figure, n, unit in (("sessions", 3, "场"), ("person_times", 4, "人次"),
                            ("people", 2, "人")):  # fmt: skip
        query = {**span, "figure": figure}
        rows = client.get(reverse("stats:activities_list"), query)
        assert f"{n} {unit}" in rows.content.decode()
        file: Any = client.post(
            reverse("sheets:export", args=["activity_figure"])
            + f"?figure={figure}&from={span['from']}&to={span['to']}",
            {"kind": "csv"},
        )
        assert file.status_code == 200
        assert len(b"".join(file.streaming_content).splitlines()) == n + 2
    party = {**span, "figure": "sessions", "joint": "party"}
    assert (
        "这里没有活动"
        in client.get(reverse("stats:activities_list"), party).content.decode()
    )


def test_who_has_no_business_there_is_refused(w: World) -> None:
    for name in ("stats:activities", "stats:activities_list"):
        assert w.client("member").get(reverse(name)).status_code == 403
        assert w.client("county_org").post(reverse(name)).status_code == 405
    assert (
        w.client("county_org").get(reverse("stats:activities_list")).status_code == 404
    )
