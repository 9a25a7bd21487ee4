"""Deliberation 协商议事 for the community and those who look on: the list, one with its
whole story, and every step but the list of who came (`views.deciding`)."""

from collections.abc import Callable
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
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.councils import queries, rules
from baodao.councils import queries_deliberation as talks
from baodao.councils import rules_deliberation as talk_rules
from baodao.councils.forms import ReasonForm
from baodao.councils.forms_deliberation import (
    ArrangeForm,
    OpinionForm,
    PublicForm,
    TalkForm,
    TaskForm,
)
from baodao.councils.models import Deliberation, DeliberationSeat, Opinion
from baodao.councils.services import deciding, deliberating
from baodao.councils.views.frame import paged, shared, wanted_of, years
from baodao.people.models import Member
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted, taken
from baodao.places.models import Place
from baodao.places.queries import open_places
from baodao.places.rules import COMMUNITY, ESTATE, community_path
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "take": ("列入协商了", "已告诉提出的人。接着定时间、请人。"),
    "decline": ("没有列入", "已告诉提出的人。居民提的请当面或打电话回一声。"),
    "cancel": ("不议了", "已告诉提出和受邀的人。"),
    "publish_topic": ("公开了", "居民在社区公开页上看得到，说的意见先由社区看。"),
    "hide_topic": ("不再公开", "已经说的意见还在。"),
    "publish_result": ("公开的结果改好了", ""),
    "close": ("办完了", "已告诉提出的人。"),
}

CHOICE = 200  # members offered at once; a name finds the others


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", talks.TABS) or "ahead"


