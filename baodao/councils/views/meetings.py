"""Joint meetings for the community, and for those who look on from above."""

from datetime import timedelta
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
from baodao.core.errors import Conflict, NotFound
from baodao.councils import queries, rules
from baodao.councils.forms import (
    MeetingForm,
    MinutesForm,
    MoveForm,
    ReasonForm,
    ResolutionForm,
    TopicForm,
)
from baodao.councils.models import JointMeeting, MeetingTopic
from baodao.councils.services import holding, meetings
from baodao.councils.views.frame import paged, shared, wanted_of, years
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, status_of, submitted, taken
from baodao.places.queries import open_places
from baodao.places.rules import COMMUNITY
from baodao.ui.forms import Form
from baodao.ui.toast import toast
from baodao.ui.words import cdate

SAID = {
    "call": ("通知发出去了", "单位回复谁参加，到会那天您在一张名单上记。"),
    "cancel": ("不开了", "已告诉单位。"),
    "close": ("纪要定下了", "到会的已记入服务记录，议定的事已交给承办单位。"),
}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.MEETING_TABS) or "ahead"


@get_only
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Meetings by how far they are; units have their own page."""
    actor = actor_of(request)
    if actor.unit_id and actor.path is None and can(actor, "meeting_seats.view"):
        return redirect("councils:unit")
    actor = require_role(request, "meetings.view")
    found = queries.meetings(actor, wanted_of(request))
    tab, counts = tab_of(request), queries.tab_counts(found)
    page = paged(request, queries.in_tab(found, tab))
    now = clock_now()
    context = {
        **shared(request, "meetings"), "tab": tab, "page": page, "years": years(),
        "tabs": [(k, v[0], counts[k]) for k, v in queries.MEETING_TABS.items()],
        "rows": [
            (m, rules.MEETING_STATES[m.state], queries.meeting_clock(m, now),
             queries.community_of(m))
            for m in page
        ],
        "n": counts[tab], "may_plan": can(actor, "meetings.plan"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "year")),
    }  # fmt: skip
    return render(request, "councils/meetings.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """Plan one: three fields are filled in already."""
    actor = require_desk(request, "meetings.plan", "meetings.view")
    places = open_places(actor).filter(level=COMMUNITY).select_related("parent")
    day = today() + timedelta(days=7)
    initial = {
        "title": f"{rules.quarter_words(day)}党建联席会议",
        "held_at": f"{day.isoformat()}T15:30",
    }
    form = MeetingForm(request.POST or None, places=places, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: meetings.plan_meeting(
            actor=actor, place_id=d.pop("place").pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        if done.held_on > today():
            text = f"已请单位在{cdate(done.topics_until, today())}前交议题。"
        else:
            text = "请接着记会议。"
        toast(request, "会议安排好了", text)
        return redirect("councils:meeting", pk=done.pk)
    trail = [(reverse("councils:meetings"), "联席会议")]
    note = "联系本社区的单位都会收到通知，可以交议题。开过的会也在这里补记。"
    return form_page(request, form, "安排联席会议", trail, note=note, submit="安排")


# --- one meeting --------------------------------------------------------------------------


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "meetings.view")
    return _page(request, actor, queries.meeting(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, m: JointMeeting,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    events = [
        e for e in rules.MEETING_FLOW.events(m.state) if can(actor, f"meetings.{e}", m)
    ]
    seats = list(m.seats.select_related("unit"))
    resolved = list(m.resolutions.select_related("unit", "topic").order_by("due_on"))
    bound = dict([bad]) if bad else {}
    state = rules.MEETING_STATES[m.state]
    shown = [r for r in resolved if r.state != "dropped" or m.state == "closed"]
    context = {
        **shared(request, "meetings"), "m": m, "state": state, "events": events,
        "community": queries.community_of(m), "seats": seats,
        "replied": sum(bool(s.reply) for s in seats),
        "attendance": rules.attendance_words(s.attendance for s in seats if s.attendance),
        "noted": any(s.attendance for s in seats), "day_come": m.held_on <= today(),
        "topics": [
            (t, rules.TOPIC_STATES[t.state],
             apart(bound.get(f"decline:{t.pk}") or _decline_form(), t.pk))
            for t in m.topics.exclude(state="withdrawn").select_related("unit")
        ],
        "last_time": queries.resolution_lines(queries.last_time(m)),
        "resolved": queries.resolution_lines(shown), "clock": queries.meeting_clock(m, clock_now()),
        "story": queries.story(
            m.pk, f"轮到{_whose(state.side)}{state.verb}" if state.verb else "", state.icon
        ),
        "may_topic": (m.state in (*rules.AHEAD, "held") and can(actor, "meeting_topics.add", _topic_of(m)))
        or (m.state in rules.AHEAD and can(actor, "meeting_topics.hand_in", _topic_of(m))),
        "may_take": can(actor, "meeting_topics.take", _topic_of(m)),
        "may_record": m.state == "held" and can(actor, "meetings.hold", m),
        "may_reply": m.state in rules.AHEAD and can(actor, "meetings.hold", m),
        "topic_form": apart(bound.get("topic") or TopicForm(), "topic"),
        "cancel_form": apart(
            bound.get("cancel") or ReasonForm(label="为什么不开"), "cancel"
        ),
        "resolution_form": apart(bound.get("resolve") or _resolution_form(m), "resolve"),
        "bad": bad and bad[0], "declining": (bad[0] if bad else "").partition(":")[2], "unseen": m.topics.filter(state="handed_in").count(),
        "close_url": reverse("councils:meeting_act", args=[m.pk, "close"]),
        "cancel_url": reverse("councils:meeting_act", args=[m.pk, "cancel"]),
    }  # fmt: skip
    return render(request, "councils/meeting.html", context, status=422 if bad else 200)


def _whose(side: str) -> str:
    return {"community": "社区"}.get(side, "")


def _topic_of(m: JointMeeting) -> MeetingTopic:
    """A row to ask the access table about: a topic of this community."""
    return MeetingTopic(meeting=m, path=m.path)


def _decline_form(data: Any = None) -> ReasonForm:
    return ReasonForm(data, label="为什么不列入", help_text="提出的单位看得到。")


def _resolution_form(m: JointMeeting, data: Any = None) -> ResolutionForm:
    topics = m.topics.filter(state="agenda")
    initial = {"due_on": m.held_on + timedelta(days=30)}
    return ResolutionForm(data, units=queries.owners(m), topics=topics, initial=initial)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Invite, cancel, settle the minutes."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "meetings.view")
    m = queries.meeting(actor, pk)
    require(actor, f"meetings.{event}", m)
    if event == "cancel":
        form = ReasonForm(request.POST, label="为什么不开")
        ok = taken(form, lambda d: meetings.cancel(actor=actor, meeting_id=pk, **d))
        if not ok:
            return _page(request, actor, m, ("cancel", form))
    else:
        verb = meetings.call if event == "call" else holding.close
        verb(actor=actor, meeting_id=pk)
    toast(request, *SAID[event])
    return redirect("councils:meeting", pk=pk)


@get_or_post
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another time or room."""
    actor = require_desk(request, "meetings.move", "meetings.view")
    m = queries.meeting(actor, pk)
    require(actor, "meetings.move", m)
    rules.MEETING_FLOW.step(m.state, "move")
    form = MoveForm(
        request.POST or None, initial={"held_at": m.held_at, "room": m.room}
    )
    done = submitted(
        request, form, lambda d: meetings.move(actor=actor, meeting_id=pk, **d)
    )
    if done:
        toast(request, "时间改好了", "已告诉单位。")
        return redirect("councils:meeting", pk=pk)
    trail = _trail(m)
    return form_page(request, form, "改时间或地点", trail, submit="改好了")


