"""The list, and one report-in with its acts. The pages of one report-in are shared:
a member gets them in the light frame."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.duties.models import Duty
from baodao.people.choices import AVAILABILITY, SERVICE_CLASSES, SKILLS
from baodao.people.views.asking import actor_for
from baodao.places.forms import refuse
from baodao.places.models import Place
from baodao.reporting import queries, rules, services
from baodao.reporting.forms import FORMS
from baodao.reporting.models import ReportIn
from baodao.reporting.owing import KIND
from baodao.reporting.standing import tied_points
from baodao.reporting.views.guard import report_in_for
from baodao.ui.toast import toast
from baodao.ui.words import cdate

PAGE = 50
PLACES = 20
LATE = {"accept": "接收超时", "confirm": "该再确认"}
# What the page says after an act: what happened, whose turn it is.
SAID = {
    "accept": ("已接收", "已告诉报到人。"),
    "return": ("已退回", "轮到报到人改好再报。"),
    "resubmit": ("已重新报到", "轮到社区接收。"),
    "submit": ("已报到", "轮到社区接收。"),
    "withdraw": ("已撤回", ""),
    "start_transfer": ("已开始转出", "新社区接收以前，联系户和任务仍在原社区。"),
    "cancel_transfer": ("不转了", "仍在原来的地方。"),
    "end": ("已结束", "已告诉报到人。"),
    "reconfirm": ("已确认", ""),
}


@require_safe
def report_in_list(request: HttpRequest) -> HttpResponse:
    """Report-ins by whose turn it is; all filters live in the address."""
    actor = actor_for(request, "reporting.view")
    if actor.role == "member":
        return redirect("reporting:my")
    now = clock_now()
    tabs = queries.tabs_for(actor)
    tab, words, found = chosen(request, actor, now)
    counts = queries.tab_counts(found, actor)
    page = Paginator(queries.in_tab(found, actor, tab), PAGE).get_page(
        request.GET.get("page")
    )
    cards = queries.cards(page.object_list, actor, now)
    return render(request, "reporting/list.html", {
        "tab": tab, "tabs": [(k, v[0], counts[k]) for k, v in tabs.items()],
        "page": page, "groups": _groups(cards, tab, now), "n": counts[tab],
        "q": words["q"], "filtered": any(words.values()),
        "channels": rules.CHANNELS.items(), "subjects": rules.SUBJECTS.items(),
        "methods": rules.METHODS.items(), "lates": LATE.items(),
        "may_register": can(actor, "reporting.submit") and actor.path is not None,
        "is_unit": actor.role.startswith("unit_"),
        "may_count": can(actor, "reporting.coverage"),
        "may_import": can(actor, "imports.start"),
    })  # fmt: skip


def chosen(
    request: HttpRequest, actor: Actor, now: datetime
) -> tuple[str, dict[str, str], QuerySet[ReportIn]]:
    """What the address asks for: the tab, the words of the filters, the rows of all
    tabs."""
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in queries.tabs_for(actor) else "waiting"
    words = {
        k: request.GET.get(k, "") for k in ("q", "channel", "subject", "method", "late")
    }
    found = queries.narrowed(queries.listed(actor), now, under=_under(request), **words)
    return tab, words, found


def _under(request: HttpRequest) -> Place | None:
    code = request.GET.get("place", "")
    return Place.objects.filter(code=code, valid_to=None).first() if code else None


def _groups(
    cards: list[queries.Card], tab: str, now: Any
) -> list[tuple[str, str, list[queries.Card]]]:
    """(heading, tone, cards) by urgency; one group without heading elsewhere."""
    if tab not in ("waiting", "returned", "moving"):
        return [("", "", cards)] if cards else []
    today = local(now).date()
    late = [c for c in cards if c.clock and c.clock.state == "late"]
    rest = [c for c in cards if c not in late]
    soon = [c for c in rest if c.it.due_at and local(c.it.due_at).date() == today]
    later = [c for c in rest if c not in soon]
    groups = [("已超时", "late", late), ("今天到期", "", soon), ("以后", "", later)]
    return [g for g in groups if g[2]]


# --- one report-in --------------------------------------------------------------------


@require_safe
def detail(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    actor = actor_for(request, "reporting.view")
    return _detail(request, actor, report_in_for(actor, report_in_id))


@require_safe
def of_duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From the duty of confirming to the report-in where one does it."""
    actor = actor_for(request, "reporting.view")
    owed = Duty.objects.filter(pk=pk, kind=KIND.code).first()
    if owed is None:
        raise NotFound
    return redirect("reporting:detail", report_in_for(actor, owed.source_id).pk)


def _detail(
    request: HttpRequest, actor: Actor, it: ReportIn, bad: tuple[str, Any] | None = None
) -> HttpResponse:
    now = clock_now()
    steps = queries.possible(it, actor)
    bound = {bad[0]: bad[1]} if bad else {}
    forms = {f"{e}_form": bound.get(e) or FORMS[e]() for e in steps if e in FORMS}
    own = actor.role in ("member", "unit_secretary", "unit_liaison")
    light = actor.role == "member"
    return render(
        request,
        "reporting/detail_member.html" if light else "reporting/detail.html",
        {
            "it": it, "card": queries.card(it, actor, now), "steps": steps, "bad": bad and bad[0],
            "story": queries.timeline(it, actor, now), "facts": facts(it),
            "items": it.items.filter(edition=it.edition) if it.subject_unit_id else (),
            "next_steps": queries.next_steps(actor, now) if own else (),
            "asks": queries.asks_confirmation(it, now),
            "withdraw_url": reverse("reporting:act", args=[it.pk, "withdraw"]),
            "cancel_url": reverse("reporting:act", args=[it.pk, "cancel_transfer"]), **forms,
        },
        status=422 if bad else 200,
    )  # fmt: skip


