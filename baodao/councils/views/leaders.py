"""Leaders' contact points and their visits (A26, A27)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils import queries_people, rules
from baodao.councils.forms import FollowUpForm, LeaderForm, ReasonForm, VisitForm
from baodao.councils.models import LeaderContact, LeaderVisit
from baodao.councils.services import leaders
from baodao.councils.views.frame import paged, shared, wanted_of, years
from baodao.duties.models import Duty
from baodao.duties.rules import STATES as DUTY_STATES
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
)
from baodao.places.forms import apart, submitted, taken
from baodao.places.queries import contact_points
from baodao.ui.forms import Form
from baodao.ui.toast import toast


@get_only
def leader_list(request: HttpRequest) -> HttpResponse:
    """Bonds in the order of places, with the visits of a year; no ranking."""
    actor = require_role(request, "leader_contacts.view")
    wanted = wanted_of(request, rules.LEADER_RANKS, queries_people.VISITED)
    page = paged(request, queries_people.leaders(actor, wanted))
    context = {
        **shared(request, "leaders"), "page": page, "years": years(),
        "rows": [(c, queries_people.where(c.point)) for c in page],
        "totals": queries_people.totals(actor, wanted),
        "year": wanted.year or str(today().year), "n": page.paginator.count,
        "ranks": rules.LEADER_RANKS.items(), "whens": queries_people.VISITED.items(),
        "may_assign": can(actor, "leader_contacts.assign"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "state", "when")),
    }  # fmt: skip
    return render(request, "councils/leaders.html", context)


@get_only
def visit_list(request: HttpRequest) -> HttpResponse:
    """The visits behind the figure of a year."""
    actor = require_role(request, "leader_visits.view")
    wanted = wanted_of(request)
    page = paged(request, queries_people.visited(actor, wanted))
    context = {
        **shared(request, "leaders"), "page": page, "years": years(),
        "rows": [(v, rules.VISIT_STATES[v.state]) for v in page],
        "year": wanted.year or str(today().year),
        "totals": queries_people.totals(actor, wanted), "n": page.paginator.count,
    }  # fmt: skip
    return render(request, "councils/visits.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A leader takes a contact point."""
    actor = require_desk(request, "leader_contacts.assign", "leader_contacts.view")
    points = contact_points(actor).select_related("parent")
    initial = {
        "valid_from": today(),
        "rank": "prefecture" if actor.role == "prefecture_org" else "county",
    }
    form = LeaderForm(request.POST or None, points=points, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: leaders.assign(
            actor=actor, point_id=d.pop("point").pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "定下了", "已告诉社区主动对接。")
        return redirect("councils:leader", pk=done.id)
    trail = [(reverse("councils:leaders"), "领导联系点")]
    return form_page(request, form, "确定领导联系点", trail, submit="定下")


@get_only
def leader(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "leader_contacts.view")
    return _page(request, actor, queries_people.leader(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, c: LeaderContact,
    bad: tuple[UUID, str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    visits = c.visits.order_by("-on", "-pk")
    page = paged(request, visits)
    live = c.valid_to is None or c.valid_to > today()
    owed = Duty.objects.filter(source_id=c.origin, kind="leader_visit")
    owed = owed.exclude(state="cancelled").order_by("-opens_on")
    context = {
        **shared(request, "leaders"), "c": c, "live": live, "page": page,
        "where": queries_people.where(c.point),
        "duties": [(d, DUTY_STATES[d.state]) for d in owed[:6]],
        "visits": [
            (v, rules.VISIT_STATES[v.state], _forms(actor, v, bad)) for v in page
        ],
        "may_note": live and can(actor, "leader_visits.note", LeaderVisit(contact=c, path=c.path)),
        "may_end": live and can(actor, "leader_contacts.end", c),
        "n": visits.filter(state="confirmed", on__year=today().year).count(),
        "bad": bad, "now_": clock_now(),
    }  # fmt: skip
    return render(request, "councils/leader.html", context, status=422 if bad else 200)


def _forms(
    actor: Actor, v: LeaderVisit, bad: tuple[UUID, str, Form] | None
) -> dict[str, Form | None]:
    """What may be done with a visit, each with its form."""
    found: dict[str, Form | None] = {}
    for event in queries_people.visit_events(v, actor):
        mine = bad and bad[:2] == (v.pk, event)
        form = bad[2] if bad and mine else _form(event)
        found[event] = form and apart(form, f"{event}-{v.pk}")
    return found


def _form(event: str, data: Any = None) -> Form | None:
    if event == "void":
        return ReasonForm(data, label="为什么作废", help_text="社区和组织部看得到。")
    return FollowUpForm(data) if event == "follow_up" else None


@get_or_post
def visit_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a visit."""
    actor = require_desk(request, "leader_visits.note", "leader_visits.view")
    c = queries_people.leader(actor, pk)
    form = VisitForm(request.POST or None, initial={"on": today()})
    done = submitted(
        request,
        form,
        lambda d: leaders.note_visit(
            actor=actor, contact_id=pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "走访记好了", "由别的同事确认以后算数。")
        return redirect("councils:leader", pk=pk)
    trail = [(reverse("councils:leader", args=[pk]), str(c))]
    return form_page(request, form, f"记{c}走访", trail, submit="记好了")


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The leader has this point no longer."""
    actor = require_role(request, "leader_contacts.view")
    c = queries_people.leader(actor, pk)
    leaders.end(actor=actor, contact_id=pk)
    toast(request, "结束了", f"{c}不再联系{c.point.name}。")
    return redirect("councils:leader", pk=pk)


SAID = {"confirm": "确认了", "void": "作废了", "follow_up": "后续记下了"}


@require_POST
def visit_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Confirm, void, add what came of it."""
    actor = require_role(request, "leader_visits.view")
    v = LeaderVisit.objects.select_related("contact").filter(pk=pk).first()
    if v is None or event not in SAID:
        raise NotFound
    require(actor, f"leader_visits.{event}", v)
    verbs: dict[str, Callable[..., Any]] = {
        "confirm": leaders.confirm_visit, "void": leaders.void_visit,
        "follow_up": leaders.follow_up,
    }  # fmt: skip
    form = _form(event, request.POST)
    if not taken(form, lambda d: verbs[event](actor=actor, visit_id=pk, **d)):
        assert form
        c = queries_people.leader(actor, v.contact_id)
        return _page(request, actor, c, (pk, event, form))
    toast(request, SAID[event])
    return redirect("councils:leader", pk=v.contact_id)
