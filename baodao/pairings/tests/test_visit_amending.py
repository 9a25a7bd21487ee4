"""A visit is put right by who wrote it, for a day and before it is confirmed."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.pairings import visits_services
from baodao.pairings.models import Visit
from baodao.pairings.tests.visiting import DAY, NOW, bond, owed, visit
from baodao.pairings.visits_amending import amend_visit, may_amend
from baodao.pairings.visits_services import Report
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("L39")
def test_within_a_day_its_author_puts_a_visit_right(w: World) -> None:
    made = visit(w, bond(w), at=time(9), minutes=60, topics=("policy",))
    Visit.objects.filter(pk=made.pk).update(created_at=NOW)
    member = w.actors["member"]
    said = Report(on=DAY, method="phone", topics=("needs",), at=time(9), minutes=30)
    with pytest.raises(Invalid, match="为什么改"):
        amend_visit(actor=member, visit_id=made.pk, report=said, why=" ", now=NOW)
    with pytest.raises(NotFound):
        amend_visit(
            actor=w.actors["outsider"], visit_id=made.pk, report=said, why="错", now=NOW
        )
    with pytest.raises(Forbidden):  # the worker has not written it
        amend_visit(
            actor=w.actors["community_worker"], visit_id=made.pk, report=said,
            why="错", now=NOW,
        )  # fmt: skip
    amend_visit(actor=member, visit_id=made.pk, report=said, why="是打电话", now=NOW)
    made.refresh_from_db()
    assert (made.method, made.minutes, made.topics) == ("phone", 30, ["needs"])
    event = Event.objects.get(action="visits.amend")
    assert event.data["was"] == {
        "method": "in_person", "topics": ["policy"], "minutes": 60,
    }  # fmt: skip
    assert event.notes.get().text == "是打电话"
    late = NOW + timedelta(hours=25)
    assert not may_amend(member, made, late)
    with pytest.raises(Conflict, match="超过24小时"):
        amend_visit(actor=member, visit_id=made.pk, report=said, why="又错", now=late)


@pytest.mark.req("L39")
def test_another_day_does_other_duties(w: World) -> None:
    it = bond(w)
    made = visit(w, it, on=DAY)
    Visit.objects.filter(pk=made.pk).update(created_at=NOW)
    member = w.actors["member"]
    day = DAY - timedelta(days=2)
    amend_visit(
        actor=member, visit_id=made.pk, report=Report(on=day), why="记错天", now=NOW
    )
    duty = owed(it)
    assert (duty.state, duty.done_on) == ("done", day)
    assert Duty.objects.filter(done_id=made.pk).count() == 1
    with pytest.raises(Invalid):
        amend_visit(
            actor=member, visit_id=made.pk, report=Report(on=DAY + timedelta(days=3)),
            why="记错天", now=NOW,
        )  # fmt: skip


def test_what_is_confirmed_is_not_changed(w: World) -> None:
    made = visit(w, bond(w))
    visits_services.confirm_visit(
        actor=w.actors["community_worker"], visit_id=made.pk, how="call", now=NOW
    )
    with pytest.raises(Conflict):
        amend_visit(
            actor=w.actors["member"], visit_id=made.pk, report=Report(on=DAY),
            why="错", now=NOW,
        )  # fmt: skip


def test_the_page_is_for_who_wrote_it(w: World) -> None:
    from baodao.core.clock import now, today

    made = visit(w, bond(w, at=now()), on=today(), now=now())
    url = reverse("pairings:visit_amend", args=[made.pk])
    client = w.client("member")
    receipt = client.get(reverse("pairings:visit_receipt", args=[made.pk]))
    assert "记错了，改一下" in receipt.content.decode()
    assert "哪里记错了" in client.get(url).content.decode()
    form = {"day": "other", "on": today().isoformat(), "how": "video", "minutes": "0"}
    bad = client.post(url, form)
    assert bad.status_code == 422
    assert client.post(url, {**form, "reason": "是视频"}).status_code == 302
    made.refresh_from_db()
    assert made.method == "video"
    page = w.client("community_worker").get(reverse("pairings:visit", args=[made.pk]))
    text = page.content.decode()
    assert "原来记的是：上门见面" in text and "改一下" not in text
    assert w.client("community_worker").get(url).status_code == 302
    assert w.client("unit_secretary").get(url).status_code == 403
    assert w.client("outsider").get(url).status_code == 404
    assert client.put(url).status_code == 405
