"""What meetings resolved: the list, one of them with its acts, and the way here from
the list of duties."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils import queries, rules
from baodao.councils.forms import ReasonForm, ReassignForm, ReportForm
from baodao.councils.models import LeaderContact, MeetingSeat, Resolution
from baodao.councils.services import holding
from baodao.councils.views.frame import paged, shared, wanted_of
from baodao.duties.models import Duty
from baodao.people.queries import current, units_at
from baodao.people.views.asking import actor_of, get_only, require_role
from baodao.places.forms import apart, taken
from baodao.places.rules import TOWNSHIP
from baodao.ui.forms import Form
from baodao.ui.toast import toast

STATES = {k: v.title for k, v in rules.RESOLUTION_STATES.items() if k != "draft"}
SAID = {
    "report": ("报了办结", "等社区确认。"),
    "confirm": ("确认办成了", "下次会议上看得到。"),
    "send_back": ("退回再办", "已告诉单位。"),
    "drop": ("不再办", "下次会议上看得到原因。"),
    "reassign": ("换好了", "已告诉承办单位。"),
}


@get_only
def resolution_list(request: HttpRequest) -> HttpResponse:
    """In the order of the day they are due."""
    actor = require_role(request, "resolutions.view")
    wanted = wanted_of(request, STATES, queries.LATE)
    found = queries.resolutions(actor, wanted)
    n = queries.resolution_counts(
        queries.resolutions(actor, queries.Wanted(path=wanted.path))
    )
    page = paged(request, found)
    late = queries.resolutions(actor, queries.Wanted(path=wanted.path, when="late"))
    context = {
        **shared(request, "resolutions"), "page": page, "n": n, "late": late.count(),
        "rows": queries.resolution_lines(page), "states": STATES.items(),
        "whens": queries.LATE.items(), "is_unit": actor.path is None,
        "filtered": any(request.GET.get(k) for k in ("q", "state", "when", "place")),
    }  # fmt: skip
    return render(request, "councils/resolutions.html", context)


@get_only
def resolution(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "resolutions.view")
    return _page(request, actor, queries.resolution(actor, pk))


def _forms(r: Resolution, data: Any = None) -> dict[str, Callable[[], Form]]:
    return {
        "report": lambda: ReportForm(data, initial={"done_on": today()}),
        "send_back": lambda: ReasonForm(data, label="还差什么"),
        "drop": lambda: ReasonForm(data, label="为什么不再办"),
        "reassign": lambda: ReassignForm(
            data, units=units_at("/".join(r.path.split("/")[:TOWNSHIP]) + "/")
        ),
    }


def _page(
    request: HttpRequest, actor: Actor, r: Resolution,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    events = queries.resolution_events(r, actor)
    bound = dict([bad]) if bad else {}
    forms = {
        f"{e}_form": apart(bound.get(e) or make(), e)
        for e, make in _forms(r).items()
        if e in events
    }
    state = rules.RESOLUTION_STATES[r.state]
    seat = r.origin.seats.filter(unit=actor.unit_id).first() if actor.unit_id else None
    context = {
        **shared(request, "resolutions"), "r": r, "events": events, "bad": bad and bad[0],
        "status": queries.resolution_state(r), "seat": seat, "is_unit": actor.path is None,
        "community": queries.community_of(r.origin),
        "story": queries.story(r.pk, state.verb and f"等{_whose(r)}{state.verb}", state.icon),
        **forms,
    }  # fmt: skip
    return render(
        request, "councils/resolution.html", context, status=422 if bad else 200
    )


def _whose(r: Resolution) -> str:
    return str(r.unit) if r.state == "open" and r.unit else "社区"


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Report, confirm, send back, drop, hand over."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "resolutions.view")
    r = queries.resolution(actor, pk)
    require(actor, f"resolutions.{event}", r)
    make = _forms(r, request.POST).get(event)
    form = make() if make else None
    verb: Any = getattr(holding, event)

    def do(d: dict[str, Any]) -> None:
        if event == "reassign":
            d = {"unit_id": d["unit"].pk, "reason": d["reason"]}
        verb(actor=actor, resolution_id=pk, **d)

    if not taken(form, do):
        assert form
        return _page(request, actor, r, (event, form))
    toast(request, *SAID[event])
    if r.state == "draft":
        name = "meeting" if r.meeting_id else "deliberation"
        return redirect(f"councils:{name}", pk=r.origin.pk)
    return redirect("councils:resolution", pk=pk)


@get_only
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a duty to where one does it."""
    actor = actor_of(request)
    found = visible(Duty.objects.filter(pk=pk), actor, "duties.view").first()
    if found is None:
        raise NotFound
    if found.source_kind == "resolution":
        return redirect("councils:resolution", pk=found.source_id)
    if found.source_kind == "meeting_seat":
        seat = MeetingSeat.objects.filter(pk=found.source_id).first()
        if seat and actor.path is not None:
            return redirect("councils:meeting", pk=seat.meeting_id)
        return redirect("councils:seat", pk=found.source_id)
    if found.source_kind == "leader_contact":
        contact = LeaderContact.objects.filter(
            current(), origin=found.source_id
        ).first()
        return (
            redirect("councils:leader", pk=contact.pk)
            if contact
            else redirect("councils:leaders")
        )
    return redirect("councils:meetings")
