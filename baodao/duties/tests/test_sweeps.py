"""What time does to duties."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from baodao.acts.actor import SYSTEM
from baodao.duties import jobs, sweeps
from baodao.duties import services as s
from baodao.duties.models import Duty
from baodao.duties.tests.make import AT, FEAST, MARCH, duties, kinds, source
from baodao.notifications.models import Message
from baodao.people.models import Exemption
from baodao.people.tests.make import World, world
from baodao.places.services import end_pause, open_pause

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Iterator[World]:
    with kinds():
        yield world()


def at(month: int, day: int) -> datetime:
    """Ten in the morning, local time."""
    return datetime(2026, month, day, 2, tzinfo=UTC)


@pytest.mark.req("L39")
def test_what_nobody_did_is_missed_and_after_fifteen_days_lapsed(w: World) -> None:
    d = duties(source(w))[0]
    for now, state in (
        (at(3, 31), "due"),
        (at(4, 1), "missed"),
        (at(4, 15), "missed"),
        (at(4, 16), "lapsed"),
    ):
        sweeps.sweep(now)
        d.refresh_from_db()
        assert d.state == state, now
    assert sweeps.sweep(at(5, 1)) == {
        "shifted": 0,
        "excused": 0,
        "missed": 0,
        "lapsed": 0,
    }


def test_a_missed_visit_can_be_made_up(w: World) -> None:
    one = source(w)
    d = duties(one)[0]
    sweeps.sweep(at(4, 1))
    s.fulfil(
        actor=w.actors["member"], duty_id=d.pk, on=date(2026, 4, 10), by_kind="x",
        by_id=d.pk, now=at(4, 10),
    )  # fmt: skip
    d.refresh_from_db()
    assert (d.state, d.made_up) == ("done", True)


def test_cases_5_and_12_who_is_exempt_owes_nothing(w: World) -> None:
    d, other = duties(source(w), source(w, "colleague"))
    Exemption.objects.create(
        member=w.members.member, kind="illness", valid_from=date(2026, 3, 10),
        valid_to=date(2026, 5, 1),
    )  # fmt: skip
    sweeps.sweep(at(4, 1))
    d, other = (
        Duty.objects.get(member=w.members.member),
        Duty.objects.get(member=w.members.colleague),
    )
    assert (d.state, d.excuse, other.state) == ("excused", "leave", "missed")


def test_case_19_a_window_stands_still_with_its_place_and_goes_on_after(
    w: World,
) -> None:
    d = duties(source(w), kind="t_feast", windows=[FEAST])[0]
    pause = open_pause(
        actor=w.actors["county_org"], path=w.places.district.path, start=at(3, 25),
        reason="大雪封路", now=at(3, 25),
    )  # fmt: skip
    sweeps.sweep(at(4, 10))
    d.refresh_from_db()
    assert d.state == "due" and d.due_on >= date(2026, 4, 10)
    end_pause(actor=w.actors["county_org"], pause_id=pause.id, now=at(4, 14))
    sweeps.sweep(at(4, 20))
    d.refresh_from_db()
    assert (d.state, d.due_on) == ("due", FEAST.due_on + timedelta(days=20))
    sweeps.sweep(at(4, 23))
    d.refresh_from_db()
    assert d.state == "missed"


@pytest.mark.req("L39")
def test_a_debtor_gets_one_message_a_day_with_all_that_is_due(w: World) -> None:
    one, two = source(w), source(w, "colleague")
    duties(one, two)
    duties(one, kind="t_feast", windows=[FEAST])
    assert _messages(at(3, 10)) == {}
    assert len(_messages(at(3, 11))) == 2  # twenty days before the month's end
    assert _messages(at(3, 11)) == {}
    first = _messages(at(3, 20))  # the festival's window opens
    assert list(first.values()) == ["节日走访还没有做"]
    assert "有2件应办的事还没有做" not in first.values()
    s.attempt(
        actor=SYSTEM, duty_id=Duty.objects.get(kind="t_feast").pk, on=date(2026, 3, 27),
        retry_on=date(2026, 3, 28), now=AT,
    )  # fmt: skip
    both = _messages(at(3, 28))
    assert "有2件应办的事还没有做" in both.values() and len(both) == 2


def test_what_a_place_or_a_leader_owes_is_told_to_who_looks_after_it(w: World) -> None:
    one = source(w, member_id=None, unit_id=None)
    duties(one, kind="t_place")
    duties(one, kind="t_leader")
    path = w.places.community.path
    assert set(_messages(at(3, 11))) == {
        f"community_secretary@{path}", f"county_org@{path}",
    }  # fmt: skip


def _messages(now: datetime) -> dict[str, str]:
    from django.db import transaction

    from baodao.duties.telling import digests
    from baodao.notifications.services import send

    before = set(Message.objects.values_list("id", flat=True))
    with transaction.atomic():
        send(digests(sweeps.remind(now), now))
    new = Message.objects.exclude(id__in=before)
    return {m.addressee: m.title for m in new}


def test_the_jobs_run(w: World) -> None:
    duties(source(w), windows=[MARCH])
    assert jobs.sweep.func(0)["missed"] in (0, 1)
    assert jobs.remind.func(0) >= 0
