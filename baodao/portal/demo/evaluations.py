"""Last year's evaluation in the demo community, done from end to end (L46, L47): what its
members and units did in the year before the system is taken over from paper, the cards
follow from it, two object, the meeting decides, units receive, the county files."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from baodao.acts.bulk import copy_rows
from baodao.core.clock import at_local
from baodao.people.models import Member, PartyOrg
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.reporting.models import ReportIn
from baodao.scoring.models_evaluation import Delivery, Evaluation, Meeting
from baodao.scoring.services import (
    deciding,
    delivering,
    drafting,
    issuing,
    objecting,
    opening,
    posting,
)

DAY = timedelta(days=1)
ACTIVITIES = (
    (2, 8),
    (3, 12),
    (4, 19),
    (5, 17),
    (6, 28),
    (8, 2),
    (9, 20),
    (10, 18),
    (11, 22),
)
OBJECTION = "三月的植树活动我参加了，名单上没有。"
ANSWER = "查了当天的签到表，那天是同单位另一位党员代为到场。记录不改，已当面说明。"
MINUTES = "逐个看了积分、评语和本人意见，按建议的等次确定；两名有异议的已书面答复。"


def earlier(w: World) -> None:
    """The report-ins of the demo community that were on paper before the system: taken
    over with the day on which they were made. Before the rows are written."""
    rng, main, year = w.rng("evaluations"), w.places[w.preset.main].path, _year(w)
    for row in w.batch.rows.get(ReportIn, []):
        assert isinstance(row, ReportIn)
        if row.accepted_at and row.path.startswith(main):
            row.reported_on = date(year, 1, 6) + rng.randrange(60) * DAY


def _year(w: World) -> int:
    return w.year - 1


def build(w: World) -> int:
    """Returns how many cards went out."""
    place, year = w.places[w.preset.main], _year(w)
    secretary = w.staff["community_secretary", place.path][0]
    rng = w.rng("evaluation-year")
    rows = _records(w, rng, year)
    copy_rows(Record, rows)
    posting.post(Record.objects.filter(pk__in=[r.pk for r in rows]))
    opened = _at(year + 1, 1, 5)
    opening.open_rounds(actor=secretary, places=[place], year=year, now=opened)
    round_id = Evaluation.objects.filter(year=year, path=place.path).values_list(
        "round_id", flat=True
    )[0]
    drafting.draft_all(actor=secretary, round_id=round_id, now=opened + DAY)
    told = opened + 2 * DAY
    drafting.notify_all(actor=secretary, round_id=round_id, now=told)
    _objections(w, round_id, told)
    meeting = _meeting(w, round_id, _at(year + 1, 1, 26))
    deciding.decide_all(
        actor=secretary, round_id=round_id, meeting_id=meeting, now=_at(year + 1, 1, 27)
    )
    sent = _at(year + 1, 1, 29)
    cards, _ = issuing.issue_all(actor=secretary, round_id=round_id, now=sent)
    _received(w, cards, sent + 2 * DAY)
    county = "/".join(place.path.split("/")[:3]) + "/"
    desks = w.staff.get(("county_org", county))
    if desks:
        delivering.file_all(actor=desks[0], now=_at(year + 1, 3, 2))
    return len(cards)


def _at(year: int, month: int, day: int) -> datetime:
    return at_local(date(year, month, day), time(10))


def _records(w: World, rng: random.Random, year: int) -> list[Record]:
    """Activities, deeds and visits of the members who were reported in there."""
    place = w.places[w.preset.main]
    ids = ReportIn.objects.filter(
        path__startswith=place.path, member__isnull=False, accepted_at__isnull=False
    )
    members = Member.objects.filter(pk__in=ids.values("member")).order_by(
        "volunteer_no"
    )
    found = []
    for member in members:
        zeal = rng.random()
        for month, day in ACTIVITIES:
            if rng.random() < zeal:
                found.append(_one(w, member, "activity", date(year, month, day), 120))
        for _ in range(int(zeal * rng.randrange(5))):
            on = date(year, rng.randrange(2, 13), rng.randrange(1, 28))
            found.append(_one(w, member, "order_served", on, 60, rng.random()))
    return found


def _one(
    w: World, member: Member, kind: str, on: date, minutes: int, luck: float = 0.0
) -> Record:
    """An activity is one for all who came; an order is one person's."""
    place, start = w.places[w.preset.main], at_local(on, time(15))
    own = f"{member.pk}:{luck}" if kind == "order_served" else ""
    return Record(
        kind=kind, channel="residence", path=place.path, place_id=place.pk,
        member_id=member.pk, unit_id=member.unit_id, occurred_on=on, start_at=start,
        end_at=start + timedelta(minutes=minutes), minutes=minutes,
        source_kind="records.paper", source_id=uuid5(NAMESPACE_OID, f"{kind}:{on}:{own}"),
        confirmed_at=start + DAY, confirmed_how="list", created_at=start + DAY,
    )  # fmt: skip


def _objections(w: World, round_id: UUID, told: datetime) -> None:
    """Two members object and are answered."""
    secretary = w.staff["community_secretary", w.places[w.preset.main].path][0]
    rows = Evaluation.objects.filter(round=round_id, subject="member", proposed="good")
    for e in list(rows.order_by("name")[:2]):
        objecting.object_to(
            actor=secretary, evaluation_id=e.pk, text=OBJECTION, now=told + 2 * DAY
        )
        objecting.answer(
            actor=secretary, evaluation_id=e.pk, text=ANSWER, now=told + 5 * DAY
        )


def _meeting(w: World, round_id: UUID, at: datetime) -> UUID:
    secretary = w.staff["community_secretary", w.places[w.preset.main].path][0]
    done = deciding.hold(
        actor=secretary, round_id=round_id, held_on=at.date(),
        attended="社区党组织委员5人，驻片民警、居民代表列席", text=MINUTES, now=at,
    )  # fmt: skip
    return Meeting.objects.get(pk=done.id).pk


def _received(w: World, cards: Sequence[UUID], at: datetime) -> None:
    """Most units receive within days; the demo unit still has to."""
    rows = Delivery.objects.filter(
        card__in=cards, state="delivered", unit_id__isnull=False
    ).order_by("unit_id")
    units: dict[UUID, list[UUID]] = {}
    for pk, unit in rows.values_list("pk", "unit_id"):
        if unit:
            units.setdefault(unit, []).append(pk)
    names = set(
        PartyOrg.objects.filter(unit__in=units).values_list("unit_id", flat=True)
    )
    for i, (unit, ids) in enumerate(sorted(units.items(), key=str)):
        actor = w.unit_actor.get(unit)
        if actor and unit in names and i % 5:
            delivering.receive(actor=actor, ids=ids, now=at)
