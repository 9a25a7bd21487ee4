"""Meetings for tests, brought to a state by the real services."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from baodao.councils.models import JointMeeting, MeetingSeat, Resolution
from baodao.councils.services import holding, meetings
from baodao.people.models import ContactTie
from baodao.people.tests.make import SINCE, World
from baodao.places.models import Place

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
HELD = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)  # Wednesday, 15:30 local
AFTER = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SAID = holding.Said("达瓦", "卓玛", "物业", "通报三季度工作，商定停车问题。")
WHO = "李秀英"


def tie(w: World, key: str = "other", place: Place | None = None) -> ContactTie:
    """One more unit of the community."""
    from baodao.acts.bulk import copy_rows

    place = place or w.places.community
    unit = getattr(w.units, key)
    row = ContactTie(unit=unit, point=place, path=place.path, valid_from=SINCE)
    copy_rows(ContactTie, [row])
    return row


def planned(
    w: World, held_at: datetime = HELD, now: datetime = NOW, place: Place | None = None,
    key: str = "community_worker",
) -> JointMeeting:  # fmt: skip
    """Planned nine days ahead, one unit invited."""
    place = place or w.places.community
    return meetings.plan_meeting(
        actor=w.actors[key], place_id=place.pk, held_at=held_at,
        room="社区会议室", now=now,
    )  # fmt: skip


def called(
    w: World, m: JointMeeting | None = None, now: datetime = NOW
) -> JointMeeting:
    m = m or planned(w)
    meetings.call(actor=w.actors["community_worker"], meeting_id=m.pk, now=now)
    return fresh(m)


def marks(m: JointMeeting, *how: str) -> dict[UUID, holding.Mark]:
    """One mark for each seat in their order; the last one for all further ones."""
    found = {}
    for i, s in enumerate(m.seats.all()):
        word = how[min(i, len(how) - 1)]
        found[s.pk] = holding.Mark(word, WHO if word == "substitute" else "")
    return found


def held(
    w: World, m: JointMeeting | None = None, *how: str, now: datetime = AFTER
) -> JointMeeting:
    m = m or called(w)
    holding.hold(
        actor=w.actors["community_worker"], meeting_id=m.pk,
        marks=marks(m, *(how or ("self",))), said=SAID, now=now,
    )  # fmt: skip
    return fresh(m)


def resolved(
    w: World, m: JointMeeting, text: str = "在小区东门划12个停车位",
    unit: UUID | None = None, days: int = 30, now: datetime = AFTER,
) -> Resolution:  # fmt: skip
    """Written into the minutes, by the first unit unless another is named."""
    owner = unit or m.seats.exclude(unit=None)[0].unit_id
    done = holding.record(
        actor=w.actors["community_worker"], meeting_id=m.pk, text=text,
        unit_id=owner, due_on=m.held_on + timedelta(days=days), now=now,
    )  # fmt: skip
    return Resolution.objects.get(pk=done.id)


def closed(
    w: World, m: JointMeeting | None = None, now: datetime = AFTER
) -> tuple[JointMeeting, Resolution]:
    """Held with one thing resolved, the minutes settled."""
    m = m or held(w)
    r = resolved(w, m, now=now)
    holding.close(actor=w.actors["community_secretary"], meeting_id=m.pk, now=now)
    return fresh(m), Resolution.objects.get(pk=r.pk)


def fresh(m: JointMeeting) -> JointMeeting:
    return JointMeeting.objects.select_related("place").get(pk=m.pk)


def seat_of(m: JointMeeting, unit_id: UUID) -> MeetingSeat:
    return m.seats.get(unit=unit_id)


def day(text: str) -> date:
    return date.fromisoformat(text)
