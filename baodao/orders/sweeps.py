"""What the system does by itself, every ten minutes (`jobs.sweep`): pauses that end,
wishes nobody claimed, ratings that did not come, reminders, escalation. Nothing here
confirms, and nothing here praises. Each act moves a row once however often and in
however many workers a sweep runs, because it is guarded by the version that was seen."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from baodao.acts.actor import SYSTEM
from baodao.acts.engine import act
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, NotFound
from baodao.orders import place_pauses, plans, rules
from baodao.orders.models import Order
from baodao.orders.services import Plan, context
from baodao.places.calendars import Calendar, calendar_for

LIMIT = 500  # of one kind in one run; the next run takes the rest
REMIND_AT = (100, 80, 50)  # percent of the span, the highest first
# After 100 %: one working day over, told to the secretary of the unit (domain 6.7).
NOTICE = 101
# Nobody is reminded to rate, and a resident only by the community's call when the
# time to confirm is over.
NO_REMINDER = ("confirmed",)
AT_THE_END_ONLY = ("done_reported",)


def sweep(now: datetime | None = None) -> dict[str, int]:
    """One run; returns how many of each. Pauses first: what resumes is late or not
    by its clock as moved."""
    at = now or clock_now()
    over = Q(paused_by="order", paused_until__lte=local(at).date())
    resumed = _each("resume", over, plans.resume, at)
    paused, gone_on = place_pauses.follow(at)
    # A danger or urgent order stays where it is seen to be late.
    unclaimed = Q(state="published", overall_due_at=None, **_late(at))
    return {
        "resumed": resumed + gone_on,
        "paused": paused,
        "expired": _each("expire", unclaimed, plans.expire, at),
        "closed": _each(
            "close_unrated", Q(state="confirmed", **_late(at)), plans.close_unrated, at
        ),
        "reminded": sum(_remind(percent, at) for percent in REMIND_AT),
        "escalated": _escalate(at),
        "noticed": _notice(at),
    }  # fmt: skip


def _late(at: datetime) -> dict[str, Any]:
    return {"due_at__lte": at, "paused_at": None}


def _each(event: str, which: Q, plan: Plan, at: datetime) -> int:
    """Rows whose new deadline is their own: an act each. A person who was faster
    is right."""

    def decide(row: plans.Row) -> Write:
        return plan(row, context(str(row["path"]), at))

    n = 0
    for order_id in Order.objects.filter(which).values_list("id", flat=True)[:LIMIT]:
        try:
            act(SYSTEM, f"orders.{event}", order_id, decide, reads=plans.READS, now=at)
        except (Conflict, NotFound):
            continue
        n += 1
    return n


def _together(event: str, found: QuerySet[Order], write: Write, at: datetime) -> int:
    """One decision for all of `found`, in one statement."""
    rows = list(found.order_by("due_at").values_list("id", "version")[:LIMIT])
    if not rows:
        return 0
    ids, versions = zip(*rows, strict=True)
    return len(
        act_many(SYSTEM, f"orders.{event}", ids, write, versions=versions, now=at)
    )


def _remind(percent: int, at: datetime) -> int:
    """All open orders that have used `percent` of their step's span and were not
    told so yet. Whoever missed a threshold while the worker stood still is told the
    highest one only."""
    span = ExpressionWrapper(
        (F("due_at") - F("clock_from")) * Value(percent / 100),
        output_field=DurationField(),
    )
    states = set(rules.OPEN) - set(NO_REMINDER)
    if percent < 100:
        states -= set(AT_THE_END_ONLY)
    found = Order.objects.filter(
        state__in=sorted(states), paused_at=None, reminded__lt=percent,
        due_at__isnull=False, clock_from__lte=Value(at) - span,
    )  # fmt: skip
    return _together("remind", found, _reminder(percent), at)


def _reminder(at_percent: int) -> Write:
    return Write(
        set={"reminded": at_percent}, data={"at": at_percent}, job=(plans.TELL, {})
    )


def _escalate(at: datetime) -> int:
    """Late at the unit's answer, or late at the community itself: the street
    (township) is told, once per step."""
    found = Order.objects.filter(
        state__in=rules.TO_SUPERIOR, escalated_at=None, **_late(at)
    )
    return _together(
        "escalate", found, Write(set={"escalated_at": at}, job=(plans.TELL, {})), at
    )


def _notice(at: datetime) -> int:
    """What a unit or a member has and is late by a working day of its place."""
    found = Order.objects.filter(state__in=rules.HELD, reminded=100, **_late(at))
    found = found.order_by("due_at")
    late = _by_a_workday(found.values("id", "path", "due_at")[:LIMIT], at)
    return _together("remind", found.filter(id__in=late), _reminder(NOTICE), at)


def _by_a_workday(rows: Any, at: datetime) -> list[Any]:
    calendar: Callable[[str], Calendar] = cache(calendar_for)

    def over(row: Mapping[str, Any]) -> bool:
        if at - row["due_at"] < timedelta(hours=1):
            return False
        return calendar(row["path"]).add_workdays(row["due_at"], 1) <= at

    return [row["id"] for row in rows if over(row)]
