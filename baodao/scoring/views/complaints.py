"""Complaints at the desk that checks them: the list, one with its check, writing one
down."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    paged,
    path_in,
    places_below,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted
from baodao.places.models import Place
from baodao.places.rules import PURPOSES
from baodao.scoring import queries_complaints as queries
from baodao.scoring import rules_complaints as rules
from baodao.scoring.forms_complaints import (
    ComplaintForm,
    DecideForm,
    HandUpForm,
    HearForm,
)
from baodao.scoring.models import Complaint
from baodao.scoring.services import complaining
from baodao.scoring.views.deductions import choice_of
from baodao.scoring.views.due import Bad, stepped
from baodao.ui.forms import Form
from baodao.ui.toast import toast

WHY = ("call_back", "check")  # of the purposes to look at who complained
SAID = {
    "check": ("开始查了", "查完写结果，居民凭编号看得到。"),
    "hear": ("记下了", ""),
    "hand_up": ("请街道（乡镇）来查了", ""),
    "step_aside": ("由别人来查", "这一件您看不到了。"),
    "uphold": ("查实了", "居民凭编号看得到答复。"),
    "reject": ("没有查实", "居民凭编号看得到答复。"),
    "unclear": ("记为查不清", "不扣分，居民凭编号看得到答复。"),
    "withdraw": ("撤回了", "对方从现在起看不到是谁说的。"),
}
SERVICES: dict[str, Any] = {
    "check": complaining.check, "hear": complaining.hear, "hand_up": complaining.hand_up,
    "step_aside": complaining.step_aside, "uphold": complaining.uphold, "reject": complaining.reject,
    "unclear": complaining.unclear, "withdraw": complaining.withdraw,
}  # fmt: skip


def wanted_of(request: HttpRequest) -> queries.Wanted:
    """The filters of an address; unknown codes count as none."""
    return queries.Wanted(
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
        about=word(request, "about", rules.ABOUT),
        source=word(request, "source", rules.SOURCES),
    )  # fmt: skip


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "open"


@get_only
def complaint_list(request: HttpRequest) -> HttpResponse:
    """What this desk has to check, and what became of the others."""
    actor = require_role(request, "complaints.view")
    found = queries.complaints(actor, wanted_of(request))
    tab, counts, at = tab_of(request), queries.tab_counts(found), clock_now()
    page = paged(request, queries.in_tab(found, tab))
    context = {
        "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "rows": [(c, rules.STATES[c.state], queries.clock_of(c, at)) for c in page],
        "abouts": rules.ABOUT.items(), "sources": rules.SOURCES.items(),
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
        "may_new": can(actor, "complaints.receive"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "about", "source")),
    }  # fmt: skip
    return render(request, "scoring/complaints.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A worker writes down what came by phone or at the counter. Somebody else checks."""
    actor = require_desk(request, "complaints.receive", "complaints.view")
    place = Place.objects.filter(path=actor.path or "", valid_to=None).first()
    if place is None:
        raise NotFound
    form = ComplaintForm(
        request.POST or None, noted=True, initial={"occurred_on": today()}
    )
    done = submitted(
        request, form,
        lambda d: complaining.receive(
            actor=actor, place_id=place.pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        c = complaining.complaint_of(done.id)
        toast(
            request, f"记下了，编号 {c.no}，查询码 {c.code}",
            f"请把编号和查询码告诉居民。由{rules.DESKS[c.desk]}来查，您登记的由别人查。",
        )  # fmt: skip
        return _back(actor, done.id)
    trail = [(reverse("scoring:complaints"), "差评")]
    note = "您登记的由别人来查。只有查的人看得到是谁反映的，每次查看都有记录。"
    return form_page(request, form, "登记差评", trail, note=note, submit="记下来")


def _back(actor: Actor, pk: UUID) -> HttpResponse:
    """To the complaint, or to the list when it has gone to another desk."""
    if queries.complaints_seen(actor).filter(pk=pk).exists():
        return redirect("scoring:complaint", pk=pk)
    return redirect("scoring:complaints")


# --- one ----------------------------------------------------------------------------------


@never_cache
@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "complaints.view")
    return _page(request, actor, queries.complaint(actor, pk))


def _forms(c: Complaint, data: Any = None) -> dict[str, Form]:
    facts = rules.needs_name(c.about)
    return {
        "check": Form(data), "step_aside": Form(data), "withdraw": Form(data),
        "hear": HearForm(data), "hand_up": HandUpForm(data),
        "uphold": DecideForm(data, facts=facts), "reject": DecideForm(data),
        "unclear": DecideForm(data),
    }  # fmt: skip


def _page(
    request: HttpRequest, actor: Actor, c: Complaint, bad: Bad | None = None,
    seen: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    bound, events = dict([bad]) if bad else {}, queries.events(c, actor)
    context = {
        "c": c, "state": rules.STATES[c.state], "events": events, "seen": seen,
        "clock": queries.clock_of(c, clock_now(), exact=True),
        "due": complaining.check_end(c, clock_now()), "story": queries.story(c),
        "deduction": complaining.deduction_of(c), "bad": bad and bad[0],
        "needs_name": rules.needs_name(c.about),
        "purposes": [(k, PURPOSES[k]) for k in WHY],
        "own_desk": c.desk == rules.desk_of(actor.role),
        **{f"{e}_form": apart(bound.get(e) or f, e) for e, f in _forms(c).items()},
    }  # fmt: skip
    status = 422 if bad else 200
    return render(request, "scoring/complaint.html", context, status=status)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Take up, write down what was said, hand up, decide."""
    actor = require_role(request, "complaints.view")
    if event not in SERVICES:
        raise NotFound
    c = queries.complaint(actor, pk)
    require(actor, f"complaints.{event}", c)
    response = stepped(
        request, event, _forms(c, request.POST)[event],
        lambda data: SERVICES[event](actor=actor, complaint_id=pk, **data),
        lambda bad: _page(request, actor, c, bad), SAID[event],
        reverse("scoring:complaint", args=[pk]),
    )  # fmt: skip
    return _back(actor, pk) if response.status_code == 302 else response


@get_or_post
def name(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom it is about: who reported in there, or a unit tied to the community."""
    actor = require_role(request, "complaints.view")
    c = queries.complaint(actor, pk)
    require(actor, "complaints.name", c)
    if request.method == "POST":
        subject, _, whose = request.POST.get("whose", "").partition(":")
        chosen = uuid_of(whose)
        if chosen is None:
            raise NotFound
        try:
            complaining.name(
                actor=actor, complaint_id=pk, subject=subject, whose=chosen
            )
        except Invalid as error:
            toast(request, "没有写上", error.fields.get("whose", ""), tone="late")
            return redirect("scoring:complaint_name", pk=pk)
        toast(request, "写明了是谁", "请问一问对方，记下来再定。")
        return _back(actor, pk)
    context = {"c": c, **choice_of(request, c.path)}
    return render(request, "scoring/complaint_name.html", context)


@never_cache
@require_POST
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who complained, for a purpose; shown in this answer only."""
    actor = require_role(request, "complaints.view")
    c = queries.complaint(actor, pk)
    require(actor, "complaints.reveal", c)
    try:
        seen = complaining.look_at(
            actor=actor, complaint_id=pk, purpose=request.POST.get("purpose", "")
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect("scoring:complaint", pk=pk)
    return _page(request, actor, c, seen=seen)
