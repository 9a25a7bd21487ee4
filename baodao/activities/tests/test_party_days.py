"""The monthly party day: owed, laid out, fulfilled by a confirmed activity, listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities import party_days, services
from baodao.activities.models import Activity
from baodao.activities.tests.make import confirmed, finished
from baodao.duties.models import Duty
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 10, 31, 18, 20, tzinfo=UTC)  # 02:20 on 1 November, local
EARLY = datetime(2026, 11, 6, 7, 0, tzinfo=UTC)


@pytest.fixture
def w() -> World:
    return world()


def november(w: World, key: str = "unit") -> Duty:
    return Duty.objects.get(kind="party_day", key="2026-11", source_id=w.orgs[key].pk)


@pytest.mark.req("A18")
def test_every_unit_with_a_contact_point_owes_one_a_month_once(w: World) -> None:
    # Three of the four units have a point; this month and the next.
    assert party_days.generate(FIRST) == 6
    assert party_days.generate(FIRST) == 0
    duty = november(w)
    assert (duty.unit_id, duty.path) == (w.units.unit.pk, w.places.community.path)
    assert str(duty.opens_on) == "2026-11-01" and str(duty.due_on) == "2026-11-30"


@pytest.mark.req("A18")
def test_a_confirmed_activity_under_the_carrier_fulfils_the_month(w: World) -> None:
    party_days.generate(FIRST)
    confirmed(w, EARLY, by="unit_secretary", channel="unit")
    assert november(w).state == "due"
    day = EARLY + timedelta(days=1)
    it = confirmed(w, day, by="unit_secretary", channel="unit", carriers=["party_day"])
    duty = november(w)
    assert (duty.state, duty.done_id, str(duty.done_on)) == (
        "confirmed", it.pk, "2026-11-07",
    )  # fmt: skip
    assert november(w, "other").state == "due"
    services.correct(
        actor=w.actors["community_secretary"], activity_id=it.pk, reason="记错了"
    )
    assert november(w).state == "due"


@pytest.mark.req("A18")
def test_what_nobody_has_planned_is_laid_out_on_a_working_day(w: World) -> None:
    party_days.generate(FIRST)
    finished(w, EARLY, by="unit_secretary", channel="unit", carriers=["party_day"])
    assert party_days.draft(FIRST) == 2
    assert party_days.draft(FIRST) == 0
    drafts = Activity.objects.filter(made_by_name="系统")
    assert {d.unit_id for d in drafts} == {w.units.other.pk, w.units.far.pk}
    one = drafts.get(unit=w.units.other)
    assert one.state == "draft" and one.no == "0001" and one.carriers == ["party_day"]
    assert str(one.start_at) == "2026-11-05 07:30:00+00:00"
    assert one.path == w.places.other_community.path
    actor = w.actors["other_unit_secretary"]
    services.publish(actor=actor, activity_id=one.pk, now=FIRST)


@pytest.mark.req("A18")
def test_the_gaps_of_a_month_have_a_list_that_hides_other_places(w: World) -> None:
    party_days.generate(FIRST)
    confirmed(w, EARLY, by="unit_secretary", channel="unit", carriers=["party_day"])
    url, month = reverse("activities:party_days"), {"month": "2026-11"}

    def see(key: str, **query: str) -> str:
        answer = w.client(key).get(url, {**month, **query})
        assert answer.status_code == 200, key
        return str(answer.content.decode())

    assert "还没有办的 1 家" in see("county_org") and "县卫健委" in see("county_org")
    assert "地区住建局" in see("county_org", tab="done")
    assert "县教育局" not in see("county_org")
    assert "这个月没有缺的" in see("unit_secretary")
    assert w.client("anonymous").get(url).status_code == 404
    assert w.client("county_org").post(url).status_code == 405
    file: Any = w.client("county_org").post(
        reverse("sheets:export", args=["party_days"]) + "?month=2026-11",
        {"kind": "csv"},
    )
    assert "县卫健委" in b"".join(file.streaming_content).decode("utf-8-sig")


@pytest.mark.req("A18")
def test_the_duty_leads_to_where_it_is_done(w: World) -> None:
    party_days.generate(FIRST)
    owed = reverse("activities:owed", args=[november(w).pk])
    to_form = w.client("unit_secretary").get(owed)
    assert to_form["Location"].endswith("/activities/new/?occasion=party_day")
    assert (
        "主题党日"
        in w.client("unit_secretary").get(to_form["Location"]).content.decode()
    )
    party_days.draft(FIRST)
    it = Activity.objects.get(unit=w.units.unit)
    answer = w.client("unit_secretary").get(owed)
    assert answer["Location"] == reverse("activities:detail", args=[it.pk])
    assert w.client("far_unit_secretary").get(owed).status_code == 404
