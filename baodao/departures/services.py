"""The verbs: each is one transaction over people, report-ins and orders. Keyword-only,
`now` everywhere. Errors as the services below raise them; nothing half-written."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.activities import following as activities
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils.services import following as councils
from baodao.exchange import following as exchange
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.orders import following as orders
from baodao.oversight import services as oversight
from baodao.oversight.policies import services as policies
from baodao.pairings import sweeps as pairings
from baodao.people import services as people
from baodao.people.models import Member, Unit
from baodao.places.rules import COMMUNITY
from baodao.reporting import following as reporting


@dataclass(frozen=True)
class Moved:
    """How many of each went on, or ended, with a unit or a member."""

    members: int = 0
    report_ins: int = 0
    orders: int = 0


def end_unit(
    *, actor: Actor, decided: people.Succession, now: datetime | None = None
) -> Moved:
    """Merge a unit into its successor, or dissolve it (domain 8.7). Members, accounts
    and open orders go to the successor, ties as decided, report-ins follow; without a
    successor ties end and orders go back to the communities. The successor has what it
    had once: a point it is tied to already is not tied twice."""
    both = [u for u in (decided.unit_id, decided.successor_id) if u]
    with transaction.atomic():
        ended = people.end_unit(actor=actor, decided=decided, now=now)
        report_ins = reporting.follow(now, units=both)
        moved = orders.follow_unit(decided.unit_id, now=now)
        councils.follow_unit(decided.unit_id, now=now)
        oversight.follow_unit(decided.unit_id, now=now)
        policies.follow_unit(decided.unit_id, now=now)
        exchange.follow_unit(decided.unit_id, now)
        activities.follow_unit(decided.unit_id, now)
        pairings.follow(now)
        pairings.follow_estates(now)
        done = Moved(ended.members, report_ins, moved)
        send(_told(decided, ended, done))
    return done


def _told(
    decided: people.Succession, ended: people.Ended, done: Moved
) -> list[Message]:
    """The successor, and the communities that had the unit."""
    unit = Unit.objects.select_related("successor").get(pk=decided.unit_id)
    to = unit.successor
    what = f"{unit.name}已并入{to.name}" if to else f"{unit.name}已撤销"
    found = [
        message(
            event_id=ended.event_id, title=what, role="community_worker", path=path,
            text="请到单位页看联系点和协议由谁接着办。",
            url=reverse("people:unit", args=[to.pk if to else unit.pk]),
        )
        for path in _communities(ended.points)
    ]  # fmt: skip
    if to:
        text = f"转来党员{done.members}名、没办完的点单{done.orders}件。"
        url = reverse("people:members")
        found.append(
            message(
                event_id=ended.event_id, title=f"{unit.name}并入本单位", text=text,
                url=url, unit_id=to.pk,
            )
        )  # fmt: skip
    return found


def _communities(paths: Collection[str]) -> list[str]:
    return sorted({"/".join(p.split("/")[:COMMUNITY]) + "/" for p in paths})


def transfer(
    *, actor: Actor, member_id: UUID, unit_id: UUID, joined_on: date | None = None,
    now: datetime | None = None,
) -> Moved:  # fmt: skip
    """A member changes unit (domain 8.4): the residence channel stays, the unit channel
    goes to the new unit's point. Orders of the old unit that are not begun go back to
    it; what is begun the member finishes."""
    old = Member.objects.filter(pk=member_id).values_list("unit_id", flat=True).first()
    with transaction.atomic():
        people.transfer_member(
            actor=actor, member_id=member_id, unit_id=unit_id, joined_on=joined_on,
            now=now,
        )  # fmt: skip
        report_ins = reporting.follow(now, units=[u for u in (old, unit_id) if u])
        moved = orders.free_member(
            member_id, of_unit_only=True, begun_too=False, now=now
        )
        pairings.follow(now, members=[member_id])
    return Moved(1, report_ins, moved)


def plan_retirement(
    *, actor: Actor, member_id: UUID, on: date | None, stays: bool = False,
    now: datetime | None = None,
) -> bool:  # fmt: skip
    """Note the first day in retirement (domain 8.3), or take it back with None. A day
    that has come holds at once. Returns whether it has."""
    with transaction.atomic():
        people.plan_retirement(
            actor=actor, member_id=member_id, on=on, stays=stays, now=now
        )
        if on is None or on > today(now):
            return False
        retire_due(now)
    return True


def retire_due(now: datetime | None = None) -> int:
    """Every night: duties end on the day. The unit channel ends for all who retire, the
    residence channel only for those who do not go on in their community. Returns how
    many retired."""
    with transaction.atomic():
        staying, gone = people.retire_due(now)
        reporting.end_of_members(staying, "retired", channel="unit", now=now)
        reporting.end_of_members(gone, "retired", now=now)
        if staying:
            reporting.follow(now)
        for pk in staying:
            orders.free_member(pk, of_unit_only=True, now=now)
        for pk in gone:
            orders.free_member(pk, now=now)
        if staying or gone:
            pairings.follow(now, members=[*staying, *gone])
    return len(staying) + len(gone)


def leave(
    *, actor: Actor, member_id: UUID, why: str, on: date | None = None,
    now: datetime | None = None,
) -> Moved:  # fmt: skip
    """A member is gone for good (domain 8.2): report-ins in both channels end with the
    reason, orders go back the same moment, nobody reminds them any more. Confirmed
    service stays on record."""
    if not Member.objects.filter(pk=member_id).exists():
        raise NotFound
    with transaction.atomic():
        people.leave(actor=actor, member_id=member_id, why=why, on=on, now=now)
        report_ins = reporting.end_of_members([member_id], why, now=now)
        moved = orders.free_member(member_id, now=now)
        pairings.follow(now, members=[member_id])
    return Moved(1, report_ins, moved)
