"""Report-ins for tests, brought to a state by the real services."""

from datetime import UTC, datetime
from typing import Any

from baodao.people.tests.make import World
from baodao.reporting import services as s
from baodao.reporting.models import ReportIn
from baodao.reporting.plans import Item, Statement

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
UNIT_SAID = Statement(
    head_name="王建国",
    liaison_name="李秀英",
    head_count=20,
    items=(
        Item("need", "党员活动场地"),
        Item("resource", "会议室", "1 间", "周末"),
        Item("resource", "工程师", "3 人"),
    ),
)
MEMBER_SAID = Statement(
    skills=("repair",),
    posts=("care",),
    service_classes=("elder",),
    availability=("any",),
)


def home(w: World, key: str = "newcomer", **fields: Any) -> ReportIn:
    """A member's residence report-in, submitted at the community."""
    chosen: dict[str, Any] = {
        "actor": w.actors[key], "member_id": getattr(w.members, key).id,
        "channel": "residence", "place_id": w.places.community.id, "said": MEMBER_SAID,
        "now": AT,
    }  # fmt: skip
    return s.submit_member(**{**chosen, **fields})


def at_point(w: World, key: str = "newcomer", **fields: Any) -> ReportIn:
    """A member's report-in at the contact point of the unit."""
    return home(w, key, **{"channel": "unit", **fields})


def of_unit(w: World, **fields: Any) -> ReportIn:
    """The unit's report-in at its contact point."""
    chosen: dict[str, Any] = {
        "actor": w.actors["unit_secretary"], "unit_id": w.units.unit.id,
        "place_id": w.places.community.id, "said": UNIT_SAID, "now": AT,
    }  # fmt: skip
    return s.submit_unit(**{**chosen, **fields})


def accepted(w: World, report_in: ReportIn, by: str = "community_worker") -> ReportIn:
    """The same, accepted by the community."""
    s.accept(actor=w.actors[by], report_in_id=report_in.id, now=AT)
    report_in.refresh_from_db()
    return report_in
