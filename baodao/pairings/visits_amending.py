"""A visit put right by who wrote it down, within the district's hours and before it is
confirmed (places setting visits.edit_hours). After that the household or the community
says that it was not so, and it is written anew: nothing that is confirmed is changed.
Errors: Forbidden for anybody else, Conflict when it is too late, Invalid with the
field."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import can, require
from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties import services as duties
from baodao.pairings import visits_services as visits
from baodao.pairings.models import Visit
from baodao.pairings.visits_limits import limits_at
from baodao.pairings.visits_services import Report


def may_amend(actor: Actor, visit: Visit, now: datetime) -> bool:
    """Whether the page shows the way to it."""
    if visit.state != "done" or not can(actor, "visits.amend", visit):
        return False
    return _in_time(visit, now) and _wrote(actor, visit)


def _in_time(visit: Visit, now: datetime) -> bool:
    hours = limits_at(visit.home_path).edit_hours
    return now <= visit.created_at + timedelta(hours=hours)


def _wrote(actor: Actor, visit: Visit) -> bool:
    """Whether this person wrote it down."""
    found = Event.objects.filter(object_id=visit.pk, action="visits.record").first()
    return bool(found and actor.person_id and found.actor_person == actor.person_id)


def amend_visit(
    *, actor: Actor, visit_id: UUID, report: Report, why: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Write down what it should have said. Another day is checked as a new visit is,
    and its duties are done anew. Errors: those of a visit, and `reason`."""
    at = now or clock_now()
    visit = (
        Visit.objects.select_related("pairing__household").filter(pk=visit_id).first()
    )
    if visit is None:
        raise NotFound
    require(actor, "visits.amend", visit)
    _refuse(actor, visit, report, why, at)
    other_day = report.on != visit.visited_on
    late = visits.checked(
        visit.pairing, replace(report, reason=why),
        visit.stand_in_id or visit.member_id, at, but=visit.pk,
    )  # fmt: skip
    new = _columns(visit, report, late if other_day else visit.late)
    write = Write(set=new, data={"was": _was(visit, new)}, notes=[("staff", why)])
    with transaction.atomic():
        done = act(
            actor, "visits.amend", visit.pk, lambda row: write, now=at,
            client_id=client_id, version=visit.version,
        )  # fmt: skip
        if other_day and not done.repeated:
            _owe_anew(actor, visit, at)
    return done


def _refuse(actor: Actor, visit: Visit, report: Report, why: str, at: datetime) -> None:
    if not _wrote(actor, visit):
        raise Forbidden("这一笔不是您记的。请告诉记的人，或请社区退回重记。")
    if visit.state == "done" and not _in_time(visit, at):
        hours = limits_at(visit.home_path).edit_hours
        raise Conflict(f"记下超过{hours}小时，不能再改。请告诉社区退回，再重记一次。")
    if not why.strip():
        raise Invalid(fields={"reason": "请写为什么改。"})
    visits.check_numbers("reason", why)
    if report.outcome == "nobody_home":
        raise Invalid(fields={"how": "要改成“没人在家”，请告诉社区退回，再重记一次。"})
    joint = visit.joint_id or Visit.objects.filter(joint_id=visit.pk).exists()
    if joint and report.on != visit.visited_on:
        raise Invalid(
            fields={"day": "两人一起的走访，日子不能单改。请告诉社区退回，再重记。"}
        )


def _columns(visit: Visit, report: Report, late: str) -> dict[str, Any]:
    adult = report.companion.strip() or visit.joint_id or report.partner_id
    return {
        "visited_on": report.on, "method": report.method, "outcome": report.outcome,
        "topics": list(report.topics), "started_at": report.at, "late": late,
        "minutes": report.minutes, "note": report.follow.strip(),
        "companion": report.companion.strip(), "with_adult": bool(adult),
    }  # fmt: skip


def _was(visit: Visit, new: dict[str, Any]) -> dict[str, Any]:
    """What stood there before, without free text (that has a shorter life)."""
    kept = ("visited_on", "method", "outcome", "topics", "started_at", "minutes")
    return {k: _plain(v) for k in kept if (v := getattr(visit, k)) != new[k]}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _owe_anew(actor: Actor, visit: Visit, at: datetime) -> None:
    """Of another day it may fulfil other duties."""
    who = consequence_of(actor, actor.name)
    duties.refuse(actor=who, by_id=visit.pk, reason="amended", now=at)
    visit.refresh_from_db()
    visits.fulfil(actor, visit, at)
