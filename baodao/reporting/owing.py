"""The half-yearly confirmation as a duty (L17): it is owed from thirty days before its
day on, reminded of and listed like everything else that is owed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from baodao.acts.actor import SYSTEM, Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties import rules as duty_rules
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.services import Source, Window
from baodao.reporting import rules
from baodao.reporting.models import ReportIn

KIND = duty_rules.Kind(
    "reconfirm", "半年确认", "member", "确认还在这里", make_up_days=183, confirms=False,
    url="reporting:of_duty", remind=(7, 0),
)  # fmt: skip
OPENS = timedelta(days=30)
SOURCE = "reporting.ReportIn"
LIMIT = 5_000  # of one run of the sweep


def owe(now: datetime | None = None) -> dict[str, int]:
    """Whatever has come near is owed, what has ended no longer (worker, every ten
    minutes). Returns how many of each."""
    at = now or clock_now()
    return {"owed": _owe(today(at), at), "no_longer_owed": _drop(at)}


def _owe(day: date, at: datetime) -> int:
    there = Duty.objects.filter(
        source_id=OuterRef("pk"), kind=KIND.code,
        key=Cast(OuterRef("reconfirm_due"), CharField()),
    )  # fmt: skip
    near = ReportIn.objects.filter(
        ~Exists(there), state__in=rules.LIVE, reconfirm_due__lte=day + OPENS
    )
    found = list(near.order_by("reconfirm_due")[:LIMIT])
    return duties.generate(
        actor=SYSTEM, kind=KIND.code, source_kind=SOURCE,
        sources=[_source(it) for it in found],
        windows=_windows({it.reconfirm_due for it in found if it.reconfirm_due}), now=at,
    )  # fmt: skip


def _source(it: ReportIn) -> Source:
    due = it.reconfirm_due.isoformat() if it.reconfirm_due else ""
    return Source(it.pk, due, it.path, it.point_id, it.member_id, it.unit_id)


def _windows(days: set[date]) -> Mapping[str, list[Window]]:
    return {
        d.isoformat(): [Window(d.isoformat(), "半年确认报到", d - OPENS, d)]
        for d in days
    }


def _drop(at: datetime) -> int:
    live = ReportIn.objects.filter(pk=OuterRef("source_id"), state__in=rules.LIVE)
    gone = Duty.objects.filter(
        ~Exists(live), kind=KIND.code, state__in=duty_rules.OPEN
    ).values_list("source_id", flat=True)
    return duties.cancel_all(
        actor=SYSTEM, source_ids=list(gone[:LIMIT]), since=date.min, reason="ended",
        now=at,
    )  # fmt: skip


def confirmed(actor: Actor, report_in_id: UUID, now: datetime) -> None:
    """Somebody said that it still holds: what was owed is done."""
    duties.fulfil_all(
        actor=actor, source_ids=[report_in_id], on=today(now), by_kind=SOURCE,
        by_id=report_in_id, kinds=[KIND.code], settled=True, now=now,
    )  # fmt: skip
