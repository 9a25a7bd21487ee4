"""Who has not reported in is reminded twice, some days apart, before anything is proposed
(7.1 M_DED_NOT_REPORTED, 7.2 U_DED_NOT_REPORTED). The reminders themselves are the memory
of it. Whoever has had both takes no place of those who come after them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef
from django.urls import reverse

from baodao.core.clock import today
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import ContactTie, Member
from baodao.people.queries import current
from baodao.places.settings import values
from baodao.reporting.models import ReportIn

DEADLINE, GAP = "reporting.deadline_days", "scoring.remind_gap_days"
STEPS = (1, 2)
LIMIT = 5_000  # reminders of one night, about
PART = 2_000  # looked through together


class Missing(NamedTuple):
    """A member or a unit without a report-in since `deadline` (`since`: since when it
    may be proposed). `gap`: the days between two reminders there."""

    subject: str
    whose: UUID
    path: str
    deadline: date
    since: date
    person: UUID | None
    gap: timedelta


def remind(at: datetime) -> int:
    """Send the reminder that is due to everybody who is missing; returns how many."""
    n = 0
    for part in _parts(missing(at)):
        n += send(_due(part, today(at)))
        if n >= LIMIT:
            break  # the next night goes on: these have theirs by then
    return n


def _due(some: list[Missing], day: date) -> Iterator[Message]:
    sent = _sent({m.whose for m in some})
    for m in some:
        first, second = (sent.get(_key(m.whose, n)) for n in STEPS)
        if first is None:
            yield _message(m, 1)
        elif second is None and day - first >= m.gap:
            yield _message(m, 2)


def ripe(at: datetime) -> Iterator[Missing]:
    """Those whose second reminder is as old as that."""
    for part in _parts(missing(at)):
        sent = _sent({m.whose for m in part})
        for m in part:
            second = sent.get(_key(m.whose, 2))
            if second and today(at) - second >= m.gap:
                yield m._replace(since=second + m.gap)


def _parts(found: Iterator[Missing]) -> Iterator[list[Missing]]:
    while part := list(islice(found, PART)):
        yield part


def missing(at: datetime) -> Iterator[Missing]:
    """Past the day to report in, and neither reported nor waiting to be accepted."""
    yield from _members(today(at))
    yield from _units(today(at))


def _members(day: date) -> Iterator[Missing]:
    some = ReportIn.objects.filter(member=OuterRef("pk")).exclude(state="ended")
    rows = Member.objects.filter(
        ~Exists(some), kind="in_service", duty_status="on_duty",
        unit__point_path__isnull=False,
    )  # fmt: skip
    found = rows.values_list("pk", "unit__point_path", "joined_on", "person_id")
    yield from _past(day, "member", found.order_by("pk").iterator(PART))


def _units(day: date) -> Iterator[Missing]:
    some = ReportIn.objects.filter(
        subject_unit=OuterRef("unit_id"), point=OuterRef("point_id")
    ).exclude(state="ended")
    ties = ContactTie.objects.filter(current(day)).filter(~Exists(some))
    rows = ties.values_list("unit_id", "path", "valid_from").order_by("pk")
    yield from _past(day, "unit", ((*row, None) for row in rows.iterator(PART)))


def _past(day: date, subject: str, rows: Iterable[Any]) -> Iterator[Missing]:
    spans: dict[str, tuple[timedelta, timedelta]] = {}
    for whose, path, since, person in rows:
        if path not in spans:
            found = values(path, [DEADLINE, GAP])
            spans[path] = (
                timedelta(days=found[DEADLINE]), timedelta(days=found[GAP]),
            )  # fmt: skip
        span, gap = spans[path]
        if since + span < day:
            yield Missing(subject, whose, path, since + span, day, person, gap)


def _key(whose: UUID, step: int) -> UUID:
    return uuid5(whose, f"not_reported-{step}")


def _sent(ids: set[UUID]) -> dict[UUID, date]:
    keys = [_key(pk, n) for pk in ids for n in STEPS]
    found = Message.objects.filter(event_id__in=keys).values_list("event_id", "at")
    return {event: today(at) for event, at in found}


def _message(m: Missing, step: int) -> Message:
    key = _key(m.whose, step)
    title = "请您来报到" if step == 1 else "再提醒一次：请您来报到"
    text = (
        f"{m.deadline.month}月{m.deadline.day}日前应当报到。"
        "提醒两次以后仍没有报到的，社区会提出扣分建议。"
    )
    if m.subject == "unit":
        return message(
            event_id=key, unit_id=m.whose, title=title, text=text,
            url=reverse("reporting:list"),
        )  # fmt: skip
    return message(
        event_id=key, person_id=m.person, title=title, text=text,
        url=reverse("portal:member"),
    )  # fmt: skip
