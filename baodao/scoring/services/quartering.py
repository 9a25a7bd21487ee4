"""Closing a quarter, and the letters that go to the subject of a card alone (L12, L45).
Errors: NotFound outside one's scope, Forbidden inside it, Conflict for the wrong moment,
Invalid with the field."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import path_range, require, within
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local, local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid
from baodao.duties import rules as duty_rules
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.notifications.services import send
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.scoring import queries_quarter as queries
from baodao.scoring import rules_quarter as rules
from baodao.scoring.models import Card, Letter, Quarter
from baodao.scoring.queries_quarter import Due
from baodao.scoring.queries_scored import Scored, cards_of, scored, years_of
from baodao.scoring.telling_letters import messages_for

TELL = "scoring.letters"


def owe(now: datetime | None = None, path: str = "") -> int:
    """The summary that each community with cards owes for the quarter before this one,
    due on the fifth working day. Returns how many are new."""
    at = now or clock_now()
    key = rules.before(rules.quarter_of(today(at)))
    first, after = rules.days_of(key)
    here = within("path", [path_range(path)])
    cards = Card.objects.filter(here, year__in=(first.year, first.year + 1))
    years = defaultdict(set)
    for pk, year in cards.order_by().values_list("place_id", "year").distinct():
        years[pk].add(year)
    places = [
        p for p in Place.objects.filter(pk__in=list(years), valid_to=None)
        if years[p.pk] & set(years_of(p.path, key))
    ]  # fmt: skip
    begin = at_local(after - rules.DAY, time(12))
    windows = {
        p.path: [
            duties.Window(
                key, f"{rules.words(key)}积分汇总", after,
                local(ground(p.path).calendar.add_workdays(begin, rules.CLOSE_DAYS)).date(),
            )
        ]
        for p in places
    }  # fmt: skip
    sources = [duties.Source(p.pk, p.path, p.path, p.pk) for p in places]
    if not sources:
        return 0
    return duties.generate(
        actor=SYSTEM, kind=rules.DUTY, source_kind="places.place", sources=sources,
        windows=windows, path=path, now=at,
    )  # fmt: skip


def close(
    *, actor: Actor, place: Place, key: str, remind: Collection[UUID] = (),
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Freeze the quarter's figures, send every card's subject its statement, and a
    private reminder to those of the cards `remind` whose results were poor: nobody gets
    one whom the secretary has not chosen. The duty is done. Raises Invalid before the
    quarter is over, Conflict the second time."""
    at = now or clock_now()
    require(actor, "quarters.close", {"path": place.path})
    rules.check_close(key, today(at))
    if queries.closed(place, key):
        raise Conflict(f"{rules.words(key)}已经结过账了。")
    found = scored(cards_of(place, key), key, at, today(at))
    quarter = Quarter(
        place=place, path=place.path, key=key, closed_at=at, closed_by=actor.name,
        figures=queries.figures(place, key, found),
    )  # fmt: skip
    chosen = [
        d for d in queries.to_remind(place, key, found) if d.scored.card.pk in remind
    ]
    with transaction.atomic():
        write = Write(
            data={"key": key, "cards": len(found), "reminded": len(chosen)},
            job=(TELL, {"path": place.path, "key": key}),
        )
        done = create(actor, "quarters.close", quarter, write, now=at)
        _send(actor, place, key, "statement", [Due(s, (), "") for s in found], at)
        _send(actor, place, key, "remind", chosen, at)
        _fulfil(actor, place, key, quarter.pk, at)
    return done


def _fulfil(
    actor: Actor, place: Place, key: str, quarter_id: UUID, at: datetime
) -> None:
    """The duty of this quarter, as long as it can be made up."""
    day = today(at)
    duty = Duty.objects.filter(source_id=place.pk, kind=rules.DUTY, key=key).first()
    if duty is None or duty.state not in duty_rules.OPEN:
        return
    if day <= duty_rules.make_up_until(duty.kind, duty.due_on):
        duties.fulfil(
            actor=actor, duty_id=duty.pk, on=day, by_kind="scoring.quarter",
            by_id=quarter_id, now=at,
        )  # fmt: skip