def _trail(m: JointMeeting) -> list[tuple[str, str]]:
    return [
        (reverse("councils:meetings"), "联席会议"),
        (reverse("councils:meeting", args=[m.pk]), m.title),
    ]


# --- topics -------------------------------------------------------------------------------


@require_POST
def topic_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A topic of the community's own or of a part-time member."""
    actor = require_role(request, "meetings.view")
    m = queries.meeting(actor, pk)
    own = actor.role.startswith("community_")
    require(actor, f"meeting_topics.{'add' if own else 'hand_in'}", _topic_of(m))
    form = TopicForm(request.POST)
    if not taken(
        form,
        lambda d: meetings.hand_in(
            actor=actor, meeting_id=pk, **d, client_id=request.POST.get("client_id", "")
        ),
    ):
        return _page(request, actor, m, ("topic", form))
    toast(
        request, "议题记下了", "" if can(actor, "meetings.hold") else "等社区列入议程。"
    )
    return redirect(reverse("councils:meeting", args=[pk]) + "#topics")


@require_POST
def topic_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Onto the agenda, off it, or taken back by who brought it."""
    actor = actor_of(request)
    topic = MeetingTopic.objects.select_related("meeting").filter(pk=pk).first()
    if topic is None or event not in ("take", "decline", "withdraw"):
        raise NotFound
    require(actor, "meeting_topics.view", topic)
    if event == "decline":
        form = _decline_form(request.POST)
        ok = taken(
            form,
            lambda d: meetings.decline(actor=actor, topic_id=pk, answer=d["reason"]),
        )
        if not ok:
            return _page(
                request,
                actor,
                queries.meeting(actor, topic.meeting_id),
                (f"decline:{pk}", form),
            )
    else:
        verb = meetings.take if event == "take" else meetings.withdraw_topic
        verb(actor=actor, topic_id=pk)
    words = {"take": "列入议程了", "decline": "没有列入", "withdraw": "议题撤回了"}
    toast(request, words[event], topic.title)
    if actor.path is None:
        seat = topic.meeting.seats.filter(unit=actor.unit_id).first()
        return (
            redirect("councils:seat", pk=seat.pk) if seat else redirect("councils:unit")
        )
    return redirect(reverse("councils:meeting", args=[topic.meeting_id]) + "#topics")


# --- the list, the minutes, what was resolved ---------------------------------------------


@get_or_post
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who came on one list, the minutes, and what was said of last time's things."""
    actor = require_desk(request, "meetings.hold", "meetings.view")
    m = queries.meeting(actor, pk)
    require(actor, "meetings.hold", m)
    rules.MEETING_FLOW.step(m.state, "hold")
    if m.held_on > today():
        raise Conflict("还没到开会的日子。到那天再记，或先改时间。")
    initial = {k: getattr(m, k) for k in ("host", "recorder", "guests", "minutes")}
    form = MinutesForm(request.POST or None, initial=initial)
    seats = list(m.seats.all())
    marks = _marks(request, seats)
    reviews = {
        r.pk: request.POST.get(f"review-{r.pk}", "") for r in queries.last_time(m)
    }
    done = submitted(
        request,
        form,
        lambda d: holding.hold(
            actor=actor, meeting_id=pk, marks=marks, said=holding.Said(**d),
            reviews=reviews,
        ),
    )  # fmt: skip
    if done:
        toast(request, "会议记好了", "接着记议定的事，再请书记定纪要。")
        return redirect(reverse("councils:meeting", args=[pk]) + "#resolved")
    lines = queries.resolution_lines(queries.last_time(m))
    context = {
        **shared(request, "meetings"), "m": m, "form": form, "crumbs": _trail(m),
        "rows": [(s, *_shown(s, marks[s.pk], request.method == "POST")) for s in seats],
        "choices": rules.ATTENDANCE.items(),
        "last_time": [(r, state, reviews[r.pk]) for r, state in lines if r.state in rules.RUNNING],
    }  # fmt: skip
    return render(request, "councils/hold.html", context, status=status_of(form))


