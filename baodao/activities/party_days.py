"""What is owed here: the monthly party day 主题党日 of each unit's main party
organisation (A18), fulfilled by a confirmed activity under that carrier, for which a
draft is laid out; and the half-yearly review of who holds a post (domain 6.9)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baodao.activities import plans, rules
from baodao.activities.models import Activity, Holding
from baodao.acts.access import visible
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.bulk import create_rows
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.models import next_number
from baodao.duties import cadence, services
from baodao.duties.models import Duty
from baodao.duties.rules import Kind
from baodao.people.models import PartyOrg
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY

PARTY_DAY = Kind(
    "party_day", "主题党日", "unit", "办主题党日", url="activities:owed", remind=(10, 3)
)
REVIEW = Kind(
    "post_review", "岗位半年评议", "community", "写评议", confirms=False,
    url="activities:owed",
)  # fmt: skip
BEGINS, LONG = time(15, 30), timedelta(hours=2)
FIRST_DAY = 5  # of the month, or the next working day


def generate(now: datetime | None = None) -> int:
    """What is owed this month and the next, and this half-year; the same call again
    writes nothing. Every night."""
    day = today(now)
    months = [day, rules.next_month(day)]
    keys = {rules.month_key(d) for d in months}
    windows = [
        w for y in sorted({d.year for d in months})
        for w in cadence.periods("month", y, "主题党日") if w.key in keys
    ]  # fmt: skip
    made = services.generate(
        actor=SYSTEM, kind="party_day", source_kind="people.partyorg",
        sources=list(_organisations()), windows={"month": windows}, now=now,
    )  # fmt: skip
    half = [w for w in cadence.periods("half", day.year, "岗位评议")
            if w.opens_on <= day <= w.due_on]  # fmt: skip
    return made + services.generate(
        actor=SYSTEM, kind="post_review", source_kind="activities.holding",
        sources=[
            services.Source(
                h.pk, "half", h.path, h.post.place_id, valid_from=h.valid_from,
                valid_to=h.valid_to,
            )
            for h in Holding.objects.filter(state="held").select_related("post")
        ],
        windows={"half": half}, now=now,
    )  # fmt: skip


def _organisations() -> Sequence[services.Source]:
    """The main party organisation of every unit that has a contact point; the duty
    belongs to the community of that point."""
    orgs = PartyOrg.objects.filter(is_main=True, unit__valid_to=None)
    rows = orgs.exclude(unit__point_path=None).values_list(
        "pk", "unit", "unit__point_path"
    )
    found = [(pk, unit, _community(path)) for pk, unit, path in rows if path]
    places = dict(
        Place.objects.filter(
            path__in={p for *_, p in found}, valid_to=None
        ).values_list("path", "pk")
    )
    return [
        services.Source(pk, "month", path, places[path], unit_id=unit)
        for pk, unit, path in found
        if path in places
    ]


def _community(path: str) -> str:
    return "/".join(path.split("/")[:COMMUNITY]) + "/"


def fulfilled(actor: Actor, row: plans.Row, at: datetime) -> None:
    """A confirmed activity under the carrier was the party day of its hosting unit.
    Call inside `atomic`."""
    if row["unit_id"] is None or "party_day" not in row["carriers"]:
        return
    orgs = PartyOrg.objects.filter(unit=row["unit_id"], is_main=True)
    services.fulfil_all(
        actor=actor, source_ids=orgs.values_list("pk", flat=True),
        on=plans.local_day(row), by_kind="activities.activity", by_id=row["id"],
        kinds=("party_day",), settled=True, now=at,
    )  # fmt: skip


def taken_back(actor: Actor, activity_id: UUID, at: datetime) -> None:
    """A confirmed list was wrong: the party day is owed again until it is confirmed
    anew. Call inside `atomic`."""
    services.reopen(actor=actor, by_id=activity_id, reason="corrected", now=at)


# --- drafts -----------------------------------------------------------------------------


def draft(now: datetime | None = None) -> int:
    """Lay out a party day for every unit that owes one this month and has planned
    none yet. The unit changes and publishes it, or cancels it. Returns how many."""
    at = now or clock_now()
    first, last = rules.month(today(at))
    owing = Duty.objects.filter(
        kind="party_day", state="due", key=rules.month_key(first)
    ).exclude(unit_id__in=_planned(first, last).values("unit"))
    rows = [d for d in owing.order_by("path", "pk") if d.unit_id]
    if not rows:
        return 0
    starts = [_start(d, first, last) for d in rows]
    soon = [(d, s) for d, s in zip(rows, starts, strict=True) if s > at]
    if not soon:
        return 0
    with transaction.atomic():
        create_rows(SYSTEM, "activities.draft", Activity, _drafts(soon, at), at=at)
    return len(soon)


def _planned(first: date, last: date) -> QuerySet[Activity]:
    lo, hi = at_local(first, time.min), at_local(last + timedelta(days=1), time.min)
    return Activity.objects.filter(
        carriers__contains=["party_day"], unit__isnull=False, start_at__gte=lo,
        start_at__lt=hi,
    ).exclude(state="cancelled")  # fmt: skip


def _start(duty: Duty, first: date, last: date) -> datetime:
    """The first working day from the fifth on."""
    calendar = calendar_for(duty.path)
    day = first.replace(day=FIRST_DAY)
    while not calendar.is_workday(day) and day < last:
        day += timedelta(days=1)
    return at_local(day, BEGINS)


def _drafts(rows: Sequence[tuple[Duty, datetime]], at: datetime) -> dict[str, Any]:
    numbers = [f"{next_number(_series(d.path)):04d}" for d, _ in rows]
    return {
        "no": numbers, "title": [d.title for d, _ in rows], "state": "draft",
        "channel": "unit", "joint_type": "party", "occasion": "party_day",
        "carriers": ("party_day",), "place_id": [d.place_id for d, _ in rows],
        "path": [d.path for d, _ in rows], "unit_id": [d.unit_id for d, _ in rows],
        "start_at": [s for _, s in rows], "end_at": [s + LONG for _, s in rows],
        "made_by_name": "系统", "created_at": at,
    }  # fmt: skip


def _series(path: str) -> str:
    """The counter of a community's activities, as `services.number_series`."""
    return f"activity:{path.rstrip('/')}"


# --- the gaps ---------------------------------------------------------------------------

GAPS = {
    "due": "还没有办", "missed": "过了时间，还能补", "lapsed": "没有办",
    "confirmed": "办了", "excused": "免办",
}  # fmt: skip


def of_month(actor: Actor, first: date) -> QuerySet[Duty]:
    """The party days owed in a month, in the order of places (nobody is ranked)."""
    found = Duty.objects.filter(kind="party_day", key=rules.month_key(first))
    return visible(found, actor, "duties.view").order_by("path", "unit_id")
