"""A confirmed visit that is found false."""

from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.pairings import visits_jobs, visits_services
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.tests.visiting import bond, later, owed, visit
from baodao.pairings.visits_voiding import void_visit
from baodao.people.tests.make import World, world
from baodao.records.models import Record, services

pytestmark = pytest.mark.django_db
WORDS = {"reason": "nobody_came", "note": "住户和楼长都说那天没有人来"}


@pytest.fixture
def w() -> World:
    return world()


def _confirmed(w: World, it: HouseholdPairing, by: str = "community_worker") -> Visit:
    made = visit(w, it)
    visits_services.confirm_visit(
        actor=w.actors[by], visit_id=made.pk, how="call", now=later(1)
    )
    return made


@pytest.mark.req("L39")
def test_what_was_confirmed_and_is_false_is_reversed_and_owed_again(w: World) -> None:
    it = bond(w)
    made = _confirmed(w, it)
    assert owed(it).state == "confirmed" and services().count() == 1
    secretary = w.actors["community_secretary"]
    with pytest.raises(Invalid, match="怎么查明"):
        void_visit(
            actor=secretary, visit_id=made.pk, reason="nobody_came", note=" ",
            now=later(3),
        )  # fmt: skip
    for _ in range(2):
        void_visit(
            actor=secretary, visit_id=made.pk, now=later(3), client_id="k", **WORDS
        )
    duty: Duty = owed(it)
    assert (duty.state, duty.done_id) == ("due", None)
    assert Record.objects.count() == 2 and not services().exists()
    event = Event.objects.get(action="visits.void")
    assert visits_jobs.tell(str(event.pk)) == 1
    told = Message.objects.get(event_id=event.pk)
    assert told.person_id == w.members.member.person_id and "收回了确认" in told.title
    assert "赵阿姨" not in told.title + told.text
    with pytest.raises(Conflict):
        void_visit(actor=secretary, visit_id=made.pk, now=later(4), **WORDS)
    visit(w, it, now=later(4))


@pytest.mark.req("L39")
def test_only_the_secretary_and_not_who_confirmed_it(w: World) -> None:
    made = _confirmed(w, bond(w), "community_secretary")
    for key in ("community_secretary", "community_worker"):
        with pytest.raises(Forbidden):
            void_visit(actor=w.actors[key], visit_id=made.pk, now=later(3), **WORDS)
    with pytest.raises(NotFound):
        void_visit(
            actor=w.actors["far_community_secretary"], visit_id=made.pk, now=later(3),
            **WORDS,
        )  # fmt: skip


def test_the_page_has_it_for_the_secretary_alone(w: World) -> None:
    made = _confirmed(w, bond(w))
    page = reverse("pairings:visit", args=[made.pk])
    act = reverse("pairings:visit_act", args=[made.pk, "void"])

    def text(answer: Any) -> str:
        return str(answer.content.decode())

    assert "收回确认" in text(w.client("community_secretary").get(page))
    assert "收回确认" not in text(w.client("community_worker").get(page))
    assert w.client("community_worker").post(act, WORDS).status_code == 403
    secretary = w.client("community_secretary")
    wrong = secretary.post(act, {"reason": "nobody_came", "note": ""})
    assert wrong.status_code == 422
    secretary.post(act, WORDS)
    assert "查明不实，收回了确认" in text(secretary.get(page))


@pytest.mark.req("L39")
def test_of_a_visit_entered_twice_the_other_keeps_the_duty(w: World) -> None:
    """The one that fulfilled it is taken back as a double: nothing is owed again."""
    it = bond(w)
    first = _confirmed(w, it)
    second = visit(w, it, now=later(1))
    visits_services.confirm_visit(
        actor=w.actors["community_worker"], visit_id=second.pk, how="call", now=later(2)
    )
    assert owed(it).done_id == first.pk
    void_visit(
        actor=w.actors["community_secretary"], visit_id=first.pk, now=later(3),
        reason="twice", note="同一次走访记了两次",
    )  # fmt: skip
    assert (owed(it).state, owed(it).done_id) == ("confirmed", second.pk)


@pytest.mark.req("L39")
def test_who_stood_in_is_told_why_and_the_member_that_it_is_owed(w: World) -> None:
    it = bond(w)
    made = _confirmed(w, it)
    Visit.objects.filter(pk=made.pk).update(stand_in=w.members.colleague)
    void_visit(
        actor=w.actors["community_secretary"], visit_id=made.pk, now=later(3), **WORDS
    )
    event = Event.objects.get(action="visits.void")
    assert visits_jobs.tell(str(event.pk)) == 2
    told = {m.person_id: m.text for m in Message.objects.filter(event_id=event.pk)}
    assert "查明" in told[w.members.colleague.person_id]
    mine = told[w.members.member.person_id]
    assert "重新列为待办" in mine and "查明" not in mine


@pytest.mark.req("L39")
def test_a_bond_that_is_over_owes_nothing_again(w: World) -> None:
    it = bond(w)
    made = _confirmed(w, it)
    HouseholdPairing.objects.filter(pk=it.pk).update(
        state="ended", end_reason="moved", ended_on=later(2).date()
    )
    void_visit(
        actor=w.actors["community_secretary"], visit_id=made.pk, now=later(3), **WORDS
    )
    assert owed(it).state == "cancelled"