def _send(
    actor: Actor, place: Place, key: str, kind: str, due: Sequence[Due], at: datetime
) -> list[UUID]:
    """One letter per card; none where there is one already."""
    known = set(
        Letter.objects.filter(
            path=place.path, kind=kind, key=key
        ).values_list("card_id", flat=True)
    )  # fmt: skip
    due = [d for d in due if d.scored.card.pk not in known]
    if not due:
        return []
    cards = [d.scored.card for d in due]
    paper = queries.on_paper(cards)
    calendar = ground(place.path).calendar
    object_by = local(calendar.add_workdays(at, rules.OBJECT_DAYS)).date()
    improve_by = today(at) + timedelta(days=rules.IMPROVE_DAYS)
    return create_rows(
        consequence_of(actor), "letters.send", Letter,
        {
            "card_id": [c.pk for c in cards], "kind": kind, "key": key, "state": "sent",
            "subject": [c.subject for c in cards], "path": place.path,
            "member_id": [c.member_id if c.subject == "member" else None for c in cards],
            "unit_id": [c.unit_id if c.subject == "unit" else None for c in cards],
            "score": [d.scored.total.score for d in due], "as_of": at,
            "services": [d.scored.services for d in due],
            "facts": [tuple(d.facts) for d in due], "advice": [d.advice for d in due],
            "improve_by": improve_by if kind == "remind" else None,
            "object_by": object_by if kind != "urge" else None,
            "paper": [c.pk in paper for c in cards], "sent_at": at, "sent_by": actor.name,
            "created_at": at,
        },
        data={"kind": kind, "key": key}, at=at,
    )  # fmt: skip


def urge(
    *, actor: Actor, place: Place, cards: Collection[UUID], now: datetime | None = None
) -> int:
    """A friendly word to those whose running quarter has no service yet; private, once a
    quarter. Raises Invalid when nobody is chosen who may be written to."""
    at = now or clock_now()
    require(
        actor, "letters.send", {"path": place.path, "unit_id": None, "member_id": None}
    )
    chosen: list[Scored] = [
        s for s in queries.idle_now(place, today(at)) if s.card.pk in set(cards)
    ]
    if not chosen:
        raise Invalid("没有选中要督促的。请先勾选；已经有服务记录的不用督促。")
    key = rules.quarter_of(today(at))
    due = [Due(s, (rules.URGE_FACT,), rules.URGE_ADVICE) for s in chosen]
    with transaction.atomic():
        ids = _send(actor, place, key, "urge", due, at)
    tell_of(ids)
    return len(ids)


def tell_of(ids: Collection[UUID]) -> int:
    """Messages of these letters."""
    return send(messages_for(Letter.objects.filter(pk__in=list(ids))))


def read(*, actor: Actor, letter_id: UUID, now: datetime | None = None) -> Done:
    """The subject has seen it."""
    at = now or clock_now()
    write = Write(set={"read_at": at, "read_how": "self", "read_by": actor.name})
    return act(actor, "letters.read", letter_id, lambda row: write, now=at)


def hand(
    *, actor: Actor, letter_id: UUID, how: str, now: datetime | None = None
) -> Done:
    """A worker has told the subject, or handed it over on paper. Errors: how."""
    at = now or clock_now()
    if how not in rules.ON_BEHALF:
        raise Invalid(fields={"how": "请选是怎么告诉本人的。"})
    write = Write(
        set={"read_at": at, "read_how": how, "read_by": actor.name}, data={"how": how}
    )
    return act(actor, "letters.hand", letter_id, lambda row: write, now=at)


def reply(
    *, actor: Actor, letter_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """What the subject answers, in their own words or told to a worker. Errors: text."""
    at, said = now or clock_now(), rules.check_text(text)
    it = queries.letter(actor, letter_id)
    staff = actor.role.startswith("community_")
    changed: dict[str, Any] = {
        "reply": said, "replied_at": at,
        "replied_by": f"{actor.name}代记" if staff else actor.name,
    }  # fmt: skip
    if it.read_at is None:
        changed |= {
            "read_at": at, "read_how": "phone" if staff else "self", "read_by": actor.name,
        }  # fmt: skip
    write = Write(set=changed, job=("scoring.replied", {}))
    return act(actor, "letters.reply", letter_id, lambda row: write, now=at)
