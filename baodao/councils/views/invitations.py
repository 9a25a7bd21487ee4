"""The other side of a deliberation: a member's and a unit's invitations and opinions,
a member's own proposals, and what anybody may read and say without an account."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound, TooMany
from baodao.core.limits import address_of, count_try
from baodao.councils import queries
from baodao.councils import queries_deliberation as talks
from baodao.councils import rules_deliberation as rules
from baodao.councils.forms_deliberation import OwnOpinionForm, ReplyForm
from baodao.councils.models import DeliberationSeat, Opinion
from baodao.councils.services import deliberating
from baodao.councils.views.frame import paged, shared
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    require_role,
)
from baodao.places.forms import apart, taken
from baodao.ui.forms import Form
from baodao.ui.toast import toast


def own_actor(request: HttpRequest) -> Actor:
    """A member or somebody of a unit."""
    actor = actor_of(request)
    if actor.path is not None or not can(actor, "deliberation_seats.view"):
        raise NotFound
    return actor


def tab_of(request: HttpRequest, actor: Actor) -> str:
    tab = request.GET.get("tab", "")
    known = talks.MINE if actor.role == "member" else ("ahead", "past")
    return tab if tab in known else "ahead"


@get_only
def index(request: HttpRequest) -> HttpResponse:
    """What I am asked to, what is over, and what I proposed."""
    actor = own_actor(request)
    tab, light = tab_of(request, actor), actor.role == "member"
    found = talks.proposals(actor) if tab == "own" else talks.invitations(actor, tab)
    page = paged(request, found)
    tabs = [
        (k, t if light else t.replace("请我的", "请本单位的"))
        for k, t in talks.MINE.items()
        if light or k != "own"
    ]
    context = {
        **shared(request, "invitations"), "tab": tab, "page": page, "tabs": tabs,
        "own_rows": [(d, rules.STATES[d.state]) for d in page] if tab == "own" else [],
    }  # fmt: skip
    name = "invitations_member" if light else "invitations"
    return render(request, f"councils/{name}.html", context)


@get_only
def invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "deliberation_seats.view")
    return _page(request, actor, talks.invitation(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, s: DeliberationSeat,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    d, bound = s.deliberation, dict([bad]) if bad else {}
    own = actor.path is None
    reply = bound.get("reply") or ReplyForm(
        unit=s.unit_id is not None,
        initial={"reply": s.reply or None, "attendee": s.attendee, "note": s.note},
    )
    context = {
        **shared(request, "invitations"), "s": s, "d": d, "state": rules.STATES[d.state],
        "community": queries.community_of(d), "own": own,
        "may_reply": d.state == "arranged" and can(actor, "deliberation_seats.reply", s),
        "may_say": own and d.state in rules.AHEAD, "said": talks.own_opinions(actor, d),
        "reply_form": apart(reply, "reply"), "bad": bad and bad[0],
        "say_form": apart(bound.get("say") or OwnOpinionForm(), "say"),
        "tasks": queries.resolution_lines(
            d.resolutions.exclude(state__in=("draft", "dropped")).select_related("unit")
        ),
        "over": d.state in ("decided", "closed"),
    }  # fmt: skip
    name = "invitation_member" if actor.role == "member" else "invitation"
    return render(request, f"councils/{name}.html", context, status=422 if bad else 200)


@require_POST
def reply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Come or not; a worker notes it for who rang up."""
    actor = require_role(request, "deliberation_seats.view")
    s = talks.invitation(actor, pk)
    require(actor, "deliberation_seats.reply", s)
    form = ReplyForm(request.POST, unit=s.unit_id is not None)
    done = taken(form, lambda d: deliberating.reply(actor=actor, seat_id=pk, **d))
    if not done:
        return _page(request, actor, s, ("reply", form))
    toast(request, "回复好了", "有变化可以再改。")
    if actor.path is not None:
        return redirect("councils:deliberation", pk=s.deliberation_id)
    return redirect("councils:invitation", pk=pk)


@require_POST
def say(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An opinion beforehand."""
    actor = own_actor(request)
    s = talks.invitation(actor, pk)
    require(actor, "opinions.give", _probe(actor, s))
    form = OwnOpinionForm(request.POST)
    done = taken(
        form,
        lambda d: deliberating.give_opinion(
            actor=actor, deliberation_id=s.deliberation_id, text=d["text"],
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if not done:
        return _page(request, actor, s, ("say", form))
    toast(request, "意见记下了", "开会的时候会一起看。")
    return redirect("councils:invitation", pk=pk)


def _probe(actor: Actor, s: DeliberationSeat) -> Opinion:
    """A row to ask the access table about: an opinion of one's own."""
    unit = actor.unit_id if actor.role.startswith("unit_") else None
    return Opinion(
        deliberation=s.deliberation, path=s.path, unit_id=unit,
        member_id=actor.member_id if unit is None else None,
    )  # fmt: skip


@get_only
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What became of what I proposed."""
    actor = own_actor(request)
    d = talks.deliberation(actor, pk)
    state = rules.STATES[d.state]
    context = {
        **shared(request, "invitations"), "d": d, "state": state,
        "community": queries.community_of(d), "over": d.state in ("decided", "closed"),
        "seat": d.seats.filter(member=actor.member_id, removed=False).first(),
        "may_withdraw": d.state == "proposed",
        "tasks": queries.resolution_lines(
            d.resolutions.exclude(state__in=("draft", "dropped")).select_related("unit")
        ),
        "story": talks.story(d, f"轮到社区{state.verb}" if state.verb else "", state.icon),
    }  # fmt: skip
    return render(request, "councils/proposal_member.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = own_actor(request)
    talks.deliberation(actor, pk)
    deliberating.withdraw(actor=actor, deliberation_id=pk)
    toast(request, "议题撤回了")
    return redirect(reverse("councils:invitations") + "?tab=own")


@get_or_post
def public(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A topic or a result as the community has published it. No account; what is said
    here is read by the community first."""
    d = talks.public_one(pk)
    open_for = d.topic_at is not None and d.state in rules.AHEAD
    form = OwnOpinionForm(request.POST or None)
    form.fields[
        "text"
    ].help_text = "不用留姓名，不写电话和门牌。社区先看，开会时一起商量。"
    if request.method == "POST":
        if not open_for:
            raise NotFound
        if count_try("talk", address_of(request), 60) > rules.OPINIONS_AN_HOUR:
            raise TooMany("从这里说的意见太多了。请过一小时再说，或给社区打电话。")
        done = taken(
            form,
            lambda data: deliberating.send_opinion(
                deliberation_id=pk, text=data["text"],
                client_id=request.POST.get("client_id", ""),
            ),
        )  # fmt: skip
        if done:
            return redirect(reverse("councils:public", args=[pk]) + "?sent=1")
    context = {
        "d": d, "form": form, "open": open_for, "sent": request.GET.get("sent") == "1",
        "state": rules.STATES[d.state], "community": d.place,
        "tasks": d.resolutions.exclude(state__in=("draft", "dropped")).count(),
        "done": d.resolutions.filter(state="confirmed").count(),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "councils/public.html", context, status=status)
