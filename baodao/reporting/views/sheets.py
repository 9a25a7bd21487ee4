"""Slips on paper: the filled form of a report-in, and blank ones for pen and paper."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baodao.core.errors import NotFound
from baodao.people.choices import AVAILABILITY, SERVICE_CLASSES, SKILLS
from baodao.people.models import PartyOrg
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.reporting import queries, rules
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.views.guard import report_in_for

BLANK_ROWS = 4


@require_safe
def print_sheet(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """在职党员报到登记表, or 单位党组织报到单 with its receipt."""
    actor = actor_for(request, "reporting.view")
    it = report_in_for(actor, report_in_id)
    kind = "unit" if it.subject_unit_id else "member"
    back = reverse("reporting:detail", args=[it.pk])
    return _sheet(request, kind, it, it.point, back)


@require_safe
def blank(request: HttpRequest, sheet: str) -> HttpResponse:
    """The same sheets without a word in them."""
    actor = actor_for(request, "reporting.view")
    if sheet not in rules.SUBJECTS:
        raise NotFound
    place = Place.objects.filter(path=actor.path or "").first()
    back = reverse("reporting:my" if actor.path is None else "reporting:list")
    return _sheet(request, sheet, None, place, back)


def _sheet(
    request: HttpRequest, kind: str, it: ReportIn | None, place: Place | None, back: str
) -> HttpResponse:
    items = list(it.items.filter(edition=it.edition)) if it and kind == "unit" else []
    context = {
        "it": it, "kind": kind, "back_url": back,
        "place_name": queries.place_name(place) if it and place else "",
        "issuer": queries.place_name(place) if place and place.level >= 5 else "",
        "party_org": _party_org(it),
        "needs": _rows(items, "need"), "resources": _rows(items, "resource"),
        "ticks": _ticks(it), "channels": rules.CHANNELS.items(),
        "methods": rules.METHODS,
    }  # fmt: skip
    return render(request, f"reporting/print_{kind}.html", context)


def _party_org(it: ReportIn | None) -> str:
    if it is None:
        return ""
    if it.member and it.member.party_org_id:
        return str(it.member.party_org)
    unit_id = it.unit_id
    org = (
        PartyOrg.objects.filter(unit_id=unit_id, is_main=True).first()
        if unit_id
        else None
    )
    return str(org) if org else ""


def _rows(items: list[ReportInItem], kind: str) -> list[ReportInItem | None]:
    """The filled rows, and empty ones so that there is room for a pen."""
    found: list[ReportInItem | None] = [i for i in items if i.kind == kind]
    return found or [None] * BLANK_ROWS


def _ticks(it: ReportIn | None) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The four lists with their boxes, ticked where the member has said so."""
    known = (
        ("特　　长", "skills", SKILLS),
        ("服务类别", "service_classes", SERVICE_CLASSES),
        ("意向岗位", "posts", rules.POSTS),
        ("可服务时间", "availability", AVAILABILITY),
    )
    return [
        (
            title,
            [
                (word, it is not None and code in getattr(it, name))
                for code, word in codes.items()
            ],
        )
        for title, name, codes in known
    ]