def facts(it: ReportIn) -> list[tuple[str, str]]:
    """What the report-in says, as pairs; empty ones are left out."""
    today = local(clock_now()).date()

    def names(codes: list[str], known: dict[str, str]) -> str:
        return "、".join(known.get(c, c) for c in codes)

    pairs = [
        ("编号", f"报 {it.receipt_no}"),
        ("报到地", queries.place_name(it.point)),
        ("渠道", rules.CHANNELS[it.channel]),
        ("报到日期", f"{cdate(it.reported_on, today)}（{queries.method_title(it)}）"),
        ("负责人", it.head_name),
        ("联络员", it.liaison_name),
        ("在职党员", f"{it.head_count} 人" if it.subject_unit_id else ""),
        ("特长", names(it.skills, SKILLS)),
        ("服务类别", names(it.service_classes, SERVICE_CLASSES)),
        ("意向岗位", names(it.posts, rules.POSTS)),
        ("空闲时间", names(it.availability, AVAILABILITY)),
        ("接收", cdate(it.accepted_at, today) if it.accepted_at else ""),
        ("最近确认", cdate(it.confirmed_on, today) if it.confirmed_on else ""),
        ("下次确认", _next(it, today)),
        ("转往", queries.place_name(it.transfer_to) if it.transfer_to else ""),
        ("从哪里转来", it.previous.point.name if it.previous else ""),
        ("结束", cdate(it.ended_on, today) if it.ended_on else ""),
        ("结束原因", rules.END_REASONS.get(it.end_reason, "")),
    ]
    return [(k, v) for k, v in pairs if v]


def _next(it: ReportIn, today: Any) -> str:
    live = it.state in rules.LIVE and it.reconfirm_due
    return f"{cdate(it.reconfirm_due, today)}前" if live and it.reconfirm_due else ""


@require_POST
def act(request: HttpRequest, report_in_id: UUID, event: str) -> HttpResponse:
    """One step of the flow. Refused input comes back with the page, 422."""
    if event not in rules.BUTTONS:
        raise NotFound
    actor = actor_for(request, f"reporting.{event}")
    it = report_in_for(actor, report_in_id)
    form = FORMS[event](request.POST) if event in FORMS else None
    if form is not None and not form.is_valid():
        return _detail(request, actor, it, (event, form))
    words = form.cleaned_data if form else {}
    try:
        there = _take(request, actor, it, event, words)
    except Invalid as error:
        if form is None:
            raise
        refuse(form, error)
        return _detail(request, actor, it, (event, form))
    title, text = SAID[event]
    toast(request, title, text or f"{queries.who(it)}，报 {it.receipt_no}。")
    return _back(request, reverse("reporting:detail", args=[there]))


def _take(
    request: HttpRequest, actor: Actor, it: ReportIn, event: str, words: dict[str, Any]
) -> UUID:
    """Do the step; returns whose page to show next."""
    if event == "start_transfer":
        place_id = uuid_of(request.POST.get("place"))
        if place_id is None:
            raise Invalid(fields={"place": "请选一个地方。"})
        new = services.start_transfer(
            actor=actor,
            report_in_id=it.pk,
            place_id=place_id,
            client_id=request.POST.get("client_id", ""),
        )
        seen = can(actor, "reporting.view", new)
        return new.pk if seen else it.pk
    verbs: dict[str, Any] = {
        "accept": services.accept, "return": services.return_report_in,
        "resubmit": services.resubmit, "withdraw": services.withdraw,
        "cancel_transfer": services.cancel_transfer, "end": services.end,
        "reconfirm": services.reconfirm,
    }  # fmt: skip
    client_id = request.POST.get("client_id", "")
    verbs[event](actor=actor, report_in_id=it.pk, **words, client_id=client_id)
    return it.pk


def _back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return HttpResponseRedirect(back if back and safe else fallback)


@require_safe
def move(request: HttpRequest, report_in_id: UUID) -> HttpResponse:
    """Where to: the unit's other contact points, or a community by name."""
    actor = actor_for(request, "reporting.start_transfer")
    it = report_in_for(actor, report_in_id)
    if "start_transfer" not in queries.possible(it, actor):
        raise Forbidden(rules.MESSAGES["start_transfer"])
    q = request.GET.get("q", "")
    if it.channel == "unit" and it.unit_id:
        found = tied_points(it.unit_id)
    else:
        found = list(queries.communities(q, it.path))
    light = actor.role == "member"
    others = [p for p in found if p.id != it.point_id]
    page = Paginator(others, PLACES).get_page(request.GET.get("page"))
    return render(request, "reporting/move_member.html" if light else "reporting/move.html", {
        "it": it, "q": q, "page": page,
        "name": queries.who(it),
    })  # fmt: skip