@get_only
def deliberation_list(request: HttpRequest) -> HttpResponse:
    """By how far they are; members and units have their own page."""
    actor = actor_of(request)
    if actor.path is None and can(actor, "deliberation_seats.view"):
        return redirect("councils:invitations")
    actor = require_role(request, "deliberations.view")
    found = talks.deliberations(
        actor, wanted_of(request), word(request, "kind", talk_rules.KINDS)
    )
    tab, counts = tab_of(request), talks.tab_counts(found)
    page, now = paged(request, talks.in_tab(found, tab)), clock_now()
    context = {
        **shared(request, "deliberations"), "tab": tab, "page": page, "years": years(),
        "tabs": [(k, v[0], counts[k]) for k, v in talks.TABS.items()], "n": counts[tab],
        "rows": [
            (d, talk_rules.STATES[d.state], talks.clock_of(d, now), queries.community_of(d))
            for d in page
        ],
        "kinds": talk_rules.KINDS.items(), "may_new": can(actor, "deliberations.propose"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "year", "kind")),
    }  # fmt: skip
    return render(request, "councils/deliberations.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A topic: staff for a resident or the community, a member the own one."""
    actor = require_desk(request, "deliberations.propose", "deliberations.view")
    staff = actor.path is not None
    form = TalkForm(
        request.POST or None, places=_places(actor), staff=staff,
        initial={"source": "resident"},
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: deliberating.propose(
            actor=actor, place_id=d.pop("place").pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "议题记下了", "" if staff else "社区答复以后会告诉您。")
        return redirect(
            f"councils:{'deliberation' if staff else 'proposal'}", pk=done.id
        )
    back = "deliberations" if staff else "invitations"
    trail = [(reverse(f"councils:{back}"), "协商议事")]
    note = "大家一起商量的事：怎么停车、楼道怎么管、院子怎么用。"
    return form_page(request, form, "提一个议题", trail, note=note, submit="提出来")


def _places(actor: Actor) -> Any:
    """Communities, grids and estates of staff; where a member has reported in."""
    if actor.path is not None:
        found = open_places(actor).filter(level__gte=COMMUNITY, level__lte=ESTATE)
        return found.exclude(kind="virtual").select_related("parent").order_by("path")
    m = Member.objects.filter(person=actor.person_id).first()
    paths = [p for p in (m.residence_path, m.point_path) if p] if m else []
    here = {community_path(p) for p in paths}
    found = Place.objects.filter(path__in=here, valid_to=None)
    return found.select_related("parent").order_by("path")


# --- one ----------------------------------------------------------------------------------


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "deliberations.view")
    if actor.path is None:
        return redirect("councils:proposal", pk=talks.deliberation(actor, pk).pk)
    return page_of(request, actor, talks.deliberation(actor, pk))


def _forms(d: Deliberation, data: Any = None) -> dict[str, Callable[[], Form]]:
    """The forms that stand on the page itself, by event."""
    seats = d.seats.filter(removed=False).exclude(member=None)
    said = Member.objects.filter(pk__in=seats.values("member"))
    why = "提出的人看得到。"
    return {
        "decline": lambda: ReasonForm(data, label="为什么不列入", help_text=why),
        "cancel": lambda: ReasonForm(
            data, label="为什么不议了", help_text="提出和受邀的人看得到。"
        ),
        "publish_topic": lambda: PublicForm(
            data, initial={"text": d.topic_public or d.title}
        ),
        "publish_result": lambda: PublicForm(
            data, required=False, initial={"text": d.result_public}
        ),
        "opinion": lambda: OpinionForm(data, said=said.select_related("person")),
        "resolve": lambda: TaskForm(
            data, units=deliberating.invitable_units(d),
            initial={"due_on": (d.held_on or today()) + timedelta(days=30)},
        ),
    }  # fmt: skip


def page_of(
    request: HttpRequest, actor: Actor, d: Deliberation,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    """The whole page, with the form that has to be mended."""
    events, bound = talks.events(d, actor), dict([bad]) if bad else {}
    seats = list(d.seats.filter(removed=False).select_related("unit", "member__unit"))
    opinions = list(
        d.opinions.exclude(state="set_aside").select_related("member__person", "unit")
    )
    resolved = list(
        d.resolutions.select_related("unit", "deliberation").order_by("due_on")
    )
    state = talk_rules.STATES[d.state]
    may_say = can(actor, "opinions.give", Opinion(deliberation=d, path=d.path))
    expected = f"轮到社区{state.verb}" if state.verb else ""
    context = {
        **shared(request, "deliberations"), "d": d, "m": d, "state": state,
        "events": events, "community": queries.community_of(d), "seats": seats,
        "replied": sum(bool(s.reply) for s in seats),
        "coming": sum(s.reply == "yes" for s in seats),
        "noted": any(s.attendance for s in seats) or d.state in talk_rules.TALKED,
        "attendance": attendance_of(d, seats),
        "opinions": [o for o in opinions if o.state == "noted"],
        "waiting": [o for o in opinions if o.state == "waiting"],
        "may_judge": can(actor, "opinions.take", Opinion(deliberation=d, path=d.path)),
        "may_say": may_say and d.state in (*talk_rules.AHEAD, "held"),
        "may_invite": d.state == "arranged" and "arrange" in events,
        "may_resolve": d.state == "held" and "hold" in events,
        "resolved": queries.resolution_lines(
            r for r in resolved if r.state != "dropped" or d.state == "closed"
        ),
        "running": sum(r.state in rules.RUNNING for r in resolved),
        "orders": talks.orders_of(d), "clock": talks.clock_of(d, clock_now()),
        "day_come": d.held_on is not None and d.held_on <= today(),
        "story": talks.story(d, expected, state.icon), "bad": bad and bad[0],
        **{f"{e}_form": apart(bound.get(e) or make(), e) for e, make in _forms(d).items()},
    }  # fmt: skip
    return render(
        request, "councils/deliberation.html", context, status=422 if bad else 200
    )


def attendance_of(d: Deliberation, seats: list[DeliberationSeat]) -> str:
    return talk_rules.attendance_words(
        [s.attendance for s in seats if s.member_id and s.attendance],
        [s.attendance for s in seats if s.unit_id and s.attendance],
        d.residents,
    )


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """The steps that need no page of their own."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, f"deliberations.{event}", d)
    make = _forms(d, request.POST).get(event)
    form = make() if make else None

    def do(data: dict[str, Any]) -> None:
        words = {"answer": data["reason"]} if event == "decline" else data
        service = deciding if event in ("publish_result", "close") else deliberating
        getattr(service, event)(actor=actor, deliberation_id=pk, **words)

    if not taken(form, do):
        assert form
        return page_of(request, actor, d, (event, form))
    toast(request, *SAID[event])
    return redirect("councils:deliberation", pk=pk)


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other words before it is held."""
    actor = require_desk(request, "deliberations.edit", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.edit", d)
    initial = {"title": d.title, "kind": d.kind, "text": d.text}
    form = TalkForm(request.POST or None, places=None, staff=False, initial=initial)
    done = submitted(
        request, form,
        lambda data: deliberating.edit(actor=actor, deliberation_id=pk, **data),
    )  # fmt: skip
    if done:
        toast(request, "改好了")
        return redirect("councils:deliberation", pk=pk)
    return form_page(request, form, "改议题", trail(d), submit="改好了")


def trail(d: Deliberation) -> list[tuple[str, str]]:
    return [
        (reverse("councils:deliberations"), "协商议事"),
        (reverse("councils:deliberation", args=[d.pk]), d.title),
    ]


@get_or_post
def arrange(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Time and place, and which residents are asked."""
    actor = require_desk(request, "deliberations.arrange", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.arrange", d)
    talk_rules.FLOW.step(d.state, "arrange")
    first = d.held_at is None
    initial = {
        "held_at": d.held_at or f"{today() + timedelta(days=5)}T19:30",
        "room": d.room, "residents_asked": d.residents_asked,
    }  # fmt: skip
    form = ArrangeForm(request.POST or None, initial=initial)
    done = submitted(
        request, form,
        lambda data: deliberating.arrange(actor=actor, deliberation_id=pk, **data),
    )  # fmt: skip
    if done:
        if first:
            toast(request, "时间定好了", "接着请人。")
            return redirect("councils:deliberation_invite", pk=pk)
        toast(request, "改好了", "已告诉受邀的人。")
        return redirect("councils:deliberation", pk=pk)
    note = "开过的也在这里补记：填开会那天的时间。"
    return form_page(request, form, "定时间地点", trail(d), note=note, submit="定下来")


@get_or_post
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Members who reported in here, and units tied to the community."""
    actor = require_desk(request, "deliberations.arrange", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.arrange", d)
    if request.method == "POST":
        chosen = [
            [i for v in request.POST.getlist(k) if (i := uuid_of(v))]
            for k in ("members", "units")
        ]
        seats = deliberating.invite(
            actor=actor, deliberation_id=pk, members=chosen[0], units=chosen[1]
        )
        toast(request, f"请了{len(seats)}位" if seats else "没有新请的人")
        return redirect(reverse("councils:deliberation", args=[pk]) + "#seats")
    there = {pk for pair in d.seats.values_list("member_id", "unit_id") for pk in pair}
    q = request.GET.get("q", "")[:40]
    found = deliberating.invitable_members(d)
    for part in q.split():
        found = found.filter(person__name__icontains=part) | found.filter(
            unit__name__icontains=part
        )
    rows = list(found.distinct().order_by("person__pinyin", "pk")[:CHOICE])
    context = {
        **shared(request, "deliberations"), "d": d, "crumbs": trail(d), "limit": CHOICE,
        "rows": [(m, m.pk in there) for m in rows],
        "units": [(u, u.pk in there) for u in deliberating.invitable_units(d)[:200]],
    }  # fmt: skip
    return render(request, "councils/talk_invite.html", context)


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invited by mistake."""
    actor = require_role(request, "deliberations.view")
    seat = talks.invitation(actor, pk)
    deliberating.remove(actor=actor, seat_id=pk)
    toast(request, f"不请{seat.name}了")
    return redirect(
        reverse("councils:deliberation", args=[seat.deliberation_id]) + "#seats"
    )


@require_POST
def opinion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a resident said, or what was said in the meeting."""
    actor = require_role(request, "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "opinions.give", Opinion(deliberation=d, path=d.path))
    form = _forms(d, request.POST)["opinion"]()

    def do(data: dict[str, Any]) -> None:
        deliberating.give_opinion(
            actor=actor, deliberation_id=pk, text=data["text"], how=data["how"],
            member_id=data["member"].pk if data["member"] else None,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    if not taken(form, do):
        return page_of(request, actor, d, ("opinion", form))
    toast(request, "意见记下了")
    return redirect(reverse("councils:deliberation", args=[pk]) + "#opinions")


@require_POST
def opinion_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """What came in from the public page is taken or set aside."""
    actor = actor_of(request)
    found = Opinion.objects.filter(pk=pk).first()
    if found is None or event not in ("take", "set_aside"):
        raise NotFound
    require(actor, f"opinions.{event}", found)
    deliberating.judge_opinion(actor=actor, opinion_id=pk, event=event)
    toast(request, "采用了" if event == "take" else "没有采用")
    return redirect(
        reverse("councils:deliberation", args=[found.deliberation_id]) + "#opinions"
    )


@require_POST
def resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One thing to be done: who does it by when."""
    actor = require_role(request, "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.hold", d)
    form = _forms(d, request.POST)["resolve"]()

    def do(data: dict[str, Any]) -> None:
        deciding.resolve(
            actor=actor, deliberation_id=pk, text=data["text"], due_on=data["due_on"],
            unit_id=data["unit"].pk if data["unit"] else None,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    if not taken(form, do):
        return page_of(request, actor, d, ("resolve", form))
    toast(request, "记下了", "书记定了结果以后开始办。")
    return redirect(reverse("councils:deliberation", args=[pk]) + "#resolved")
