"""A year of a community, brought to a state by the real services."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from baodao.acts.bulk import copy_rows
from baodao.people.tests.make import World
from baodao.records.models import Record
from baodao.reporting.models import ReportIn
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard, Round
from baodao.scoring.services import deciding, delivering, drafting, issuing, opening
from baodao.scoring.services.posting import post
from baodao.scoring.standing import book

YEAR = 2025
DAY = timedelta(days=1)
OPENED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)  # a Monday, 10:00 local
TOLD = OPENED + DAY
DECIDED = datetime(2026, 1, 28, 2, 0, tzinfo=UTC)  # after ten working days
ISSUED = DECIDED + DAY
LATER = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # after all days to receive


def stay(
    w: World, member: str = "", unit: str = "", place: str = "community",
    since: date = date(2025, 2, 1), until: date | None = None,
    channel: str = "residence",
) -> ReportIn:  # fmt: skip
    """An accepted report-in."""
    at = getattr(w.places, place)
    it = ReportIn(
        receipt_no=str(uuid4())[:8], state="ended" if until else "active",
        channel="unit" if unit else channel,
        member=getattr(w.members, member) if member else None,
        subject_unit=getattr(w.units, unit) if unit else None,
        unit_id=getattr(w.units, unit).pk if unit else getattr(w.members, member).unit_id,
        point=at, path=at.path, reported_on=since, clock_from=OPENED,
        accepted_at=datetime(since.year, since.month, since.day, 4, tzinfo=UTC),
        reconfirm_due=date(2026, 6, 1), ended_on=until,
        end_reason="moved" if until else "",
    )  # fmt: skip
    copy_rows(ReportIn, [it])
    return it


def served(w: World, member: str = "member", **given: Any) -> Record:
    """A confirmed activity in 2025, of two hours."""
    at = w.places.community
    who = getattr(w.members, member)
    day = given.pop("on", date(2025, 3, 10))
    start = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    minutes = given.setdefault("minutes", 120)
    one = Record(**{
        "kind": "activity", "channel": "residence", "path": at.path, "place_id": at.pk,
        "member_id": who.pk, "unit_id": who.unit_id, "occurred_on": day,
        "start_at": start, "end_at": start + timedelta(minutes=minutes), 
        "source_kind": "activities.activity", "source_id": uuid4(),
        "confirmed_at": start, "confirmed_how": "list", **given,
    })  # fmt: skip
    copy_rows(Record, [one])
    return one


def good_year(w: World, member: str = "member") -> None:
    """Enough for 优秀: an activity in each half, long service, three deeds."""
    served(w, member, on=date(2025, 3, 10), minutes=480)
    served(w, member, on=date(2025, 9, 10), minutes=600)
    for month in (4, 5, 6):
        served(w, member, kind="order_served", on=date(2025, month, 5), minutes=0)


def deducted(
    w: World, member: str = "member", times: int = 1, code: str = "M_DED_COMPLAINT",
    **given: Any,
) -> list[Record]:  # fmt: skip
    """Deductions that were decided and stand; a complaint is −3. A unit's has no member."""
    rule = next(r for r in book().rules.values() if r.code == code)
    kind, _, class_ = rule.selects[0].partition(":")
    rows = [
        served(w, member, kind=kind, source_class=class_, minutes=0,
               on=date(2025, 10, 8) + n * DAY, **given)
        for n in range(times)
    ]  # fmt: skip
    post(Record.objects.all())
    return rows


def year_of(w: World) -> None:
    """Two members and the unit reported in; one of them did much, the other nothing."""
    stay(w, "member")
    stay(w, "neighbour")
    stay(w, unit="unit")
    good_year(w)
    post(Record.objects.all())


def opened(w: World, now: datetime = OPENED) -> Round:
    return opening.open_round(
        actor=w.actors["community_secretary"], place_id=w.places.community.pk, year=YEAR,
        now=now,
    )  # fmt: skip


def told(w: World) -> Round:
    r = opened(w)
    by = w.actors["community_secretary"]
    drafting.draft_all(actor=by, round_id=r.pk, now=OPENED)
    drafting.notify_all(actor=by, round_id=r.pk, now=TOLD)
    return r


def of(w: World, member: str = "member") -> Evaluation:
    return Evaluation.objects.get(member=getattr(w.members, member), year=YEAR)


def of_unit(w: World, unit: str = "unit") -> Evaluation:
    return Evaluation.objects.get(
        subject="unit", unit=getattr(w.units, unit), year=YEAR
    )


def meeting(w: World, r: Round, on: date = date(2026, 1, 27)) -> UUID:
    return deciding.hold(
        actor=w.actors["community_secretary"], round_id=r.pk,
        held_on=on, attended="达瓦、卓玛、平措", text="逐个研究。",
        now=DECIDED,
    ).id  # fmt: skip


def decided(w: World) -> Round:
    r = told(w)
    deciding.decide_all(
        actor=w.actors["community_secretary"], round_id=r.pk, meeting_id=meeting(w, r),
        now=DECIDED,
    )  # fmt: skip
    return r


def issued(w: World) -> Round:
    r = decided(w)
    issuing.issue_all(actor=w.actors["community_secretary"], round_id=r.pk, now=ISSUED)
    return r


def card_of(e: Evaluation) -> FeedbackCard:
    return FeedbackCard.objects.get(evaluation=e, state="current")


def received(w: World) -> None:
    """The unit has received what came to it."""
    delivering.receive(
        actor=w.actors["unit_secretary"],
        ids=list(card_of(of(w)).deliveries.values_list("pk", flat=True)), now=ISSUED,
    )  # fmt: skip


def score(e: Evaluation, tenths: int) -> None:
    """The card comes to another sum."""
    Card.objects.filter(pk=e.card_id).update(score=tenths)
