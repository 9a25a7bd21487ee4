"""A unit's own pages: the meetings it is invited to, its topics, who comes."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils import queries, rules
from baodao.councils.forms import ReplyForm, TopicForm
from baodao.councils.models import MeetingSeat
from baodao.councils.services import meetings
from baodao.councils.views.frame import paged, shared
from baodao.people.models import Member
from baodao.people.views.asking import (
    form_page,
    get_only,
    require_role,
)
from baodao.places.forms import apart, submitted, taken
from baodao.ui.forms import Form
from baodao.ui.toast import toast

TABS = {"ahead": "要开的", "past": "开过的"}


def unit_actor(request: HttpRequest) -> Actor:
    actor = require_role(request, "meeting_seats.view")
    if actor.path is not None or actor.unit_id is None:
        raise NotFound
    return actor


@get_only
def unit_home(request: HttpRequest) -> HttpResponse:
    """Invitations, those to come first."""
    actor = unit_actor(request)
    tab = "past" if request.GET.get("tab") == "past" else "ahead"
    page = paged(request, queries.seats(actor, tab))
    due = queries.resolutions(actor, queries.Wanted(state="open"))
    context = {
        **shared(request, "unit"), "tab": tab, "tabs": TABS.items(), "page": page,
        "rows": [(s, rules.MEETING_STATES[s.meeting.state]) for s in page],
        "due": queries.resolution_lines(due[:5]), "today": today(),
    }  # fmt: skip
    return render(request, "councils/unit.html", context)


@get_only
def seat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One meeting from a unit's chair: agenda, own topics, reply, what was resolved."""
    actor = unit_actor(request)
    return _page(request, actor, queries.seat(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, s: MeetingSeat,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    m = s.meeting
    bound = dict([bad]) if bad else {}
    resolved = m.resolutions.exclude(state="draft").select_related("unit", "topic")
    ahead = m.state in rules.AHEAD and m.held_on >= today()
    context = {
        **shared(request, "unit"), "s": s, "m": m, "ahead": ahead,
        "state": rules.MEETING_STATES[m.state], "community": queries.community_of(m),
        "topics": [
            (t, rules.TOPIC_STATES[t.state], t.unit_id == actor.unit_id)
            for t in queries.agenda(m, actor.unit_id)
        ],
        "topics_open": ahead and today() <= m.topics_until,
        "last_time": queries.resolution_lines(queries.last_time(m)),
        "resolved": queries.resolution_lines(resolved) if m.state == "closed" else [],
        "topic_form": apart(bound.get("topic") or TopicForm(), "topic"),
        "reply_form": bound.get("reply") or reply_form(s),
        "names": names_of(s), "bad": bad and bad[0],
    }  # fmt: skip
    return render(request, "councils/seat.html", context, status=422 if bad else 200)


def reply_form(s: MeetingSeat, data: Any = None) -> ReplyForm:
    initial = {"reply": s.reply or "self", "attendee": s.attendee, "reason": s.reason}
    return ReplyForm(data, initial=initial)


def names_of(s: MeetingSeat) -> list[str]:
    """Members of the unit, to be picked while typing."""
    if s.unit_id is None:
        return []
    found = Member.objects.filter(unit=s.unit_id).exclude(duty_status="left")
    return list(
        found.order_by("person__pinyin").values_list("person__name", flat=True)[:300]
    )


@require_POST
def reply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who comes."""
    actor = unit_actor(request)
    s = queries.seat(actor, pk)
    form = reply_form(s, request.POST)
    if not taken(form, lambda d: meetings.reply(actor=actor, seat_id=pk, **d)):
        return _page(request, actor, s, ("reply", form))
    toast(
        request,
        "回复了",
        f"{s.meeting.title}：{rules.REPLIES[form.cleaned_data['reply']]}。",
    )
    return redirect("councils:seat", pk=pk)


def reply_page(
    request: HttpRequest, actor: Actor, s: MeetingSeat, trail: list[tuple[str, str]]
) -> HttpResponse:
    """The same as a page of its own, for a worker who notes it."""
    form = reply_form(s, request.POST or None)
    done = submitted(
        request, form, lambda d: meetings.reply(actor=actor, seat_id=s.pk, **d)
    )
    if done:
        toast(
            request,
            "记下了",
            f"{s.name}：{rules.REPLIES[form.cleaned_data['reply']]}。",
        )
        return redirect(reverse("councils:meeting", args=[s.meeting_id]) + "#seats")
    title = f"{s.name}谁参加"
    return form_page(request, form, title, trail, submit="记下")


@require_POST
def topic_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand in a topic."""
    actor = unit_actor(request)
    s = queries.seat(actor, pk)
    form = TopicForm(request.POST)
    ok = taken(
        form,
        lambda d: meetings.hand_in(
            actor=actor, meeting_id=s.meeting_id, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if not ok:
        return _page(request, actor, s, ("topic", form))
    toast(request, "议题交上去了", "社区列入议程或说明原因，您会收到消息。")
    return redirect("councils:seat", pk=pk)
