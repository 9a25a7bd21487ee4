"""Where somebody stands: the report-ins that have not ended."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.people.models import ContactTie
from baodao.places.models import Place
from baodao.reporting import rules
from baodao.reporting.models import ReportIn
from baodao.reporting.plans import Statement

RELATED = (
    "member__person", "member__unit", "subject_unit", "point__parent", "transfer_to",
    "previous__point",
)  # fmt: skip


def tied_points(unit_id: UUID, day: date | None = None) -> list[Place]:
    """The contact points of a unit today, in code order (domain 8.36: several are
    allowed)."""
    day = day or local(clock_now()).date()
    ties = ContactTie.objects.filter(unit_id=unit_id, valid_from__lte=day)
    ties = ties.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return list(
        Place.objects.filter(id__in=ties.values("point"))
        .select_related("parent")
        .order_by("path")
    )


def place_name(place: Place) -> str:
    """狮泉河镇森格社区, 森格社区第三网格: with the parent, for names repeat."""
    return f"{place.parent}{place.name}" if place.parent else place.name


def method_title(it: ReportIn) -> str:
    """本人填报, or 单位填报 for a unit's own."""
    own = it.method == "self" and it.subject_unit_id
    return "单位填报" if own else rules.METHODS[it.method]


def asks_confirmation(it: ReportIn, now: datetime) -> bool:
    """Whether the half-year is about to end, or over."""
    if it.state not in rules.LIVE or it.reconfirm_due is None:
        return False
    return local(now).date() + rules.REMIND_BEFORE >= it.reconfirm_due


def of_member(member_id: UUID) -> list[ReportIn]:
    """A member's report-ins that have not ended, the unit's point first."""
    found = ReportIn.objects.filter(member_id=member_id).exclude(state="ended")
    return list(found.select_related(*RELATED).order_by("-channel", "clock_from"))


def of_unit(unit_id: UUID) -> list[ReportIn]:
    """A unit's own report-ins that have not ended."""
    found = ReportIn.objects.filter(subject_unit_id=unit_id).exclude(state="ended")
    return list(found.select_related(*RELATED).order_by("path"))


def unchanged(it: ReportIn, said: Statement) -> bool:
    """Whether a unit says what its report-in says already, lists included."""
    kept = it.items.filter(edition=it.edition)
    rows = kept.values_list("kind", "title", "quantity", "conditions")
    new = [
        (i.kind, i.title.strip(), i.quantity.strip(), i.conditions.strip())
        for kind in sorted(rules.ITEM_KINDS)
        for i in said.items
        if i.kind == kind
    ]
    same = all(getattr(it, name) == value for name, value in said.columns().items())
    return same and list(rows) == new
