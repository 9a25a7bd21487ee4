"""Who finds which message, and reading them."""

import uuid

import pytest

from baodao.notifications.models import Message
from baodao.notifications.services import inbox, mark_read, message, send, unread
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def test_each_addressee_finds_its_own_and_nobody_else_does(w: World) -> None:
    event = uuid.uuid4()
    places = w.places
    send(
        [
            message(
                event_id=event, title="给张伟", person_id=w.members.member.person_id
            ),
            message(event_id=event, title="给住建局", unit_id=w.units.unit.id),
            message(
                event_id=event,
                title="给社区",
                role="community_worker",
                path=places.community.path,
            ),
            message(
                event_id=event,
                title="给街道",
                role="township_party",
                path=places.street.path,
            ),
        ]
    )
    found = {k: {m.title for m in inbox(a)} for k, a in w.actors.items()}
    assert {k for k, titles in found.items() if "给张伟" in titles} == {"member"}
    assert {k for k, titles in found.items() if "给住建局" in titles} == {
        "unit_secretary", "unit_liaison",
    }  # fmt: skip
    assert {k for k, titles in found.items() if "给社区" in titles} == {
        "community_worker"
    }
    assert {k for k, titles in found.items() if "给街道" in titles} == {
        "township_party"
    }


def test_the_same_event_tells_the_same_addressee_once(w: World) -> None:
    event = uuid.uuid4()
    for _ in range(2):
        send([message(event_id=event, title="一次", unit_id=w.units.unit.id)] * 2)
    assert Message.objects.count() == 1


def test_reading_is_each_person_s_own(w: World) -> None:
    for _ in range(3):
        send([message(event_id=uuid.uuid4(), title="给单位", unit_id=w.units.unit.id)])
    secretary, liaison = w.actors["unit_secretary"], w.actors["unit_liaison"]
    first = inbox(secretary)[0]
    assert mark_read(actor=secretary, ids=[first.id]) == 1
    assert (unread(secretary), unread(liaison)) == (2, 3)
    assert [m.is_read for m in inbox(secretary)] == [True, False, False]  # type: ignore[attr-defined]
    assert mark_read(actor=secretary) == 2 and mark_read(actor=secretary) == 0


def test_visitors_have_no_messages(w: World) -> None:
    send([message(event_id=uuid.uuid4(), title="给单位", unit_id=w.units.unit.id)])
    assert (
        unread(w.actors["anonymous"]) == 0
        and mark_read(actor=w.actors["anonymous"]) == 0
    )