def _marks(request: HttpRequest, seats: list[Any]) -> dict[UUID, holding.Mark]:
    return {
        s.pk: holding.Mark(
            request.POST.get(f"came-{s.pk}", ""),
            request.POST.get(f"who-{s.pk}", "")[:30],
            s.member_id if request.POST.get(f"who-{s.pk}") == s.attendee else None,
        )
        for s in seats
    }


def _shown(seat: Any, mark: holding.Mark, posted: bool) -> tuple[str, str]:
    """What stands on the line: what was posted, or noted, or what they replied."""
    if posted:
        return mark.attendance, mark.attendee
    return seat.attendance or seat.reply, seat.attendee


@require_POST
def resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One thing resolved: who does it by when."""
    actor = require_role(request, "meetings.view")
    m = queries.meeting(actor, pk)
    require(actor, "meetings.hold", m)
    form = _resolution_form(m, request.POST)

    def do(d: dict[str, Any]) -> None:
        holding.record(
            actor=actor, meeting_id=pk, text=d["text"], due_on=d["due_on"],
            unit_id=d["unit"].pk if d["unit"] else None,
            topic_id=d["topic"].pk if d["topic"] else None,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    if not taken(form, do):
        return _page(request, actor, m, ("resolve", form))
    toast(request, "记下了", "书记定下纪要以后开始办。")
    return redirect(reverse("councils:meeting", args=[pk]) + "#resolved")


@get_or_post
def reply_for(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A worker notes the reply of a unit that rang up."""
    from baodao.councils.views.unit import reply_page

    actor = require_desk(request, "meetings.hold", "meetings.view")
    seat = queries.seat(actor, pk)
    return reply_page(request, actor, seat, _trail(seat.meeting))
