"""Records, cards and what hangs on them for tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from baodao.acts.bulk import copy_rows
from baodao.duties.models import Duty
from baodao.people.models import Member, Person
from baodao.people.tests.make import World
from baodao.records.models import Record
from baodao.reporting.models import ReportIn
from baodao.scoring.models import Card, Letter, Sample
from baodao.scoring.services import checking, drawing, posting, quartering

OVER = "2026-Q3"
CLOSING = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)


def served(w: World, on: date, n: int = 1, **given: Any) -> list[Record]:
    """Confirmed activities of the member in the standing community."""
    place, at = w.places.community, datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    rows = [
        Record(**{
            "kind": "activity", "channel": "residence", "path": place.path,
            "place_id": place.pk, "member_id": w.members.member.id,
            "unit_id": w.units.unit.id, "occurred_on": on, "minutes": 120,
            "start_at": None, "end_at": None, "source_kind": "activities.activity",
            "source_id": uuid4(), "confirmed_at": at + timedelta(hours=2),
            "confirmed_how": "list", "confirmed_by": w.people["community_worker"].pk,
            **given,
        })
        for _ in range(n)
    ]  # fmt: skip
    copy_rows(Record, rows)
    return rows


def here(w: World, since: date = date(2026, 1, 5)) -> None:
    """The member and the unit have reported in at the standing community."""
    place, unit = w.places.community, w.units.unit.pk
    known = {
        "state": "active", "unit_id": unit, "point_id": place.pk, "path": place.path,
        "reported_on": since, "clock_from": CLOSING, "accepted_at": CLOSING,
        "reconfirm_due": date(2027, 1, 5),
    }  # fmt: skip
    if not ReportIn.objects.filter(path=place.path, subject_unit=unit).exists():
        copy_rows(ReportIn, [
            ReportIn(
                receipt_no="T1", channel="residence", member=w.members.member, **known
            ),
            ReportIn(receipt_no="T2", channel="unit", subject_unit_id=unit, **known),
        ])  # fmt: skip


def card(w: World, on: date = date(2026, 8, 5), **given: Any) -> Card:
    """The member's card and the unit's, with a service of that day on them, posted
    before the closing; both have reported in there."""
    here(w)
    served(w, on, **{"channel": "unit", **given})
    with patch.object(posting, "clock_now", return_value=CLOSING - timedelta(days=2)):
        posting.post(Record.objects.all())
    return Card.objects.get(subject="member", member=w.members.member, year=on.year)


def many(w: World, n: int) -> None:
    """More members with a card there."""
    place, people = w.places.community, [
        Person(name=f"党员{i}", pinyin=f"dangyuan{i:02}", path=w.places.community.path)
        for i in range(n)
    ]  # fmt: skip
    copy_rows(Person, people)
    members = [
        Member(person=p, volunteer_no=f"5425-8{i:05d}", residence=place,
               residence_path=place.path)
        for i, p in enumerate(people)
    ]  # fmt: skip
    copy_rows(Member, members)
    copy_rows(Card, [
        Card(subject="member", member=m, place=place, path=place.path, year=2026)
        for m in members
    ])  # fmt: skip


def closed(w: World) -> dict[str, Letter]:
    """The third quarter, closed; kind → the member's letter."""
    chosen = card(w, date(2026, 2, 3)).pk
    quartering.close(
        actor=w.actors["community_secretary"], place=w.places.community, key=OVER,
        remind={chosen}, now=CLOSING,
    )  # fmt: skip
    return {x.kind: x for x in Letter.objects.filter(member=w.members.member)}


def drawn(w: World) -> Sample:
    """One sample of September."""
    served(w, date(2026, 9, 8), 3)
    drawing.draw_all("2026-09")
    return Sample.objects.get()


def summary_rows(w: World) -> dict[str, Any]:
    """Rows that the route tests ask for, by the first words of the route."""
    card(w, date(2026, 2, 3))
    quartering.owe(CLOSING)
    letter = closed(w)["statement"]
    sample = drawn(w).pk
    checking.check_all()
    owed = Duty.objects.get(kind="points_summary", place_id=w.places.community.pk)
    # The unit may still report in by the route that is for it.
    ReportIn.objects.filter(channel="unit", path=w.places.community.path).delete()
    return {
        "scoring:checkup": letter.card_id, "scoring:letter": letter.pk,
        "scoring:sample": sample, "scoring:quarter_duty": owed.pk,
        "scoring:praise_withdraw": w.members.member.pk,
    }  # fmt: skip


def checked(w: World) -> Card:
    """The member's card with last night's check."""
    found = card(w)
    checking.check_all()
    return found
