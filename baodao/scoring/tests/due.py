"""Deductions and appeals for tests, brought to a state by the real services."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.people.tests.make import World
from baodao.scoring.models import Appeal, Complaint, Deduction, Merit
from baodao.scoring.services import appealing, complaining, deducting, meriting

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
DAY = timedelta(days=1)
AFTER = NOW + 8 * DAY  # five working days are over
ON = date(2026, 11, 12)


def proposed(w: World, key: str = "community_worker", **given: Any) -> Deduction:
    """The member of the cast, a complaint that was upheld (−3), by a worker."""
    done = deducting.propose(
        actor=w.actors[key],
        **{
            "place_id": w.places.community.pk, "subject": "member",
            "whose": w.members.member.pk, "code": "M_DED_COMPLAINT", "occurred_on": ON,
            "words": "答应周三去修水管，没有去，也没有说", "now": NOW, **given,
        },
    )  # fmt: skip
    return fresh(done.id)


def fresh(pk: UUID) -> Deduction:
    return deducting.deduction_of(pk)


def posted(w: World, d: Deduction | None = None, now: datetime = AFTER) -> Deduction:
    d = d or proposed(w)
    deducting.decide_post(
        actor=w.actors["community_secretary"], deduction_id=d.pk, reason="核对过记录",
        now=now,
    )  # fmt: skip
    return fresh(d.pk)


def appealed(
    w: World, d: Deduction | None = None, now: datetime = AFTER + DAY, **given: Any
) -> Appeal:
    d = d or posted(w)
    done = appealing.file(
        **{
            "actor": w.actors["member"], "kind": "deduction", "object_id": d.pk,
            "grounds": ["fact"], "text": "那天去了，住户不在家", "now": now, **given,
        }
    )  # fmt: skip
    return Appeal.objects.get(pk=done.id)


def admitted(w: World, a: Appeal | None = None, now: datetime = AFTER + DAY) -> Appeal:
    a = a or appealed(w, now=now)
    appealing.admit(actor=w.actors["township_party"], appeal_id=a.pk, now=now)
    a.refresh_from_db()
    return a


def merit(w: World, key: str = "community_worker", **given: Any) -> Merit:
    """A commendation of the member by the street, registered by a worker."""
    done = meriting.register(
        actor=w.actors[key],
        **{
            "place_id": w.places.community.pk, "subject": "member",
            "whose": w.members.member.pk, "kind": "commendation", "level": 2,
            "deed": "雪灾抢修", "document": "狮泉河镇〔2026〕8号", "on": ON, "now": NOW,
            **given,
        },
    )  # fmt: skip
    return meriting.merit_of(done.id)


def complained(w: World, key: str = "", **given: Any) -> Complaint:
    """A complaint from the public page, or (`key`) written down by a worker."""
    about = {
        "place_id": w.places.community.pk, "about": "service", "about_words": "姓张的",
        "words": "仁青措家的水管，答应周三来修，没有来", "occurred_on": ON, "now": NOW,
        "author": "仁青措", "phone": "13800005678", **given,
    }  # fmt: skip
    if key:
        done = complaining.receive(actor=w.actors[key], source="phone", **about)
    else:
        done = complaining.send_in(**about)
    return complaining.complaint_of(done.id)


def checked(w: World, c: Complaint | None = None, **given: Any) -> Complaint:
    """The member of the cast is named and heard by a worker."""
    c = c or complained(w)
    key, at = given.pop("key", "community_worker"), given.pop("now", NOW + DAY)
    whom = {"subject": "member", "whose": w.members.member.pk, **given}
    complaining.name(actor=w.actors[key], complaint_id=c.pk, **whom, now=at)
    complaining.hear(
        actor=w.actors[key], complaint_id=c.pk, text="那天临时值班", now=at
    )
    return complaining.complaint_of(c.pk)
