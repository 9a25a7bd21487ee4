"""Feedback cards 反馈卡 from decided grades: everything on the paper is frozen with its
number and check code, and goes to the superior party organisation of a unit or to the
member's unit, and to the organisation department for filing (L47). A changed grade is a
new edition to everybody who had the old one (domain 8.18)."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.crypto import keyed_hash
from baodao.core.errors import Conflict
from baodao.core.ids import uuid7
from baodao.core.models import next_numbers
from baodao.notifications.services import message, send
from baodao.people.models import Member, PartyOrg, Unit
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.settings import ancestors, at_each
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.blocking import blocked_of
from baodao.scoring.models_evaluation import Delivery, Evaluation, FeedbackCard
from baodao.scoring.services.drafting import moved_of, round_of
from baodao.scoring.services.gathering import cday, spans

TITLES = {"member": "在职党员报到服务反馈卡", "unit": "单位党组织报到服务反馈卡"}


class To(NamedTuple):
    """One addressee to be."""

    kind: str
    name: str
    unit_id: UUID | None = None


class Desk(NamedTuple):
    """The community and those above it, as they stand on the card."""

    place: Place
    town: str
    county: str
    appeal_days: int

    @property
    def issuer(self) -> str:
        return f"{self.town}{self.place.name}党组织"

    @property
    def filing(self) -> str:
        return f"{self.county}委组织部"

    @property
    def appeal(self) -> str:
        return f"{self.town}{'党工委' if self.town.endswith('街道') else '党委'}"


def desk_of(place: Place) -> Desk:
    names = dict(
        Place.objects.filter(path__in=ancestors(place.path)).values_list(
            "level", "name"
        )
    )
    days = at_each([place.path], "scoring.appeal_days")[place.path]
    return Desk(place, names.get(4, ""), names.get(3, ""), days)


# --- issuing --------------------------------------------------------------------------------------


def issue_all(
    *, actor: Actor, round_id: UUID, ids: Collection[UUID] | None = None,
    now: datetime | None = None,
) -> tuple[list[UUID], int]:  # fmt: skip
    """Cards for all that are decided, or the chosen. Returns the cards and how many were
    held back: by an open objection or deduction, or because the points are no longer what
    the meeting decided on."""
    r, at = round_of(round_id), now or clock_now()
    require(actor, "evaluations.issue", Evaluation(path=r.path))
    rows = r.evaluations.filter(state="decided")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    found = list(rows.select_related("meeting").order_by("subject", "name", "pk"))
    stops = blocked_of({e.pk: (e.card_id, *e.attached) for e in found})
    moved = moved_of(found)
    ready = [e for e in found if e.pk not in stops and e.pk not in moved]
    if not found:
        raise Conflict("没有定了等次、还没发卡的。")
    with transaction.atomic():
        cards = issue_rows(actor, ready, r.place, at)
        tell(cards)
    return [c.pk for c in cards], len(found) - len(ready)


def issue_rows(
    actor: Actor, rows: Sequence[Evaluation], place: Place, at: datetime
) -> list[FeedbackCard]:
    """The same without messages, for evaluations of one community and year. Who has a
    card already, because it was evaluated anew, gets the next edition of it."""
    if not rows:
        return []
    old = {
        c.evaluation_id: c
        for c in FeedbackCard.objects.filter(evaluation__in=rows, state="current")
    }
    given = _numbers([e for e in rows if e.pk not in old], place)
    given |= {pk: c.number for pk, c in old.items()}
    moved = set(
        act_rows(
            actor, "evaluations.issue", {e.pk: Write() for e in rows},
            versions={e.pk: e.version for e in rows}, now=at,
        )
    )  # fmt: skip
    replace(actor, [c.pk for pk, c in old.items() if pk in moved], at)
    return _write(actor, [e for e in rows if e.pk in moved], place, given, old, at)


def _numbers(rows: Sequence[Evaluation], place: Place) -> dict[UUID, str]:
    if not rows:
        return {}
    year = rows[0].year
    numbers = next_numbers(f"feedback:{place.path}:{year}", len(rows))
    return {
        e.pk: f"反{year}-{place.code}-{n:04d}"
        for e, n in zip(rows, numbers, strict=True)
    }


def replace(actor: Actor, cards: Collection[UUID], at: datetime) -> None:
    """These cards are no longer the newest, and what was sent of them is over."""
    if not cards:
        return
    act_many(actor, "feedback_cards.supersede", list(cards), now=at)
    sent = Delivery.objects.filter(card__in=list(cards)).exclude(state="replaced")
    if ids := list(sent.values_list("pk", flat=True)):
        act_many(actor, "card_deliveries.replace", ids, now=at)


def reissue(
    actor: Actor, e: Evaluation, old: FeedbackCard, at: datetime
) -> FeedbackCard:
    """The next edition of a card, under its number, to all who had the old one."""
    place = Place.objects.get(pk=old.place_id)
    return _write(actor, [e], place, {e.pk: old.number}, {e.pk: old}, at)[0]


def _write(
    actor: Actor, rows: Sequence[Evaluation], place: Place, numbers: Mapping[UUID, str],
    old: Mapping[UUID, FeedbackCard], at: datetime,
) -> list[FeedbackCard]:  # fmt: skip
    desk = desk_of(place)
    to = _addressees(rows, desk, old)
    former, names = _former(rows), _org_names(rows)
    span = spans([place.path], rows[0].year)[place.path]
    cards = []
    for e in rows:
        edition = old[e.pk].edition + 1 if e.pk in old else 1
        org = names.get(e.unit_id, "") if e.unit_id else ""
        content = content_of(e, desk, to[e.pk], org, former.get(e.pk, ""), span)
        content["changed"] = _changed(e) if edition > 1 else ""
        units = [t.unit_id for t in to[e.pk] if t.unit_id]
        cards.append(
            FeedbackCard(
                evaluation=e, edition=edition, number=numbers[e.pk], subject=e.subject,
                code=code_of(numbers[e.pk], edition, content), member_id=e.member_id,
                unit_id=e.unit_id, receivers=sorted(set(units)), place_id=place.pk,
                path=e.path, year=e.year, name=e.name, grade=e.grade, content=content,
                issued_at=at, created_at=at,
                replaces_id=old[e.pk].pk if e.pk in old else None,
            )
        )  # fmt: skip
    _create(actor, "feedback_cards.issue", FeedbackCard, cards, at)
    _deliver(actor, cards, to, desk, at)
    return cards


def _changed(e: Evaluation) -> str:
    """Why there is another edition."""
    return "；".join(part for part in (e.reopened, e.reason) if part)


_CARD = (
    "id", "evaluation_id", "edition", "number", "code", "state", "subject", "member_id",
    "unit_id", "receivers", "place_id", "path", "year", "name", "grade", "content",
    "issued_at", "created_at", "replaces_id",
)  # fmt: skip
_DELIVERY = (
    "id", "card_id", "kind", "to", "unit_id", "path", "state", "how", "delivered_at",
    "due_on", "created_at",
)  # fmt: skip


def _create(
    actor: Actor, action: str, model: Any, rows: Sequence[Any], at: datetime
) -> None:
    names = _CARD if model is FeedbackCard else _DELIVERY
    given = {n: [getattr(r, n) for r in rows] for n in names}
    if rows:
        create_rows(actor, action, model, given, at=at)


def _deliver(
    actor: Actor, cards: Sequence[FeedbackCard], to: Mapping[UUID, Sequence[To]],
    desk: Desk, at: datetime,
) -> None:  # fmt: skip
    its = ground(desk.place.path)
    due = today(its.calendar.add_workdays(at, its.settings["scoring.receipt_days"]))
    inside: list[Delivery] = []
    outside: list[Delivery] = []
    for card in cards:
        for t in to[card.evaluation_id]:
            here = t.unit_id is not None or t.kind == "filing"
            row = Delivery(
                card=card, kind=t.kind, to=t.name, unit_id=t.unit_id, path=card.path,
                state="delivered" if here else "waiting", how="system" if here else "",
                delivered_at=at if here else None, due_on=due if here else None,
                created_at=at,
            )  # fmt: skip
            (inside if here else outside).append(row)
    _create(actor, "card_deliveries.send", Delivery, inside, at)
    _create(actor, "card_deliveries.send_out", Delivery, outside, at)


def _addressees(
    rows: Sequence[Evaluation], desk: Desk, old: Mapping[UUID, FeedbackCard]
) -> dict[UUID, list[To]]:
    """To whom: the superior organisation of a unit, the member's unit, the department for
    filing; of a revision everybody who had the old card."""
    ids = {e.unit_id for e in rows if e.unit_id}
    units = Unit.objects.in_bulk(ids)
    orgs = {
        o.unit_id: o
        for o in PartyOrg.objects.filter(unit__in=ids, is_main=True).select_related(
            "superior__unit"
        )
    }
    had: dict[UUID, list[To]] = defaultdict(list)
    earlier = Delivery.objects.filter(card__in=[c.pk for c in old.values()])
    for d in earlier.select_related("card"):
        had[d.card.evaluation_id].append(To(d.kind, d.to, d.unit_id))
    found = {}
    for e in rows:
        now_to = [*_main(e, units, orgs), To("filing", desk.filing)]
        found[e.pk] = together(had[e.pk], now_to)
    return found


def together(had: Iterable[To], now_to: Iterable[To]) -> list[To]:
    """Earlier recipients and those of today, each once and by the name of today: the same
    unit, the same department. One without a name is only there while nobody else of its
    kind is: it stands for an addressee that was not known."""
    by_key: dict[tuple[str, object], To] = {}
    for t in (*had, *now_to):
        by_key[t.kind, "" if t.kind == "filing" else t.unit_id or t.name] = t
    named = {t.kind for t in by_key.values() if t.name or t.unit_id}
    return [
        t for t in by_key.values() if t.name or t.unit_id or t.kind not in named
    ]  # fmt: skip


def _main(
    e: Evaluation, units: Mapping[UUID, Unit], orgs: Mapping[UUID, PartyOrg]
) -> list[To]:
    if e.unit_id is None:
        return []
    org = orgs.get(e.unit_id)
    if e.subject == "member":
        return [To("unit", org.name if org else units[e.unit_id].name, e.unit_id)]
    if org and org.superior:
        return [To("superior", org.superior.name, org.superior.unit_id)]
    # Not known yet, or outside the system: taken there on paper (8.37).
    return [To("superior", org.superior_external if org else "")]


def _former(rows: Sequence[Evaluation]) -> dict[UUID, str]:
    """The months with an earlier unit, of members who changed in the year (8.4)."""
    if not rows:
        return {}
    by_member = {e.member_id: e for e in rows if e.member_id}
    span = spans([rows[0].path], rows[0].year)[rows[0].path]
    at = ReportIn.objects.filter(
        member__in=list(by_member), channel="unit", accepted_at__isnull=False,
        ended_on__gt=span[0], reported_on__lt=span[1],
    )  # fmt: skip
    other = [
        r for r in at
        if r.unit_id and r.member_id and r.unit_id != by_member[r.member_id].unit_id
    ]  # fmt: skip
    names = Unit.objects.in_bulk({r.unit_id for r in other if r.unit_id})
    found = {}
    for r in other:
        first, last = max(r.reported_on, span[0]), min(r.ended_on or span[1], span[1])
        assert r.member_id and r.unit_id
        e = by_member[r.member_id]
        name = names[r.unit_id].name
        found[e.pk] = f"{first.month}月至{(last - _DAY).month}月在{name}"
    return found


_DAY = timedelta(days=1)


# --- what stands on the card -----------------------------------------------------------------------


def content_of(
    e: Evaluation, desk: Desk, to: Iterable[To], org: str, former: str, span: rules.Span
) -> dict[str, Any]:
    """All that is on the paper, as values: nothing is looked up when it is printed."""
    assert e.meeting
    held = e.meeting.held_on
    return {
        "subject": e.subject, "title": TITLES[e.subject], "issuer": desk.issuer,
        "community": desk.place.name, "year": e.year,
        "period": f"{e.year}年度（{cday(span[0])}至{cday(span[1] - _DAY)}）",
        "name": e.name, "org": org, "former": former,
        "reported": e.figures.get("reported", ""), "months": e.months,
        "figures": {k: v for k, v in e.figures.items() if k != "reported"},
        "base": e.base, "adds": e.adds, "deducts": e.deducts, "score": e.score,
        "lines": e.lines, "others": e.others, "grade": e.grade,
        "none": rules.NONE_REASONS.get(e.none, "") if e.grade == "none" else "",
        "proposed": e.proposed, "reason": e.reason, "words": e.words,
        "unit_words": e.unit_words, "unit_mark": e.unit_mark,
        "meeting": held.isoformat(),
        "seen": today(e.seen_at).isoformat() if e.seen_at else "",
        "objection": e.objection, "answer": e.answer,
        "recipients": [[t.kind, t.name] for t in to],
        "appeal": desk.appeal, "appeal_days": desk.appeal_days, "second": desk.filing,
    }  # fmt: skip


def _org_names(rows: Sequence[Evaluation]) -> dict[UUID, str]:
    """Unit → its party organisation as it stands on the card."""
    ids = {e.unit_id for e in rows if e.unit_id}
    found = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
    main = PartyOrg.objects.filter(unit__in=ids, is_main=True)
    return found | dict(main.values_list("unit_id", "name"))


def code_of(number: str, edition: int, content: Mapping[str, Any]) -> str:
    """The check code: nobody without the deployment's secret can make it for another
    content. Twelve digits and letters in three groups."""
    text = json.dumps(
        [number, edition, content], ensure_ascii=False, sort_keys=True,
        separators=(",", ":"),
    )  # fmt: skip
    found = keyed_hash(text, "feedback card")[:12].upper()
    return " ".join((found[:4], found[4:8], found[8:]))


def genuine(card: FeedbackCard) -> bool:
    """Whether what is stored is what was issued."""
    return card.code == code_of(card.number, card.edition, card.content)


# --- telling ----------------------------------------------------------------------------------------


def tell(cards: Sequence[FeedbackCard]) -> None:
    """Each unit once, however many cards it gets; each subject of its own."""
    if not cards:
        return
    ids = [c.pk for c in cards]
    n: dict[UUID, int] = defaultdict(int)
    rows = Delivery.objects.filter(card__in=ids, unit_id__isnull=False)
    for unit in rows.values_list("unit_id", flat=True):
        if unit:
            n[unit] += 1
    together = uuid7()
    told = [
        message(
            event_id=together, title=f"收到{k}张反馈卡，请签收", unit_id=unit,
            text=f"{cards[0].content['issuer']}发来的{cards[0].year}年度反馈卡。",
            url=reverse("scoring:received"),
        )
        for unit, k in n.items()
    ]  # fmt: skip
    people = dict(
        Member.objects.filter(pk__in=[c.member_id for c in cards if c.member_id])
        .values_list("pk", "person_id")
    )  # fmt: skip
    for c in cards:
        whom = (
            {"person_id": people[c.member_id]}
            if c.member_id
            else {"unit_id": c.unit_id}
        )
        told.append(
            message(
                event_id=c.pk, title=f"{c.year}年度等次定了，反馈卡已发出",
                text=f"等次：{counting.GRADES[c.grade]}。有不同意见可以申诉。",
                url=reverse("scoring:feedback", args=[c.pk]), **whom,
            )
        )  # fmt: skip
    send(told)
